"""Moves a set of records by one trigger: the log's rows and the records' new states, each in one statement.

Imports the tables and the compiled law; decides nothing that the law does not.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Select,
    and_,
    case,
    exists,
    func,
    insert,
    literal,
    select,
    update,
)

from ims_fsm.law.edition import Edition
from ims_fsm.store.conflicts import ConflictError, first_writer
from ims_fsm.store.sql.chains import CHAIN
from ims_fsm.store.sql.columns import AT, RECORD
from ims_fsm.store.sql.predicate import Predicate, predicate
from ims_fsm.store.sql.scope import Question, Scope
from ims_fsm.store.tables import TransitionRow
from ims_fsm.terms.period import TaxPeriod
from ims_fsm.terms.vocabulary import SupplierStatus

LOG: Any = TransitionRow.__table__  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """What goes with a trigger that fires on a set: who, when, the log's detail, and the columns set beside the state.

    `declarations` has the id of each machine's declaration; `detail` is JSON, or an expression that gives it.
    """

    actor: str
    at: datetime
    request_key: str | None
    declarations: Mapping[str, int]
    detail: ColumnElement[str | None] | str | None = None
    columns: Mapping[str, Any] = field(default_factory=dict)


def source(scope: Scope) -> FromClause:
    """Return the records with what their chains say of them, where any has an amendment."""
    if not scope.amended:
        alone: FromClause = RECORD
        return alone
    own = and_(CHAIN.c.recipient_gstin == AT.recipient_gstin, CHAIN.c.record_id == AT.id)
    joined: FromClause = RECORD.outerjoin(CHAIN, own)
    return joined


def move(connection: Connection, question: Question, law: Predicate, told: Move) -> int:
    """Fire a trigger on every record of a scope on which it may fire; returns how many there were.

    Raises `ConflictError` where another writer moved one of them meanwhile.
    """
    scope = question.scope
    logged = _log(connection, question, law, told)
    if not logged:
        return 0
    fired = law.allowed if not scope.amended else _fired(question)
    values = {"state": law.dest, "seq": AT.seq + 1, "version": AT.version + 1, **told.columns}
    done = connection.execute(update(RECORD).where(*scope.meant, fired).values(values))
    if done.rowcount != logged:
        raise ConflictError(f"{abs(logged - done.rowcount)} of {logged} records")
    return logged


def _log(connection: Connection, question: Question, law: Predicate, told: Move) -> int:
    rows = log_rows(question, law, told)
    chosen = select(*rows.values()).select_from(source(question.scope)).where(*question.scope.meant, law.allowed)
    return write_log(connection, list(rows), chosen)


def write_log(connection: Connection, names: list[str], rows: Select[Any]) -> int:
    """Write the rows that a statement gives to the transition log; returns how many.

    Raises `ConflictError` where one of the records has such a step already.
    """
    # PostgreSQL's driver tells the number of rows of an INSERT ... SELECT only when it is asked to keep it.
    options = {"preserve_rowcount": True}
    with first_writer("the records"):
        return connection.execute(insert(LOG).from_select(names, rows), execution_options=options).rowcount


def log_rows(question: Question, law: Predicate, told: Move) -> dict[str, ColumnElement[Any]]:
    """Return what the log says of each record that a trigger fires on, by column."""
    return {
        "recipient_gstin": AT.recipient_gstin,
        "record_id": AT.id,
        "seq": AT.seq + 1,
        "trigger": literal(str(question.trigger)),
        "source": AT.state,
        "dest": law.dest,
        "actor": literal(told.actor),
        "at": literal(told.at, LOG.c.at.type),
        "rules": law.rules,
        "record_version": AT.version,
        "content_number": AT.contents,
        "declaration_id": declaration_of(told.declarations),
        "detail": told.detail if isinstance(told.detail, ColumnElement) else literal(told.detail, LOG.c.detail.type),
        "request_key": literal(told.request_key, LOG.c.request_key.type),
    }


def declaration_of(declarations: Mapping[str, int]) -> ColumnElement[int]:
    """Return the id of the declaration that governs a record's machine."""
    if len(set(declarations.values())) == 1:
        return literal(next(iter(declarations.values())))
    return case(declarations, value=AT.machine)


def _fired(question: Question) -> ColumnElement[bool]:
    """Return the condition that a trigger has fired on a record whose recipient has amendments, by the log."""
    if any("superseded" in edition.watched(str(question.trigger)) for edition in _editions(question)):
        return _logged_next(question.scope)
    alone = predicate(replace(question, scope=replace(question.scope, amended=False)))
    return case((AT.original_date.is_(None), alone.allowed), else_=_logged_next(question.scope))


def _editions(question: Question) -> Iterator[Edition]:
    for machine in question.scope.scene.book.law.record_machines:
        yield from machine.editions.values()


def _logged_next(scope: Scope) -> ColumnElement[bool]:
    # What the log has just been told of, so that what the chains say is read once and not after a part has moved.
    return exists(
        select(LOG.c.seq).where(
            # Named beside the record's own, so that no other partition of the log is asked.
            scope.of(LOG),
            LOG.c.recipient_gstin == AT.recipient_gstin,
            LOG.c.record_id == AT.id,
            LOG.c.seq == AT.seq + 1,
        )
    )


def counts(connection: Connection, scope: Scope, laws: Sequence[Predicate]) -> list[dict[str, int]]:
    """Return for each trigger on how many records it may fire, by recipient; those with none are left out.

    A record on which several may fire counts for the first of them.
    """
    of, which = AT.recipient_gstin, case(*((law.allowed, number) for number, law in enumerate(laws)))
    query = select(of, which, func.count()).select_from(source(scope)).where(*scope.meant, which.is_not(None))
    found: list[dict[str, int]] = [{} for _ in laws]
    for recipient, number, records in connection.execute(query.group_by(of, which).order_by(of)):
        found[number][recipient] = records
    return found


def touches(
    connection: Connection, question: Question, law: Predicate, period: TaxPeriod, *conditions: ColumnElement[bool]
) -> bool:
    """Say whether the trigger may fire on a record that the GSTR-2B of a period considers (FAQ 24, 29)."""
    filed = (AT.supplier_status == str(SupplierStatus.FILED), AT.two_b_period <= str(period))
    found = select(AT.id).select_from(source(question.scope))
    found = found.where(*question.scope.meant, *filed, law.allowed, *conditions)
    return bool(connection.execute(select(exists(found))).scalar())
