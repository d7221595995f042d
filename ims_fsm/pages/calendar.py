"""The calendar in words: its windows, and the months worked out.

Imports the calendar, which works out every day; nothing is counted here.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from ims_fsm.law.calendar import Calendar, month_number
from ims_fsm.pages.material import Material
from ims_fsm.pages.phrases import month, ordinal
from ims_fsm.terms.period import TaxPeriod, day_in_words, in_india
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
class Year:
    """The twelve 2B periods from the first of a rule set, and whether pending ends by a deadline in them."""

    months: tuple[TaxPeriod, ...]
    pending: bool


def years(material: Material) -> Iterator[Year]:
    """Give the year from the first 2B period of IMS, and that from each later rule set."""
    begins = [rule_set.since for rule_set in material.law.rule_sets if rule_set.since]
    for first in dict.fromkeys([material.book.calendar.first_period, *begins]):
        editions = (machine.at(first) for machine in material.record_machines)
        pending = any(move.trigger == "lapse" for edition in editions for move in edition.transitions)
        yield Year(tuple(first.plus(number) for number in range(_YEAR)), pending)


def states_of(calendar: Calendar, category: str) -> list[str]:
    """Return the states of a group by name, each with its code."""
    states = calendar.declared.state
    return [f"{state.name} ({code})" for code, state in states.items() if state.category == category]


def state_of_each_group(calendar: Calendar) -> dict[str, str]:
    """Return the code of a state of each group, by the group's name."""
    groups = calendar.declared.due.gstr3b.quarterly.days
    states = calendar.declared.state
    return {group: next(code for code, state in states.items() if state.category == group) for group in groups}


def filed(calendar: Calendar, period: TaxPeriod) -> str:
    """Return the days on which a monthly GSTR-1 is filed whose documents are in the GSTR-2B of a period."""
    window = calendar.windows[Form.GSTR_1, Filing.MONTHLY]
    number = month_number(period)
    return f"{day_in_words(window.last_day(number - 1) + _DAY)} to {day_in_words(window.last_day(number))}"


def drafted(calendar: Calendar, period: TaxPeriod) -> str:
    """Return the day on which the GSTR-2B of a period is drafted."""
    return day_in_words(in_india(calendar.two_b_opens(period)).date())


def due(calendar: Calendar, period: TaxPeriod, state: str = "") -> str:
    """Return the due day of the GSTR-3B of a period: the quarterly one of a state, the monthly one without it."""
    return day_in_words(calendar.due_gstr3b(period, *_filing(calendar, state)))


def until(calendar: Calendar, period: TaxPeriod, state: str = "") -> str:
    """Return the last day on which a specified record of a period may be pending, by the GSTR-3B of `due`."""
    return day_in_words(in_india(calendar.pending_until(period, *_filing(calendar, state))).date() - _DAY)


def _filing(calendar: Calendar, state: str) -> tuple[Filing, str]:
    return (Filing.QUARTERLY, state) if state else (Filing.MONTHLY, next(iter(calendar.states)))
