"""Who was written to: one row for each letter to a supplier, append-only.

Imports the tables; decides nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select
from sqlmodel import Field

from ims_fsm.record.chasing import Chased
from ims_fsm.store.connection import among
from ims_fsm.store.tables import PAISE, Table, core, paise_field
from ims_fsm.terms.money import HEADS, Heads


class ChaseRow(Table, table=True):
    """That a recipient wrote to a supplier: when, who, which letter (its name and SHA-256), about how much."""

    __tablename__ = "ims_chase"

    recipient_gstin: str = Field(primary_key=True, max_length=15)
    number: int = Field(primary_key=True, sa_type=PAISE)
    supplier_gstin: str = Field(max_length=15)
    letter: str
    sha256: str = Field(max_length=64)
    documents: int = Field(sa_type=PAISE)
    igst: int = paise_field()
    cgst: int = paise_field()
    sgst: int = paise_field()
    cess: int = paise_field()
    actor: str
    at: datetime
    recorded_at: datetime
    request_key: str | None = None


CHASE = core(ChaseRow)
_C = CHASE.c


def last_number(connection: Connection, recipient: str) -> int:
    """Return the number of a recipient's last letter, 0 where there is none."""
    query = select(func.coalesce(func.max(_C.number), 0)).where(_C.recipient_gstin == recipient)
    return int(connection.execute(query).scalar_one())


def put(connection: Connection, recipient: str, chased: Collection[Chased], **logged: Any) -> None:
    """Write that suppliers were written to."""
    rows = []
    for of in chased:
        values = asdict(of)
        tax, supplier = values.pop("tax"), values.pop("supplier")
        rows.append({"recipient_gstin": recipient, "supplier_gstin": supplier, **values, **tax, **logged})
    if rows:
        connection.execute(insert(CHASE), rows)


def listed(connection: Connection, recipient: str, limit: int | None) -> Iterator[Chased]:
    """Give the letters of a recipient, newest first."""
    query = select(CHASE).where(_C.recipient_gstin == recipient).order_by(_C.number.desc()).limit(limit)
    return (_of(row) for row in connection.execute(query))


def newest(connection: Connection, recipient: str, suppliers: Collection[str]) -> dict[str, Chased]:
    """Return the newest letter to each of some suppliers."""
    theirs = (_C.recipient_gstin == recipient, among(_C.supplier_gstin, sorted(suppliers)))
    last = select(func.max(_C.number)).where(*theirs).group_by(_C.supplier_gstin)
    query = select(CHASE).where(_C.recipient_gstin == recipient, _C.number.in_(last))
    return {row.supplier_gstin: _of(row) for row in connection.execute(query)}


def _of(row: Any) -> Chased:
    return Chased(
        number=row.number,
        supplier=row.supplier_gstin,
        at=row.at,
        actor=row.actor,
        letter=row.letter,
        sha256=row.sha256,
        documents=row.documents,
        tax=Heads(*(getattr(row, head) for head in HEADS)),
    )
