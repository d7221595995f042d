"""What every part of an audit shares: the remedy of a fault, and whose rows are read.

Imports SQLAlchemy; runs no statement.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select

RESTORE = "restore the database from a copy made before the change"
ROWS_AT_ONCE = 5_000


def of_recipient(query: Select[Any], recipient: ColumnElement[str], gstin: str | None) -> Select[Any]:
    """Narrow a query to one recipient's rows; None leaves it as it is."""
    return query if gstin is None else query.where(recipient == gstin)
