"""What is due, at risk and waiting, over all GSTINs at once; reads only.

Imports the store and the law. A statement counts an item of all recipients who share a scene, so that their number is
none of the GSTINs'; what a count means, the calendar and the declared machines say.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import cached_property, lru_cache

from ims_fsm.law.calendar import day_over, month_number
from ims_fsm.record.dashboard import Dashboard, DashboardItem
from ims_fsm.record.deadlines import ReturnDates, dates_of, first_end
from ims_fsm.record.scene import Scene
from ims_fsm.record.taxpayer import Taxpayer
from ims_fsm.record.totals import Totals
from ims_fsm.record.where import Where
from ims_fsm.store import returns, taxpayers
from ims_fsm.store.sql import dashboard as counts
from ims_fsm.store.sql.dashboard import CLOCKS, CREDITABLE, Counted
from ims_fsm.store.sql.scene import alike
from ims_fsm.terms.border import state_code
from ims_fsm.terms.period import TaxPeriod, in_india, last_day_before
from ims_fsm.terms.vocabulary import ACTIVE, Concern, Filing, ReminderKind, State, SupplierStatus, TwoBState
from ims_fsm.workflow.calendar.sweeps import next_period
from ims_fsm.workflow.chasing import reading as chasing
from ims_fsm.workflow.returns import Standings
from ims_fsm.workflow.unit import UnitOfWork, unread_scope

NOTHING = Totals()
_UNDONE = Where(states=(State.NO_ACTION,), in_ims=True, supplier_status=SupplierStatus.FILED)
_NOT_FILED = Where(states=(State.ACCEPTED,), in_ims=True, supplier_status=SupplierStatus.SAVED)
_PENDING = Where(states=(State.PENDING,), in_ims=True)


def dashboard(unit: UnitOfWork, gstins: Collection[str] | None, near: int | None) -> Dashboard:
    """Return what is due, at risk and waiting for taxpayers; None is all who are registered.

    A GSTIN that is not registered here has nothing but what was added back to it as a supplier. `near` is how many days
    ahead the end of section 16(4) is named; None is the calendar's first reminder of it.
    """
    everyone = taxpayers.everyone(unit.connection) if gstins is None else ()
    registered = {who.gstin: who for who in everyone} or taxpayers.find_many(unit.connection, gstins or ())
    wanted = sorted(registered) if gstins is None else sorted(set(gstins))
    unit.know(registered)
    days = near if near is not None else max(_declared_days(unit))
    standings = returns.standings(unit.connection, wanted)
    reading = _Reading(unit, registered, standings)
    recipients = [gstin for gstin in wanted if gstin in registered and unit.scene(gstin).eligible]
    items = [*reading.due(recipients), *reading.added_back(wanted), *reading.to_chase(recipients)]
    for part in alike(unit.scene, recipients):
        items += reading.at_risk(part, days)
    return Dashboard.of(unit.now, days, items, {gstin: who.name for gstin, who in registered.items()})


def _declared_days(unit: UnitOfWork) -> Sequence[int]:
    return unit.book.calendar.declared.reminder[ReminderKind.TIME_LIMIT].days_before


@dataclass(frozen=True)
class _Reading:
    """What the items of a dashboard are read by: the taxpayers with their returns, each read once."""

    unit: UnitOfWork
    registered: Mapping[str, Taxpayer]
    standings: Standings
    _next: dict[str, TaxPeriod] = field(default_factory=dict)
    _dates: dict[tuple[object, ...], ReturnDates] = field(default_factory=dict)
    _ends: dict[tuple[object, ...], date | None] = field(default_factory=dict)

    @cached_property
    def today(self) -> date:
        """The day in India."""
        return in_india(self.unit.now).date()

    def due(self, recipients: Sequence[str]) -> Iterator[DashboardItem]:
        """Give each return that is open, the oldest first, and each GSTR-2B that is to be recomputed (FAQ 25, 29)."""
        for gstin in recipients:
            for dates in self._open(gstin):
                of = self._item(Concern.RETURN_DUE, gstin, dates.file_by, period=dates.period, dates=dates)
                yield of
                if dates.two_b is TwoBState.STALE:
                    yield replace(of, concern=Concern.STALE_2B)

    def at_risk(self, recipients: Sequence[str], near: int) -> Iterator[DashboardItem]:
        """Give what is at risk and what waits for recipients who share a scene."""
        connection, scope = self.unit.connection, unread_scope(self.unit, recipients)
        waiting = list(counts.waiting(connection, scope))
        undecided = list(counts.undecided(connection, scope, day_over(self.today + timedelta(days=near))))
        chained: dict[str, list[Counted]] = defaultdict(list)
        for of in waiting:
            if of.without_action or of.held:
                chained[of.recipient].append(of)
        yield from self._without_action((of for of in undecided if of.period), chained)
        yield from self._accepted_not_filed(counts.accepted_not_filed(connection, scope))
        yield from self._pending(of for of in waiting if of.pending)
        yield from self._credit_ending(of for of in undecided if of.cutoff_at)
        yield from self._originals_unknown(chained)

    def to_chase(self, recipients: Sequence[str]) -> Iterator[DashboardItem]:
        """Give whom recipients with a purchase register chase, until their suppliers' next GSTR-1 is due."""
        calendar = self.unit.book.calendar
        period = calendar.next_outward(self.today, Filing.MONTHLY)
        due = calendar.due_outward(period, Filing.MONTHLY)
        for of in chasing.counted(self.unit, recipients):
            totals = Totals(of.documents, 0, of.tax)
            yield self._item(Concern.TO_CHASE, of.recipient, due, totals, period=period, suppliers=of.suppliers)

    def added_back(self, suppliers: Sequence[str]) -> Iterator[DashboardItem]:
        """Give what rejections have added to a supplier's liability in a return that they have not filed (FAQ 34)."""
        calendar = self.unit.book.calendar
        for supplier, period, totals in returns.added_back(self.unit.connection, suppliers):
            two_b = self.standings[supplier].get(period)
            if two_b is None or two_b.state is not TwoBState.FINAL:
                who = self.registered.get(supplier)
                due_by = who.due_by if who else (Filing.MONTHLY, state_code(supplier), ())
                last = calendar.due_gstr3b(period, *due_by)
                yield self._item(Concern.ADDED_BACK, supplier, last, totals, period=period)

    def _without_action(
        self, counted: Iterator[Counted], chained: Mapping[str, Sequence[Counted]]
    ) -> Iterator[DashboardItem]:
        for (gstin, period), parts in _by_recipient(counted).items():
            dates = self._deciding(gstin, period)
            held = sum(
                member.totals.records
                for member in chained.get(gstin, ())
                if member.without_action and member.period == period and _stays(member, dates.period)
            )
            where = _of_period(_UNDONE, period)
            yield self._deciding_item(
                Concern.WITHOUT_ACTION, gstin, dates, _sum(parts), period=period, held=held, where=where
            )

    def _accepted_not_filed(self, counted: Iterator[Counted]) -> Iterator[DashboardItem]:
        yield from self._by_period(Concern.ACCEPTED_NOT_FILED, counted, _NOT_FILED, self._filing_end)

    def _pending(self, counted: Iterator[Counted]) -> Iterator[DashboardItem]:
        yield from self._by_period(Concern.PENDING, counted, _PENDING, self._pending_end)

    def _by_period(
        self, concern: Concern, counted: Iterator[Counted], where: Where, end: Callable[[Counted], date | None]
    ) -> Iterator[DashboardItem]:
        """Give an item for each recipient and period, by the earliest of its ends."""
        for (gstin, period), parts in _by_recipient(counted).items():
            ends = [last for of in parts if (last := end(of)) is not None]
            yield self._item(
                concern,
                gstin,
                min(ends, default=None),
                _sum(parts),
                period=period,
                where=_of_period(where, period),
                dates=self._deciding(gstin, period),
            )

    def _filing_end(self, of: Counted) -> date | None:
        if not (of.form and of.filing):
            return None
        return self.unit.book.calendar.windows[of.form, of.filing].last_day(month_number(_period_of(of)))

    def _pending_end(self, of: Counted) -> date | None:
        scene, period = self.unit.scene(of.recipient), _period_of(of)
        key = (scene.recipient.due_by, of.machine, period, of.cutoff_at, tuple(of.facts.values()))
        if key not in self._ends:
            edition = scene.book.law.machine(of.machine).at(period)
            ends: dict[str, datetime | None] = {
                "pending_window": scene.book.calendar.pending_until(period, *scene.recipient.due_by),
                "time_limit": of.cutoff_at,
            }
            assert ends.keys() == CLOCKS  # noqa: S101 -- what SQL leaves out is what ends here
            self._ends[key], _ = first_end(edition, State.PENDING, edition.schema.facts(of.facts), ends)
        return self._ends[key]

    def _credit_ending(self, counted: Iterator[Counted]) -> Iterator[DashboardItem]:
        alike_: dict[tuple[str, date], list[Counted]] = defaultdict(list)
        for of in counted:
            if of.cutoff_at is not None:
                alike_[of.recipient, last_day_before(of.cutoff_at)].append(of)
        for (gstin, last), parts in alike_.items():
            where = Where(states=CREDITABLE, in_ims=True, credit_until=last)
            yield self._item(Concern.CREDIT_ENDING, gstin, last, _sum(parts), where=where)

    def _originals_unknown(self, chained: Mapping[str, Sequence[Counted]]) -> Iterator[DashboardItem]:
        for gstin, members in chained.items():
            unknown = [member for member in members if member.unknown]
            if unknown:
                dates = self._deciding(gstin, self._next_of(gstin))
                where = Where(states=ACTIVE, original_unknown=True)
                yield self._deciding_item(Concern.ORIGINAL_UNKNOWN, gstin, dates, _sum(unknown), where=where)

    def _item(
        self,
        concern: Concern,
        gstin: str,
        by: date | None,
        totals: Totals = NOTHING,
        **of: object,
    ) -> DashboardItem:
        passed = by is not None and by < self.today
        return DashboardItem(
            gstin=gstin,
            concern=concern,
            records=totals.records,
            tax=totals.tax,
            by=by,
            passed=passed,
            **of,  # type: ignore[arg-type]  # the names are the item's own
        )

    def _deciding_item(
        self, concern: Concern, gstin: str, dates: ReturnDates, totals: Totals, **of: object
    ) -> DashboardItem:
        """Return an item that the draft of a GSTR-2B decides first, and after it that GSTR-3B."""
        by = dates.drafted_on if self.today < dates.drafted_on else dates.file_by
        return self._item(concern, gstin, by, totals, dates=dates, **of)

    def _next_of(self, gstin: str) -> TaxPeriod:
        if gstin not in self._next:
            self._next[gstin] = next_period(self.unit, gstin, self.standings)
        return self._next[gstin]

    def _open(self, gstin: str) -> Iterator[ReturnDates]:
        """Give the tax periods that have ended and whose GSTR-3B is not filed, or else the one that runs."""
        scene, period = self.unit.scene(gstin), self._next_of(gstin)
        calendar, filing = scene.book.calendar, scene.recipient.filing
        running = calendar.period_for(TaxPeriod.of(self.today), filing)
        yield self._dates_of(scene, period)
        while (period := calendar.next(period, filing)) < running:
            yield self._dates_of(scene, period)

    def _deciding(self, gstin: str, period: TaxPeriod) -> ReturnDates:
        """Return the days of the returns that decide next what belongs to a 2B period."""
        return self._dates_of(self.unit.scene(gstin), max(period, self._next_of(gstin)))

    def _dates_of(self, scene: Scene, period: TaxPeriod) -> ReturnDates:
        two_b = self.standings[scene.recipient.gstin].get(period)
        state = TwoBState.ABSENT if two_b is None else two_b.state
        key = (scene.recipient.due_by, period, state)
        if key not in self._dates:
            self._dates[key] = dates_of(scene, period, state)
        return self._dates[key]


@lru_cache(maxsize=256)
def _of_period(where: Where, period: TaxPeriod) -> Where:
    return replace(where, expected_period=period)


def _period_of(of: Counted) -> TaxPeriod:
    assert of.period is not None  # noqa: S101 -- whoever counts by period has one
    return of.period


def _stays(member: Counted, decided_in: TaxPeriod) -> bool:
    """Say whether a record without an action is not deemed accepted in a GSTR-2B (FAQ 13)."""
    return member.held or (member.prevailed_from is not None and member.prevailed_from <= decided_in)


def _by_recipient(counted: Iterable[Counted]) -> Mapping[tuple[str, TaxPeriod], Sequence[Counted]]:
    alike_: dict[tuple[str, TaxPeriod], list[Counted]] = defaultdict(list)
    for of in counted:
        alike_[of.recipient, _period_of(of)].append(of)
    return alike_


def _sum(parts: Sequence[Counted]) -> Totals:
    return sum((of.totals for of in parts[1:]), parts[0].totals)
