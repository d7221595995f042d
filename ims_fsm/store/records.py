"""Reads and writes records: found by id, identity, chain or filter; written with the version their guards read.

Imports the tables and the record; decides nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, TypeVar

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    Update,
    and_,
    bindparam,
    exists,
    func,
    insert,
    or_,
    select,
    update,
)

from ims_fsm.record.record import Record
from ims_fsm.record.taxpayer import Taxpayer
from ims_fsm.record.where import Where
from ims_fsm.store import taxpayers
from ims_fsm.store.connection import ConflictError, among, database_of, lock_on
from ims_fsm.store.rows import changed_columns, from_row, to_row
from ims_fsm.store.tables import RecordRow, TwoBRow, core
from ims_fsm.terms.document import Document, OriginalReference
from ims_fsm.terms.period import TaxPeriod
from ims_fsm.terms.vocabulary import Form, RemovedFor, Route, State, SupplierStatus, TwoBState

IDS_AT_ONCE = 500
PAGE = 1_000
Key = TypeVar("Key", int, str)
_table = core(RecordRow)
_at = _table.c
_two_b = core(TwoBRow).c
# Putting a statement together costs more than running it, so those of the single record are put together once.
_BY_ID = select(_table).where(_at.id == bindparam("record_id"))
_DRAFTED = exists().where(_two_b.recipient_gstin == _at.recipient_gstin, _two_b.state == str(TwoBState.DRAFT))
_WITH_RECIPIENT = (
    select(_table, *taxpayers.BESIDE, _DRAFTED.label("drafted"))
    .outerjoin(taxpayers.TABLE, taxpayers.TABLE.c.gstin == _at.recipient_gstin)
    .where(_at.id == bindparam("record_id"))
)
_BY_KEY = _BY_ID.where(_at.recipient_gstin == bindparam("recipient"))
_HOLD = select(lock_on(_at.recipient_gstin)).where(_at.id == bindparam("record_id"))


@dataclass(frozen=True, slots=True)
class Found:
    """A record, its recipient where registered, and whether one of their GSTR-2Bs stands in draft."""

    record: Record
    recipient: Taxpayer | None
    drafted: bool


def conditions(where: Where) -> list[ColumnElement[bool]]:
    """Return the conditions on the record's columns that a filter means."""
    equal: dict[str, object] = {
        "supplier_gstin": where.supplier,
        "number": where.number,
        "return_period": where.return_period,
        "two_b_period": where.two_b_period,
        "supplier_status": where.supplier_status,
    }
    meant = [_at[name] == str(value) for name, value in equal.items() if value is not None]
    if where.states:
        meant.append(_at.state.in_([str(state) for state in where.states]))
    if where.kinds:
        meant.append(_at.kind.in_([str(kind) for kind in where.kinds]))
    if where.in_ims is not None:
        meant.append((_at.route == str(Route.IMS)) == where.in_ims)
    return meant


def hold(connection: Connection, record_id: int) -> None:
    """Hold the records of a record's recipient for the rest of the transaction, as `connection.serialise` does.

    It must come before the record is read: what was read while waiting would be old.
    """
    if not database_of(connection).single_writer:
        connection.execute(_HOLD, {"record_id": record_id})


def find(connection: Connection, record_id: int, recipient: str | None = None) -> Record | None:
    """Return the record with this id, or None; with a recipient, only if it is theirs."""
    if recipient is None:
        return next(_read(connection, _BY_ID, {"record_id": record_id}), None)
    return next(_read(connection, _BY_KEY, {"record_id": record_id, "recipient": recipient}), None)


def find_with_recipient(connection: Connection, record_id: int) -> Found | None:
    """Return the record with this id and its recipient; None where there is no such record."""
    row = connection.execute(_WITH_RECIPIENT, {"record_id": record_id}).mappings().first()
    return None if row is None else Found(from_row(row), taxpayers.beside(row), bool(row["drafted"]))


def find_many(connection: Connection, recipient: str, ids: Iterable[int]) -> dict[int, Record]:
    """Return a recipient's records by id; ids that they do not have are left out."""
    return {r.id: r for batch in _batches(ids) for r in matching(connection, recipient, [_at.id.in_(batch)])}


def search(connection: Connection, recipient: str, where: Where) -> Iterator[Record]:
    """Give a recipient's records that are meant, by id; no more than a page of them is held."""
    meant = select(_table).where(_at.recipient_gstin == recipient, *conditions(where))
    return _paged(connection, meant.order_by(_at.id))


def _few(connection: Connection, recipient: str, conditions: Sequence[ColumnElement[bool]]) -> Iterator[Record]:
    """Give a recipient's few records that meet the conditions, by id, as an index of those conditions finds them.

    SQLite would otherwise read all that they have, to have them in the order of the key.
    """
    meant = select(_table).where(_at.recipient_gstin == recipient, *conditions)
    return _read(connection, meant.order_by(_at.id + 0))


def matching(connection: Connection, recipient: str, conditions: Sequence[ColumnElement[bool]]) -> Iterator[Record]:
    """Give a recipient's records that meet the conditions, by id."""
    return _read(connection, select(_table).where(_at.recipient_gstin == recipient, *conditions).order_by(_at.id))


def pages(
    connection: Connection, recipient: str, conditions: Sequence[ColumnElement[bool]], size: int
) -> Iterator[list[Record]]:
    """Give a recipient's records that meet the conditions, by id, so many at a time; a page may be written to."""
    after = 0
    while True:
        query = select(_table).where(_at.recipient_gstin == recipient, _at.id > after, *conditions)
        page = list(_read(connection, query.order_by(_at.id).limit(size)))
        if page:
            yield page
        if len(page) < size:
            return
        after = page[-1].id


def numbered(connection: Connection, recipient: str, numbers: Collection[str]) -> Iterator[Record]:
    """Give a recipient's records whose documents have one of these numbers (in capitals), however many they are."""
    named = among(func.upper(_at.number), sorted(numbers))
    return _paged(connection, select(_table).where(_at.recipient_gstin == recipient, named).order_by(_at.id))


def ids_among(connection: Connection, recipient: str, ids: Iterable[int]) -> set[int]:
    """Return those of the ids that are a recipient's records."""
    query = select(_at.id).where(_at.recipient_gstin == recipient, among(_at.id, list(ids)))
    return set(connection.execute(query).scalars())


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


def newest_of_chain(connection: Connection, document: Document, original: OriginalReference, fy: str) -> Record | None:
    """Return the newest version of the chain whose document an amendment names, or None where it is not here.

    Where the document itself is not here, another amendment that names it leads to the chain.
    """
    number = original.number.upper()
    document_itself = and_(func.upper(_at.number) == number, _at.fy == fy)
    amends_it_too = and_(func.upper(_at.original_number) == number, _at.original_date == original.date)
    named = [
        _at.supplier_gstin == document.supplier,
        _at.kind == str(document.kind),
        or_(document_itself, amends_it_too),
        _not_deleted(),
    ]
    versions = _few(connection, document.recipient, named)
    member = min(versions, key=lambda r: (r.document.number.upper(), r.fy) != (number, fy), default=None)
    if member is None:
        return None
    members = chains(connection, document.recipient, [member.chain_id])[member.chain_id]
    return [version for version in members if version.removed_for is not RemovedFor.SUPPLIER_DELETED][-1]


def without_original(connection: Connection, recipient: str, suppliers: Iterable[str]) -> Iterator[Record]:
    """Give the undecided amendments of these suppliers that begin a chain, because what they amend is not here."""
    for batch in _batches(set(suppliers)):
        yield from _few(connection, recipient, [
            _at.supplier_gstin.in_(batch),
            _at.original_number.is_not(None),
            _at.chain_id == _at.id,
            _at.stated_original.is_(None),
            _at.settled_in.is_(None),
            _at.state != str(State.REMOVED),
        ])  # fmt: skip


def chains(connection: Connection, recipient: str, chain_ids: Iterable[int]) -> dict[int, list[Record]]:
    """Return the members of each chain, oldest first."""
    members: dict[int, list[Record]] = defaultdict(list)
    for batch in _batches(set(chain_ids)):
        for record in sorted(_few(connection, recipient, [_at.chain_id.in_(batch)]), key=lambda r: r.age):
            members[record.chain_id].append(record)
    return members


def perhaps_left_out(connection: Connection, recipient: str, period: TaxPeriod) -> Iterator[list[Record]]:
    """Give in pages what GSTR-2B of a period considers (filed by its cut-off, not yet decided: FAQ 15) and may hide.

    It shows what is not pending and whose chain has no amendment (FAQ 13, 14).
    """
    amending = _table.alias("amending").c
    chains = select(amending.chain_id).where(amending.recipient_gstin == recipient, amending.original_date.is_not(None))
    return pages(connection, recipient, [
        _at.supplier_status == str(SupplierStatus.FILED),
        _at.two_b_period <= str(period),
        _at.settled_in.is_(None),
        _at.state != str(State.REMOVED),
        or_(_at.state == str(State.PENDING), _at.chain_id.in_(chains)),
    ], PAGE)  # fmt: skip


def undecided(connection: Connection, recipient: str) -> int:
    """Return how many of a recipient's records are filed and not decided yet."""
    waiting = (_at.settled_in.is_(None), _at.two_b_period.is_not(None), _at.state != str(State.REMOVED))
    query = select(func.count()).select_from(_table).where(_at.recipient_gstin == recipient, *waiting)
    return int(connection.execute(query).scalar_one())


def pending(connection: Connection, recipient: str) -> Iterator[Record]:
    """Give a recipient's pending records."""
    return matching(connection, recipient, [_at.state == str(State.PENDING)])


def with_pending(connection: Connection, recipients: Sequence[str]) -> list[str]:
    """Return those of the recipients who have pending records, in order."""
    if not recipients:
        return []
    query = select(_at.recipient_gstin).where(_at.state == str(State.PENDING))
    if len(recipients) == 1:
        # Of one no more is read than up to their first pending record.
        query = query.where(_at.recipient_gstin == recipients[0]).limit(1)
    else:
        query = query.where(among(_at.recipient_gstin, recipients)).distinct().order_by(_at.recipient_gstin)
    return list(connection.execute(query).scalars())


def cut_off(connection: Connection, recipient: str, fy: str, moment: datetime) -> int:
    """End by now the time limit of a recipient's undecided records of a financial year, where it would end later.

    Returns how many they are.
    """
    undecided = (_at.settled_in.is_(None), _at.state != str(State.REMOVED))
    meant = update(_table).where(_at.recipient_gstin == recipient, _at.fy == fy, _at.cutoff_at > moment, *undecided)
    return connection.execute(meant.values(cutoff_at=moment, version=_at.version + 1)).rowcount


def saved_in_form(connection: Connection, supplier: str, form: Form, period: TaxPeriod) -> list[Record]:
    """Return what a supplier has saved, and not filed, in a form and return period, whoever receives it."""
    query = select(_table).where(
        _at.supplier_gstin == supplier,
        _at.form == str(form),
        _at.return_period == str(period),
        _at.supplier_status == str(SupplierStatus.SAVED),
        _at.state != str(State.REMOVED),
    )
    return list(_read(connection, query.order_by(_at.recipient_gstin, _at.id)))


def of_supplier(connection: Connection, supplier: str, period: TaxPeriod | None) -> Iterator[Record]:
    """Give what a supplier has reported, for one return period or for all, whoever receives it (FAQ 18).

    No more than a page of it is held.
    """
    query = select(_table).where(_at.supplier_gstin == supplier)
    if period is not None:
        query = query.where(_at.return_period == str(period))
    return _paged(connection, query.order_by(_at.recipient_gstin, _at.id))


def recipients(connection: Connection) -> list[str]:
    """Return the GSTINs of the registered taxpayers who have a record, in order."""
    gstin = taxpayers.TABLE.c.gstin
    has_one = select(_at.id).where(_at.recipient_gstin == gstin).exists()
    return list(connection.execute(select(gstin).where(has_one).order_by(gstin)).scalars())


def insert_all(connection: Connection, records: Sequence[Record]) -> None:
    """Write new records."""
    if records:
        connection.execute(insert(_table), [to_row(record) for record in records])


def update_all(connection: Connection, changes: Sequence[tuple[Record, Record]]) -> None:
    """Write changed records, each given as it was read and as it shall be; the version goes up by one.

    Raises `ConflictError` where a record is no longer in the version that was read.
    """
    groups: Mapping[tuple[str, ...], list[dict[str, Any]]] = defaultdict(list)
    for before, after in changes:
        moved = {**changed_columns(before, after), "version": before.version + 1}
        key = {"key_recipient": before.recipient, "key_id": before.id, "key_version": before.version}
        groups[tuple(sorted(moved))].append({**moved, **key})
    for names, rows in groups.items():
        done = connection.execute(_compare_and_swap(names), rows)
        if done.rowcount != len(rows):
            raise ConflictError(f"{len(rows) - done.rowcount} of {len(rows)} records")


@lru_cache(maxsize=128)
def _compare_and_swap(names: tuple[str, ...]) -> Update:
    """Return the statement that writes these columns of a record which is still in the version that was read."""
    return (
        update(_table)
        .where(
            _at.recipient_gstin == bindparam("key_recipient"),
            _at.id == bindparam("key_id"),
            _at.version == bindparam("key_version"),
        )
        .values({name: bindparam(name) for name in names})
    )


def _read(connection: Connection, query: Select[Any], given: Mapping[str, object] | None = None) -> Iterator[Record]:
    return (from_row(row) for row in connection.execute(query, given).mappings())


def _paged(connection: Connection, query: Select[Any]) -> Iterator[Record]:
    rows = connection.execute(query, execution_options={"yield_per": PAGE}).mappings()
    return (from_row(row) for row in rows)


def _not_deleted() -> ColumnElement[bool]:
    return or_(_at.removed_for.is_(None), _at.removed_for != str(RemovedFor.SUPPLIER_DELETED))


def _batches(ids: Iterable[Key]) -> Iterator[list[Key]]:
    ordered = sorted(ids)
    return (ordered[start : start + IDS_AT_ONCE] for start in range(0, len(ordered), IDS_AT_ONCE))
