"""The calendar of the law: 2B windows, due dates, tax periods and limits, each read from its declaration.

Must not import a database, a clock or a file: it is made of a declaration, and every moment is handed in. Days are
days in India.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from types import MappingProxyType
from typing import Any

from ims_fsm.errors import InputError, Problem
from ims_fsm.law.calendar_declaration import CalendarDeclaration, Extension, TimeLimit, Window
from ims_fsm.law.declaration import Declared
from ims_fsm.law.edition import EARLIEST
from ims_fsm.terms.period import TaxPeriod, day_in_words, in_india, midnight, ordinal
from ims_fsm.terms.vocabulary import Filing, Form, Kind

ONE_DAY = dt.timedelta(days=1)
MONTHS = 12
# What decides when a taxpayer's GSTR-3B is due: filing frequency, state code, extensions by district.
DueBy = tuple[Filing, str, tuple[str, ...]]
PeriodMoments = tuple[tuple[TaxPeriod, dt.datetime], ...]


def month_number(period: TaxPeriod) -> int:
    """Return the month as a whole number, so that months count on without a break over the years."""
    return period.year * MONTHS + period.month - 1


@lru_cache(maxsize=4096)
def month_named(number: int) -> TaxPeriod:
    """Return the month that a number stands for."""
    return TaxPeriod(f"{number // MONTHS:04}-{number % MONTHS + 1:02}")


@lru_cache(maxsize=4096)
def day_over(day: dt.date) -> dt.datetime:
    """Return the first instant, in UTC, at which a day is over in India."""
    return midnight(day + ONE_DAY)


def day_after(period: TaxPeriod, day: int) -> dt.date:
    """Return a day in the month after a period."""
    following = period.plus(1)
    return dt.date(following.year, following.month, day)


@dataclass(frozen=True, slots=True)
class FilingWindow:
    """The windows of one form and filing frequency; each moment lies in exactly one month's (rule window.2b)."""

    first_day: int
    moved: Mapping[int, dt.date]
    #: The return whose due day it ends with.
    follows: str | None = None

    def usual_last_day(self, number: int) -> dt.date:
        """Return the last day of a month's window as the law has it, no extension counted."""
        year, month = divmod(number + 1, MONTHS)
        return dt.date(year, month + 1, self.first_day) - ONE_DAY

    def last_day(self, number: int) -> dt.date:
        """Return the last day of a month's window, an extension counted."""
        return self.moved.get(number) or self.usual_last_day(number)

    def month_of(self, day: dt.date) -> int:
        """Return the number of the month in whose window a day lies."""
        number = day.year * MONTHS + day.month - 1 - (day.day < self.first_day)
        # An extension keeps the window before open longer, at the cost of this one.
        while (last := self.moved.get(number - 1)) is not None and day <= last:
            number -= 1
        return number


@dataclass(frozen=True)
class Calendar:
    """The dates, windows and limits of the law; dates are days in India, moments are aware and in UTC.

    Where a moment is handed in it must be aware: a naive one raises `ValueError`.
    """

    declared: CalendarDeclaration

    # --- what is declared ---------------------------------------------------------------------------------------------

    @cached_property
    def text(self) -> str:
        """Everything that is declared, as JSON in one form; `calendar_reading.calendar_of` reads it back."""

        def plain(value: object) -> object:
            if isinstance(value, Declared):
                return vars(value)
            return sorted(value) if isinstance(value, frozenset) else str(value)

        return json.dumps(self.declared, default=plain, sort_keys=True)

    @cached_property
    def opens_at(self) -> dt.datetime:
        """The first instant at which a recipient may act (FAQ 3), in UTC."""
        return midnight(self.declared.opening.day)

    @property
    def first_period(self) -> TaxPeriod:
        """The first 2B period whose records are in IMS."""
        return self.declared.first_period.period

    @cached_property
    def declaration_mandatory_from(self) -> dt.datetime:
        """The first instant at which accepting a specified record needs the declared ITC reduction, in UTC."""
        return midnight(self.declared.declaration.mandatory_from)

    @cached_property
    def remarks_limit(self) -> int:
        """The most characters that a remark may have."""
        return self.declared.remarks.limit

    @cached_property
    def states(self) -> Mapping[str, str]:
        """The states and union territories by code, the first two digits of a GSTIN."""
        return MappingProxyType({code: state.name for code, state in self.declared.state.items()})

    @cached_property
    def citations(self) -> Mapping[str, str]:
        """The rule id that each table cites, by the table's place."""
        return MappingProxyType(dict(self.declared.citations()))

    def phrases(self) -> dict[str, str]:
        """Return the calendar's texts for the sentences of refusals, by name."""
        declared = self.declared
        limit = declared.time_limit
        return {
            "opens_on": day_in_words(declared.opening.day),
            "remarks_limit": str(declared.remarks.limit),
            "declaration_from": day_in_words(declared.declaration.mandatory_from),
            "two_b_day": ordinal(declared.two_b.day),
            "time_limit": f"{limit.day} {dt.date(2001, limit.month, 1):%B}",
        }

    # --- tax periods --------------------------------------------------------------------------------------------------

    def months(self, filing: Filing) -> int:
        """Return how many months a tax period of that filing frequency has."""
        return self.declared.tax_period.of(filing).months

    def period_for(self, month: TaxPeriod, filing: Filing) -> TaxPeriod:
        """Return the tax period in which a month lies: itself, or the quarter's last month (FAQ 27)."""
        return _period_end(month, self.months(filing))

    def is_period_end(self, period: TaxPeriod, filing: Filing) -> bool:
        """Say whether a month names a tax period of that filing frequency."""
        return self.period_for(period, filing) == period

    def next(self, period: TaxPeriod, filing: Filing) -> TaxPeriod:
        """Return the tax period after the one in which a month lies."""
        return self.period_for(period, filing).plus(self.months(filing))

    def previous(self, period: TaxPeriod, filing: Filing) -> TaxPeriod:
        """Return the tax period before the one in which a month lies."""
        return self.period_for(period, filing).plus(-self.months(filing))

    def financial_year(self, day: dt.date) -> str:
        """Return the financial year of a day, like "2023-24"."""
        start = self._financial_year_start(day)
        return f"{start:04}-{(start + 1) % 100:02}"

    def is_financial_year(self, text: str) -> bool:
        """Say whether a text names a financial year, like "2023-24"."""
        start = text[:4]
        # The last day of December lies in the financial year that began in its own calendar year.
        is_year = start.isascii() and start.isdecimal() and int(start) > 0
        return is_year and self.financial_year(dt.date(int(start), 12, 31)) == text

    # --- the 2B period of a document ----------------------------------------------------------------------------------

    def form_period(self, form: Form, return_period: TaxPeriod) -> TaxPeriod:
        """Return the month to which a form of a return period leads: its own, for GSTR-1A the next."""
        put_forward = self.declared.form_period.get(form)
        return return_period if put_forward is None else return_period.plus(put_forward.months_later)

    @cached_property
    def windows(self) -> Mapping[tuple[Form, Filing], FilingWindow]:
        """The windows by form and the supplier's filing frequency."""
        return {
            (form, filing): _with_extensions(window, self.declared.extension, form, filing)
            for window in self.declared.window.values()
            for form in window.forms
            for filing in window.supplier_filing
        }

    def window_period(self, form: Form, supplier_filing: Filing, moment: dt.datetime) -> TaxPeriod:
        """Return the month in whose 2B window a moment of filing lies (rule window.2b)."""
        return month_named(self.windows[form, supplier_filing].month_of(in_india(moment).date()))

    def two_b_period(
        self,
        form: Form,
        return_period: TaxPeriod,
        moment: dt.datetime,
        supplier_filing: Filing,
        recipient_filing: Filing,
    ) -> TaxPeriod:
        """Return the recipient's 2B period of a document filed at a moment.

        It is the later of what the form leads to and the window of filing, then the recipient's own tax period.
        """
        later = max(self.form_period(form, return_period), self.window_period(form, supplier_filing, moment))
        return self.period_for(later, recipient_filing)

    # --- dates of a tax period ----------------------------------------------------------------------------------------

    def two_b_opens(self, period: TaxPeriod) -> dt.datetime:
        """Return the first instant, in UTC, at which the GSTR-2B of a period may be drafted (FAQ 23, 27)."""
        return midnight(self.two_b_day(period))

    def two_b_day(self, period: TaxPeriod) -> dt.date:
        """Return the day on which the GSTR-2B of a period is drafted."""
        return self._moved(day_after(period, self.declared.two_b.day), "two_b", period)

    def due_gstr3b(self, period: TaxPeriod, filing: Filing, state: str, under: Collection[str] = ()) -> dt.date:
        """Return the due day of the GSTR-3B for the tax period in which a month lies.

        `state` is the recipient's code, `under` the names of the extensions by district that they are under; raises
        `InputError` for a quarterly filer where the calendar lacks the state.
        """
        last = self.period_for(period, filing)
        usual = day_after(last, self.usual_gstr3b_day(filing, state))
        return self._moved(usual, "gstr3b", last, filing=filing, state=state, under=under)

    @cached_property
    def by_district(self) -> Mapping[str, tuple[str, ...]]:
        """The extensions that a taxpayer has to say they are under, by name, with the districts."""
        named = ((entry.name, entry.districts) for entry in self.declared.extension)
        return MappingProxyType({name: districts for name, districts in named if name and districts})

    def usual_gstr3b_day(self, filing: Filing, state: str) -> int:
        """Return the day of the month on which GSTR-3B is due where nothing is extended; raises as `due_gstr3b`."""
        due = self.declared.due.gstr3b
        if filing == Filing.MONTHLY:
            return due.monthly.day
        if state not in self.declared.state:
            what = f"{state!r} has no due day for the quarterly GSTR-3B"
            remedy = "use a state code of the calendar, the first two digits of the recipient's GSTIN"
            raise InputError("calendar", [Problem("state", what, remedy)])
        return due.quarterly.days[self.declared.state[state].category]

    def is_old(self, period: TaxPeriod, moment: dt.datetime) -> bool:
        """Say whether a tax period lies so long before a moment that its GSTR-3B is not filed without being asked."""
        return TaxPeriod.of(in_india(moment).date()) > period.plus(self.declared.consent.old_after)

    def due_gstr1(self, period: TaxPeriod, filing: Filing) -> dt.date:
        """Return the due day of the GSTR-1 for the tax period in which a month lies."""
        last = self.period_for(period, filing)
        return self._moved(day_after(last, self.usual_gstr1_day(filing)), "gstr1", last, filing=filing)

    def usual_gstr1_day(self, filing: Filing) -> int:
        """Return the day of the month on which GSTR-1 is due where nothing is extended."""
        return self.declared.due.gstr1.of(filing).day

    def due_outward(self, month: TaxPeriod, filing: Filing) -> dt.date:
        """Return the day on which the return of a supplier that carries a month is due (rule due.gstr1).

        That is GSTR-1, and of who files quarterly the IFF for the first two months of a quarter.
        """
        if filing == Filing.MONTHLY or self.is_period_end(month, filing):
            return self.due_gstr1(month, filing)
        return self.windows[Form.IFF, filing].last_day(month_number(month))

    def next_outward(self, today: dt.date, filing: Filing, since: TaxPeriod | None = None) -> TaxPeriod:
        """Return the first month whose return is not due before a day, and which is not before `since`."""
        month = max(since or self.first_period, TaxPeriod.of(today).plus(-1))
        while self.due_outward(month, filing) < today:
            month = month.plus(1)
        return month

    def pending_until(
        self, two_b_period: TaxPeriod, filing: Filing, state: str, under: Collection[str] = ()
    ) -> dt.datetime:
        """Return the first instant, in UTC, at which a specified record may no longer be pending."""
        return day_over(self.last_pending_day(two_b_period, filing, state, under))

    def last_pending_day(
        self, two_b_period: TaxPeriod, filing: Filing, state: str, under: Collection[str] = ()
    ) -> dt.date:
        """Return the deadline of a specified record: the due day of the GSTR-3B one tax period after its 2B period."""
        last = self.period_for(two_b_period, filing).plus(self.declared.pending.tax_periods * self.months(filing))
        return self.due_gstr3b(last, filing, state, under)

    def pending_deadlines(self, last: TaxPeriod, *due_by: *DueBy) -> PeriodMoments:
        """Return every 2B period from the beginning of GST to `last`, with what `pending_until` gives for it."""
        key = (last, *due_by)
        if key not in self._pending_deadlines:
            periods = (month_named(number) for number in range(month_number(EARLIEST), month_number(last) + 1))
            self._pending_deadlines[key] = tuple((p, self.pending_until(p, *due_by)) for p in periods)
        return self._pending_deadlines[key]

    @cached_property
    def _pending_deadlines(self) -> dict[tuple[TaxPeriod, *DueBy], PeriodMoments]:
        # They hang on nothing but the calendar, and statements over many records ask for them again and again.
        return {}

    # --- limits of a document -----------------------------------------------------------------------------------------

    def cutoff(self, kind: Kind, document_date: dt.date, annual_return_at: dt.datetime | None) -> dt.datetime | None:
        """Return the first instant, in UTC, at which section 16(4) has passed; None for kinds that it does not bind.

        `annual_return_at` is when the recipient furnished the annual return of the document's financial year.
        """
        return self._limit(self.declared.time_limit, kind, document_date, annual_return_at)

    def amendment_limit(
        self, kind: Kind, original_date: dt.date, annual_return_at: dt.datetime | None
    ) -> dt.datetime | None:
        """Return the first instant, in UTC, from which a supplier may no longer amend a document (section 37(3)).

        None for kinds that it does not bind: customs amend a bill of entry, and no return of a supplier.
        `annual_return_at` is when the supplier furnished the annual return of the original's financial year.
        """
        return self._limit(self.declared.amendment, kind, original_date, annual_return_at)

    def years_with_credit(self, now: dt.datetime) -> Mapping[str, tuple[dt.date, dt.date]]:
        """Return the financial years that section 16(4) still gives time by its day, each with its first and last.

        Whatever is of an earlier year is too late; an annual return may end one of these too.
        """
        this, limit = self._financial_year_start(in_india(now).date()), self.declared.time_limit
        before = [this - 1] if now < day_over(dt.date(this, limit.month, limit.day)) else []
        starts = [dt.date(year, self.declared.financial_year.first_month, 1) for year in (*before, this)]
        return {self.financial_year(day): (day, day.replace(year=day.year + 1) - dt.timedelta(1)) for day in starts}

    # --- below --------------------------------------------------------------------------------------------------------

    def _moved(self, usual: dt.date, what: str, period: TaxPeriod, **of: Any) -> dt.date:
        # A notification only ever gives more time; of several for one date the latest holds.
        return max([usual, *(entry.date for entry in self.declared.extension if entry.covers(what, period, **of))])

    def _financial_year_start(self, day: dt.date) -> int:
        return day.year - (day.month < self.declared.financial_year.first_month)

    def _limit(
        self, last: TimeLimit, kind: Kind, day: dt.date, annual_return_at: dt.datetime | None
    ) -> dt.datetime | None:
        if kind not in last.kinds:
            return None
        limit = day_over(dt.date(self._financial_year_start(day) + 1, last.month, last.day))
        return limit if annual_return_at is None else min(limit, in_india(annual_return_at).astimezone(dt.UTC))


def _with_extensions(window: Window, extensions: Iterable[Extension], form: Form, filing: Filing) -> FilingWindow:
    usual = FilingWindow(window.first_day, {}, window.follows.get(form))
    moved: dict[int, dt.date] = {}
    for entry in extensions:
        followed = usual.follows is not None and entry.covers(usual.follows, entry.period, filing=filing)
        if followed or entry.covers("window", entry.period, form=form, filing=filing):
            number = month_number(entry.period)
            moved[number] = max(entry.date, moved.get(number, usual.usual_last_day(number)))
    return replace(usual, moved=moved)


@lru_cache(maxsize=4096)
def _period_end(month: TaxPeriod, months: int) -> TaxPeriod:
    return month_named(month_number(month) + -month.month % months)
