"""The beginning of a register whose titles may mean nothing here: its titles, some rows, and what they look like.

Reads no document; knows no record and no store.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice

from ims_fsm.errors import InputError
from ims_fsm.formats.cells import BLANK
from ims_fsm.formats.cells import written as as_written
from ims_fsm.formats.columns import cleaned, word_of
from ims_fsm.formats.content import content_of
from ims_fsm.formats.gstn.download import Source, named
from ims_fsm.formats.gstn.row import Findings
from ims_fsm.formats.register.layout import Layout, shipped_layout
from ims_fsm.formats.register.values import amount_of, day_of
from ims_fsm.formats.table import Header, TableRow, csv_rows
from ims_fsm.formats.workbooks.reader import BEGINNINGS, workbook_rows
from ims_fsm.terms.border import checked_gstin
from ims_fsm.terms.characters import visible
from ims_fsm.terms.money import HEADS
from ims_fsm.terms.spelling import nearest

#: What a register may hold, in bytes.
LARGEST = 256 << 20
#: What the columns of a register are asked for, in order, and those without which none is read.
MEANINGS: Mapping[str, str] = {
    "supplier": "the supplier's GSTIN",
    "number": "the supplier's own number of the document",
    "date": "the document's date",
    "taxable": "the taxable value",
    "igst": "IGST",
    "cgst": "CGST",
    "sgst": "SGST or UTGST",
    "cess": "cess",
    "kind": "what the document is: an invoice, a credit note, …",
    "recipient": "your own GSTIN, in a register of several",
}
WANTED = ("supplier", "number", "date", "taxable")
# Titles stand among the first rows; so many cells say that a row is one of titles; so many rows are shown.
_FIRST, _TITLES, _SHOWN = 60, 4, 20
# So much of a title must be that of a known one for it to be guessed.
_ALIKE = 0.85


class TitlesError(InputError):
    """The titles of a register do not say what its columns are; a layout names them."""


class _EnoughError(Exception):
    """The first rows are read."""


class _Looking:
    """What reads no column: it keeps rows that may be titles, or gives the rows under those that it is given."""

    names, like, naming = "anything", "a row of titles", frozenset[str]()

    def __init__(self, titles: Sequence[str] = ()) -> None:
        self._titles, self.rows = [*titles], list[list[str]]()

    def begins(self, titles: Iterable[str]) -> bool:
        if self._titles:
            return [*titles] == self._titles
        if len(self.rows) == _FIRST:
            raise _EnoughError
        self.rows.append([*titles])
        return False

    def places(self, _header: Header) -> Mapping[str, int]:
        return {}


@dataclass(frozen=True, slots=True)
class RegisterSample:
    """The titles of a register and some of its rows, as they stand."""

    titles: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    @property
    def meanings(self) -> Mapping[str, str]:
        """What columns of a register may mean, in words."""
        return MEANINGS

    @property
    def alike(self) -> Mapping[int, str]:
        """The columns that no layout can tell from others, with the title that they share."""
        words = [*map(word_of, self.titles)]
        return {at: self.titles[at].strip() for at, word in enumerate(words) if words.count(word) > 1}

    def examples(self, column: int, most: int = 3) -> list[str]:
        """Return what stands in a column, each once."""
        return [*dict.fromkeys(row[column] for row in self.rows if row[column])][:most]

    def guesses(self) -> dict[str, int]:
        """Return the column that each meaning probably has: by its title, by one that is like it, by what it holds."""
        layout, guessed, alike = shipped_layout(), dict[str, int](), self.alike
        for guess in (layout.meaning_of, _like, None):
            for column, title in enumerate(self.titles):
                if column in guessed.values() or column in alike or not title.strip():
                    continue
                meaning = self._looks(column, guessed) if guess is None else guess(title)
                if meaning in MEANINGS:
                    guessed.setdefault(meaning, column)
        return guessed

    def _looks(self, column: int, guessed: Mapping[str, int]) -> str:
        cells = [row[column] for row in self.rows if row[column]]
        for meaning, reads in _LOOKS.items():
            if meaning not in guessed and cells and all(map(reads, cells)):
                return meaning
        return ""

    def layout(self, columns: Mapping[str, int]) -> str:
        """Return the layout, as TOML, in which columns have these meanings."""
        lines = (f"{meaning} = [{_quoted(self.titles[column])}]" for meaning, column in columns.items())
        return "\n".join(["[read]", *lines, ""])

    def lacking(self, layout: Layout) -> list[str]:
        """Return what no title says by a layout, of what a register must have."""
        places = layout.places(Header("", self.titles, ("",) * len(self.titles)))
        lacks = [MEANINGS[name] for name in WANTED if name not in places]
        return lacks if {*HEADS} & places.keys() else [*lacks, "a head of tax"]


def _quoted(title: str) -> str:
    return json.dumps(visible(cleaned(title)), ensure_ascii=False)


def _like(title: str) -> str:
    read = shipped_layout().read
    near = nearest(word_of(title), read, _ALIKE)
    return "" if near is None else read[near][1]


def _reads(read: Callable[[str], object]) -> Callable[[str], bool]:
    def reads(cell: str) -> bool:
        try:
            read(cell)
        except ValueError:
            return False
        return True

    return reads


_LOOKS = {"supplier": _reads(checked_gstin), "date": _reads(day_of), "taxable": _reads(amount_of)}


def sample_register(source: Source, where: str | None = None) -> RegisterSample | None:
    """Return the titles of a register and some of its rows, whatever they mean.

    None where no row looks like titles, and for what is neither CSV nor a workbook.
    """
    name, file = named(source, where)
    return sample_of(content_of(file, name, LARGEST), name)


def sample_of(data: bytes, where: str) -> RegisterSample | None:
    """Return the sample of what a file holds."""
    looking = _Looking()
    rows = _rows(data, where, looking)
    try:
        for _ in rows:
            pass
    except (_EnoughError, InputError):
        if not looking.rows:
            return None
    titles = max(looking.rows, key=_as_titles, default=[])
    if _as_titles(titles) < _TITLES:
        return None
    try:
        read = [*islice(_rows(data, where, _Looking(titles)), _SHOWN)]
    except InputError:
        return None
    width = len(read[0].header.titles) if read else len(titles)
    texts = (tuple(_text(cell) for cell in row.cells[:width]) for row in read)
    return RegisterSample(tuple(titles[:width]), tuple(texts))


def _rows(data: bytes, where: str, looking: _Looking) -> Iterator[TableRow]:
    if data.startswith(BEGINNINGS):
        return workbook_rows(data, Findings(where), looking)
    return csv_rows(data, Findings(where), begins=looking.begins)


def _as_titles(cells: Sequence[str]) -> int:
    """Return how many cells of a row may be titles; 0 where one of them is a value."""
    words = [cell for cell in cells if cell.strip()]
    is_value = any(reads(cell) for cell in words for reads in _LOOKS.values())
    return 0 if is_value else len(words)


def _text(cell: object) -> str:
    return "" if cell in BLANK else visible(as_written(cell) if not isinstance(cell, date) else str(cell)).strip()
