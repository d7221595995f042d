"""Working papers as a workbook: a sheet for each part, a page wide on A4, the contents and what must tie first.

Imports the writer and the papers' values; knows no record. A row is written when it is read.
"""

from __future__ import annotations

from ims_fsm.formats.workbooks.layout import Column
from ims_fsm.formats.workbooks.writer import Book, Sheet
from ims_fsm.record.paper import Cover, Form, Part

#: The rows that a sheet of papers may have; a longer part goes on in the next sheet.
LONGEST = 1_000_000
#: The widest column of text that is one line.
_LINE = 18
_CONTENTS = (
    Column("what", "What", "text", 34),
    Column("says", "Says", "wrapped", 90),
    Column("rows", "Rows", "number", 12),
)
_TIES = (
    Column("what", "What must be the same", "text", 70),
    Column("listed", "Listed in these papers", "number", 20),
    Column("stated", "Stated elsewhere", "number", 20),
    Column("listed_money", "Listed, in rupees", "money", 22),
    Column("stated_money", "Stated, in rupees", "money", 22),
    Column("holds", "Result", "text", 16),
)


class WorkbookPaper:
    """Working papers being written into a workbook; `footer` stands under each page."""

    def __init__(self, book: Book, footer: str) -> None:
        """Begin with the sheets that are written last."""
        self._book, self._footer = book, footer
        self._contents, self._ties = self._sheet("Contents", _CONTENTS), self._sheet("Checks", _TIES)

    def part(self, part: Part) -> int:
        """Write a part, and return how many rows it has."""
        columns = tuple(_column(*column) for column in part.columns)
        count, number = 0, 1
        sheet = self._sheet(part.name, columns)
        sheet.begin(part.title, *part.says)
        for row in part.rows:
            count += 1
            if sheet.rows >= LONGEST:
                number += 1
                sheet = self._sheet(f"{part.name} {number}", columns)
                sheet.begin(f"{part.title} ({number})", *part.says)
            sheet.write(row)
        return count

    def end(self, cover: Cover) -> None:
        """Write the contents and what must tie."""
        self._contents.begin(cover.title)
        for what, says in cover.facts:
            self._contents.write({"what": what, "says": says})
        self._contents.write({"what": "Sheets"})
        self._contents.write({"what": "Checks", "says": "Figures that must be the same", "rows": len(cover.ties)})
        for part, rows in cover.entries:
            self._contents.write({"what": part.name, "says": part.title, "rows": rows})
        self._ties.begin("Figures that must be the same")
        for tie in cover.ties:
            kind = "_money" if tie.is_money else ""
            figures = {f"listed{kind}": tie.listed, f"stated{kind}": tie.stated}
            self._ties.write({"what": tie.what, **figures, "holds": "ties" if tie.holds else "does not tie"})
        self._ties.colour("holds", {"ties": "good", "does not tie": "bad"})

    def _sheet(self, name: str, columns: tuple[Column, ...]) -> Sheet:
        sheet = self._book.sheet(name, columns, most=LONGEST)
        sheet.on_paper(self._footer)
        return sheet


def _column(name: str, title: str, form: Form, width: int) -> Column:
    return Column(name, title, "wrapped" if form == "text" and width > _LINE else form, width)
