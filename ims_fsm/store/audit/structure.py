"""Whether a database still is as it was made: its tables, the triggers that keep logs append-only, its pages.

Imports the tables and the triggers; reads what the database says of itself and changes nothing.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, text
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import DatabaseError
from sqlalchemy.schema import CreateIndex, CreateTable

from ims_fsm.errors import Problem
from ims_fsm.store import attempts, job_tables, proposals, seal_tables, triggers  # noqa: F401 -- the metadata is whole once every module of tables is loaded
from ims_fsm.store.audit import catalogue
from ims_fsm.store.audit.catalogue import DROP, GONE, MAKE, STRANGE
from ims_fsm.store.connection import database_of
from ims_fsm.store.log import RESTORE
from ims_fsm.store.tables import Table

# Primary codes of SQLite for a file with pages that are none of a database; PostgreSQL's of a table, of an index.
_MALFORMED = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
_CORRUPTED = frozenset({"XX001", "XX002"})
_MADE = text("SELECT type, name, tbl_name, sql FROM sqlite_master WHERE sql IS NOT NULL AND type <> 'view'")
_CHECKED = text("PRAGMA quick_check(10)")
_FILE = "the database's file"
# What is wrong with values and not with pages.
_OF_ROWS = ("CHECK constraint failed", "NULL value")


def ends_all(problem: Problem) -> bool:
    """Say whether nothing else can be asked of the database: a table is gone, or its file is damaged."""
    return problem.where == _FILE or (problem.what == GONE and problem.where.startswith("table "))


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
    yield from _on_sqlite(connection) if single else catalogue.problems(connection)


def _on_sqlite(connection: Connection) -> Iterator[Problem]:
    rows = connection.execute(_MADE).all()
    there, declared = {(row.type, row.name): _plain(row.sql) for row in rows}, _declared()
    for (kind, name), statement in declared.items():
        if (kind, name) not in there:
            yield Problem(f"{kind} {name}", GONE, MAKE)
        elif there[kind, name] != statement:
            yield Problem(f"{kind} {name}", f"is made otherwise than by {statement}", MAKE)
    for row in rows:
        if (row.type, row.name) not in declared and row.type == "trigger" and row.tbl_name in Table.metadata.tables:
            yield Problem(f"trigger {row.name} of {row.tbl_name}", STRANGE, DROP)
    yield from _pages(connection)


def _pages(connection: Connection) -> Iterator[Problem]:
    for fault in connection.execute(_CHECKED).scalars():
        if fault.startswith(_OF_ROWS):
            yield Problem("a table's rows", f"are not as its checks ask ({fault})", RESTORE)
        elif fault != "ok":
            yield Problem(_FILE, f"is damaged ({fault})", RESTORE)


@lru_cache
def _declared() -> dict[tuple[str, str], str]:
    tables = Table.metadata.tables
    made: dict[tuple[str, str], Any] = {("table", name): CreateTable(table) for name, table in tables.items()}
    made |= {("index", str(index.name)): CreateIndex(index) for table in tables.values() for index in table.indexes}
    written = {key: _plain(str(statement.compile(dialect=sqlite.dialect()))) for key, statement in made.items()}
    return written | {("trigger", name): _plain(statement) for name, statement in triggers.on_sqlite().items()}


def _plain(statement: str) -> str:
    return " ".join(statement.split())
