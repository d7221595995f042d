"""What the calendar asks of a registration: a due day for the taxpayer's GSTR-3B.

Imports the calendar and the taxpayer's values; must not read or write a database.
"""

from __future__ import annotations

from collections.abc import Iterator

from ims_fsm.errors import InputError, Problem
from ims_fsm.law.calendar import Calendar
from ims_fsm.terms.gstin import state_code
from ims_fsm.terms.vocabulary import Filing


def calendar_problems(calendar: Calendar, gstin: str, filing: Filing) -> Iterator[Problem]:
    """Give what is wrong with a way of filing in the state of a GSTIN (rule due.gstr3b): at most one problem.

    The due day of a quarterly GSTR-3B, and with it what may still be pending, hangs on the state. Raises `ValueError`
    for what is no GSTIN.
    """
    state = state_code(gstin)
    if filing is Filing.QUARTERLY and state not in calendar.states:
        what = f"files quarterly in state {state}, for which the calendar has no due day of GSTR-3B (due.gstr3b)"
        yield Problem(gstin, what, "correct the GSTIN, or register it as monthly")


def refuse_without_due_day(calendar: Calendar, gstin: str, filing: Filing) -> None:
    """Raise `InputError` where `calendar_problems` gives one."""
    if problems := list(calendar_problems(calendar, gstin, filing)):
        raise InputError("taxpayer", problems)
