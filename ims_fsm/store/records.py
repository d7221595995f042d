"""Records in their rows: how one lies in its columns; found by id, written with the version that was read.

Imports the tables and the record; decides nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from functools import lru_cache, partial
from operator import attrgetter
from typing import Any, TypeVar

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    RowMapping,
    Select,
    Table,
    Update,
    bindparam,
    exists,
    func,
    select,
)

from ims_fsm.record.record import PortalView, Record
from ims_fsm.record.taxpayer import Taxpayer
from ims_fsm.store import taxpayers
from ims_fsm.store.connection import ConflictError, among, database_of, lock_on
from ims_fsm.store.rows import in_columns, reader
from ims_fsm.store.tables import RecordRow, TwoBRow, core
from ims_fsm.terms.document import Document, OriginalReference
from ims_fsm.terms.vocabulary import State, TwoBState

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


def hold(connection: Connection, record_id: int) -> None:
    """Hold the records of a record's recipient for the rest of the transaction, as `connection.serialise` does.

    It must come before the record is read: what was read while waiting would be old.
    """
    if not database_of(connection).single_writer:
        connection.execute(_HOLD, {"record_id": record_id})


def find(connection: Connection, record_id: int, recipient: str | None = None) -> Record | None:
    """Return the record with this id, or None; with a recipient, only if it is theirs."""
    if recipient is None:
        return next(read(connection, _BY_ID, {"record_id": record_id}), None)
    return next(read(connection, _BY_KEY, {"record_id": record_id, "recipient": recipient}), None)


def find_with_recipient(connection: Connection, record_id: int) -> Found | None:
    """Return the record with this id and its recipient; None where there is no such record."""
    row = connection.execute(_WITH_RECIPIENT, {"record_id": record_id}).mappings().first()
    return None if row is None else Found(from_row(row), taxpayers.beside(row), bool(row["drafted"]))


def find_many(connection: Connection, recipient: str, ids: Iterable[int]) -> dict[int, Record]:
    """Return a recipient's records by id; ids that they do not have are left out."""
    return {r.id: r for batch in batches(ids) for r in matching(connection, recipient, [_at.id.in_(batch)])}


def matching(connection: Connection, recipient: str, conditions: Sequence[ColumnElement[bool]]) -> Iterator[Record]:
    """Give a recipient's records that meet the conditions, by id."""
    return read(connection, select(_table).where(_at.recipient_gstin == recipient, *conditions).order_by(_at.id))


def pages(
    connection: Connection, recipient: str, conditions: Sequence[ColumnElement[bool]], size: int
) -> Iterator[list[Record]]:
    """Give a recipient's records that meet the conditions, by id, so many at a time; a page may be written to."""
    after = 0
    while True:
        query = select(_table).where(_at.recipient_gstin == recipient, _at.id > after, *conditions)
        page = list(read(connection, query.order_by(_at.id).limit(size)))
        if page:
            yield page
        if len(page) < size:
            return
        after = page[-1].id


def ids_among(connection: Connection, recipient: str, ids: Iterable[int]) -> set[int]:
    """Return those of the ids that are a recipient's records."""
    query = select(_at.id).where(_at.recipient_gstin == recipient, among(_at.id, list(ids)))
    return set(connection.execute(query).scalars())


def undecided(connection: Connection, recipient: str) -> int:
    """Return how many of a recipient's records are filed and not decided yet."""
    waiting = (_at.settled_in.is_(None), _at.two_b_period.is_not(None), _at.state != str(State.REMOVED))
    query = select(func.count()).select_from(_table).where(_at.recipient_gstin == recipient, *waiting)
    return int(connection.execute(query).scalar_one())


def undecided_pages(connection: Connection, recipient: str) -> Iterator[list[Record]]:
    """Give a recipient's records that are not decided and not removed, a page at a time; a page may be written to."""
    return pages(connection, recipient, [_at.settled_in.is_(None), _at.removed_for.is_(None)], PAGE)


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
    meant = _table.update().where(_at.recipient_gstin == recipient, _at.fy == fy, _at.cutoff_at > moment, *undecided)
    return connection.execute(meant.values(cutoff_at=moment, version=_at.version + 1)).rowcount


def recipients(connection: Connection) -> list[str]:
    """Return the GSTINs of the registered taxpayers who have a record, in order."""
    gstin = taxpayers.TABLE.c.gstin
    has_one = select(_at.id).where(_at.recipient_gstin == gstin).exists()
    return list(connection.execute(select(gstin).where(has_one).order_by(gstin)).scalars())


def insert_all(connection: Connection, records: Sequence[Record]) -> None:
    """Write new records."""
    if records:
        connection.execute(_table.insert(), [to_row(record) for record in records])


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
        done = connection.execute(compare_and_swap(names), rows)
        if done.rowcount != len(rows):
            raise ConflictError(f"{len(rows) - done.rowcount} of {len(rows)} records")


@lru_cache(maxsize=128)
def compare_and_swap(names: tuple[str, ...], table: Table = _table, version: Column[int] = _at.version) -> Update:
    """Return the statement that writes these columns of a record which is still in the version that was read.

    Of another table so, whose rows have their version in a column.
    """
    key = (
        table.c.recipient_gstin == bindparam("key_recipient"),
        table.c.id == bindparam("key_id"),
        version == bindparam("key_version"),
    )
    return table.update().where(*key).values({name: bindparam(name) for name in names})


def read(connection: Connection, query: Select[Any], given: Mapping[str, object] | None = None) -> Iterator[Record]:
    """Give the records that a query finds."""
    return (from_row(row) for row in connection.execute(query, given).mappings())


def paged(connection: Connection, query: Select[Any], values: Mapping[str, object] | None = None) -> Iterator[Record]:
    """Give the records that a query finds; no more than a page of them is held."""
    # Whoever stops before the end leaves no cursor open on PostgreSQL.
    with connection.execute(query, values, execution_options={"yield_per": PAGE}) as rows:
        yield from map(from_row, rows.mappings())


def batches(ids: Iterable[Key]) -> Iterator[list[Key]]:
    """Give keys in order, as many at a time as one statement takes."""
    ordered = sorted(ids)
    return (ordered[start : start + IDS_AT_ONCE] for start in range(0, len(ordered), IDS_AT_ONCE))


def to_row(record: Record) -> dict[str, Any]:
    """Return the values of a record's row, by column."""
    row = {name: _plain(value) for name, value in zip(_OWN_COLUMN, _own(record), strict=True)}
    for name, columns in _SEVERAL_COLUMNS.items():
        row.update(columns(getattr(record, name)))
    return row


def changed_columns(before: Record, after: Record) -> dict[str, Any]:
    """Return the columns in which two values of one record differ, as the later one has them."""
    plain = zip(_OWN_COLUMN, _own(before), _own(after), strict=True)
    row = {name: _plain(new) for name, old, new in plain if new != old}
    for name, columns in _SEVERAL_COLUMNS.items():
        old, new = getattr(before, name), getattr(after, name)
        if new is not old:
            held = columns(old)
            row |= {column: value for column, value in columns(new).items() if value != held[column]}
    return row


def _document_columns(document: Document) -> dict[str, Any]:
    original = document.amends
    return {
        **dict(zip(_DOCUMENT.values(), map(_plain, _of_document(document)), strict=True)),
        **in_columns("", document.tax),
        "original_number": original.number if original else None,
        "original_date": original.date if original else None,
    }


def _portal_columns(portal: PortalView | None) -> dict[str, Any]:
    return {
        "portal_action": str(portal.action) if portal else None,
        "portal_declaration": portal.declaration if portal else None,
        "portal_hash": portal.hash if portal else None,
        "portal_seen_at": portal.seen_at if portal else None,
    }


def _plain(value: object) -> object:
    # A word of the field and a tax period are text, and a driver would look for a way to write each of them.
    return str(value) if isinstance(value, str) else value


# The column of each field of a document that has one column.
_DOCUMENT = {field.name: field.name for field in fields(Document) if field.name not in {"tax", "amends"}}
_DOCUMENT |= {"supplier": "supplier_gstin", "recipient": "recipient_gstin"}
_DOCUMENT |= {"date": "document_date", "value": "document_value"}
_of_document = attrgetter(*_DOCUMENT)
_SEVERAL_COLUMNS: Mapping[str, Callable[[Any], dict[str, Any]]] = {
    "document": _document_columns,
    "carried": partial(in_columns, "carried_"),
    "standing": partial(in_columns, "standing_"),
    "declared": partial(in_columns, "declared_"),
    "portal": _portal_columns,
}
_OWN_COLUMN = tuple(field.name for field in fields(Record) if field.name not in _SEVERAL_COLUMNS)
_own = attrgetter(*_OWN_COLUMN)


def _amends(row: RowMapping) -> OriginalReference | None:
    original: date | None = row["original_date"]
    return OriginalReference(row["original_number"], original) if original else None


def _portal(row: RowMapping) -> PortalView | None:
    if row["portal_seen_at"] is None:
        return None
    return PortalView(State(row["portal_action"]), row["portal_declaration"], row["portal_hash"], row["portal_seen_at"])


_document = reader(Document, _DOCUMENT, {"amends": _amends})
_TAXES = {"carried": "carried_", "standing": "standing_", "declared": "declared_"}
# What makes a record of a row.
from_row = reader(Record, _TAXES, {"document": _document, "portal": _portal})
