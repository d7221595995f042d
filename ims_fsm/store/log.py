"""What was ever done to records and returns: transitions, contents, and whether each log leads to what stands now.

Imports the tables; decides nothing and changes no row. The transition log leads to a record's state, the log of a
GSTR-2B to its state, the contents of a record to its content hash. Its values are `record.log`'s.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    FromClause,
    Result,
    RowMapping,
    Select,
    String,
    Subquery,
    Table,
    and_,
    case,
    exists,
    func,
    insert,
    literal,
    or_,
    select,
)

from ims_fsm.errors import Problem
from ims_fsm.law.declaration import ENTRY
from ims_fsm.record.log import Content, TransitionEntry
from ims_fsm.record.moments import Moments
from ims_fsm.record.record import Record
from ims_fsm.store.calls import Call, begun
from ims_fsm.store.case_tables import CASE
from ims_fsm.store.connection import among
from ims_fsm.store.failures import first_writer
from ims_fsm.store.sql.prepared import built, given, places
from ims_fsm.store.tables import CALL, LOG, ContentRow, RecordRow, TwoBLogRow, TwoBRow, core
from ims_fsm.terms.vocabulary import State, TwoBState

_records, _contents = core(RecordRow), core(ContentRow)
_returns, _return_steps = core(TwoBRow), core(TwoBLogRow)
_APPEND = insert(LOG)
_OF_CALL = ("trigger", "dest", "actor", "at", "recorded_at", "request_key", "backdate", "machine")
_OWN = [column.name for column in LOG.c if column.name not in {"call", "detail"}]

NAMES = tuple(field.name for field in fields(TransitionEntry))
OF_ONE_CALL = and_(CALL.c.recipient_gstin == LOG.c.recipient_gstin, CALL.c.number == LOG.c.call)
_WHOLE = LOG.join(CALL, OF_ONE_CALL)
# A step says its own detail only where its call does not say it for all.
_DETAIL = case((LOG.c.detail != "", LOG.c.detail), else_=CALL.c.detail)
STEP = {name: LOG.c[name] if name in LOG.c else CALL.c[name] for name in NAMES} | {"detail": _DETAIL}
# The transition log as it reads: each step with what its call says.
STEPS = select(*(column.label(name) for name, column in STEP.items())).select_from(_WHOLE)


def append(connection: Connection, entries: Sequence[TransitionEntry]) -> None:
    """Write entries at the end of their records' logs; those in a row that differ in their records only are one call.

    Raises `ConflictError` where a record already has a step of that number: somebody else moved it meanwhile.
    """
    with first_writer(_what(entries)):
        for (recipient, call), alike in groupby(entries, call_of):
            _write(connection, recipient, call, list(alike))


def call_of(entry: TransitionEntry) -> tuple[str, Call]:
    """Return whose records an entry's call moves, and what it says of all its steps, but for the detail."""
    said = {name: getattr(entry, name) for name in _OF_CALL}
    return entry.recipient_gstin, Call(**said, rules=" ".join(entry.rules), detail=None)


def _write(connection: Connection, recipient: str, call: Call, entries: Sequence[TransitionEntry]) -> None:
    first = entries[0].detail
    shared = all(entry.detail == first for entry in entries)
    number = begun(connection, recipient, replace(call, detail=first) if shared else call, len(entries))
    rows = [{**own_of(entry), "call": number, "detail": "" if shared else entry.detail or ""} for entry in entries]
    connection.execute(_APPEND, rows)


def own_of(entry: TransitionEntry) -> dict[str, Any]:
    """Return what a row of the log says of its step alone, by the column."""
    return {name: getattr(entry, name) for name in _OWN}


def history(connection: Connection, gstin: str, record_id: int) -> tuple[TransitionEntry, ...]:
    """Return the log of a record or a case, oldest first; empty where nothing has moved it (or there is none)."""
    query = STEPS.where(LOG.c.recipient_gstin == gstin, LOG.c.record_id == record_id)
    return tuple(map(entry_of, connection.execute(query.order_by(LOG.c.seq)).mappings()))


def between(
    connection: Connection, gstin: str, ids: Collection[int], after: int, until: int
) -> dict[int, list[TransitionEntry]]:
    """Return the steps of a recipient's records behind one place in the order of events up to another, oldest first."""
    steps: dict[int, list[TransitionEntry]] = {}
    query = STEPS.where(LOG.c.recipient_gstin == gstin, among(LOG.c.record_id, ids), CALL.c.place > after)
    query = query.where(CALL.c.place <= until).order_by(LOG.c.record_id, LOG.c.seq)
    for entry in map(entry_of, connection.execute(query).mappings()):
        steps.setdefault(entry.record_id, []).append(entry)
    return steps


def entry_of(row: RowMapping) -> TransitionEntry:
    """Return a step from its row of `STEPS`."""
    return TransitionEntry(**{**row, "rules": tuple(row["rules"].split())})


def _what(entries: Sequence[TransitionEntry]) -> str:
    if len(entries) != 1:
        return f"{len(entries)} records"
    return f"record {entries[0].record_id} of {entries[0].recipient_gstin}"


def append_contents(
    connection: Connection,
    records: Sequence[tuple[Record, int]],
    actor: str,
    moments: Moments,
    reason: Callable[[datetime | None], str | None] = lambda _last_at: None,
) -> None:
    """Write the content that each record has now, under its number.

    `reason` tells why it is dated back behind the newest moment of a record, where it is.
    """
    at, recorded_at = moments
    rows = [
        {
            "recipient_gstin": record.recipient,
            "record_id": record.id,
            "number": number,
            "content": json.dumps(record.document.content(), sort_keys=True, separators=(",", ":")),
            "content_hash": record.content_hash,
            "actor": actor,
            "at": at,
            "recorded_at": recorded_at,
            "backdate": reason(record.last_at),
        }
        for record, number in records
    ]
    if rows:
        connection.execute(insert(_contents), rows)


def contents_of(connection: Connection, recipient: str, record_id: int) -> list[Content]:
    """Return every content that a record has had, or the facts that a case has had, oldest first."""
    at_key = (_contents.c.recipient_gstin == recipient, _contents.c.record_id == record_id)
    rows = connection.execute(select(_contents).where(*at_key).order_by(_contents.c.number))
    return [
        Content(row.number, json.loads(row.content), row.content_hash, row.actor, row.at, row.recorded_at, row.backdate)
        for row in rows
    ]


RESTORE = "restore the database from a copy made before the change"
ROWS_AT_ONCE = 5_000


def of_recipient(query: Select[Any], recipient: ColumnElement[str], *, narrow: bool) -> Select[Any]:
    """Narrow a query to the rows of the recipient that `asked` names; where not, leave it as it is."""
    return query.where(recipient == given("gstin", String)) if narrow else query


def asked(connection: Connection, query: Select[Any], gstin: str | None, **options: Any) -> Result[*tuple[Any, ...]]:
    """Run a query of one recipient's rows, or of everybody's (None), with execution options."""
    return connection.execute(query, places({"gstin": gstin}), execution_options=options)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trail:
    """A log and the table that it leads to, by their columns; `name` is the subject's for people.

    The last `step` and `value` of a subject must be `steps` and `stands` of the row it belongs to; `source` is what a
    step says it came from, and `start` what stands before the first (both None for contents, which replace each other).
    """

    name: str
    rows: FromClause
    subject: Column[Any]
    step: Column[int]
    value: Column[str]
    source: Column[str] | None
    start: str | None
    holder: Column[Any]
    steps: Column[int]
    stands: Column[str]
    #: When a row is dated, when it was written by the machine's own clock, and why it is dated back where it says so.
    at: Column[Any]
    recorded_at: Column[Any]
    backdate: Column[str]
    #: What orders its rows among those of all logs, where something does.
    order: Column[int] | None = None
    #: Which rows of the log are its own, where others lead elsewhere.
    only: ColumnElement[bool] | None = None

    @property
    def log(self) -> Table:
        """The table of the numbered rows."""
        return self.step.table

    def of(self, query: Select[Any], gstin: ColumnElement[str], *, narrow: bool) -> Select[Any]:
        """Narrow a query of its log to its own rows, and to those of one recipient."""
        return of_recipient(query if self.only is None else query.where(self.only), gstin, narrow=narrow)

    def place(self, row: Any) -> str:
        """Name the subject of a row: whose it is, what it is, which one."""
        return f"{row.gstin} {self.name} {row.subject}".lstrip()


TRANSITIONS = Trail(
    name="record",
    rows=_WHOLE,
    subject=LOG.c.record_id,
    step=LOG.c.seq,
    value=CALL.c.dest,
    source=LOG.c.source,
    start=State.NO_ACTION.value,
    holder=_records.c.id,
    steps=_records.c.seq,
    stands=_records.c.state,
    at=CALL.c.at,
    recorded_at=CALL.c.recorded_at,
    backdate=CALL.c.backdate,
    order=CALL.c.place,
    only=CALL.c.machine.is_(None),
)
CASES = replace(
    TRANSITIONS,
    name="case",
    start=ENTRY,
    holder=CASE.c.id,
    steps=CASE.c.seq,
    stands=CASE.c.state,
    only=CALL.c.machine.is_not(None),
)
_OF_CASE = exists().where(CASE.c.recipient_gstin == _contents.c.recipient_gstin, CASE.c.id == _contents.c.record_id)
CONTENTS = Trail(
    name="contents of record",
    rows=_contents,
    subject=_contents.c.record_id,
    step=_contents.c.number,
    value=_contents.c.content_hash,
    source=None,
    start=None,
    holder=_records.c.id,
    steps=_records.c.contents,
    stands=_records.c.content_hash,
    at=_contents.c.at,
    recorded_at=_contents.c.recorded_at,
    backdate=_contents.c.backdate,
    only=~_OF_CASE,
)
FACTS = replace(
    CONTENTS,
    name="facts of case",
    holder=CASE.c.id,
    steps=CASE.c.contents,
    stands=CASE.c.content_hash,
    only=_OF_CASE,
)
RETURNS = Trail(
    name="GSTR-2B of",
    rows=_return_steps,
    subject=_return_steps.c.period,
    step=_return_steps.c.seq,
    value=_return_steps.c.dest,
    source=_return_steps.c.source,
    start=TwoBState.ABSENT.value,
    holder=_returns.c.period,
    steps=_returns.c.seq,
    stands=_returns.c.state,
    at=_return_steps.c.at,
    recorded_at=_return_steps.c.recorded_at,
    backdate=_return_steps.c.backdate,
    order=_return_steps.c.place,
)
TRAILS = (TRANSITIONS, CASES, CONTENTS, FACTS, RETURNS)


def broken_steps(connection: Connection, trail: Trail, gstin: str | None, most: int) -> Iterator[Problem]:
    """Give the rows before which one is missing, and those that do not follow the one before.

    A row follows where it leaves from where that arrived, and was written after it; `audit.dating` has the moments.
    """
    for row in asked(connection, _broken(trail, most, narrow=gstin is not None), gstin):
        yield Problem(f"{trail.place(row)} step {row.step}", _breach(trail, row), RESTORE)


@built
def _broken(trail: Trail, most: int, *, narrow: bool) -> Select[Any]:
    steps = _steps(trail, narrow=narrow)
    gap = steps.c.step != func.coalesce(steps.c.step_before, 0) + 1
    jump = steps.c.source != func.coalesce(steps.c.value_before, trail.start)
    early = steps.c.place < steps.c.place_before
    query = select(steps, jump.label("jump")).where(or_(gap, jump, early))
    return query.order_by(steps.c.gstin, steps.c.subject, steps.c.step).limit(most)


def _breach(trail: Trail, row: Any) -> str:
    before = row.step_before or 0
    if row.step != before + 1:
        return f"comes after step {before}; what was between them is gone"
    if row.jump:
        return f"leaves from {row.source}, and the step before arrived at {row.value_before or trail.start}"
    return f"has the place {row.place} in the order of events, before that of the step before it ({row.place_before})"


def wrong_ends(connection: Connection, trail: Trail, gstin: str | None, most: int) -> Iterator[Problem]:
    """Give the rows that do not stand where their log ends."""
    for row in asked(connection, _ends(trail, most, narrow=gstin is not None), gstin):
        said = f"stands at {row.stands} (step {row.steps})"
        yield Problem(trail.place(row), f"{said}, and its log ends at {row.value} (step {row.step})", RESTORE)


@built
def _ends(trail: Trail, most: int, *, narrow: bool) -> Select[Any]:
    owner = trail.holder.table.c.recipient_gstin
    steps = select(trail.step).select_from(trail.rows)
    steps = trail.of(
        steps.where(trail.log.c.recipient_gstin == owner, trail.subject == trail.holder), owner, narrow=False
    )
    newest = steps.order_by(trail.step.desc()).limit(1)
    step = func.coalesce(newest.scalar_subquery(), 0)
    value = func.coalesce(newest.with_only_columns(trail.value).scalar_subquery(), trail.start or "nothing")
    query = select(
        owner.label("gstin"),
        trail.holder.label("subject"),
        trail.steps.label("steps"),
        trail.stands.label("stands"),
        step.label("step"),
        value.label("value"),
    ).where(or_(trail.steps != step, trail.stands != value))
    return of_recipient(query, owner, narrow=narrow).order_by(owner, trail.holder).limit(most)


def ownerless(connection: Connection, trail: Trail, gstin: str | None, most: int) -> Iterator[Problem]:
    """Give the logs whose row is gone."""
    for row in asked(connection, _ownerless(trail, most, narrow=gstin is not None), gstin):
        yield Problem(trail.place(row), f"is gone, and its log goes to step {row.step}", RESTORE)


@built
def _ownerless(trail: Trail, most: int, *, narrow: bool) -> Select[Any]:
    key = (trail.log.c.recipient_gstin, trail.subject)
    holders = trail.holder.table.c
    there = select(trail.holder).where(holders.recipient_gstin == key[0], trail.holder == key[1]).exists()
    query = select(key[0].label("gstin"), key[1].label("subject"), func.max(trail.step).label("step"))
    query = trail.of(query.select_from(trail.rows).where(~there), key[0], narrow=narrow)
    return query.group_by(*key).order_by(*key).limit(most)


def _steps(trail: Trail, *, narrow: bool) -> Subquery:
    owner = trail.log.c.recipient_gstin
    order: Any = literal(0) if trail.order is None else trail.order
    in_order: dict[str, Any] = {"partition_by": [owner, trail.subject], "order_by": trail.step}
    query = select(
        owner.label("gstin"),
        trail.subject.label("subject"),
        trail.step.label("step"),
        (literal(None) if trail.source is None else trail.source).label("source"),
        func.lag(trail.step).over(**in_order).label("step_before"),
        func.lag(trail.value).over(**in_order).label("value_before"),
        order.label("place"),
        func.lag(order).over(**in_order).label("place_before"),
    ).select_from(trail.rows)
    return trail.of(query, owner, narrow=narrow).subquery()
