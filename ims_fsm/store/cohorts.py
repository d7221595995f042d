"""Which recipients a job of the calendar is for, as a condition on taxpayers: one reading for planning and for doing.

Imports the tables; decides nothing, for every word of the law (kinds, periods, moments) is handed in.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from sqlalchemy import ColumnElement, Connection, RowMapping, and_, exists, false, func, not_, or_, select, true

from ims_fsm.store.job_tables import JobRunRow
from ims_fsm.store.rows import reader
from ims_fsm.store.tables import AnnualReturnRow, TaxpayerRow, TwoBRow, core
from ims_fsm.terms.period import TaxPeriod
from ims_fsm.terms.vocabulary import Filing, Job, TaxpayerKind, TwoBState

_taxpayer = core(TaxpayerRow).c
_two_b = core(TwoBRow).c
_annual = core(AnnualReturnRow).c
_run = core(JobRunRow).c
STATE_CODE = 2
# The taxpayers that meet a condition on their table.
Cohort: TypeAlias = ColumnElement[bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where some recipients stand: their newest filed GSTR-3B and newest GSTR-2B (None: none)."""

    filing: Filing
    registered_from: TaxPeriod
    filed: TaxPeriod | None
    newest: TaxPeriod | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A GSTR-2B that is due: its period, the one before, for which filing frequency and which kinds of taxpayers.

    `until` is the end of its day (UTC): the GSTR-3B before it that is filed later is late (FAQ 25).
    """

    period: TaxPeriod
    previous: TaxPeriod
    until: datetime
    filing: Filing
    kinds: frozenset[str]


def in_groups(groups: Collection[tuple[Filing, str]], states: Collection[str]) -> Cohort:
    """Return the taxpayers of some groups (filing, state code); `states` are all that there are."""
    by_filing: Mapping[Filing, set[str]] = {filing: {s for f, s in groups if f is filing} for filing in Filing}
    if all(codes >= set(states) for codes in by_filing.values()):
        return true()
    code = func.substr(_taxpayer.gstin, 1, STATE_CODE)
    parts = [
        _taxpayer.filing == str(filing) if codes >= set(states) else (
            and_(_taxpayer.filing == str(filing), code.in_(sorted(codes)))
        )
        for filing, codes in by_filing.items()
        if codes
    ]  # fmt: skip
    return or_(false(), *parts)


def to_draft(drafts: Iterable[Draft]) -> Cohort:
    """Return the recipients whose GSTR-2B is to be drafted: absent, and the GSTR-3B before it filed in time (FAQ 25).

    The first one after registration needs none before it.
    """
    return or_(false(), *(and_(_without(draft), or_(_first(draft), _in_time(draft))) for draft in drafts))


def waiting(drafts: Iterable[Draft]) -> Cohort:
    """Return the recipients whose GSTR-2B is absent because the GSTR-3B before it was not filed in time (FAQ 25)."""
    return or_(false(), *(and_(_without(draft), ~_first(draft), ~_in_time(draft)) for draft in drafts))


def to_generate(drafts: Iterable[Draft]) -> Cohort:
    """Return those of them who have filed it since: they generate that GSTR-2B themselves."""
    missed = (and_(_without(draft), ~_first(draft), ~_in_time(draft), _filed(draft)) for draft in drafts)
    return or_(false(), *missed)


def early_return(fy: str, until: datetime) -> Cohort:
    """Return who filed the annual return of a year up to a moment (UTC) and was not swept for it (section 16(4))."""
    swept = exists().where(
        _run.recipient_gstin == _taxpayer.gstin, _run.job == str(Job.EXPIRE), _run.period == fy
    )  # fmt: skip
    filed = exists().where(_annual.gstin == _taxpayer.gstin, _annual.fy == fy, _annual.filed_at <= until)
    return and_(filed, ~swept)


def either(cohort: Cohort, other: Cohort) -> Cohort:
    """Return who is in one cohort or the other."""
    return or_(cohort, other)


def annual_returns(connection: Connection) -> list[str]:
    """Return the financial years of which any annual return is filed."""
    years: list[str] = []
    following = select(func.min(_annual.fy))
    # From one to the next by the index: a year has one annual return of every taxpayer.
    while (fy := connection.execute(following).scalar()) is not None:
        years.append(fy)
        following = select(func.min(_annual.fy)).where(_annual.fy > fy)
    return years


def standings(connection: Connection, kinds: Collection[str]) -> list[Standing]:
    """Return where the taxpayers of these kinds stand, each standing once; who cannot be read is left out."""
    newest = select(func.max(_two_b.period)).where(_two_b.recipient_gstin == _taxpayer.gstin)
    filed = newest.where(_two_b.state == str(TwoBState.FINAL))
    query = (
        select(
            _taxpayer.filing,
            _taxpayer.registered_from,
            filed.scalar_subquery().label("filed"),
            newest.scalar_subquery().label("newest"),
        )
        .where(_taxpayer.kind.in_(sorted(kinds)))
        .distinct()
    )
    standings = map(_standing, connection.execute(query).mappings())
    return [standing for standing in standings if standing is not None]


def unreadable() -> Cohort:
    """Return whose row cannot be read, because something in it is no word of the field: nothing can be due to them."""
    period = _taxpayer.registered_from
    written = and_(period.like("20__-__"), func.substr(period, 6, 2).between("01", "12"))
    kinds, filings = ([str(word) for word in words] for words in (TaxpayerKind, Filing))
    return not_(and_(_taxpayer.kind.in_(kinds), _taxpayer.filing.in_(filings), written))


def gstins(
    connection: Connection, cohort: Cohort, first: str | None = None, through: str | None = None
) -> Sequence[str]:
    """Return the GSTINs of a cohort, or of it those between two, both included, in the database's order."""
    query = select(_taxpayer.gstin).where(cohort)
    if first is not None:
        query = query.where(_taxpayer.gstin.between(first, through))
    return connection.execute(query.order_by(_taxpayer.gstin)).scalars().all()


def size(connection: Connection, cohort: Cohort) -> int:
    """Return how many taxpayers a cohort has."""
    return int(connection.execute(select(func.count(_taxpayer.gstin)).where(cohort)).scalar_one())


def _standing(row: RowMapping) -> Standing | None:
    # One row that cannot be read stops nobody else; it is noted by itself.
    try:
        return _standing_of(row)
    except ValueError:
        return None


_standing_of = reader(Standing)


def _without(draft: Draft) -> ColumnElement[bool]:
    has_one = exists().where(_two_b.recipient_gstin == _taxpayer.gstin, _two_b.period == str(draft.period))
    return and_(
        _taxpayer.filing == str(draft.filing),
        _taxpayer.kind.in_(sorted(draft.kinds)),
        _taxpayer.registered_from <= str(draft.period),
        ~has_one,
    )


def _first(draft: Draft) -> ColumnElement[bool]:
    first: ColumnElement[bool] = _taxpayer.registered_from > str(draft.previous)
    return first


def _filed(draft: Draft, *narrowed: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(
        _two_b.recipient_gstin == _taxpayer.gstin,
        _two_b.period == str(draft.previous),
        _two_b.state == str(TwoBState.FINAL),
        *narrowed,
    )


def _in_time(draft: Draft) -> ColumnElement[bool]:
    return _filed(draft, _two_b.filed_at < draft.until)
