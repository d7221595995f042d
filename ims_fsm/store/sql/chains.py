"""What the chains of a scope's records say of them, in SQL: what an amendment amends, and what prevails over what.

Imports the tables and the scope. Its twin in Python is `record.scene`. Nearly every chain is an original and one
amendment: each of the two is read beside the other, by one join. Longer chains go through `store.sql.windows`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from operator import gt, lt
from typing import Any

from sqlalchemy import (
    CTE,
    Column,
    ColumnElement,
    Connection,
    FromClause,
    Insert,
    Select,
    String,
    and_,
    case,
    false,
    func,
    insert,
    null,
    or_,
    select,
    true,
)

from ims_fsm.store.connection import database_of
from ims_fsm.store.sql.members import LATER, ONE, ZERO, Member, chains_of
from ims_fsm.store.sql.prepared import built, counting, number, run, word, words
from ims_fsm.store.sql.scene import AMENDS, NEGATIVE, Scope, Shape
from ims_fsm.store.sql.windows import PLACED, placed
from ims_fsm.store.tables import AT, RECORD
from ims_fsm.store.temporary import BIG, emptied, of_records
from ims_fsm.terms.money import HEADS
from ims_fsm.terms.vocabulary import Direction, Disposition, Kind, State

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


def read_chains(connection: Connection, scope: Scope) -> bool:
    """Lay out what the chains of the records meant say of their members, and say whether any has an amendment.

    A chain without amendments says nothing.
    """
    if not scope.amended:
        return False
    emptied(connection, CHAIN)
    shape, database = scope.shape, database_of(connection)
    read = run(connection, _of_two(shape), scope).rowcount
    emptied(connection, PLACED)
    if run(connection, _laid_out(shape), scope).rowcount:
        database.analyse(connection, PLACED.name)
        read += run(connection, _of_many(shape), scope).rowcount
    if read:
        database.analyse(connection, CHAIN.name)
    return bool(read)


@built
def _of_two(shape: Shape) -> Insert:
    return _into(CHAIN, _readings(_beside(shape)))


@built
def _laid_out(shape: Shape) -> Insert:
    return _into(PLACED, placed(shape))


@built
def _of_many(shape: Shape) -> Insert:
    return _into(CHAIN, _readings(_among(shape, PLACED)))


def _into(table: Any, rows: Select[Any]) -> Insert:
    return counting(insert(table).from_select([column.name for column in rows.selected_columns], rows))


def as_read(shape: Shape) -> CTE:
    """Return what `read_chains` lays out as part of a statement that only reads, under the name of its table."""
    long = placed(shape).cte(PLACED.name)
    return _readings(_beside(shape)).union_all(_readings(_among(shape, long))).cte(CHAIN.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """What is said of a member by its place in its chain; the rest its own row says."""

    #: Its row beside those of its chain that its reading asks.
    rows: FromClause
    #: Its 2B period, and the first one in which a later version prevails over it.
    period: ColumnElement[str]
    prevailed_from: ColumnElement[str | None]
    #: Whether it ends with a later version of its own 2B period: then it waits for nothing.
    ended: ColumnElement[bool]
    #: Whether a version before it, of another 2B period, is undecided.
    waits: ColumnElement[bool]
    #: Whether one before it is decided, and one of them says what the chain carries: the newest such one.
    decided: ColumnElement[bool]
    counted: ColumnElement[bool]
    counting: Member
    #: The version that it amends, where there is one.
    counts: Member
    #: Whether the chain begins with an amendment, and how its original was stated to be decided.
    begins: ColumnElement[bool]
    stated: ColumnElement[str | None]

    # What is seldom so comes first in each of these: a database looks no further then.

    @property
    def apart(self) -> ColumnElement[bool]:
        """Whether what it amends is not here: the chain begins with an amendment, whose place none has taken."""
        return and_(self.begins, ~self.waits, ~self.counted)

    @property
    def accepted(self) -> ColumnElement[bool]:
        """Whether the version that says what the chain carries was accepted."""
        return and_(self.counting.outcome == word("accepted"), self.counted, ~self.waits, ~self.ended)

    @property
    def left(self) -> ColumnElement[bool]:
        """Whether the version that counts gave no credit, and left some of what was taken before it."""
        return and_(self.counting.leaves, self.counted, ~self.waits, ~self.ended)


def _beside(shape: Shape) -> _Place:
    """Return the places of the members of chains of two, or of an amendment alone, each beside the other."""
    chains, member = chains_of(shape, long=False), Member(shape)
    earlier, later = (Member(shape, RECORD.alias(name)) for name in ("earlier", "later"))
    rows = chains.join(RECORD, member.of_the_chain(chains.c))
    for other, beside in ((earlier, and_(earlier.age < member.age, earlier.alive)), (later, later.age > member.age)):
        rows = rows.outerjoin(other.table, and_(other.of_the_chain(AT), beside))
    within, is_there = (
        case((and_(later.filed, later.period == member.period), member.period)),
        earlier.at.id.is_not(None),
    )
    prevailed_from = case((or_(later.ends.is_(None), within < later.ends), within), else_=later.ends)
    return _Place(
        rows=rows,
        period=member.period,
        prevailed_from=case((and_(later.at.id.is_not(None), AT.settled_in.is_(None)), prevailed_from)),
        ended=and_(later.at.id.is_not(None), or_(later.ended, func.coalesce(later.ends <= member.period, false()))),
        waits=and_(is_there, earlier.undecided, earlier.period != member.period),
        decided=and_(is_there, earlier.decided),
        counted=and_(is_there, earlier.counting),
        counting=earlier,
        counts=earlier,
        begins=case((is_there, earlier.amends), else_=member.amends),
        stated=case(
            (and_(is_there, ~earlier.superseded), earlier.at.stated_original),
            else_=func.coalesce(AT.stated_original, earlier.at.stated_original),
        ),
    )


def _among(shape: Shape, members: FromClause) -> _Place:
    """Return the places of the members of long chains, as the windows have given them."""
    at, names = members.c, ("last_undecided", "counting", "counts", "stating")
    last, counting, counts, stating = (Member(shape, RECORD.alias(name)) for name in names)
    # The age of the newest undecided version of another 2B period before it.
    waited_for = case(
        (at.undecided_before.is_(None), null()),
        (last.period != at.period, at.undecided_before),
        else_=at.other_period_before,
    )
    chosen = case(
        (waited_for.is_not(None), waited_for),
        (at.decided_before.is_(None), func.coalesce(at.undecided_before, at.alive_before)),
        (or_(counting.outcome == word("accepted"), counting.leaves), at.counting_before),
        else_=at.decided_before,
    )
    rows = members.join(RECORD, and_(AT.recipient_gstin == at.recipient_gstin, AT.id == at.record_id))
    ages = (at.undecided_before, at.counting_before, chosen, at.stating)
    for version, age in zip((last, counting, counts, stating), ages, strict=True):
        its = and_(version.at.recipient_gstin == at.recipient_gstin, version.at.id == Member.aged(age))
        rows = rows.outerjoin(version.table, its)
    return _Place(
        rows=rows,
        period=at.period,
        prevailed_from=at.prevailed_from,
        ended=func.coalesce(at.ended_from <= at.period, false()),
        waits=waited_for.is_not(None),
        decided=at.decided_before.is_not(None),
        counted=at.counting_before.is_not(None),
        counting=counting,
        counts=counts,
        # An amendment is older than no original.
        begins=func.coalesce(at.first_alive, LATER) >= LATER,
        stated=stating.at.stated_original,
    )


def _readings(place: _Place) -> Select[Any]:
    """Return the statement that reads what members amend."""
    counts, differ = place.counts, []
    for head in HEADS:
        amount = AT[f"carried_{head}"] - _sign() * place.counting.at[head]
        differ.append((f"unreduced_{head}", amount != ZERO, amount))
    original = case(
        (~AMENDS, word("none")),
        (place.ended, word("unsettled")),
        (and_(place.apart, place.stated.is_(None)), word("unknown")),
        (and_(place.apart, place.stated == word(Disposition.REJECTED)), word("rejected")),
        (place.apart, word("accepted")),
        (
            or_(place.waits, ~place.decided),
            case((counts.at.state == word(State.REJECTED), word("unsettled_rejected")), else_=word("unsettled")),
        ),
        (and_(or_(*(differs for _, differs, _ in differ)), place.accepted), word("unadjusted")),
        (place.left, word("accepted")),
        else_=counts.outcome,
    )
    same_period = case(
        (or_(~AMENDS, place.ended), true()),
        (or_(place.apart, place.waits), false()),
        (~place.decided, true()),
        else_=counts.period == place.period,
    )
    return select(
        *(AT.recipient_gstin, AT.id.label("record_id"), original.label("original")),
        case((same_period, word("yes")), else_=word("no")).label("same_period"),
        _direction(place).label("direction"),
        place.prevailed_from.label("prevailed_from"),
        *(
            case((and_(AMENDS, differs, place.accepted), amount), else_=ZERO).label(name)
            for name, differs, amount in differ
        ),
    ).select_from(place.rows)


def _direction(place: _Place) -> ColumnElement[str]:
    """Return how an amendment moves the tax of the version whose decision counts (FAQ 11, decided ambiguity (d))."""
    tax = [AT[head] for head in HEADS]
    carried, left = ([at[f"carried_{head}"] * _sign() for head in HEADS] for at in (AT, place.counting.at))
    named = [place.counts.at[head] for head in HEADS]

    def moves(than: Callable[[Any, Any], Any]) -> ColumnElement[bool]:
        # Of what was rejected no tax is kept, and so none differs.
        rejected = and_(place.apart, place.stated == word(Disposition.REJECTED))
        by = (or_(*map(than, tax, amended)) for amended in (carried, left, named))
        return case((rejected, false()), (place.apart, next(by)), (place.left, next(by)), else_=next(by))

    raised, lowered = moves(gt), moves(lt)
    credit_note = AT.kind == word(Kind.CREDIT_NOTE)
    return case(
        (~AMENDS, word(Direction.ORIGINAL)),
        (place.ended, word(Direction.UNCHANGED)),
        (and_(place.apart, place.stated.is_(None)), word(Direction.UNKNOWN)),
        (and_(credit_note, raised), word(Direction.UPWARD)),
        (lowered, word(Direction.DOWNWARD)),
        (raised, word(Direction.UPWARD)),
        else_=word(Direction.UNCHANGED),
    )


def _sign() -> ColumnElement[int]:
    return case((AT.kind.in_(words(NEGATIVE)), number(-1)), else_=ONE)
