"""Fires a trigger on every record of a scope on which it may fire, and gives those on which it may not.

Imports the tables, the compiled predicate and the law's decision; decides nothing that the law does not. A group of
records with the same facts is judged once, as one record is.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    FromClause,
    Insert,
    Integer,
    Null,
    RowMapping,
    Select,
    Update,
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
from ims_fsm.law.refusal import Refusal, Refused
from ims_fsm.record.record import Record
from ims_fsm.record.refusals import running_back
from ims_fsm.record.totals import Totals
from ims_fsm.store.calls import closing, next_number
from ims_fsm.store.connection import ConflictError
from ims_fsm.store.failures import first_writer
from ims_fsm.store.records import from_row
from ims_fsm.store.sql.chains import CHAIN
from ims_fsm.store.sql.facts import FactsInSql, Predicate, Way, declared_in, full_reduction, predicate_of, same_as_full
from ims_fsm.store.sql.prepared import built, counting, given, run
from ims_fsm.store.sql.scene import BY_LATER, Firing, Scope, Shape, expected_period, in_turn, of_record, watched
from ims_fsm.store.step import refuse_early
from ims_fsm.store.tables import AT, CALL, LOG, RECORD
from ims_fsm.terms.money import HEADS, NIL, Heads
from ims_fsm.terms.period import TaxPeriod
from ims_fsm.terms.vocabulary import Kind, RemovedFor, SupplierStatus, Trigger


@dataclass(frozen=True, slots=True)
class Effect:
    """What a trigger brings to a record beside its state: the columns that it sets, and the log's detail.

    Both are made from a shape by functions that a module has once, so that they are part of what a statement hangs on.
    """

    columns: Callable[[Shape], Mapping[str, Any]] = lambda _shape: {}
    detail: Callable[[Shape], ColumnElement[Any]] = lambda _shape: null()


NOTHING = Effect()
NOW = given("now", CALL.c.at.type)
# The newest moment of a record's log once a step of now has come behind it.
NEWEST = case((AT.last_at > NOW, AT.last_at), else_=NOW)


def source(shape: Shape) -> FromClause:
    """Return the records with what their chains say of them, where any has an amendment."""
    if not shape.amended:
        alone: FromClause = RECORD
        return alone
    joined: FromClause = RECORD.outerjoin(CHAIN, of_record(CHAIN))
    return joined


def move(connection: Connection, firing: Firing, stamp: Mapping[str, Any], effect: Effect = NOTHING) -> int:
    """Fire a trigger on every record of a scope on which it may fire; returns how many there were.

    Raises `ConflictError` where another writer moved one of them meanwhile.
    """
    shape = firing.shape
    logged = write_log(connection, _logged(shape, effect), firing, stamp)
    if not logged:
        return 0
    moved = run(connection, _moved(shape, effect), firing, **stamp).rowcount
    if moved != logged:
        raise ConflictError(f"{abs(logged - moved)} of {logged} records")
    return logged


@built
def _logged(shape: Shape, effect: Effect) -> tuple[Logging, ...]:
    meant = (*shape.meant, predicate_of(shape).allowed)
    return logging(shape, effect.detail(shape), source(shape), *meant)


@built
def _moved(shape: Shape, effect: Effect) -> Update:
    predicate = predicate_of(shape)
    fired = _fired(shape) if shape.amended else predicate.allowed
    stepped = {"seq": AT.seq + 1, "version": AT.version + 1, "last_at": NEWEST}
    values = {"state": predicate.dest, **stepped, **effect.columns(shape)}
    return update(RECORD).where(*shape.meant, fired).values(values)


@dataclass(frozen=True, slots=True)
class Logging:
    """How the steps of a trigger that takes one way are logged."""

    way: Way
    #: What writes the steps, under the number of their call.
    steps: Insert
    #: What writes the call behind them.
    call: Insert
    #: Whether the call says the detail for all of its steps.
    shared: bool


def logging(
    shape: Shape, detail: ColumnElement[Any], rows: FromClause, *conditions: ColumnElement[bool]
) -> tuple[Logging, ...]:
    """Return what logs that a trigger fires on the records among `rows` that meet the conditions, way by way.

    A detail that is one value for all is said by the call, any other by each step.
    """
    shared = isinstance(detail, (BindParameter, Null))
    step = _step(shape, literal("") if shared else func.coalesce(detail, ""))
    logged = select(*step.values()).select_from(rows).where(*conditions)
    return tuple(
        Logging(
            way, counting(insert(LOG).from_select(list(step), logged.where(way.when))), closing(shape.of(LOG)), shared
        )
        for way in predicate_of(shape).ways
    )


def write_log(connection: Connection, ways: Iterable[Logging], firing: Firing, stamp: Mapping[str, Any]) -> int:
    """Log a trigger that fires, each way that it takes as a call of its own; returns how many steps there are.

    Raises `ConflictError` where one of the records has such a step already.
    """
    logged = 0
    for log in ways:
        number = next_number(connection)
        with first_writer("the records"):
            steps = run(connection, log.steps, firing, call=number, **stamp).rowcount
        if steps:
            detail = stamp.get("detail") if log.shared else None
            said = {"trigger": str(firing.trigger), "dest": log.way.dest, "rules": log.way.rules, "detail": detail}
            run(connection, log.call, firing, call=number, **{**stamp, **said})
            refuse_early(connection, number)
        logged += steps
    return logged


def _step(shape: Shape, detail: ColumnElement[Any]) -> dict[str, ColumnElement[Any]]:
    """Return what the log says of each record that a trigger fires on beside its call; a stamp has what it names."""
    return {
        "recipient_gstin": AT.recipient_gstin,
        "record_id": AT.id,
        "seq": AT.seq + 1,
        "call": given("call", LOG.c.call.type),
        "source": AT.state,
        "record_version": AT.version,
        "content_number": AT.contents,
        "declaration_id": case(
            {
                machine.name: given(f"declaration_{machine.name}", LOG.c.declaration_id.type)
                for machine in shape.book.law.record_machines
            },
            value=AT.machine,
        ),
        "detail": detail,
    }


def _fired(shape: Shape) -> ColumnElement[bool]:
    """Return the condition that a trigger has fired on a record whose recipient has amendments, by the log."""
    assert shape.trigger is not None  # noqa: S101 -- it is the shape of a firing
    logged = _logged_next(shape)
    if BY_LATER in watched(shape.book, shape.trigger):
        return logged
    return case((AT.original_date.is_(None), predicate_of(replace(shape, amended=False)).allowed), else_=logged)


def _logged_next(shape: Shape) -> ColumnElement[bool]:
    # What the log has just been told of, so that what the chains say is read once and not after a part has moved.
    return exists(
        select(LOG.c.seq).where(
            # Named beside the record's own, so that no other partition of the log is asked.
            shape.of(LOG),
            of_record(LOG),
            LOG.c.seq == AT.seq + 1,
        )
    )


def counts(connection: Connection, firings: Sequence[Firing]) -> list[dict[str, int]]:
    """Return for each trigger on how many records of one scope it may fire, by recipient; none is left out.

    A record on which several may fire counts for the first of them.
    """
    values = {name: value for firing in firings for name, value in firing.values.items()}
    counted = run(connection, _counted(tuple(firing.shape for firing in firings)), firings[0], **values)
    by_recipient: list[dict[str, int]] = [{} for _ in firings]
    for row in counted:
        by_recipient[row.number][row.recipient_gstin] = row.records
    return by_recipient


@built
def _counted(shapes: tuple[Shape, ...]) -> Select[Any]:
    scope, of = shapes[0], AT.recipient_gstin
    which = case(*((predicate_of(shape).allowed, number) for number, shape in enumerate(shapes)))
    number = which.label("number")
    counted = select(of, number, func.count().label("records")).select_from(source(scope))
    return counted.where(*scope.meant, which.is_not(None)).group_by(of, number).order_by(of)


def touches(connection: Connection, firing: Firing, period: TaxPeriod, *, otherwise: bool = False) -> bool:
    """Say whether the trigger may fire on a record that the GSTR-2B of a period considers (FAQ 24, 29).

    `otherwise` asks only for those that are then decided otherwise, or with another declaration.
    """
    return bool(run(connection, _touching(firing.shape, otherwise), firing, period=str(period)).scalar())


@built
def _touching(shape: Shape, otherwise: bool) -> Select[Any]:  # noqa: FBT001 -- hashed by its place
    predicate, period = predicate_of(shape), given("period", AT.two_b_period.type)
    filed = (AT.supplier_status == str(SupplierStatus.FILED), AT.two_b_period <= period)
    query = select(AT.id).select_from(source(shape)).where(*shape.meant, *filed, predicate.allowed)
    return select(exists(query.where(_decides_otherwise(shape, predicate)) if otherwise else query))


def _acted_columns(shape: Shape) -> dict[str, Any]:
    """Return the columns that an action sets: when, the remarks, and what is declared with an acceptance."""
    return {"acted_at": NOW, "remarks": given("remarks", AT.remarks.type), **_declaration(shape)}


def _acted_detail(shape: Shape) -> ColumnElement[str | None]:
    """Return what the log says of an action, as JSON: remarks and what is declared, where anything is."""
    whole, kind = given("detail", CALL.c.detail.type), CALL.c.detail.type
    amounts = shape.trigger is Trigger.ACCEPT and shape.declared not in {None, "full", "none"}
    return case((same_as_full(), given("detail_in_full", kind)), else_=whole) if amounts else whole


ACTED = Effect(_acted_columns, _acted_detail)
EXPIRED = Effect(lambda _shape: {"removed_for": str(RemovedFor.SEC_16_4)})


def said_of(firing: Firing) -> dict[str, str | None]:
    """Return the values that the detail of an action names: its JSON, and where it is declared in full."""
    remarks = {"remarks": firing.request.remarks} if firing.request.remarks else {}
    declared = firing.request.reduce_itc if firing.trigger is Trigger.ACCEPT else None
    words = {"detail": declared.in_paise() if isinstance(declared, Heads) else declared, "detail_in_full": "full"}
    whole = {name: {**remarks, "reduction": word} if declared else remarks for name, word in words.items()}
    return {name: json.dumps(detail, sort_keys=True) if detail else None for name, detail in whole.items()}


def _decides_otherwise(shape: Shape, predicate: Predicate) -> ColumnElement[bool]:
    """Return the condition that an action changes what a record was decided as, or what is declared with it."""
    changed = [AT[name].is_distinct_from(value) for name, value in _declaration(shape).items()]
    return or_(AT.state != predicate.dest, *changed)


def _declaration(shape: Shape) -> dict[str, Any]:
    declared = shape.declared if shape.trigger is Trigger.ACCEPT else None
    chosen: Any
    amounts: Iterable[Any] = NIL
    match declared:
        case None:
            chosen = null()
        case "full":
            chosen, amounts = literal("full"), map(full_reduction, HEADS)
        case "none":
            chosen = literal("none")
        case _:
            chosen, amounts = case((same_as_full(), "full"), else_="partial"), map(declared_in, HEADS)
    return {"reduction": chosen, **{f"declared_{head}": amount for head, amount in zip(HEADS, amounts, strict=True)}}


def allowed_saved(connection: Connection, firing: Firing) -> int:
    """Return how many records that are only saved the action may be taken on."""
    return int(run(connection, _savable(firing.shape), firing).scalar_one()) if firing.scope.saved else 0


@built
def _savable(shape: Shape) -> Select[Any]:
    saved = (*shape.meant, AT.supplier_status == str(SupplierStatus.SAVED), predicate_of(shape).allowed)
    return select(func.count()).select_from(source(shape)).where(*saved)


def allowed_totals(connection: Connection, firing: Firing) -> dict[Kind, Totals]:
    """Return what the records add up to on which a trigger may fire, by kind; credit notes below zero."""
    totals: dict[Kind, Totals] = {}
    for row in run(connection, _added_up(firing.shape), firing).mappings():
        kind = Kind(row["kind"])
        heads = Heads(*(int(row[head]) for head in HEADS)) * kind.sign
        totals[kind] = Totals(row["records"], int(row["taxable"]) * kind.sign, heads)
    return totals


@built
def _added_up(shape: Shape) -> Select[Any]:
    sums = (func.sum(AT[name]).label(name) for name in ("taxable", *HEADS))
    added = select(AT.kind, func.count().label("records"), *sums).select_from(source(shape))
    return added.where(*shape.meant, predicate_of(shape).allowed).group_by(AT.kind).order_by(AT.kind)


PAGE = 500


@dataclass(frozen=True, slots=True)
class _Asked:
    """The statement that counts the combinations of facts of refused records, and what it need not ask."""

    query: Select[Any]
    facts: Sequence[str]
    #: The facts that all records of the set share.
    shared: Mapping[str, str]


@built
def _asked(shape: Shape) -> _Asked:
    assert shape.trigger is not None  # noqa: S101 -- it is the shape of a firing
    readings, facts = FactsInSql(shape), sorted(watched(shape.book, shape.trigger))
    shared = {fact: value for fact in facts if (value := readings[fact].value) is not None}
    asked: list[Any] = [readings[fact].text.label(f"fact_{fact}") for fact in facts if fact not in shared]
    asked.append(not_(in_turn(shape)).label("late"))
    rows = select(AT.id, AT.machine, expected_period(shape).label("period"), AT.state, *asked)
    refused = rows.select_from(source(shape)).where(*shape.meant, not_(predicate_of(shape).allowed)).subquery("refused")
    by = [column for column in refused.c if column.name != "id"]
    query = select(*by, func.count().label("records"), func.min(refused.c.id).label("example")).group_by(*by)
    return _Asked(query, facts, shared)


def refused_alike(connection: Connection, firing: Firing) -> dict[tuple[Refusal, ...], tuple[int, int]]:
    """Count the records of a scope on which a trigger may not fire, by the refusals: (how many, the first id).

    The database counts the combinations of facts that occur, and the law's own decision judges each.
    """
    trigger, asked, law = str(firing.trigger), _asked(firing.shape), firing.scope.scene.book.law
    counts: dict[tuple[Refusal, ...], tuple[int, int]] = {}
    for row in run(connection, asked.query, firing).mappings():
        if row["late"]:
            _count(counts, (running_back(),), row)
            continue
        edition = law.machine(row["machine"]).at(TaxPeriod(row["period"]))
        read = {fact: asked.shared.get(fact) or row[f"fact_{fact}"] for fact in asked.facts}
        facts = edition.schema.facts({name: value for name, value in read.items() if name in edition.schema.names})
        decision = (
            judge(edition, row["state"], trigger, facts.row)
            if trigger in edition.triggers
            else Refused((edition.no_transition(row["state"], trigger),))
        )
        assert isinstance(decision, Refused)  # noqa: S101 -- the compiled condition and the decision are one law
        _count(counts, decision.refusals, row)
    return counts


def _count(counts: dict[tuple[Refusal, ...], tuple[int, int]], refusals: tuple[Refusal, ...], row: RowMapping) -> None:
    count, first = counts.get(refusals, (0, row["example"]))
    counts[refusals] = (count + row["records"], min(first, row["example"]))


def pages(connection: Connection, about: Scope | Firing, *, allowed: bool | None = None) -> Iterator[list[Record]]:
    """Give the records of a scope by recipient and id, a page at a time; `allowed`: where it may fire, or not."""
    after: tuple[str, int] = ("", 0)
    query = _page(about.shape, allowed)
    while True:
        rows = run(connection, query, about, after_gstin=after[0], after_id=after[1], page=PAGE)
        page = [from_row(row) for row in rows.mappings()]
        if page:
            yield page
        if len(page) < PAGE:
            return
        after = (page[-1].recipient, page[-1].id)


@built
def _page(shape: Shape, allowed: bool | None) -> Select[Any]:  # noqa: FBT001 -- hashed by its place
    gstin, number = given("after_gstin", AT.recipient_gstin.type), given("after_id", AT.id.type)
    beyond = (AT.recipient_gstin > gstin) | ((AT.recipient_gstin == gstin) & (AT.id > number))
    query = select(RECORD).select_from(source(shape)).where(*shape.meant, beyond)
    if allowed is not None:
        may = predicate_of(shape).allowed
        query = query.where(may if allowed else not_(may))
    return query.order_by(AT.recipient_gstin, AT.id).limit(given("page", Integer))
