"""What stands beside what follows: the statement that finds the rows in which they differ, and the findings.

Imports SQLAlchemy and the errors; knows no table.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, FromClause, Select, literal, or_, select

from ims_fsm.errors import Problem
from ims_fsm.store.log import RESTORE, asked, of_recipient
from ims_fsm.store.sql.prepared import built

#: By the name of a column what stands in it, beside what follows for it.
Pairs = Mapping[str, tuple[ColumnElement[Any], ColumnElement[Any]]]


def differing(subject: Sequence[ColumnElement[Any] | str], pairs: Pairs, rows: FromClause) -> Select[Any]:
    """Return what selects the rows in which what stands is not what follows; a subject begins with the recipient."""
    key = [literal(part) if isinstance(part, str) else part for part in subject]
    columns = [
        part.label(f"{kind}{name}") for name, pair in pairs.items() for kind, part in zip(_KINDS, pair, strict=True)
    ]
    differ = or_(*(stands.is_distinct_from(follows) for stands, follows in pairs.values()))
    labelled = [part.label(f"key_{number}") for number, part in enumerate(key)]
    return select(*labelled, *columns).select_from(rows).where(differ)


_KINDS = ("is_", "be_")


def findings(
    connection: Connection, query: Select[Any], recipient: ColumnElement[str], gstin: str | None, why: str, most: int
) -> Iterator[Problem]:
    """Give what a query of `differing` finds, column by column; `why` says what makes it what it should be."""
    narrowed = _narrowed(query, recipient, most, narrow=gstin is not None)
    for row in asked(connection, narrowed, gstin).mappings():
        where = " ".join(str(value) for name, value in row.items() if name.startswith("key_"))
        for name in [name.removeprefix("is_") for name in row if name.startswith("is_")]:
            yield from unlike(where, name, row[f"is_{name}"], row[f"be_{name}"], why)


@built
def _narrowed(query: Select[Any], recipient: ColumnElement[str], most: int, *, narrow: bool) -> Select[Any]:
    return of_recipient(query, recipient, narrow=narrow).limit(most)


def unlike(where: str, name: str, stands: object, follows: object, why: str) -> Iterator[Problem]:
    """Give a finding where what stands under a name is not what follows for it."""
    if stands != follows:
        yield Problem(where, f"has {_told(stands)} as {name}, and {why} {_told(follows)}", RESTORE)


def _told(value: object) -> str:
    return "nothing" if value is None else str(value)
