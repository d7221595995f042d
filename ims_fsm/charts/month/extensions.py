"""The notifications that moved a day which the picture shows, each with its source.

Imports the calendar's declaration and the days; draws nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from ims_fsm.charts.month.days import Days
from ims_fsm.law.calendar_declaration import Extension
from ims_fsm.terms.period import TaxPeriod
from ims_fsm.terms.vocabulary import Filing, Form


@dataclass(frozen=True, slots=True)
class Moved:
    """A day that a notification moved: what is due or ends on it, the new day, the notification."""

    what: str
    date: dt.date
    source: str


def moved_days(days: Days) -> tuple[Moved, ...]:
    """Return what was moved among the shown days, in the order of the picture; what moved nothing is left out."""
    shown = dict.fromkeys((*_windows(days), *_drafts(days), *_returns(days)))
    return tuple(shown)


def _windows(days: Days) -> Iterator[Moved]:
    for form, filing in ((Form.GSTR_1, Filing.MONTHLY), (Form.IFF, Filing.QUARTERLY), (Form.GSTR_1, Filing.QUARTERLY)):
        for window in days.windows(form, filing):
            for entry in _entries(days, "window", window.month):
                if entry.covers("window", window.month, filing=filing, form=form) and entry.date == window.last:
                    yield Moved(
                        f"the window of {form} filed {filing} for {window.month.in_words}", entry.date, entry.source
                    )


def _drafts(days: Days) -> Iterator[Moved]:
    for period, day in ((days.period, days.draft), (days.following, days.draft_following)):
        for entry in _entries(days, "two_b", period):
            if entry.date == day:
                yield Moved(f"the draft GSTR-2B of {period.in_words}", day, entry.source)


def _returns(days: Days) -> Iterator[Moved]:
    whose = days.recipient
    due = ((days.before, days.due_before), (days.period, days.due), (days.following, days.due_following))
    for period, day in due:
        for entry in _entries(days, "gstr3b", period):
            if entry.covers("gstr3b", period, filing=whose.filing, state=whose.state) and entry.date == day:
                yield Moved(f"GSTR-3B of {period.in_words}", day, entry.source)


def _entries(days: Days, what: str, period: TaxPeriod) -> Iterator[Extension]:
    return (entry for entry in days.calendar.declared.extension if (entry.what, entry.period) == (what, period))
