"""Working papers as a page to be printed: one file of HTML without scripts, A4, light.

Imports Jinja2 and the papers' values. A row is written when it is read; what is written waits in a file of its own for
the first page, which says what it comes to.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import BinaryIO

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from ims_fsm.record.paper import Cell, Cover, Form, PaperColumn, Part
from ims_fsm.terms.money import shown

_CHUNK, _IN_MEMORY = 1 << 16, 1 << 22


class PagePaper:
    """Working papers being written as HTML into a file that is open for bytes; `footer` stands under each page."""

    def __init__(self, out: BinaryIO, footer: str) -> None:
        """Begin with nothing."""
        loader = FileSystemLoader(Path(__file__).with_name("templates"))
        environment = Environment(
            loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
        )
        environment.filters |= {"cell": _cell, "shown": _shown}
        # Shipped beside this file; the footer is a GSTIN and a period.
        self._style = Markup(loader.get_source(environment, "papers.css")[0].replace("FOOTER", footer))  # noqa: S704
        self._part, self._page = (environment.get_template(f"papers{name}.html.j2") for name in ("-part", ""))
        self._out, self._body, self._count = out, SpooledTemporaryFile[bytes](_IN_MEMORY), 0

    def part(self, part: Part) -> int:
        """Write a part, and return how many rows it has."""
        self._count += 1
        counted = _Counted(part.rows)
        for text in self._part.generate(part=part, number=self._count, rows=counted):
            self._body.write(text.encode())
        return counted.count

    def end(self, cover: Cover) -> None:
        """Write the first page and what must tie, then the parts."""
        head, tail = self._page.render(cover=cover, style=self._style, mark=_MARK).split(_MARK)
        self._out.write(head.encode())
        self._body.seek(0)
        while chunk := self._body.read(_CHUNK):
            self._out.write(chunk)
        self._out.write(tail.encode())
        self._body.close()


# What stands in the page where the parts go; it is none of the characters that a page may have.
_MARK = "\x00"


class _Counted:
    """Rows that are counted while they are read."""

    def __init__(self, rows: Iterable[Mapping[str, Cell]]) -> None:
        self._rows, self.count = rows, 0

    def __iter__(self) -> Iterator[Mapping[str, Cell]]:
        for row in self._rows:
            self.count += 1
            yield row


def _cell(row: Mapping[str, Cell], column: PaperColumn) -> str:
    return _shown(row.get(column.name), column.form)


def _shown(value: Cell, form: Form) -> str:
    """Return what a cell says: amounts with Indian grouping, days as they are written in India."""
    if value is None:
        return ""
    if isinstance(value, date):
        return f"{value:%d-%m-%Y}"
    return shown(value) if isinstance(value, int) and form == "money" else str(value)
