"""The contents that records have had, newest last; append-only.

Imports the tables and the record; decides nothing.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, insert, select

from ims_fsm.record.log import Content
from ims_fsm.record.record import Record
from ims_fsm.store.tables import ContentRow, core

_table = core(ContentRow)


def append(connection: Connection, records: Sequence[tuple[Record, int]], actor: str, at: datetime) -> None:
    """Write the content that each record has now, under its number."""
    rows = [
        {
            "recipient_gstin": record.recipient,
            "record_id": record.id,
            "number": number,
            "content": json.dumps(record.document.content(), sort_keys=True, separators=(",", ":")),
            "content_hash": record.content_hash,
            "actor": actor,
            "at": at,
        }
        for record, number in records
    ]
    if rows:
        connection.execute(insert(_table), rows)


def of_record(connection: Connection, record: Record) -> list[Content]:
    """Return every content that a record has had, oldest first."""
    at_key = (_table.c.recipient_gstin == record.recipient, _table.c.record_id == record.id)
    rows = connection.execute(select(_table).where(*at_key).order_by(_table.c.number))
    return [Content(row.number, json.loads(row.content), row.content_hash, row.actor, row.at) for row in rows]
