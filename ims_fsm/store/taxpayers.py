"""Taxpayers and their annual returns.

Imports the tables; decides nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select

from ims_fsm.store.tables import AnnualReturnRow, TaxpayerRow
from ims_fsm.terms.gstin import state_code
from ims_fsm.terms.period import TaxPeriod
from ims_fsm.terms.vocabulary import Filing, TaxpayerKind

_taxpayers = TaxpayerRow.__table__  # type: ignore[attr-defined]
_annual = AnnualReturnRow.__table__  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True, kw_only=True)
class Taxpayer:
    """A taxpayer; `registered_from` is the first period that owes a GSTR-3B, earlier ones count as filed."""

    gstin: str
    name: str = ""
    kind: TaxpayerKind = TaxpayerKind.NORMAL
    filing: Filing = Filing.MONTHLY
    registered_from: TaxPeriod

    @property
    def state(self) -> str:
        """The two-digit code of the state of registration, which decides due dates."""
        return state_code(self.gstin)


def put(connection: Connection, taxpayer: Taxpayer) -> None:
    """Write a taxpayer, in place of what was known of him."""
    connection.execute(delete(_taxpayers).where(_taxpayers.c.gstin == taxpayer.gstin))
    connection.execute(
        insert(_taxpayers).values(
            gstin=taxpayer.gstin,
            name=taxpayer.name,
            kind=str(taxpayer.kind),
            filing=str(taxpayer.filing),
            registered_from=str(taxpayer.registered_from),
        )
    )


def find(connection: Connection, gstin: str) -> Taxpayer | None:
    """Return a taxpayer, or None."""
    return next(iter(_read(connection, [gstin])), None)


def find_many(connection: Connection, gstins: Iterable[str]) -> dict[str, Taxpayer]:
    """Return taxpayers by GSTIN; those not known are left out."""
    return {taxpayer.gstin: taxpayer for taxpayer in _read(connection, sorted(set(gstins)))}


def everyone(connection: Connection) -> list[Taxpayer]:
    """Return all taxpayers, by GSTIN."""
    return list(_read(connection, None))


def annual_return_at(connection: Connection, gstin: str, fy: str) -> datetime | None:
    """Return when a taxpayer furnished his annual return of a financial year, or None."""
    query = select(_annual.c.filed_at).where(_annual.c.gstin == gstin, _annual.c.fy == fy)
    filed: datetime | None = connection.execute(query).scalar()
    return filed


def put_annual_return(connection: Connection, gstin: str, fy: str, at: datetime) -> None:
    """Write that a taxpayer has furnished his annual return of a financial year."""
    connection.execute(insert(_annual).values(gstin=gstin, fy=fy, filed_at=at))


def _read(connection: Connection, gstins: list[str] | None) -> Iterator[Taxpayer]:
    query = select(_taxpayers).order_by(_taxpayers.c.gstin)
    if gstins is not None:
        query = query.where(_taxpayers.c.gstin.in_(gstins))
    for row in connection.execute(query):
        yield Taxpayer(
            gstin=row.gstin,
            name=row.name,
            kind=TaxpayerKind(row.kind),
            filing=Filing(row.filing),
            registered_from=TaxPeriod(row.registered_from),
        )
