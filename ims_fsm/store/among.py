"""One condition that a column has one of very many values, handed over as a single parameter.

Imports SQLAlchemy alone; a list of parameters would end where each database's own limit is, and each costs.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Any

from sqlalchemy import BigInteger, Boolean, ColumnElement, Dialect, Integer, String, bindparam
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator, TypeEngine

from ims_fsm.store.dialect import database_of


def among(column: ColumnElement[Any], values: Collection[str] | Collection[int]) -> ColumnElement[bool]:
    """Return the condition that a column of text or whole numbers has one of the values."""
    kind = _Numbers() if isinstance(column.type, Integer) else _Texts()
    return _Among(column, bindparam(None, list(values), type_=kind, unique=True))


class _Among(FunctionElement[bool]):
    """A column beside the list of values that it may have."""

    type = Boolean()
    name = "among"
    inherit_cache = True

    def self_group(self, against: Any = None) -> _Among:
        """Return the condition as it is: "= 1" behind it, as behind other functions, would keep it from an index."""
        del against
        return self


class _Listed(TypeDecorator[list[Any]]):
    """A list as an array where the database has arrays, as JSON elsewhere."""

    impl = String
    cache_ok = True
    of: type[TypeEngine[Any]] = String

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Return the type that the database knows."""
        return dialect.type_descriptor(ARRAY(self.of) if database_of(dialect).name == "postgresql" else String())

    def process_bind_param(self, value: list[Any] | None, dialect: Dialect) -> Any:
        """Return the list as the database takes it."""
        return value if database_of(dialect).name == "postgresql" else json.dumps(value)


class _Texts(_Listed):
    cache_ok = True


class _Numbers(_Listed):
    cache_ok = True
    of = BigInteger


@compiles(_Among, "postgresql")
def _any(element: _Among, compiler: SQLCompiler, **said: Any) -> str:
    column, values = (compiler.process(clause, **said) for clause in element.clauses)
    return f"{column} = ANY ({values})"


@compiles(_Among, "sqlite")
def _each(element: _Among, compiler: SQLCompiler, **said: Any) -> str:
    column, values = (compiler.process(clause, **said) for clause in element.clauses)
    return f"{column} IN (SELECT value FROM json_each({values}))"  # noqa: S608 -- a column and a parameter
