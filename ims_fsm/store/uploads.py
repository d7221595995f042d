"""What was uploaded of a recipient's records, and what the portal answered: read and written.

Imports the table; decides nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, select

from ims_fsm.record.uploaded import Taken, Uploaded, UploadRefusal
from ims_fsm.store.connection import database_of
from ims_fsm.store.job_tables import UploadedRow
from ims_fsm.store.tables import core
from ims_fsm.terms.vocabulary import State

_TABLE: Any = core(UploadedRow)
_AT = _TABLE.c


def of_recipient(connection: Connection, recipient: str, record_id: int | None = None) -> dict[int, Uploaded]:
    """Return what was uploaded of a recipient's records, or of one of them, by record id."""
    query = select(_TABLE).where(_AT.recipient_gstin == recipient)
    if record_id is not None:
        query = query.where(_AT.record_id == record_id)
    return {row.record_id: _read(row) for row in connection.execute(query.order_by(_AT.record_id))}


def put(connection: Connection, recipient: str, uploads: Iterable[Uploaded]) -> None:
    """Write what was uploaded of records, or answered to it, over what was written of them before."""
    rows = [_row(recipient, upload) for upload in uploads]
    if not rows:
        return
    insert = database_of(connection).insert(_TABLE)
    changes = {name: insert.excluded[name] for name in rows[0] if name not in {"recipient_gstin", "record_id"}}
    connection.execute(
        insert.on_conflict_do_update(index_elements=[_AT.recipient_gstin, _AT.record_id], set_=changes), rows
    )


def _row(recipient: str, upload: Uploaded) -> dict[str, Any]:
    taken, refusal = upload.taken, upload.refusal
    return {
        "recipient_gstin": recipient,
        "record_id": upload.record_id,
        "action": str(upload.action),
        "declaration": upload.declaration,
        "at": upload.at,
        "answered": upload.answered,
        "taken_action": None if taken is None else str(taken.action),
        "taken_declaration": None if taken is None else taken.declaration,
        "taken_at": None if taken is None else taken.at,
        "refused_action": None if refusal is None else str(refusal.action),
        "refused_code": None if refusal is None else refusal.code,
        "refused_message": None if refusal is None else refusal.message,
        "refused_at": None if refusal is None else refusal.at,
    }


def _read(row: Any) -> Uploaded:
    taken, refusal = None, None
    if row.taken_at is not None:
        taken = Taken(State(row.taken_action), row.taken_declaration, row.taken_at)
    if row.refused_at is not None:
        action = State(row.refused_action)
        refusal = UploadRefusal(action=action, code=row.refused_code, message=row.refused_message, at=row.refused_at)
    return Uploaded(
        record_id=row.record_id,
        action=State(row.action),
        declaration=row.declaration,
        at=row.at,
        answered=bool(row.answered),
        taken=taken,
        refusal=refusal,
    )
