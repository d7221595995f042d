"""One condition that a column has one of very many values, handed over as a single parameter.

Imports SQLAlchemy alone; a list of parameters would end where each database's own limit is.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Integer, String, any_, func, literal, select
from sqlalchemy.dialects.postgresql import ARRAY


def among(column: ColumnElement[Any], values: Sequence[str] | Sequence[int], dialect: str) -> ColumnElement[bool]:
    """Return the condition that a column of text or whole numbers has one of the values."""
    if dialect == "postgresql":
        kind: Any = BigInteger if isinstance(column.type, Integer) else String
        return column == any_(literal(list(values), ARRAY(kind)))
    listed = func.json_each(json.dumps(list(values))).table_valued("value")
    return column.in_(select(listed.c.value))
