"""Rows under titles, read strictly: a table of text (CSV), or objects of JSON; nothing that is not read is passed over.

Knows no proposal and no record. A row says where it stands, and so does each of its cells, whatever it was read from.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TextIO

from ims_fsm.errors import InputError, Problem
from ims_fsm.formats.gstn.notation import ARCHIVE
from ims_fsm.formats.gstn.row import Findings

# What a table may hold: lines, columns, characters of a line, bytes.
ROWS, WIDEST, LONGEST, LARGEST = 200_000, 200, 1_000_000, 64 << 20
AGAIN = "save the table as CSV again"
_DELIMITERS = ",;\t"
# What makes a spreadsheet take a cell for a formula; where it is text, an apostrophe stands before it.
_FORMULA = tuple(f"'{sign}" for sign in "=+-@\t\r")


@dataclass(frozen=True, slots=True)
class Header:
    """The titles of a table, as they stand; rows of one table share it."""

    #: Where they stand: "line 1", "sheet Invoices, row 6".
    place: str
    titles: tuple[str, ...]
    #: What names each column behind the place of a row: ", column 3", ", column G".
    columns: tuple[str, ...]
    #: What the table is called, as a sheet of a workbook is; else blank.
    name: str = ""


@dataclass(frozen=True, slots=True)
class TableRow:
    """A row of a table: where it stands, and a cell for each title. An empty cell is None or blank text."""

    place: str
    header: Header
    cells: Sequence[object]

    def at(self, column: int) -> str:
        """Return where a cell stands."""
        return f"{self.place}{self.header.columns[column]}"


def csv_rows(
    data: bytes, findings: Findings, *, begins: Callable[[Sequence[str]], bool] | None = None, most: int = ROWS
) -> Iterator[TableRow]:
    """Give the rows of a CSV table that can be read: comma, semicolon or tab; UTF-8, or UTF-16 with its mark.

    `begins` says under which titles rows stand: lines above them are passed over. `most` is how many lines it may have.

    A row with too few or too many cells, and a cell that swallowed a row, is kept in `findings`. Raises `InputError`
    where the rest cannot be read: a quote that is not closed, another encoding, more than a table may hold.
    """
    if data.startswith(ARCHIVE):
        raise _refused(findings, "the file", "is an archive or a workbook", "save its table as CSV")
    lines = _Lines(data, findings, most)
    delimiter = lines.delimiter
    header: Header | None = None
    for place, cells, text in lines.rows(delimiter):
        if not any(map(str.strip, cells)):
            continue
        if header is None:
            if begins is not None and not begins(cells):
                continue
            # Blank cells at the end are no columns.
            titles = tuple(cells[: 1 + max(column for column, cell in enumerate(cells) if cell.strip())])
            header = Header(place, titles, tuple(f", column {number}" for number in range(1, len(titles) + 1)))
        elif (column := _swallowing(cells, text, delimiter)) is not None:
            what = "goes over several lines that look like rows of the table"
            findings.refuse(f"{place}, column {column + 1}", what, "close the quote before it, or write one line")
        elif _is_whole(place, cells, header, findings):
            yield TableRow(place, header, [_text(cell) for cell in cells] if "'" in text else cells)


def _text(cell: str) -> str:
    return cell[1:] if cell.startswith(_FORMULA) else cell


def _is_whole(place: str, cells: Sequence[str], header: Header, findings: Findings) -> bool:
    """Say whether a row has the cells of its table; blank ones at its end do not count."""
    wanted = len(header.titles)
    if len(cells) == wanted or (len(cells) > wanted and not any(map(str.strip, cells[wanted:]))):
        return True
    what = f"has {len(cells)} cells and the table {wanted} columns"
    findings.refuse(place, what, "give a cell for each column, and put text with a comma in quotes")
    return False


def _swallowing(cells: Sequence[str], row: str, delimiter: str) -> int | None:
    """Return the cell of several lines that holds as many cells as a row has: it is other rows, whose quote is open."""
    if len(row.splitlines()) > 1:
        for column, cell in enumerate(cells):
            if len(cell.splitlines()) > 1 and cell.count(delimiter) >= len(cells) - 1:
                return column
    return None


class _Lines:
    """The lines of a table's text as a reader of CSV asks for them; keeps those of the row that is being read."""

    def __init__(self, data: bytes, findings: Findings, most: int) -> None:
        """Begin at the first line."""
        encoding = "utf-16" if data.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
        self._data, self._encoding, self._findings, self._most = data, encoding, findings, most
        self._text: TextIO = io.TextIOWrapper(io.BytesIO(data), encoding, newline="")
        self._row: list[str] = []
        self._number = 0

    @property
    def delimiter(self) -> str:
        """What parts the cells: what stands most often in the first line that says anything, outside quotes."""
        head = next((line for line in self if line.strip()), "")
        self._text.seek(0)
        self._row, self._number = [], 0
        return max(_DELIMITERS, key=re.sub(r'"[^"]*"', "", head).count)

    def __iter__(self) -> Iterator[str]:
        """Give the lines one by one; raises `InputError` for what is no text, and for too much of it."""
        while line := self._next():
            self._number += 1
            if len(line) > LONGEST or self._number > self._most:
                raise self._too_much(line)
            self._row.append(line)
            yield line

    def _too_much(self, line: str) -> InputError:
        what, remedy = f"is longer than {LONGEST:,} characters", AGAIN
        if len(line) <= LONGEST:
            what, remedy = f"a table has at most {self._most:,} lines", "give it in parts"
        return _refused(self._findings, f"line {self._number}", what, remedy)

    def _next(self) -> str:
        try:
            return self._text.readline(LONGEST + 1)
        except UnicodeError:
            raise self._not_text() from None

    def _not_text(self) -> InputError:
        """Return the error that the data are not text, with the place of the first byte that is none."""
        name, place, column = self._encoding.removesuffix("-sig").upper(), "the file", ""
        try:
            self._data.decode(self._encoding)
        except UnicodeDecodeError as error:
            before = self._data[: error.start].decode(self._encoding, "replace")
            place, column = f"line {before.count(chr(10)) + 1}", f", character {len(before.rpartition(chr(10))[2]) + 1}"
        return _refused(self._findings, f"{place}{column}", f"is not text in {name}", "save it as CSV in UTF-8")

    def rows(self, delimiter: str) -> Iterator[tuple[str, list[str], str]]:
        """Give the rows with their places and as they are written; raises `InputError` where a quote does not pair."""
        reader = csv.reader(iter(self), delimiter=delimiter, strict=True)
        while True:
            self._row, place = [], f"line {self._number + 1}"
            try:
                cells = next(reader, None)
            except csv.Error as error:
                raise self._unreadable(place, delimiter, str(error)) from error
            if cells is None:
                return
            row = "".join(self._row)
            if '"' in row and _broken_at(row, delimiter):
                raise self._unreadable(place, delimiter, "")
            if len(cells) > WIDEST:
                what = f"has {len(cells):,} cells, and a table at most {WIDEST} columns"
                raise _refused(self._findings, place, what, AGAIN)
            yield place, cells, row

    def _unreadable(self, place: str, delimiter: str, why: str) -> InputError:
        column = _broken_at("".join(self._row), delimiter)
        if not column:
            return _refused(self._findings, place, f"is not a line of a table ({why})", AGAIN)
        what = "has a quote that does not pair" if len(self._row) == 1 else "begins with a quote that is not closed"
        remedy = "put the whole cell in quotes, and write a quote within it twice"
        return _refused(self._findings, f"{place}, column {column}", what, remedy)


def _broken_at(row: str, delimiter: str) -> int:
    """Return the number of the first cell whose quotes do not pair; 0 where all do."""
    cell, at, column = _cell(delimiter), 0, 1
    while match := cell.match(row, at):
        if match.end() == len(row):
            return 0
        at, column = match.end(), column + 1
    return column


@lru_cache(maxsize=8)
def _cell(delimiter: str) -> re.Pattern[str]:
    """Return what a cell is with what ends it: all in quotes, or without any."""
    return re.compile(rf'(?:"[^"]*(?:""[^"]*)*"|[^"{delimiter}\r\n]*)(?:{delimiter}|[\r\n]*\Z)')


def _refused(findings: Findings, place: str, what: str, remedy: str) -> InputError:
    """Return the error that ends the reading, with what was found before it."""
    return InputError(findings.where, [*findings.problems, Problem(place, what, remedy)])


def json_rows(tree: Any, findings: Findings, columns: str) -> Iterator[TableRow]:
    """Give the rows of parsed JSON, a list of objects or one under "actions", each with its place.

    `columns` says in errors what an object may have. What is no object is kept in `findings`; raises `InputError` for
    JSON of another sort, and for more rows than a table may hold.
    """
    rows = tree.get("actions") if isinstance(tree, dict) else tree
    if not isinstance(rows, list):
        what = "holds neither a list of actions nor an upload for the portal"
        raise _refused(findings, "the file", what, f"give a list of objects with {columns}")
    if len(rows) > ROWS:
        raise _refused(findings, "the file", f"a table has at most {ROWS:,} rows", "give it in parts")
    header, seen = Header("", (), ()), set[str]()
    for index, row in enumerate(rows):
        if not isinstance(row, dict):
            findings.refuse(f"[{index}]", "is not an object", f"give an object with {columns}")
            continue
        titles = tuple(row)
        if titles != header.titles:
            seen.update(titles)
            if len(seen) > WIDEST:
                what = f"names more than {WIDEST} columns in all"
                raise _refused(findings, f"[{index}]", what, f"give objects with {columns}")
            header = Header(f"[{index}]", titles, tuple(f".{title}" for title in titles))
        yield TableRow(f"[{index}]", header, list(row.values()))
