"""Opens a database, begins transactions in the way each one needs, and knows what the two databases do differently.

Imports SQLAlchemy; knows no table but by its name. SQLite: WAL, foreign keys, writers in a queue and BEGIN IMMEDIATE,
so that a read-check-write is atomic; PostgreSQL: psycopg 3, readers at REPEATABLE READ, writers at READ COMMITTED and
serialised a recipient.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Literal

from sqlalchemy import (
    JSON,
    BigInteger,
    BindParameter,
    Boolean,
    ColumnElement,
    Connection,
    Dialect,
    Engine,
    Function,
    Integer,
    NestedTransaction,
    String,
    bindparam,
    create_engine,
    event,
    func,
    select,
    text,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError, NoSuchModuleError
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.pool import SingletonThreadPool, StaticPool
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from ims_fsm.errors import ConflictError, StoreError
from ims_fsm.store.address import POOL, pool_of, read_address, refuse_unknown, synchronous
from ims_fsm.store.failures import settled, told_apart, understood, unusable
from ims_fsm.store.forks import apart
from ims_fsm.store.mark import Mark, counted
from ims_fsm.store.queue import BUSY_TIMEOUT_MS, Queue
from ims_fsm.store.sqlite_file import File
from ims_fsm.store.streams import closes_streams

# What is handed on: a transaction goes from floor to floor, and only this room knows what it is made of.
__all__ = ["ConflictError", "Connection", "Engine", "StoreError"]

# The timeout comes first, for changing the journal mode waits too. Without recursive triggers INSERT OR REPLACE would
# take a row out of an append-only table unseen.
_PRAGMAS = (
    f"busy_timeout={BUSY_TIMEOUT_MS}",
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    "recursive_triggers=ON",
)
# How often PostgreSQL looks whether the caller of a long statement is still there. Without it a statement whose caller
# was killed works on, and holds its locks, to its end.
_STILL_THERE = "2s"
_SCHEMA = "ims_fsm_schema"
_PATH = text(
    "WITH before AS MATERIALIZED (SELECT current_setting('search_path') AS path) "
    "SELECT path, set_config('search_path', :path, true) FROM before"
)
_USABLE = "SQLite with pysqlite or PostgreSQL with psycopg"


def open_engine(database: str | Engine) -> Engine:
    """Open a database by its URL (`sqlite:///ims.db`, `sqlite://` in memory, `postgresql://…`), whatever its driver.

    An engine of one of these two (drivers pysqlite and psycopg) is used as it is, with the pool that it has; one of
    SQLite is set up for it, so that all its transactions begin by BEGIN IMMEDIATE.

    A URL of PostgreSQL may say how many connections there are at most: `?pool_size=5&max_overflow=10&pool_timeout=30`.
    A process that is forked opens connections of its own, but on an engine that was given: that is whoever's it is.
    Raises `StoreError` for a URL that cannot be read or a database that is not one of these two.
    """
    if isinstance(database, Engine):
        return _adopted(database)
    address = read_address(database)
    try:
        engine = _sqlite(address) if address.get_backend_name() == "sqlite" else _postgresql(address)
    except (NoSuchModuleError, ModuleNotFoundError) as error:
        raise StoreError("PostgreSQL needs the psycopg driver; install ims-fsm[postgresql]") from error
    return engine if in_memory(engine) else apart(engine)


def refuse_other(engine: Engine) -> None:
    """Raise `StoreError` for an engine of another database or driver than the two."""
    if (engine.dialect.name, engine.dialect.driver) not in {("sqlite", "pysqlite"), ("postgresql", "psycopg")}:
        raise StoreError(f"an engine of {engine.dialect.name}+{engine.dialect.driver} is not supported; use {_USABLE}")


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """Give a connection for reading, on which all statements see the same moment; nothing done on it is kept.

    Raises `StoreError` where the database cannot be used.
    """
    with _connected(engine) as connection:
        connection.execution_options(**database_of(engine).read_only)
        with connection.begin() as transaction:
            put_schema(connection, schema_of(engine))
            yield connection
            transaction.rollback()


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """Give a connection inside one transaction: all of it is kept, or nothing.

    Raises `StoreError` where the database cannot be used, `ConflictError` where another transaction stood in its way,
    `UnsettledError` where it failed so late that all of it may be kept.
    """
    with _connected(engine) as connection, connection.begin() as transaction:
        put_schema(connection, schema_of(engine))
        yield connection
        # Whoever has rolled it back has nothing to be kept.
        if transaction.is_active:
            mark = _marking(connection)
            try:
                with settled(engine):
                    transaction.commit()
                mark()
            except BaseException:
                # Else it goes back to the pool with the transaction open, and whoever is given it next can begin none.
                transaction.rollback()
                raise


def _marking(connection: Connection) -> Callable[[], None]:
    """Return what says beside a SQLite file, once a transaction is kept, how many rows there are with it."""
    file = File.of(connection.connection.info) if database_of(connection).single_writer else None
    if file is None:
        return lambda: None
    driver: Any = connection.connection.driver_connection
    return partial(file.mark.set, driver, counted(driver))


@contextmanager
def savepoint(connection: Connection) -> Iterator[NestedTransaction]:
    """Keep all of what is written in a part of a transaction, or where it raises nothing; the rest goes on.

    Raises what `writing` and `told_apart` raise.
    """
    with told_apart(connection.engine), understood(connection.engine), connection.begin_nested() as nested:
        yield nested


def in_schema(engine: Engine, schema: str | None) -> Engine:
    """Return an engine of PostgreSQL whose transactions find the tables in a schema; None: on the path that it has.

    Raises `StoreError` for SQLite, which has no schemas.
    """
    if schema is None:
        return engine
    if engine.dialect.name == "sqlite":
        raise StoreError(f"SQLite has no schema {schema!r}; leave it out, or use PostgreSQL")
    return engine.execution_options(**{_SCHEMA: schema})


def schema_of(engine: Engine) -> str | None:
    """Return the schema in which an engine's transactions find the tables; None where it is left to the path."""
    return engine.get_execution_options().get(_SCHEMA)


def put_schema(connection: Connection, schema: str | None) -> str | None:
    """Have the rest of a transaction find the tables in a schema, if one is named; returns the path that it had."""
    return None if schema is None else put_path(connection, connection.dialect.identifier_preparer.quote(schema))


def put_path(connection: Connection, path: str) -> str:
    """Have the rest of a transaction find tables on another path (PostgreSQL); returns the one that it had."""
    return str(connection.execute(_PATH, {"path": path}).scalar_one())


def serialise(connection: Connection, gstins: Sequence[str]) -> None:
    """Hold these taxpayers' records for the rest of the transaction, in a fixed order.

    On SQLite the transaction already holds the whole database.
    """
    database_of(connection).hold(connection, gstins)


def in_memory(engine: Engine) -> bool:
    """Say whether a database lives in memory: it has one connection, which all transactions share."""
    return isinstance(engine.pool, (StaticPool, SingletonThreadPool))


@contextmanager
def _connected(engine: Engine) -> Iterator[Connection]:
    with understood(engine):
        try:
            opened = engine.connect()
        except (DBAPIError, TypeError, ValueError) as error:
            raise StoreError(unusable(engine, error)) from None
        with opened as connection:
            yield connection


def _postgresql(address: URL) -> Engine:
    pool, server = pool_of(address), address.difference_update_query(POOL)
    engine = create_engine(server, pool_pre_ping=True, pool_use_lifo=True, hide_parameters=True, **pool)
    refused = engine.dialect.loaded_dbapi.Error
    options = engine.dialect.loaded_dbapi.pq.Conninfo.get_defaults()
    refuse_unknown(server, {option.keyword.decode(): option for option in options})

    # Before SQLAlchemy asks anything: of another encoding it could not read the answer.
    @event.listens_for(engine, "connect", insert=True)
    def _set_up(connection: Any, _record: object) -> None:
        encoding = connection.info.parameter_status("server_encoding")
        if encoding != "UTF8":
            connection.close()
            raise StoreError(f"the database keeps text in {encoding}; create one WITH ENCODING 'UTF8'")
        connection.autocommit = True
        # A server before version 14, or on a system that cannot tell, goes without.
        with suppress(refused):
            connection.execute(f"SET client_connection_check_interval = '{_STILL_THERE}'")
        connection.autocommit = False

    closes_streams(engine)
    return engine


def _sqlite(address: URL) -> Engine:
    transient = address.database in {None, "", ":memory:"}
    options: dict[str, Any] = {"poolclass": StaticPool} if transient else {}
    address, level = address.difference_update_query(["synchronous"]), synchronous(address)
    engine = create_engine(address, connect_args={"check_same_thread": False}, hide_parameters=True, **options)
    event.listen(engine, "connect", _set_up)
    event.listen(engine, "connect", lambda connection, _record: connection.execute(f"PRAGMA synchronous={level}"))
    _begin_at_once(engine)
    return engine


def _adopted(engine: Engine) -> Engine:
    refuse_other(engine)
    if engine.dialect.name == "sqlite" and not event.contains(engine, "connect", _set_up):
        event.listen(engine, "connect", _set_up)
        if in_memory(engine):
            with engine.connect() as connection:
                _set_up(connection.connection.driver_connection, None)
        else:
            # Connections that wait in the pool were made before.
            engine.dispose()
        _begin_at_once(engine)
    if engine.dialect.name == "postgresql":
        closes_streams(engine)
    return engine


def _set_up(connection: Any, record: Any) -> None:
    connection.isolation_level = None
    path = next(file for _, name, file in connection.execute("PRAGMA database_list") if name == "main")
    if path:
        Mark(path).begin()
    for pragma in _PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")
    if path and record is not None:
        file = File(path)
        try:
            file.mark.look(connection)
        except StoreError:
            connection.close()
            raise
        file.keep(record.info)


def _begin_at_once(engine: Engine) -> None:
    queue = Queue(None if in_memory(engine) else engine.url.database)

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        driver: Any = connection.connection.driver_connection
        reads = connection.get_execution_options().get("ims_fsm_read_only", False)
        if file := File.of(connection.connection.info):
            file.look(writes=not reads)
        # Said to the driver itself: through SQLAlchemy it takes as long as a statement that reads a record.
        try:
            if reads:
                driver.execute("BEGIN")
            else:
                queue.begin(driver)
        except sqlite3.Error as error:
            raise DBAPIError.instance("BEGIN", (), error, sqlite3.Error) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class Database:
    """One of the two kinds of database."""

    name: Literal["sqlite", "postgresql"]
    #: Makes an INSERT that can say what happens to a row whose key is there already.
    insert: Callable[..., Any]
    #: The execution options of a connection that only reads, and sees one moment.
    read_only: Mapping[str, Any] = field(repr=False)
    #: What asks for the plan of a statement.
    explain: str
    #: Whether one transaction at a time writes, so that nothing must be held and what is written is in order.
    single_writer: bool

    def hold(self, connection: Connection, gstins: Collection[str]) -> None:
        """Hold these taxpayers' records for the rest of the transaction, in a fixed order."""
        if gstins and not self.single_writer:
            connection.execute(_HOLD, {"gstins": sorted(set(gstins))})

    def analyse(self, connection: Connection, *tables: str) -> None:
        """Count the rows of temporary tables for the planner: on PostgreSQL nobody else does."""
        if self.name == "postgresql":
            for table in tables:
                connection.execute(text(f"ANALYZE {table}"))


def database_of(at: Connection | Engine | Dialect) -> Database:
    """Return which kind of database a connection, an engine or a dialect of SQLAlchemy belongs to."""
    return _DATABASES[at.name if isinstance(at, Dialect) else at.dialect.name]


def lock_on(gstin: ColumnElement[str]) -> Function[None]:
    """Return PostgreSQL's lock on a taxpayer's records, which `Database.hold` takes, as an expression."""
    # Another schema of the same database is another store.
    return func.pg_advisory_xact_lock(func.hashtextextended(func.concat(func.current_schema(), ".", gstin), 0))


# An inner statement with an order is carried out as it stands, and so are the locks taken in that order.
_NAMED = func.unnest(bindparam("gstins", type_=postgresql.ARRAY(String))).column_valued("gstin")
_IN_ORDER = select(_NAMED.label("gstin")).order_by(_NAMED).subquery("in_order")
_HOLD = select(lock_on(_IN_ORDER.c.gstin)).select_from(_IN_ORDER)
_DATABASES: Mapping[str, Database] = {
    "sqlite": Database(
        name="sqlite",
        insert=sqlite.insert,
        read_only={"ims_fsm_read_only": True},
        explain="EXPLAIN QUERY PLAN ",
        single_writer=True,
    ),
    "postgresql": Database(
        name="postgresql",
        insert=postgresql.insert,
        read_only={"isolation_level": "REPEATABLE READ", "postgresql_readonly": True},
        explain="EXPLAIN (COSTS OFF) ",
        single_writer=False,
    ),
}


# A list is an array where the database has arrays, JSON elsewhere.
TEXTS, NUMBERS = (JSON().with_variant(postgresql.ARRAY(of), "postgresql") for of in (String(), BigInteger()))


def among(
    column: ColumnElement[Any], values: Collection[str] | Collection[int] | BindParameter[Any]
) -> ColumnElement[bool]:
    """Return the condition that a column of text or whole numbers has one of the values, or of those in a place."""
    if not isinstance(values, BindParameter):
        kind = NUMBERS if isinstance(column.type, Integer) else TEXTS
        values = bindparam(None, list(values), type_=kind, unique=True)
    return _Among(column, values)


class _Among(FunctionElement[bool]):
    """A column beside the list of values that it may have."""

    type = Boolean()
    name = "among"
    inherit_cache = True

    def self_group(self, against: Any = None) -> _Among:
        """Return the condition as it is: "= 1" behind it, as behind other functions, would keep it from an index."""
        del against
        return self


@compiles(_Among, "postgresql")
def _any(element: _Among, compiler: SQLCompiler, **said: Any) -> str:
    column, values = (compiler.process(clause, **said) for clause in element.clauses)
    return f"{column} = ANY ({values})"


@compiles(_Among, "sqlite")
def _each(element: _Among, compiler: SQLCompiler, **said: Any) -> str:
    column, values = (compiler.process(clause, **said) for clause in element.clauses)
    return f"{column} IN (SELECT value FROM json_each({values}))"  # noqa: S608 -- a column and a parameter
