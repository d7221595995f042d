"""What a filed GSTR-3B does to a whole set of records: freezes what is in IMS, moves E and S, adds back to suppliers.

All that it moves is laid out in a temporary table before the first record is written; which outcome each record has is
read from its line of GSTR-2B. Its twin in Python is `workflow.returns`, with the ledger's `settle`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    Connection,
    FromClause,
    Insert,
    Select,
    String,
    Update,
    case,
    cast,
    exists,
    func,
    insert,
    literal,
    null,
    or_,
    select,
    update,
)

from ims_fsm.law.ledger import Outcome
from ims_fsm.store.connection import database_of
from ims_fsm.store.sql import moving
from ims_fsm.store.sql.facts import credit, predicate_of, with_effect
from ims_fsm.store.sql.members import Member, age_of
from ims_fsm.store.sql.prepared import built, given, run, words
from ims_fsm.store.sql.scene import Firing, Scope, Shape, of_record
from ims_fsm.store.sql.settling import (
    IN_IMS,
    PERIOD,
    added_back,
    any_head,
    carried_after,
    considered,
    held_back,
    itc,
    superseded,
)
from ims_fsm.store.tables import AT, LINES, RECORD, LiabilityRow, core
from ims_fsm.store.temporary import BIG, emptied, of_records, temporary
from ims_fsm.terms.money import HEADS, Heads
from ims_fsm.terms.period import TaxPeriod
from ims_fsm.terms.vocabulary import Disposition, SupplierStatus

LIABILITIES: Any = core(LiabilityRow)
Amounts = Mapping[str, ColumnElement[int]]
AMOUNTS = ("itc", "back", "carried", "standing")
SETTLED = of_records(
    "settled_record",
    Column("chain_id", BIG, nullable=False),
    Column("age", BIG, nullable=False),
    Column("supplier_gstin", String(15), nullable=False),
    Column("outcome", String, nullable=False),
    Column("in_ims", Boolean, nullable=False),
    *(Column(f"{what}_{head}", BIG, nullable=False) for what in AMOUNTS for head in HEADS),
)
DUE = temporary(
    "supplier_due",
    Column("supplier_gstin", String(15), primary_key=True),
    Column("period", String(7), nullable=False),
)


def lay_out(connection: Connection, scope: Scope, period: TaxPeriod) -> dict[str, int]:
    """Lay out what a period's GSTR-3B settles and what that moves; returns how many records have each outcome."""
    emptied(connection, SETTLED)
    for statement in _laid_out(scope.shape):
        run(connection, statement, scope, period=str(period))
    database_of(connection).analyse(connection, SETTLED.name)
    counts = dict(tuple(row) for row in connection.execute(_OUTCOMES))
    return {str(outcome): counts[str(outcome)] for outcome in Outcome if str(outcome) in counts}


_FORESEEN = select(
    SETTLED.c.outcome,
    func.count(),
    func.sum(case((SETTLED.c.in_ims, 1), else_=0)),
    *(func.sum(SETTLED.c[f"itc_{head}"]) for head in HEADS),
).group_by(SETTLED.c.outcome)
_OUTCOMES = select(SETTLED.c.outcome, func.count()).group_by(SETTLED.c.outcome)


@built
def _laid_out(shape: Shape) -> tuple[Insert, ...]:
    lines = (LINES.c.period == PERIOD, LINES.c.entry == "document", *shape.meant)
    decided = _laid(shape, LINES.c.decision, moving.source(shape).join(LINES, of_record(LINES)), *lines)
    if not shape.amended:
        return (decided,)
    meant, over = considered(shape), literal(str(Outcome.SUPERSEDED))
    return (decided, _laid(meant, over, moving.source(meant), *meant.meant, superseded(), ~held_back(meant)))


def freezing(scope: Scope) -> Scope:
    """Return the scope of what was laid out and is in IMS: it freezes."""
    return scope.narrowed(IN_IMS, _IS_LAID_OUT)


def settle(connection: Connection, firing: Firing, stamp: Mapping[str, Any], period: TaxPeriod) -> None:
    """Write what was laid out: the log of what freezes, the records, and E on the rest of their chains."""
    shape, named = firing.shape, {**stamp, "period": str(period)}
    moving.write_log(connection, _frozen(shape), firing, named)
    for statement in _settled(shape):
        run(connection, statement, firing, **named)


@built
def _frozen(shape: Shape) -> tuple[moving.Logging, ...]:
    return moving.logging(shape, detail(shape), SETTLED.join(RECORD, of_record(SETTLED)), SETTLED.c.in_ims)


@built
def _settled(shape: Shape) -> tuple[Update, ...]:
    disposition = case(
        (SETTLED.c.in_ims, SETTLED.c.outcome),
        (SETTLED.c.outcome == str(Outcome.SUPERSEDED), literal(str(Disposition.SUPERSEDED))),
        (AT.route.in_(words(with_effect(shape, "credit"))), literal(str(Disposition.DEEMED_ACCEPTED))),
        else_=null(),
    )
    values = {
        "state": case((SETTLED.c.in_ims, predicate_of(shape).dest), else_=AT.state),
        "seq": AT.seq + case((SETTLED.c.in_ims, 1), else_=0),
        "version": AT.version + 1,
        "last_at": case((SETTLED.c.in_ims, moving.NEWEST), else_=AT.last_at),
        "disposition": disposition,
        "settled_in": PERIOD,
        **{f"{what}_{head}": SETTLED.c[f"{what}_{head}"] for what in ("carried", "standing") for head in HEADS},
    }
    records = update(RECORD).where(shape.of(RECORD), of_record(SETTLED)).values(values)
    return (records, _passed_on(shape), _handed_down(shape)) if shape.amended else (records,)


def add_back(
    connection: Connection, scope: Scope, period: TaxPeriod, due: Callable[[Collection[str]], Mapping[str, TaxPeriod]]
) -> list[tuple[str, str, int, tuple[int, ...]]]:
    """Write the liabilities of what was laid out, and return them as `owing` does."""
    suppliers = owing(connection, due)
    if suppliers:
        emptied(connection, DUE)
        connection.execute(insert(DUE), [{"supplier_gstin": of[0], "period": of[1]} for of in suppliers])
        run(connection, _LIABILITIES, scope, period=str(period))
    return suppliers


def owing(
    connection: Connection, due: Callable[[Collection[str]], Mapping[str, TaxPeriod]]
) -> list[tuple[str, str, int, tuple[int, ...]]]:
    """Return what each supplier owes by what was laid out: GSTIN, tax period, how many records, the paise of each head.

    `due` gives each supplier's tax period in which they owe it.
    """
    suppliers = [tuple(row) for row in connection.execute(_OWING)]
    periods = due([supplier for supplier, *_ in suppliers]) if suppliers else {}
    return [
        (supplier, str(periods[supplier]), count, tuple(int(amount) for amount in tax))
        for supplier, count, *tax in suppliers
    ]


def foreseen(connection: Connection) -> Iterator[tuple[str, int, int, Heads]]:
    """Give for each outcome how many records were laid out, how many of them freeze, and their entry in GSTR-3B."""
    counts = {str(outcome): (size, frozen, itc) for outcome, size, frozen, *itc in connection.execute(_FORESEEN)}
    for outcome in map(str, Outcome):
        if outcome in counts:
            size, frozen, itc = counts[outcome]
            yield outcome, size, int(frozen), Heads(*map(int, itc))


def detail(_shape: Shape) -> ColumnElement[str]:
    """Return what the log says of a record that freezes, as JSON: its disposition, and what that moved in paise."""
    back, moved = ({head: SETTLED.c[f"{what}_{head}"] for head in HEADS} for what in ("back", "itc"))
    return settled_detail(SETTLED.c.outcome, PERIOD, moved, back)


def settled_detail(outcome: Any, period: Any, moved: Amounts, back: Amounts) -> ColumnElement[str]:
    """Return the detail of a record that freezes, of its outcome, the period and the paise by head."""
    added = case((any_head(*back.values()), _joined('"added_back": {', _heads(back), "}, ")), else_="")
    return _joined(
        "{", added, '"disposition": "', outcome, '", "itc": {', _heads(moved), '}, "period": "', period, '"}'
    )


def _laid(shape: Shape, decided: ColumnElement[str], of: FromClause, *meant: Any) -> Insert:
    values: dict[str, ColumnElement[Any]] = {
        "recipient_gstin": AT.recipient_gstin,
        "record_id": AT.id,
        "chain_id": AT.chain_id,
        "age": Member(shape).age,
        "supplier_gstin": AT.supplier_gstin,
        "outcome": decided,
        "in_ims": case((IN_IMS, literal(value=True)), else_=literal(value=False)),
    }
    for head in HEADS:
        back = added_back(shape, head, decided)
        values[f"itc_{head}"] = itc(shape, head, decided)
        values[f"back_{head}"] = back
        values[f"carried_{head}"] = carried_after(shape, head, decided)
        values[f"standing_{head}"] = credit(head) + back
    return insert(SETTLED).from_select(list(values), select(*values.values()).select_from(of).where(*meant))


def _passed_on(shape: Shape) -> Update:
    """Write E of each settled chain on those of its members that wait; the last of several settled ones counts."""
    newest = func.row_number().over(
        partition_by=[SETTLED.c.recipient_gstin, SETTLED.c.chain_id], order_by=SETTLED.c.age.desc()
    )
    kept = select(
        SETTLED.c.recipient_gstin,
        SETTLED.c.chain_id,
        *(SETTLED.c[f"carried_{head}"] for head in HEADS),
        newest.label("place"),
    ).where(SETTLED.c.outcome != str(Outcome.SUPERSEDED))
    last = kept.subquery("kept")
    carried = {f"carried_{head}": last.c[f"carried_{head}"] for head in HEADS}
    waiting = (
        last.c.place == 1,
        last.c.recipient_gstin == AT.recipient_gstin,
        last.c.chain_id == AT.chain_id,
        AT.settled_in.is_(None),
        AT.removed_for.is_(None),
        or_(*(AT[name] != amount for name, amount in carried.items())),
    )
    return update(RECORD).where(shape.of(RECORD), *waiting).values({**carried, "version": AT.version + 1})


def _owing() -> Select[Any]:
    sums = [func.sum(SETTLED.c[f"back_{head}"]) for head in HEADS]
    of = SETTLED.c.supplier_gstin
    return select(of, func.count(), *sums).where(_OWED).group_by(of).order_by(of)


def _liabilities() -> Insert:
    rows = {
        "recipient_gstin": SETTLED.c.recipient_gstin,
        "record_id": SETTLED.c.record_id,
        "supplier_gstin": SETTLED.c.supplier_gstin,
        "supplier_period": DUE.c.period,
        "recipient_period": PERIOD,
        "at": given("now", LIABILITIES.c.at.type),
        **{head: SETTLED.c[f"back_{head}"] for head in HEADS},
    }
    owed = SETTLED.join(DUE, SETTLED.c.supplier_gstin == DUE.c.supplier_gstin)
    return insert(LIABILITIES).from_select(list(rows), select(*rows.values()).select_from(owed).where(_OWED))


_OWED = any_head(*(SETTLED.c[f"back_{head}"] for head in HEADS))
_OWING, _LIABILITIES = _owing(), _liabilities()


_IS_LAID_OUT = exists(select(SETTLED.c.record_id).where(of_record(SETTLED)))


def _heads(of: Amounts) -> ColumnElement[str]:
    amounts = sorted(of.items())
    parts = [case((amount != 0, _joined(f', "{head}": ', cast(amount, String))), else_="") for head, amount in amounts]
    return func.substr(_joined(*parts), 3)


def _joined(*parts: ColumnElement[str] | str) -> ColumnElement[str]:
    whole: ColumnElement[str] = literal("", String)
    for part in parts:
        whole = whole.concat(literal(part, String) if isinstance(part, str) else part)
    return whole


def _handed_down(shape: Shape) -> Update:
    """Write S of each settled chain on those of its members that are only saved: that of the version before them.

    What is deleted has it too, for a download may show it again.
    """
    before, any_filed = RECORD.alias("before"), RECORD.alias("any_filed")
    same_chain = (any_filed.c.recipient_gstin == AT.recipient_gstin, any_filed.c.chain_id == AT.chain_id)
    filed = any_filed.c.supplier_status == str(SupplierStatus.FILED)
    newest = select(func.max(age_of(any_filed.c))).where(*same_chain, filed, age_of(any_filed.c) < age_of(AT))
    standing = {f"standing_{head}": before.c[f"standing_{head}"] for head in HEADS}
    waiting = (
        AT.supplier_status == str(SupplierStatus.SAVED),
        AT.settled_in.is_(None),
        exists().where(SETTLED.c.recipient_gstin == AT.recipient_gstin, SETTLED.c.chain_id == AT.chain_id),
        before.c.recipient_gstin == AT.recipient_gstin,
        before.c.id == Member.aged(newest.scalar_subquery()),
        or_(*(AT[name] != amount for name, amount in standing.items())),
    )
    return update(RECORD).where(shape.of(RECORD), *waiting).values({**standing, "version": AT.version + 1})
