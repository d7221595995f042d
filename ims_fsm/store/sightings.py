"""What downloads said, over all of a recipient's records: when everything was shown, what was not, what follows.

Imports the tables; works no period out. Each statement goes over a recipient's records as a set.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, and_, case, false, func, or_, select

from ims_fsm.store.connection import database_of
from ims_fsm.store.job_tables import DownloadRow
from ims_fsm.store.sql.prepared import words
from ims_fsm.store.tables import AT, LOG, RECORD, TaxpayerRow, core
from ims_fsm.terms.period import TaxPeriod
from ims_fsm.terms.vocabulary import ACTIVE, State, SupplierStatus

DOWNLOAD: Any = core(DownloadRow)
_TAXPAYER: Any = core(TaxpayerRow)
_SAVED, _FILED = str(SupplierStatus.SAVED), str(SupplierStatus.FILED)
# No more cases than this in one expression: SQLite limits how deep one may be.
_CASES = 200
# A record that no GSTR-3B has decided and that a download has shown.
OPEN = (AT.settled_in.is_(None), AT.state.in_(words(ACTIVE)), AT.portal_seen_at.is_not(None))


def put_download(connection: Connection, recipient: str, at: datetime, sections: str, file: int, files: int) -> None:
    """Write that everything of some sections was shown, or a file of those that together show it; once is enough."""
    row = {"recipient_gstin": recipient, "at": at, "sections": sections, "file": file, "files": files}
    connection.execute(database_of(connection).insert(DOWNLOAD).values(row).on_conflict_do_nothing())


def downloads(connection: Connection, recipient: str) -> list[Any]:
    """Return what was written with `put_download`, oldest first."""
    query = select(DOWNLOAD).where(DOWNLOAD.c.recipient_gstin == recipient).order_by(*DOWNLOAD.primary_key)
    return list(connection.execute(query))


class Sort(NamedTuple):
    """What decides the 2B period of filed records, the period that they have, how many they are and whose the first is.

    `filing` is how often their suppliers file; None where these are not registered here.
    """

    machine: str
    form: str
    return_period: str
    named_period: str | None
    pending: bool
    filed_at: datetime
    unfiled_at: datetime | None
    filing: str | None
    two_b_period: str | None
    records: int
    supplier: str


_PENDING = case((AT.state == str(State.PENDING), True), else_=False)
_DECIDING = (
    *(AT.machine, AT.form, AT.return_period, AT.named_period, _PENDING, AT.filed_at, AT.unfiled_at),
    select(_TAXPAYER.c.filing).where(_TAXPAYER.c.gstin == AT.supplier_gstin).scalar_subquery(),
    AT.two_b_period,
)


def _placed(recipient: str) -> tuple[ColumnElement[bool], ...]:
    return (AT.recipient_gstin == recipient, AT.supplier_status == _FILED, *OPEN)


def sorts(connection: Connection, recipient: str) -> list[Sort]:
    """Return the sorts of a recipient's undecided records that the portal shows as filed."""
    deciding = [column.label(name) for name, column in zip(Sort._fields, _DECIDING, strict=False)]
    inner = select(*deciding, AT.supplier_gstin).where(*_placed(recipient)).subquery()
    keys = [inner.c[name] for name in Sort._fields[: len(_DECIDING)]]
    query = select(*keys, func.count(), func.min(inner.c.supplier_gstin)).group_by(*keys)
    return [Sort._make(row) for row in connection.execute(query)]


def place(connection: Connection, recipient: str, periods: Sequence[tuple[Sort, TaxPeriod]]) -> None:
    """Write the 2B periods of the records of some sorts."""
    for start in range(0, len(periods), _CASES):
        part = [(_is_of(sort), str(period)) for sort, period in periods[start : start + _CASES]]
        meant = or_(*(condition for condition, _ in part))
        # What was filed just now has none yet, and its version was counted then.
        version = case((AT.two_b_period.is_(None), AT.version), else_=AT.version + 1)
        values = {"two_b_period": case(*part, else_=AT.two_b_period), "version": version}
        connection.execute(RECORD.update().where(*_placed(recipient), meant).values(values))


def _is_of(sort: Sort) -> ColumnElement[bool]:
    pairs = zip(sort[: len(_DECIDING)], _DECIDING, strict=True)
    return and_(*(column.is_(None) if value is None else column == value for value, column in pairs))


def deleted(connection: Connection, recipient: str, since: Mapping[str, datetime]) -> list[int]:
    """Return the open records that are only saved and that the portal last showed before their machine's moment."""
    query = select(AT.id).where(AT.recipient_gstin == recipient, AT.supplier_status == _SAVED, *OPEN, gone(since))
    return list(connection.execute(query.order_by(AT.id)).scalars())


def gone_filed(connection: Connection, recipient: str, since: Mapping[str, datetime]) -> list[tuple[str, int, int]]:
    """Return of those that are filed, for each 2B period how many they are, and the first."""
    query = select(AT.two_b_period, func.count(), func.min(AT.id)).where(*_placed(recipient), gone(since))
    rows = connection.execute(query.group_by(AT.two_b_period).order_by(AT.two_b_period))
    return [(row[0], row[1], row[2]) for row in rows]


def gone(since: Mapping[str, datetime]) -> ColumnElement[bool]:
    """Return the condition that the portal last showed a record before the moment of its machine."""
    cases = (and_(AT.machine == machine, AT.portal_seen_at < at) for machine, at in sorted(since.items()))
    return or_(false(), *cases)


class Earliest(NamedTuple):
    """A sort of records, for the first period that they prove: the 2B period, or what a saved one is reported in."""

    form: str
    return_period: str
    named_period: str | None
    portal_seen_at: datetime | None
    two_b_period: str | None


def earliest(connection: Connection, recipient: str) -> list[Earliest]:
    """Return the sorts of a recipient's records that are only saved, and the first 2B period of the filed ones."""
    whose = AT.recipient_gstin == recipient
    first = connection.execute(select(func.min(AT.two_b_period)).where(whose)).scalar_one()
    query = select(AT.form, AT.return_period, AT.named_period, AT.portal_seen_at)
    query = query.where(whose, AT.supplier_status == _SAVED)
    saved = [Earliest(row[0], row[1], row[2], row[3], None) for row in connection.execute(query.distinct())]
    return saved if first is None else [*saved, Earliest("", "", None, None, first)]


def buyers_of(connection: Connection, supplier: str) -> list[str]:
    """Return the GSTINs of whom a supplier has reported something to."""
    query = select(AT.recipient_gstin).where(AT.supplier_gstin == supplier).distinct().order_by(AT.recipient_gstin)
    return list(connection.execute(query).scalars())


def sources(connection: Connection, recipient: str, steps: Iterable[tuple[int, int]]) -> dict[int, str]:
    """Return the state that each of some records left with the step of a number, by record id."""
    query = select(LOG.c.source).where(LOG.c.recipient_gstin == recipient)
    return {
        record_id: connection.execute(query.where(LOG.c.record_id == record_id, LOG.c.seq == seq)).scalar_one()
        for record_id, seq in steps
    }
