"""What a document of the register, or a record, may be paired with by hand: what is near it on the other side.

Imports the tables; reads only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, case, func, or_

from ims_fsm.record.record import Record
from ims_fsm.record.register import Match, RegisterDocument
from ims_fsm.store import records
from ims_fsm.store.purchase_tables import DOCUMENT
from ims_fsm.store.purchases import documents
from ims_fsm.store.purchases.matches import stands
from ims_fsm.store.purchases.sides import kind_of
from ims_fsm.store.tables import AT
from ims_fsm.terms.money import HEADS
from ims_fsm.terms.vocabulary import Kind

_D = DOCUMENT.c


@dataclass(frozen=True, slots=True)
class _Side:
    """The columns of a side, and what is sought on it: which supplier, kind, taxable value, tax and number."""

    table: Any
    kind: ColumnElement[str]
    supplier: str
    sought: Kind
    taxable: int
    tax: int
    number: str | None

    def chosen(self, query: Select[Any], limit: int) -> Select[Any]:
        """Return what lists what is near, the nearest first; where a number is sought, all that have it in theirs."""
        at = self.table
        taxes = sum((at[name] for name in HEADS[1:]), at[HEADS[0]])
        off = func.abs(at.taxable - self.taxable) + func.abs(taxes - self.tax)
        if self.number is None:
            same_pan = func.substr(at.supplier_gstin, 3, 10) == self.supplier[2:12]
            narrowed = or_(same_pan, at.taxable == self.taxable)
        else:
            narrowed = func.upper(at.number).contains(self.number.upper(), autoescape=True)
        kind = str(self.sought.in_books)
        other = case((at.supplier_gstin == self.supplier, 0), else_=1)
        return query.where(self.kind == kind, narrowed).order_by(other, off, at.id).limit(limit)


def of_document(
    connection: Connection, recipient: str, document: RegisterDocument, number: str | None, limit: int
) -> list[Match]:
    """Return the records near a document, each with the class in which it stands now."""
    supplier, tax = document.supplier, document.tax.total
    side = _Side(AT, kind_of(), supplier, document.kind, document.taxable, tax, number)
    rows = _rows(connection, recipient, side, limit, alone=1)
    reported = records.find_many(connection, recipient, [row.record_id for row in rows])
    return [
        Match(class_name=row.gives, rule=row.rule, document=document, record=reported[row.record_id]) for row in rows
    ]


def of_record(connection: Connection, recipient: str, record: Record, number: str | None, limit: int) -> list[Match]:
    """Return the documents near a record, each with the class in which it stands now."""
    of = record.document
    side = _Side(_D, _D.kind, of.supplier, of.kind, of.taxable, of.tax.total, number)
    rows = _rows(connection, recipient, side, limit, alone=0)
    booked = documents.find_many(connection, recipient, [row.document_id for row in rows])
    return [Match(class_name=row.gives, rule=row.rule, document=booked[row.document_id], record=record) for row in rows]


def _rows(connection: Connection, recipient: str, side: _Side, limit: int, *, alone: int) -> Sequence[Any]:
    """Return what is near: what is alone on that side, and where a number is sought what is in a pair as well."""
    pairs, *both = stands(recipient, None)
    free = connection.execute(side.chosen(both[alone], limit)).all()
    paired = [] if side.number is None else connection.execute(side.chosen(pairs, limit)).all()
    return [*islice([*free, *paired], limit)]
