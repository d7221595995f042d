"""Events read from the logs: pages in the order in which their transactions were committed, without a gap.

Imports the tables; changes no row. A row is given only once nothing can be committed any more that comes before it, so
give `page` a connection for reading, on which all statements see the same moment.
"""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    DateTime,
    RowMapping,
    Select,
    func,
    literal,
    literal_column,
    or_,
    select,
    text,
    tuple_,
)

from ims_fsm.errors import InputError, Problem
from ims_fsm.store.connection import ConflictError, StoreError, database_of, serialise
from ims_fsm.store.event_logs import LOGS, EventLog, Wanted
from ims_fsm.store.tables import PAISE, CounterRow, core
from ims_fsm.terms.event import Event

_REMEDY = "give the cursor of an event as it was given, or none to begin with the first event"
_DATABASES = {"s": "SQLite", "p": "PostgreSQL"}


@dataclass(frozen=True, slots=True)
class Position:
    """Where an event stands: its row's place, its log's rank at that place, and its key in that log."""

    place: int
    rank: int = 0
    key: tuple[str | int, ...] = ()


def written(position: Position, dialect: str) -> str:
    """Return a position as a cursor of this kind of database."""
    text = json.dumps([position.place, position.rank, *position.key], separators=(",", ":"))
    return dialect[0] + urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read(cursor: str, dialect: str) -> Position:
    """Return the position that a cursor names; raises `InputError` for other text, and for another database's."""
    if cursor[:1] in _DATABASES and cursor[:1] != dialect[0]:
        here, there = _DATABASES[dialect[0]], _DATABASES[cursor[0]]
        problem = Problem(repr(cursor), f"is a cursor of {there}, and this database is {here}", _REMEDY)
        raise InputError("cursor", [problem])
    try:
        place, rank, *key = json.loads(urlsafe_b64decode(cursor[1:] + "=" * (-(len(cursor) - 1) % 4)))
        position = Position(place, rank, tuple(key))
        if written(position, dialect) == cursor and type(place) is type(rank) is int and all(map(_is_plain, key)):
            return position
    except (ValueError, TypeError):
        pass
    raise not_one(cursor)


def not_one(cursor: str) -> InputError:
    """Return the error that says of a text that it is not a cursor of events."""
    return InputError("cursor", [Problem(repr(cursor), "is not a cursor of events", _REMEDY)])


def _is_plain(value: object) -> bool:
    return type(value) in {str, int}


_WIDER = 4
_AHEAD = "place"
_counter = core(CounterRow).c
Found = tuple[Position, RowMapping]


def page(connection: Connection, after: str | None, limit: int, wanted: Wanted) -> list[Event]:
    """Return the next events after a cursor, at most `limit`; after None the first ones.

    An empty page says that there is none yet. Raises `InputError` for another cursor and
    `StoreError` where the database was restored: from a copy that is older than the cursor, or (PostgreSQL) under
    numbers that do not go on.
    """
    dialect = database_of(connection).name
    begin = None if after is None else position_of(after, dialect)
    entries = _entries(connection, begin, limit, wanted)
    if begin is not None and not entries:
        _refuse_older(connection, begin.place)
    return [LOGS[position.rank].event(row, written(position, dialect)) for position, row in entries]


def page_back(connection: Connection, before: str | None, limit: int, wanted: Wanted) -> list[Event]:
    """Return the events before a cursor, the newest first, at most `limit`; before None the newest ones.

    What `page` cannot give yet is not among them. Raises `InputError` for another cursor.
    """
    dialect = database_of(connection).name
    end = None if before is None else position_of(before, dialect)
    numbers = _numbers(connection)
    entries: list[Found] = []
    for rank, log in enumerate(LOGS):
        condition = log.is_wanted(wanted)
        if condition is not None:
            here = (condition, *_nearest(connection, log, condition, limit, numbers.open if end is None else end.place))
            earlier = () if end is None else (_before(log, rank, end),)
            query = log.rows.where(*here, log.place < numbers.open, *earlier, *_near(connection, log, here))
            in_order = query.order_by(log.place.desc(), *(column.desc() for column in log.key)).limit(limit)
            entries += [_found(rank, row) for row in connection.execute(in_order).mappings()]
    latest = sorted(entries, key=_by_place, reverse=True)[:limit]
    return [LOGS[position.rank].event(row, written(position, dialect)) for position, row in latest]


def newest(connection: Connection) -> str | None:
    """Return the cursor of the newest event that a page can give; None where there is none."""
    numbers = _numbers(connection)
    last = [
        _found(rank, row)
        for rank, log in enumerate(LOGS)
        for row in connection.execute(
            log.rows.where(log.place < numbers.open).order_by(log.place.desc(), *(k.desc() for k in log.key)).limit(1)
        ).mappings()
    ]
    return written(max(last, key=_by_place)[0], database_of(connection).name) if last else None


def position_of(cursor: str, dialect: str) -> Position:
    """Return where the event of a cursor stands; raises `InputError` for another cursor."""
    position = read(cursor, dialect)
    if not 0 <= position.rank < len(LOGS) or len(position.key) != len(LOGS[position.rank].key):
        raise not_one(cursor)
    return position


def in_turn(connection: Connection, gstins: Collection[str]) -> None:
    """Make sure that what is written from here on comes after what these recipients' logs hold; they must be held.

    A transaction is numbered when it first writes or locks a row. One that does so before it holds its recipients may
    find that another with a later number was before it: then this raises `ConflictError`, and it has to begin again.
    """
    if database_of(connection).single_writer:
        return
    number: ColumnElement[int] = literal_column("txid_current()", PAISE) + _of_transactions(connection).ahead
    for log in LOGS:
        recipient = log.key[0]
        later = connection.execute(select(recipient).where(log.place > number).distinct()).scalars()
        if not set(gstins).isdisjoint(later):
            raise ConflictError("the same records")


def go_on_numbering(connection: Connection) -> int:
    """Have what is written from now on come after everything that is there: for PostgreSQL, after a restore.

    A restored database may stand under smaller transaction numbers than those in its rows. Returns by how much new
    ones are raised, 0 where nothing had to be done. Give a connection for writing; nobody else may write meanwhile.
    """
    if database_of(connection).single_writer:
        return 0
    serialise(connection, [_AHEAD])
    newest, numbers = _newest(connection), _of_transactions(connection)
    if newest < numbers.next:
        return 0
    ahead = numbers.ahead + newest - numbers.next + 1
    for log in LOGS:
        default = f"txid_current() + {ahead:d}"
        connection.execute(text(f"ALTER TABLE {log.table.name} ALTER COLUMN place SET DEFAULT {default}"))
    set_to = "INSERT INTO ims_counter (name, last) VALUES (:name, :last) ON CONFLICT (name) DO UPDATE SET last = :last"
    connection.execute(text(set_to), {"name": _AHEAD, "last": ahead})
    return ahead


def _refuse_older(connection: Connection, place: int) -> None:
    for log in LOGS:
        if connection.execute(select(literal(1)).where(log.place >= place).limit(1)).first() is not None:
            return
    remedy = "go back to the cursor that was kept when the copy was made"
    raise StoreError(f"the database ends before the event of this cursor, as a restored copy does; {remedy}")


# --- Whole transactions, once none with a smaller number is still under way -------------------------------------------


@dataclass(frozen=True, slots=True)
class _Numbers:
    """The smallest number that a transaction under way has, the next to be given out, and how far they are raised."""

    open: int
    next: int
    ahead: int


def _entries(connection: Connection, after: Position | None, limit: int, wanted: Wanted) -> list[Found]:
    numbers = _numbers(connection)
    entries = [] if after is None else list(_rest_of_place(connection, after, limit, wanted))
    begin = _first_place(connection) if after is None else after.place + 1
    while len(entries) < limit and begin < numbers.open:
        left = limit - len(entries)
        end = _stretch(connection, begin, numbers.open, left, wanted)
        entries += _between(connection, begin, end, left, wanted)
        begin = end
    if len(entries) < limit:
        _refuse_restored(connection, numbers)
    return entries


def _numbers(connection: Connection) -> _Numbers:
    if database_of(connection).single_writer:
        # What can be read is whole, and every call, add-back, move and reminder has a place of its own.
        following = _newest(connection) + 1
        return _Numbers(following, following, 0)
    # It expects rows of any number anywhere in a table, and would look for the last ones from its beginning.
    connection.execute(text("SET LOCAL enable_seqscan = off"))
    return _of_transactions(connection)


def _newest(connection: Connection) -> int:
    newest = [select(func.coalesce(func.max(log.place), 0)).scalar_subquery() for log in LOGS]
    return max(map(int, connection.execute(select(*newest)).one()))


def _of_transactions(connection: Connection) -> _Numbers:
    ahead = select(_counter.last).where(_counter.name == _AHEAD).scalar_subquery()
    snapshot = "(txid_current_snapshot())"
    columns: list[ColumnElement[int]] = [
        literal_column(f"txid_snapshot_xmin{snapshot}"),
        literal_column(f"txid_snapshot_xmax{snapshot}"),
        func.coalesce(ahead, 0),
    ]
    row: Any = connection.execute(select(*columns)).one()
    least, following, raised = row
    return _Numbers(least + raised, following + raised, raised)


def _first_place(connection: Connection) -> int:
    """Return where to begin: 0, or below it where rows are older than the column that orders them."""
    older = or_(*(select(literal(1)).where(log.place < 0).exists() for log in LOGS))
    if not connection.execute(select(older)).scalar_one():
        return 0
    return min(connection.execute(select(func.coalesce(func.min(log.place), 0))).scalar_one() for log in LOGS)


def _rest_of_place(connection: Connection, after: Position, limit: int, wanted: Wanted) -> Iterator[Found]:
    for rank, log in enumerate(LOGS[after.rank :], start=after.rank):
        condition = log.is_wanted(wanted)
        if condition is not None:
            here = log.rows.where(condition, log.place == after.place).order_by(*log.key)
            for query in _after_key(log, here, after.key) if rank == after.rank else (here,):
                if limit == 0:
                    return
                entries = [_found(rank, row) for row in connection.execute(query.limit(limit)).mappings()]
                yield from entries
                limit -= len(entries)


def _after_key(log: EventLog, query: Select[Any], key: Sequence[str | int]) -> Iterator[Select[Any]]:
    # Statements that can each walk the key: what is left of one recipient's call, their later calls, later recipients.
    values = [literal(_value(column, value), column.type) for column, value in zip(log.key, key, strict=True)]
    same = [column == value for column, value in zip(log.key, values, strict=True)]
    yield query.where(*same[: log.leading], tuple_(*log.key[log.leading :]) > tuple_(*values[log.leading :]))
    for column in reversed(range(log.leading)):
        yield query.where(*same[:column], log.key[column] > values[column])


def _nearest(
    connection: Connection, log: EventLog, condition: ColumnElement[bool], limit: int, end: int
) -> tuple[ColumnElement[bool], ...]:
    """Return the condition for the last places up to an end, which have so many rows before it: no more are read."""
    last = select(log.place).select_from(log.table).where(condition, log.place < end)
    places = last.order_by(log.place.desc()).limit(limit).subquery()
    begin = connection.execute(select(func.min(places.c.place))).scalar_one()
    return log.place >= (end if begin is None else begin), log.place <= end


def _before(log: EventLog, rank: int, end: Position) -> ColumnElement[bool]:
    at_place: ColumnElement[bool] = literal(rank < end.rank)
    if rank == end.rank:
        values = [literal(_value(column, value), column.type) for column, value in zip(log.key, end.key, strict=True)]
        at_place = tuple_(*log.key) < tuple_(*values)
    return or_(log.place < end.place, at_place)


def _value(column: Column[Any], text: str | int) -> object:
    is_moment = isinstance(getattr(column.type, "impl", column.type), DateTime)
    return datetime.fromisoformat(str(text)) if is_moment else text


def _stretch(connection: Connection, begin: int, end: int, limit: int, wanted: Wanted) -> int:
    """Return where to end a stretch from `begin` that has at most `limit` rows, or is one place.

    Transactions are numbered in the whole server, and one may have written a million rows: what a page reads depends
    on neither.
    """
    width = limit
    while width > 1 and end - begin > 1 and _more_than(connection, begin, min(begin + width, end), limit, wanted):
        width //= _WIDER
    while width >= limit and begin + width < end:
        if _more_than(connection, begin, min(begin + width * _WIDER, end), limit, wanted):
            break
        width *= _WIDER
    return min(begin + max(width, 1), end)


def _more_than(connection: Connection, begin: int, end: int, limit: int, wanted: Wanted) -> bool:
    rows = [
        select(log.size.label("size"))
        .select_from(log.table)
        .where(condition, log.place >= begin, log.place < end)
        .limit(limit + 1)
        for log in LOGS
        if (condition := log.is_wanted(wanted)) is not None
    ]
    sizes = [select(func.coalesce(func.sum(part.subquery().c.size), 0)).scalar_subquery() for part in rows]
    return int(connection.execute(select(sum(sizes, start=literal(0)))).scalar_one()) > limit


def _between(connection: Connection, begin: int, end: int, limit: int, wanted: Wanted) -> list[Found]:
    entries: list[Found] = []
    for rank, log in enumerate(LOGS):
        condition = log.is_wanted(wanted)
        if condition is not None:
            here = (condition, log.place >= begin, log.place < end)
            query = log.rows.where(*here, *_near(connection, log, here))
            in_order = query.order_by(log.place, *log.key).limit(limit)
            entries += [_found(rank, row) for row in connection.execute(in_order).mappings()]
    return sorted(entries, key=_by_place)[:limit]


def _near(connection: Connection, log: EventLog, here: Sequence[ColumnElement[bool]]) -> Sequence[ColumnElement[bool]]:
    """Return the condition by which the steps of the calls here are found: they lie together, by their numbers."""
    if log.calls is None:
        return ()
    number, named = log.calls
    first, last = connection.execute(select(func.min(number), func.max(number)).where(*here)).one()
    return (named.between(first, last),)


def _by_place(entry: Found) -> tuple[int, int]:
    return entry[0].place, entry[0].rank


def _found(rank: int, row: RowMapping) -> Found:
    key = (row[column.name] for column in LOGS[rank].key)
    values = tuple(part.isoformat() if isinstance(part, datetime) else part for part in key)
    return Position(row["place"], rank, values), row


def _refuse_restored(connection: Connection, numbers: _Numbers) -> None:
    for log in LOGS:
        if connection.execute(select(log.place).where(log.place >= numbers.next).limit(1)).first() is not None:
            what = "the database was restored on a server whose transaction numbers are smaller than those in its logs"
            raise StoreError(f"{what}; run upkeep.renumber_events(…) before anybody writes")
