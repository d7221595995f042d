"""Fires a trigger on every record of a scope on which it may fire, and gives those on which it may not.

Imports the tables, the compiled predicate and the law's decision; decides nothing that the law does not. A group of
records with the same facts is judged once, as one record is.
"""

from __future__ import annotations

import json
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
    not_,
    null,
    or_,
    select,
    update,
)

from ims_fsm.law.decision import judge
from ims_fsm.law.edition import Edition
from ims_fsm.law.refusal import Refusal, Refused
from ims_fsm.record.record import Record
from ims_fsm.store.connection import ConflictError, first_writer
from ims_fsm.store.records import from_row
from ims_fsm.store.sql.chains import CHAIN
from ims_fsm.store.sql.facts import FactsInSql, Predicate, full_reduction, predicate_of, same_as_full
from ims_fsm.store.sql.scene import Firing, Scope, expected_period
from ims_fsm.store.tables import AT, LOG, RECORD
from ims_fsm.terms.money import HEADS, NIL, Heads
from ims_fsm.terms.period import TaxPeriod
from ims_fsm.terms.vocabulary import SupplierStatus, Trigger


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
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
    same = and_(CHAIN.c.recipient_gstin == AT.recipient_gstin, CHAIN.c.record_id == AT.id)
    joined: FromClause = RECORD.outerjoin(CHAIN, same)
    return joined


def move(connection: Connection, firing: Firing, predicate: Predicate, stamp: Stamp) -> int:
    """Fire a trigger on every record of a scope on which it may fire; returns how many there were.

    Raises `ConflictError` where another writer moved one of them meanwhile.
    """
    scope = firing.scope
    logged = _log(connection, firing, predicate, stamp)
    if not logged:
        return 0
    fired = predicate.allowed if not scope.amended else _fired(firing)
    values = {"state": predicate.dest, "seq": AT.seq + 1, "version": AT.version + 1, **stamp.columns}
    done = connection.execute(update(RECORD).where(*scope.meant, fired).values(values))
    if done.rowcount != logged:
        raise ConflictError(f"{abs(logged - done.rowcount)} of {logged} records")
    return logged


def _log(connection: Connection, firing: Firing, predicate: Predicate, stamp: Stamp) -> int:
    rows = log_rows(firing, predicate, stamp)
    chosen = select(*rows.values()).select_from(source(firing.scope)).where(*firing.scope.meant, predicate.allowed)
    return write_log(connection, list(rows), chosen)


def write_log(connection: Connection, names: list[str], rows: Select[Any]) -> int:
    """Write the rows that a statement gives to the transition log; returns how many.

    Raises `ConflictError` where one of the records has such a step already.
    """
    # PostgreSQL's driver tells the number of rows of an INSERT ... SELECT only when it is asked to keep it.
    options = {"preserve_rowcount": True}
    with first_writer("the records"):
        return connection.execute(insert(LOG).from_select(names, rows), execution_options=options).rowcount


def log_rows(firing: Firing, predicate: Predicate, stamp: Stamp) -> dict[str, ColumnElement[Any]]:
    """Return what the log says of each record that a trigger fires on, by column."""
    return {
        "recipient_gstin": AT.recipient_gstin,
        "record_id": AT.id,
        "seq": AT.seq + 1,
        "trigger": literal(str(firing.trigger)),
        "source": AT.state,
        "dest": predicate.dest,
        "actor": literal(stamp.actor),
        "at": literal(stamp.at, LOG.c.at.type),
        "rules": predicate.rules,
        "record_version": AT.version,
        "content_number": AT.contents,
        "declaration_id": declaration_of(stamp.declarations),
        "detail": stamp.detail if isinstance(stamp.detail, ColumnElement) else literal(stamp.detail, LOG.c.detail.type),
        "request_key": literal(stamp.request_key, LOG.c.request_key.type),
    }


def declaration_of(declarations: Mapping[str, int]) -> ColumnElement[int]:
    """Return the id of the declaration that governs a record's machine."""
    if len(set(declarations.values())) == 1:
        return literal(next(iter(declarations.values())))
    return case(declarations, value=AT.machine)


def _fired(firing: Firing) -> ColumnElement[bool]:
    """Return the condition that a trigger has fired on a record whose recipient has amendments, by the log."""
    if any("superseded" in edition.watched(str(firing.trigger)) for edition in _editions(firing)):
        return _logged_next(firing.scope)
    alone = predicate_of(replace(firing, scope=replace(firing.scope, amended=False)))
    return case((AT.original_date.is_(None), alone.allowed), else_=_logged_next(firing.scope))


def _editions(firing: Firing) -> Iterator[Edition]:
    for machine in firing.scope.scene.book.law.record_machines:
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


def counts(connection: Connection, scope: Scope, predicates: Sequence[Predicate]) -> list[dict[str, int]]:
    """Return for each trigger on how many records it may fire, by recipient; those with none are left out.

    A record on which several may fire counts for the first of them.
    """
    of, which = AT.recipient_gstin, case(*((predicate.allowed, number) for number, predicate in enumerate(predicates)))
    query = select(of, which, func.count()).select_from(source(scope)).where(*scope.meant, which.is_not(None))
    by_recipient: list[dict[str, int]] = [{} for _ in predicates]
    for recipient, number, records in connection.execute(query.group_by(of, which).order_by(of)):
        by_recipient[number][recipient] = records
    return by_recipient


def touches(
    connection: Connection, firing: Firing, predicate: Predicate, period: TaxPeriod, *conditions: ColumnElement[bool]
) -> bool:
    """Say whether the trigger may fire on a record that the GSTR-2B of a period considers (FAQ 24, 29)."""
    filed = (AT.supplier_status == str(SupplierStatus.FILED), AT.two_b_period <= str(period))
    query = select(AT.id).select_from(source(firing.scope))
    query = query.where(*firing.scope.meant, *filed, predicate.allowed, *conditions)
    return bool(connection.execute(select(exists(query))).scalar())


def acted_columns(firing: Firing, at: datetime) -> dict[str, Any]:
    """Return the columns that an action sets: when, the remarks, and what is declared with an acceptance."""
    request = firing.request
    chosen, amounts = _declaration(firing)
    return {
        "acted_at": literal(at, AT.acted_at.type),
        "remarks": literal(request.remarks, AT.remarks.type),
        "reduction": chosen,
        **{f"declared_{head}": amount for head, amount in zip(HEADS, amounts, strict=True)},
    }


def acted_detail(firing: Firing) -> ColumnElement[str | None] | str | None:
    """Return what the log says of an action, as JSON: remarks and what is declared, where anything is."""
    said = {"remarks": firing.request.remarks} if firing.request.remarks else {}
    declared = firing.request.reduce_itc if firing.trigger is Trigger.ACCEPT else None
    if isinstance(declared, Heads):
        full, partial = (_told({**said, "reduction": word}) for word in ("full", declared.in_paise()))
        return case((same_as_full(declared), literal(full)), else_=literal(partial))
    return _told({**said, "reduction": declared} if declared else said)


def decides_otherwise(firing: Firing, predicate: Predicate) -> ColumnElement[bool]:
    """Return the condition that an action changes what a record was decided as, or what is declared with it."""
    declared = acted_columns(firing, firing.scope.scene.now)
    changed = [AT[name].is_distinct_from(declared[name]) for name in declared if name not in {"acted_at", "remarks"}]
    return or_(AT.state != predicate.dest, *changed)


def allowed_saved(connection: Connection, firing: Firing, predicate: Predicate) -> int:
    """Return how many records that are only saved the action may be taken on."""
    if not firing.scope.saved:
        return 0
    saved = (*firing.scope.meant, AT.supplier_status == str(SupplierStatus.SAVED), predicate.allowed)
    return int(connection.execute(select(func.count()).select_from(source(firing.scope)).where(*saved)).scalar_one())


def _declaration(firing: Firing) -> tuple[ColumnElement[Any], tuple[ColumnElement[int] | int, ...]]:
    declared = firing.request.reduce_itc if firing.trigger is Trigger.ACCEPT else None
    match declared:
        case None:
            return null(), tuple(NIL)
        case "full":
            return literal("full"), tuple(full_reduction(head) for head in HEADS)
        case "none":
            return literal("none"), tuple(NIL)
        case heads:
            return case((same_as_full(heads), "full"), else_="partial"), tuple(heads)


def _told(said: Mapping[str, Any]) -> str | None:
    return json.dumps(said, sort_keys=True) if said else None


PAGE = 500


def refused_alike(
    connection: Connection, firing: Firing, predicate: Predicate
) -> dict[tuple[Refusal, ...], tuple[int, int]]:
    """Count the records of a scope on which a trigger may not fire, by the refusals: (how many, the first id).

    The database counts the combinations of facts that occur, and the law's own decision judges each.
    """
    trigger, scope = str(firing.trigger), firing.scope
    readings = FactsInSql(firing)
    machines = {machine.name: machine for machine in scope.scene.book.law.record_machines}
    watched = sorted(
        {
            fact
            for machine in machines.values()
            for edition in machine.editions.values()
            if trigger in edition.triggers
            for fact in edition.watched(trigger)
        }
    )
    asked = [fact for fact in watched if readings[fact].value is None]
    columns = [
        AT.machine,
        expected_period(scope.saved).label("period"),
        AT.state,
        *(readings[fact].text.label(f"fact_{fact}") for fact in asked),
    ]
    inner = (
        select(AT.id, *columns)
        .select_from(source(scope))
        .where(*scope.meant, not_(predicate.allowed))
        .subquery("refused")
    )
    by = [column for column in inner.c if column.name != "id"]
    counts: dict[tuple[Refusal, ...], tuple[int, int]] = {}
    query = select(*by, func.count().label("records"), func.min(inner.c.id).label("example")).group_by(*by)
    for row in connection.execute(query).mappings():
        edition = machines[row["machine"]].at(TaxPeriod(row["period"]))
        given = {fact: readings[fact].value or row[f"fact_{fact}"] for fact in watched}
        facts = edition.schema.facts({name: value for name, value in given.items() if name in edition.schema.names})
        decision = (
            judge(edition, row["state"], trigger, facts.row)
            if trigger in edition.triggers
            else Refused((edition.no_transition(row["state"], trigger),))
        )
        assert isinstance(decision, Refused)  # noqa: S101 -- the compiled condition and the decision are one law
        count, first = counts.get(decision.refusals, (0, row["example"]))
        counts[decision.refusals] = (count + row["records"], min(first, row["example"]))
    return counts


def pages(connection: Connection, scope: Scope, *conditions: ColumnElement[bool]) -> Iterator[list[Record]]:
    """Give the records of a scope that meet the conditions, by recipient and id, a page at a time."""
    after: tuple[str, int] = ("", 0)
    while True:
        beyond = (AT.recipient_gstin > after[0]) | ((AT.recipient_gstin == after[0]) & (AT.id > after[1]))
        query = (
            select(RECORD)
            .select_from(source(scope))
            .where(*scope.meant, *conditions, beyond)
            .order_by(AT.recipient_gstin, AT.id)
            .limit(literal(PAGE))
        )
        page = [from_row(row) for row in connection.execute(query).mappings()]
        if page:
            yield page
        if len(page) < PAGE:
            return
        after = (page[-1].recipient, page[-1].id)
