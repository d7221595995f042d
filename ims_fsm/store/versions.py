"""Records by what their suppliers reported: a document's identity, its version chain, a form.

Imports the tables and the records; decides nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select

from ims_fsm.record.record import Record
from ims_fsm.store.connection import among
from ims_fsm.store.records import PAGE, batches, paged, pages, read
from ims_fsm.store.tables import RecordRow, core
from ims_fsm.terms.document import Document
from ims_fsm.terms.period import TaxPeriod
from ims_fsm.terms.vocabulary import Form, RemovedFor, State, SupplierStatus

_table = core(RecordRow)
_at = _table.c
_first = _table.alias("first").c


def numbered(connection: Connection, recipient: str, numbers: Collection[str]) -> Iterator[Record]:
    """Give a recipient's records whose documents have one of these numbers (in capitals), however many they are."""
    named = among(func.upper(_at.number), sorted(numbers))
    return paged(connection, select(_table).where(_at.recipient_gstin == recipient, named).order_by(_at.id))


def of_identity(connection: Connection, document: Document, fy: str, form: Form, period: TaxPeriod) -> Record | None:
    """Return the record under which the supplier has already reported this document, or None.

    An original is one in its financial year; an amendment is one in its form and return period too.
    """
    conditions = [
        _at.supplier_gstin == document.supplier,
        _at.kind == str(document.kind),
        func.upper(_at.number) == document.number.upper(),
        _at.fy == fy,
        _at.state != str(State.REMOVED),
        _at.original_number.is_(None) if document.amends is None else _at.original_number.is_not(None),
    ]
    if document.amends is not None:
        conditions += [_at.form == str(form), _at.return_period == str(period)]
    return next(_few(connection, document.recipient, conditions), None)


def related(
    connection: Connection, document: Document, numbers: Collection[str], *conditions: ColumnElement[bool]
) -> Iterator[Record]:
    """Give what its supplier reported of a document's kind that has or amends one of some numbers (in capitals)."""
    named = or_(*(among(func.upper(number), sorted(numbers)) for number in (_at.number, _at.original_number)))
    whose = (_at.supplier_gstin == document.supplier, _at.kind == str(document.kind))
    return _few(connection, document.recipient, [*whose, named, *conditions])


def chains(connection: Connection, recipient: str, chain_ids: Iterable[int]) -> dict[int, list[Record]]:
    """Return the members of each chain, oldest first."""
    members: dict[int, list[Record]] = defaultdict(list)
    for batch in batches(set(chain_ids)):
        for record in sorted(_few(connection, recipient, [_at.chain_id.in_(batch)]), key=lambda r: r.age):
            members[record.chain_id].append(record)
    return members


def with_several(connection: Connection, recipient: str, chain_ids: Iterable[int]) -> Iterator[int]:
    """Give those of these chains that have more than one member."""
    for batch in batches(set(chain_ids)):
        query = select(_at.chain_id).where(_at.recipient_gstin == recipient, _at.chain_id.in_(batch))
        yield from connection.execute(query.group_by(_at.chain_id).having(func.count() > 1)).scalars()


def perhaps_left_out(connection: Connection, recipient: str, period: TaxPeriod) -> Iterator[list[Record]]:
    """Give in pages what GSTR-2B of a period considers (filed by its cut-off, not yet decided: FAQ 15) and may hide.

    It shows what is not pending and whose chain has no amendment (FAQ 13, 14). What section 16(4) removed is there too.
    """
    amending = _table.alias("amending").c
    chains = select(amending.chain_id).where(amending.recipient_gstin == recipient, amending.original_date.is_not(None))
    return pages(connection, recipient, [
        _at.supplier_status == str(SupplierStatus.FILED),
        _at.two_b_period <= str(period),
        _at.settled_in.is_(None),
        or_(
            _at.removed_for == str(RemovedFor.SEC_16_4),
            and_(_at.state != str(State.REMOVED), or_(_at.state == str(State.PENDING), _at.chain_id.in_(chains))),
        ),
    ], PAGE)  # fmt: skip


def saved_in_form(connection: Connection, supplier: str, form: Form, period: TaxPeriod) -> list[Record]:
    """Return what a supplier has saved, and not filed, in a form and return period, whoever receives it."""
    query = select(_table).where(
        _at.supplier_gstin == supplier,
        _at.form == str(form),
        _at.return_period == str(period),
        _at.supplier_status == str(SupplierStatus.SAVED),
        _at.state != str(State.REMOVED),
    )
    return list(read(connection, query.order_by(_at.recipient_gstin, _at.id)))


def of_supplier(
    connection: Connection,
    supplier: str,
    period: TaxPeriod | None = None,
    form: Form | None = None,
    after: int | None = None,
) -> Iterator[Record]:
    """Give what a supplier has reported, for one return period and form or for all, whoever receives it (FAQ 18).

    `after` is the id of the last one that was given before. No more than a page of it is held.
    """
    query = select(_table).where(_at.supplier_gstin == supplier)
    if period is not None:
        query = query.where(_at.return_period == str(period))
    if form is not None:
        query = query.where(_at.form == str(form))
    if after is not None:
        last = _table.alias("last").c
        whose = select(last.recipient_gstin).where(last.id == after, last.supplier_gstin == supplier).scalar_subquery()
        query = query.where(or_(_at.recipient_gstin > whose, and_(_at.recipient_gstin == whose, _at.id > after)))
    return paged(connection, query.order_by(_at.recipient_gstin, _at.id))


def _few(connection: Connection, recipient: str, conditions: Sequence[ColumnElement[bool]]) -> Iterator[Record]:
    """Give a recipient's few records that meet the conditions, by id, as an index of those conditions finds them.

    SQLite would otherwise read all that they have, to have them in the order of the key.
    """
    meant = select(_table).where(_at.recipient_gstin == recipient, *conditions)
    return read(connection, meant.order_by(_at.id + 0))


def awaits_an_original() -> tuple[ColumnElement[bool], ...]:
    """Return the conditions of an undecided amendment whose chain such a one begins, as what it amends is not here.

    One that its supplier has deleted is among them, and begins a chain of such: it may be shown again.
    """
    begun = select(_first.id).where(
        _first.recipient_gstin == _at.recipient_gstin,
        _first.id == _at.chain_id,
        # By its date PostgreSQL may read all amendments for each of them, where it takes them for few.
        _first.original_number.is_not(None),
        _first.stated_original.is_(None),
        _first.settled_in.is_(None),
        or_(_first.state != str(State.REMOVED), ~not_deleted(_first)),
    )
    return (_at.original_date.is_not(None), _at.settled_in.is_(None), begun.exists())


def not_deleted(at: Any = _at) -> ColumnElement[bool]:
    """Return the condition that a record was not deleted by its supplier, who may then report the same again."""
    return or_(at.removed_for.is_(None), at.removed_for != str(RemovedFor.SUPPLIER_DELETED))
