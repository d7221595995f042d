"""The calendar in words: its windows, and the months worked out.

Imports the calendar, which works out every day; nothing is counted here.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from ims_fsm.law.calendar import Calendar
from ims_fsm.law.due_dates import filing_windows, month_number
from ims_fsm.pages.material import Material
from ims_fsm.pages.phrases import day, month, ordinal
from ims_fsm.terms.period import TaxPeriod, in_india
from ims_fsm.terms.vocabulary import Filing, Form, ReminderKind

_NEXT = "of the month after the tax period"
_YEAR = 12
_DAY = dt.timedelta(days=1)
REMINDERS = tuple(f"reminder.{kind}" for kind in ReminderKind)


def month_name(number: int) -> str:
    """Return the name of a month of the year.

    >>> month_name(4)
    'April'
    """
    return month(f"2001-{number:02}").removesuffix(" 2001")


def last_day(month_number: int, day_number: int) -> str:
    """Return a day of the year in words.

    >>> last_day(11, 30)
    '30 November'
    """
    return f"{day_number} {month_name(month_number)}"


def window_days(first_day: int) -> tuple[str, str]:
    """Return the first and the last day of a window of 2B.

    >>> window_days(12)
    ('the 12th of the month', 'the 11th of the next')
    """
    return f"the {ordinal(first_day)} of the month", f"the {ordinal(first_day - 1)} of the next"


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
