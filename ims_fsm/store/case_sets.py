"""Cases in sets: those that stand alike as one, and what fires on them written by statements.

Imports the tables and the case; decides nothing. All steps are logged before any case is written, and a case is written
where the log has its next step: so none is taken twice that has come to where others were.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, case, exists, func, insert, literal, or_, select, update

from ims_fsm.record.case import Case, digest_of
from ims_fsm.store.calls import Call, begun
from ims_fsm.store.case_tables import CASE
from ims_fsm.store.cases import CasesWhere, from_row
from ims_fsm.store.connection import ConflictError, among, database_of
from ims_fsm.store.failures import first_writer
from ims_fsm.store.sql.prepared import counting
from ims_fsm.store.step import refuse_early
from ims_fsm.store.tables import LOG, ContentRow, core

_at = CASE.c
_contents = core(ContentRow)
# So many conditions stand in one statement at most.
_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Alike:
    """Cases that stand alike: the first of them, how many there are, and the condition that they meet."""

    first: Case
    count: int
    which: ColumnElement[bool]


@dataclass(frozen=True, slots=True)
class Step:
    """What a call writes on cases: its words, and the facts that stay from now on, as JSON (None: those of before)."""

    call: Call
    declaration_id: int
    facts: str | None = None


def hold(connection: Connection, where: CasesWhere) -> None:
    """Keep other writers from the cases that are meant for the rest of the transaction."""
    if not database_of(connection).single_writer:
        held = select(_at.id).where(where.condition).order_by(_at.id).with_for_update().subquery()
        connection.execute(select(func.count()).select_from(held))


def alike(connection: Connection, where: CasesWhere, latest: datetime | None) -> list[Alike]:
    """Return the cases that are meant, as one those of a declaration and a month, in a state and with the same facts.

    Apart are those whose log goes beyond a moment, where one is named.
    """
    by: dict[str, ColumnElement[Any]] = {
        name: _at[name] for name in ("declaration_id", "period", "state", "content_hash")
    }
    if latest is not None:
        by["is_late"] = case((_at.last_at > latest, 1), else_=0)
    count, first = func.count().label("count"), func.min(_at.id).label("first")
    groups = select(*(column.label(f"by_{name}") for name, column in by.items()), count, first)
    first_of_each = groups.where(where.condition).group_by(*by.values()).subquery()
    same = and_(_at.recipient_gstin == where.owner, _at.id == first_of_each.c.first)
    rows = connection.execute(select(CASE, first_of_each).join(first_of_each, same).order_by(_at.id)).mappings().all()
    return [
        Alike(from_row(row), row["count"], and_(*(column == row[f"by_{name}"] for name, column in by.items())))
        for row in rows
    ]


def of_ids(cases: Sequence[Case]) -> Alike:
    """Return some cases that are decided alike, whatever they have in common."""
    return Alike(cases[0], len(cases), among(_at.id, [of.id for of in cases]))


def members(connection: Connection, where: CasesWhere, groups: Sequence[Alike], limit: int | None = None) -> list[Case]:
    """Return the cases of groups, by id, so many at most."""
    ordered = sorted((row for rows in _members(connection, where, groups, limit) for row in rows), key=lambda c: c.id)
    return ordered[:limit]


def _members(
    connection: Connection, where: CasesWhere, groups: Sequence[Alike], limit: int | None
) -> Iterator[list[Case]]:
    for which in _conditions(groups):
        query = select(CASE).where(where.condition, which).order_by(_at.id).limit(limit)
        yield [from_row(row) for row in connection.execute(query).mappings()]


def _conditions(groups: Sequence[Alike]) -> Iterator[ColumnElement[bool]]:
    for start in range(0, len(groups), _AT_ONCE):
        yield or_(*(group.which for group in groups[start : start + _AT_ONCE]))


def move(connection: Connection, where: CasesWhere, steps: Sequence[tuple[Step, Sequence[Alike]]]) -> None:
    """Write steps on groups of cases, the log before the cases.

    Raises `ConflictError` where another writer moved one of them meanwhile.
    """
    numbers = [_logged(connection, where, step, groups) for step, groups in steps]
    for (step, groups), number in zip(steps, numbers, strict=True):
        count = sum(group.count for group in groups)
        moved = connection.execute(_moved(where, step, number)).rowcount
        if moved != count:
            raise ConflictError(f"{abs(count - moved)} of {count} cases")
        refuse_early(connection, number)


def _logged(connection: Connection, where: CasesWhere, step: Step, groups: Sequence[Alike]) -> int:
    count = sum(group.count for group in groups)
    number = begun(connection, where.owner, step.call, count)
    logged = 0
    for which in _conditions(groups):
        if step.facts is not None:
            connection.execute(_brought(where, which, step))
        with first_writer("the cases"):
            logged += connection.execute(_steps(where, which, step, number)).rowcount
    if logged != count:
        raise ConflictError(f"{abs(count - logged)} of {count} cases")
    return number


def _contents_of(step: Step) -> Any:
    return _at.contents + (0 if step.facts is None else 1)


def _steps(where: CasesWhere, which: ColumnElement[bool], step: Step, number: int) -> Any:
    row: dict[str, Any] = {
        "record_id": _at.id,
        "call": literal(number, LOG.c.call.type),
        "seq": _at.seq + 1,
        "record_version": _at.seq,
        "content_number": _contents_of(step),
        "declaration_id": literal(step.declaration_id, LOG.c.declaration_id.type),
        "recipient_gstin": _at.recipient_gstin,
        "source": _at.state,
        "detail": literal(""),
    }
    return counting(insert(LOG).from_select(list(row), select(*row.values()).where(where.condition, which)))


def _brought(where: CasesWhere, which: ColumnElement[bool], step: Step) -> Any:
    """Return the statement that writes the facts which stay from now on, under their number."""
    facts, call = step.facts or "", step.call
    row: dict[str, Any] = {
        "recipient_gstin": _at.recipient_gstin,
        "record_id": _at.id,
        "number": _contents_of(step),
        "content": literal(facts),
        "content_hash": literal(digest_of(facts)),
        **{
            name: literal(getattr(call, name), _contents.c[name].type)
            for name in ("actor", "at", "recorded_at", "backdate")
        },
    }
    return insert(_contents).from_select(list(row), select(*row.values()).where(where.condition, which))


def _moved(where: CasesWhere, step: Step, number: int) -> Any:
    at = literal(step.call.at, _at.last_at.type)
    values: dict[str, Any] = {
        "state": step.call.dest,
        "seq": _at.seq + 1,
        "declaration_id": step.declaration_id,
        "last_at": case((_at.last_at > at, _at.last_at), else_=at),
    }
    if step.facts is not None:
        values |= {"facts": step.facts, "content_hash": digest_of(step.facts), "contents": _contents_of(step)}
    logged = exists().where(
        LOG.c.recipient_gstin == where.owner,
        LOG.c.record_id == _at.id,
        LOG.c.seq == _at.seq + 1,
        LOG.c.call == number,
    )
    return update(CASE).where(_at.recipient_gstin == where.owner, _at.machine == where.machine, logged).values(values)
