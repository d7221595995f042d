"""Taxpayers and their annual returns.

Imports the tables; decides nothing.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Insert, RowMapping, Select, bindparam, func, insert, or_, select

from ims_fsm.record.moments import Moments, machine_clock
from ims_fsm.record.taxpayer import Taxpayer
from ims_fsm.store.connection import among, database_of
from ims_fsm.store.job_tables import TaxpayerLogRow
from ims_fsm.store.rows import reader
from ims_fsm.store.sql.prepared import counting
from ims_fsm.store.tables import AnnualReturnRow, TaxpayerRow, core

TABLE, LOG = core(TaxpayerRow), core(TaxpayerLogRow)
_annual = core(AnnualReturnRow)
# No name of an extension has a comma.
_BETWEEN = ","
_EVERYONE = select(TABLE).order_by(TABLE.c.gstin)
# The same columns in a statement that reads something else beside them, which has names of its own.
BESIDE = tuple(column.label(f"taxpayer_{column.name}") for column in TABLE.c)
_BY_GSTIN = select(TABLE).where(TABLE.c.gstin == bindparam("gstin"))


def put(connection: Connection, taxpayer: Taxpayer, actor: str = "", moments: Moments | None = None) -> None:
    """Write a taxpayer, in place of what was known of them, and log it; of two writers at once the later one holds.

    Where nothing differs nothing is written. Without moments it is dated as it is written.
    """
    columns = {
        "name": taxpayer.name,
        "kind": str(taxpayer.kind),
        "filing": str(taxpayer.filing),
        "registered_from": str(taxpayer.registered_from),
        "guessed": taxpayer.guessed,
        "extensions": _BETWEEN.join(taxpayer.extensions),
    }
    row = database_of(connection).insert(TABLE).values(gstin=taxpayer.gstin, **columns)
    differs = or_(*(TABLE.c[name] != row.excluded[name] for name in columns))
    row = row.on_conflict_do_update(index_elements=[TABLE.c.gstin], set_=columns, where=differs)
    _write(connection, row, taxpayer.gstin, columns, actor, moments or 2 * (machine_clock(),))


def _write(
    connection: Connection, row: Insert, gstin: str, said: Mapping[str, object], actor: str, moments: Moments
) -> None:
    """Write a row, and log what it says where that is news."""
    if connection.execute(counting(row)).rowcount:
        # The row is held until the end, so that nobody else takes the number.
        new = dict(zip(_SAID, (json.dumps(said, sort_keys=True), actor, *moments), strict=True))
        connection.execute(_NOTE, {"whose": gstin, **{f"new_{name}": value for name, value in new.items()}})


_SAID = ("said", "actor", "at", "recorded_at")
_NEW = [bindparam(f"new_{name}", type_=LOG.c[name].type) for name in _SAID]
_WHOSE = bindparam("whose", type_=LOG.c.gstin.type)
_NUMBERED = select(_WHOSE, func.coalesce(func.max(LOG.c.number), 0) + 1, *_NEW).where(LOG.c.gstin == _WHOSE)
_NOTE = insert(LOG).from_select(["gstin", "number", *_SAID], _NUMBERED)


def find(connection: Connection, gstin: str) -> Taxpayer | None:
    """Return a taxpayer, or None."""
    return next(_read(connection, _BY_GSTIN, {"gstin": gstin}), None)


def find_many(connection: Connection, gstins: Iterable[str]) -> dict[str, Taxpayer]:
    """Return taxpayers by GSTIN; those not known are left out."""
    taxpayers = _read(connection, _EVERYONE.where(among(TABLE.c.gstin, sorted(set(gstins)))))
    return {taxpayer.gstin: taxpayer for taxpayer in taxpayers}


def gstins(connection: Connection) -> list[str]:
    """Return the GSTINs of all taxpayers, in order; one whose row cannot be read is among them."""
    return list(connection.execute(select(TABLE.c.gstin).order_by(TABLE.c.gstin)).scalars())


def everyone(connection: Connection) -> list[Taxpayer]:
    """Return all taxpayers, by GSTIN."""
    return list(_read(connection, _EVERYONE))


def annual_return_at(connection: Connection, gstin: str, fy: str) -> datetime | None:
    """Return when a taxpayer furnished the annual return of a financial year, or None."""
    query = select(_annual.c.filed_at).where(_annual.c.gstin == gstin, _annual.c.fy == fy)
    filed: datetime | None = connection.execute(query).scalar()
    return filed


def put_annual_return(connection: Connection, gstin: str, fy: str, actor: str, moments: Moments) -> None:
    """Write that a taxpayer has furnished the annual return of a financial year; the earliest moment told holds."""
    at, _ = moments
    row = database_of(connection).insert(_annual).values(gstin=gstin, fy=fy, filed_at=at)
    key, earlier = [_annual.c.gstin, _annual.c.fy], row.excluded.filed_at
    row = row.on_conflict_do_update(index_elements=key, set_={"filed_at": earlier}, where=_annual.c.filed_at > earlier)
    said = {"annual_return": fy, "filed_at": at.astimezone(UTC).isoformat()}
    _write(connection, row, gstin, said, actor, moments)


def _read(connection: Connection, query: Select[Any], given: Mapping[str, object] | None = None) -> Iterator[Taxpayer]:
    return map(_of_row, connection.execute(query, given).mappings())


def beside(row: RowMapping) -> Taxpayer | None:
    """Return the taxpayer whose columns (`BESIDE`) a row has beside others; None where they are empty."""
    return None if row["taxpayer_gstin"] is None else _of_row_beside(row)


def _extensions(column: str) -> Callable[[RowMapping], tuple[str, ...]]:
    return lambda row: tuple(filter(None, row[column].split(_BETWEEN)))


_of_row = reader(Taxpayer, parts={"extensions": _extensions("extensions")})
_of_row_beside = reader(
    Taxpayer,
    {column.name: f"taxpayer_{column.name}" for column in TABLE.c},
    {"extensions": _extensions("taxpayer_extensions")},
)
