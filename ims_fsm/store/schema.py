"""Brings a database to the tables of this version: an empty one at once, an older one when asked to.

Imports SQLAlchemy and, when it migrates, Alembic; writes no row of a taxpayer. A migration is written by hand in
`migrations/versions`; the tests say what it lacks.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from threading import Lock

from sqlalchemy import Connection, Engine, column, inspect, select, table
from sqlalchemy.schema import CreateSchema

from ims_fsm.store import generation_tables, job_tables, seal_tables  # noqa: F401 -- the metadata is whole once every module of tables is loaded
from ims_fsm.store.address import address_of
from ims_fsm.store.connection import StoreError, reading, schema_of, serialise, writing
from ims_fsm.store.tables import Table

VERSIONS = ("0001",)
NEWEST = VERSIONS[-1]
VERSION_TABLE = "ims_fsm_version"
MIGRATIONS = Path(__file__).with_name("migrations")
_REMEDY = "run upkeep.migrate(…)"
# Alembic keeps the migration that runs in a global of its modules.
_one_at_a_time = Lock()


@dataclass(frozen=True, slots=True)
class Migration:
    """The version a database had before migrating (None: no tables at all) and the one it has now."""

    before: str | None
    after: str


def prepare(engine: Engine) -> None:
    """Make sure that the database has the tables of this version; an empty one gets them.

    Raises `StoreError` for a database of another version, or one with tables of somebody else.
    """
    _make_schema(engine)
    with reading(engine) as connection:
        version = _version(connection)
        others = inspect(connection).get_table_names() if version is None else []
    address = address_of(engine)
    if others:
        held = f"the database {address} holds other tables, like {min(others)}, and none of ims-fsm"
        raise StoreError(f"{held}; choose another database, or {_REMEDY} to have both in it")
    if version is None:
        migrate(engine)
    else:
        _refuse_older(address, version)


def check(connection: Connection) -> None:
    """Make sure that a connection reaches the tables of this version; raises `StoreError`."""
    version, address = _version(connection), address_of(connection.engine)
    if version is None:
        raise StoreError(f"the database {address} holds no tables of ims-fsm on this connection's path; open IMS on it")
    _refuse_older(address, version)


def _make_schema(engine: Engine) -> None:
    """Make the schema in which the tables are to be, where it is not there: asked first, for that needs no right."""
    schema = schema_of(engine)
    if schema is None:
        return
    with reading(engine) as connection:
        is_there = inspect(connection).has_schema(schema)
    if not is_there:
        with writing(engine) as connection:
            connection.execute(CreateSchema(schema, if_not_exists=True))


def held(engine: Engine) -> str:
    """Return the version of the database's tables; raises `StoreError` where this program needs another."""
    with reading(engine) as connection:
        version = _version(connection)
    if version != NEWEST:
        raise StoreError(f"the database {address_of(engine)} has version {version} and this program needs {NEWEST}")
    return NEWEST


def migrate(engine: Engine) -> Migration:
    """Bring the database to this version, in one transaction; nothing is done where it is there already.

    Raises `StoreError` for a database of a newer program, or one whose tables are somebody else's.
    """
    address = address_of(engine)
    _make_schema(engine)
    with _one_at_a_time, writing(engine) as connection:
        serialise(connection, [VERSION_TABLE])
        before = _version(connection)
        if before is None:
            _refuse_occupied(connection, address)
        else:
            _refuse_unknown(address, before)
        if before != NEWEST:
            _upgrade(connection)
    return Migration(before, NEWEST)


def _version(connection: Connection) -> str | None:
    if not inspect(connection).has_table(VERSION_TABLE):
        return None
    version = connection.execute(select(column("version_num")).select_from(table(VERSION_TABLE))).scalar()
    return None if version is None else str(version)


def _refuse_unknown(address: str, version: str) -> None:
    if version not in VERSIONS:
        newest = f"this program knows none after {NEWEST}"
        raise StoreError(f"the database {address} has version {version} and {newest}; install a newer ims-fsm")


def _refuse_older(address: str, version: str) -> None:
    if version != NEWEST:
        _refuse_unknown(address, version)
        raise StoreError(f"the database {address} has version {version} and this program needs {NEWEST}; {_REMEDY}")


def _refuse_occupied(connection: Connection, address: str) -> None:
    taken = sorted(set(inspect(connection).get_table_names()) & set(Table.metadata.tables))
    if taken:
        held = f"the database {address} has a table {taken[0]} that is not of ims-fsm"
        raise StoreError(f"{held}; choose another database")


def _upgrade(connection: Connection) -> None:
    # Loading Alembic takes longer than everything else here, and a database that is up to date does without.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", MIGRATIONS.as_posix().replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, NEWEST)
