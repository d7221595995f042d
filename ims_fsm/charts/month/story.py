"""What the picture of a month tells, row by row: bars and marks on days, each with its words and its notes.

Imports the law and the days; knows no sheet and no colour.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from ims_fsm.charts.month.days import Days, Limit, Window
from ims_fsm.charts.month.extensions import moved_days
from ims_fsm.charts.month.notes import Note, Notes
from ims_fsm.law.book import LawBook
from ims_fsm.terms.vocabulary import Filing, Form


class Tone(StrEnum):
    """What a colour says: it counts for this GSTR-2B, for another, it is pending, or it is a day to know."""

    OWN = "blue"
    OTHER = "neutral"
    PENDING = "amber"
    OPEN = "green"


@dataclass(frozen=True, slots=True)
class Bar:
    """From a first to a last day, both included: up to two lines of words, each the first choice that fits.

    `tail` are choices for its far end; `goes_on` says that the last day shown is not its last.
    """

    first: dt.date
    last: dt.date
    lines: tuple[tuple[str, ...], ...]
    tone: Tone
    notes: tuple[int, ...] = ()
    goes_on: bool = False
    tail: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Mark:
    """One day and the words that stand with it, a line each."""

    day: dt.date
    lines: tuple[str, ...]
    tone: Tone
    notes: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a lane: what it is called, what is said below its name, and what lies in it."""

    name: str
    below: str
    bars: tuple[Bar, ...] = ()
    marks: tuple[Mark, ...] = ()


@dataclass(frozen=True, slots=True)
class Cycle:
    """GSTR-2B from nothing to its GSTR-3B: the states as the machine titles them, the months left out, the notes."""

    absent: str
    draft: str
    stale: str
    final: str
    left_out: tuple[tuple[str, dt.date], ...]
    notes: dict[str, tuple[int, ...]]
    cited: dict[str, str]


@dataclass(frozen=True, slots=True)
class Lane:
    """Who acts, what is to be known of all his rows, and the rows; `key` says what the colours of its bars mean."""

    title: str
    rows: tuple[Row, ...]
    says: str = ""
    key: tuple[tuple[Tone, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Story:
    """The whole picture: its days, its three lanes and its notes; `ends` is the last day that it shows."""

    days: Days
    ends: dt.date
    supplier: Lane
    portal: Lane
    recipient: Lane
    cycle: Cycle
    notes: tuple[Note, ...]


def story_of(book: LawBook, days: Days) -> Story:
    """Return the story of a tax period; its sentences are the titles of the rules that it cites."""
    notes = Notes(book.law)
    ends = max(days.due_following, days.draft_following, days.pending_until or days.due, days.due, days.draft)
    own, before = name_of(days, days.period), name_of(days, days.before)
    key = ((Tone.OWN, f"in the GSTR-2B of {own}"), (Tone.OTHER, "in that of another tax period"))
    supplier = _supplier(days, ends, notes)
    portal, cycle = (_in_ims(days, notes),), _cycle(book, days, notes)
    recipient = tuple(_recipient(days, ends, notes))
    for moved in moved_days(days):
        notes.add(f"extended to {day_in_words(moved.date)}", f"{moved.what[0].upper()}{moved.what[1:]}.", moved.source)
    return Story(
        days=days,
        ends=ends,
        supplier=Lane("Supplier", supplier, key=key),
        portal=Lane("Portal", portal, f"no draft while GSTR-3B of {before} is not filed (FAQ 25)"),
        recipient=Lane("Recipient", recipient, "GSTR-3B stands on its due day; the day it is filed ends the actions"),
        cycle=cycle,
        notes=notes.taken,
    )


# --- the supplier -----------------------------------------------------------------------------------------------------


def _supplier(days: Days, ends: dt.date, notes: Notes) -> tuple[Row, ...]:
    monthly = days.windows(Form.GSTR_1, Filing.MONTHLY)
    window = notes.taken_in(_span(_own(monthly, days)), ("window.2b",), ("due.gstr1",))
    quarterly = [
        of_quarter if days.calendar.is_period_end(of_quarter.month, Filing.QUARTERLY) else of_month
        for of_month, of_quarter in zip(
            days.windows(Form.IFF, Filing.QUARTERLY), days.windows(Form.GSTR_1, Filing.QUARTERLY), strict=True
        )
    ]
    later = days.later_form()
    again = notes.taken_in(_span(later), ("window.2b.gstr1a", "faq.19.2"))
    return (
        Row("GSTR-1", "filed monthly", _bars(days, ends, monthly, ("GSTR-1",) * len(monthly), window)),
        Row("IFF, GSTR-1", "filed quarterly", _bars(days, ends, quarterly, _forms(days, quarterly), window)),
        Row("GSTR-1A", "FAQ 19.2", _bars(days, ends, later, ("GSTR-1A",) * len(later), again)),
    )


def _forms(days: Days, windows: Iterable[Window]) -> tuple[str, ...]:
    ends = (days.calendar.is_period_end(window.month, Filing.QUARTERLY) for window in windows)
    return tuple("GSTR-1" if is_end else "IFF" for is_end in ends)


def _bars(
    days: Days, ends: dt.date, windows: Sequence[Window], forms: Sequence[str], note: tuple[int, ...]
) -> tuple[Bar, ...]:
    bars = []
    for window, form in zip(windows, forms, strict=True):
        if window.last < days.begins or window.first > ends:
            continue
        is_own = window.two_b_period == days.period
        month = f"{window.month.in_words.split()[0]}"
        of_month = (f"{form} of {month}", f"{form} of {month[:3]}", month, month[:3])
        dates = (f"filed {between(window.first, window.last)}", between(window.first, window.last))
        cut_off = window.first < days.begins or window.last > ends
        lines = (of_month, () if cut_off else dates)
        bars.append(
            Bar(
                max(window.first, days.begins),
                min(window.last, ends),
                lines,
                Tone.OWN if is_own else Tone.OTHER,
                note if is_own else (),
                goes_on=window.last > ends,
            )
        )
    return tuple(bars)


# --- the portal -------------------------------------------------------------------------------------------------------


def _in_ims(days: Days, notes: Notes) -> Row:
    note = notes.taken_in(between(days.begins, days.due), ("faq.6", "faq.7", "faq.15"))
    lines = (("in IMS as soon as it is saved",), ("in GSTR-2B only when it is filed", "in GSTR-2B when filed"))
    return Row("IMS", notes.citation(note), (Bar(days.begins, days.due, lines, Tone.OWN, note),))


def _cycle(book: LawBook, days: Days, notes: Notes) -> Cycle:
    titles = {name: state.title for name, state in book.law.machine("gstr2b").edition.states.items()}
    drafted = ("faq.23", "faq.25", "faq.27") if days.drafts_left_out else ("faq.23", "faq.25")
    parts = {
        "draft": notes.taken_in(day_in_words(days.draft), drafted),
        "stale": notes.taken_in(between(days.draft, days.due), ("faq.24", "faq.26", "faq.29")),
        "final": notes.taken_in(day_in_words(days.due), ("faq.5",), ("faq.12", "faq.20", "due.gstr3b")),
    }
    return Cycle(
        **{state: titles[state] for state in ("absent", "draft", "stale", "final")},
        left_out=tuple((f"M{number}", day) for number, (_, day) in enumerate(days.drafts_left_out, 1)),
        notes=parts,
        cited={part: notes.citation(note) for part, note in parts.items()},
    )


# --- the recipient ----------------------------------------------------------------------------------------------------


def _recipient(days: Days, ends: dt.date, notes: Notes) -> Iterable[Row]:
    opened = ("faq.3", "faq.12") if days.opens > days.begins else ("faq.12",)
    acted = notes.taken_in(between(days.opens, days.due), opened)
    says = (
        ("accept, reject, keep pending: any number of times", "accept, reject, keep pending"),
        ("the latest counts",),
    )
    yield Row("Actions", notes.citation(acted), (Bar(days.opens, days.due, says, Tone.OPEN, acted),))
    filed = ((days.before, days.due_before), (days.period, days.due), (days.following, days.due_following))
    marks = (
        Mark(day, (name_of(days, period), f"due {short(day)}"), Tone.OWN if day == days.due else Tone.OTHER)
        for period, day in filed
    )
    yield Row("GSTR-3B", "due", marks=tuple(marks))
    yield _pending(days, ends, notes)
    if days.pending_until is not None:
        yield _specified(days, days.pending_until, notes)


def _pending(days: Days, ends: dt.date, notes: Notes) -> Row:
    limits = days.limits(ends)
    rules = ["faq.21", "sec.16_4", *(["faq.31"] if limits else []), *([] if days.pending_until else ["faq.11"])]
    note = notes.taken_in(_until(limits, days.own_limit), rules, ("faq.14.iii",))
    says = (("kept pending: in no GSTR-2B, stays in IMS until it is decided", "pending: stays in IMS"),)
    marks = tuple(Mark(limit.last, (f"16(4) of {limit.financial_year}",), Tone.PENDING) for limit in limits)
    own = days.own_limit
    until = f"{own.financial_year}: until {day_in_words(own.last)}" if own else ""
    tail = (f"documents of {until}", until, f"until {day_in_words(own.last)}") if own else ()
    bar = Bar(days.opens, ends, says, Tone.PENDING, note, goes_on=True, tail=tail)
    return Row("Pending", "FAQ 14.iii, 21", (bar,), marks)


def _specified(days: Days, until: dt.date, notes: Notes) -> Row:
    note = notes.taken_in(
        f"until {day_in_words(until)}", ("advisory.2025-10.pending", days.calendar.citations["pending"])
    )
    says = ((f"until {day_in_words(until)}, then deemed accepted",),)
    bar = Bar(days.opens, until, says, Tone.PENDING, note, tail=("credit notes, and amendments that lower credit",))
    return Row("Pending, specified", notes.citation(note), (bar,))


# --- words ------------------------------------------------------------------------------------------------------------


def short(day: dt.date) -> str:
    """Return a day without its year, like 14 Nov."""
    return f"{day.day} {day:%b}"


def day_in_words(day: dt.date) -> str:
    """Return a day with its year, like 14 Nov 2024."""
    return f"{day.day} {day:%b} {day.year}"


def between(first: dt.date, last: dt.date) -> str:
    """Return a first and a last day with a dash between them, the month once where it is one."""
    return f"{first.day if same_month(first, last) else short(first)} \N{EN DASH} {short(last)}"


def same_month(first: dt.date, last: dt.date) -> bool:
    """Say whether two days lie in one month."""
    return (first.year, first.month) == (last.year, last.month)


def name_of(days: Days, period: str) -> str:
    """Return a tax period for people: a month, or the quarter's first and last month."""
    last = type(days.period)(period)
    if days.recipient.filing == Filing.MONTHLY:
        return last.in_words.split()[0]
    first = days.calendar.previous(last, days.recipient.filing).plus(1)
    return f"{first.in_words[:3]} \N{EN DASH} {last.in_words[:3]}"


def _own(windows: Iterable[Window], days: Days) -> tuple[Window, ...]:
    return tuple(window for window in windows if window.two_b_period == days.period)


def _span(windows: Sequence[Window]) -> str:
    return between(windows[0].first, windows[-1].last) if windows else ""


def _until(limits: Sequence[Limit], own: Limit | None) -> str:
    told = [f"{each.financial_year}: until {day_in_words(each.last)}" for each in (*limits, *((own,) if own else ()))]
    return "; ".join(dict.fromkeys(told))
