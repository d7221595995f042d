"""The days of one tax period, for one recipient: every one of them read from the calendar, none written here.

Imports the law and the terms; draws nothing and says nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

from ims_fsm.errors import InputError, Problem
from ims_fsm.law.book import LawBook
from ims_fsm.law.calendar import Calendar
from ims_fsm.law.due_dates import ONE_DAY, filing_windows, month_number
from ims_fsm.terms.period import TaxPeriod, in_india
from ims_fsm.terms.vocabulary import Filing, Form

SUBJECT = "timeline"


@dataclass(frozen=True, slots=True)
class Window:
    """The days on which what a supplier files for a month leads to one 2B period of the recipient."""

    month: TaxPeriod
    first: dt.date
    last: dt.date
    two_b_period: TaxPeriod


@dataclass(frozen=True, slots=True)
class Limit:
    """The last day for the credit of a financial year's documents (section 16(4))."""

    financial_year: str
    last: dt.date


@dataclass(frozen=True, slots=True)
class Recipient:
    """Whose month it is: how often he files and the code of his state, which may be empty where it decides nothing."""

    filing: Filing
    state: str = ""


@dataclass(frozen=True, slots=True)
class Days:
    """Every day that the picture of a tax period shows; days are days in India.

    `following` is the tax period after it, `before` the one before; `due` is the day on which its GSTR-3B is due,
    `draft` that of its GSTR-2B. `limits` lie inside the picture, `own_limit` is that of the documents of this period.
    """

    calendar: Calendar
    recipient: Recipient
    period: TaxPeriod
    begins: dt.date
    opens: dt.date
    due_before: dt.date
    draft: dt.date
    due: dt.date
    draft_following: dt.date
    due_following: dt.date
    pending_until: dt.date | None
    own_limit: Limit | None

    @classmethod
    def read(cls, book: LawBook, period: TaxPeriod, recipient: Recipient) -> Self:
        """Read the days of the tax period in which a month lies.

        Raises `InputError` with every problem: a state that the calendar lacks or that is missing where it decides, a
        period before IMS, one so late that no calendar reaches it.
        """
        _check(book.calendar, period, recipient)
        try:
            return cls._read(book, book.calendar.period_for(period, recipient.filing), recipient)
        except ValueError as error:
            problem = Problem(period, "is too late: the calendar ends before what follows it", "name an earlier period")
            raise InputError(SUBJECT, [problem]) from error

    @classmethod
    def _read(cls, book: LawBook, period: TaxPeriod, recipient: Recipient) -> Self:
        calendar, filing, state = book.calendar, recipient.filing, recipient.state
        following, before = calendar.next(period, filing), calendar.previous(period, filing)
        begins = first_day(before.plus(1))
        two_b = [in_india(calendar.two_b_opens(each)).date() for each in (period, following)]
        is_dated = book.law.rule(calendar.citations["pending"]).holds_at(period)
        return cls(
            calendar=calendar,
            recipient=recipient,
            period=period,
            begins=begins,
            opens=max(begins, calendar.declared.opening.day),
            due_before=calendar.due_gstr3b(before, filing, state),
            draft=two_b[0],
            due=calendar.due_gstr3b(period, filing, state),
            draft_following=two_b[1],
            due_following=calendar.due_gstr3b(following, filing, state),
            pending_until=last_day(calendar.pending_until(period, filing, state)) if is_dated else None,
            own_limit=limit(calendar, begins),
        )

    @property
    def before(self) -> TaxPeriod:
        """The tax period before."""
        return self.calendar.previous(self.period, self.recipient.filing)

    @property
    def following(self) -> TaxPeriod:
        """The tax period after."""
        return self.calendar.next(self.period, self.recipient.filing)

    @property
    def months(self) -> tuple[TaxPeriod, ...]:
        """The months of the tax period, in order."""
        month, months = self.before.plus(1), []
        while month <= self.period:
            months.append(month)
            month = month.plus(1)
        return tuple(months)

    @property
    def drafts_left_out(self) -> tuple[tuple[TaxPeriod, dt.date], ...]:
        """The months without a GSTR-2B of their own (FAQ 27), each with the day of a monthly taxpayer's draft."""
        return tuple((month, in_india(self.calendar.two_b_opens(month)).date()) for month in self.months[:-1])

    def windows(self, form: Form, supplier: Filing) -> tuple[Window, ...]:
        """Return the windows of a form for the months of this tax period, that before and that after."""
        window = filing_windows(self.calendar.declared)[form, supplier]
        listed = []
        for month in (self.months[0].plus(-1), *self.months, self.period.plus(1)):
            number = month_number(month)
            first, last = window.last_day(number - 1) + ONE_DAY, window.last_day(number)
            listed.append(Window(month, first, last, self.calendar.period_for(month, self.recipient.filing)))
        return tuple(listed)

    def later_form(self) -> tuple[Window, ...]:
        """Return when GSTR-1A of each month is filed: after GSTR-1 is due, until the supplier's GSTR-3B is."""
        listed = []
        for month in (self.months[0].plus(-1), *self.months):
            first = self.calendar.due_gstr1(month, Filing.MONTHLY) + ONE_DAY
            last = self.calendar.due_gstr3b(month, Filing.MONTHLY, "")
            leads_to = self.calendar.form_period(Form.GSTR_1A, month)
            if first <= last:
                listed.append(Window(month, first, last, self.calendar.period_for(leads_to, self.recipient.filing)))
        return tuple(listed)

    def limits(self, until: dt.date) -> tuple[Limit, ...]:
        """Return the limits of section 16(4) from the period's first day to another."""
        return tuple(found for found in self._limits() if self.begins <= found.last <= until)

    def _limits(self) -> Iterator[Limit]:
        first_month = self.calendar.declared.financial_year.first_month
        for year in range(self.begins.year - 2, self.begins.year + 1):
            if found := limit(self.calendar, dt.date(year, first_month, 1)):
                yield found


def limit(calendar: Calendar, day: dt.date) -> Limit | None:
    """Return the limit of section 16(4) for a document of a day; nothing where the calendar binds no kind."""
    kinds = sorted(calendar.declared.time_limit.kinds)
    passed = calendar.cutoff(kinds[0], day, None) if kinds else None
    return Limit(calendar.financial_year(day), last_day(passed)) if passed else None


def first_day(month: TaxPeriod) -> dt.date:
    """Return the first day of a month."""
    return dt.date(month.year, month.month, 1)


def last_day(passed: dt.datetime) -> dt.date:
    """Return the last day in time before an instant at which something has passed."""
    return in_india(passed).date() - ONE_DAY


def _check(calendar: Calendar, period: TaxPeriod, recipient: Recipient) -> None:
    problems = []
    known = "use the first two digits of the recipient's GSTIN"
    if recipient.state and recipient.state not in calendar.states:
        problems.append(Problem("state", f"{recipient.state!r} is no state of the calendar", known))
    if not recipient.state and recipient.filing == Filing.QUARTERLY:
        problems.append(Problem("state", "decides the due day of the quarterly GSTR-3B and is not named", known))
    if calendar.period_for(period, recipient.filing) < calendar.first_period:
        what = f"lies before IMS, which begins with 2B period {calendar.first_period}"
        problems.append(Problem(period, what, "name that period or a later one"))
    if problems:
        raise InputError(SUBJECT, problems)
