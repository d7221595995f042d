"""The transition log: a row for each trigger that fired on a record, written once and read back in order.

Imports the tables; decides nothing and changes no row.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from operator import attrgetter

from sqlalchemy import Connection, insert, select

from ims_fsm.record.log import TransitionEntry
from ims_fsm.store.connection import first_writer
from ims_fsm.store.tables import TransitionRow, core

_log = core(TransitionRow)
_APPEND = insert(_log)


_NAMES = tuple(field.name for field in fields(TransitionEntry))
_values = attrgetter(*_NAMES)


def append(connection: Connection, entries: Sequence[TransitionEntry]) -> None:
    """Write entries at the end of their records' logs, in one statement.

    Raises `ConflictError` where a record already has a step of that number: somebody else moved it meanwhile.
    """
    if not entries:
        return
    rows = [dict(zip(_NAMES, _values(entry), strict=True)) | {"rules": " ".join(entry.rules)} for entry in entries]
    with first_writer(_what(entries)):
        connection.execute(_APPEND, rows)


def history(connection: Connection, gstin: str, record_id: int) -> tuple[TransitionEntry, ...]:
    """Return a record's log, oldest first; empty where nothing has moved it (or there is no such record)."""
    query = select(_log.c[_NAMES]).where(_log.c.recipient_gstin == gstin, _log.c.record_id == record_id)
    rows = connection.execute(query.order_by(_log.c.seq)).mappings()
    return tuple(TransitionEntry(**{**row, "rules": tuple(row["rules"].split())}) for row in rows)


def _what(entries: Sequence[TransitionEntry]) -> str:
    first = entries[0]
    return f"record {first.record_id} of {first.recipient_gstin}" if len(entries) == 1 else f"{len(entries)} records"
