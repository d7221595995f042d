"""The months of the calendar worked out: for each 2B period its days, for monthly and for quarterly taxpayers.

Imports the calendar, which works out every day; nothing is counted here.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from ims_fsm.law.calendar import Calendar
from ims_fsm.law.due_dates import filing_windows, month_number
from ims_fsm.pages.anchors import CALENDAR
from ims_fsm.pages.blocks import Line, Section, Strong, Table
from ims_fsm.pages.material import Material
from ims_fsm.pages.wording import day, month
from ims_fsm.terms.period import TaxPeriod, in_india
from ims_fsm.terms.vocabulary import Filing, Form

_YEAR = 12
_DAY = dt.timedelta(days=1)


def month_sections(material: Material) -> Iterator[Section]:
    """Give a section for the year from the first 2B period of IMS, and for that from each later rule set."""
    calendar = material.book.calendar
    rule_sets = material.law.rule_sets
    for first in dict.fromkeys([calendar.first_period, *(each.since for each in rule_sets if each.since)]):
        months = [first.plus(number) for number in range(_YEAR)]
        title = f"From 2B period {month(first)}"
        pending = _may_lapse(first, material)
        blocks = (
            _monthly(calendar, months, title, pending=pending),
            _quarterly(calendar, months, title, pending=pending),
        )
        yield Section(f"{CALENDAR}-from-{first}", title, blocks)


def _may_lapse(period: TaxPeriod, material: Material) -> bool:
    """Say whether pending ends by a deadline for any record of a 2B period."""
    editions = [machine.at(period) for machine in material.law.record_machines]
    return any(move.trigger == "lapse" for edition in editions for move in edition.transitions)


def _monthly(calendar: Calendar, months: list[TaxPeriod], title: str, *, pending: bool) -> Table:
    state = next(iter(calendar.states))
    rows = []
    for period in months:
        due = calendar.due_gstr3b(period, Filing.MONTHLY, state)
        row: tuple[Line, ...] = (
            (Strong(month(period)),),
            (_window(calendar, period),),
            (_drafted(calendar, period),),
            (day(due),),
        )
        rows.append((*row, (_pending(calendar, period, Filing.MONTHLY, state),)) if pending else row)
    head = ("2B period", "Monthly GSTR-1 filed", "GSTR-2B drafted", "GSTR-3B due")
    last = ("A specified record may be pending until",) if pending else ()
    return Table((*head, *last), tuple(rows), f"Monthly taxpayers, {title[0].lower()}{title[1:]}")


def _quarterly(calendar: Calendar, months: list[TaxPeriod], title: str, *, pending: bool) -> Table:
    states = _one_of_each(calendar)
    rows: list[tuple[Line, ...]] = []
    for period in (each for each in months if calendar.is_period_end(each, Filing.QUARTERLY)):
        due: tuple[Line, ...] = tuple(
            (day(calendar.due_gstr3b(period, Filing.QUARTERLY, code)),) for code in states.values()
        )
        held: tuple[Line, ...] = tuple(
            (_pending(calendar, period, Filing.QUARTERLY, code),) for code in states.values() if pending
        )
        rows.append(((Strong(month(period)),), (_drafted(calendar, period),), *due, *held))
    dues = (f"GSTR-3B due, {group} group" for group in states)
    helds = (f"Pending until, {group} group" for group in states if pending)
    head = ("Quarter that ends with", "GSTR-2B drafted", *dues, *helds)
    return Table(head, tuple(rows), f"Quarterly taxpayers, {title[0].lower()}{title[1:]}")


def _one_of_each(calendar: Calendar) -> dict[str, str]:
    """Return the code of one state of each group, by the group's name."""
    groups = calendar.declared.due.gstr3b.quarterly.days
    states = calendar.declared.state
    return {group: next(code for code, state in states.items() if state.category == group) for group in groups}


def _window(calendar: Calendar, period: TaxPeriod) -> str:
    window = filing_windows(calendar.declared)[Form.GSTR_1, Filing.MONTHLY]
    number = month_number(period)
    return f"{day(window.last_day(number - 1) + _DAY)} to {day(window.last_day(number))}"


def _drafted(calendar: Calendar, period: TaxPeriod) -> str:
    return day(in_india(calendar.two_b_opens(period)).date())


def _pending(calendar: Calendar, period: TaxPeriod, filing: Filing, state: str) -> str:
    return day(in_india(calendar.pending_until(period, filing, state)).date() - _DAY)
