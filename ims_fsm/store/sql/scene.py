"""Which records a statement is about, the scene that they share, and what their chains say of them, in SQL.

Imports the tables and the scene. Its twin in Python is `record.scene`; the period of what is only saved is read by
`Scene.expected_period` itself: there are few forms and return periods, however many records.

A chain is read once, in the order of its versions, with windows over what came before each: no member is compared with
every other, however long the chain.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import (
    CTE,
    Column,
    ColumnElement,
    Connection,
    FromClause,
    Integer,
    Select,
    String,
    Table,
    and_,
    case,
    exists,
    false,
    func,
    insert,
    literal,
    null,
    or_,
    select,
    true,
)

from ims_fsm.law.edition import EARLIEST
from ims_fsm.record.scene import NO_REQUEST, Request, Scene
from ims_fsm.store.connection import among, database_of
from ims_fsm.store.tables import AT, RECORD, TaxpayerRow, core
from ims_fsm.store.temporary import BIG, emptied, of_records, temporary
from ims_fsm.terms.money import HEADS
from ims_fsm.terms.period import TaxPeriod, in_india
from ims_fsm.terms.vocabulary import (
    Direction,
    Disposition,
    Filing,
    Form,
    Kind,
    RemovedFor,
    State,
    SupplierStatus,
    Trigger,
)

_taxpayer = core(TaxpayerRow)
_QUARTERLY = exists(
    select(_taxpayer.c.gstin).where(_taxpayer.c.gstin == AT.supplier_gstin, _taxpayer.c.filing == str(Filing.QUARTERLY))
)


@dataclass(frozen=True, slots=True)
class SavedPeriod:
    """The 2B period of what is only saved in a form and return period, by how often its supplier files."""

    form: Form
    return_period: TaxPeriod
    filing: Filing
    period: TaxPeriod


def saved_periods(connection: Connection, whose: ColumnElement[bool], scene: Scene) -> tuple[SavedPeriod, ...]:
    """Return the 2B periods that filing now would give to what is only saved; none where nothing is."""
    asked = (AT.form, AT.return_period, case((_QUARTERLY, str(Filing.QUARTERLY)), else_=str(Filing.MONTHLY)))
    saved = select(*asked).where(whose, AT.supplier_status == str(SupplierStatus.SAVED)).distinct()
    periods = []
    for form, return_period, filing in sorted(tuple(row) for row in connection.execute(saved)):
        key = (Form(form), TaxPeriod(return_period), Filing(filing))
        period = scene.book.calendar.two_b_period(key[0], key[1], scene.now, key[2], scene.recipient.filing)
        periods.append(SavedPeriod(*key, period))
    return tuple(periods)


def expected_period(saved: Sequence[SavedPeriod]) -> ColumnElement[str]:
    """Return a record's 2B period, fixed or expected (rule window.2b)."""
    fixed: ColumnElement[str] = AT.two_b_period
    if not saved:
        return fixed
    ways = [(and_(AT.form == str(entry.form), AT.return_period == str(entry.return_period),
                  _QUARTERLY if entry.filing is Filing.QUARTERLY else ~_QUARTERLY), literal(str(entry.period)))
            for entry in saved]  # fmt: skip
    if len({entry.period for entry in saved}) == 1:
        return case((fixed.is_not(None), fixed), else_=literal(str(saved[0].period)))
    return case((fixed.is_not(None), fixed), *ways)


def passed_periods(scene: Scene) -> tuple[str, ...]:
    """Return the 2B periods, from the beginning of GST, whose records may by now no longer be pending.

    Raises `InputError` where the calendar has no due day for the recipient's state.
    """
    recipient, month = scene.recipient, TaxPeriod.of(in_india(scene.now).date())
    deadlines = scene.book.calendar.pending_deadlines(month, *recipient.due_by)
    return tuple(str(period) for period, deadline in deadlines if deadline <= scene.now)


def pending_window_passed(scene: Scene, saved: Sequence[SavedPeriod]) -> ColumnElement[bool]:
    """Return the condition that the one tax period for which a record may be pending has passed.

    Raises `InputError` as `passed_periods` does.
    """
    expected, passed = expected_period(saved), passed_periods(scene)
    open_from = EARLIEST
    while open_from in passed:
        open_from = open_from.plus(1)
    # A deadline that was put off may fall after that of a later period, so what comes after it is named.
    later = [period for period in passed if period > open_from]
    return or_(expected < str(open_from), *([expected.in_(later)] if later else []))


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """The records meant: those of recipients that share a scene, narrowed by conditions on the record's columns."""

    #: The recipients' GSTINs.
    recipients: Sequence[str]
    #: The scene of any of them: they file as often, are eligible alike, and their deadlines fall alike.
    scene: Scene
    #: Whether any of them has an amendment at all.
    amended: bool
    #: The 2B periods of what is only saved by its supplier.
    saved: tuple[SavedPeriod, ...] = ()
    #: What narrows the records.
    conditions: tuple[ColumnElement[bool], ...] = ()

    def of(self, table: FromClause) -> ColumnElement[bool]:
        """Return the condition that a table's row belongs to one of the recipients."""
        column: ColumnElement[str] = table.c.recipient_gstin
        return column == self.recipients[0] if len(self.recipients) == 1 else among(column, self.recipients)

    @property
    def meant(self) -> tuple[ColumnElement[bool], ...]:
        """The conditions that a record is one of those meant."""
        return (self.of(RECORD), *self.conditions)

    def narrowed(self, *conditions: ColumnElement[bool]) -> Scope:
        """Return the scope with further conditions."""
        return replace(self, conditions=(*self.conditions, *conditions))


@dataclass(frozen=True, slots=True, kw_only=True)
class Firing:
    """May this trigger fire on the records of a scope, with what comes with it?"""

    trigger: Trigger
    scope: Scope
    request: Request = field(default=NO_REQUEST)


CHAIN = of_records(
    "chain_reading",
    Column("original", String, nullable=False),
    Column("same_period", String, nullable=False),
    Column("direction", String, nullable=False),
    #: The first 2B period in which a later version prevails over it.
    Column("prevailed_from", String),
    #: What the acceptance of its original took away and was declared as nothing to reduce, per head.
    *(Column(f"unreduced_{head}", BIG, nullable=False) for head in HEADS),
)
_KEY = ("recipient_gstin", "chain_id")
_AMENDS = AT.original_date.is_not(None)
# The kinds of documents that take credit back.
NEGATIVE = [str(kind) for kind in Kind if kind.sign < 0]


def any_amended(connection: Connection, scope: Scope) -> bool:
    """Say whether any record of the scope's recipients is an amendment."""
    return bool(connection.execute(select(exists(select(AT.id).where(scope.of(RECORD), _AMENDS)))).scalar())


PLACED = temporary(
    "chain_member",
    Column("recipient_gstin", String(15), primary_key=True),
    Column("chain_id", BIG, primary_key=True, autoincrement=False),
    Column("place", Integer, primary_key=True, autoincrement=False),
    Column("id", BIG, nullable=False),
    *(
        Column(name, String)
        for name in ("period", "outcome", "state", "kind", "stated", "prevailed_from", "ended_from")
    ),
    Column("amends", Integer, nullable=False),
    *(Column(name, Integer) for name in ("first_alive", "alive_before", "undecided_before", "decided_before")),
    *(Column(name, Integer) for name in ("counting_before", "other_period_before")),
    *(Column(head, BIG, nullable=False) for head in HEADS),
    *(Column(f"carried_{head}", BIG, nullable=False) for head in HEADS),
)


def read_chains(connection: Connection, scope: Scope) -> None:
    """Lay out what the chains of the scope's recipients say of their members; one without amendments says nothing."""
    if not scope.amended:
        return
    for table, statement in ((PLACED, _placed(scope)), (CHAIN, _readings())):
        emptied(connection, table)
        connection.execute(insert(table).from_select([column.name for column in statement.selected_columns], statement))
        database_of(connection).analyse(connection, table.name)


def _readings() -> Select[Any]:
    """Return the statement that reads what the members that were laid out amend."""
    ranked = PLACED
    # `last` is the newest undecided version before, `other` the newest of those that is of another period than that.
    last, counting, counts, first = (ranked.alias(name) for name in ("last_undecided", "counting", "counts", "first"))
    waits = case(
        (ranked.c.undecided_before.is_(None), null()),
        (last.c.period != ranked.c.period, ranked.c.undecided_before),
        else_=last.c.other_period_before,
    )
    # What ends with a later version of its own 2B period waits for nothing.
    ended = func.coalesce(ranked.c.ended_from <= ranked.c.period, false())
    apart = and_(first.c.amends == 1, waits.is_(None), ranked.c.counting_before.is_(None))
    no_decision = ranked.c.decided_before.is_(None)
    chosen = case(
        (waits.is_not(None), waits),
        (no_decision, func.coalesce(ranked.c.undecided_before, ranked.c.alive_before)),
        (counting.c.outcome == "accepted", ranked.c.counting_before),
        else_=ranked.c.decided_before,
    )
    joined = (
        ranked.outerjoin(last, _at(last, ranked, ranked.c.undecided_before))
        .outerjoin(counting, _at(counting, ranked, ranked.c.counting_before))
        .outerjoin(counts, _at(counts, ranked, chosen))
        .outerjoin(first, _at(first, ranked, func.coalesce(ranked.c.first_alive, ranked.c.place)))
    )
    sign = case((ranked.c.kind.in_(NEGATIVE), -1), else_=1)
    accepted = and_(~ended, waits.is_(None), counting.c.outcome == "accepted")
    unreduced = [ranked.c[f"carried_{head}"] - sign * counting.c[head] for head in HEADS]
    original = case(
        (ranked.c.amends == 0, "none"),
        (ended, "unsettled"),
        (and_(apart, first.c.stated.is_(None)), "unknown"),
        (and_(apart, first.c.stated == str(Disposition.REJECTED)), "rejected"),
        (apart, "accepted"),
        (
            or_(waits.is_not(None), no_decision),
            case((counts.c.state == str(State.REJECTED), "unsettled_rejected"), else_="unsettled"),
        ),
        (and_(accepted, or_(*(amount != 0 for amount in unreduced))), "unadjusted"),
        else_=counts.c.outcome,
    )
    same_period = case(
        (or_(ranked.c.amends == 0, ended), true()),
        (or_(apart, waits.is_not(None)), false()),
        (no_decision, true()),
        else_=counts.c.period == ranked.c.period,
    )
    return select(
        ranked.c.recipient_gstin,
        ranked.c.id.label("record_id"),
        original.label("original"),
        case((same_period, "yes"), else_="no").label("same_period"),
        _direction(ranked, counts, apart, first.c.stated, ended).label("direction"),
        ranked.c.prevailed_from,
        *(
            case((and_(ranked.c.amends == 1, accepted), amount), else_=0).label(f"unreduced_{head}")
            for head, amount in zip(HEADS, unreduced, strict=True)
        ),
    ).select_from(joined)


def _placed(scope: Scope) -> Select[Any]:
    """Return the statement that lays out every member of the scope's chains with an amendment, in its place."""
    member = _ranked(_marked(_members(scope))).c
    within, ended = case((member.later_filed == 1, member.period)), member.ended_from
    earliest = case((or_(ended.is_(None), within < ended), within), else_=ended)
    prevailed = case((member.open == 1, earliest)).label("prevailed_from")
    return select(*(prevailed if column.name == "prevailed_from" else member[column.name] for column in PLACED.c))


def _members(scope: Scope) -> CTE:
    other = RECORD.alias("amending")
    amended = select(other.c.recipient_gstin, other.c.chain_id).where(
        scope.of(other), other.c.original_date.is_not(None)
    )
    chains = amended.distinct().subquery("amended")
    # Of one it chooses the partition. Of many PostgreSQL would look for each chain under every one of them, or, as that
    # is dear, read all that they have.
    whose = [scope.of(RECORD)] if len(scope.recipients) == 1 else []
    alive = func.coalesce(AT.removed_for, "") != str(RemovedFor.SUPPLIER_DELETED)
    undecided = and_(AT.settled_in.is_(None), AT.removed_for.is_(None))
    decided = and_(alive, ~undecided, func.coalesce(AT.disposition, "") != str(Disposition.SUPERSEDED))
    filed = and_(AT.supplier_status == str(SupplierStatus.FILED), AT.removed_for.is_(None))
    ending = sorted({str(route.name) for route in scope.scene.book.routing.routes if route.prevails})
    order = (case((_AMENDS, 1), else_=0), AT.id)
    return (
        select(
            AT.recipient_gstin,
            AT.chain_id,
            AT.id,
            func.row_number().over(partition_by=[AT.recipient_gstin, AT.chain_id], order_by=order).label("place"),
            case((_AMENDS, 1), else_=0).label("amends"),
            expected_period(scope.saved).label("period"),
            case((alive, 1), else_=0).label("alive"),
            case((undecided, 1), else_=0).label("undecided"),
            case((decided, 1), else_=0).label("decided"),
            case((AT.settled_in.is_(None), 1), else_=0).label("open"),
            _outcome().label("outcome"),
            # What counts is decided here and neither rejected nor removed: it says what the chain carries.
            case((and_(decided, AT.removed_for.is_(None), _outcome() != "rejected"), 1), else_=0).label("counting"),
            case((filed, 1), else_=0).label("prevails"),
            case((and_(filed, AT.route.in_(ending)), AT.two_b_period)).label("ends"),
            AT.state,
            AT.kind,
            AT.stated_original.label("stated"),
            *(AT[head] for head in HEADS),
            *(AT[f"carried_{head}"] for head in HEADS),
        )
        .select_from(chains.join(RECORD, and_(*(chains.c[name] == AT[name] for name in _KEY))))
        .where(*whose)
        .cte("member")
    )


def _outcome() -> ColumnElement[str]:
    return case(
        (AT.disposition.in_([str(Disposition.ACCEPTED), str(Disposition.DEEMED_ACCEPTED)]), "accepted"),
        (AT.disposition == str(Disposition.REJECTED), "rejected"),
        else_=literal("outside"),
    )


def _marked(member: CTE) -> CTE:
    """Give each undecided member the one before it of another 2B period, and each whether one of its own comes later.

    What comes after is read backwards: a frame whose start moves would be gone through anew for every member.
    """
    key = [member.c[name] for name in _KEY]
    undecided: dict[str, Any] = {"partition_by": [*key, member.c.undecided], "order_by": member.c.place}
    backwards = member.c.place.desc()
    after: dict[str, Any] = {"partition_by": [*key, member.c.period], "order_by": backwards, "rows": (None, -1)}
    before = func.lag(member.c.place).over(**undecided)
    turned = func.lag(member.c.period).over(**undecided) != member.c.period
    return select(
        member,
        case((and_(member.c.undecided == 1, turned), before)).label("turn"),
        func.max(member.c.prevails).over(**after).label("later_filed"),
    ).cte("marked")


def _ranked(marked: CTE) -> CTE:
    """Give each member the places of those before it that count, and whether one after it prevails."""
    key = [marked.c[name] for name in _KEY]
    before: dict[str, Any] = {"partition_by": key, "order_by": marked.c.place, "rows": (None, -1)}
    until: dict[str, Any] = {"partition_by": key, "order_by": marked.c.place, "rows": (None, 0)}
    after: dict[str, Any] = {"partition_by": key, "order_by": marked.c.place.desc(), "rows": (None, -1)}

    def newest(condition: ColumnElement[bool]) -> ColumnElement[int]:
        return func.max(case((condition, marked.c.place))).over(**before)

    return select(
        marked,
        newest(marked.c.alive == 1).label("alive_before"),
        newest(marked.c.undecided == 1).label("undecided_before"),
        newest(marked.c.decided == 1).label("decided_before"),
        newest(marked.c.counting == 1).label("counting_before"),
        func.min(case((marked.c.alive == 1, marked.c.place))).over(**before).label("first_alive"),
        func.max(marked.c.turn).over(**until).label("other_period_before"),
        func.min(case((func.coalesce(marked.c.later_filed, 0) == 0, marked.c.ends))).over(**after).label("ended_from"),
    ).cte("ranked")


def _at(member: Any, of: Table, place: ColumnElement[int]) -> ColumnElement[bool]:
    return and_(*(member.c[name] == of.c[name] for name in _KEY), member.c.place == place)


def _direction(
    record: Table, counts: Any, apart: ColumnElement[bool], stated: ColumnElement[str], ended: ColumnElement[bool]
) -> ColumnElement[str]:
    """Return how an amendment moves the tax of the version whose decision counts (FAQ 11, decided ambiguity (d))."""
    sign = case((record.c.kind.in_(NEGATIVE), -1), else_=1)
    rejected = stated == str(Disposition.REJECTED)
    amended = [
        case((apart, case((rejected, record.c[head]), else_=record.c[f"carried_{head}"] * sign)), else_=counts.c[head])
        for head in HEADS
    ]
    raised = or_(*(tax < record.c[head] for tax, head in zip(amended, HEADS, strict=True)))
    lowered = or_(*(record.c[head] < tax for tax, head in zip(amended, HEADS, strict=True)))
    credit_note = record.c.kind == str(Kind.CREDIT_NOTE)
    return case(
        (record.c.amends == 0, str(Direction.ORIGINAL)),
        (ended, str(Direction.UNCHANGED)),
        (and_(apart, stated.is_(None)), str(Direction.UNKNOWN)),
        (and_(credit_note, raised), str(Direction.UPWARD)),
        (lowered, str(Direction.DOWNWARD)),
        (raised, str(Direction.UPWARD)),
        else_=str(Direction.UNCHANGED),
    )
