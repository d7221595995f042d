"""The calendar in words: a sentence for each of its tables, the windows, and the months worked out.

Imports the calendar, which works out every day; nothing is counted here.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from ims_fsm.draw.citation import worded
from ims_fsm.law.calendar import Calendar
from ims_fsm.law.calendar_declaration import CalendarDeclaration
from ims_fsm.law.due_dates import filing_windows, month_number
from ims_fsm.pages.material import Material
from ims_fsm.pages.phrases import capital, day, listed, month, ordinal, plural
from ims_fsm.terms.period import TaxPeriod, in_india
from ims_fsm.terms.vocabulary import Filing, Form, ReminderKind

_NEXT = "of the month after the tax period"
_YEAR = 12
_DAY = dt.timedelta(days=1)
REMINDERS = tuple(f"reminder.{kind}" for kind in ReminderKind)


def sentences(calendar: Calendar) -> Mapping[str, str]:
    """Return the sentence of every table that cites a rule, by its place ("due.gstr1.monthly")."""
    declared = calendar.declared
    single = {place: tell(declared) for place, tell in _TABLES.items()}
    windows = {f"window.{name}": _window(declared, name) for name in declared.window}
    forward = {
        f"form_period.{form}": f"What a {form} of a month carries leads to the GSTR-2B {_later(put.months_later)}."
        for form, put in declared.form_period.items()
    }
    ahead = {f"reminder.{kind}": _reminder(declared, kind) for kind in declared.reminder}
    return {place: {**single, **windows, **forward, **ahead}[place] for place in calendar.citations}


def last_day(month_number: int, day_number: int) -> str:
    """Return a day of the year in words.

    >>> last_day(11, 30)
    '30 November'
    """
    return f"{day_number} {month(f'2001-{month_number:02}').removesuffix(' 2001')}"


def window_days(first_day: int) -> tuple[str, str]:
    """Return the first and the last day of a window of 2B.

    >>> window_days(12)
    ('the 12th of the month', 'the 11th of the next')
    """
    return f"the {ordinal(first_day)} of the month", f"the {ordinal(first_day - 1)} of the next"


def _later(months: int) -> str:
    return {0: "of its own month", 1: "of the next month"}.get(months, f"of {months} months later")


def _window(declared: CalendarDeclaration, name: str) -> str:
    window = declared.window[name]
    first, last = window_days(window.first_day)
    forms = listed(sorted(window.forms))
    filing = listed(sorted(window.supplier_filing), "or")
    return f"{forms} of {filing} suppliers: what is filed from {first} to {last} is in the GSTR-2B of the month."


def _reminder(declared: CalendarDeclaration, kind: ReminderKind) -> str:
    days = declared.reminder[kind].days_before
    when = f"{listed(map(str, days))} days before" if days else "never before"
    return {
        ReminderKind.DRAFT_READY: "When GSTR-2B is drafted the recipient is told that it is ready.",
        ReminderKind.TWO_B_STALE: f"A recipient whose GSTR-2B is stale is reminded {when} the due day of GSTR-3B.",
        ReminderKind.TIME_LIMIT: (
            f"A recipient is reminded of a pending record {when} the last day on which section 16(4) allows its ITC."
        ),
        ReminderKind.PENDING_DEADLINE: (
            f"A recipient is reminded of a pending specified record {when} the last day on which it may be pending."
        ),
    }[kind]


def _of_state(declared: CalendarDeclaration) -> str:
    days = declared.due.gstr3b.quarterly.days
    dues = listed(f"the {ordinal(due)} ({worded(category)} group of states)" for category, due in days.items())
    return f"Quarterly GSTR-3B is due on {dues} {_NEXT}."


_TABLES: Mapping[str, Callable[[CalendarDeclaration], str]] = {
    "opening": lambda c: f"Recipients may act from {day(c.opening.day)}.",
    "first_period": lambda c: f"The first 2B period whose records are in IMS is {month(c.first_period.period)}.",
    "financial_year": lambda c: (
        f"A financial year begins in {month(f'2001-{c.financial_year.first_month:02}').removesuffix(' 2001')}."
    ),
    "tax_period.monthly": lambda c: f"A monthly taxpayer's tax period has {_months(c.tax_period.monthly.months)}.",
    "tax_period.quarterly": lambda c: (
        f"A quarterly taxpayer's tax period has {_months(c.tax_period.quarterly.months)}, named by the last one."
    ),
    "two_b": lambda c: f"GSTR-2B is drafted on the {ordinal(c.two_b.day)} {_NEXT}.",
    "due.gstr1.monthly": lambda c: f"Monthly GSTR-1 is due on the {ordinal(c.due.gstr1.monthly.day)} {_NEXT}.",
    "due.gstr1.quarterly": lambda c: f"Quarterly GSTR-1 is due on the {ordinal(c.due.gstr1.quarterly.day)} {_NEXT}.",
    "due.gstr3b.monthly": lambda c: f"Monthly GSTR-3B is due on the {ordinal(c.due.gstr3b.monthly.day)} {_NEXT}.",
    "due.gstr3b.quarterly": _of_state,
    "time_limit": lambda c: (
        f"{capital(listed(plural(kind) for kind in sorted(c.time_limit.kinds)))}: ITC until "
        f"{last_day(c.time_limit.month, c.time_limit.day)} after the financial year of the document, that day included."
    ),
    "amendment": lambda c: (
        f"A supplier may amend until {last_day(c.amendment.month, c.amendment.day)} after the financial year of the "
        f"original, that day included."
    ),
    "pending": lambda c: (
        f"A specified record may be pending for {_periods(c.pending.tax_periods)}: until the due date of the "
        f"recipient's GSTR-3B so long after its 2B period, that day included."
    ),
    "declaration": lambda c: (
        f"From {day(c.declaration.mandatory_from)} a specified record is accepted only with the declaration of the "
        f"ITC to be reduced."
    ),
    "remarks": lambda c: f"A remark has at most {c.remarks.limit} characters.",
}


def _months(number: int) -> str:
    return "one month" if number == 1 else f"{number} months"


def _periods(number: int) -> str:
    return "one tax period" if number == 1 else f"{number} tax periods"


@dataclass(frozen=True, slots=True)
class Worked:
    """A table of months worked out: the days of each 2B period of a year, in words."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Year:
    """The year from the first 2B period of a rule set: for taxpayers who file monthly, and for those quarterly."""

    first: TaxPeriod
    monthly: Worked
    quarterly: Worked


def years(material: Material) -> Iterator[Year]:
    """Give the year from the first 2B period of IMS, and that from each later rule set."""
    calendar = material.book.calendar
    begins = [rule_set.since for rule_set in material.law.rule_sets if rule_set.since]
    for first in dict.fromkeys([calendar.first_period, *begins]):
        months = [first.plus(number) for number in range(_YEAR)]
        pending = _may_lapse(first, material)
        yield Year(first, _monthly(calendar, months, pending=pending), _quarterly(calendar, months, pending=pending))


def states_of(calendar: Calendar, category: str) -> list[str]:
    """Return the states of a group by name, each with its code."""
    states = calendar.declared.state
    return [f"{state.name} ({code})" for code, state in states.items() if state.category == category]


def _may_lapse(period: TaxPeriod, material: Material) -> bool:
    """Say whether pending ends by a deadline for any record of a 2B period."""
    editions = [machine.at(period) for machine in material.law.record_machines]
    return any(move.trigger == "lapse" for edition in editions for move in edition.transitions)


def _monthly(calendar: Calendar, months: list[TaxPeriod], *, pending: bool) -> Worked:
    state = next(iter(calendar.states))
    rows = []
    for period in months:
        due = day(calendar.due_gstr3b(period, Filing.MONTHLY, state))
        ends = [_until(calendar, period, Filing.MONTHLY, state)] if pending else []
        rows.append((month(period), _filed(calendar, period), _drafted(calendar, period), due, *ends))
    head = ("2B period", "Monthly GSTR-1 filed", "GSTR-2B drafted", "GSTR-3B due")
    return Worked((*head, *(["A specified record may be pending until"] if pending else [])), tuple(rows))


def _quarterly(calendar: Calendar, months: list[TaxPeriod], *, pending: bool) -> Worked:
    states = _state_of_each_group(calendar)
    rows: list[tuple[str, ...]] = []
    for period in (period for period in months if calendar.is_period_end(period, Filing.QUARTERLY)):
        dues = [day(calendar.due_gstr3b(period, Filing.QUARTERLY, code)) for code in states.values()]
        ends = [_until(calendar, period, Filing.QUARTERLY, code) for code in states.values() if pending]
        rows.append((month(period), _drafted(calendar, period), *dues, *ends))
    head = [f"GSTR-3B due, {group} group" for group in states]
    head += [f"Pending until, {group} group" for group in states if pending]
    return Worked(("Quarter that ends with", "GSTR-2B drafted", *head), tuple(rows))


def _state_of_each_group(calendar: Calendar) -> dict[str, str]:
    """Return the code of a state of each group, by the group's name."""
    groups = calendar.declared.due.gstr3b.quarterly.days
    states = calendar.declared.state
    return {group: next(code for code, state in states.items() if state.category == group) for group in groups}


def _filed(calendar: Calendar, period: TaxPeriod) -> str:
    window = filing_windows(calendar.declared)[Form.GSTR_1, Filing.MONTHLY]
    number = month_number(period)
    return f"{day(window.last_day(number - 1) + _DAY)} to {day(window.last_day(number))}"


def _drafted(calendar: Calendar, period: TaxPeriod) -> str:
    return day(in_india(calendar.two_b_opens(period)).date())


def _until(calendar: Calendar, period: TaxPeriod, filing: Filing, state: str) -> str:
    return day(in_india(calendar.pending_until(period, filing, state)).date() - _DAY)
