"""What the parts of working papers are read from: whose and of which period, and what the lists have added up to.

Imports the views; reads only.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import TypeVar

from ims_fsm.law.matching import Cascade
from ims_fsm.record.paper import Cell
from ims_fsm.record.record import Record
from ims_fsm.store import records
from ims_fsm.terms.money import HEADS, Heads
from ims_fsm.terms.period import TaxPeriod, in_india
from ims_fsm.workflow.unit import UnitOfWork
from ims_fsm.workflow.views.views import TwoBView

T = TypeVar("T")
PAGE = 500
Rows = Iterator[Mapping[str, Cell]]


@dataclass(frozen=True, slots=True)
class Material:
    """Whose papers, of which period, as of which moment; `listed` is what the lists came to while they were written."""

    unit: UnitOfWork
    recipient: str
    period: TaxPeriod
    view: TwoBView
    cascade: Cascade
    #: Whether a purchase register is here.
    matched: bool
    listed: Counter[str] = field(default_factory=Counter)

    def named(self, record: Record) -> dict[str, Cell]:
        """Return what the columns of a document hold."""
        document = record.document
        return {
            "record": record.id,
            "kind": document.kind.replace("_", " "),
            "number": document.number,
            "date": document.date,
            "supplier": document.supplier or "overseas",
        }

    def with_records(self, rows: Iterator[T], ids: str) -> Iterator[tuple[T, Record | None]]:
        """Give rows with the record that each names by an attribute; a page of them is held."""
        while page := list(islice(rows, PAGE)):
            wanted = {getattr(row, ids) for row in page}
            by_id = records.find_many(self.unit.connection, self.recipient, wanted)
            yield from ((row, by_id.get(getattr(row, ids))) for row in page)


def heads(amounts: Heads) -> dict[str, Cell]:
    """Return what the columns of the heads hold; nothing where a head is zero."""
    return {head: amount or None for head, amount in zip(HEADS, amounts, strict=True)}


def moment(at: datetime | None) -> str:
    """Return a moment (aware) in Indian time, to the minute; blank for none."""
    return "" if at is None else f"{in_india(at):%d-%m-%Y %H:%M}"


def words(name: str) -> str:
    """Return a name of the declarations as people read it."""
    return name.replace("_", " ")
