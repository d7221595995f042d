"""Changed records with their steps in the log: one of each in one statement, where a database can do that.

Imports the records and the log. On PostgreSQL a recipient's records are held while they are written: over one round
trip instead of three.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from functools import lru_cache

from sqlalchemy import Connection, Insert, bindparam, insert, select

from ims_fsm.errors import ConflictError
from ims_fsm.record.log import TransitionEntry
from ims_fsm.record.record import Record
from ims_fsm.store import log, records
from ims_fsm.store.calls import NextNumber
from ims_fsm.store.connection import database_of
from ims_fsm.store.failures import first_writer
from ims_fsm.store.tables import CALL, LOG, RECORD

_SAID = [column.name for column in CALL.c if column.name not in {"number", "place"}]
_OWN = [column.name for column in LOG.c if column.name != "call"]


def write(connection: Connection, changes: Sequence[tuple[Record, Record]], entries: Sequence[TransitionEntry]) -> None:
    """Write changed records, each as it was read and as it shall be, and what the log says of it.

    Raises `ConflictError` where a record is no longer in the version that was read, or has a step of that number.
    """
    if len(changes) == len(entries) == 1 and database_of(connection).name == "postgresql":
        _write_one(connection, changes[0], entries[0])
        return
    records.update_all(connection, changes)
    log.append(connection, entries)


def _write_one(connection: Connection, change: tuple[Record, Record], entry: TransitionEntry) -> None:
    before, after = change
    moved = {**records.changed_columns(before, after), "version": before.version + 1}
    key = {"key_recipient": before.recipient, "key_id": before.id, "key_version": before.version}
    recipient, call = log.call_of(entry)
    said = {"recipient_gstin": recipient, "steps": 1, **asdict(replace(call, detail=entry.detail))}
    row = {**log.own_of(entry), "detail": ""}
    rows = {f"call_{name}": said[name] for name in _SAID} | {f"own_{name}": row[name] for name in _OWN}
    with first_writer(f"record {before.id} of {recipient}"):
        written = connection.execute(_statement(tuple(sorted(moved))), {**moved, **key, **rows})
    if written.first() is None:
        raise ConflictError("1 of 1 records")


@lru_cache(maxsize=128)
def _statement(names: tuple[str, ...]) -> Insert:
    """Return the statement that writes these columns of a record, and where it did the call and its step."""
    moved = records.compare_and_swap(names).returning(RECORD.c.id).cte("moved")
    said = [bindparam(f"call_{name}", type_=CALL.c[name].type) for name in _SAID]
    call = (
        insert(CALL)
        .from_select(["number", *_SAID], select(NextNumber(), *said).select_from(moved))
        .returning(CALL.c.number)
        .cte("begun")
    )
    columns = [bindparam(f"own_{name}", type_=LOG.c[name].type) for name in _OWN]
    step = select(*columns, call.c.number)
    return insert(LOG).from_select([*_OWN, "call"], step).returning(LOG.c.call)
