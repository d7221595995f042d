"""The calendar of the law: 2B windows, due dates, tax periods and limits, each read from its declaration.

Must not import a database, a clock or a file: it is made of TOML text, and every moment is handed in.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from types import MappingProxyType
from typing import Self

from ims_fsm.errors import DeclarationError
from ims_fsm.law.calendar_consistency import contradictions
from ims_fsm.law.calendar_declaration import CalendarDeclaration, LastDay
from ims_fsm.law.calendar_reading import read_calendar
from ims_fsm.law.due_dates import (
    FilingWindow,
    day_over,
    filing_windows,
    gstr1_day,
    gstr3b_day,
    month_named,
    month_number,
    two_b_day,
)
from ims_fsm.law.edition import EARLIEST
from ims_fsm.terms.period import TaxPeriod, in_india, midnight
from ims_fsm.terms.vocabulary import Filing, Form, Kind

PeriodMoments = tuple[tuple[TaxPeriod, dt.datetime], ...]


@dataclass(frozen=True)
class Calendar:
    """The dates, windows and limits of the law; dates are days in India, moments are aware and in UTC.

    Where a moment is handed in it must be aware: a naive one raises `ValueError`.
    """

    declared: CalendarDeclaration

    @classmethod
    def load(cls, text: str, overlay: str | None = None, where: str = "calendar.toml") -> Self:
        """Read the calendar from TOML text; `overlay`, more TOML, replaces the keys it names and adds extensions.

        Raises `DeclarationError` with all problems at once; `where` names the calendar in it.
        """
        subject = where if overlay is None else f"{where} with its overlay"
        declared = read_calendar(text, overlay, subject)
        if problems := contradictions(declared):
            raise DeclarationError(subject, problems)
        return cls(declared)

    # --- what is declared ---------------------------------------------------------------------------------------------

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

    @property
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
            "opens_on": _day_in_words(declared.opening.day),
            "remarks_limit": str(declared.remarks.limit),
            "declaration_from": _day_in_words(declared.declaration.mandatory_from),
            "two_b_day": _ordinal(declared.two_b.day),
            "time_limit": f"{limit.day} {dt.date(2001, limit.month, 1):%B}",
        }

    # --- tax periods --------------------------------------------------------------------------------------------------

    def period_for(self, month: TaxPeriod, filing: Filing) -> TaxPeriod:
        """Return the tax period in which a month lies: itself, or the quarter's last month (FAQ 27)."""
        return _period_end(month, self._months(filing))

    def is_period_end(self, period: TaxPeriod, filing: Filing) -> bool:
        """Say whether a month names a tax period of that filing frequency."""
        return self.period_for(period, filing) == period

    def next(self, period: TaxPeriod, filing: Filing) -> TaxPeriod:
        """Return the tax period after the one in which a month lies."""
        return self.period_for(period, filing).plus(self._months(filing))

    def previous(self, period: TaxPeriod, filing: Filing) -> TaxPeriod:
        """Return the tax period before the one in which a month lies."""
        return self.period_for(period, filing).plus(-self._months(filing))

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

    def window_period(self, form: Form, supplier_filing: Filing, moment: dt.datetime) -> TaxPeriod:
        """Return the month in whose 2B window a moment of filing lies (rule window.2b)."""
        return month_named(self._windows[form, supplier_filing].month_of(in_india(moment).date()))

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
        return midnight(two_b_day(self.declared, period))

    def due_gstr3b(self, period: TaxPeriod, filing: Filing, state: str) -> dt.date:
        """Return the due day of the GSTR-3B for the tax period in which a month lies.

        `state` is the recipient's code; raises `InputError` for a quarterly filer where the calendar lacks it.
        """
        return gstr3b_day(self.declared, self.period_for(period, filing), filing, state)

    def due_gstr1(self, period: TaxPeriod, filing: Filing) -> dt.date:
        """Return the due day of the GSTR-1 for the tax period in which a month lies."""
        return gstr1_day(self.declared, self.period_for(period, filing), filing)

    def pending_until(self, two_b_period: TaxPeriod, filing: Filing, state: str) -> dt.datetime:
        """Return the first instant, in UTC, at which a specified record may no longer be pending.

        Its deadline is the due day of the recipient's GSTR-3B one tax period after the record's 2B period.
        """
        last = self.period_for(two_b_period, filing).plus(self.declared.pending.tax_periods * self._months(filing))
        return day_over(self.due_gstr3b(last, filing, state))

    def pending_deadlines(self, filing: Filing, state: str, last: TaxPeriod) -> PeriodMoments:
        """Return every 2B period from the beginning of GST to `last`, with what `pending_until` gives for it."""
        key = (filing, state, last)
        if key not in self._pending_deadlines:
            periods = (month_named(number) for number in range(month_number(EARLIEST), month_number(last) + 1))
            self._pending_deadlines[key] = tuple((p, self.pending_until(p, filing, state)) for p in periods)
        return self._pending_deadlines[key]

    @cached_property
    def _pending_deadlines(self) -> dict[tuple[Filing, str, TaxPeriod], PeriodMoments]:
        # They hang on nothing but the calendar, and statements over many records ask for them again and again.
        return {}

    # --- limits of a document -----------------------------------------------------------------------------------------

    def cutoff(self, kind: Kind, document_date: dt.date, annual_return_at: dt.datetime | None) -> dt.datetime | None:
        """Return the first instant, in UTC, at which section 16(4) has passed; None for kinds that it does not bind.

        `annual_return_at` is when the recipient furnished the annual return of the document's financial year.
        """
        if kind not in self.declared.time_limit.kinds:
            return None
        limit = self._limit(self.declared.time_limit, document_date)
        return limit if annual_return_at is None else min(limit, in_india(annual_return_at).astimezone(dt.UTC))

    def amendment_limit(self, original_date: dt.date) -> dt.datetime:
        """Return the first instant, in UTC, from which a supplier may no longer amend a document (section 39(9))."""
        return self._limit(self.declared.amendment, original_date)

    # --- below --------------------------------------------------------------------------------------------------------

    @cached_property
    def _windows(self) -> Mapping[tuple[Form, Filing], FilingWindow]:
        return filing_windows(self.declared)

    def _months(self, filing: Filing) -> int:
        lengths = self.declared.tax_period
        return lengths.quarterly.months if filing == Filing.QUARTERLY else lengths.monthly.months

    def _financial_year_start(self, day: dt.date) -> int:
        return day.year - (day.month < self.declared.financial_year.first_month)

    def _limit(self, last: LastDay, day: dt.date) -> dt.datetime:
        return day_over(dt.date(self._financial_year_start(day) + 1, last.month, last.day))


@lru_cache(maxsize=4096)
def _period_end(month: TaxPeriod, months: int) -> TaxPeriod:
    return month_named(month_number(month) + -month.month % months)


def _day_in_words(day: dt.date) -> str:
    return f"{day.day} {day:%B %Y}"


def _ordinal(number: int) -> str:
    teen = number % 100 in {11, 12, 13}
    return f"{number}{'th' if teen else {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th')}"
