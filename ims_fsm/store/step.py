"""Changed rows with their steps in the log: one of each in one statement, where a database can do that.

Imports the records and the log. On PostgreSQL what moves is held while it is written: over one round trip instead of
three.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import lru_cache
from typing import Any

from sqlalchemy import Column, Connection, Insert, Table, and_, bindparam, insert, select

from ims_fsm.errors import ConflictError
from ims_fsm.record.log import TransitionEntry
from ims_fsm.record.record import Record
from ims_fsm.store import log, records
from ims_fsm.store.calls import NextNumber
from ims_fsm.store.connection import database_of
from ims_fsm.store.failures import first_writer
from ims_fsm.store.host import is_hosts
from ims_fsm.store.tables import AT, CALL, LOG, RECORD

_SAID = [column.name for column in CALL.c if column.name not in {"number", "place"}]
_OWN = [column.name for column in LOG.c if column.name != "call"]


@dataclass(frozen=True, slots=True)
class Moved:
    """A row that one step changes: its table, whose it is, its id, the column that has its version, what it becomes."""

    table: Table
    counted: Column[int]
    owner: str
    id: int
    version: int
    columns: Mapping[str, Any]


def write(connection: Connection, changes: Sequence[tuple[Record, Record]], entries: Sequence[TransitionEntry]) -> None:
    """Write changed records, each as it was read and as it shall be, and what the log says of it.

    Raises `ConflictError` where a record is no longer in the version that was read, or has a step of that number.
    """
    if len(changes) == len(entries) == 1 and database_of(connection).name == "postgresql":
        before, after = changes[0]
        moved = {**records.changed_columns(before, after), "version": before.version + 1}
        write_moved(connection, Moved(RECORD, AT.version, before.recipient, before.id, before.version, moved), *entries)
        return
    records.update_all(connection, changes)
    log.append(connection, entries)


def write_moved(connection: Connection, moved: Moved, entry: TransitionEntry) -> None:
    """Write a changed row and its step; raises `ConflictError` as `write` does."""
    key = {"key_recipient": moved.owner, "key_id": moved.id, "key_version": moved.version}
    names = tuple(sorted(moved.columns))
    if database_of(connection).name != "postgresql":
        swap = records.compare_and_swap(names, moved.table, moved.counted)
        if connection.execute(swap, {**moved.columns, **key}).rowcount != 1:
            raise ConflictError("1 of 1 records")
        log.append(connection, [entry])
        return
    recipient, call = log.call_of(entry)
    said = {"recipient_gstin": recipient, "steps": 1, **asdict(replace(call, detail=entry.detail))}
    row = {**log.own_of(entry), "detail": ""}
    rows = {f"call_{name}": said[name] for name in _SAID} | {f"own_{name}": row[name] for name in _OWN}
    with first_writer(f"record {moved.id} of {recipient}"):
        written = connection.execute(_statement(moved.table, moved.counted, names), {**moved.columns, **key, **rows})
    row_written = written.first()
    if row_written is None:
        raise ConflictError("1 of 1 records")
    refuse_early(connection, row_written.call)


def refuse_early(connection: Connection, number: int) -> None:
    """Raise `ConflictError` where a call comes, in the order of events, before the step that one of its own follows.

    On PostgreSQL a transaction is numbered when it first writes. A host may have written before others did who were
    done before it came to its call: such a transaction must begin anew. A transaction of ours begins with the call.
    """
    can_be = is_hosts() and not database_of(connection).single_writer
    if can_be and connection.execute(_EARLY, {"call": number}).first() is not None:
        raise ConflictError("the same records")


_BEFORE, _CALL_BEFORE = LOG.alias("step_before"), CALL.alias("call_before")
_EARLY = (
    select(LOG.c.seq)
    .join(CALL, log.OF_ONE_CALL)
    .join(
        _BEFORE,
        and_(
            _BEFORE.c.recipient_gstin == LOG.c.recipient_gstin,
            _BEFORE.c.record_id == LOG.c.record_id,
            _BEFORE.c.seq == LOG.c.seq - 1,
        ),
    )
    .join(
        _CALL_BEFORE,
        and_(_CALL_BEFORE.c.recipient_gstin == _BEFORE.c.recipient_gstin, _CALL_BEFORE.c.number == _BEFORE.c.call),
    )
    .where(
        LOG.c.call == bindparam("call"),
        _CALL_BEFORE.c.place > CALL.c.place,
    )
    .limit(1)
)


@lru_cache(maxsize=128)
def _statement(table: Table, counted: Column[int], names: tuple[str, ...]) -> Insert:
    """Return the statement that writes these columns of a row, and where it did the call and its step."""
    moved = records.compare_and_swap(names, table, counted).returning(table.c.id).cte("moved")
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
