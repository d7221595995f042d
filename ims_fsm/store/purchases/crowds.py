"""Crowds: records that share a number, or an amount, with so many others that a document is compared with the nearest.

Imports the sides; decides nothing. In a crowd both sides are put in the order of what is compared, and a document meets
the records that stand next to it there: its candidates are as many as declared, however large the crowd is. Numbers
that are alike stand together in the order of their beginnings or of their ends (sorted neighbourhoods).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, Index, exists, func, insert, literal, select, union_all

from ims_fsm.law.matching import MatchDeclaration
from ims_fsm.record.register import Gone
from ims_fsm.store.connection import database_of
from ims_fsm.store.purchases.documents import EXAMPLES
from ims_fsm.store.purchases.sides import DOCUMENTS, MONEY, RECORDS, REST, free
from ims_fsm.store.staging.loading import analyse
from ims_fsm.store.tables import BYTEWISE, PAISE
from ims_fsm.store.temporary import emptied, temporary


def _numbers(*names: str, **options: Any) -> list[Column[Any]]:
    return [Column(name, PAISE, autoincrement=False, nullable=False, **options) for name in names]


# What a crowd shares: a supplier or their PAN, a kind, and a number or a step of the taxable value.
CROWD = temporary(
    "crowd",
    *(Column(name, BYTEWISE, primary_key=True) for name in ("party", "kind", "number")),
    *_numbers("step", primary_key=True),
)
# Both sides in their order: a record's place among the records, and behind how many of them a document stands.
_ORDERED = temporary("ordered", *_numbers("side", "place", "turn", "step"))
Index("ordered_by_place", _ORDERED.c.side, _ORDERED.c.place)
NEAR = temporary("near", *_numbers("document", "record", primary_key=True))
# The documents that were compared with the nearest only.
_NARROWED = temporary("narrowed", *_numbers("document", primary_key=True))
_B, _C, _N = DOCUMENTS.c, CROWD.c, _NARROWED.c
_DOCUMENT, _RECORD = 0, 1


def begin(connection: Connection, most: int) -> bool:
    """Forget the crowds of another matching; returns whether more than `most` records share a number."""
    emptied(connection, _NARROWED)
    if database_of(connection).single_writer:
        driver: Any = connection.connection.driver_connection
        driver.create_function("reverse", 1, _reversed, deterministic=True)
    number = (RECORDS.c.pan, RECORDS.c.kind, RECORDS.c.canonical)
    shared = select(literal(1)).select_from(RECORDS).group_by(*number).having(func.count() > most).limit(1)
    return connection.execute(shared).first() is not None


def _reversed(text: str) -> str:
    return text[::-1]


def lay_out(connection: Connection, rule: MatchDeclaration, most: int) -> bool:
    """Find the crowds of a rule, and the records near each document of one; returns whether there are any."""
    at = records_of(rule)
    shares = union_all(*(select(*_shared(rule, at, shift)).where(*free(at)) for shift in _shifts(rule))).subquery()
    crowds = select(*shares.c).group_by(*shares.c).having(func.count() > most)
    connection.execute(insert(emptied(connection, CROWD)).from_select([column.name for column in _C], crowds))
    if connection.execute(select(_C.kind).limit(1)).first() is None:
        return False
    analyse(connection, CROWD.name)
    narrowed = select(_B.turn).where(*free(DOCUMENTS), in_crowd(rule), ~exists().where(_N.document == _B.turn))
    connection.execute(insert(_NARROWED).from_select(["document"], narrowed))
    _order(connection, rule)
    _meet(connection, most, len(_keys(rule, DOCUMENTS)))
    return True


def records_of(rule: MatchDeclaration) -> Any:
    """Return the records that a rule compares: those that are left, laid out apart, where numbers are alike."""
    return REST if rule.number == "alike" else RECORDS


def in_crowd(rule: MatchDeclaration, side: Any = DOCUMENTS, shift: int = 0) -> ColumnElement[bool]:
    """Return the condition that what stands on a side is of a crowd."""
    return exists().where(*(of == shared for of, shared in zip(_C, _shared(rule, side, shift), strict=True)))


def _shifts(rule: MatchDeclaration) -> tuple[int, ...]:
    """Return the steps away in which a record's taxable value may be near."""
    return (-1, 0, 1) if rule.number == "alike" else (0,)


def _shared(rule: MatchDeclaration, side: Any, shift: int) -> tuple[Any, ...]:
    at = side.c
    party = at.supplier if rule.supplier == "gstin" else at.pan
    if rule.number == "alike":
        return party, at.kind, literal("").label("number"), (at.taxable // (rule.paise + 1) + shift).label("step")
    return party, at.kind, _keys(rule, side)[0].label("number"), literal(0).label("step")


def _keys(rule: MatchDeclaration, side: Any) -> list[ColumnElement[Any]]:
    """Return by what both sides are put in order, once or twice."""
    if rule.number == "alike":
        return [side.c.canonical, func.reverse(side.c.canonical)]
    return [side.c.written if rule.number == "written" else side.c.canonical]


def _order(connection: Connection, rule: MatchDeclaration) -> None:
    rows = union_all(*_rows(rule)).subquery().c
    place = func.sum(rows.side).over(order_by=[rows[name] for name in _IN_ORDER], rows=(None, 0))
    ordered = select(rows.side, place, rows.turn, rows.step)
    connection.execute(insert(emptied(connection, _ORDERED)).from_select([*_ORDERED.c.keys()], ordered))
    analyse(connection, _ORDERED.name)


_ALIKE = ("turning", "party", "kind", "number", "step", "key", "day", *MONEY)
_IN_ORDER = (*_ALIKE, "nth", "side")


def _rows(rule: MatchDeclaration) -> Iterator[Any]:
    """Give both sides of all crowds; what is the same on one side takes turns with what is on the other."""
    at = records_of(rule)
    for side, table, shifts in ((_DOCUMENT, DOCUMENTS, (0,)), (_RECORD, at, _shifts(rule))):
        for shift in shifts:
            for turning, key in enumerate(_keys(rule, table)):
                party, kind, number, step = _shared(rule, table, shift)
                values = (literal(turning), party, kind, number, step, key, table.c.day, *(table.c[n] for n in MONEY))
                alike = [value.label(name) for name, value in zip(_ALIKE, values, strict=True)]
                nth = func.row_number().over(partition_by=[key, *values[1:]], order_by=table.c.turn)
                row = select(literal(side).label("side"), table.c.turn.label("turn"), nth.label("nth"), *alike)
                yield row.where(*free(table), in_crowd(rule, table, shift))


def _meet(connection: Connection, most: int, turnings: int) -> None:
    """Have each document meet the records on either side of it, so that they are `most` in all."""
    document, record = _ORDERED.alias("of_document").c, _ORDERED.alias("of_record").c
    half = max(1, most // (2 * turnings))
    near = record.place.between(document.place - (half - 1), document.place + half)
    meeting = select(document.turn, record.turn).distinct()
    meeting = meeting.where(document.side == _DOCUMENT, record.side == _RECORD, near, record.step == document.step)
    connection.execute(insert(emptied(connection, NEAR)).from_select(["document", "record"], meeting))
    analyse(connection, NEAR.name)


def left(connection: Connection) -> Gone:
    """Return the documents that were compared with the nearest only, and are in no pair."""
    alone = _NARROWED.join(DOCUMENTS, _B.turn == _N.document)
    query = select(_B.written, _B.supplier).select_from(alone).where(*free(DOCUMENTS))
    count = connection.execute(select(func.count()).select_from(query.subquery())).scalar_one()
    rows = connection.execute(query.order_by(_B.turn).limit(EXAMPLES)).all() if count else ()
    return Gone(count=count, examples=tuple(f"{row.written} of {row.supplier}" for row in rows))
