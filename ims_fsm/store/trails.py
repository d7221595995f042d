"""Trails: numbered rows that lead, without a gap, to what the row they belong to says now.

Imports the tables; decides nothing. The transition log leads to a record's state, the log of a GSTR-2B to its state,
the contents of a record to its content hash.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, Select, Subquery, Table, func, literal, or_, select

from ims_fsm.errors import Problem
from ims_fsm.store.tables import ContentRow, RecordRow, TransitionRow, TwoBLogRow, TwoBRow, core
from ims_fsm.terms.vocabulary import State, TwoBState

RESTORE = "restore the database from a copy made before the change"
ROWS_AT_ONCE = 5_000


def of_recipient(query: Select[Any], recipient: ColumnElement[str], gstin: str | None) -> Select[Any]:
    """Narrow a query to one recipient's rows; None leaves it as it is."""
    return query if gstin is None else query.where(recipient == gstin)


_records = core(RecordRow)
_transitions = core(TransitionRow)
_contents = core(ContentRow)
_returns = core(TwoBRow)
_return_steps = core(TwoBLogRow)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trail:
    """A log and the table that it leads to, by their columns; `name` is the subject's for people.

    The last `step` and `value` of a subject must be `steps` and `stands` of the row it belongs to; `source` is what a
    step says it came from, and `start` what stands before the first (both None for contents, which replace each other).
    """

    name: str
    subject: Column[Any]
    step: Column[int]
    value: Column[str]
    source: Column[str] | None
    start: str | None
    holder: Column[Any]
    steps: Column[int]
    stands: Column[str]

    @property
    def log(self) -> Table:
        """The table of the numbered rows."""
        return self.step.table

    def place(self, row: Any) -> str:
        """Name the subject of a row: whose it is, what it is, which one."""
        return f"{row.gstin} {self.name} {row.subject}"


TRANSITIONS = Trail(
    name="record",
    subject=_transitions.c.record_id,
    step=_transitions.c.seq,
    value=_transitions.c.dest,
    source=_transitions.c.source,
    start=State.NO_ACTION.value,
    holder=_records.c.id,
    steps=_records.c.seq,
    stands=_records.c.state,
)
CONTENTS = Trail(
    name="contents of record",
    subject=_contents.c.record_id,
    step=_contents.c.number,
    value=_contents.c.content_hash,
    source=None,
    start=None,
    holder=_records.c.id,
    steps=_records.c.contents,
    stands=_records.c.content_hash,
)
RETURNS = Trail(
    name="GSTR-2B of",
    subject=_return_steps.c.period,
    step=_return_steps.c.seq,
    value=_return_steps.c.dest,
    source=_return_steps.c.source,
    start=TwoBState.ABSENT.value,
    holder=_returns.c.period,
    steps=_returns.c.seq,
    stands=_returns.c.state,
)
TRAILS = (TRANSITIONS, CONTENTS, RETURNS)


def broken_steps(connection: Connection, trail: Trail, gstin: str | None, most: int) -> Iterator[Problem]:
    """Give the rows before which one is missing, and those that do not leave from where the one before arrived."""
    steps = _steps(trail, gstin)
    gap = steps.c.step != func.coalesce(steps.c.step_before, 0) + 1
    jump = steps.c.source != func.coalesce(steps.c.value_before, trail.start)
    query = select(steps).where(or_(gap, jump)).order_by(steps.c.gstin, steps.c.subject, steps.c.step).limit(most)
    for row in connection.execute(query):
        where, before = f"{trail.place(row)} step {row.step}", row.step_before or 0
        if row.step != before + 1:
            yield Problem(where, f"comes after step {before}; what was between them is gone", RESTORE)
        else:
            arrived = row.value_before or trail.start
            yield Problem(where, f"leaves from {row.source}, and the step before arrived at {arrived}", RESTORE)


def wrong_ends(connection: Connection, trail: Trail, gstin: str | None, most: int) -> Iterator[Problem]:
    """Give the rows that do not stand where their log ends."""
    owner = trail.holder.table.c.recipient_gstin
    steps = select(trail.step).where(trail.log.c.recipient_gstin == owner, trail.subject == trail.holder)
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
    for row in connection.execute(of_recipient(query, owner, gstin).order_by(owner, trail.holder).limit(most)):
        said = f"stands at {row.stands} (step {row.steps})"
        yield Problem(trail.place(row), f"{said}, and its log ends at {row.value} (step {row.step})", RESTORE)


def ownerless(connection: Connection, trail: Trail, gstin: str | None, most: int) -> Iterator[Problem]:
    """Give the logs whose row is gone."""
    key = (trail.log.c.recipient_gstin, trail.subject)
    holders = trail.holder.table.c
    there = select(trail.holder).where(holders.recipient_gstin == key[0], trail.holder == key[1]).exists()
    query = select(key[0].label("gstin"), key[1].label("subject"), func.max(trail.step).label("step")).where(~there)
    for row in connection.execute(of_recipient(query, key[0], gstin).group_by(*key).order_by(*key).limit(most)):
        yield Problem(trail.place(row), f"is gone, and its log goes to step {row.step}", RESTORE)


def _steps(trail: Trail, gstin: str | None) -> Subquery:
    owner = trail.log.c.recipient_gstin
    in_order: dict[str, Any] = {"partition_by": [owner, trail.subject], "order_by": trail.step}
    query = select(
        owner.label("gstin"),
        trail.subject.label("subject"),
        trail.step.label("step"),
        (literal(None) if trail.source is None else trail.source).label("source"),
        func.lag(trail.step).over(**in_order).label("step_before"),
        func.lag(trail.value).over(**in_order).label("value_before"),
    )
    return of_recipient(query, owner, gstin).subquery()
