"""A dashboard: what is due, at risk and waiting, over all GSTINs, as values.

Imports the terms and the filter; runs no statement.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime

from ims_fsm.record.deadlines import ReturnDates
from ims_fsm.record.where import Where
from ims_fsm.terms.money import NIL, Heads
from ims_fsm.terms.period import TaxPeriod, in_india
from ims_fsm.terms.vocabulary import Concern


@dataclass(frozen=True, slots=True, kw_only=True)
class DashboardItem:
    """A thing that is due, at risk or waits for a GSTIN, with the records that it is about and their tax in paise."""

    gstin: str
    concern: Concern
    #: The 2B period of the records, or the tax period of the return; None where they may be of any.
    period: TaxPeriod | None = None
    records: int = 0
    #: The tax of the records; credit notes take from it.
    tax: Heads = NIL
    #: The last day (in India) on which something can be done about it; None where nothing ends it.
    by: date | None = None
    #: Whether that day is over.
    passed: bool = False
    #: The days of the returns that are due, or that decide the records next; None where no return of theirs does.
    dates: ReturnDates | None = None
    #: Records without an action that are not deemed accepted: their original is awaited, or a later version prevails.
    held: int = 0
    #: How many suppliers are to be chased for them.
    suppliers: int = 0
    #: Which of the recipient's records it is about, exactly; None where it is about none or about a supplier's.
    where: Where | None = None

    @property
    def filters(self) -> dict[str, list[str]]:
        """The filter by name, as `ims-fsm list --where` and the HTTP API's lists take it."""
        if self.where is None:
            return {}
        where = self.where
        period = where.expected_period or where.two_b_period
        values: dict[str, object] = {
            "state": where.states,
            "period": period,
            "status": where.supplier_status,
            "in_ims": None if where.in_ims is None else ("no", "yes")[where.in_ims],
            "credit_until": where.credit_until,
            "original_unknown": None if where.original_unknown is None else ("no", "yes")[where.original_unknown],
        }
        several = {name: value if isinstance(value, tuple) else (value,) for name, value in values.items() if value}
        return {name: [str(entry) for entry in entries] for name, entries in several.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class DashboardRow:
    """What is due, at risk and waiting for a GSTIN, the earliest last day first."""

    gstin: str
    name: str = ""
    items: tuple[DashboardItem, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DashboardTotal:
    """What the items of one concern come to over all GSTINs, in paise."""

    concern: Concern
    gstins: int
    items: int
    #: How many of the items are of a day that is over.
    passed: int
    records: int
    tax: Heads
    #: The earliest last day that is not over; None where none is.
    by: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Dashboard:
    """What is due, at risk and waiting, a row for each GSTIN that has anything, the earliest last day first."""

    at: datetime
    #: How many days ahead the end of section 16(4) is near.
    near: int
    rows: tuple[DashboardRow, ...]

    @classmethod
    def of(cls, at: datetime, near: int, items: Iterable[DashboardItem], names: dict[str, str]) -> Dashboard:
        """Return the dashboard of items, ordered; `names` are those of the GSTINs."""
        by_gstin: dict[str, list[DashboardItem]] = {}
        for item in sorted(items, key=_urgency):
            by_gstin.setdefault(item.gstin, []).append(item)
        rows = (DashboardRow(gstin=g, name=names.get(g, ""), items=tuple(its)) for g, its in by_gstin.items())
        return cls(at=at, near=near, rows=tuple(rows))

    def only(self, concerns: Collection[Concern]) -> Dashboard:
        """Return the dashboard of these concerns alone."""
        items = [item for row in self.rows for item in row.items if item.concern in concerns]
        return self.of(self.at, self.near, items, {row.gstin: row.name for row in self.rows})

    @property
    def today(self) -> date:
        """The day in India."""
        return in_india(self.at).date()

    @property
    def totals(self) -> tuple[DashboardTotal, ...]:
        """What each concern comes to over all GSTINs; what there is nothing of is left out."""
        by_concern: dict[Concern, list[DashboardItem]] = {concern: [] for concern in Concern}
        for row in self.rows:
            for item in row.items:
                by_concern[item.concern].append(item)
        return tuple(_total(concern, items) for concern, items in by_concern.items() if items)


def _total(concern: Concern, items: Collection[DashboardItem]) -> DashboardTotal:
    return DashboardTotal(
        concern=concern,
        gstins=len({item.gstin for item in items}),
        items=len(items),
        passed=sum(item.passed for item in items),
        records=sum(item.records for item in items),
        tax=Heads(*map(sum, zip(*(item.tax for item in items), strict=True))),
        by=min((item.by for item in items if item.by is not None and not item.passed), default=None),
    )


_TURN = {concern: place for place, concern in enumerate(Concern)}


def _urgency(item: DashboardItem) -> tuple[object, ...]:
    return (item.by or date.max, _TURN[item.concern], item.period or "", -abs(item.tax.total), item.gstin)
