"""Splits the tables of a PostgreSQL database by recipient: hash partitions, or the statements that Citus is told.

Imports SQLAlchemy, the schema and the tables; writes no row. What a table has (columns, defaults, keys, indexes,
triggers, fillfactor) is read from the database as the migrations left it, so that none of it is said twice.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, Engine, exists, select, text

from ims_fsm.store.connection import StoreError, database_of, reading, serialise, writing
from ims_fsm.store.schema import VERSION_TABLE
from ims_fsm.store.tables import Table

KEY = "recipient_gstin"
MOST = 1024
# A shard of the calendar's work names the first and the last of its recipients, and is claimed whoever they are.
_APART = frozenset({"ims_job_run"})
# Read beside the rows of any recipient, for a recipient's suppliers are taxpayers too.
_EVERYWHERE = ("ims_taxpayer", "ims_declaration")

_KIND = text("SELECT relkind::text FROM pg_class WHERE oid = to_regclass(:name)")
_PARTS = text("SELECT count(*) FROM pg_inherits WHERE inhparent = to_regclass(:name)")
_OPTIONS = text("SELECT array_to_string(reloptions, ', ') FROM pg_class WHERE oid = to_regclass(:name)")
_CONSTRAINTS = text(
    "SELECT format('ALTER TABLE %I ADD CONSTRAINT %I %s', cast(:name as text), conname, pg_get_constraintdef(oid)) "
    "FROM pg_constraint WHERE conrelid = to_regclass(:name) AND contype IN ('p', 'u') ORDER BY contype, conname"
)
_INDEXES = text(
    "SELECT pg_get_indexdef(indexrelid) FROM pg_index WHERE indrelid = to_regclass(:name) AND NOT EXISTS "
    "(SELECT FROM pg_constraint WHERE conindid = indexrelid AND contype IN ('p', 'u')) ORDER BY indexrelid"
)
_TRIGGERS = text(
    "SELECT pg_get_triggerdef(oid) AS made, (tgtype & 1) = 1 AS each_row FROM pg_trigger "
    "WHERE tgrelid = to_regclass(:name) AND NOT tgisinternal ORDER BY tgname"
)


@dataclass(frozen=True, slots=True)
class _Belongings:
    options: str | None
    constraints: tuple[str, ...]
    indexes: tuple[str, ...]
    triggers: tuple[tuple[str, bool], ...]


def keyed() -> tuple[str, ...]:
    """Return the tables that lead with the recipient's GSTIN and are split by it, by name."""
    return tuple(
        name
        for name, table in sorted(Table.metadata.tables.items())
        if KEY in table.primary_key.columns and name not in _APART
    )


def partition(engine: Engine, count: int) -> Mapping[str, int]:
    """Split the tables of an empty database into hash partitions by recipient; returns how many each table has.

    A table that is split already stays as it is. Each is a transaction of its own, and calling it again goes on where
    it ended. Raises `StoreError` on SQLite, for a table that holds rows or has another number of partitions, and for a
    number that is none.
    """
    if not 1 < count <= MOST:
        raise StoreError(f"{count} partitions cannot be made; take 2 to {MOST}, like 64")
    if database_of(engine).name != "postgresql":
        raise StoreError(f"the database {engine.url} is SQLite, which has no partitions; give the URL of PostgreSQL")
    for name in keyed():
        with writing(engine) as connection:
            serialise(connection, [VERSION_TABLE])
            _split(connection, name, count)
    return partitions(engine)


def partitions(engine: Engine) -> Mapping[str, int]:
    """Return how many partitions each table has that is split."""
    if database_of(engine).name != "postgresql":
        return {}
    with reading(engine) as connection:
        counts = {name: int(connection.execute(_PARTS, {"name": name}).scalar_one()) for name in keyed()}
    return {name: count for name, count in counts.items() if count}


def citus_statements(shards: int = 64) -> Iterator[str]:
    """Give the statements that make a migrated, empty database with the extension Citus a distributed one."""
    yield "SET citus.enable_unsafe_triggers = on"
    for name in _EVERYWHERE:
        yield f"SELECT create_reference_table('{name}')"
    yield f"SELECT create_distributed_table('ims_record', '{KEY}', shard_count => {shards})"
    for name in keyed():
        if name != "ims_record":
            yield f"SELECT create_distributed_table('{name}', '{KEY}', colocate_with => 'ims_record')"
    for name in ("ims_annual_return", "ims_taxpayer_log"):
        yield f"SELECT create_distributed_table('{name}', 'gstin', colocate_with => 'ims_record')"


def _split(connection: Connection, name: str, count: int) -> None:
    kind = connection.execute(_KIND, {"name": name}).scalar()
    if kind == "p":
        parts = connection.execute(_PARTS, {"name": name}).scalar_one()
        if parts != count:
            remedy = "keep them, or begin with an empty database"
            raise StoreError(f"{name} has {parts} partitions and not {count}; {remedy}")
        return
    if connection.execute(select(exists(select(Table.metadata.tables[name])))).scalar_one():
        remedy = "partition an empty database and load a copy of this one into it (docs/postgresql.md)"
        raise StoreError(f"{name} holds rows, and only empty tables are partitioned; {remedy}")
    for statement in _statements(name, count, _belongings(connection, name)):
        connection.exec_driver_sql(statement)


def _belongings(connection: Connection, name: str) -> _Belongings:
    given = {"name": name}
    return _Belongings(
        options=connection.execute(_OPTIONS, given).scalar(),
        constraints=tuple(connection.execute(_CONSTRAINTS, given).scalars()),
        indexes=tuple(connection.execute(_INDEXES, given).scalars()),
        triggers=tuple((row.made, row.each_row) for row in connection.execute(_TRIGGERS, given)),
    )


def _statements(name: str, count: int, had: _Belongings) -> Iterator[str]:
    yield f"ALTER TABLE {name} RENAME TO {name}_whole"
    kept = "INCLUDING ALL EXCLUDING INDEXES EXCLUDING STORAGE"
    yield f"CREATE TABLE {name} (LIKE {name}_whole {kept}) PARTITION BY HASH ({KEY})"
    yield f"DROP TABLE {name}_whole"
    options = f" WITH ({had.options})" if had.options else ""
    width = len(str(count - 1))
    parts = [f"{name}_p{number:0{width}}" for number in range(count)]
    for number, part in enumerate(parts):
        remainder = f"FOR VALUES WITH (MODULUS {count}, REMAINDER {number})"
        yield f"CREATE TABLE {part} PARTITION OF {name} {remainder}{options}"
    yield from (*had.constraints, *had.indexes)
    for made, each_row in had.triggers:
        yield made
        # A trigger for each row is one of every partition; one for a statement is not.
        if not each_row:
            yield from (_on(part, made, name) for part in parts)


def _on(part: str, made: str, name: str) -> str:
    return re.sub(rf" ON (\S+\.)?{name} ", f" ON {part} ", made, count=1)
