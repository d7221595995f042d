"""What the columns of a purchase register mean, by their titles: those that ship (`register.toml`), and one's own.

Knows titles and words only; reads no cell of a row.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from ims_fsm.errors import DeclarationError, Problem
from ims_fsm.files.reading import TomlError, toml_of
from ims_fsm.formats.columns import cleaned, word_of
from ims_fsm.formats.table import Header
from ims_fsm.law.overlay import Overlay
from ims_fsm.terms.money import HEADS
from ims_fsm.terms.vocabulary import Kind

WANTED = "the supplier's GSTIN, the document's number and date, its taxable value and heads of tax"
_UNITS = ("rs", "inr")
_TABLES = ("read", "kinds", "vouchers", "not_read")


@dataclass(frozen=True)
class Layout:
    """The meaning of each title with its turn among those of one meaning, the words for kinds, titles passed over."""

    read: Mapping[str, tuple[int, str]]
    kinds: Mapping[str, Kind]
    vouchers: Mapping[str, Kind]
    not_read: frozenset[str]
    names: str = field(default="a supplier and a document's number", init=False)
    like: str = field(default="GSTIN of supplier and Invoice number", init=False)
    naming: frozenset[str] = field(default=frozenset({"supplier", "number", "date"}), init=False)

    def begins(self, titles: Iterable[str]) -> bool:
        """Say whether titles name a supplier and a document's number.

        >>> shipped_layout().begins(["Date", "Particulars", "GSTIN/UIN", "Supplier Invoice No."])
        True
        >>> shipped_layout().begins(["Purchase Register", "1-Apr-24 to 31-Mar-25"])
        False
        """
        meant = {meaning for title in titles if (meaning := self._meaning(title)) is not None}
        return {"supplier", "number"} <= {name for _, name in meant}

    def places(self, header: Header) -> Mapping[str, int]:
        """Return the column of each meaning: of several titles of one meaning the surest."""
        surest: dict[str, tuple[int, int]] = {}
        for column, title in enumerate(header.titles):
            if (meaning := self._meaning(title)) is not None:
                turn, name = meaning
                surest[name] = min(surest.get(name, (turn, column)), (turn, column))
        return {name: column for name, (_, column) in surest.items()}

    def unread(self, header: Header) -> Iterator[str]:
        """Give the titles that mean nothing here and are not known to."""
        for title in header.titles:
            word = _bare(title)
            if word and word not in self.not_read and word not in self.read:
                yield cleaned(title)

    def problems(self, header: Header) -> Iterator[tuple[str, str]]:
        """Give what a table lacks, with the remedy."""
        places = self.places(header)
        for name in ("date", "taxable"):
            if name not in places:
                yield f"no column says {'the date' if name == 'date' else 'the taxable value'} of a document", _REMEDY
        if not {*HEADS} & places.keys():
            yield "no column has a head of tax", _REMEDY

    def meaning_of(self, title: str) -> str:
        """Return what a title means; blank for nothing."""
        return (self._meaning(title) or (0, ""))[1]

    def _meaning(self, title: str) -> tuple[int, str] | None:
        return self.read.get(_bare(title))


_REMEDY = f"give {WANTED}, or name its titles in a layout"


def _bare(title: str) -> str:
    """Return a title as it is looked up, without the unit of money."""
    word = word_of(title)
    for unit in _UNITS:
        if word != unit:
            word = word.removesuffix(unit)
    return word


@cache
def shipped_layout() -> Layout:
    """Return the titles that ship."""
    return _layout(_shipped())


def layout_with(overlay: Overlay | None) -> Layout:
    """Return the titles that ship with a layout of one's own laid over them; raises `DeclarationError`."""
    if overlay is None:
        return shipped_layout()
    where = overlay.where
    try:
        table = toml_of(overlay.text)
    except TomlError as error:
        raise DeclarationError(where, [Problem(where, error.what, error.remedy)]) from error
    base = _shipped()
    if problems := [*_problems(table, base, where)]:
        raise DeclarationError(where, problems)
    laid = {
        name: {word: [*table.get(name, {}).get(word, ()), *titles] for word, titles in base[name].items()}
        for name in base
    }
    return _layout(laid, table.get("read", {}))


def fits(overlay: Overlay, titles: Iterable[str]) -> int:
    """Return how many columns a layout of one's own names, all of which are among titles; 0 where one is not."""
    words = {_bare(title) for title in titles}
    read = toml_of(overlay.text).get("read", {})
    return len(read) if all(words & {*map(_bare, names)} for names in read.values()) else 0


def _shipped() -> dict[str, Any]:
    return {"vouchers": {}, **tomllib.loads(Path(__file__).with_name("register.toml").read_text("utf-8"))}


def _layout(declared: Mapping[str, Mapping[str, list[str]]], first: Mapping[str, list[str]] = {}) -> Layout:
    read: dict[str, tuple[int, str]] = {}
    # A title of one's own means what it is named for, whatever it means to the file that ships.
    for name, titles in (*first.items(), *declared["read"].items()):
        for turn, title in enumerate(titles):
            read.setdefault(_bare(title), (turn, name))
    kinds, vouchers = (
        {word_of(word): Kind(kind) for kind, words in declared[table].items() for word in words}
        for table in ("kinds", "vouchers")
    )
    return Layout(read, kinds, vouchers, frozenset(map(_bare, declared["not_read"]["titles"])))


def _problems(overlay: Mapping[str, Any], base: Mapping[str, Any], where: str) -> Iterator[Problem]:
    for table, names in overlay.items():
        if table not in _TABLES or not isinstance(names, dict):
            yield Problem(f"{where} {table}", "is not a table of a layout", f"its tables are {', '.join(_TABLES)}")
            continue
        for name, titles in names.items():
            if name not in base[table]:
                yield Problem(f"{where} {table}.{name}", "is not a column here", f"use {', '.join(base[table])}")
            elif not isinstance(titles, list) or not all(isinstance(title, str) and word_of(title) for title in titles):
                yield Problem(f"{where} {table}.{name}", "is not a list of titles", 'write it like ["Bill ref"]')
