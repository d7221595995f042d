"""A workbook while it is written: sheets of rows under titles, a row at a time, so that memory does not grow with it.

Imports XlsxWriter and the layout's columns; knows no record. Text is written as text whatever it looks like: nothing
that comes from outside becomes a formula, a link or a number.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, BinaryIO

from ims_fsm.errors import FileError, InputError, Problem
from ims_fsm.formats.workbooks.layout import Column, letters_of

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format

#: The row of the titles, from 0: the fifth row groups them, the first four are for what is said of the sheet.
TITLES = 5
#: The rows that a sheet may have; what reads it reads no more.
MOST_ROWS = 190_000
Cell = str | int | date | None
_A4 = 9
# The height of a line of text, in points.
_LINE = 13
_FILLED = "#FFF7D6"
#: How amounts are grouped, from which amount in paise on: a format with conditions loses the sign in some programs.
_GROUPED = {
    0: "#,##0.00",
    1_00_000_00: "#\\,##\\,##0.00",
    1_00_00_000_00: "#\\,##\\,##\\,##0.00",
    1_00_00_00_000_00: "#\\,##\\,##\\,##\\,##0.00",
}
_TEXT, _MONEY, _DATE = "@", _GROUPED[0], "dd-mm-yyyy"
_FRAME = {"bg_color": _FILLED, "border": 1, "border_color": "#E3D9A8"}
_TOP = {"valign": "top"}
# So that a figure does not touch the text in the next column.
_RIGHT = {"align": "right", "indent": 1}
_FORMATS: Mapping[str, Mapping[str, Any]] = {
    "text": {"num_format": _TEXT},
    "wrapped": {"num_format": _TEXT, "text_wrap": True},
    "number": {"num_format": "0", **_RIGHT},
    "money": {"num_format": _MONEY, **_RIGHT},
    "date": {"num_format": _DATE, **_RIGHT},
    "fill": {"num_format": _TEXT, **_FRAME},
    "fill_money": {"num_format": _MONEY, **_FRAME},
    **{f"money {least}": {"num_format": grouped, **_RIGHT} for least, grouped in _GROUPED.items()},
    "heading": {"bold": True, "font_size": 14},
    "title": {"bold": True, "text_wrap": True, "valign": "top", "bg_color": "#DDE7F0", "border": 1},
    "fill_title": {"bold": True, "text_wrap": True, "valign": "top", "bg_color": "#F4E3A1", "border": 1},
    "group": {"bold": True, "font_color": "#44546A", "bottom": 1},
    "bad": {"bg_color": "#F8D7DA"},
    "good": {"bg_color": "#D7F0DD"},
    "waits": {"bg_color": "#E2E8F5"},
}


def _lines(text: Cell, width: int) -> int:
    """Return how many lines a text takes in a column."""
    if not isinstance(text, str) or (len(text) <= width and "\n" not in text):
        return 1
    return sum(max(len(textwrap.wrap(line, width)), 1) for line in text.splitlines())


class Sheet:
    """A sheet being written: titles over columns, then a row at a time in order."""

    def __init__(self, book: Book, title: str, columns: Sequence[Column], pinned: int, most: int) -> None:
        """Begin it; `pinned` columns stay in view, and it has `most` rows at most."""
        self.title, self.columns, self.rows, self.most = title, columns, 0, most
        self.book, self._sheet = book, book.workbook.add_worksheet(title)
        self._wrapped = [(column.name, column.width) for column in columns if column.form == "wrapped"]
        for at, column in enumerate(columns):
            folded = {"level": 1, "hidden": column.aside} if column.aside or column.block else {}
            # What is to be filled in is framed in its rows alone.
            look = book.formats[column.form.removeprefix("fill_").replace("fill", "text")]
            self._sheet.set_column(at, at, column.width, look, folded)
        self._sheet.ignore_errors({"number_stored_as_text": "A1:CZ1048576"})
        self._sheet.freeze_panes(TITLES + 1, pinned)

    def begin(self, heading: str, *lines: str) -> None:
        """Write what is said of the sheet, and its titles; before the first row."""
        formats, above = self.book.formats, ""
        for row, text in enumerate((heading, *lines)):
            self._sheet.write_string(row, 0, text, formats["heading"] if row == 0 else formats["plain"])
        for at, column in enumerate(self.columns):
            self._sheet.write_string(TITLES - 1, at, "" if column.group == above else column.group, formats["group"])
            above = column.group
        self._sheet.set_row(TITLES, 45)
        for at, column in enumerate(self.columns):
            look = formats["fill_title" if column.form.startswith("fill") else "title"]
            self._sheet.write_string(TITLES, at, column.title, look)

    def write(self, cells: Mapping[str, Cell]) -> None:
        """Write the next row: text, paise where the column is of money, numbers and days, by the columns' names.

        Raises `InputError` where the sheet is full.
        """
        if self.rows >= self.most:
            what = f"would have more than {self.most:,} rows"
            raise InputError("workbook", [Problem(f"sheet {self.title}", what, "narrow what is written, to a period")])
        self.rows += 1
        sheet, row = self._sheet, TITLES + self.rows
        self._heighten(row, cells)
        for at, column in enumerate(self.columns):
            value = cells.get(column.name)
            look = self.book.formats[column.form] if column.form.startswith("fill") else None
            if value is None or value == "":
                if look is not None:
                    sheet.write_blank(row, at, None, look)
            elif isinstance(value, str):
                sheet.write_string(row, at, value, look)
            elif isinstance(value, date):
                sheet.write_datetime(row, at, datetime(value.year, value.month, value.day), self.book.formats["date"])  # noqa: DTZ001 -- a day has no time zone
            elif column.form.endswith("money"):
                sheet.write_number(row, at, value / 100, look or self.book.money(value))
            else:
                sheet.write_number(row, at, value)

    def _heighten(self, row: int, cells: Mapping[str, Cell]) -> None:
        """Make a row as high as its text is: not every program does."""
        lines = max((_lines(cells.get(name), width) for name, width in self._wrapped), default=1)
        if lines > 1:
            self._sheet.set_row(row, lines * _LINE)

    def at(self, name: str) -> int:
        """Return the number of a column, from 0."""
        return [column.name for column in self.columns].index(name)

    def range_of(self, name: str, rows: int | None = None) -> str:
        """Return the cells of a column in its first rows (without a number in all) as a formula names them."""
        letter, first = letters_of(self.at(name)), TITLES + 2
        return f"${letter}${first}:${letter}${first - 1 + max(self.rows if rows is None else rows, 1)}"

    def first_cell(self, name: str) -> str:
        """Return the first cell of a column as a rule over its rows names it: the column fixed, the row not."""
        return f"${letters_of(self.at(name))}{TITLES + 2}"

    def validate(self, name: str, rule: Mapping[str, Any]) -> None:
        """Allow only what a rule of XlsxWriter says in the cells of a column."""
        self._sheet.data_validation(*self._area(name), dict(rule))

    def colour(self, name: str, looks: Mapping[str, str]) -> None:
        """Colour the cells of a column by their text."""
        for text, look in looks.items():
            rule = {"type": "cell", "criteria": "==", "value": f'"{text}"', "format": self.book.formats[look]}
            self._sheet.conditional_format(*self._area(name), rule)

    def _area(self, name: str) -> tuple[int, int, int, int]:
        return (TITLES + 1, self.at(name), TITLES + max(self.rows, 1), self.at(name))

    def formula(self, name: str, formula: str, value: int, row: int) -> None:
        """Write a formula of ours into a row from 0, with what it comes to now (paise in a column of money)."""
        at = self.at(name)
        is_money = self.columns[at].form == "money"
        result = value / 100 if is_money else value
        self._sheet.write_formula(TITLES + 1 + row, at, formula, None, result)
        if is_money:
            # What it comes to changes while the workbook is filled in, and its grouping with it.
            for least in reversed([*_GROUPED][1:]):
                beyond = {"criteria": "not between", "minimum": -least / 100, "maximum": least / 100}
                rule = {"type": "cell", **beyond, "format": self.book.formats[f"money {least}"], "stop_if_true": True}
                self._sheet.conditional_format(TITLES + 1 + row, at, TITLES + 1 + row, at, rule)

    def on_paper(self, footer: str) -> None:
        """Have it printed on A4, a page wide, its titles on each page, with a footer and the page's number."""
        self._sheet.set_paper(_A4)
        self._sheet.set_landscape()
        self._sheet.fit_to_pages(1, 0)
        self._sheet.repeat_rows(TITLES)
        self._sheet.set_footer(f"&L{footer}&C&A&RPage &P of &N")

    def end(self) -> None:
        """Finish it: filters over its rows; one without rows is hidden."""
        if self.rows:
            self._sheet.autofilter(TITLES, 0, TITLES + self.rows, len(self.columns) - 1)
        else:
            self._sheet.hide()


class Book:
    """A workbook being written; `writing` gives it."""

    def __init__(self, workbook: Workbook) -> None:
        """Keep the workbook of XlsxWriter and make the formats."""
        self.workbook = workbook
        self.formats = {name: workbook.add_format({**look, **_TOP}) for name, look in _FORMATS.items()}
        self.formats["plain"] = workbook.add_format()
        self.sheets: list[Sheet] = []

    @property
    def rows(self) -> dict[str, int]:
        """How many rows each sheet has that has any."""
        return {sheet.title: sheet.rows for sheet in self.sheets if sheet.rows}

    def sheet(self, title: str, columns: Sequence[Column], pinned: int = 0, *, most: int | None = None) -> Sheet:
        """Add a sheet; the order of the calls is that of the sheets."""
        self.sheets.append(Sheet(self, title, columns, pinned, MOST_ROWS if most is None else most))
        return self.sheets[-1]

    def money(self, amount: int) -> Format:
        """Return how an amount in paise is shown: with Indian grouping."""
        return self.formats[f"money {max(least for least in _GROUPED if least <= abs(amount))}"]

    def lists(self, title: str, lists: Mapping[str, Sequence[str]]) -> None:
        """Add a hidden sheet with lists of words, each under a name that formulas may use."""
        sheet = self.workbook.add_worksheet(title)
        sheet.hide()
        for row in range(max(map(len, lists.values()))):
            for at, words in enumerate(lists.values()):
                if row < len(words):
                    sheet.write_string(row, at, words[row])
        for at, (name, words) in enumerate(lists.items()):
            column = f"${letters_of(at)}$"
            self.workbook.define_name(name, f"={title}!{column}1:{column}{len(words)}")


class _Whole:
    """A file that is written whole or not: once writing failed or is over, what is put behind it goes nowhere."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def write(self, data: bytes) -> int:
        try:
            return self._file.write(data)
        except BaseException:
            self.leave()
            raise

    def leave(self) -> None:
        # The archive that XlsxWriter leaves open after an error ends itself when it is collected, whenever that is.
        self._file = BytesIO()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)


@contextmanager
def writing(out: BinaryIO, made_at: datetime, title: str) -> Iterator[Book]:
    """Give a workbook to write, which is in the file `out` (open for bytes) when the block ends.

    `made_at` is when, aware. What is written lies in files of its own until then. Raises `FileError` where there is no
    room for it.
    """
    from xlsxwriter import Workbook  # noqa: PLC0415 -- a program that writes no workbook starts without it
    from xlsxwriter.exceptions import XlsxWriterException  # noqa: PLC0415 -- as above

    with TemporaryDirectory() as folder:
        whole = _Whole(out)
        workbook = Workbook(whole, {
            "constant_memory": True,
            "tmpdir": str(Path(folder)),
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        })  # fmt: skip
        workbook.set_properties({"title": title, "created": made_at.replace(tzinfo=None)})
        book = Book(workbook)
        try:
            yield book
            for sheet in book.sheets:
                sheet.end()
            workbook.close()
        except (XlsxWriterException, OSError) as error:
            cause = error if isinstance(error, OSError) else error.__cause__ or error.__context__
            raise FileError(cause if isinstance(cause, OSError) else OSError(str(error)), "the workbook") from None
        finally:
            whole.leave()
            for worksheet in workbook.worksheets():
                worksheet._opt_close()  # noqa: SLF001 -- closes the file of its rows, where the block did not come to its end
