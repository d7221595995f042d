"""What the picture of a tax period shows, row by row: bars and marks on days, each with its words and its note.

Imports the law and the days; knows no page and no colour. Every sentence of a note is the title of a rule.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from ims_fsm.charts.month.days import Days, Window
from ims_fsm.charts.paper import short
from ims_fsm.draw.citation import cite_all
from ims_fsm.law.book import LawBook
from ims_fsm.law.calendar import ONE_DAY
from ims_fsm.law.register import Law
from ims_fsm.terms.period import TaxPeriod
from ims_fsm.terms.vocabulary import Filing, Form


class Tone(StrEnum):
    """What a colour says, by the colour's name in a palette."""

    #: It counts for this GSTR-2B, or for that of another tax period.
    OWN = "blue"
    OTHER = "neutral"
    #: Nothing there yet; pending or stale; open for actions.
    ABSENT = "blue_grey"
    PENDING = "amber"
    OPEN = "green"


@dataclass(frozen=True, slots=True)
class Note:
    """One note at the foot: its days in words, its sentences and their citation."""

    when: str
    says: str
    cited: str


@dataclass(frozen=True, slots=True)
class Bar:
    """From a first to a last day, both included; of each tuple of words the first choice that fits is shown."""

    first: dt.date
    last: dt.date
    #: Up to two lines at its beginning.
    lines: tuple[tuple[str, ...], ...]
    tone: Tone
    note: Note | None = None
    #: What stands at its far end.
    tail: tuple[str, ...] = ()
    #: Whether it lasts longer than is shown, and whether it is the end of a life (a double border).
    goes_on: bool = False
    final: bool = False


@dataclass(frozen=True, slots=True)
class Mark:
    """One day and the words below it, in one line or a line each; a cross says that something is left out."""

    day: dt.date
    lines: tuple[str, ...]
    tone: Tone
    crossed: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a lane: its name, what is said below the name, and what lies in it.

    `loop` names the two arrows that lead down from the row above to the bar of this one, and up again.
    """

    name: str
    below: str
    bars: tuple[Bar, ...] = ()
    marks: tuple[Mark, ...] = ()
    loop: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Lane:
    """Who acts, what is to be known of all their rows, and the rows; `key` says what the colours of its bars mean."""

    title: str
    rows: tuple[Row, ...]
    says: str = ""
    key: tuple[tuple[Tone, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Story:
    """The whole picture: its days, its three lanes and its notes, in the order of the bars that they belong to."""

    days: Days
    supplier: Lane
    portal: Lane
    recipient: Lane
    notes: tuple[Note, ...]

    @property
    def named_days(self) -> list[dt.date]:
        """The days that have a name, in order: where a window of this period ends, every mark, every turn."""
        days = self.days
        ends = [bar.last for row in self.supplier.rows[:2] for bar in row.bars if bar.tone is Tone.OWN]
        marks = [mark.day for row in self.recipient.rows for mark in row.marks]
        opened = [days.opens] if days.opens > days.begins else []
        turns = {days.draft, days.draft_following, days.pending_until or days.due}
        return sorted({*ends, *marks, *opened, *turns, *(day for _, day in days.drafts_left_out)})


def story_of(book: LawBook, days: Days) -> Story:
    """Return the story of a tax period."""
    before = name_of(days, days.before)
    key = ((Tone.OWN, f"in the GSTR-2B of {name_of(days, days.period)}"), (Tone.OTHER, "in that of another tax period"))
    lanes = (
        Lane("Supplier", _supplier(book.law, days), key=key),
        Lane("Portal", _portal(book.law, days), f"no draft while GSTR-3B of {before} is not filed (FAQ 25)"),
        Lane(
            "Recipient",
            tuple(_recipient(book.law, days)),
            "GSTR-3B stands on its due day; the day it is filed ends the actions",
        ),
    )
    notes = dict.fromkeys(bar.note for lane in lanes for row in lane.rows for bar in row.bars if bar.note)
    extended = (
        Note(f"extended to {day_in_words(day)}", f"{what[0].upper()}{what[1:]}.", source)
        for what, day, source in days.moved()
    )
    return Story(days, *lanes, (*notes, *extended))


def _note(law: Law, when: str, rules: Iterable[str], see: Iterable[str] = ()) -> Note:
    """Return a note that says what rules of the register say; `see` are rules that are cited only.

    Raises `InputError` for a rule that is not in the register.
    """
    says, listed = [law.rule(rule) for rule in rules], [law.rule(rule) for rule in see]
    return Note(when, " ".join(rule.title for rule in says), cite_all(rule.id for rule in (*says, *listed)))


# --- the supplier -----------------------------------------------------------------------------------------------------


def _supplier(law: Law, days: Days) -> tuple[Row, ...]:
    monthly = days.windows(Form.GSTR_1, Filing.MONTHLY)
    quarterly = {
        window: str(form)
        for form in (Form.IFF, Form.GSTR_1)
        for window in days.windows(form, Filing.QUARTERLY)
        if days.calendar.is_period_end(window.month, Filing.QUARTERLY) == (form is Form.GSTR_1)
    }
    later = days.later_form()
    window = _note(law, _span(days, monthly), ("window.2b",), ("due.gstr1",))
    again = _note(law, _span(days, later), ("window.2b.gstr1a", "faq.19.2"))
    return (
        Row("GSTR-1", "filed monthly", _bars(days, dict.fromkeys(monthly, "GSTR-1"), window)),
        Row("IFF, GSTR-1", "filed quarterly", _bars(days, dict(sorted(quarterly.items())), window)),
        Row("GSTR-1A", "FAQ 19.2", _bars(days, dict.fromkeys(later, "GSTR-1A"), again)),
    )


def _bars(days: Days, forms: dict[Window, str], note: Note) -> tuple[Bar, ...]:
    bars = []
    for window, form in forms.items():
        if window.last < days.begins or window.first > days.ends:
            continue
        is_own, month = window.two_b_period == days.period, window.month.month_in_words
        of_month = (f"{form} of {month}", f"{form} of {month[:3]}", month, month[:3])
        dates = between(window.first, window.last)
        is_whole = days.begins <= window.first and window.last <= days.ends
        bars.append(
            Bar(
                max(window.first, days.begins),
                min(window.last, days.ends),
                (of_month, (f"filed {dates}", dates) if is_whole else ()),
                Tone.OWN if is_own else Tone.OTHER,
                note if is_own else None,
                goes_on=window.last > days.ends,
            )
        )
    return tuple(bars)


def _span(days: Days, windows: Iterable[Window]) -> str:
    listed = [window for window in windows if window.two_b_period == days.period]
    return between(listed[0].first, listed[-1].last) if listed else ""


# --- the portal -------------------------------------------------------------------------------------------------------


def _portal(law: Law, days: Days) -> tuple[Row, ...]:
    """Return the rows of IMS and of GSTR-2B, whose states have the titles of its machine."""
    titles = {name: state.title for name, state in law.machine("gstr2b").edition.states.items()}
    left_out = days.drafts_left_out
    drafted = ("faq.23", "faq.25", *(["faq.27"] if left_out else []))
    in_ims = _note(law, between(days.begins, days.due), ("faq.6", "faq.7", "faq.15"))
    draft = _note(law, day_in_words(days.draft), drafted)
    stale = _note(law, between(days.draft, days.due), ("faq.24", "faq.26", "faq.29"))
    final = _note(law, day_in_words(days.due), ("faq.5",), ("faq.12", "faq.20", "due.gstr3b"))
    lines = (("in IMS as soon as it is saved",), ("in GSTR-2B only when it is filed", "in GSTR-2B when filed"))
    # No GSTR-3B is filed before there is a draft, wherever its due day lies.
    filed = max(days.due, days.draft)
    bars = (
        Bar(days.begins, days.draft - ONE_DAY, ((titles["absent"],),), Tone.ABSENT),
        Bar(days.draft, filed, ((titles["draft"],),), Tone.OWN, draft),
        Bar(filed + ONE_DAY, days.ends, ((titles["final"],),), Tone.OTHER, final, final=True),
    )
    marks = [
        *(Mark(day, (f"none for M{index}",), Tone.ABSENT, crossed=True) for index, (_, day) in enumerate(left_out, 1)),
        Mark(days.draft_following, ("next draft", short(days.draft_following)), Tone.OTHER),
    ]
    # Where extended time moves one of them among the days of the draft, the arrows of the loop have its place.
    outside = tuple(mark for mark in marks if not days.draft <= mark.day <= filed)
    again = Bar(days.draft, filed, ((titles["stale"],),), Tone.PENDING, stale)
    return (
        Row("IMS", in_ims.cited, (Bar(days.begins, days.due, lines, Tone.OWN, in_ims),)),
        Row("GSTR-2B", draft.cited, tuple(bar for bar in bars if bar.first <= bar.last), outside),
        Row("recomputed", stale.cited, (again,), loop=("a change", "recompute")),
    )


# --- the recipient ----------------------------------------------------------------------------------------------------


def _recipient(law: Law, days: Days) -> Iterable[Row]:
    opened = ("faq.3", "faq.12") if days.opens > days.begins else ("faq.12",)
    acted = _note(law, between(days.opens, days.due), opened)
    actions = "accept, reject, keep pending"
    lines = ((f"{actions}: any number of times", actions), ("the latest counts",))
    yield Row("Actions", acted.cited, (Bar(days.opens, days.due, lines, Tone.OPEN, acted),))
    due = {days.before: days.due_before, days.period: days.due, days.following: days.due_following}
    marks = (
        Mark(day, (name_of(days, period), f"due {short(day)}"), Tone.OWN if day == days.due else Tone.OTHER)
        for period, day in due.items()
    )
    yield Row("GSTR-3B", "due", marks=tuple(marks))
    yield _pending(law, days)
    if days.pending_until is not None:
        yield _specified(law, days, days.pending_until)


def _pending(law: Law, days: Days) -> Row:
    bounds = dict.fromkeys((*days.limits, days.own_limit) if days.own_limit else days.limits)
    until = [f"{bound.financial_year}: until {day_in_words(bound.last)}" for bound in bounds]
    rules = ["faq.21", "sec.16_4", *(["faq.31"] if days.limits else []), *([] if days.pending_until else ["faq.11"])]
    note = _note(law, "; ".join(until), rules, ("faq.14.iii",))
    lines = (("kept pending: in no GSTR-2B, stays in IMS until it is decided", "pending: stays in IMS"),)
    marks = tuple(Mark(bound.last, (f"16(4) of {bound.financial_year}",), Tone.PENDING) for bound in days.limits)
    tail = (f"documents of {until[-1]}", until[-1], until[-1].partition(": ")[2]) if days.own_limit else ()
    bar = Bar(days.opens, days.ends, lines, Tone.PENDING, note, tail, goes_on=True)
    return Row("Pending", "FAQ 14.iii, 21", (bar,), marks)


def _specified(law: Law, days: Days, until: dt.date) -> Row:
    rules = ("advisory.2025-10.pending", days.calendar.citations["pending"])
    note = _note(law, f"until {day_in_words(until)}", rules)
    lines = ((f"until {day_in_words(until)}, then deemed accepted",),)
    tail = ("credit notes, and amendments that lower credit",)
    return Row("Pending, specified", note.cited, (Bar(days.opens, until, lines, Tone.PENDING, note, tail),))


# --- words ------------------------------------------------------------------------------------------------------------


def day_in_words(day: dt.date) -> str:
    """Return a day with its year, like 14 Nov 2024."""
    return f"{short(day)} {day.year}"


def between(first: dt.date, last: dt.date) -> str:
    """Return a first and a last day with a dash between them, the month once where it is one."""
    is_one_month = (first.year, first.month) == (last.year, last.month)
    return f"{first.day if is_one_month else short(first)} \N{EN DASH} {short(last)}"


def name_of(days: Days, period: TaxPeriod) -> str:
    """Return a tax period for people: a month, or the quarter's first and last month."""
    if days.recipient.filing == Filing.MONTHLY:
        return period.month_in_words
    first = days.calendar.previous(period, days.recipient.filing).plus(1)
    return f"{first.month_in_words[:3]} \N{EN DASH} {period.month_in_words[:3]}"
