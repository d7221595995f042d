"""A backup of a SQLite database while it is in use: SQLite's own copy of one moment, verified before it is given.

Imports the connection; knows no table but by its name. PostgreSQL has its own programs for it.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from ims_fsm.errors import StoreError
from ims_fsm.files.writing import Outputs
from ims_fsm.store.connection import database_of, reading

_PG_DUMP = "pg_dump --format=directory --file=FOLDER DATABASE"
_COUNTS = "SELECT (SELECT count(*) FROM ims_record), (SELECT count(*) FROM ims_transition_log)"
_ENDINGS = ("", "-wal", "-shm", "-journal", "-queue")


@dataclass(frozen=True, slots=True, kw_only=True)
class Backup:
    """A verified copy of a database as of one moment: where it is, its size, and what it holds."""

    path: Path
    bytes: int
    records: int
    #: Rows of the transition log.
    transitions: int


def files_of(engine: Engine) -> list[Path]:
    """Return the files of a SQLite database, those that are beside it too; none of one in memory."""
    path = engine.url.database
    return [Path(f"{path}{ending}") for ending in _ENDINGS] if path not in {None, "", ":memory:"} else []


def backup(engine: Engine, path: Path, outputs: Outputs) -> Backup:
    """Copy a database to a file: all that is committed by now, whoever writes meanwhile; verified, then put in place.

    Raises `StoreError` for PostgreSQL and for a copy that is not sound, `OutputError` and `FileError` as `outputs`.
    """
    if database_of(engine).name != "sqlite":
        raise StoreError(f"ims-fsm backs up SQLite alone; for PostgreSQL run {_PG_DUMP} (docs/postgresql.md)")
    with outputs.beside(path, durable=True) as copy:
        try:
            records, transitions = _copied(engine, copy)
        except sqlite3.Error as error:
            raise _unsound(str(error)) from error
        size = copy.stat().st_size
    return Backup(path=path, bytes=size, records=records, transitions=transitions)


def _copied(engine: Engine, copy: Path) -> tuple[int, int]:
    """Copy and verify; returns how many records and transitions the copy has."""
    with reading(engine) as connection, closing(sqlite3.connect(copy, isolation_level=None)) as target:
        driver: Any = connection.connection.driver_connection
        driver.backup(target)
        # The copy is one file, without a log beside it.
        target.execute("PRAGMA journal_mode=DELETE")
        faults = [row[0] for row in target.execute("PRAGMA integrity_check(3)")]
        if faults != ["ok"]:
            raise _unsound(faults[0])
        if target.execute("PRAGMA foreign_key_check").fetchone():
            raise _unsound("a row refers to one that is not there")
        records, transitions = target.execute(_COUNTS).fetchone()
        return records, transitions


def _unsound(what: str) -> StoreError:
    return StoreError(f"the database cannot be backed up, as its copy is not sound ({what}); restore an earlier backup")
