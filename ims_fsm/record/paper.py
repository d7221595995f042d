"""Working papers as values: parts with columns and rows, the facts of their first page, and figures that must tie.

Imports the terms' plain values only; what writes them as a workbook or a page is elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal, NamedTuple, Protocol

from ims_fsm.terms.period import TaxPeriod

Form = Literal["text", "number", "money", "date"]
Cell = str | int | date | None


class PaperColumn(NamedTuple):
    """A column: under which name its values are given, its title, what it holds, its width in characters."""

    name: str
    title: str
    form: Form = "text"
    width: int = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A part of working papers: a table under a title; `name` is short. Money is paise, the rows are read once."""

    name: str
    title: str
    says: Sequence[str] = ()
    columns: Sequence[PaperColumn]
    rows: Iterable[Mapping[str, Cell]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tie:
    """Two figures that must be the same: what the papers list, and what is stated elsewhere; paise, or a count."""

    what: str
    listed: int
    stated: int
    is_money: bool = False

    @property
    def holds(self) -> bool:
        """Whether they are the same."""
        return self.listed == self.stated


class Entry(NamedTuple):
    """A line of the contents: a part, and how many rows it has."""

    part: Part
    rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Cover:
    """The first page: its title, what the papers are of and made with, the parts, and whether their figures tie."""

    title: str
    facts: Sequence[tuple[str, str]]
    entries: Sequence[Entry]
    ties: Sequence[Tie]


class Paper(Protocol):
    """What working papers are written on."""

    def part(self, part: Part) -> int:
        """Write a part, and return how many rows it has."""
        ...

    def end(self, cover: Cover) -> None:
        """Write the first page, which stands before the parts."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class PapersWritten:
    """Working papers that were written: how many rows each part has, how many checks, and what does not tie."""

    recipient: str
    period: TaxPeriod
    parts: Mapping[str, int]
    checks: int
    broken: tuple[str, ...]
