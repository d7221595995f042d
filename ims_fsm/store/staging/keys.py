"""Identities whatever the case of their letters, as Python reads capitals: a database knows those of plain letters.

Imports the staging tables; decides nothing.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Connection, LargeBinary, and_, cast, func, or_, select

from ims_fsm.store.staging.columns import AT, ODD
from ims_fsm.store.staging.loading import Load, analyse, streamed
from ims_fsm.terms.vocabulary import RemovedFor


def not_deleted() -> ColumnElement[bool]:
    """Return the condition that a record was not deleted by its supplier, who may then report the same again."""
    return or_(AT.removed_for.is_(None), AT.removed_for != str(RemovedFor.SUPPLIER_DELETED))


def note_odd(connection: Connection, recipient: str, first: int) -> int:
    """Note the records from an id on whose numbers are not in capitals already; returns how many there are."""
    lower = [_in_letters(connection, column) for column in (AT.number, AT.original_number)]
    query = select(AT.id, AT.supplier_gstin, AT.number, AT.original_number).where(
        AT.recipient_gstin == recipient, AT.id >= first, not_deleted(), or_(*lower)
    )
    noted = 0
    with Load(connection, ODD.name, [column.name for column in ODD.c]) as load:
        for part in streamed(connection, query):
            noted += len(part)
            load.add((one.supplier_gstin, one.number.upper(), one.id, _upper(one.original_number)) for one in part)
            load.rest()
    analyse(connection, ODD.name)
    return noted


def _upper(text: str | None) -> str | None:
    return None if text is None else text.upper()


def _in_letters(connection: Connection, column: Any) -> ColumnElement[bool]:
    # A database knows the capitals of plain letters; of the others Python is asked.
    bytes_of = cast(column, LargeBinary)
    wide = func.octet_length(column) if connection.dialect.name == "postgresql" else func.length(bytes_of)
    return and_(column.is_not(None), or_(column != func.upper(column), wide != func.length(column)))
