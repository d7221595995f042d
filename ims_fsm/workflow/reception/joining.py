"""Joins amendments that came before their originals to the chains of these, once they have come (FAQ 13).

Imports the store; decides nothing else.
"""

from __future__ import annotations

from ims_fsm.record.record import Record
from ims_fsm.store import records
from ims_fsm.store.staging import entering
from ims_fsm.workflow.unit import UnitOfWork

_PAGE = 500


def join(unit: UnitOfWork, recipient: str, first: int) -> None:
    """Join the known amendments that begin a chain to the staged originals that were entered from an id on."""
    for part in entering.waiting(unit.connection, recipient):
        year = unit.book.calendar.financial_year
        entering.want(
            unit.connection,
            [
                (row.supplier_gstin, row.kind, row.original_number.upper(), year(row.original_date), row.id)
                for row in part
            ],
        )
    pairs = entering.come(unit.connection, first)
    for start in range(0, len(pairs), _PAGE):
        _join(unit, recipient, dict(pairs[start : start + _PAGE]))


def _join(unit: UnitOfWork, recipient: str, originals: dict[int, int]) -> None:
    joined: list[tuple[Record, Record]] = []
    for first_id, members in records.chains(unit.connection, recipient, originals).items():
        original = originals[first_id]
        for member in members:
            amends = {"amends_id": original} if member.id == first_id else {}
            joined.append((member, member.changed(chain_id=original, **amends)))
    unit.write(joined)
