"""A tax period in one picture: windows, draft, recomputing, GSTR-3B and limits on one strip of days.

Imports the law and the room of the month; every date is the calendar's, every sentence of a note the register's.
"""

from __future__ import annotations

from ims_fsm.charts.month.days import Days, Recipient
from ims_fsm.charts.month.drawing import month_shapes
from ims_fsm.charts.month.frame import LEFT
from ims_fsm.charts.month.story import Story, story_of
from ims_fsm.charts.paper.page import Page
from ims_fsm.charts.paper.picture import drawn
from ims_fsm.charts.paper.shapes import Text
from ims_fsm.draw import measure
from ims_fsm.draw.theme import LIGHT, Theme
from ims_fsm.law.book import LawBook
from ims_fsm.terms.period import TaxPeriod
from ims_fsm.terms.vocabulary import Filing


def month(book: LawBook, period: TaxPeriod, filing: Filing, state: str = "", theme: Theme = LIGHT) -> str:
    """Return the picture of the tax period in which a month lies, as SVG.

    `filing` and `state` are the recipient's; the state, the first two digits of his GSTIN, is needed where he files
    quarterly. Raises `InputError` with every problem of what is asked.
    """
    return month_page(book, period, Recipient(filing, state), theme).svg()


def month_drawn(
    book: LawBook, period: TaxPeriod, recipient: Recipient, fmt: str = "svg", theme: Theme = LIGHT
) -> bytes:
    """Return the picture as svg, png or pdf; raises what `month` raises, and what drawing a page raises."""
    return drawn(month_page(book, period, recipient, theme), fmt)


def month_page(book: LawBook, period: TaxPeriod, recipient: Recipient, theme: Theme = LIGHT) -> Page:
    """Return the picture as a page of shapes; raises what `month` raises."""
    days = Days.read(book, period, recipient)
    story = story_of(book, days)
    heading = title(story)
    below = subtitle(book, story)
    palette = theme.palette
    shapes = (
        Text(LEFT, 16, heading, measure.TITLE, palette.ink, bold=True),
        Text(LEFT, 28, below, measure.SUBTITLE, palette.aside),
    )
    bottom, drawn = month_shapes(story, theme, 36)
    name = f"month-{days.period}-{recipient.filing}"
    return Page(
        name, heading, said(story, below), measure.COLUMN, bottom + 2, palette.paper, (*shapes, *drawn), theme.scale
    )


def title(story: Story) -> str:
    """Return the title of the picture."""
    days = story.days
    if days.recipient.filing == Filing.MONTHLY:
        return f"Tax period {days.period.in_words}"
    first = days.months[0].in_words.split()[0]
    return f"Tax period {first} to {days.period.in_words}"


def subtitle(book: LawBook, story: Story) -> str:
    """Return the line below the title: whose period it is and by which rule set."""
    recipient = story.days.recipient
    state = story.days.calendar.states.get(recipient.state, "")
    rule_set = book.law.machine("credit_note").at(story.days.period).rule_set.id
    whose = f"the recipient files {recipient.filing}" + (f", {state}" if state else "")
    return f"{whose} \N{MIDDLE DOT} {rule_set}"


def said(story: Story, below: str) -> str:
    """Return the picture in sentences, for those who cannot see it."""
    notes = (f"{note.when}: {note.says} ({note.cited})" for note in story.notes)
    return f"{below[0].upper()}{below[1:]}. " + " ".join(notes)
