"""The days of one tax period, for one recipient: every one of them read from the calendar, none written here.

Imports the law and the terms; draws nothing and says nothing. Days are days in India.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple, Self

from ims_fsm.errors import InputError, Problem
from ims_fsm.law.book import LawBook
from ims_fsm.law.calendar import ONE_DAY, Calendar, month_number
from ims_fsm.terms.period import TaxPeriod, in_india
from ims_fsm.terms.vocabulary import Filing, Form

SUBJECT = "timeline"
_FORMS = ((Form.GSTR_1, Filing.MONTHLY), (Form.IFF, Filing.QUARTERLY), (Form.GSTR_1, Filing.QUARTERLY))


class Window(NamedTuple):
    """The days on which what a supplier files for a month leads to one 2B period of the recipient."""

    month: TaxPeriod
    first: dt.date
    last: dt.date
    two_b_period: TaxPeriod


class Limit(NamedTuple):
    """The last day for the credit of a financial year's documents (section 16(4))."""

    financial_year: str
    last: dt.date


class Recipient(NamedTuple):
    """Whose tax period it is: how often they file, and the code of their state, which a monthly filer may leave out."""

    filing: Filing
    state: str = ""


@dataclass(frozen=True, slots=True)
class Days:
    """Every day that the picture of a tax period shows."""

    calendar: Calendar
    recipient: Recipient
    period: TaxPeriod
    #: The tax periods before and after it.
    before: TaxPeriod
    following: TaxPeriod
    begins: dt.date
    #: When the recipient's actions begin: with the period, or with IMS.
    opens: dt.date
    #: The due days of GSTR-3B of the period before, of this one, and of the following one.
    due_before: dt.date
    due: dt.date
    due_following: dt.date
    #: The days of the draft GSTR-2B of this period and of the following one.
    draft: dt.date
    draft_following: dt.date
    #: Until when specified records may be kept pending; None where no rule limits it yet.
    pending_until: dt.date | None
    #: The limit of section 16(4) for the documents of this period.
    own_limit: Limit | None

    @classmethod
    def read(cls, book: LawBook, period: TaxPeriod, recipient: Recipient, subject: str = SUBJECT) -> Self:
        """Read the days of the tax period in which a month lies; `subject` is what is drawn of them.

        Raises `InputError` with every problem: a state that the calendar lacks or that is missing where it decides, a
        period before IMS, one so late that no calendar reaches it.
        """
        _check(book.calendar, period, recipient, subject)
        try:
            return cls._read(book, book.calendar.period_for(period, recipient.filing), recipient)
        except ValueError as error:
            problem = Problem(period, "is too late: the calendar ends before what follows it", "name an earlier period")
            raise InputError(subject, [problem]) from error

    @classmethod
    def _read(cls, book: LawBook, period: TaxPeriod, recipient: Recipient) -> Self:
        calendar, (filing, state) = book.calendar, recipient
        before, following = calendar.previous(period, filing), calendar.next(period, filing)
        begins = dt.date(before.plus(1).year, before.plus(1).month, 1)
        is_dated = book.law.rule(calendar.citations["pending"]).holds_at(period)
        return cls(
            calendar=calendar,
            recipient=recipient,
            period=period,
            before=before,
            following=following,
            begins=begins,
            opens=max(begins, calendar.declared.opening.day),
            due_before=calendar.due_gstr3b(before, filing, state),
            due=calendar.due_gstr3b(period, filing, state),
            due_following=calendar.due_gstr3b(following, filing, state),
            draft=calendar.two_b_day(period),
            draft_following=calendar.two_b_day(following),
            pending_until=calendar.last_pending_day(period, filing, state) if is_dated else None,
            own_limit=limit(calendar, begins),
        )

    @property
    def months(self) -> tuple[TaxPeriod, ...]:
        """The months of the tax period, in order."""
        count = month_number(self.period) - month_number(self.before)
        return tuple(self.before.plus(step) for step in range(1, count + 1))

    @property
    def drafts_left_out(self) -> tuple[tuple[TaxPeriod, dt.date], ...]:
        """The months without a GSTR-2B of their own (FAQ 27), each with the day of a monthly taxpayer's draft."""
        return tuple((month, self.calendar.two_b_day(month)) for month in self.months[:-1])

    def windows(self, form: Form, supplier: Filing) -> tuple[Window, ...]:
        """Return the windows of a form for the months of this tax period, that before and that after."""
        window = self.calendar.windows[form, supplier]
        return tuple(
            Window(
                month,
                window.last_day(month_number(month) - 1) + ONE_DAY,
                window.last_day(month_number(month)),
                self.calendar.period_for(month, self.recipient.filing),
            )
            for month in (self.months[0].plus(-1), *self.months, self.period.plus(1))
        )

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

    @property
    def ends(self) -> dt.date:
        """The last day of the picture."""
        due = self.pending_until or self.due
        return max(self.due_following, self.draft_following, due, self.due, self.draft)

    @property
    def limits(self) -> tuple[Limit, ...]:
        """The limits of section 16(4) in the picture."""
        years = range(self.begins.year - 2, self.begins.year + 1)
        first_month = self.calendar.declared.financial_year.first_month
        listed = (limit(self.calendar, dt.date(year, first_month, 1)) for year in years)
        return tuple(bound for bound in listed if bound and self.begins <= bound.last <= self.ends)

    def moved(self) -> tuple[tuple[str, dt.date, str], ...]:
        """Return what notifications moved, in the order of the picture: what is due or ends, its day, the notification.

        A notification that moved nothing is left out.
        """
        due = ((self.before, self.due_before), (self.period, self.due), (self.following, self.due_following))
        drafts = ((self.period, self.draft), (self.following, self.draft_following))
        listed: list[tuple[str, dt.date, str]] = []
        for form, filing in _FORMS:
            for month, _, last, _ in self.windows(form, filing):
                what = f"the window of {form} filed {filing} for {month.in_words}"
                listed += self._moved(what, last, "window", month, form=form, filing=filing)
        for period, day in drafts:
            listed += self._moved(f"the draft GSTR-2B of {period.in_words}", day, "two_b", period)
        for period, day in due:
            listed += self._moved(f"GSTR-3B of {period.in_words}", day, "gstr3b", period, **self.recipient._asdict())
        return tuple(dict.fromkeys(listed))

    def _moved(
        self, what: str, day: dt.date, kind: str, period: TaxPeriod, **narrowed: Any
    ) -> Iterator[tuple[str, dt.date, str]]:
        for entry in self.calendar.declared.extension:
            if entry.covers(kind, period, **narrowed) and entry.date == day:
                yield what, day, entry.source


def limit(calendar: Calendar, day: dt.date) -> Limit | None:
    """Return the limit of section 16(4) for a document of a day; nothing where the calendar binds no kind."""
    kinds = sorted(calendar.declared.time_limit.kinds)
    passed = calendar.cutoff(kinds[0], day, None) if kinds else None
    return Limit(calendar.financial_year(day), in_india(passed).date() - ONE_DAY) if passed else None


def _check(calendar: Calendar, period: TaxPeriod, recipient: Recipient, subject: str) -> None:
    problems = []
    remedy = "use the first two digits of the recipient's GSTIN"
    if recipient.state and recipient.state not in calendar.states:
        problems.append(Problem("state", f"{recipient.state!r} is not a state of the calendar", remedy))
    if not recipient.state and recipient.filing == Filing.QUARTERLY:
        problems.append(Problem("state", "decides the due day of the quarterly GSTR-3B and is not named", remedy))
    if calendar.period_for(period, recipient.filing) < calendar.first_period:
        what = f"lies before IMS, which begins with 2B period {calendar.first_period}"
        problems.append(Problem(period, what, "name that period or a later one"))
    if problems:
        raise InputError(subject, problems)
