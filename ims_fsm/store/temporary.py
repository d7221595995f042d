"""The temporary tables in which a transaction lays out what it has read of a set, before it writes.

Imports SQLAlchemy alone; each transaction finds them empty.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Delete,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    TextClause,
    delete,
    text,
)
from sqlalchemy.schema import CreateIndex, CreateTable
from sqlalchemy.sql.ddl import ExecutableDDLElement

BIG = BigInteger().with_variant(Integer, "sqlite")
METADATA = MetaData()


def temporary(name: str, *columns: Column[Any] | Index, metadata: MetaData = METADATA, **options: Any) -> Table:
    """Return a temporary table, which every transaction finds empty."""
    return Table(name, metadata, *columns, prefixes=["TEMPORARY"], postgresql_on_commit="DELETE ROWS", **options)


def of_records(name: str, *columns: Column[Any]) -> Table:
    """Return a temporary table with one row for each record of a set, which lies in the order of its key."""
    recipient = Column("recipient_gstin", String(15), primary_key=True)
    record_id = Column("record_id", BIG, primary_key=True, autoincrement=False)
    return temporary(name, recipient, record_id, *columns, sqlite_with_rowid=False)


def emptied(connection: Connection, table: Table) -> Table:
    """Return the table, made with its indexes where this connection does not have it yet, and empty."""
    statements = _EMPTYING.get((table, connection.dialect.name))
    if statements is None:
        # SQLAlchemy remembers no compiled CREATE.
        made: list[ExecutableDDLElement] = [
            CreateTable(table, if_not_exists=True),
            *(CreateIndex(of, if_not_exists=True) for of in table.indexes),
        ]
        creation = [text(str(part.compile(dialect=connection.dialect))) for part in made]
        statements = _EMPTYING[table, connection.dialect.name] = (*creation, delete(table))
    for statement in statements:
        connection.execute(statement)
    return table


_EMPTYING: dict[tuple[Table, str], tuple[TextClause | Delete, ...]] = {}
