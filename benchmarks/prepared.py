"""The rows that an import has written, kept in files as the database takes them quickest, and written bare.

Imports the database's drivers; nothing of the package but the tables' names.
"""

from __future__ import annotations

import pickle
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from itertools import chain
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import make_url

from benchmarks.measure import timed
from ims_fsm.store.connection import open_engine

TABLES = ("ims_record", "ims_record_content", "ims_transition_log", "ims_log_call")
ROWS_AT_ONCE = 10_000
_BLOCK = 2**20


class SQLiteRows:
    """Rows in pickled blocks; reading a block is not timed, executemany and commit are."""

    says = "bare executemany of the same prepared rows"

    def __init__(self, url: str, folder: Path) -> None:
        """Take the rows out of a database."""
        self.files: list[tuple[str, Path]] = []
        with closing(sqlite3.connect(make_url(url).database or "")) as connection:
            for table in TABLES:
                rows = connection.execute(f"SELECT * FROM {table} ORDER BY 1, 2, 3")  # noqa: S608 -- names of ours
                marks = ", ".join("?" * len(rows.description))
                for number, block in enumerate(iter(lambda rows=rows: rows.fetchmany(ROWS_AT_ONCE), [])):  # type: ignore[misc]  # a block of rows
                    path = folder / f"{table}_{number}.rows"
                    path.write_bytes(pickle.dumps(block))
                    self.files.append((f"INSERT INTO {table} VALUES ({marks})", path))  # noqa: S608 -- names of ours

    def write(self, url: str) -> float:
        """Write them into a prepared database in one transaction; returns the seconds."""
        engine = open_engine(url)  # with the settings of a connection of ours
        seconds = 0.0
        with closing(engine.raw_connection()) as connection:
            raw: Any = connection.dbapi_connection
            raw.execute("BEGIN IMMEDIATE")
            for statement, path in self.files:
                block = pickle.loads(path.read_bytes())  # noqa: S301 -- written above
                seconds += timed(lambda s=statement, b=block: raw.executemany(s, b))[0]  # type: ignore[misc]  # bound here
            seconds += timed(lambda: raw.execute("COMMIT"))[0]
        engine.dispose()
        return seconds


class PostgreSQLRows:
    """Rows in files as COPY writes and reads them, tables in the order of their keys."""

    says = "bare COPY of the same prepared rows"

    def __init__(self, url: str, folder: Path) -> None:
        """Take the rows out of a database."""
        self.files = [(table, folder / f"{table}.copy") for table in TABLES]
        with psycopg.connect(_plain(url)) as connection, connection.cursor() as cursor:
            for table, path in self.files:
                query = f"COPY (SELECT * FROM {table} ORDER BY 1, 2, 3) TO STDOUT"  # noqa: S608 -- names of ours
                with cursor.copy(query) as copy, path.open("wb") as file:
                    file.writelines(bytes(block) for block in copy)

    def write(self, url: str) -> float:
        """Write them into a prepared database in one transaction; returns the seconds."""
        with psycopg.connect(_plain(url)) as connection:
            seconds, _ = timed(lambda: self._copy(connection))
        return seconds

    def _copy(self, connection: psycopg.Connection[Any]) -> None:
        with connection.cursor() as cursor:
            for table, path in self.files:
                with cursor.copy(f"COPY {table} FROM STDIN") as copy:
                    for block in _blocks(path):
                        copy.write(block)
        connection.commit()


def _blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        yield from chain(iter(lambda: file.read(_BLOCK), b""))


def _plain(url: str) -> str:
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
