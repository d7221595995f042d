"""Due days and filing windows: the declared days worked out for a period, extensions included.

Must not import the calendar, a database or a clock. Days are days in India.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from ims_fsm.errors import InputError, Problem
from ims_fsm.law.calendar_declaration import CalendarDeclaration, Extension
from ims_fsm.terms.period import TaxPeriod, midnight
from ims_fsm.terms.vocabulary import Filing, Form

ONE_DAY = dt.timedelta(days=1)
MONTHS = 12


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


def filing_windows(declared: CalendarDeclaration) -> dict[tuple[Form, Filing], FilingWindow]:
    """Return the windows by form and the supplier's filing frequency."""
    return {
        (form, filing): _with_extensions(window.first_day, declared.extension, form, filing)
        for window in declared.window.values()
        for form in window.forms
        for filing in window.supplier_filing
    }


def _with_extensions(first_day: int, extensions: Iterable[Extension], form: Form, filing: Filing) -> FilingWindow:
    usual = FilingWindow(first_day, {})
    moved: dict[int, dt.date] = {}
    for entry in extensions:
        if entry.covers("window", entry.period, form=form, filing=filing):
            number = month_number(entry.period)
            moved[number] = max(entry.date, moved.get(number, usual.usual_last_day(number)))
    return FilingWindow(first_day, moved)


def two_b_day(declared: CalendarDeclaration, period: TaxPeriod) -> dt.date:
    """Return the day on which the GSTR-2B of a period is drafted (FAQ 23, 27)."""
    return _latest(
        day_after(period, declared.two_b.day), (e.date for e in declared.extension if e.covers("two_b", period))
    )


def gstr1_day(declared: CalendarDeclaration, period: TaxPeriod, filing: Filing) -> dt.date:
    """Return the due day of a supplier's GSTR-1."""
    due = declared.due.gstr1
    usual = due.quarterly if filing == Filing.QUARTERLY else due.monthly
    moved = (e.date for e in declared.extension if e.covers("gstr1", period, filing=filing))
    return _latest(day_after(period, usual.day), moved)


def gstr3b_day(declared: CalendarDeclaration, period: TaxPeriod, filing: Filing, state: str) -> dt.date:
    """Return the due day of a recipient's GSTR-3B; raises `InputError` for a quarterly filer of an unknown state."""
    usual = day_after(period, usual_gstr3b_day(declared, filing, state))
    moved = (e.date for e in declared.extension if e.covers("gstr3b", period, filing=filing, state=state))
    return _latest(usual, moved)


def usual_gstr3b_day(declared: CalendarDeclaration, filing: Filing, state: str) -> int:
    """Return the day of the month on which GSTR-3B is due where nothing is extended."""
    due = declared.due.gstr3b
    if filing == Filing.MONTHLY:
        return due.monthly.day
    if state not in declared.state:
        remedy = "use a state code of the calendar, the first two digits of the recipient's GSTIN"
        raise InputError("calendar", [Problem("state", f"{state!r} has no due day for the quarterly GSTR-3B", remedy)])
    return due.quarterly.days[declared.state[state].category]


def _latest(usual: dt.date, moved: Iterable[dt.date]) -> dt.date:
    # A notification only ever gives more time; of several for one date the latest holds.
    return max([usual, *moved])
