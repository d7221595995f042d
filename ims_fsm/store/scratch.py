"""Stores that are thrown away: in memory, in a file beside a SQLite database, or in a schema of PostgreSQL.

Imports SQLAlchemy; knows no table.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Self, cast
from uuid import uuid4

from sqlalchemy import URL, Engine, text
from sqlalchemy.engine import make_url

from ims_fsm.store.connection import database_of, in_memory, open_engine, writing
from ims_fsm.store.schema import prepare

# What was left behind by a program that was killed can be told from everything else by its name.
PREFIX = "ims_fsm_scratch_"


class Scratch:
    """Gives fresh stores at a database; each is gone when its block ends, and what the database holds is not touched.

    In memory the tables are made once: a further store is a copy, on the connection of one that has ended, with the
    statements that were compiled for it. Raises `StoreError` for a URL that cannot be read.
    """

    def __init__(self, url: str = "sqlite://") -> None:
        """Keep the database's URL; nothing is opened yet."""
        engine = open_engine(url)
        self._url = url
        self._in_memory = in_memory(engine)
        self._idle: list[Engine] = []
        self._empty: sqlite3.Connection | None = None

    @contextmanager
    def engine(self) -> Iterator[Engine]:
        """Give a fresh store for a `with` block; raises `StoreError` where the database cannot be used."""
        if self._in_memory:
            engine = self._emptied()
            try:
                yield engine
            finally:
                self._idle.append(engine)
            return
        with scratch(self._url) as place:
            engine = open_engine(place)
            try:
                yield engine
            finally:
                engine.dispose()

    def close(self) -> None:
        """Close what is kept open for the next store."""
        while self._idle:
            self._idle.pop().dispose()
        if self._empty is not None:
            self._empty.close()
            self._empty = None

    def __enter__(self) -> Self:
        """Give the object itself; leaving the block closes it."""
        return self

    def __exit__(self, *_error: object) -> None:
        """Close it."""
        self.close()

    def _emptied(self) -> Engine:
        engine = self._idle.pop() if self._idle else open_engine(self._url)
        if self._empty is None:
            prepare(engine)
            self._empty = sqlite3.connect(":memory:", check_same_thread=False)
            _driver(engine).backup(self._empty)
        else:
            self._empty.backup(_driver(engine))
        return engine


def _driver(engine: Engine) -> sqlite3.Connection:
    with closing(engine.raw_connection()) as connection:
        driver: Any = connection.driver_connection
    return cast("sqlite3.Connection", driver)


@contextmanager
def scratch(url: str) -> Iterator[str]:
    """Give the URL of an empty place at a database, which is gone afterwards; what the database holds is not touched.

    Raises `StoreError` for a URL that cannot be read and a database that cannot be used.
    """
    engine = open_engine(url)
    engine.dispose()
    address, name = engine.url, f"{PREFIX}{uuid4().hex}"
    if database_of(engine).name == "postgresql":
        with _schema(address, name) as place:
            yield place
    elif in_memory(engine):
        yield url
    else:
        with _file(address, name) as place:
            yield place


@contextmanager
def _file(address: URL, name: str) -> Iterator[str]:
    beside = Path(address.database or "")
    place = beside.with_name(f"{beside.stem}-{name}.db")
    try:
        yield address.set(database=str(place)).render_as_string(hide_password=False)
    finally:
        for suffix in ("", "-wal", "-shm", "-queue"):
            place.with_name(place.name + suffix).unlink(missing_ok=True)


@contextmanager
def _schema(address: URL, name: str) -> Iterator[str]:
    _run(address, f"CREATE SCHEMA {name}")
    try:
        given = address.query.get("options", "")
        # Nothing that is thrown away need survive a crash of the server.
        options = f"{given} -csearch_path={name} -csynchronous_commit=off".strip()
        yield make_url(address).update_query_dict({"options": options}).render_as_string(hide_password=False)
    finally:
        _run(address, f"DROP SCHEMA {name} CASCADE")


def _run(address: URL, statement: str) -> None:
    engine = open_engine(address.render_as_string(hide_password=False))
    try:
        with writing(engine) as connection:
            connection.execute(text(statement))
    finally:
        engine.dispose()
