"""One row of a portal file while it is read, and what is found in the file: problems that refuse it, and warnings.

A row is asked for values by key and keeps what is wrong, each with its place. Knows no section and no document. What is
listed is limited, what is counted is not: a file of a million faults has a few causes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable
from dataclasses import replace
from datetime import date
from functools import lru_cache, partial
from typing import Any, TypeVar

from ims_fsm.errors import InputError, Problem
from ims_fsm.formats.gstn import values
from ims_fsm.formats.gstn.values import shown
from ims_fsm.terms.border import LONGEST, check_digit_holds

Value = TypeVar("Value")
MOST = 1000
LONGEST_NUMBER = 16
_LARGEST_NUMBER = 10**LONGEST_NUMBER
#: Whether a GSTIN's last character is its check digit; a file has the same GSTINs again and again.
digit_holds = lru_cache(maxsize=65536)(check_digit_holds)


class Findings:
    """Collects the problems and warnings of one file; a warning of the same cause is counted, not repeated.

    `refused` counts the problems; the first thousand are kept to be listed, and so are the warnings.
    """

    def __init__(self, where: str) -> None:
        """Begin with nothing found in the file named `where`."""
        self.where = where
        self.problems: list[Problem] = []
        self.refused = 0
        self._warnings: dict[Hashable, Problem] = {}
        self._seen: Counter[Hashable] = Counter()
        self._more_warnings = 0
        #: The GSTINs whose check digit does not hold: one warning is for all.
        self.odd_gstins: dict[str, None] = {}

    def refuse(self, place: str, what: str, remedy: str) -> None:
        """Keep a problem: the file will not be read."""
        self.refused += 1
        if len(self.problems) < MOST:
            self.problems.append(Problem(place, what, remedy))

    def refuse_value(self, place: str, error: ValueError) -> None:
        """Keep what a reader of single values raised, whose text is "what is wrong; the remedy"."""
        what, _, remedy = str(error).partition("; ")
        self.refuse(place, what, remedy or "correct it")

    def warn(self, cause: Hashable, place: str, what: str, remedy: str) -> None:
        """Keep a warning once for its cause; later ones of the same cause only count."""
        if cause not in self._warnings and len(self._warnings) >= MOST:
            self._more_warnings += 1
            return
        self._seen[cause] += 1
        self._warnings.setdefault(cause, Problem(place, what, remedy))

    def warn_of_check_digit(self, place: str, gstin: str) -> None:
        """Warn of a GSTIN whose last character is not its check digit; the portal's own samples fail it."""
        if not digit_holds(gstin):
            self.odd_gstins[gstin] = None
            self.warn("check digit", place, f"the check digit of {gstin} does not hold", "check the GSTIN")

    def add(self, later: Findings) -> None:
        """Take over what was found beside this, as if it had been found after it."""
        self.problems += later.problems[: MOST - len(self.problems)]
        self.refused += later.refused
        for cause, problem in later._warnings.items():
            self.warn(cause, problem.where, problem.what, problem.remedy)
            if cause in self._seen:
                self._seen[cause] += later._seen[cause] - 1
        self._more_warnings += later._more_warnings
        self.odd_gstins |= later.odd_gstins

    @property
    def warnings(self) -> tuple[Problem, ...]:
        """The warnings in the order found, each saying how often its cause was met where that was more than once."""
        listed = tuple(
            replace(problem, what=f"{problem.what}{self._how_often(cause)}")
            for cause, problem in self._warnings.items()
        )
        return (*listed, _more("warnings", self._more_warnings)) if self._more_warnings else listed

    def _how_often(self, cause: Hashable) -> str:
        others = len(self.odd_gstins) - 1 if cause == "check digit" else 0
        if others > 0:
            return f", nor that of {others:,} more"
        times = self._seen[cause]
        return "" if times == 1 else f" ({times} times)"

    def raise_problems(self) -> None:
        """Raise `InputError` with the problems found, and how many more there are; do nothing where there is none."""
        if self.refused:
            left = self.refused - len(self.problems)
            raise InputError(self.where, [*self.problems, *([_more("problems", left)] if left else [])])


def _more(what: str, count: int) -> Problem:
    remedy = "mend those that are, and try again"
    return Problem("file", f"{count:,} more {what} of the same file are not listed", remedy)


def recipient_of(named: Any, given: str | None, findings: Findings) -> str:
    """Return whose file it is: the recipient that the file names (`named`), or the caller (`given`), or both.

    What is missing, malformed or contradictory becomes a problem of `findings`.
    """
    gstins = {}
    for place, text in (("gstin", named), ("recipient", given)):
        if text is None:
            continue
        try:
            gstins[place] = values.gstin(values.plain(text))
        except ValueError as error:
            findings.refuse_value(place, error)
    if len(set(gstins.values())) > 1:
        what = f"the file is of {gstins['gstin']}, not of {gstins['recipient']}"
        findings.refuse("gstin", what, "give the file of the recipient asked for, or ask for the file's")
    elif named is None and given is None:
        remedy = 'import it at the recipient\'s desk, or name them in the file as "gstin"'
        findings.refuse("gstin", "neither the file nor the caller names the recipient", remedy)
    for place, text in gstins.items():
        findings.warn_of_check_digit(place, text)
    return next(iter(gstins.values()), "")


def is_blank(value: Any) -> bool:
    """Say whether a value counts as left out: null, or text of blanks."""
    return value is None or (type(value) is str and (not value or value.isspace()))


def _text(value: Any, longest: int = LONGEST) -> str:
    if isinstance(value, str):
        if values.controls(value):
            raise ValueError(f"{shown(value)} has control characters; take them out")
        if len(value) > longest:
            raise ValueError(f"{shown(value)} has {len(value):,} characters; write at most {longest:,}")
        return value.strip()
    raise ValueError(f"{shown(value)} stands where text is expected; write it in quotes")


class Row:
    """A row of a section: `raw` as the file has it, `place` as "b2b[3]"."""

    __slots__ = ("findings", "place", "raw")

    def __init__(self, raw: dict[str, Any], place: str, findings: Findings) -> None:
        """Begin to read one row; null and blank text count as left out."""
        self.raw = {key: value for key, value in raw.items() if not is_blank(value)}
        self.place = place
        self.findings = findings

    def key(self, keys: tuple[str, ...]) -> str | None:
        """Return the first of the keys that the row has."""
        return next((key for key in keys if key in self.raw), None)

    def refuse(self, key: str, what: str, remedy: str) -> None:
        """Keep a problem with one value of the row."""
        self.findings.refuse(f"{self.place}.{key}", what, remedy)

    def warn(self, cause: Hashable, key: str, what: str, remedy: str) -> None:
        """Keep a warning about one value of the row, once for its cause."""
        self.findings.warn(cause, f"{self.place}.{key}", what, remedy)

    def read(self, reader: Callable[[Any], Value], keys: tuple[str, ...], default: Value) -> Value:
        """Return a value read by `reader`, or the default where the row holds none or what it holds is refused."""
        key = self.key(keys)
        if key is None:
            return default
        try:
            return reader(self.raw[key])
        except ValueError as error:
            self.findings.refuse_value(f"{self.place}.{key}", error)
            return default

    def text(self, keys: tuple[str, ...], longest: int = LONGEST) -> str | None:
        """Return text as it stands, without surrounding blanks; anything else is a problem."""
        return self.read(partial(_text, longest=longest), keys, None)

    def number(self, keys: tuple[str, ...]) -> str:
        """Return a document's number, which every row must have; a bare JSON number is taken and warned of."""
        key = self.key(keys)
        if key is None:
            self.refuse(keys[0], "the document has no number", "give its number as text")
            return ""
        value = self.raw[key]
        if type(value) is int and abs(value) < _LARGEST_NUMBER:
            self.warn("bare number", key, f"{value} is not in quotes", "check that no leading zero was lost")
            return str(value)
        number = self.text((key,)) or ""
        if any(sign in number for sign in "\t\n\r"):
            self.refuse(key, f"{shown(number)} has more than one line", "write the number in one")
        if len(number) > LONGEST_NUMBER:
            self.warn("long number", key, f"{number!r} has more than the portal's 16 characters", "check the number")
        return number

    def day(self, keys: tuple[str, ...]) -> date | None:
        """Return a date written dd-mm-yyyy, which the row must have."""
        if self.key(keys) is None:
            self.refuse(keys[0], "the document has no date", "write it dd-mm-yyyy, like 05-10-2024")
        return self.optional_day(keys)

    def optional_day(self, keys: tuple[str, ...]) -> date | None:
        """Return a date written dd-mm-yyyy where the row has one."""
        return self.read(lambda value: values.day(_text(value)), keys, None)

    def gstin(self, keys: tuple[str, ...]) -> str:
        """Return a GSTIN, which the row must have; a check digit that fails is warned of once for each GSTIN."""
        if self.key(keys) is None:
            self.refuse(keys[0], "the supplier has no GSTIN", "give the supplier's 15 characters")
        return self.optional_gstin(keys)

    def optional_gstin(self, keys: tuple[str, ...]) -> str:
        """Return a GSTIN where the row has one, else empty text."""
        gstin = self.read(lambda value: values.gstin(_text(value)), keys, "")
        if gstin:
            self.findings.warn_of_check_digit(f"{self.place}.{self.key(keys)}", gstin)
        return gstin

    def amount(self, keys: tuple[str, ...]) -> int:
        """Return an amount in paise; zero where the row has none."""
        return self.read(values.amount, keys, 0)

    def taxable(self) -> int:
        """Return the taxable value in paise, which every document must have."""
        if self.key(("txval",)) is None:
            self.refuse("txval", "the document has no taxable value", "give it in rupees, 0 for none")
        return self.amount(("txval",))
