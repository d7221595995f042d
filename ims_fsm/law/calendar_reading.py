"""Reads the calendar's TOML text, an overlay laid over it, and says at once every fault of shape, or what contradicts.

Must not import a database or a clock; it opens no file.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from itertools import product
from typing import Any

from pydantic import ValidationError

from ims_fsm.errors import DeclarationError, Problem
from ims_fsm.law.calendar import Calendar, FilingWindow, day_after, month_number
from ims_fsm.law.calendar_declaration import CalendarDeclaration, Extension
from ims_fsm.law.reading import faults, parsed, validated, validated_json
from ims_fsm.terms.vocabulary import Filing, Form

_FAULTS = {
    "extra_forbidden": ("is not a key of the calendar", "remove it or correct its spelling"),
    "frozen_set_type": ("is not a list", "write it in brackets"),
    "tuple_type": ("is not a list of tables", "write each entry under [[extension]]"),
    "too_short": ("is empty", "name at least one or remove the key"),
    "string_too_short": ("is empty", "write it out"),
    "is_instance_of": ("is not a tax period", 'write the year and month like "2024-10"'),
    "date_type": ("is not a date", "write a TOML date without quotes, like 2024-10-14"),
    "string_pattern_mismatch": (
        "is not written as it must be",
        "a rule reads like faq.3, a state's code like 27, a name like 12/2025-CT",
    ),
}
_NARROWED_BY = {
    "gstr1": {"filing"},
    "gstr3b": {"filing", "states", "districts"},
    "two_b": set[str](),
    "window": {"filing", "form"},
}


def read_calendar(text: str, overlay: str | None = None, where: str = "calendar.toml") -> Calendar:
    """Read the calendar from TOML text; `overlay`, more TOML, replaces the keys it names and adds extensions.

    Raises `DeclarationError` with all problems at once; `where` names the calendar in it.
    """
    problems: list[Problem] = []
    content = parsed("the calendar", text, problems)
    if overlay is not None:
        where = f"{where} with its overlay"
        content = laid_over(content, parsed("the overlay", overlay, problems))
    if problems:
        raise DeclarationError(where, problems)
    try:
        calendar = Calendar(validated(CalendarDeclaration, content))
    except ValidationError as error:
        raise DeclarationError(where, list(faults(error, _FAULTS))) from None
    if problems := _contradictions(calendar):
        raise DeclarationError(where, problems)
    return calendar


def calendar_of(text: str) -> Calendar:
    """Return the calendar whose `text` this is."""
    return Calendar(validated_json(CalendarDeclaration, text))


def laid_over(base: Mapping[str, Any], top: Mapping[str, Any]) -> dict[str, Any]:
    """Return `base` with every key that `top` names replaced; tables are laid over each other, extensions are added."""
    result = dict(base)
    for key, value in top.items():
        below = base.get(key)
        if isinstance(value, dict) and isinstance(below, dict):
            result[key] = laid_over(below, value)
        elif key == "extension" and isinstance(value, list) and isinstance(below, list):
            # The overlay's own entries come first, so that a problem counts them as their author does.
            result[key] = value + below
        else:
            result[key] = value
    return result


def _contradictions(calendar: Calendar) -> list[Problem]:
    """Return what does not hold together; the dates of extensions are read once the tables below them hold."""
    structure = [*_states(calendar.declared), *_coverage(calendar.declared), *_extension_keys(calendar)]
    return structure or [*_extension_dates(calendar), *_window_order(calendar)]


def _states(declared: CalendarDeclaration) -> Iterator[Problem]:
    days = declared.due.gstr3b.quarterly.days
    for code, state in declared.state.items():
        if state.category not in days:
            what = f"{state.name} has the category {state.category!r}, which has no due day"
            remedy = f"name one of {', '.join(sorted(days))} or add its day to due.gstr3b.quarterly"
            yield Problem(f"state.{code}", what, remedy)


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


def _extension_keys(calendar: Calendar) -> Iterator[Problem]:
    for place, entry in _extensions(calendar):
        narrowing = {key for key in ("filing", "form", "states", "districts") if getattr(entry, key) is not None}
        for key in sorted(narrowing - _NARROWED_BY[entry.what]):
            yield Problem(f"{place}.{key}", f"does not narrow a {entry.what} extension", "remove it")
        for code in sorted((entry.states or frozenset()) - set(calendar.declared.state)):
            yield Problem(f"{place}.states", f"{code!r} is not a state of the calendar", "correct the state's code")
        if entry.what in {"gstr1", "gstr3b"} and not _filings(calendar, entry):
            what = f"no {entry.filing or 'tax'} period ends with {entry.period}"
            yield Problem(f"{place}.period", what, "name a quarter by its last month")


def _extension_dates(calendar: Calendar) -> Iterator[Problem]:
    for place, entry in _extensions(calendar):
        usual = min(_usual_dates(calendar, entry))
        if entry.date <= usual:
            what = f"{entry.date} extends nothing; without it the date is {usual}"
            yield Problem(f"{place}.date", what, "give the later day that the notification names")


def _usual_dates(calendar: Calendar, entry: Extension) -> set[dt.date]:
    filings, declared = _filings(calendar, entry), calendar.declared
    if entry.what == "window":
        return {window.usual_last_day(month_number(entry.period)) for window in _moved_windows(calendar, entry)}
    days = {declared.two_b.day}
    if entry.what == "gstr1":
        days = {calendar.usual_gstr1_day(filing) for filing in filings}
    if entry.what == "gstr3b":
        states = entry.states or declared.state
        days = {calendar.usual_gstr3b_day(filing, state) for filing in filings for state in states}
    return {day_after(entry.period, day) for day in days}


def _window_order(calendar: Calendar) -> Iterator[Problem]:
    for place, entry in _extensions(calendar):
        scope = _moved_windows(calendar, entry)
        if not scope:
            continue
        next_last = min(window.last_day(month_number(entry.period) + 1) for window in scope)
        if entry.date >= next_last:
            what = f"the window of {entry.period} would swallow the next, which ends on {next_last}"
            yield Problem(f"{place}.date", what, f"end it before {next_last}, or extend the next window as well")


def _moved_windows(calendar: Calendar, entry: Extension) -> list[FilingWindow]:
    return [
        w
        for (form, filing), w in calendar.windows.items()
        if entry.covers("window", entry.period, form=form, filing=filing)
        or (w.follows == entry.what and entry.covers(entry.what, entry.period, filing=filing))
    ]


def _extensions(calendar: Calendar) -> Iterator[tuple[str, Extension]]:
    for number, entry in enumerate(calendar.declared.extension, start=1):
        yield f"extension[{number}]", entry


def _filings(calendar: Calendar, entry: Extension) -> list[Filing]:
    return [f for f in Filing if entry.filing in {None, f} and entry.period.month % calendar.months(f) == 0]
