"""Statements that are built once for each shape of what they are about, and are given their values when they run.

Imports SQLAlchemy alone. Putting a statement together takes ten times as long as running it on a hundred records, and
its text is the same for every recipient. Who builds one sees its shape and no value: a value stands in it by its name,
so that none can stay in it from the time before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any, ParamSpec, Protocol, TypeVar

from sqlalchemy import (
    BigInteger,
    BindParameter,
    ColumnElement,
    Connection,
    CursorResult,
    Executable,
    String,
    bindparam,
    literal_column,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler

P = ParamSpec("P")
T = TypeVar("T")
W = TypeVar("W", bound=Executable)
# A name of its own, so that a value is never taken for that of a column which is written.
_GIVEN = "given_"
# A law, a trigger and what comes with it make a shape: of each statement some ten are used, and a filter is one more.
_SHAPES = 64


def built(build: Callable[P, T]) -> Callable[P, T]:
    """Remember what a function of hashable shapes builds, the last of them used."""
    remembered: Any = lru_cache(maxsize=_SHAPES)(build)
    return remembered  # type: ignore[no-any-return]  # lru_cache forgets the parameters' types


def given(name: str, kind: Any) -> BindParameter[Any]:
    """Return the place of a value in a statement, by its name and SQL type."""
    return bindparam(_GIVEN + name, type_=kind)


def word(of: str) -> ColumnElement[str]:
    """Return a word of the law as it stands in the text of a statement; an index over some words can serve it there."""
    return literal_column("'" + of.replace("'", "''") + "'", String)


def number(of: int) -> ColumnElement[int]:
    """Return a whole number of the law as it stands in the text of a statement."""
    return literal_column(str(of), BigInteger)


def words(of: Iterable[str]) -> list[ColumnElement[str]]:
    """Return several, in order; a list in one place would be written into the text anew at each run."""
    return list(map(word, sorted(of)))


def places(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return values by the places that `given` made for them."""
    return {_GIVEN + name: value for name, value in values.items()}


def counting(rows: W) -> W:
    """Return an INSERT … SELECT that tells how many rows it wrote; PostgreSQL's driver does so only when asked."""
    return rows.execution_options(preserve_rowcount=True)


class About(Protocol):
    """What a statement is about: it has the values that are known of it, by name."""

    @property
    def values(self) -> Mapping[str, Any]:
        """The values, by the name of their place."""
        ...


def run(connection: Connection, statement: Executable, about: About | None, **further: Any) -> CursorResult[Any]:
    """Run a statement with the values of what it is about, where that has any, and further ones by name.

    Raises SQLAlchemy's `StatementError` for a place that is given no value.
    """
    return connection.execute(statement, places({**about.values, **further} if about else further))


class Written(BindParameter[int]):
    """A number that SQLAlchemy takes as a value only, written into the text."""

    inherit_cache = True


@compiles(Written)
def _written(element: Written, _compiler: SQLCompiler, **_said: Any) -> str:
    return str(element.value)
