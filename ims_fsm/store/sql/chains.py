"""What the chains of a scope's records say of them, in SQL: what an amendment amends, and what prevails over what.

Imports the tables and the scope. Its twin in Python is `record.scene`. A chain is read once, in the order of its
versions, with windows over what came before each: no member is compared with every other, however long the chain.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    CTE,
    Column,
    ColumnElement,
    Connection,
    Insert,
    Integer,
    Select,
    String,
    Table,
    and_,
    case,
    false,
    func,
    insert,
    literal,
    null,
    or_,
    select,
    true,
)

from ims_fsm.store.connection import database_of
from ims_fsm.store.sql.prepared import built, run, words
from ims_fsm.store.sql.scene import AMENDS, NEGATIVE, Scope, Shape, expected_period
from ims_fsm.store.tables import AT, RECORD
from ims_fsm.store.temporary import BIG, emptied, of_records, temporary
from ims_fsm.terms.money import HEADS
from ims_fsm.terms.vocabulary import Direction, Disposition, Kind, RemovedFor, State, SupplierStatus

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
_WAITED_FOR = ("undecided_before", "other_period_before")

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
    for table, statement in ((PLACED, _laid_out(scope.shape)), (CHAIN, _read())):
        emptied(connection, table)
        run(connection, statement, scope)
        database_of(connection).analyse(connection, table.name)


@built
def _laid_out(shape: Shape) -> Insert:
    return _into(PLACED, _placed(shape))


@built
def _read() -> Insert:
    return _into(CHAIN, _readings())


def _into(table: Table, rows: Select[Any]) -> Insert:
    return insert(table).from_select([column.name for column in rows.selected_columns], rows)


class _Read:
    """A member that was laid out, beside those of its chain that its reading asks."""

    member = PLACED
    #: The newest undecided version before it, the one that says what the chain carries, and the first of the chain.
    last = PLACED.alias("last_undecided")
    counting = PLACED.alias("counting")
    first = PLACED.alias("first")
    #: The version that it amends.
    counts = PLACED.alias("counts")

    @property
    def waits(self) -> ColumnElement[int]:
        """The place of the newest undecided version of another 2B period before it."""
        member, last = self.member.c, self.last.c
        return case(
            (member.undecided_before.is_(None), null()),
            (last.period != member.period, member.undecided_before),
            else_=last.other_period_before,
        )

    @property
    def ended(self) -> ColumnElement[bool]:
        """Whether it ends with a later version of its own 2B period: then it waits for nothing."""
        return func.coalesce(self.member.c.ended_from <= self.member.c.period, false())

    @property
    def apart(self) -> ColumnElement[bool]:
        """Whether what it amends is not here: the chain begins with an amendment, whose place none has taken."""
        return and_(self.first.c.amends == 1, self.waits.is_(None), self.member.c.counting_before.is_(None))

    @property
    def undecided(self) -> ColumnElement[bool]:
        """Whether nothing before it is decided."""
        return self.member.c.decided_before.is_(None)

    @property
    def accepted(self) -> ColumnElement[bool]:
        """Whether the version that says what the chain carries was accepted."""
        return and_(~self.ended, self.waits.is_(None), self.counting.c.outcome == "accepted")

    @property
    def left(self) -> ColumnElement[bool]:
        """Whether the version that counts gave no credit, and left some of what was taken before it."""
        carried = or_(*(self.counting.c[f"carried_{head}"] != 0 for head in HEADS))
        outside = and_(self.counting.c.outcome == "outside", carried)
        return and_(~self.ended, self.waits.is_(None), func.coalesce(outside, false()))

    @property
    def joined(self) -> Any:
        """The member with all of them."""
        member, last, counting = self.member.c, self.last, self.counting
        chosen = case(
            (self.waits.is_not(None), self.waits),
            (self.undecided, func.coalesce(member.undecided_before, member.alive_before)),
            (or_(counting.c.outcome == "accepted", self.left), member.counting_before),
            else_=member.decided_before,
        )
        return (
            self.member.outerjoin(last, _at(last, self.member, member.undecided_before))
            .outerjoin(counting, _at(counting, self.member, member.counting_before))
            .outerjoin(self.counts, _at(self.counts, self.member, chosen))
            .outerjoin(self.first, _at(self.first, self.member, func.coalesce(member.first_alive, member.place)))
        )


def _readings() -> Select[Any]:
    """Return the statement that reads what the members that were laid out amend."""
    read = _Read()
    member, stated, unsettled = read.member.c, read.first.c.stated, or_(read.waits.is_not(None), read.undecided)
    sign = case((member.kind.in_(words(NEGATIVE)), -1), else_=1)
    unreduced = [member[f"carried_{head}"] - sign * read.counting.c[head] for head in HEADS]
    original = case(
        (member.amends == 0, "none"),
        (read.ended, "unsettled"),
        (and_(read.apart, stated.is_(None)), "unknown"),
        (and_(read.apart, stated == str(Disposition.REJECTED)), "rejected"),
        (read.apart, "accepted"),
        (unsettled, case((read.counts.c.state == str(State.REJECTED), "unsettled_rejected"), else_="unsettled")),
        (and_(read.accepted, or_(*(amount != 0 for amount in unreduced))), "unadjusted"),
        (read.left, "accepted"),
        else_=read.counts.c.outcome,
    )
    same_period = case(
        (or_(member.amends == 0, read.ended), true()),
        (or_(read.apart, read.waits.is_not(None)), false()),
        (read.undecided, true()),
        else_=read.counts.c.period == member.period,
    )
    kept = and_(member.amends == 1, read.accepted)
    return select(
        member.recipient_gstin,
        member.id.label("record_id"),
        original.label("original"),
        case((same_period, "yes"), else_="no").label("same_period"),
        _direction(read).label("direction"),
        member.prevailed_from,
        *(case((kept, part), else_=0).label(f"unreduced_{head}") for head, part in zip(HEADS, unreduced, strict=True)),
    ).select_from(read.joined)


def _placed(shape: Shape) -> Select[Any]:
    """Return the statement that lays out every member of the scope's chains with an amendment, in its place."""
    member = _ranked(_marked(_members(shape))).c
    within, ended = case((member.later_filed == 1, member.period)), member.ended_from
    earliest = case((or_(ended.is_(None), within < ended), within), else_=ended)
    read = {
        "prevailed_from": case((member.open == 1, earliest)),
        # What a GSTR-3B has ended waits for nothing any more, and nothing waits for it.
        "ended_from": case((member.ending_after == 1, member.period), else_=ended),
        **{name: case((member[name] > func.coalesce(member.ending_before, 0), member[name])) for name in _WAITED_FOR},
    }
    return select(*(read[name].label(name) if name in read else member[name] for name in PLACED.c.keys()))  # noqa: SIM118


def _members(shape: Shape) -> CTE:
    other = RECORD.alias("amending")
    amended = select(other.c.recipient_gstin, other.c.chain_id).where(
        shape.of(other), other.c.original_date.is_not(None)
    )
    chains = amended.distinct().subquery("amended")
    # Of one it chooses the partition. Of many PostgreSQL would look for each chain under every one of them, or, as that
    # is dear, read all that they have.
    whose = [] if shape.many else [shape.of(RECORD)]
    alive = func.coalesce(AT.removed_for, "") != str(RemovedFor.SUPPLIER_DELETED)
    undecided = and_(AT.settled_in.is_(None), AT.removed_for.is_(None))
    decided = and_(alive, ~undecided, func.coalesce(AT.disposition, "") != str(Disposition.SUPERSEDED))
    filed = and_(AT.supplier_status == str(SupplierStatus.FILED), AT.removed_for.is_(None))
    ending = AT.route.in_(words({str(route.name) for route in shape.book.routing.routes if route.prevails}))
    order = (case((AMENDS, 1), else_=0), AT.id)
    return (
        select(
            AT.recipient_gstin,
            AT.chain_id,
            AT.id,
            func.row_number().over(partition_by=[AT.recipient_gstin, AT.chain_id], order_by=order).label("place"),
            case((AMENDS, 1), else_=0).label("amends"),
            expected_period(shape).label("period"),
            case((alive, 1), else_=0).label("alive"),
            case((undecided, 1), else_=0).label("undecided"),
            case((decided, 1), else_=0).label("decided"),
            case((AT.settled_in.is_(None), 1), else_=0).label("open"),
            _outcome().label("outcome"),
            # What counts is decided here and neither rejected nor removed: it says what the chain carries.
            case((and_(decided, AT.removed_for.is_(None), _outcome() != "rejected"), 1), else_=0).label("counting"),
            case((filed, 1), else_=0).label("prevails"),
            case((and_(filed, ending), AT.two_b_period)).label("ends"),
            case((and_(decided, filed, AT.settled_in.is_not(None), ending), 1), else_=0).label("ending"),
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
        (AT.disposition.in_(words([str(Disposition.ACCEPTED), str(Disposition.DEEMED_ACCEPTED)])), "accepted"),
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
        newest(marked.c.ending == 1).label("ending_before"),
        func.max(marked.c.ending).over(**after).label("ending_after"),
        newest(marked.c.counting == 1).label("counting_before"),
        func.min(case((marked.c.alive == 1, marked.c.place))).over(**before).label("first_alive"),
        func.max(marked.c.turn).over(**until).label("other_period_before"),
        func.min(case((func.coalesce(marked.c.later_filed, 0) == 0, marked.c.ends))).over(**after).label("ended_from"),
    ).cte("ranked")


def _at(member: Any, of: Table, place: ColumnElement[int]) -> ColumnElement[bool]:
    return and_(*(member.c[name] == of.c[name] for name in _KEY), member.c.place == place)


def _direction(read: _Read) -> ColumnElement[str]:
    """Return how an amendment moves the tax of the version whose decision counts (FAQ 11, decided ambiguity (d))."""
    record, stated = read.member, read.first.c.stated
    sign = case((record.c.kind.in_(words(NEGATIVE)), -1), else_=1)
    rejected = stated == str(Disposition.REJECTED)
    amended = [
        case(
            (read.apart, case((rejected, record.c[head]), else_=record.c[f"carried_{head}"] * sign)),
            (read.left, read.counting.c[f"carried_{head}"] * sign),
            else_=read.counts.c[head],
        )
        for head in HEADS
    ]
    raised = or_(*(tax < record.c[head] for tax, head in zip(amended, HEADS, strict=True)))
    lowered = or_(*(record.c[head] < tax for tax, head in zip(amended, HEADS, strict=True)))
    credit_note = record.c.kind == str(Kind.CREDIT_NOTE)
    return case(
        (record.c.amends == 0, str(Direction.ORIGINAL)),
        (read.ended, str(Direction.UNCHANGED)),
        (and_(read.apart, stated.is_(None)), str(Direction.UNKNOWN)),
        (and_(credit_note, raised), str(Direction.UPWARD)),
        (lowered, str(Direction.DOWNWARD)),
        (raised, str(Direction.UPWARD)),
        else_=str(Direction.UNCHANGED),
    )
