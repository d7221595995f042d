"""Databases for tests on PostgreSQL: each begins as a copy of another, and is set back for the next test.

A copy takes a tenth of a second and its end half of that; to set one back takes a hundredth. One whose catalogs a test
has changed is dropped.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain, count
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import URL, Dialect, Engine, create_engine, make_url, text

from ims_fsm.store import connection as store
from ims_fsm.store.schema import prepare
from ims_fsm.workflow.ims import Scratch

FILE_SAYS = "on PostgreSQL: "
_open_engine, _address = store.open_engine, store.read_address


@contextmanager
def schema(pg_url: str, name: str) -> Iterator[str]:
    """Give the URL of an empty schema on a PostgreSQL server."""
    base = store.open_engine(pg_url)
    try:
        with base.begin() as connection:
            connection.execute(text(f"DROP SCHEMA IF EXISTS {name} CASCADE"))
            connection.execute(text(f"CREATE SCHEMA {name}"))
        url = make_url(pg_url).update_query_dict({"options": f"-csearch_path={name}"})
        yield url.render_as_string(hide_password=False)
        with base.begin() as connection:
            connection.execute(text(f"DROP SCHEMA {name} CASCADE"))
    finally:
        base.dispose()


@dataclass
class Original:
    """A database that others began as, and how one of them is made to hold the same again."""

    url: str

    def __post_init__(self) -> None:
        """Read what it holds."""
        with psycopg.connect(self.url) as connection:
            self.catalogs = _only(connection, _CATALOGS)
            self.tables = [name for (name,) in connection.execute(_TABLES)]
            self.marks = self._marks(connection)
            rows = {name: _only(connection, _ROWS.format(name)) for name in self.tables}
            sequences = connection.execute(_SEQUENCES).fetchall()
        self.restoring = ";".join(
            [
                "SET session_replication_role = replica",
                *map("DELETE FROM {}".format, self.tables),
                *(_INSERT.format(name, held.replace("'", "''")) for name, held in rows.items() if held),
                *(f"SELECT setval('{name}', {value}, {called})" for name, value, called in sequences),
            ]
        )

    def is_current(self) -> bool:
        """Whether it still holds what was read."""
        with psycopg.connect(self.url) as connection:
            return _only(connection, _CATALOGS) == self.catalogs and self._marks(connection) == self.marks

    def restore(self, url: str) -> bool:
        """Set a copy back; False where its catalogs are not as they were."""
        with psycopg.connect(url) as connection:
            connection.execute(_OTHERS)
            if _only(connection, _CATALOGS) != self.catalogs:
                return False
            connection.execute(self.restoring)
        return True

    def _marks(self, connection: psycopg.Connection) -> str:
        return _only(connection, f"SELECT concat_ws(' ', {', '.join(map(_MARK.format, self.tables))})")


def _only(connection: psycopg.Connection, query: str) -> str:
    row = connection.execute(query).fetchone()
    assert row is not None
    return str(row[0] or "")


# A row of a catalog that was written anew has another xmin. What is below 16384 came with the server.
_CATALOGS = """
SELECT md5(string_agg(format('%s %s %s', kind, oid, xmin), ',' ORDER BY kind, oid, xmin::text::bigint)) FROM (
    SELECT 'class' AS kind, oid, xmin FROM pg_class WHERE oid >= 16384
    UNION ALL SELECT 'attribute', attrelid, xmin FROM pg_attribute WHERE attrelid >= 16384
    UNION ALL SELECT 'statistic', starelid, xmin FROM pg_statistic WHERE starelid >= 16384
    UNION ALL SELECT 'trigger', oid, xmin FROM pg_trigger WHERE oid >= 16384
    UNION ALL SELECT 'constraint', oid, xmin FROM pg_constraint WHERE oid >= 16384
    UNION ALL SELECT 'rewrite', oid, xmin FROM pg_rewrite WHERE oid >= 16384
    UNION ALL SELECT 'policy', oid, xmin FROM pg_policy WHERE oid >= 16384
    UNION ALL SELECT 'event', oid, xmin FROM pg_event_trigger WHERE oid >= 16384
    UNION ALL SELECT 'proc', oid, xmin FROM pg_proc WHERE oid >= 16384
    UNION ALL SELECT 'namespace', oid, xmin FROM pg_namespace
        WHERE (oid >= 16384 AND nspname !~ '^pg_(toast_)?temp_') OR nspname = 'public'
    UNION ALL SELECT 'setting', setdatabase, xmin FROM pg_db_role_setting
        WHERE setdatabase = (SELECT oid FROM pg_database WHERE datname = current_database())
) AS held
"""
_TABLES = """
SELECT format('%I.%I', relnamespace::regnamespace::text, relname) FROM pg_class
WHERE relkind = 'r' AND oid >= 16384 ORDER BY 1
"""
_ROWS = "SELECT json_agg(t)::text FROM {} t"
_MARK = "(SELECT format('%s %s', count(*), max(xmin::text::bigint)) FROM {})"
_SEQUENCES = """
SELECT format('%I.%I', schemaname, sequencename), coalesce(last_value, start_value), last_value IS NOT NULL
FROM pg_sequences
"""
_INSERT = "INSERT INTO {0} OVERRIDING SYSTEM VALUE SELECT * FROM json_populate_recordset(NULL::{0}, '{1}')"
_OTHERS = """
SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


class Compiled(dict[Any, Any]):
    """Compiled statements, kept for all engines of a kind: a test opens its own, and would compile all anew.

    SQLAlchemy takes any dictionary as `compiled_cache`. Its keys are what it likes; where a dialect is part of one, the
    dialect's name stands for it, so that another engine's dialect finds the same.
    """

    def get(self, key: Any, default: Any = None) -> Any:
        return super().get(self._of_a_kind(key), default)

    def __setitem__(self, key: Any, compiled: Any) -> None:
        super().__setitem__(self._of_a_kind(key), compiled)

    @staticmethod
    def _of_a_kind(key: Any) -> Any:
        return tuple(part.name if isinstance(part, Dialect) else part for part in key)


def opened(address: URL, **options: Any) -> Engine:
    """Open an engine as the program does, with the statements that others of its kind have compiled."""
    return create_engine(address, execution_options={"compiled_cache": COMPILED}, **options)


COMPILED = Compiled()


class Databases:
    """Makes databases on a PostgreSQL server, sets them back or drops them; each begins as a copy of another."""

    def __init__(self, url: str) -> None:
        self.url = make_url(url).set(drivername="postgresql+psycopg")
        self.prefix = f"ims_fsm_test_{os.getpid()}"
        self.numbers = count(1)
        self.engine = create_engine(self.url, isolation_level="AUTOCOMMIT")
        self.made: list[str] = []
        self.lasting: list[str] = []
        self.originals: dict[str, Original] = {}
        self.copies: dict[str, str] = {}
        self.idle: dict[str, list[str]] = defaultdict(list)
        self.template = self.make("template0")
        engine = _open_engine(self.address(self.template).render_as_string(hide_password=False))
        prepare(engine)
        engine.dispose()

    def address(self, name: str) -> URL:
        return self.url.set(database=name)

    def make(self, like: str | None = None, *, lasting: bool = False) -> str:
        """Make a database; one that is lasting is there for the whole session, whichever test asks for it first."""
        like = like or self.template
        if self.idle[like] and not self.originals[like].is_current():
            self._forget(like)
        if self.idle[like]:
            name = self.idle[like].pop()
        else:
            name = f"{self.prefix}_{next(self.numbers)}"
            self._run(f"CREATE DATABASE {name} TEMPLATE {like} STRATEGY file_copy")
        self.copies[name] = like
        (self.lasting if lasting else self.made).append(name)
        return name

    def drop(self, names: list[str]) -> None:
        """Take databases back: set back for who asks next, or dropped."""
        for name in [one for one in names if one in self.made]:
            self.made.remove(name)
            self._forget(name)
            if self._set_back(name):
                self.idle[self.copies[name]].append(name)
            else:
                self._drop(name)

    def close(self) -> None:
        for name in (*self.made, *self.lasting, *chain.from_iterable(self.idle.values())):
            self._drop(name)
        self.engine.dispose()

    def _psycopg(self, name: str) -> str:
        return self.address(name).set(drivername="postgresql").render_as_string(hide_password=False)

    def _set_back(self, name: str) -> bool:
        like = self.copies[name]
        if like not in self.originals and like in {self.template, *self.made, *self.lasting}:
            self.originals[like] = Original(self._psycopg(like))
        return like in self.originals and self.originals[like].restore(self._psycopg(name))

    def _forget(self, original: str) -> None:
        self.originals.pop(original, None)
        while self.idle[original]:
            self._drop(self.idle[original].pop())

    def _drop(self, name: str) -> None:
        self._run(f"DROP DATABASE {name} WITH (FORCE)")

    def _run(self, statement: str) -> None:
        with self.engine.connect() as connection:
            connection.execute(text(statement))


class Redirection:
    """Opens on PostgreSQL what is asked for on SQLite; a file there says which database it stands for."""

    def __init__(self, databases: Databases) -> None:
        self.databases = databases
        self.files: dict[Path, str] = {}
        self.engines: list[Engine] = []

    def address(self, url: str) -> URL:
        address = _address(url)
        if address.get_backend_name() != "sqlite":
            return address
        if address.database in {None, "", ":memory:"}:
            return self.databases.address(self.databases.make())
        return self._of_file(Path(address.database).absolute()) or address

    def engine(self, address: URL, **options: object) -> Engine:
        self.engines.append(opened(address, **options))
        return self.engines[-1]

    def _of_file(self, path: Path) -> URL | None:
        """Give the database of a file: its own, a copy of the one it was copied from, or none for another file."""
        said = path.read_text("utf-8", "replace") if path.is_file() else FILE_SAYS
        if not said.startswith(FILE_SAYS) or not path.parent.is_dir():
            return None
        name = said.removeprefix(FILE_SAYS)
        if not name or self.files.get(path) != name:
            self._close_all(name)
            self.files[path] = self.databases.make(name or None)
            path.write_text(FILE_SAYS + self.files[path], "utf-8")
        return self.databases.address(self.files[path])

    def _close_all(self, name: str) -> None:
        # A database that somebody is in cannot be copied.
        for engine in self.engines:
            if name and engine.url.database == name:
                engine.dispose()


class Reused(Scratch):
    """Gives stores in databases that are set back, not in schemas that are made."""

    def __init__(self, databases: Databases) -> None:
        super().__init__(databases.url.render_as_string(hide_password=False))
        self.databases = databases

    @contextmanager
    def engine(self) -> Iterator[Engine]:
        name = self.databases.make()
        engine = _open_engine(self.databases.address(name).render_as_string(hide_password=False))
        try:
            yield engine
        finally:
            engine.dispose()
            self.databases.drop([name])
