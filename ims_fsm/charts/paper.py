"""What the charts share: the edges of their page, its heading, the words that fit, and the page as a file.

Imports the paper that every picture is drawn on, and the converter; no graph layout can draw these pictures.
"""

from __future__ import annotations

from collections.abc import Iterable

from ims_fsm.draw.conversion import pdf_of, png_of
from ims_fsm.draw.measure import COLUMN, MARGIN, SUBTITLE, TEXT, TITLE, folded, width
from ims_fsm.draw.paper import Page, Text
from ims_fsm.draw.theme import Theme
from ims_fsm.errors import InputError, Problem

DRAWN = ("svg", "png", "pdf")
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


def fitting(choices: Iterable[str], limit: float, *, bold: bool = False) -> str:
    """Return the first of the choices that is no wider than a limit; nothing where none is.

    >>> fitting(("12 Oct to 11 Nov", "October"), 40)
    'October'
    """
    return next((words for words in choices if width(words, TEXT, bold=bold) <= limit), "")


def drawn(page: Page, fmt: str) -> bytes:
    """Return a page as svg, png or pdf; SVG is UTF-8 and needs no drawing program.

    Raises `InputError` for another format, and what converting an SVG raises.
    """
    if fmt not in DRAWN:
        remedy = f"use one of {', '.join(DRAWN)}"
        raise InputError("drawing", [Problem(fmt, "is not a format of this picture", remedy)])
    svg = page.svg()
    return png_of(svg) if fmt == "png" else pdf_of(svg) if fmt == "pdf" else svg.encode()
