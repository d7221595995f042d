"""The calendar as a page: beginning, windows, due days, limits, and the months worked out.

Imports the calendar; every day comes from it, those of the worked months too.
"""

from __future__ import annotations

from collections.abc import Iterator

from ims_fsm.law.calendar import Calendar
from ims_fsm.law.calendar_declaration import Window
from ims_fsm.pages.anchors import CALENDAR, PERIODS
from ims_fsm.pages.blocks import Block, Bullets, Figure, Item, Line, Page, Paragraph, Section, Table
from ims_fsm.pages.citing import rule_link, rule_links
from ims_fsm.pages.days import sentences, window_days
from ims_fsm.pages.material import Material
from ims_fsm.pages.months import month_sections
from ims_fsm.pages.pictures import MONTH, QUARTER, first_period
from ims_fsm.pages.wording import capital, day, listed, month, ordinal, worded
from ims_fsm.terms.vocabulary import Filing, ReminderKind

_LEAD = (
    "Every date, window and limit that IMS, GSTR-2B and GSTR-3B are read by. Days begin and end in Indian Standard "
    "Time. A tax period is a month; a quarter is named by its last month."
)
_OURS = "The law names no such day: these are this project's choice, and each cites the rule that it reminds of."
_PERIODS = {"Beginning": ("opening", "first_period"), "Tax periods": ("tax_period.monthly", "tax_period.quarterly")}
_RETURNS = ("two_b", "due.gstr1.monthly", "due.gstr1.quarterly", "due.gstr3b.monthly", "due.gstr3b.quarterly")
_LIMITS = ("financial_year", "time_limit", "amendment", "pending", "declaration", "remarks")
_REMINDERS = tuple(f"reminder.{kind}" for kind in ReminderKind)


def calendar_page(material: Material) -> Page:
    """Return the page of the calendar."""
    calendar = material.book.calendar
    sections = (
        *(Section(_anchor(title), title, (_told(calendar, places),)) for title, places in _PERIODS.items()),
        Section(_anchor("windows"), "Which GSTR-2B a document is in", tuple(_windows(calendar))),
        Section(_anchor("returns"), "What is due when", (_told(calendar, _RETURNS), *_states(calendar))),
        Section(PERIODS, "A tax period in one picture", tuple(_pictures(material))),
        Section(_anchor("limits"), "Limits", (_told(calendar, _LIMITS),)),
        Section(_anchor("reminders"), "Reminders", (Paragraph((_OURS,)), _told(calendar, _REMINDERS))),
        Section(_anchor("extensions"), "Extensions by notification", (_extensions(calendar),)),
        Section(_anchor("months"), "The months worked out", (), tuple(month_sections(material))),
    )
    return Page(CALENDAR, "The calendar", "The law", (Paragraph((_LEAD,), lead=True),), sections)


def _anchor(name: str) -> str:
    return f"{CALENDAR}-{name.lower().replace(' ', '-')}"


def _told(calendar: Calendar, places: tuple[str, ...]) -> Bullets:
    told = sentences(calendar)
    return Bullets(tuple(Item((told[place], " ", rule_link(calendar.citations[place]))) for place in places))


def _windows(calendar: Calendar) -> Iterator[Block]:
    told = sentences(calendar)
    forward = tuple(f"form_period.{form}" for form in calendar.declared.form_period)
    line = (
        "The day on which the supplier files decides, whatever the date of the document. The 2B period is the later of "
        "the month to which the form leads and the month in whose window it is filed; a quarterly recipient's is the "
        "quarter in which that lies."
    )
    yield Paragraph((line,))
    rows = tuple(_window_row(window) for window in calendar.declared.window.values())
    yield Table(("Forms", "Supplier files", "From", "To", "Rule"), rows, "The windows of a month's GSTR-2B")
    yield Bullets(tuple(Item((told[place], " ", rule_link(calendar.citations[place]))) for place in forward))


def _window_row(window: Window) -> tuple[Line, ...]:
    first, last = window_days(window.first_day)
    filing = listed(sorted(window.supplier_filing), "or")
    return ((listed(sorted(window.forms)),), (filing,), (capital(first),), (capital(last),), rule_links([window.rule]))


def _states(calendar: Calendar) -> Iterator[Block]:
    declared = calendar.declared
    rows = tuple(
        ((capital(category),), (ordinal(due),), (listed(_in_category(calendar, category)),))
        for category, due in declared.due.gstr3b.quarterly.days.items()
    )
    yield Paragraph(("The state is that of the recipient's registration, the first two digits of his GSTIN.",))
    yield Table(
        ("Group", "Quarterly GSTR-3B is due on the", "States and union territories"), rows, "The two groups of states"
    )


def _pictures(material: Material) -> Iterator[Block]:
    for stem, filing in ((MONTH, Filing.MONTHLY), (QUARTER, Filing.QUARTERLY)):
        period = first_period(material.book, filing)
        words = f"The tax period that ends with {month(period)}, for a recipient who files {filing}"
        yield Figure(stem, f"{words}: supplier's windows, draft, recomputing, GSTR-3B and limits", (f"{words}.",))


def _in_category(calendar: Calendar, category: str) -> list[str]:
    states = calendar.declared.state
    return [f"{state.name} ({code})" for code, state in states.items() if state.category == category]


def _extensions(calendar: Calendar) -> Block:
    moved = calendar.declared.extension
    if not moved:
        none = "None is shipped. A due date that a notification extends is laid over this calendar, with its source."
        return Paragraph((none,))
    items = (
        Item((f"{worded(each.what)} of {month(each.period)}: {day(each.date)} ({each.source}).",)) for each in moved
    )
    return Bullets(tuple(items))
