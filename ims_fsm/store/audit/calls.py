"""Whether the calls of the log have the steps that they were written for, in the order in which they were written.

Imports the tables; decides nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, Select, and_, func, or_, select

from ims_fsm.errors import Problem
from ims_fsm.store.connection import database_of
from ims_fsm.store.log import RESTORE, asked, of_recipient
from ims_fsm.store.sql.prepared import built
from ims_fsm.store.sql.said import is_unreadable
from ims_fsm.store.tables import CALL, LOG, TwoBLogRow, core

_KEY_OF_CALL = (CALL.c.recipient_gstin, CALL.c.number)
_returns = core(TwoBLogRow)


def miscounted(connection: Connection, gstin: str | None, most: int) -> Iterator[Problem]:
    """Give the calls that are gone, and those with other steps than they were written for."""
    without, wrong = _miscounted(most, narrow=gstin is not None)
    for gstin_of, number, count in asked(connection, without, gstin):
        yield Problem(f"{gstin_of} call {number}", f"is gone, and {count} steps of the log name it", RESTORE)
    for gstin_of, number, said, count in asked(connection, wrong, gstin):
        yield Problem(f"{gstin_of} call {number}", f"has {count} steps in the log and was written for {said}", RESTORE)


@built
def _miscounted(most: int, *, narrow: bool) -> tuple[Select[Any], Select[Any]]:
    """Return what selects the calls that are gone, and what selects those with another number of steps."""
    steps = select(LOG.c.recipient_gstin, LOG.c.call, func.count().label("steps"))
    of_calls = of_recipient(steps, LOG.c.recipient_gstin, narrow=narrow).group_by(LOG.c.call, LOG.c.recipient_gstin)
    named = of_calls.subquery()
    same = and_(named.c.recipient_gstin == CALL.c.recipient_gstin, named.c.call == CALL.c.number)
    without = select(*named.c).outerjoin_from(named, CALL, same).where(CALL.c.number.is_(None))
    there = func.coalesce(named.c.steps, 0)
    wrong = select(*_KEY_OF_CALL, CALL.c.steps, there).outerjoin_from(CALL, named, same).where(CALL.c.steps != there)
    narrowed = of_recipient(wrong, CALL.c.recipient_gstin, narrow=narrow)
    return without.order_by(*named.c).limit(most), narrowed.order_by(*_KEY_OF_CALL).limit(most)


def disordered(connection: Connection, gstin: str | None, most: int) -> Iterator[Problem]:
    """Give the calls that have no place in the order of events, and on SQLite those before one of a lower number.

    There one transaction at a time writes, so that places follow numbers; on PostgreSQL they are those of transactions.
    """
    before = func.lag(CALL.c.place).over(order_by=CALL.c.number)
    query = select(*_KEY_OF_CALL, CALL.c.place, before.label("before")).subquery()
    early = query.c.place <= query.c.before
    wrong = or_(query.c.place.is_(None), early) if database_of(connection).single_writer else query.c.place.is_(None)
    rows = of_recipient(select(query).where(wrong), query.c.recipient_gstin, narrow=gstin is not None).limit(most)
    for gstin_of, number, place, last in asked(connection, rows, gstin):
        behind = f"has the place {place} in the order of events, and the call before it {last}"
        what = "has no place in the order of events" if place is None else behind
        yield Problem(f"{gstin_of} call {number}", what, RESTORE)


def unreadable(connection: Connection, gstin: str | None, most: int) -> Iterator[Problem]:
    """Give the rows of the logs whose detail is not JSON."""
    for table, empty in (
        (CALL, CALL.c.detail.is_(None)),
        (LOG, LOG.c.detail == ""),
        (_returns, _returns.c.detail.is_(None)),
    ):
        bad = and_(~empty, is_unreadable(connection, table.c.detail))
        rows = select(*table.primary_key).where(bad).order_by(*table.primary_key).limit(most)
        query = of_recipient(rows, table.c.recipient_gstin, narrow=gstin is not None)
        for row in asked(connection, query, gstin):
            yield Problem(f"{table.name} {' '.join(map(str, row))}", "has a detail that cannot be read", RESTORE)
