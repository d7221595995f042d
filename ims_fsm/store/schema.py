"""Brings a database to the tables of this version: an empty one at once, an older one when asked to.

Imports SQLAlchemy and, for an older database, Alembic; writes no row of a taxpayer. An empty database is made as the
tables are declared. A migration is written by hand in `migrations/versions`; the tests say what it lacks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from threading import Lock

from sqlalchemy import Column, Connection, Engine, Executable, Index, MetaData, String, insert, inspect, select, text
from sqlalchemy import Table as AnyTable
from sqlalchemy.dialects import sqlite
from sqlalchemy.schema import CreateIndex, CreateSchema, CreateTable, PrimaryKeyConstraint

from ims_fsm.store import (  # noqa: F401 -- the metadata is whole once every module of tables is loaded
    attempts,
    case_tables,
    chases,
    generation_tables,
    job_tables,
    proposals,
    purchase_tables,
    seal_tables,
    settings,
    triggers,
)
from ims_fsm.store.address import address_of
from ims_fsm.store.calls import SEQUENCE as CALL_NUMBERS
from ims_fsm.store.connection import StoreError, reading, schema_of, serialise, writing
from ims_fsm.store.register import SEQUENCE as RECORD_NUMBERS
from ims_fsm.store.tables import Table

VERSIONS = ("0001",)
NEWEST = VERSIONS[-1]
VERSION_TABLE = "ims_fsm_version"
MIGRATIONS = Path(__file__).with_name("migrations")
_REMEDY = "run upkeep.migrate(…)"
# As Alembic makes it.
_VERSION = AnyTable(
    VERSION_TABLE,
    MetaData(),
    Column("version_num", String(32), nullable=False),
    PrimaryKeyConstraint("version_num", name=f"{VERSION_TABLE}_pkc"),
)
# A block must be consecutive, and no other number may come from the sequence between its first and its last: the lock
# is held for that long and not until the transaction ends. Whatever interrupts the function gives it back.
_TAKE_NUMBERS = """
CREATE FUNCTION ims_take_record_numbers(wanted bigint) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    hold bigint := hashtextextended(current_schema() || '.ims_record_number', 0);
    ends bigint;
BEGIN
    PERFORM pg_advisory_lock(hold);
    ends := setval('ims_record_number', nextval('ims_record_number') + wanted - 1);
    PERFORM pg_advisory_unlock(hold);
    RETURN ends - wanted + 1;
EXCEPTION WHEN query_canceled OR OTHERS THEN
    PERFORM pg_advisory_unlock(hold);
    RAISE;
END $$
"""
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
        if before is None:
            _make(connection)
        elif before != NEWEST:
            _upgrade(connection)
    return Migration(before, NEWEST)


def _version(connection: Connection) -> str | None:
    if not inspect(connection).has_table(VERSION_TABLE):
        return None
    version = connection.execute(select(_VERSION.c.version_num)).scalar()
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


@lru_cache
def declared(dialect: str) -> Sequence[Executable]:
    """Return what makes every table, index, trigger and function of this version, in order."""
    indices = (part for row in Table.__subclasses__() for part in getattr(row, "__table_args__", ()))
    made: list[CreateTable | CreateIndex] = [
        *map(CreateTable, Table.metadata.sorted_tables),
        # In the order in which they are declared: of two that serve a statement alike a database takes one by its age.
        *(CreateIndex(part) for part in indices if isinstance(part, Index)),
    ]
    if dialect == "sqlite":
        # Written once: for one store in memory after the other that takes longer than the rest.
        written = (str(statement.compile(dialect=sqlite.dialect())) for statement in made)
        return [*map(text, (*written, *triggers.on_sqlite().values()))]
    # Nobody waits for another's transaction to get numbers. SQLite, with one writer at a time, counts in its table.
    numbers = (f"CREATE SEQUENCE {name} AS bigint" for name in (RECORD_NUMBERS, CALL_NUMBERS))
    return [*made, *map(text, (triggers.REFUSE, *triggers.on_postgresql().values(), *numbers, _TAKE_NUMBERS))]


def _make(connection: Connection) -> None:
    # An older program that was killed may have left the table of its version behind, empty.
    connection.execute(CreateTable(_VERSION, if_not_exists=True))
    for statement in declared(connection.dialect.name):
        connection.execute(statement)
    connection.execute(insert(_VERSION).values(version_num=NEWEST))


def _upgrade(connection: Connection) -> None:
    # Loading Alembic takes longer than everything else here, and a database that is up to date does without.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", MIGRATIONS.as_posix().replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, NEWEST)
