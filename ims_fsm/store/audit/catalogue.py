"""Whether PostgreSQL's catalogue is as the migrations left it: tables, keys, indexes, what a write goes through.

Imports the tables and the triggers; changes nothing. A partition is looked at as its table is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import CheckConstraint, Connection, Dialect, Row, UniqueConstraint, inspect, text

from ims_fsm.errors import Problem
from ims_fsm.store import triggers
from ims_fsm.store.calls import SEQUENCE as CALL_NUMBERS
from ims_fsm.store.log import RESTORE
from ims_fsm.store.register import SEQUENCE as RECORD_NUMBERS
from ims_fsm.store.tables import Table

# A table and its partitions, each by the name of the table.
_PARTS = (
    "(SELECT p.oid, p.relname AS part, p.relrowsecurity, r.relname AS name FROM pg_class p "
    "JOIN pg_class r ON r.oid = coalesce(pg_partition_root(p.oid), p.oid) "
    "WHERE p.relkind IN ('r', 'p') AND p.relnamespace = current_schema()::regnamespace) t"
)
_RELATIONS = text(f"SELECT t.name, t.part, t.relrowsecurity AS hides FROM {_PARTS} ORDER BY 1, 2")  # noqa: S608 -- ours
_TRIGGERS = text(
    "SELECT t.name, t.part, g.tgname, g.tgenabled::text AS enabled, p.proname, p.prosrc, g.tgtype, "  # noqa: S608 -- ours
    "(g.tgqual IS NULL AND g.tgattr = '') AS always "
    f"FROM pg_trigger g JOIN {_PARTS} ON t.oid = g.tgrelid JOIN pg_proc p ON p.oid = g.tgfoid WHERE NOT g.tgisinternal"
)
_RULES = text(f"SELECT t.name, t.part, r.rulename FROM pg_rewrite r JOIN {_PARTS} ON t.oid = r.ev_class")  # noqa: S608
_CONSTRAINTS = text(
    f"SELECT t.name, c.conname, c.convalidated FROM pg_constraint c JOIN {_PARTS} ON t.oid = c.conrelid"  # noqa: S608
)
_INDEXES = text(
    "SELECT i.relname FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid "
    "WHERE NOT x.indisvalid AND i.relnamespace = current_schema()::regnamespace"
)
_SEQUENCES = text("SELECT to_regclass(:name) IS NOT NULL")
_FIRING = text("SELECT current_setting('session_replication_role')")
# A trigger that fires for whoever writes (the origin), or always.
_FIRES = frozenset("OA")
# Before each row that is updated or deleted; before a TRUNCATE (pg_trigger.h).
_BEFORE_CHANGES = frozenset({1 | 2 | 8 | 16, 2 | 32})
GONE = "is gone"
STRANGE = "is none of the program's, and may change or leave out what is written"
MAKE = "make it again as the program's migration does, and look for what was changed meanwhile"
DROP = "drop it, and look for what was changed meanwhile"


def problems(connection: Connection) -> Iterator[Problem]:
    """Give what is gone, what is another, and what lets rows be changed, hidden or left out."""
    catalogue: Any = inspect(connection)
    columns, keys, indexes = (
        {name: of_table for (_, name), of_table in read().items()}
        for read in (catalogue.get_multi_columns, catalogue.get_multi_pk_constraint, catalogue.get_multi_indexes)
    )
    checks = {(row.name, row.conname): row.convalidated for row in connection.execute(_CONSTRAINTS)}
    for name, table in Table.metadata.tables.items():
        if name not in columns:
            yield Problem(f"table {name}", GONE, RESTORE)
            continue
        yield from _columns(table, columns[name], connection.dialect)
        yield from _constraints(table, keys[name], checks)
        gone = {str(index.name) for index in table.indexes} - {index["name"] for index in indexes[name]}
        yield from (Problem(f"index {index}", GONE, MAKE) for index in sorted(gone))
    for name in connection.execute(_INDEXES).scalars():
        yield Problem(f"index {name}", "is not valid, and what it finds may not be all", f"REINDEX INDEX {name}")
    for sequence in (RECORD_NUMBERS, CALL_NUMBERS):
        if not connection.execute(_SEQUENCES, {"name": sequence}).scalar_one():
            yield Problem(f"sequence {sequence}", GONE, MAKE)
    parts = [row for row in connection.execute(_RELATIONS) if row.name in Table.metadata.tables]
    yield from _triggers(connection, parts)
    yield from _hidden(connection, parts)


def _triggers(connection: Connection, parts: Sequence[Row[Any]]) -> Iterator[Problem]:
    """Give the triggers that no longer refuse a change, and what else a write to a table goes through."""
    there = {(row.part, row.tgname): row for row in connection.execute(_TRIGGERS)}
    for table, name in triggers.on_postgresql():
        for part in (row.part for row in parts if row.name == table):
            trigger = there.pop((part, name), None)
            if trigger is None:
                yield Problem(f"trigger {name} of {part}", GONE, MAKE)
            elif not _refuses(trigger):
                yield Problem(f"trigger {name} of {part}", "no longer refuses that rows are changed", MAKE)
    strange = [("trigger", row.tgname, row) for row in there.values()]
    strange += [("rule", row.rulename, row) for row in connection.execute(_RULES)]
    for kind, name, row in strange:
        if row.name in Table.metadata.tables:
            yield Problem(f"{kind} {name} of {row.part}", STRANGE, DROP)


def _hidden(connection: Connection, parts: Sequence[Row[Any]]) -> Iterator[Problem]:
    """Give the tables that hide rows, and whether sessions fire triggers at all."""
    for part in (row.part for row in parts if row.hides):
        remedy = f"ALTER TABLE {part} DISABLE ROW LEVEL SECURITY, and look again"
        yield Problem(f"table {part}", "has row security, which hides rows from this look too", remedy)
    if (role := connection.execute(_FIRING).scalar_one()) != "origin":
        what = f"fire no triggers (session_replication_role is {role})"
        yield Problem("sessions like this one", what, "set it back to origin, and look for what was changed meanwhile")


def _refuses(trigger: Any) -> bool:
    what = (trigger.proname, trigger.prosrc) == (triggers.REFUSING, triggers.REFUSAL)
    return what and trigger.enabled in _FIRES and trigger.always and trigger.tgtype in _BEFORE_CHANGES


def _columns(table: Any, columns: Iterable[Any], dialect: Dialect) -> Iterator[Problem]:
    declared = {
        (column.name, bool(column.nullable), column.type.compile(dialect), column.server_default is not None)
        for column in table.columns
    }
    there = {
        (column["name"], column["nullable"], column["type"].compile(dialect), _is_given(column["default"]))
        for column in columns
    }
    for column in sorted({name for name, *_ in declared ^ there}):
        yield Problem(f"table {table.name} column {column}", "is not as it was made", MAKE)


def _is_given(default: str | None) -> bool:
    # What numbers a table's own rows PostgreSQL has made.
    return default is not None and not default.startswith("nextval(")


def _constraints(table: Any, key: Any, checks: Mapping[tuple[str, str], bool]) -> Iterator[Problem]:
    if key["constrained_columns"] != [column.name for column in table.primary_key]:
        yield Problem(f"primary key of {table.name}", "is gone, or another", MAKE)
    for constraint in (c for c in table.constraints if isinstance(c, (CheckConstraint, UniqueConstraint))):
        if not checks.get((table.name, str(constraint.name))):
            where = f"constraint {constraint.name} of {table.name}"
            yield Problem(where, "is gone, or does not hold for all rows", MAKE)
