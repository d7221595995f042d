"""A place for a store that is thrown away: in memory, a file beside a SQLite database, or a schema in PostgreSQL.

Imports SQLAlchemy; knows no table.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from sqlalchemy import URL, text
from sqlalchemy.engine import make_url

from ims_fsm.store.connection import open_engine, writing
from ims_fsm.store.dialect import database_of

# What was left behind by a program that was killed can be told from everything else by its name.
PREFIX = "ims_fsm_scratch_"


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
    elif address.database in {None, "", ":memory:"}:
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
        for suffix in ("", "-wal", "-shm"):
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
