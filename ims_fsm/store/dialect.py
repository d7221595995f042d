"""What SQLite and PostgreSQL do differently: one object for each, asked by everything in the store.

Imports SQLAlchemy; knows no table but by its name.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, Dialect, Engine, Function, String, bindparam, func, select, text
from sqlalchemy.dialects import postgresql, sqlite

__all__ = ["Database", "database_of", "lock_on"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Database:
    """One of the two kinds of database."""

    name: Literal["sqlite", "postgresql"]
    #: Makes an INSERT that can say what happens to a row whose key is there already.
    insert: Callable[..., Any]
    #: The execution options of a connection that only reads, and sees one moment.
    read_only: Mapping[str, Any] = field(repr=False)
    #: What asks for the plan of a statement.
    explain: str
    #: Whether one transaction at a time writes, so that nothing must be held and what is written is in order.
    single_writer: bool

    def hold(self, connection: Connection, gstins: Collection[str]) -> None:
        """Hold these taxpayers' records for the rest of the transaction, in a fixed order."""
        if gstins and not self.single_writer:
            connection.execute(_HOLD, {"gstins": sorted(set(gstins))})

    def analyse(self, connection: Connection, *tables: str) -> None:
        """Count the rows of temporary tables for the planner: on PostgreSQL nobody else does."""
        if self.name == "postgresql":
            for table in tables:
                connection.execute(text(f"ANALYZE {table}"))


def database_of(at: Connection | Engine | Dialect) -> Database:
    """Return which kind of database a connection, an engine or a dialect of SQLAlchemy belongs to."""
    return _DATABASES[at.name if isinstance(at, Dialect) else at.dialect.name]


def lock_on(gstin: ColumnElement[str]) -> Function[None]:
    """Return PostgreSQL's lock on a taxpayer's records, which `Database.hold` takes, as an expression."""
    # Another schema of the same database is another store.
    return func.pg_advisory_xact_lock(func.hashtextextended(func.concat(func.current_schema(), ".", gstin), 0))


# An inner statement with an order is carried out as it stands, and so are the locks taken in that order.
_NAMED = func.unnest(bindparam("gstins", type_=postgresql.ARRAY(String))).column_valued("gstin")
_IN_ORDER = select(_NAMED.label("gstin")).order_by(_NAMED).subquery("in_order")
_HOLD = select(lock_on(_IN_ORDER.c.gstin)).select_from(_IN_ORDER)
_DATABASES: Mapping[str, Database] = {
    "sqlite": Database(
        name="sqlite",
        insert=sqlite.insert,
        read_only={"ims_fsm_read_only": True},
        explain="EXPLAIN QUERY PLAN ",
        single_writer=True,
    ),
    "postgresql": Database(
        name="postgresql",
        insert=postgresql.insert,
        read_only={"isolation_level": "REPEATABLE READ", "postgresql_readonly": True},
        explain="EXPLAIN (COSTS OFF) ",
        single_writer=False,
    ),
}
