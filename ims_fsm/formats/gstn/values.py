"""Single values of the portal's JSON: amounts, dates, periods, flags and codes in every spelling met.

Each reader takes one value and raises `ValueError` ("what is wrong; the remedy"). Knows no record and no section.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any, TypeVar

from ims_fsm.terms.border import LAST_PERIOD, LONGEST, checked_gstin
from ims_fsm.terms.characters import controls as controls  # noqa: PLC0414 -- handed on
from ims_fsm.terms.money import paise
from ims_fsm.terms.period import TaxPeriod
from ims_fsm.terms.vocabulary import Form, State, SupplierStatus

Value = TypeVar("Value")
_DATE = re.compile(r"([0-9]{2})[-/]([0-9]{2})[-/](20[0-9]{2})")
_AMOUNT = re.compile(r"[-+]?[0-9]+(\.[0-9]*)?")
_EXACT = 10**14
_SHOWN = 40
_TRUE = frozenset({"Y", "YES", "TRUE", "1"})
_FALSE = frozenset({"N", "NO", "FALSE", "0"})


def spellings(words: Mapping[Value, str]) -> dict[str, Value]:
    """Return what each spelling means, from the spellings of each meaning with blanks between them."""
    return {spelling: meaning for meaning, listed in words.items() for spelling in listed.split()}


# The portal's codes of the recipient's actions; a state in words is read too.
CODES = {State.NO_ACTION: "N", State.ACCEPTED: "A", State.REJECTED: "R", State.PENDING: "P"}
_ACTIONS = spellings({state: f"{code} {state.replace('_', '').upper()}" for state, code in CODES.items()})
_STATUSES = spellings({SupplierStatus.FILED: "F FILED Y", SupplierStatus.SAVED: "N NF NOTFILED S SAVED"})
_FORMS = spellings({form: form.removeprefix("GSTR-") for form in Form}) | {"1/IFF": Form.GSTR_1}
_LITERALS = {None: "null", True: "true", False: "false"}
_INVOICE_TYPES = {"SEZWP": "SEWP", "SEZWOP": "SEWOP", "REGULAR": "R"}


def amount(value: Any) -> int:
    """Return an amount of rupees, a number or text, as paise; raises `ValueError` when negative or not exact."""
    cents = _whole_paise(value)
    if cents < 0:
        raise ValueError(f"{shown(value)} is negative; write every amount, of a credit note too, without a sign")
    return cents


def magnitude(value: Any) -> int:
    """Return an amount of rupees as paise without its sign: some tools write a credit note's with a minus."""
    return abs(_whole_paise(value))


def _whole_paise(value: Any) -> int:
    if type(value) in (int, Decimal):
        if -_EXACT < value < _EXACT and (cents := int(value * 100)) == value * 100 and (cents or not value):
            return cents
        return paise(str(value))
    if not (isinstance(value, str) and _AMOUNT.fullmatch(value.strip())):
        raise ValueError(f"{shown(value)} is not an amount; write rupees as a number or text, like 18000.00")
    return paise(value.strip())


def shown(value: Any) -> str:
    """Return a value as a sentence shows it: text in quotes, a list or object by its kind, the rest as JSON has it.

    What is long is cut short.

    >>> shown(None), shown(True), shown(Decimal("1.005"))
    ('null', 'true', '1.005')
    """
    if isinstance(value, (dict, list)):
        return "an object" if isinstance(value, dict) else "a list"
    text = _LITERALS[value] if value is None or isinstance(value, bool) else str(value)
    short = text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
    return repr(short) if isinstance(value, str) else short


def plain(value: Any) -> str:
    """Return text or a number as text; raises `ValueError` for null, true, false, a list or an object."""
    if isinstance(value, bool) or not isinstance(value, (str, int, Decimal)):
        raise ValueError(f"{shown(value)} stands where text is expected; write it in quotes")
    return str(value)


@lru_cache(maxsize=65536)
def day(text: str) -> date:
    """Return the date written dd-mm-yyyy; raises `ValueError` for any other form and for days that do not exist."""
    written_day = _DATE.fullmatch(text.strip())
    if written_day:
        try:
            return date(*map(int, reversed(written_day.groups())))
        except ValueError:
            pass
    raise ValueError(f"{text!r} is not a date of the portal; write it dd-mm-yyyy, like 05-10-2024")


def written(value: date) -> str:
    """Return a date as the portal writes it, dd-mm-yyyy."""
    return f"{value:%d-%m-%Y}"


def _within_reach(read: TaxPeriod) -> TaxPeriod:
    if read > LAST_PERIOD:
        raise ValueError(f"{read.wire!r} is too far away; write a period up to {LAST_PERIOD.wire}")
    return read


@lru_cache(maxsize=65536)
def period(text: str, documented: date) -> TaxPeriod:
    """Return the return period written MMYYYY, or MM as the offline tool does.

    A bare month is the first such month that is not before the document's own. Raises `ValueError` for anything else.
    """
    digits = text.strip()
    digits = digits.zfill(2 if len(digits) <= 2 else 6)  # noqa: PLR2004 - MM and MMYYYY, a leading zero may be lost
    if len(digits) > 2 and digits.isascii():  # noqa: PLR2004 - MM
        return _within_reach(TaxPeriod.from_wire(digits))
    if digits.isascii() and digits.isdigit() and 1 <= int(digits) <= 12:  # noqa: PLR2004 - months
        month = int(digits)
        return TaxPeriod(f"{documented.year + (month < documented.month):04}-{month:02}")
    raise ValueError(f"{text!r} is not a return period; write it MMYYYY, like 102024")


@lru_cache(maxsize=65536)
def gstin(text: str) -> str:
    """Return a GSTIN of any of the portal's shapes in capitals; raises `ValueError` for another shape."""
    return checked_gstin(text)


def _word(value: Any) -> str:
    return str(value).upper().replace(" ", "").replace("_", "").replace("-", "")


def flag(value: Any) -> bool:
    """Return Y/N, true/false or a JSON boolean as a truth value; raises `ValueError` for anything else."""
    if isinstance(value, bool):
        return value
    word = _word(value)
    if word in _TRUE or word in _FALSE:
        return word in _TRUE
    raise ValueError(f"{shown(value)} is not a flag; write Y or N")


def _choice(table: Mapping[str, Value], word: str, value: Any, what: str) -> Value:
    if word not in table:
        raise ValueError(f"{shown(value)} is not {what}")
    return table[word]


def action(value: Any) -> State:
    """Return the recipient's action N, A, R or P as a state; raises `ValueError` for any other code."""
    return _choice(_ACTIONS, _word(value), value, "an action; write A, R, P or N")


def supplier_status(value: Any) -> SupplierStatus:
    """Return whether the supplier has saved or filed (FAQ 6), in any of the portal's spellings."""
    return _choice(_STATUSES, _word(value), value, "a filing status; write Filed or Not Filed")


def form(value: Any) -> Form:
    """Return the supplier's form from R1, R1A, R5, GSTR1, GSTR-1A, IFF and the like; raises `ValueError` else."""
    word = _word(value).removeprefix("GSTR").removeprefix("R")
    return _choice(_FORMS, word, value, "a form of a supplier; write R1, R1A, R5 or IFF")


def wire_period(value: Any) -> TaxPeriod:
    """Return the period written MMYYYY, which a lost leading zero does not spoil; raises `ValueError` for another."""
    return _within_reach(TaxPeriod.from_wire(plain(value).strip().zfill(6)))


def invoice_type(value: Any) -> str:
    """Return the type of an invoice as IMS spells it: R, DE, SEWP, SEWOP, CBW (GSTR-2B writes SEZWP)."""
    word = _word(value)
    if controls(word, lines=False):
        raise ValueError(f"{shown(value)} has control characters; take them out")
    if len(word) > LONGEST:
        raise ValueError(f"{shown(value)} has {len(word):,} characters; write at most {LONGEST}")
    return _INVOICE_TYPES.get(word, word)


def place_of_supply(value: Any) -> str:
    """Return the two-digit state code of a place of supply, whatever follows it and if its zero was lost."""
    text = str(value).strip()
    code = text.partition("-")[0].strip()
    if not (code.isascii() and code.isdigit() and len(code) <= 2):  # noqa: PLR2004 - a state code has two digits
        raise ValueError(f"{shown(value)} is not a place of supply; write the state's code, like 27")
    return code.zfill(2)
