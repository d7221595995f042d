"""What the log says beside a step, read by the database: a value of its JSON as text.

Imports SQLAlchemy alone. Both databases are asked in their own words.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Connection, String, case, func, literal, text
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

# PostgreSQL can tell whether a text is JSON from here on.
_TELLS = (16,)


def said(detail: ColumnElement[Any], *path: str) -> ColumnElement[Any]:
    """Return what stands at a path of names in a detail, as text; nothing where it says nothing of it.

    Whether something is so is `true` or `false` on PostgreSQL, and `1` or `0` on SQLite.
    """
    return _Said(detail, literal(".".join(path), literal_execute=True))


class _Said(FunctionElement[str]):
    type = String()
    name = "said"
    inherit_cache = True


@compiles(_Said, "sqlite")
def _on_sqlite(element: _Said, compiler: SQLCompiler, **given: Any) -> str:
    detail, path = element.clauses
    value = f"json_extract({compiler.process(detail, **given)}, '$.' || {compiler.process(path, **given)})"
    # Uncast a number or a truth is no text, and equal to none.
    return f"CAST({value} AS TEXT)"


@compiles(_Said, "postgresql")
def _on_postgresql(element: _Said, compiler: SQLCompiler, **given: Any) -> str:
    detail, path = element.clauses
    names = f"string_to_array({compiler.process(path, **given)}, '.')"
    return f"(({compiler.process(detail, **given)})::json #>> {names})"


def is_unreadable(connection: Connection, detail: ColumnElement[Any]) -> ColumnElement[bool]:
    """Return the condition that a detail is not JSON; on a PostgreSQL that cannot tell, that it does not look so."""
    if connection.dialect.name == "sqlite":
        return func.json_valid(detail) == 0
    if (connection.dialect.server_version_info or ()) >= _TELLS:
        return detail.op("IS NOT JSON")(text(""))
    return case((detail == "null", literal(value=False)), else_=detail.not_like("{%}"))
