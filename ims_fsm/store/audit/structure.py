"""Whether a database still is as it was made: its tables, the triggers that keep logs append-only, its pages.

Imports the tables and the triggers; reads what the database says of itself and changes nothing.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from sqlalchemy import CheckConstraint, Connection, inspect, text
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import DatabaseError
from sqlalchemy.schema import CreateTable

from ims_fsm.errors import Problem
from ims_fsm.store import job_tables, seal_tables, triggers  # noqa: F401 -- the metadata is whole once every module of tables is loaded
from ims_fsm.store.connection import database_of
from ims_fsm.store.log import RESTORE
from ims_fsm.store.tables import Table

# Primary codes of SQLite for a file with pages that are none of a database; PostgreSQL's of a table, of an index.
_MALFORMED = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
_CORRUPTED = frozenset({"XX001", "XX002"})
_MADE = text("SELECT type, name, sql FROM sqlite_master WHERE type IN ('table', 'trigger')")
_CHECKED = text("PRAGMA quick_check(10)")
_TRIGGERS = text(
    "SELECT t.relname, g.tgname, g.tgenabled::text AS enabled, p.proname, position('RAISE EXCEPTION' IN p.prosrc) > 0 "
    "FROM pg_trigger g JOIN pg_class t ON t.oid = g.tgrelid JOIN pg_proc p ON p.oid = g.tgfoid "
    "WHERE NOT g.tgisinternal AND t.relnamespace = current_schema()::regnamespace"
)
_CONSTRAINTS = text(
    "SELECT t.relname, c.conname, c.convalidated FROM pg_constraint c JOIN pg_class t ON t.oid = c.conrelid "
    "WHERE t.relnamespace = current_schema()::regnamespace"
)
_INDEXES = text(
    "SELECT i.relname FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid "
    "WHERE NOT x.indisvalid AND i.relnamespace = current_schema()::regnamespace"
)
# A trigger that fires for whoever writes (the origin), or always.
_FIRES = frozenset("OA")
_GONE, _FILE = "is gone", "the database's file"
# What is wrong with values and not with pages.
_OF_ROWS = ("CHECK constraint failed", "NULL value")
_MAKE = "make it again as the program's migration does, and look for what was changed meanwhile"


def ends_all(problem: Problem) -> bool:
    """Say whether nothing else can be asked of the database: a table is gone, or its file is damaged."""
    return problem.where == _FILE or (problem.what == _GONE and problem.where.startswith("table "))


def damage(error: DatabaseError) -> Problem | None:
    """Return what a failed statement says of the database's file: that it is damaged; None where it says it of none."""
    cause = error.orig
    # An extended code has the primary one in its lowest byte.
    if getattr(cause, "sqlite_errorcode", 0) & 0xFF in _MALFORMED or getattr(cause, "sqlstate", None) in _CORRUPTED:
        return Problem(_FILE, f"is damaged ({next(iter(str(cause).splitlines()), '')})", RESTORE)
    return None


def problems(connection: Connection) -> Iterator[Problem]:
    """Give what of the database is not as the migrations made it, and what of its file cannot be read."""
    single = database_of(connection).single_writer
    yield from _on_sqlite(connection) if single else _on_postgresql(connection)


def _on_sqlite(connection: Connection) -> Iterator[Problem]:
    there = {(row.type, row.name): _plain(row.sql) for row in connection.execute(_MADE)}
    for (kind, name), statement in _declared().items():
        if (kind, name) not in there:
            yield Problem(f"{kind} {name}", _GONE, _MAKE)
        elif there[kind, name] != statement:
            yield Problem(f"{kind} {name}", f"is made otherwise than by {statement}", _MAKE)
    for fault in connection.execute(_CHECKED).scalars():
        if fault.startswith(_OF_ROWS):
            yield Problem("a table's rows", f"are not as its checks ask ({fault})", RESTORE)
        elif fault != "ok":
            yield Problem(_FILE, f"is damaged ({fault})", RESTORE)


@lru_cache
def _declared() -> dict[tuple[str, str], str]:
    made = {
        ("table", name): _plain(str(CreateTable(table).compile(dialect=sqlite.dialect())))
        for name, table in Table.metadata.tables.items()
    }
    return made | {("trigger", name): _plain(statement) for name, statement in triggers.on_sqlite().items()}


def _plain(statement: str | None) -> str:
    return " ".join((statement or "").split())


def _on_postgresql(connection: Connection) -> Iterator[Problem]:
    columns = {
        name: {(column["name"], column["nullable"]) for column in of_table}
        for (_, name), of_table in inspect(connection).get_multi_columns().items()
    }
    checks = {(row.relname, row.conname): row.convalidated for row in connection.execute(_CONSTRAINTS)}
    for name, table in Table.metadata.tables.items():
        if name in columns:
            yield from _of_table(table, columns[name], checks)
        else:
            yield Problem(f"table {name}", _GONE, RESTORE)
    there = {(row[0], row[1]): row for row in connection.execute(_TRIGGERS)}
    for key in triggers.on_postgresql():
        row = there.get(key)
        if row is None:
            yield Problem(f"trigger {key[1]} of {key[0]}", _GONE, _MAKE)
        elif row.enabled not in _FIRES or row.proname != triggers.REFUSING or not row[4]:
            yield Problem(f"trigger {key[1]} of {key[0]}", "no longer refuses that rows are changed", _MAKE)
    for name in connection.execute(_INDEXES).scalars():
        yield Problem(f"index {name}", "is not valid, and what it finds may not be all", f"REINDEX INDEX {name}")


def _of_table(table: Any, columns: set[tuple[str, bool]], checks: Mapping[tuple[str, str], bool]) -> Iterator[Problem]:
    declared = {(column.name, bool(column.nullable)) for column in table.columns}
    for column in sorted({name for name, _ in declared ^ columns}):
        yield Problem(f"table {table.name} column {column}", "is not as it was made", _MAKE)
    for constraint in (c for c in table.constraints if isinstance(c, CheckConstraint)):
        if not checks.get((table.name, str(constraint.name))):
            where = f"constraint {constraint.name} of {table.name}"
            yield Problem(where, "is gone, or does not hold for all rows", _MAKE)
