"""Both sides of a matching, laid out alike: the documents of the register and the records, each with what is compared.

Imports the tables; decides nothing. The canonical number of a record is kept beside it, and made where it is lacking.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Index,
    Integer,
    and_,
    case,
    exists,
    func,
    insert,
    or_,
    select,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.schema import CreateIndex, DropIndex
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from ims_fsm.law.matching import canonical_of, written
from ims_fsm.store.connection import among
from ims_fsm.store.purchase_tables import DOCUMENT, NUMBER
from ims_fsm.store.staging.loading import Load, analyse, bytewise
from ims_fsm.store.tables import AT, BYTEWISE, PAISE, RECORD
from ims_fsm.store.temporary import emptied, temporary
from ims_fsm.terms.money import HEADS
from ims_fsm.terms.vocabulary import Kind, State

_PAGE = 20_000
MONEY = ("taxable", *HEADS)
_TEXTS = ("supplier", "pan", "kind", "written", "canonical")
_D, _N = DOCUMENT.c, NUMBER.c


def _side(name: str) -> Any:
    """Return the temporary table of a side; `turn` is its place by what it is, whatever the order of its rows."""
    return temporary(
        name,
        Column("turn", PAISE, primary_key=True, autoincrement=False),
        *(Column(column, BYTEWISE, nullable=False) for column in _TEXTS),
        *(Column(column, PAISE, nullable=False) for column in ("id", "day", *MONEY)),
    )


# A document is looked up among the records, never the other way round; those that are left are laid out once more where
# thousands may share an amount.
DOCUMENTS, RECORDS, REST = _side("side_document"), _side("side_record"), _side("side_rest")
_R, _L = RECORDS.c, REST.c
_BY_NUMBER = Index("side_record_by_number", _R.pan, _R.kind, _R.canonical)
Index("side_rest_by_taxable", _L.pan, _L.kind, _L.taxable)
# The pairs, by their places.
PAIRED = temporary(
    "paired",
    Column("document", PAISE, primary_key=True, autoincrement=False),
    Column("record", PAISE, nullable=False),
    Column("rule", BYTEWISE, nullable=False),
    Column("gives", BYTEWISE, nullable=False),
)
Index("paired_by_record", PAIRED.c.record)


def free(side: Any) -> tuple[ColumnElement[bool], ...]:
    """Return the condition that what stands on a side is in no pair."""
    if side is REST:
        return ()
    return (~exists().where((PAIRED.c.document if side is DOCUMENTS else PAIRED.c.record) == side.c.turn),)


def lay_out_rest(connection: Connection) -> None:
    """Lay out the records that are left."""
    rest = select(RECORDS).where(*free(RECORDS))
    connection.execute(insert(emptied(connection, REST)).from_select([*_L.keys()], rest))
    analyse(connection, REST.name)


class _Days(FunctionElement[int]):
    """The number of a day, so that two may be subtracted."""

    type = Integer()
    name = "days"
    inherit_cache = True


@compiles(_Days, "sqlite")
def _by_julian(element: _Days, compiler: SQLCompiler, **said: Any) -> str:
    return f"CAST(julianday({compiler.process(element.clauses, **said)}) + 0.5 AS INTEGER)"


@compiles(_Days, "postgresql")
def _by_difference(element: _Days, compiler: SQLCompiler, **said: Any) -> str:
    return f"({compiler.process(element.clauses, **said)} - DATE '2000-01-01')"


def lay_out(connection: Connection, recipient: str) -> None:
    """Fill both sides with what is to be compared."""
    _number(connection, recipient)
    whose = _D.recipient_gstin == recipient
    columns = (_D.supplier_gstin, _D.kind, _D.written, _D.canonical, _D.id, _D.document_date)
    in_order = (_D.supplier_gstin, _D.kind, _D.written, _D.document_date)
    _fill(connection, DOCUMENTS, columns, [_D[name] for name in MONEY], in_order, select().where(whose))
    same = and_(_N.recipient_gstin == AT.recipient_gstin, _N.record_id == AT.id)
    rows = select().select_from(RECORD.join(NUMBER, same)).where(AT.recipient_gstin == recipient, takes_part())
    columns = (AT.supplier_gstin, kind_of(), _N.written, _N.canonical, AT.id, AT.document_date)
    in_order = (AT.supplier_gstin, _N.written, AT.document_date, AT.id)
    _fill(connection, RECORDS, columns, [AT[name] for name in MONEY], in_order, rows)


def kind_of() -> ColumnElement[str]:
    """Return what a record is in a register: what an e-commerce operator reports is an invoice to its buyer."""
    return case((AT.kind == str(Kind.ECO_DOCUMENT), str(Kind.INVOICE)), else_=AT.kind)


def takes_part() -> ColumnElement[bool]:
    """Return the condition that a record is compared: it is the newest version of its chain that is not removed."""
    later = RECORD.alias("later")
    amends = (
        later.c.original_date.is_not(None),
        later.c.recipient_gstin == AT.recipient_gstin,
        later.c.chain_id == AT.chain_id,
        # A bare id would be looked for along the key, through every record of the recipient.
        later.c.id + 0 > AT.id,
        later.c.state != str(State.REMOVED),
    )
    return and_(AT.state != str(State.REMOVED), ~exists().where(*amends))


def _fill(connection: Connection, side: Any, columns: Any, money: Any, in_order: Any, rows: Any) -> None:
    emptied(connection, side)
    # A tree that is made of all rows at once takes a fraction of the time.
    if side is RECORDS:
        connection.execute(DropIndex(_BY_NUMBER, if_exists=True))
    supplier, kind, as_written, bare, number, day = columns
    names = ["turn", *_TEXTS, "id", "day", *MONEY]
    turn = func.row_number().over(order_by=[bytewise(connection, column) for column in in_order])
    values = (turn, supplier, func.substr(supplier, 3, 10), kind, as_written, bare, number, _Days(day), *money)
    connection.execute(insert(side).from_select(names, rows.add_columns(*values)))
    if side is RECORDS:
        connection.execute(CreateIndex(_BY_NUMBER))
    analyse(connection, side.name)


def _number(connection: Connection, recipient: str) -> None:
    """Make the number as it is compared for each record that has none, or one of another number than it has now."""
    same = and_(_N.recipient_gstin == AT.recipient_gstin, _N.record_id == AT.id)
    lacking = or_(_N.record_id.is_(None), _N.number != AT.number, _N.fy != AT.fy)
    query = select(AT.id, AT.number, AT.fy, _N.record_id).select_from(RECORD.outerjoin(NUMBER, same))
    query = query.where(AT.recipient_gstin == recipient, lacking).order_by(AT.id).limit(_PAGE)
    last = 0
    while rows := connection.execute(query.where(AT.id > last)).all():
        last = rows[-1].id
        if stale := [row.id for row in rows if row.record_id is not None]:
            connection.execute(NUMBER.delete().where(_N.recipient_gstin == recipient, _N.record_id.in_(stale)))
        with Load(connection, NUMBER.name, [column.name for column in _N]) as load:
            numbers = ((row, written(row.number)) for row in rows)
            load.add((recipient, row.id, row.number, row.fy, text, canonical_of(text, row.fy)) for row, text in numbers)


def turns(connection: Connection, side: Any, ids: Collection[int]) -> dict[int, int]:
    """Return the place of documents or records by their id; ids that are not laid out are left out."""
    rows = connection.execute(select(side.c.id, side.c.turn).where(among(side.c.id, ids))) if ids else ()
    return {row[0]: row[1] for row in rows}
