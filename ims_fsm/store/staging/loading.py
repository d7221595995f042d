"""Loads rows by the thousand through the driver itself: COPY on PostgreSQL, executemany on SQLite.

Imports the staging tables, SQLAlchemy for the connection, and neither driver by name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any, Self

from sqlalchemy import Connection, Select, String, delete, text
from sqlalchemy import Row as RowOf

from ims_fsm.store.calls import Call, begun
from ims_fsm.store.connection import database_of
from ims_fsm.store.sql.prepared import places
from ims_fsm.store.staging.columns import (
    ALIKE,
    CARRIED,
    CONTENT_ORDER,
    FIRST_KEPT,
    KEPT,
    LOG_ORDER,
    METADATA,
    STAGE,
    StagedRow,
)
from ims_fsm.store.tables import AT, LOG
from ims_fsm.store.temporary import emptied
from ims_fsm.terms.vocabulary import Route, State

Row = tuple[Any, ...]
_AT_ONCE, _SLICE = 5_000, 1_000
_ROOM_KIB, _USUAL_KIB = 96 * 1024, 2_000
_NOTHING = (0, 0, 0, 0)


def make(connection: Connection) -> None:
    """Make the temporary tables where this connection does not have them yet, and empty them.

    SQLite gets room for the upper pages of the indexes: new records go everywhere in them, and by its own measure it
    would read a page again for every record. `clear` takes the room back.
    """
    give_room(connection)
    for table in METADATA.sorted_tables:
        emptied(connection, table)


def clear(connection: Connection) -> None:
    """Empty the temporary tables, and let the database have its own measure again."""
    for empty in _EMPTY:
        connection.execute(empty)
    take_room_back(connection)


_EMPTY = [delete(table) for table in METADATA.sorted_tables]


def give_room(connection: Connection) -> None:
    """Let SQLite keep more pages than by its own measure, of the database and of its temporary tables."""
    _measure(connection, _ROOM_KIB)


def take_room_back(connection: Connection) -> None:
    """Let SQLite have its own measure again."""
    _measure(connection, _USUAL_KIB)


def _measure(connection: Connection, kib: int) -> None:
    if database_of(connection).single_writer:
        for of in ("main", "temp"):
            connection.execute(text(f"PRAGMA {of}.cache_size = -{kib}"))


def analyse(connection: Connection, *names: str) -> None:
    """Count the rows of temporary tables for the planner."""
    database_of(connection).analyse(connection, *names)


def streamed(connection: Connection, query: Select[Any], **values: Any) -> Iterator[Sequence[RowOf[Any]]]:
    """Give the rows of a query, with its values by name, in parts, each read when it is asked for.

    Others may use the connection meanwhile.
    """
    return connection.execute(query, places(values), execution_options={"yield_per": _SLICE}).partitions()


def bytewise(connection: Connection, column: Any) -> Any:
    """Return what puts a column in order on both databases alike: text in the order of its bytes."""
    as_it_is = database_of(connection).single_writer or not isinstance(column.type, String)
    return column if as_it_is else column.collate("C")


class Stored:
    """How a database's driver is handed a day and a moment (aware), as text."""

    def __init__(self, connection: Connection) -> None:
        """Read it from the columns' own types."""
        itself = not database_of(connection).single_writer
        self.day = lru_cache(4096)(date.isoformat if itself else _processor(connection, AT.document_date))
        self.moment: Callable[[datetime], str] = lru_cache(4096)(
            datetime.isoformat if itself else _processor(connection, AT.filed_at)
        )


def _processor(connection: Connection, column: Any) -> Callable[[Any], Any]:
    kind = column.type.dialect_impl(connection.dialect)
    return kind.bind_processor(connection.dialect) or (lambda value: value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What goes with everything that is entered: whose it is, who acts, when, and what the log says of an action.

    Its rows are in the order of their tables, of values or of SQL expressions alike; `at` is the moment, as whoever
    writes the row is handed it, `seen_at` the portal's, `recorded_at` what the machine's own clock says.
    """

    recipient: str
    actor: str
    at: datetime
    seen_at: datetime
    recorded_at: datetime
    request_key: str | None
    #: The trigger that leads to each action.
    triggers: Mapping[str, str]
    #: What the log says beside an action, in JSON.
    detail: str

    def alike(self, seen_at: Any, at: Any) -> Row:
        """Return what all new records have in common, in the order of `ALIKE`."""
        return (self.recipient, 1, str(Route.IMS), seen_at, at)

    def content(self, record_id: Any, text: Any, digest: Any, *moments: Any) -> Row:
        """Return the row of a record's first content, with the moments at which it is dated and was written."""
        return (self.recipient, record_id, 1, text, digest, self.actor, *moments, None)

    def begun(self, connection: Connection, action: str, dest: str, rules: str, steps: int) -> int:
        """Begin the call in which so many new records get the action that the portal shows; returns its number."""
        trigger = self.triggers[action]
        call = Call(trigger, dest, rules, self.actor, self.at, self.recorded_at, self.request_key, self.detail)
        return begun(connection, self.recipient, call, steps)

    def step(self, record_id: Any, call: Any, declaration_id: Any, beside: Any) -> Row:
        """Return the row of the log for the action that the portal shows of a new record."""
        return (record_id, call, 1, 1, 1, declaration_id, self.recipient, str(State.NO_ACTION), beside)


class Load:
    """A stream of rows into one table, which may rest while the connection does something else.

    The rows have the columns in their order, days and moments as `Stored` gives them.
    """

    def __init__(self, connection: Connection, table: str, columns: Sequence[str]) -> None:
        """Begin with nothing written."""
        self._driver: Any = connection.connection.driver_connection
        self._copies = not database_of(connection).single_writer
        names = ", ".join(columns)
        marks = ", ".join("?" * len(columns))
        self._copy = f"COPY {table} ({names}) FROM STDIN"
        self._insert = f"INSERT INTO {table} ({names}) VALUES ({marks})"  # noqa: S608 -- names of ours
        self._open: Any = None
        self._stack = ExitStack()

    def add(self, rows: Iterable[Row]) -> None:
        """Write rows; on PostgreSQL the server goes on with them while the next are made."""
        if not self._copies:
            with closing(self._driver.cursor()) as cursor:
                cursor.executemany(self._insert, rows)
            return
        if self._open is None:
            cursor = self._stack.enter_context(self._driver.cursor())
            self._open = self._stack.enter_context(cursor.copy(self._copy)).write_row
        write = self._open
        for row in rows:
            write(row)

    def rest(self) -> None:
        """Leave the connection to others until more is added; raises what the database has against the rows."""
        self._open = None
        self._stack.close()

    def __enter__(self) -> Self:
        """Give the stream itself."""
        return self

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        """Finish writing, or give up what was begun where something failed."""
        self._open = None
        self._stack.__exit__(None if error is None else type(error), error, None)


class Entrance:
    """Where the rows of a download go: new originals straight into the tables, what is to be compared to its stage.

    One stream is open at a time.
    """

    def __init__(self, connection: Connection, entry: Entry) -> None:
        """Begin with nothing written."""
        stored = Stored(connection)
        self._entry, self._at, self._recorded_at = entry, stored.moment(entry.at), stored.moment(entry.recorded_at)
        self._alike = (*entry.alike(stored.moment(entry.seen_at), self._at), *_NOTHING)
        self._records = Load(connection, "ims_record", (*ALIKE, *CARRIED, *KEPT))
        self._stage = Load(connection, STAGE.name, StagedRow._fields)
        self._contents = Load(connection, "ims_record_content", CONTENT_ORDER)
        self._log = Load(connection, LOG.name, LOG_ORDER)
        self._connection = connection
        self._open = self._stage
        self._entering: list[Row] = []
        self._waiting: list[Row] = []
        # Records and declarations, and what the log says beside, by the action shown with its dest and rules.
        self._acted: dict[tuple[str, str, str], list[tuple[int, int, str]]] = {}

    def stage(self, rows: Iterable[StagedRow]) -> None:
        """Write rows into the stage."""
        self._settle()
        # A driver binds plain tuples faster than named ones.
        self._turn(self._stage).add(map(tuple, rows))

    def enter(self, rows: Sequence[StagedRow]) -> None:
        """Write rows of originals that are new, each with its id, as records with their contents and log.

        Records and contents take turns, each a slice at a time, so that the server goes on with one slice while the
        rows of the next are made.
        """
        alike, entry, moments = self._alike, self._entry, (self._at, self._recorded_at)
        content = entry.content
        self._entering += [alike + row[FIRST_KEPT:] for row in rows]
        self._waiting += [content(row.id, row.content, row.content_hash, *moments) for row in rows]
        for row in rows:
            if row.rules is not None:
                acted = self._acted.setdefault((row.action, row.state, row.rules), [])
                acted.append((row.id, row.declaration_id, row.beside))
        if self._open is self._contents:
            self._slice(self._contents, self._waiting)
            if not self._waiting:
                self._turn(self._records)
        else:
            self._slice(self._turn(self._records), self._entering)
            if not self._entering and len(self._waiting) >= _AT_ONCE:
                self._turn(self._contents)

    def rest(self) -> None:
        """Write what is waiting, and leave the connection to others until more is added."""
        self._settle()
        self._open.rest()

    def _settle(self) -> None:
        for load, rows in ((self._records, self._entering), (self._contents, self._waiting)):
            if rows:
                self._turn(load).add(rows)
                rows.clear()
        if sum(map(len, self._acted.values())) >= _AT_ONCE:
            self._write_log()

    def _write_log(self) -> None:
        for alike, acted in self._acted.items():
            self._open.rest()
            call = self._entry.begun(self._connection, *alike, len(acted))
            step = self._entry.step
            self._turn(self._log).add(step(record_id, call, *beside) for record_id, *beside in acted)
        self._acted.clear()

    def _slice(self, load: Load, rows: list[Row]) -> None:
        load.add(rows[:_SLICE])
        del rows[:_SLICE]

    def _turn(self, load: Load) -> Load:
        if load is not self._open:
            self._open.rest()
            self._open = load
        return load

    def __enter__(self) -> Self:
        """Give the entrance itself."""
        return self

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        """Finish writing, or give up what was begun where something failed."""
        if error is None:
            self._settle()
            self._write_log()
            self._open.rest()
        self._open.__exit__(kind, error, trace)
