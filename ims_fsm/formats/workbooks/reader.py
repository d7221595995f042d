"""The rows of a workbook's sheets, each with its place; what reads it is a process of its own, with limits.

Knows no proposal and no record. A sheet is read from its row of titles on (`columns.Titled`); a sheet
without one is passed over. Whatever the file is, reading ends, with rows or with a sentence.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from threading import Timer
from typing import Any

from ims_fsm.errors import InputError, Problem
from ims_fsm.formats.columns import Titled
from ims_fsm.formats.gstn.notation import ARCHIVE
from ims_fsm.formats.gstn.row import Findings
from ims_fsm.formats.table import Header, TableRow
from ims_fsm.formats.workbooks.layout import letters_of

#: How a workbook begins, and how one does that is old or locked with a password.
BEGINNINGS = (ARCHIVE, b"\xd0\xcf\x11\xe0")
_PARSING = Path(__file__).with_name("parsing.py")
_SECONDS = 300
# The sheets of our own and of the offline tool in which nothing is chosen, by how their names begin.
_WITHOUT_ACTIONS = (
    *("Summary", "Match", "Suppliers", "Only in the books", "2B ", "Outward", "Liabilities", "lists"),
    *("Home", "Help", "Read"),
)
# What is a document's number, and no date.
_NUMBERS = ("number", "pair")
_NOTHING = frozenset({"-", "\N{EN DASH}", "\N{EM DASH}"})
_WRONG = {
    "formula": ("is a formula", "write what it comes to: copy the cells, and paste them as values"),
    "day": ("is a date, and a document's number is text", "make the column text, and write the number again"),
    "error": ("is an error and no value", "write a value"),
}
Cells = list[Any]


def workbook_rows(
    data: bytes, findings: Findings, titled: Titled, pass_over: Callable[[str], object] = lambda _sheet: None
) -> Iterator[TableRow]:
    """Give the rows of the sheets of a workbook (.xlsx, .xlsm) under whose titles rows stand.

    `pass_over` is called with each sheet that has none and is no known one: "sheet Purchases".
    A formula or an error where something is read is kept in `findings`, and so is a date that was a document's number.
    Raises `InputError` for what cannot be read within the limits, and where no sheet has such titles.
    """
    if not data.startswith(BEGINNINGS[0]):
        what = "is an old workbook (.xls), or locked with a password"
        raise InputError(findings.where, [Problem("the file", what, "save it as .xlsx without a password")])
    sheet, is_read = _Sheet("", titled), False
    with _lines(data, findings.where) as lines:
        for line in lines:
            if isinstance(line, dict):
                sheet.end(pass_over)
                sheet = _Sheet(line["sheet"], titled)
            elif (row := sheet.take(line[0], line[1], findings)) is not None:
                yield row
            is_read = is_read or sheet.header is not None
        sheet.end(pass_over)
    if not is_read:
        what = f"has no sheet whose titles name {titled.names}"
        remedy = f"give a sheet with a row of titles like {titled.like}"
        raise InputError(findings.where, [*findings.problems, Problem("the file", what, remedy)])


class _Sheet:
    """A sheet whose rows go by: what stands above its titles, the titles (in two rows in some tools), then its rows."""

    def __init__(self, name: str, titled: Titled) -> None:
        self._name, self._titled, self._meant = name, 0, titled
        self._is_blank = True
        self.header: Header | None = None
        self._read: dict[int, str] = {}

    def take(self, number: int, cells: Cells, findings: Findings) -> TableRow | None:
        """Return a row as it is read; None for one above the rows. What is wrong with it is kept in `findings`."""
        self._is_blank = False
        if self.header is None:
            titles = [cell.strip() if isinstance(cell, str) else "" for cell in cells]
            if self._meant.begins(titles):
                self._begin(number, titles)
            return None
        if number == self._titled + 1 and self._goes_on(cells):
            above = [*self.header.titles, *[""] * len(cells)]
            self._begin(self._titled, [below or title for below, title in zip(cells, above, strict=False)])
            self._titled = 0
            return None
        return self._row(number, cells, self.header, findings)

    def end(self, pass_over: Callable[[str], object]) -> None:
        """Say that the sheet was passed over, where it was and might have had actions."""
        if self.header is None and not self._is_blank and not self._name.startswith(_WITHOUT_ACTIONS):
            pass_over(f"sheet {self._name}")

    def _begin(self, number: int, titles: Sequence[str]) -> None:
        used = 1 + max(column for column, title in enumerate(titles) if title)
        letters = tuple(f", column {letters_of(column)}" for column in range(used))
        self.header = Header(f"sheet {self._name}, row {number}", tuple(titles[:used]), letters, self._name)
        self._read = {column: meaning for meaning, column in self._meant.places(self.header).items()}
        self._titled = number

    def _goes_on(self, cells: Cells) -> bool:
        """Say whether a row goes on with the titles above it: it is text, and names no record and no action."""
        named = (self._read.get(column) for column, cell in enumerate(cells) if cell is not None)
        return all(cell is None or isinstance(cell, str) for cell in cells) and not self._meant.naming & {*named}

    def _row(self, number: int, cells: Cells, header: Header, findings: Findings) -> TableRow:
        width = len(header.titles)
        values: list[object] = [*cells[:width], *[None] * (width - len(cells))]
        row = TableRow(f"sheet {self._name}, row {number}", header, values)
        for column, value in enumerate(values):
            meaning = self._read.get(column)
            if isinstance(value, dict):
                values[column] = _value(value, meaning, row.at(column), findings)
            elif meaning == "action" and value in _NOTHING:
                values[column] = None
        return row


def _value(value: dict[str, Any], meaning: str | None, place: str, findings: Findings) -> object:
    """Return a day; None for what is no value, which is kept in `findings` where something is read."""
    if meaning in _NUMBERS or (meaning and "day" not in value):
        findings.refuse(place, *_WRONG[next(iter(value))])
        # A number that is wrong is no number that is lacking.
        return place if meaning in _NUMBERS else None
    return date.fromisoformat(value["day"]) if "day" in value else None


@contextmanager
def _lines(data: bytes, where: str) -> Iterator[Iterator[Any]]:
    """Give what the reading process says of a workbook; it is ended with the block, and after five minutes."""
    with tempfile.TemporaryFile() as file:
        file.write(data)
        file.seek(0)
        # -P keeps this folder's modules from being taken for the standard library's.
        reading = subprocess.Popen(  # noqa: S603 -- this package's own program
            [sys.executable, "-P", str(_PARSING)],
            stdin=file,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        )
        timer = Timer(_SECONDS, reading.kill)
        timer.daemon = True
        timer.start()
        try:
            yield _said(reading, where)
        finally:
            timer.cancel()
            reading.kill()
            with reading:
                pass


def _said(reading: subprocess.Popen[bytes], where: str) -> Iterator[Any]:
    assert reading.stdout is not None  # noqa: S101 -- it was asked for
    line: Any = None
    for text in reading.stdout:
        if not text.endswith(b"\n"):
            break
        line = json.loads(text)
        if isinstance(line, dict) and "refused" in line:
            raise InputError(where, [Problem(*line["refused"])])
        if isinstance(line, dict) and "end" in line:
            return
        yield line
    what = "is a workbook that cannot be read within the time and the memory that reading may take"
    remedy = "give it in parts, or its table as CSV"
    raise InputError(where, [Problem("the file", what, remedy)])
