"""Whether the numbers that were given out are there: those of records, and the places in the order of events.

Imports the tables; decides nothing. On SQLite none is left out, for one transaction at a time writes; on PostgreSQL a
transaction that is not kept leaves a gap.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, func, literal, select, text, union_all

from ims_fsm.errors import Problem
from ims_fsm.store.case_tables import CASE
from ims_fsm.store.connection import database_of
from ims_fsm.store.log import RESTORE
from ims_fsm.store.register import RECORD as NUMBERED
from ims_fsm.store.register import SEQUENCE
from ims_fsm.store.tables import RECORD, CounterRow, Table, core
from ims_fsm.store.triggers import PLACED

_counters = core(CounterRow)
_PLACED = [Table.metadata.tables[name] for name in PLACED]
# Where a role may not read the sequence, nothing.
_GIVEN = text("SELECT last_value FROM pg_sequences WHERE schemaname = current_schema() AND sequencename = :name")


def problems(connection: Connection, most: int) -> Iterator[Problem]:
    """Give the numbers that are gone, are there twice, or were never given out."""
    highest = max(connection.execute(select(func.max(of.c.id))).scalar() or 0 for of in (RECORD, CASE))
    single = database_of(connection).single_writer
    if single:
        given = connection.execute(select(_counters.c.last).where(_counters.c.name == NUMBERED)).scalar() or 0
        yield from _gaps(connection, _NUMBERED, "record", given, most)
        yield from _gaps(connection, _PLACES, "event", 0, most)
    else:
        given = connection.execute(_GIVEN, {"name": SEQUENCE}).scalar()
    if given is not None and given < highest:
        yield Problem(f"counter {NUMBERED}", f"stands at {given}, and {highest} is given to a record", RESTORE)
    for table in _PLACED:
        rows = select(*table.primary_key).where(table.c.place.is_(None)).order_by(*table.primary_key).limit(most)
        for key in connection.execute(rows):
            yield Problem(f"{table.name} {' '.join(map(str, key))}", "has no place in the order of events", RESTORE)


_NUMBERED = select(union_all(*(select(of.c.id.label("number")) for of in (RECORD, CASE))).subquery().c.number)
_PLACES = union_all(*(select(table.c.place.label("number")).where(table.c.place.is_not(None)) for table in _PLACED))


def _gaps(connection: Connection, numbers: Any, what: str, last: int, most: int) -> Iterator[Problem]:
    """Give the numbers that do not follow the one before, from 1 to the last that was given out."""
    rows = union_all(numbers, select(literal(last + 1))).subquery() if last else numbers.subquery()
    before = func.coalesce(func.lag(rows.c.number).over(order_by=rows.c.number), 0)
    query = select(rows.c.number, before.label("before")).subquery()
    for number, previous in connection.execute(
        select(query).where(query.c.number != query.c.before + 1).order_by(query.c.number).limit(most)
    ):
        if number == previous:
            yield Problem(f"{what} {number}", "is there twice", RESTORE)
        else:
            yield Problem(f"{what} {number}", f"comes after {previous}; what was between them is gone", RESTORE)
