"""The column that orders events: what it holds on each database, and how a log gets it without its writer's doing.

Imports SQLAlchemy; knows no table. On PostgreSQL `place` is the number of the transaction that wrote the row, by the
column's default. On SQLite a trigger gives every row of these logs the place after all that were there before it.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Column, Integer
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

_NUMBER = BigInteger().with_variant(Integer, "sqlite")


class OwnTransaction(FunctionElement[int]):
    """The number of the transaction that writes, as the default of a column; nothing on SQLite."""

    type = _NUMBER
    inherit_cache = True


def place_column() -> Column[int]:
    """Return the column `place`, which whoever writes a log leaves out."""
    return Column("place", _NUMBER, server_default=OwnTransaction(), nullable=True)


@compiles(OwnTransaction, "postgresql")
def _on_postgresql(_element: OwnTransaction, _compiler: Any, **_options: Any) -> str:
    # It has stood beside pg_current_xact_id() since PostgreSQL 13 and spares a detour through text for every row.
    return "txid_current()"


@compiles(OwnTransaction, "sqlite")
def _on_sqlite(_element: OwnTransaction, _compiler: Any, **_options: Any) -> str:
    return "NULL"
