"""One row of a section while it is read: asks it for values by key and keeps what is wrong, each with its place.

Knows how to ask, not what a document is; imports the readers of single values.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from datetime import date
from functools import lru_cache
from typing import Any, TypeVar

from ims_fsm.formats.gstn import values
from ims_fsm.formats.gstn.findings import Findings
from ims_fsm.formats.gstn.values import shown
from ims_fsm.terms.gstin import check_digit_holds

Value = TypeVar("Value")
_LONGEST_NUMBER = 16
_holds = lru_cache(maxsize=65536)(check_digit_holds)


def _is_nothing(value: Any) -> bool:
    return value is None or (type(value) is str and (not value or value.isspace()))


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value.strip()
    raise ValueError(f"{shown(value)} stands where text is expected; write it in quotes")


def _day(value: Any) -> date:
    return values.day(_text(value))


def _gstin(value: Any) -> str:
    return values.gstin(_text(value))


def warn_of_check_digit(findings: Findings, place: str, gstin: str) -> None:
    """Warn where a GSTIN's last character is not its check digit; the portal's own samples fail it, so no problem."""
    if not _holds(gstin):
        findings.warn(("check digit", gstin), place, f"the check digit of {gstin} does not hold", "check the GSTIN")


class Row:
    """A row of a section: `raw` as the file has it, `place` as "b2b[3]"."""

    __slots__ = ("findings", "place", "raw")

    def __init__(self, raw: dict[str, Any], place: str, findings: Findings) -> None:
        """Begin to read one row; null and blank text count as left out."""
        self.raw = {key: value for key, value in raw.items() if not _is_nothing(value)}
        self.place = place
        self.findings = findings

    def key(self, keys: tuple[str, ...]) -> str | None:
        """Return the first of the keys that the row has."""
        for key in keys:
            if key in self.raw:
                return key
        return None

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

    def text(self, keys: tuple[str, ...]) -> str | None:
        """Return text as it stands, without surrounding blanks; anything else is a problem."""
        return self.read(_text, keys, None)

    def number(self, keys: tuple[str, ...]) -> str:
        """Return a document's number, which every row must have; a bare JSON number is taken and warned of."""
        key = self.key(keys)
        if key is None:
            self.refuse(keys[0], "the document has no number", "give its number as text")
            return ""
        value = self.raw[key]
        if type(value) is int:
            self.warn("bare number", key, f"{value} is not in quotes", "check that no leading zero was lost")
            return str(value)
        number = self.text((key,)) or ""
        if len(number) > _LONGEST_NUMBER:
            self.warn("long number", key, f"{number!r} has more than the portal's 16 characters", "check the number")
        return number

    def day(self, keys: tuple[str, ...]) -> date | None:
        """Return a date written dd-mm-yyyy, which the row must have."""
        if self.key(keys) is None:
            self.refuse(keys[0], "the document has no date", "write it dd-mm-yyyy, like 05-10-2024")
        return self.optional_day(keys)

    def optional_day(self, keys: tuple[str, ...]) -> date | None:
        """Return a date written dd-mm-yyyy where the row has one."""
        return self.read(_day, keys, None)

    def gstin(self, keys: tuple[str, ...]) -> str:
        """Return a GSTIN, which the row must have; a check digit that fails is warned of once for each GSTIN."""
        if self.key(keys) is None:
            self.refuse(keys[0], "the supplier has no GSTIN", "give the supplier's 15 characters")
        return self.optional_gstin(keys)

    def optional_gstin(self, keys: tuple[str, ...]) -> str:
        """Return a GSTIN where the row has one, else empty text."""
        gstin = self.read(_gstin, keys, "")
        if gstin:
            warn_of_check_digit(self.findings, f"{self.place}.{self.key(keys)}", gstin)
        return gstin

    def amount(self, keys: tuple[str, ...]) -> int:
        """Return an amount in paise; zero where the row has none."""
        return self.read(values.amount, keys, 0)

    def taxable(self) -> int:
        """Return the taxable value in paise, which every document must have."""
        if self.key(("txval",)) is None:
            self.refuse("txval", "the document has no taxable value", "give it in rupees, 0 for none")
        return self.amount(("txval",))
