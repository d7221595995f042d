"""What a declared calendar may not contradict: finds every fault between its tables at once.

Must not import the calendar that asks for it, a database or a clock.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from itertools import product

from ims_fsm.errors import Problem
from ims_fsm.law.calendar_declaration import CalendarDeclaration, Extension
from ims_fsm.law.due_dates import (
    ONE_DAY,
    FilingWindow,
    day_after,
    filing_windows,
    month_number,
    two_b_day,
    usual_gstr3b_day,
)
from ims_fsm.terms.vocabulary import Filing, Form

_NARROWED_BY = {
    "gstr1": {"filing"},
    "gstr3b": {"filing", "states"},
    "two_b": set[str](),
    "window": {"filing", "form"},
}


def contradictions(declared: CalendarDeclaration) -> list[Problem]:
    """Return what does not hold together; the dates of extensions are read once the tables below them hold."""
    structure = [*_states(declared), *_coverage(declared), *_extension_keys(declared)]
    return structure or [*_extension_dates(declared), *_window_order(declared)]


def _states(declared: CalendarDeclaration) -> Iterator[Problem]:
    days = declared.due.gstr3b.quarterly.days
    for code, state in declared.state.items():
        if state.category not in days:
            what = f"{state.name} has the category {state.category!r}, which has no due day"
            yield Problem(f"state.{code}", what, f"name one of {_listed(days)} or add its day to due.gstr3b.quarterly")


def _coverage(declared: CalendarDeclaration) -> Iterator[Problem]:
    for form, filing in product(Form, Filing):
        named = [n for n, w in declared.window.items() if form in w.forms and filing in w.supplier_filing]
        if len(named) != 1:
            where = "no window" if not named else f"the windows {' and '.join(named)}"
            what = f"{form} of a {filing} supplier stands in {where}"
            yield Problem("window", what, "name each form and filing frequency in exactly one window")
    latest = max((window.first_day for window in declared.window.values()), default=1)
    if latest > declared.two_b.day:
        what = f"GSTR-2B is drafted on day {declared.two_b.day}, before the windows close on day {latest - 1}"
        yield Problem("two_b.day", what, f"draft it on day {latest} or later")


def _extension_keys(declared: CalendarDeclaration) -> Iterator[Problem]:
    for place, entry in _extensions(declared):
        narrowing = {key for key in ("filing", "form", "states") if getattr(entry, key) is not None}
        for key in sorted(narrowing - _NARROWED_BY[entry.what]):
            yield Problem(f"{place}.{key}", f"does not narrow a {entry.what} extension", "remove it")
        for code in sorted((entry.states or frozenset()) - set(declared.state)):
            yield Problem(f"{place}.states", f"{code!r} is not a state of the calendar", "correct the state's code")
        if entry.what in {"gstr1", "gstr3b"} and not _filings(declared, entry):
            what = f"no {entry.filing or 'tax'} period ends with {entry.period}"
            yield Problem(f"{place}.period", what, "name a quarter by its last month")


def _extension_dates(declared: CalendarDeclaration) -> Iterator[Problem]:
    for place, entry in _extensions(declared):
        usual = min(_usual_dates(declared, entry))
        if entry.date <= usual:
            what = f"{entry.date} extends nothing; without it the date is {usual}"
            yield Problem(f"{place}.date", what, "give the later day that the notification names")


def _usual_dates(declared: CalendarDeclaration, entry: Extension) -> set[dt.date]:
    filings, due = _filings(declared, entry), declared.due
    if entry.what == "two_b":
        return {day_after(entry.period, declared.two_b.day)}
    if entry.what == "gstr1":
        days = {Filing.MONTHLY: due.gstr1.monthly.day, Filing.QUARTERLY: due.gstr1.quarterly.day}
        return {day_after(entry.period, days[f]) for f in filings}
    if entry.what == "gstr3b":
        states = entry.states or declared.state
        return {day_after(entry.period, usual_gstr3b_day(declared, f, s)) for f in filings for s in states}
    return {window.usual_last_day(month_number(entry.period)) for window in _moved_windows(declared, entry)}


def _window_order(declared: CalendarDeclaration) -> Iterator[Problem]:
    for place, entry in _extensions(declared):
        if entry.what != "window":
            continue
        scope = _moved_windows(declared, entry)
        next_last = min(window.last_day(month_number(entry.period) + 1) for window in scope)
        if entry.date >= next_last:
            what = f"the window of {entry.period} would swallow the next, which ends on {next_last}"
            yield Problem(f"{place}.date", what, f"end it before {next_last}, or extend the next window as well")
        drafted = two_b_day(declared, entry.period)
        if entry.date >= drafted:
            what = f"the window of {entry.period} would be open when GSTR-2B is drafted on {drafted}"
            remedy = f"extend two_b of {entry.period} to {entry.date + ONE_DAY} or later"
            yield Problem(f"{place}.date", what, remedy)


def _moved_windows(declared: CalendarDeclaration, entry: Extension) -> list[FilingWindow]:
    windows = filing_windows(declared).items()
    return [w for (form, filing), w in windows if entry.covers("window", entry.period, form=form, filing=filing)]


def _extensions(declared: CalendarDeclaration) -> Iterator[tuple[str, Extension]]:
    for number, entry in enumerate(declared.extension, start=1):
        yield f"extension[{number}]", entry


def _filings(declared: CalendarDeclaration, entry: Extension) -> list[Filing]:
    lengths = declared.tax_period
    months = {Filing.MONTHLY: lengths.monthly.months, Filing.QUARTERLY: lengths.quarterly.months}
    return [f for f in Filing if entry.filing in {None, f} and entry.period.month % months[f] == 0]


def _listed(names: dict[str, int]) -> str:
    return ", ".join(sorted(names))
