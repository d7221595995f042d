"""The border: what a value from outside must be before anything is done with it, all faults named at once.

Imports the errors and the words; the values themselves say what each of their fields must be. A GSTIN is looked at by
its shape; the checksum is python-stdnum's.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from enum import StrEnum
from functools import lru_cache
from io import TextIOBase
from pathlib import Path
from typing import Any, BinaryIO, Protocol, Self, TypeGuard, TypeVar, cast, get_args

from ims_fsm.errors import InputError, MissingError, Problem
from ims_fsm.terms.characters import controls
from ims_fsm.terms.money import HEADS, LARGEST, Heads, shown
from ims_fsm.terms.period import TaxPeriod
from ims_fsm.terms.spelling import hinted
from ims_fsm.terms.vocabulary import Trigger

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
# The 14th character is Z for a regular taxpayer, C for TCS, D for TDS; the portal's own samples use others.
_SHAPES = (
    r"[0-9]{2}[A-Z]{5}[0-9]{4}[A-Z][1-9A-Z][0-9A-Z][0-9A-Z]",  # taxpayers, casual taxpayers, ISD, TCS
    r"[0-9]{2}[A-Z]{4}[0-9]{5}[A-Z][1-9A-Z]D[0-9A-Z]",  # TDS: built on a TAN instead of a PAN
    r"[0-9]{4}[A-Z]{3}[0-9]{5}[UO]N[0-9A-Z]",  # UIN: embassies and United Nations bodies
    r"[0-9]{4}[A-Z]{3}[0-9]{5}(?:NR|OS)[0-9A-Z]",  # non-resident taxpayers and online services
)
#: The shape of a GSTIN, for who describes one to others.
GSTIN_SHAPE = f"^(?:{'|'.join(_SHAPES)})$"
_SHAPE = re.compile("|".join(_SHAPES))
_NON_RESIDENT = re.compile(r"[0-9]{4}[A-Z]{3}[0-9]{5}NR[0-9A-Z]")


@lru_cache(maxsize=4096)
def checked_gstin(text: str) -> str:
    """Return a GSTIN, UIN or the like in capitals without surrounding blanks.

    Only the shape is asked; a check digit that fails is the caller's to warn of (`check_digit_holds`), because
    the portal's own sample files fail it. Raises `ValueError`, with the remedy, for anything of another shape.

    >>> checked_gstin(" 27aapfu0939f1zv")
    '27AAPFU0939F1ZV'
    """
    gstin = text.strip().upper()
    if not _SHAPE.fullmatch(gstin):
        raise ValueError(f"{text!r} is not a GSTIN; write its 15 characters like 27AAPFU0939F1ZV")
    return gstin


def is_non_resident(gstin: str) -> bool:
    """Say whether a GSTIN has the shape of a non-resident taxable person's, whose return is GSTR-5.

    >>> is_non_resident("0717USA00011NR1"), is_non_resident("27AAPFU0939F1ZV")
    (True, False)
    """
    return _NON_RESIDENT.fullmatch(gstin) is not None


def check_digit_holds(gstin: str) -> bool:
    """Say whether the last character is the check digit of the fourteen before it (Luhn, base 36).

    >>> check_digit_holds("27AAPFU0939F1ZV"), check_digit_holds("27AAPFU0939F1ZW")
    (True, False)
    """
    # It loads the network's libraries with it, and few ever ask for the check digit.
    from stdnum import luhn  # noqa: PLC0415

    return luhn.is_valid(gstin, _ALPHABET)


def state_code(gstin: str) -> str:
    """Return the code of the state or union territory in which the taxpayer is registered ("27": Maharashtra).

    It decides the due dates of a quarterly taxpayer. Raises `ValueError` for anything that is not a GSTIN.

    >>> state_code("27AAPFU0939F1ZV")
    '27'
    """
    return checked_gstin(gstin)[:2]


LARGEST_PAISE = int(LARGEST * 100)
LARGEST_ID = 2**63 - 1
MOST_DAYS = 3660
LONGEST = 255
# The portal's remarks end sooner, by a rule of the law; this is what no text goes beyond.
LONGEST_REMARKS = 10_000
# No system takes a longer path.
_LONGEST_PATH = 4096
BRIEF = 60
# GST began with the first. Periods end in 2099, and the law reads some before the one that it is asked of, and some a
# year and more after it.
FIRST_PERIOD, LAST_PERIOD = TaxPeriod("2017-07"), TaxPeriod("2097-12")
ACTIONS = (Trigger.ACCEPT, Trigger.REJECT, Trigger.KEEP_PENDING, Trigger.RESET)
T = TypeVar("T")
Word = TypeVar("Word", bound=StrEnum)


class _Value(Protocol):
    def checked(self) -> Self: ...


Checked = TypeVar("Checked", bound=_Value)


class Border:
    """Looks at the fields of one value and collects what is wrong; `close` raises it.

    Each check returns the field as it is kept. What it returns for a wrong one is of no use, as `close` then raises.
    """

    def __init__(self, subject: str) -> None:
        """Begin with nothing wrong; `subject` says what is looked at."""
        self.subject = subject
        self.problems: list[Problem] = []

    def close(self) -> None:
        """Raise `InputError` with every problem that was met."""
        if self.problems:
            raise InputError(self.subject, self.problems)

    def wrong(self, where: str, value: object, what: str, remedy: str) -> None:
        """Note what is wrong with a field; a long value is cut, and control characters are escaped."""
        text = repr(value)
        brief = text if len(text) <= BRIEF else f"{text[:BRIEF]}…"
        self.problems.append(Problem(where, f"{brief} {what}", remedy))

    def text(self, where: str, value: object, *, longest: int = LONGEST, empty: bool = False) -> str:
        """Look at a text of one line."""
        if not isinstance(value, str):
            self.wrong(where, value, "is not text", "write it as a string")
        elif not empty and not value.strip():
            self.wrong(where, value, "is empty", "write at least one character")
        elif len(value) > longest:
            self.wrong(where, value, f"has {len(value):,} characters", f"write at most {longest:,}")
        elif controls(value, lines=False):
            self.wrong(where, value, "has control characters", "take them out")
        else:
            return value
        return ""

    def remarks(self, value: object) -> str | None:
        """Look at remarks, which may have several lines; how long they may be is a rule of the law."""
        if value is None:
            return None
        if not isinstance(value, str):
            self.wrong("remarks", value, "is not text", "write it as a string")
        elif len(value) > LONGEST_REMARKS:
            self.wrong("remarks", value, f"has {len(value):,} characters", f"write at most {LONGEST_REMARKS:,}")
        elif controls(value):
            self.wrong("remarks", value, "has control characters", "take them out")
        return value if isinstance(value, str) else None

    def several(self, where: str, values: object) -> list[object]:
        """Look at whether it is several values, and not text."""
        if isinstance(values, Iterable) and not isinstance(values, (str, bytes)):
            return list(values)
        self.wrong(where, values, "is not several values", "give a list or a tuple of them")
        return []

    def word(self, where: str, value: object, words: type[Word]) -> Word:
        """Look at a word of a vocabulary, given as one or as plain text."""
        try:
            return words(value if isinstance(value, str) else "")
        except ValueError:
            remedy = hinted(value, words, f"write one of {', '.join(words)}")
            self.wrong(where, value, "is not one of the words for it", remedy)
            return next(iter(words))

    def choice(self, where: str, value: object, words: Any) -> Any:
        """Look at one of the words of a Literal."""
        if value not in (allowed := get_args(words)):
            remedy = hinted(value, allowed, f"write one of {', '.join(allowed)}")
            self.wrong(where, value, "is not one of the words for it", remedy)
        return value

    def gstin(self, where: str, value: object) -> str:
        """Look at a GSTIN; returns it in capitals."""
        try:
            return checked_gstin(value if isinstance(value, str) else "")
        except ValueError:
            self.wrong(where, value, "is not a GSTIN", "write its 15 characters like 27AAPFU0939F1ZV")
            return ""

    def period(self, where: str, value: object) -> TaxPeriod:
        """Look at a tax period, given as one or as text."""
        try:
            period = value if isinstance(value, TaxPeriod) else TaxPeriod.parse(value)  # type: ignore[arg-type]  # it asks itself
        except ValueError:
            self.wrong(where, value, "is not a tax period", 'write the year and month like "2024-10"')
            return TaxPeriod("2017-07")
        if not FIRST_PERIOD <= period <= LAST_PERIOD:
            self.wrong(where, str(value), "is too far away", f"write a period from {FIRST_PERIOD} to {LAST_PERIOD}")
        return period

    def paise(self, where: str, value: object, *, signed: bool = False) -> int:
        """Look at an amount in paise, which is not below zero unless it may be `signed`."""
        if type(value) is not int:
            self.wrong(where, value, "is not a whole number of paise", "write 18,000.00 rupees as 1800000")
        elif value < 0 and not signed:
            self.wrong(where, value, "is below zero", "write amounts without a sign, of a credit note too")
        elif abs(value) > LARGEST_PAISE:
            self.wrong(where, value, "is larger than the portal's 15 digits", f"write at most {shown(LARGEST_PAISE)}")
        else:
            return value
        return 0

    def heads(self, where: str, value: object, *, signed: bool = False) -> Heads:
        """Look at an amount of tax per head, in paise."""
        if not isinstance(value, Heads):
            self.wrong(where, value, "is not an amount per head", "give Heads(igst=…, cgst=…, sgst=…, cess=…)")
            return Heads()
        return Heads(*(self.paise(head, amount, signed=signed) for head, amount in zip(HEADS, value, strict=True)))

    def day(self, where: str, value: object) -> date:
        """Look at a day, without a time."""
        if not isinstance(value, date) or isinstance(value, datetime):
            self.wrong(where, value, "is not a date", "give a datetime.date")
        elif value.year > LAST_PERIOD.year:
            self.wrong(where, value.isoformat(), "is too far away", f"give a date up to {LAST_PERIOD.year}-12-31")
        else:
            return value
        return date.min

    def flag(self, where: str, value: object) -> bool:
        """Look at a yes or no."""
        if not isinstance(value, bool):
            self.wrong(where, value, "is not true or false", "give True or False")
        return value is True

    def limit(self, value: object, what: str) -> int | None:
        """Read how many of something are asked for at most; None is all."""
        if value is None or (type(value) is int and 0 <= value <= LARGEST_ID):
            return value
        self.wrong("limit", value, f"is not a number of {what}", "give a whole number, or None for all")
        return None

    def days(self, where: str, value: object) -> int | None:
        """Read a number of days to come; None is nobody's choice."""
        if value is None or (type(value) is int and 0 <= value <= MOST_DAYS):
            return value
        self.wrong(where, value, "is not a number of days", f"give a whole number up to {MOST_DAYS}, or None")
        return None

    def path(self, where: str, value: object) -> Path:
        """Look at the path of a file, as text or as a `Path`."""
        if isinstance(value, (str, Path)):
            self.text(where, str(value), longest=_LONGEST_PATH)
            return Path(value)
        self.wrong(where, value, "is not a path", "give one as text or as a Path")
        return Path()

    def record_id(self, value: object) -> int:
        """Look at a record's id."""
        if _is_id(value):
            return value
        self.wrong("record", value, "is not the id of a record", "give a whole number from 1, as list shows them")
        return 0


def _is_id(value: object) -> TypeGuard[int]:
    return type(value) is int and 0 < value <= LARGEST_ID


def looked_at(subject: str, look: Callable[[Border], T]) -> T:
    """Return a value as a look at it gives it; raises `InputError` with every problem that was met."""
    border = Border(subject)
    value = look(border)
    border.close()
    return value


def checked_actor(actor: object, *, nobody: bool = False) -> str:
    """Return who acts; raises `InputError` for what is not a name of one line, "" only where it may be `nobody`."""
    if type(actor) is str and _is_line(actor):
        return actor
    return looked_at("actor", lambda border: border.text("actor", actor, empty=nobody))


@lru_cache(maxsize=4096)
def _is_line(text: str) -> bool:
    return bool(text.strip()) and len(text) <= LONGEST and not controls(text, lines=False)


#: Begins what the log says of a request that came without a key; no key begins so.
REQUEST = "request:"


def checked_key(key: object) -> str | None:
    """Return an idempotency key, None where there is none; raises `InputError` for what is not text of one line."""
    if isinstance(key, str) and key.startswith(REQUEST):
        remedy = "begin it otherwise"
        raise InputError("idempotency key", [Problem("key", f"{key!r} begins as what names a request does", remedy)])
    return None if key is None else looked_at("idempotency key", lambda border: border.text("key", key))


def checked_request(request: object) -> str | None:
    """Return what the log says of a request that came without a key, by what its program calls it; None: nothing."""
    return None if request is None else REQUEST + looked_at("request", lambda border: border.text("request", request))


def checked_reason(reason: object) -> str | None:
    """Return why what is done is dated back; None: it is not."""
    return None if reason is None else looked_at("backdate", lambda border: border.text("backdate", reason))


def checked_id(record_id: object) -> int:
    """Return a record's id; raises `InputError` for what cannot be one."""
    return record_id if _is_id(record_id) else checked_ids([record_id])[0]


def checked_ids(ids: object) -> list[int]:
    """Return records' ids; raises `InputError` naming all that cannot be one."""
    return looked_at("records", lambda border: [border.record_id(number) for number in border.several("ids", ids)])


def checked_party(gstin: object) -> str:
    """Return a GSTIN in capitals; raises `InputError` for what is not one."""
    try:
        return checked_gstin(gstin if isinstance(gstin, str) else "")
    except ValueError:
        return looked_at("taxpayer", lambda border: border.gstin("gstin", gstin))


def unknown_taxpayer(gstin: str) -> MissingError:
    """Return the error that says of a taxpayer that they are not registered here."""
    remedy = f'register it first: register(Taxpayer(gstin="{gstin}", …))'
    return MissingError("taxpayer", [Problem(gstin, "is not a taxpayer known here", remedy)])


def checked_parties(gstins: object) -> list[str]:
    """Return GSTINs in capitals; raises `InputError` naming all that are not one."""
    return looked_at(
        "taxpayers", lambda border: [border.gstin("gstin", name) for name in border.several("gstins", gstins)]
    )


def checked_text(where: str, text: object, *, empty: bool = False) -> str:
    """Return a text of one line; raises `InputError` for anything else."""
    return looked_at(where, lambda border: border.text(where, text, empty=empty))


def checked_path(where: str, path: object) -> Path:
    """Return the path of a file, which is given as text or as a `Path`; raises `InputError` for anything else."""
    return looked_at(where, lambda border: border.path(where, path))


def checked_output(file: BinaryIO) -> BinaryIO:
    """Return a file that is open to write bytes; raises `InputError` for anything else."""
    if isinstance(file, TextIOBase) or not callable(getattr(file, "write", None)):
        remedy = 'give one that is opened with open(path, "wb")'
        raise InputError("out", [Problem("out", "is not a file that is open to write bytes", remedy)])
    return file


def checked_moment(where: str, moment: object, latest: datetime) -> datetime:
    """Return an aware moment in UTC; raises `InputError` for anything else, and for one after the latest."""
    aware = moment if isinstance(moment, datetime) and moment.tzinfo is not None else None
    if aware is None or aware > latest:
        what = "is not an aware moment" if aware is None else f"is after now ({latest.isoformat()})"
        raise InputError(
            where,
            [Problem(str(aware) if aware else repr(moment), what, "give a datetime with its time zone, not after now")],
        )
    return aware.astimezone(UTC)


def checked_value(value: object, kind: type[Checked]) -> Checked:
    """Return a value of the package with every field as it is kept; raises `InputError` for anything else."""
    name = kind.__name__
    if not isinstance(value, kind):
        looked_at(name.lower(), lambda border: border.wrong(name.lower(), value, f"is not a {name}", f"give a {name}"))
    return cast("Checked", value).checked()


def checked_period(period: object) -> TaxPeriod:
    """Return a tax period, which text like "2024-10" names too; raises `InputError` for what is not one."""
    return looked_at("tax period", lambda border: border.period("period", period))


def checked_word(words: type[Word], word: object, where: str) -> Word:
    """Return a word of the field `where`, which its text names too; raises `InputError` for another."""
    return looked_at(where, lambda border: border.word(where, word, words))


def checked_action(trigger: object) -> Trigger:
    """Return a recipient's action by its word; raises `InputError` for another."""
    if not isinstance(trigger, str) or trigger not in ACTIONS:
        remedy = hinted(trigger, ACTIONS, f"the actions are {', '.join(ACTIONS)}")
        word = trigger if isinstance(trigger, str) else repr(trigger)
        raise InputError("action", [Problem(word, "is not an action of a recipient", remedy)])
    return Trigger(str(trigger))
