"""The transaction of a host: its connection, on which calls are made that the host commits or rolls back.

Imports SQLAlchemy; knows no table. A connection or session of SQLAlchemy is used as it is; one of psycopg, sqlite3 or
Django is seen through a dialect that neither begins nor ends what is the host's.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, Date, DateTime, Engine, create_engine
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite import DATE, DATETIME
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.orm import Session, scoped_session
from sqlalchemy.pool import NullPool

from ims_fsm.errors import InputError, Problem
from ims_fsm.store.connection import put_path, put_schema, refuse_other, savepoint
from ims_fsm.store.failures import understood
from ims_fsm.store.streams import streams_closed

_REMEDY = "give a connection or session of SQLAlchemy, or a connection of psycopg, sqlite3 or Django"
_BEGIN = "begin one first (transaction.atomic(), connection.transaction(), BEGIN) and commit it when all is done"
_given: ContextVar[Any] = ContextVar("_given")
_of_a_host = ContextVar("_of_a_host", default=False)


@contextmanager
def part(given: object, schema: str | None = None, *, reads: bool = False) -> Iterator[Connection]:
    """Give the host's connection for one call: all of it is kept if the host commits, or where it raises nothing.

    Where the host has begun no transaction it is begun. What only `reads` leaves nothing. `schema` is where the tables
    are on PostgreSQL, if not on the host's path. Raises `InputError` for what is not a connection or commits each
    statement by itself, `StoreError` for one to another kind of database, and what a transaction of our own raises.
    """
    connection = connection_of(given)
    driver: Any = connection.connection.driver_connection
    with savepoint(connection) as nested, _plain_rows(driver), streams_closed(driver):
        before = put_schema(connection, schema)
        if reads:
            yield connection
            nested.rollback()
            return
        outer = _of_a_host.set(True)
        try:
            yield connection
        finally:
            _of_a_host.reset(outer)
        if before is not None:
            put_path(connection, before)


def is_hosts() -> bool:
    """Say whether what is written now is a part of a host's transaction."""
    return _of_a_host.get()


def connection_of(given: object) -> Connection:
    """Return the host's connection as SQLAlchemy's, inside of a transaction; raises as `part` does."""
    if isinstance(given, scoped_session):
        given = given()
    connection = given.connection() if isinstance(given, Session) else given
    if not isinstance(connection, Connection):
        connection = _lent(connection)
    refuse_other(connection.engine)
    with understood(connection.engine):
        driver: Any = connection.connection.driver_connection
        if not connection.in_transaction():
            connection.begin()
        if isinstance(driver, sqlite3.Connection):
            if not driver.in_transaction:
                driver.execute("BEGIN IMMEDIATE")
            # Else INSERT OR REPLACE would take a row out of an append-only table unseen.
            driver.execute("PRAGMA recursive_triggers=ON")
        elif driver.autocommit and not driver.info.transaction_status:
            raise _unusable("commits each statement by itself", _BEGIN)
    return connection


@contextmanager
def _plain_rows(driver: Any) -> Iterator[None]:
    """Have rows come as tuples and text as text, whatever the host has its own come as."""
    plain: dict[str, Any] = {"row_factory": None, "text_factory": str}
    if not isinstance(driver, sqlite3.Connection):
        from psycopg.rows import tuple_row  # noqa: PLC0415 -- SQLite does without it

        plain = {"row_factory": tuple_row}
    before = {name: getattr(driver, name) for name in plain}
    try:
        for name, value in plain.items():
            setattr(driver, name, value)
        yield
    finally:
        for name, value in before.items():
            setattr(driver, name, value)


def _lent(given: object) -> Connection:
    connection = _of_django(given) if hasattr(given, "ensure_connection") else given
    kind = type(connection)
    if any((base.__module__.split(".")[0], base.__name__) == ("psycopg", "Connection") for base in kind.__mro__):
        engine = _engine("postgresql")
    elif isinstance(connection, sqlite3.Connection):
        engine = _engine("sqlite")
    else:
        raise _unusable(f"is {kind.__name__}, and not a connection", _REMEDY)
    before = _given.set(connection)
    try:
        with _plain_rows(connection):
            return engine.connect()
    finally:
        _given.reset(before)


def _of_django(given: Any) -> object:
    given.ensure_connection()
    if not given.in_atomic_block:
        raise _unusable("is outside of a transaction", _BEGIN)
    return given.connection


def _unusable(what: str, remedy: str) -> InputError:
    return InputError("bound", [Problem("connection", what, remedy)])


@cache
def _engine(name: str) -> Engine:
    """Return the engine whose connections are those that are lent; compiled statements are kept with it."""
    return create_engine(f"{name}+ims_fsm_lent://", creator=_given.get, poolclass=NullPool, hide_parameters=True)


class _Lent:
    """What a dialect does with a connection that is somebody else's: it begins, ends and closes nothing."""

    def do_begin(self, dbapi_connection: Any) -> None:
        """Begin nothing."""

    def do_commit(self, dbapi_connection: Any) -> None:
        """Commit nothing."""

    def do_rollback(self, dbapi_connection: Any) -> None:
        """Roll nothing back."""

    def do_close(self, dbapi_connection: Any) -> None:
        """Close nothing."""

    def do_terminate(self, dbapi_connection: Any) -> None:
        """Close nothing."""

    def on_connect(self) -> Any:
        """Change nothing."""


def _read_or_converted(type_: Any, kind: type) -> type:
    class Converted(type_):  # type: ignore[misc]  # a class of SQLAlchemy
        """A column whose values the host may have had converted already (`detect_types`, as Django)."""

        cache_ok = True

        def result_processor(self, dialect: Any, coltype: Any) -> Callable[[Any], Any]:
            read = super().result_processor(dialect, coltype)
            return lambda value: value if isinstance(value, kind) else read(value)

    return Converted


class _LentSQLite(_Lent, SQLiteDialect_pysqlite):
    supports_statement_cache = True
    colspecs = {  # noqa: RUF012 -- as the dialect has it
        **SQLiteDialect_pysqlite.colspecs,
        DateTime: _read_or_converted(DATETIME, datetime),
        Date: _read_or_converted(DATE, date),
    }


class _LentPostgreSQL(_Lent, PGDialect_psycopg):
    supports_statement_cache = True

    def __init__(self, **options: Any) -> None:
        # What is asked for it would be registered on the host's connection.
        super().__init__(use_native_hstore=False, **options)  # type: ignore[no-untyped-call]  # SQLAlchemy's


registry.register("sqlite.ims_fsm_lent", __name__, "_LentSQLite")
registry.register("postgresql.ims_fsm_lent", __name__, "_LentPostgreSQL")
