"""What the charts share: the edges of their page, its heading, and the words that fit.

Imports the paper that every picture is drawn on; no graph layout can draw these pictures.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from ims_fsm.draw.measure import COLUMN, MARGIN, SUBTITLE, TEXT, TITLE, folded, width
from ims_fsm.draw.paper import Text
from ims_fsm.draw.theme import Theme

# The edges between which everything stands, and the room between an edge and words, in points.
LEFT, RIGHT, PAD = float(MARGIN), COLUMN - MARGIN, 3.0
_HEADING = 28.0


def heading(title: str, below: str, theme: Theme) -> tuple[float, tuple[Text, ...]]:
    """Return how far down a heading reaches, and its shapes: a title and, in as many lines as needed, what it is of."""
    step = SUBTITLE + 2
    shapes = [Text(LEFT, 16, title, theme.palette.ink, size=TITLE, bold=True)]
    for index, words in enumerate(folded(below, RIGHT - LEFT, SUBTITLE)):
        shapes.append(Text(LEFT, _HEADING + index * step, words, theme.palette.aside, size=SUBTITLE))
    return shapes[-1].y + PAD, tuple(shapes)


def short(day: date) -> str:
    """Return a day without its year, like 14 Nov."""
    return f"{day.day} {day:%b}"


def fitting(choices: Iterable[str], limit: float, *, bold: bool = False) -> str:
    """Return the first of the choices that is no wider than a limit; nothing where none is.

    >>> fitting(("12 Oct to 11 Nov", "October"), 40)
    'October'
    """
    return next((words for words in choices if width(words, TEXT, bold=bold) <= limit), "")
