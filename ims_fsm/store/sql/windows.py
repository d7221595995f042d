"""The members of long chains in SQL: each one's place among the versions before and after it, by windows.

Imports the tables and the scope. A chain is gone through once, in the order of its versions: no member is compared with
every other, however long the chain. What the windows carry is keys and flags; amounts are read where they are asked.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    CTE,
    Column,
    ColumnElement,
    FrameClause,
    FrameClauseType,
    Select,
    String,
    and_,
    case,
    func,
    or_,
    select,
)

from ims_fsm.store.sql.members import ONE, ZERO, Member, chains_of
from ims_fsm.store.sql.prepared import Written
from ims_fsm.store.sql.scene import Shape
from ims_fsm.store.tables import AT, RECORD
from ims_fsm.store.temporary import BIG, of_records

_WAITED_FOR = ("undecided_before", "other_period_before")
# In the text itself: windows whose frames are given as values are not seen to be alike, and each is a pass of its own.
_BUT_ITSELF = FrameClause(None, Written(None, 1), FrameClauseType.UNBOUNDED, FrameClauseType.PRECEDING)
_BEFORE = ("first_alive", "alive_before", "decided_before", "counting_before", "stating")

PLACED = of_records(
    "chain_member",
    *(Column(name, String) for name in ("period", "prevailed_from", "ended_from")),
    #: Each of these is the age of another version of the chain.
    *(Column(name, BIG) for name in (*_BEFORE, *_WAITED_FOR)),
)


def placed(shape: Shape) -> Select[Any]:
    """Return the statement that lays out every member of the long chains of a scope, in its place."""
    ranked = _ranked(_marked(_members(shape)))
    member = ranked.c
    within, ended = case((member.later_filed == ONE, member.period)), member.ended_from
    ended_before = func.coalesce(member.ending_before, ZERO)
    earliest = case((or_(ended.is_(None), within < ended), within), else_=ended)
    states = case((and_(member.stated == ONE, func.coalesce(member.headed, ZERO) == ZERO), member.age))
    before: dict[str, Any] = {"partition_by": _key(ranked), "order_by": member.age, "rows": _BUT_ITSELF}
    read = {
        "prevailed_from": case((member.open == ONE, earliest)),
        # What a GSTR-3B has ended waits for nothing any more, and nothing waits for it.
        "ended_from": case((member.ending_after == ONE, member.period), else_=ended),
        **{name: case((member[name] > ended_before, member[name])) for name in _WAITED_FOR},
        # What is stated of the chain's original, where none but versions that others prevailed over come before it.
        "stating": func.coalesce(states, func.max(case((member.alive == ONE, states))).over(**before)),
    }
    return select(*(read[name].label(name) if name in read else member[name] for name in PLACED.c.keys()))  # noqa: SIM118


def _members(shape: Shape) -> CTE:
    member, chains = Member(shape), chains_of(shape, long=True)
    flags = {
        "alive": member.alive,
        "undecided": member.undecided,
        "decided": member.decided,
        "counting": member.counting,
        "open": AT.settled_in.is_(None),
        "filed": member.filed,
        "ending": member.ended,
        "stands": and_(member.alive, ~member.superseded),
        "stated": AT.stated_original.is_not(None),
    }
    return (
        select(
            *(AT.recipient_gstin, AT.chain_id, AT.id, member.age.label("age"), member.period.label("period")),
            member.ends.label("ends"),
            *(case((condition, ONE), else_=ZERO).label(name) for name, condition in flags.items()),
        )
        .select_from(chains.join(RECORD, member.of_the_chain(chains.c)))
        .cte("member")
    )


def _key(of: CTE) -> tuple[ColumnElement[Any], ...]:
    return (of.c.recipient_gstin, of.c.chain_id)


def _marked(member: CTE) -> CTE:
    """Give each undecided member the one before it of another 2B period, and each whether one of its own comes later.

    What comes after is read backwards: a frame whose start moves would be gone through anew for every member.
    """
    undecided: dict[str, Any] = {"partition_by": [*_key(member), member.c.undecided], "order_by": member.c.age}
    backwards = member.c.age.desc()
    after: dict[str, Any] = {
        "partition_by": [*_key(member), member.c.period],
        "order_by": backwards,
        "rows": _BUT_ITSELF,
    }
    before = func.lag(member.c.age).over(**undecided)
    turned = func.lag(member.c.period).over(**undecided) != member.c.period
    return select(
        member,
        case((and_(member.c.undecided == ONE, turned), before)).label("turn"),
        func.max(member.c.filed).over(**after).label("later_filed"),
    ).cte("marked")


def _ranked(marked: CTE) -> CTE:
    """Give each member the ages of those before it that count, and whether one after it prevails."""
    at = marked.c
    before: dict[str, Any] = {"partition_by": _key(marked), "order_by": at.age, "rows": _BUT_ITSELF}
    after: dict[str, Any] = {"partition_by": _key(marked), "order_by": at.age.desc(), "rows": _BUT_ITSELF}

    def newest(name: str) -> ColumnElement[int]:
        return func.max(case((at[name] == ONE, at.age))).over(**before).label(f"{name}_before")

    return select(
        *(at.recipient_gstin, at.id.label("record_id"), at.period, at.open, at.later_filed),
        *map(newest, ("alive", "undecided", "decided", "counting", "ending")),
        func.max(at.ending).over(**after).label("ending_after"),
        func.min(case((at.alive == ONE, at.age))).over(**before).label("first_alive"),
        *(at.chain_id, at.age, at.alive, at.stated),
        func.max(at.stands).over(**before).label("headed"),
        func.max(at.turn).over(**before).label("other_period_before"),
        func.min(case((func.coalesce(at.later_filed, ZERO) == ZERO, at.ends))).over(**after).label("ended_from"),
    ).cte("ranked")
