"""The cells of a row, asked for by what their columns mean; what is wrong with one is kept with its place.

Knows no proposal and no register.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import TypeVar

from ims_fsm.formats.columns import cleaned, seen
from ims_fsm.formats.gstn.row import Findings
from ims_fsm.formats.gstn.values import controls, shown
from ims_fsm.formats.gstn.values import gstin as read_gstin
from ims_fsm.formats.table import TableRow
from ims_fsm.terms.border import LONGEST

Value = TypeVar("Value")
BLANK = (None, "")
# What a spreadsheet's number keeps exactly.
_EXACT = 10**15
# A number that a spreadsheet took for an amount, and of which it kept the first digits only.
_SCIENTIFIC = re.compile(r"[0-9](?:[.,][0-9]+E\+?|E\+)[0-9]+", re.IGNORECASE)


def written(value: object) -> str:
    """Return what a cell holds as its author would write it; a number that is not whole to a spreadsheet's digits."""
    match value:
        case str():
            return value
        case float():
            return str(int(value)) if value.is_integer() and abs(value) < _EXACT else f"{value:.14E}"
        case date():
            return value.isoformat()
    return shown(value)


class Cells:
    """One row being read: asks it for values by their column, and keeps what is wrong with them."""

    __slots__ = ("columns", "findings", "row")

    def __init__(self, row: TableRow, columns: Mapping[str, int], findings: Findings) -> None:
        """Begin to read a row by where its columns stand."""
        self.row, self.columns, self.findings = row, columns, findings

    def value(self, name: str) -> object:
        """Return what a cell holds, None where the row has no such cell."""
        column = self.columns.get(name)
        return None if column is None else self.row.cells[column]

    def text(self, name: str, *, lines: bool = False) -> str:
        """Return what a cell holds as text; an empty one is blank. `lines`: it may have several."""
        value = self.value(name)
        if value in BLANK:
            return ""
        if type(value) is str and value.isascii() and value.isprintable():
            return value.strip()
        text = written(value).strip()
        if not lines:
            # Such a cell is compared; remarks are kept, and may have what joins letters.
            text = seen(text).strip()
        if text.isprintable():
            return text
        if controls(text) or "\t" in text:
            self.refuse(name, f"{shown(text)} has control characters", "take them out")
        elif not lines and len(text.splitlines()) > 1:
            self.refuse(name, f"{shown(text)} has more than one line", "write it in one line")
        else:
            return text
        return ""

    def read(self, name: str, reader: Callable[[str], Value], default: Value) -> Value:
        """Return a cell read by `reader`, or the default where it is blank or was refused."""
        text = self.text(name) if name in self.columns else ""
        try:
            return reader(text) if text else default
        except ValueError as error:
            self.findings.refuse_value(self.at(name), error)
            return default

    def refuse(self, name: str, what: str, remedy: str) -> None:
        """Keep a problem with a cell, or with the row where it has no such cell."""
        self.findings.refuse(self.at(name), what, remedy)

    def at(self, name: str) -> str:
        """Return where a cell stands, or the row where it has no such cell."""
        return self.row.at(self.columns[name]) if name in self.columns else self.row.place


def number_of(text: str) -> str:
    """Return a document's number; raises `ValueError` for one that lost digits, or is too long."""
    number = cleaned(text).lstrip("'")
    if _SCIENTIFIC.fullmatch(number):
        what = "is a document's number that lost digits"
        raise ValueError(f"{shown(text)} {what}; make the column text where it comes from, and save it again")
    if len(number) > LONGEST:
        raise ValueError(f"{shown(text)} has {len(number):,} characters; write at most {LONGEST}")
    return number


def gstin_of(text: str) -> str:
    """Return a GSTIN; raises `ValueError` for another shape."""
    return read_gstin(cleaned(text).lstrip("'"))
