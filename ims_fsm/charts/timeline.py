"""A tax period in one picture: windows, draft, recomputing, GSTR-3B and limits on one strip of days.

Imports the law and the rooms of the month; every date is the calendar's, every sentence of a note the register's.
"""

from __future__ import annotations

from ims_fsm.charts.month.days import Days, Recipient
from ims_fsm.charts.month.drawing import month_shapes
from ims_fsm.charts.month.story import story_of
from ims_fsm.charts.paper import heading
from ims_fsm.draw.paper import Page
from ims_fsm.draw.theme import LIGHT, Theme
from ims_fsm.law.book import LawBook
from ims_fsm.terms.period import TaxPeriod
from ims_fsm.terms.vocabulary import Filing


def month(book: LawBook, period: TaxPeriod, filing: Filing, state: str = "", theme: Theme = LIGHT) -> str:
    """Return the picture of the tax period in which a month lies, as SVG.

    `filing` and `state` are the recipient's; the state, the first two digits of their GSTIN, is needed where they file
    quarterly. Raises `InputError` with every problem of what is asked.
    """
    return month_page(book, period, Recipient(filing, state), theme).svg()


def month_page(book: LawBook, period: TaxPeriod, recipient: Recipient, theme: Theme = LIGHT) -> Page:
    """Return the picture as a page of shapes; raises what `month` raises."""
    days = Days.read(book, period, recipient)
    story = story_of(book, days)
    begins = "" if recipient.filing == Filing.MONTHLY else f"{days.months[0].month_in_words} to "
    place = f", {days.calendar.states[recipient.state]}" if recipient.state else ""
    rule_set = book.law.machine("credit_note").at(days.period).rule_set.id
    title = f"Tax period {begins}{days.period.in_words}"
    below = f"the recipient files {recipient.filing}{place} \N{MIDDLE DOT} {rule_set}"
    top, shapes = heading(title, below, theme)
    bottom, drawn = month_shapes(story, theme, top + 5)
    notes = (f"{note.when}: {note.says} ({note.cited})" for note in story.notes)
    says = f"{below[0].upper()}{below[1:]}. {' '.join(notes)}"
    return Page(f"month-{days.period}-{recipient.filing}", title, says, bottom + 2, (*shapes, *drawn), theme)
