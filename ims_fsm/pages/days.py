"""What each table of the calendar says, in a sentence, by its place in the file.

Imports the calendar and the wording; the days themselves are data.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ims_fsm.law.calendar import Calendar
from ims_fsm.law.calendar_declaration import CalendarDeclaration
from ims_fsm.pages.wording import capital, day, listed, month, ordinal, plural, worded
from ims_fsm.terms.vocabulary import ReminderKind

_NEXT = "of the month after the tax period"


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
            f"Of what is pending a recipient is reminded {when} the last day on which section 16(4) allows its ITC."
        ),
        ReminderKind.PENDING_DEADLINE: (
            f"Of a specified record that is pending he is reminded {when} the last day on which it may be."
        ),
    }[kind]


def _of_state(declared: CalendarDeclaration) -> str:
    days = declared.due.gstr3b.quarterly.days
    told = listed(f"the {ordinal(due)} ({worded(category)} group of states)" for category, due in days.items())
    return f"Quarterly GSTR-3B is due on {told} {_NEXT}."


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
