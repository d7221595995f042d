"""Paper: pictures that no graph layout can draw, made of words of known width and shapes of known place.

Imports the sizes, the themes and the converter. Written here and not with a drawing library: those write elements, and
what is hard in a picture of this kind, the widths of words and the places of boxes, they leave to the caller.
All lengths are in points; y grows downwards.
"""

from __future__ import annotations

import html
import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, NamedTuple

from ims_fsm.draw.conversion import pdf_of, png_of
from ims_fsm.draw.measure import ASCENT, COLUMN, DESCENT, FAMILY, MARGIN, SUBTITLE, TEXT, TITLE, folded, width
from ims_fsm.draw.theme import Theme
from ims_fsm.errors import InputError, Problem

DRAWN = ("svg", "png", "pdf")
# The edges between which everything stands; the room between an edge and words; a line of words.
LEFT, RIGHT, PAD, LINE = float(MARGIN), COLUMN - MARGIN, 3.0, 8.4
# Where the middle of small letters is above their baseline, in parts of their size.
_MIDDLE = 0.38
_HEAD_LENGTH, _HEAD_WIDTH = 5.0, 2.1
_HEADING = 28.0

Anchor = Literal["start", "middle", "end"]
Point = tuple[float, float]


class Box(NamedTuple):
    """A rectangle that something covers."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def middle(self) -> Point:
        """The middle of the box."""
        return (self.left + self.right) / 2, (self.top + self.bottom) / 2

    @property
    def wide(self) -> float:
        """How wide the box is."""
        return self.right - self.left

    def baseline(self, lines: int = 1) -> float:
        """Return the baseline of the first of the lines of words that stand in the middle of the box."""
        return self.middle[1] - (lines - 1) * LINE / 2 + TEXT * _MIDDLE


@dataclass(frozen=True, slots=True)
class Text:
    """One line of words; `y` is its baseline, `behind` the colour that wipes away the lines behind it."""

    x: float
    y: float
    words: str
    color: str
    anchor: Anchor = "start"
    size: float = TEXT
    bold: bool = False
    behind: str = ""

    @property
    def wide(self) -> float:
        """How wide the words are, in every font: the element carries the length."""
        return width(self.words, self.size, bold=self.bold)

    @property
    def box(self) -> Box:
        """What the words cover."""
        left = self.x - {"start": 0.0, "middle": self.wide / 2, "end": self.wide}[self.anchor]
        return Box(left, self.y - ASCENT * self.size, left + self.wide, self.y + DESCENT * self.size)

    def svg(self, pen: float) -> str:
        """Return the element; nothing for no words."""
        if not self.words:
            return ""
        wiped = Rect(self.box, self.behind).svg(pen) if self.behind else ""
        anchor = "" if self.anchor == "start" else f' text-anchor="{self.anchor}"'
        weight = ' font-weight="bold"' if self.bold else ""
        place = f'x="{number(self.x)}" y="{number(self.y)}" textLength="{number(self.wide)}"'
        look = f'font-size="{number(self.size)}" fill="{self.color}"{anchor}{weight}'
        return f'{wiped}<text {place} lengthAdjust="spacingAndGlyphs" {look}>{_escaped(self.words)}</text>'


@dataclass(frozen=True, slots=True)
class Rect:
    """A rectangle; `line` is the colour of its outline, empty where it has none, `dash` how that is broken."""

    box: Box
    fill: str
    line: str = ""
    radius: float = 0
    thick: float = 0.8
    dash: str = ""

    def svg(self, pen: float) -> str:
        """Return the element."""
        left, top, right, bottom = self.box
        place = f'x="{number(left)}" y="{number(top)}" width="{number(right - left)}" height="{number(bottom - top)}"'
        radius = f' rx="{number(self.radius)}"' if self.radius else ""
        return f'<rect {place}{radius} fill="{self.fill}"{_stroke(self.line, self.thick * pen, self.dash)}/>'


@dataclass(frozen=True, slots=True)
class Line:
    """A line through points, or, with `fill`, the polygon that they enclose; `arrow` draws a head at its last point."""

    points: tuple[Point, ...]
    color: str
    thick: float = 0.9
    dash: str = ""
    fill: str = ""
    arrow: bool = False

    def svg(self, pen: float) -> str:
        """Return the element, and the head's."""
        path = _path(self.points) + ("Z" if self.fill else "")
        line = f'<path d="{path}" fill="{self.fill or "none"}"{_stroke(self.color, self.thick * pen, self.dash)}/>'
        return line + (f'<path d="{_path(self.head())}Z" fill="{self.color}"/>' if self.arrow else "")

    def head(self) -> tuple[Point, Point, Point]:
        """Return the corners of the arrow's head, the tip first."""
        (x0, y0), (x, y) = self.points[-2:]
        length = math.hypot(x - x0, y - y0) or 1.0
        along = (x - x0) / length, (y - y0) / length
        back = x - along[0] * _HEAD_LENGTH, y - along[1] * _HEAD_LENGTH
        aside = -along[1] * _HEAD_WIDTH, along[0] * _HEAD_WIDTH
        return (x, y), (back[0] + aside[0], back[1] + aside[1]), (back[0] - aside[0], back[1] - aside[1])


@dataclass(frozen=True, slots=True)
class Group:
    """Shapes that belong together; `says` is what a reader is told who points at them."""

    says: str
    shapes: tuple[Shape, ...]

    def svg(self, pen: float) -> str:
        """Return the element with all its shapes, one a line."""
        inside = (element for shape in self.shapes if (element := shape.svg(pen)))
        return "\n".join(("<g>", f"<title>{_escaped(self.says)}</title>", *inside, "</g>"))


Shape = Text | Rect | Line | Group


@dataclass(frozen=True, slots=True)
class Page:
    """A whole picture; the same page gives the same bytes."""

    #: Its name in a document that holds several.
    name: str
    title: str
    #: The picture in sentences, for those who cannot see it.
    says: str
    height: float
    shapes: tuple[Shape, ...]
    theme: Theme

    def svg(self) -> str:
        """Return the picture as SVG: text stays text and keeps its length in every font."""
        scale, pen = self.theme.scale, self.theme.pen
        size = f'width="{number(COLUMN * scale)}pt" height="{number(self.height * scale)}pt"'
        view = f'viewBox="0 0 {number(COLUMN)} {number(self.height)}"'
        ids = f"{self.name}-title", f"{self.name}-description"
        whole = Rect(Box(0, 0, COLUMN, self.height), self.theme.palette.paper)
        role = f'role="img" aria-labelledby="{" ".join(ids)}"'
        lines = (
            f'<svg xmlns="http://www.w3.org/2000/svg" {size} {view} font-family="{FAMILY}" {role}>',
            f'<title id="{ids[0]}">{_escaped(self.title)}</title>',
            f'<desc id="{ids[1]}">{_escaped(self.says)}</desc>',
            *(element for shape in (whole, *self.shapes) if (element := shape.svg(pen))),
            "</svg>",
        )
        return "\n".join(lines) + "\n"


def drawn(page: Page, fmt: str) -> bytes:
    """Return a page as svg, png or pdf; SVG is UTF-8 and needs no drawing program.

    Raises `InputError` for another format, and what converting an SVG raises.
    """
    if fmt not in DRAWN:
        remedy = f"use one of {', '.join(DRAWN)}"
        raise InputError("drawing", [Problem(fmt, "is not a format of this picture", remedy)])
    svg = page.svg()
    return png_of(svg) if fmt == "png" else pdf_of(svg) if fmt == "pdf" else svg.encode()


def heading(title: str, below: str, theme: Theme) -> tuple[float, tuple[Text, ...]]:
    """Return how far down a heading reaches, and its shapes: a title and, in as many lines as needed, what it is of."""
    lines = folded(below, RIGHT - LEFT, SUBTITLE)
    step = SUBTITLE + 2
    shapes = [Text(LEFT, 16, title, theme.palette.ink, size=TITLE, bold=True)]
    for index, words in enumerate(lines):
        shapes.append(Text(LEFT, _HEADING + index * step, words, theme.palette.aside, size=SUBTITLE))
    return _HEADING + (len(lines) - 1) * step + PAD, tuple(shapes)


def fitting(choices: Iterable[str], limit: float, *, bold: bool = False) -> str:
    """Return the first of the choices that is no wider than a limit; nothing where none is.

    >>> fitting(("12 Oct to 11 Nov", "October"), 40)
    'October'
    """
    return next((words for words in choices if width(words, TEXT, bold=bold) <= limit), "")


def number(value: float) -> str:
    """Return a length as SVG writes it, to a tenth of a point.

    >>> number(12.04), number(-0.04), number(7.25)
    ('12', '0', '7.2')
    """
    return f"{round(value, 1) + 0.0:g}"


def _escaped(words: str) -> str:
    return html.escape(words, quote=False)


def _path(points: Iterable[Point]) -> str:
    return "M" + "L".join(f"{number(x)} {number(y)}" for x, y in points)


def _stroke(color: str, thick: float, dash: str) -> str:
    if not color:
        return ""
    broken = f' stroke-dasharray="{dash}"' if dash else ""
    return f' stroke="{color}" stroke-width="{number(thick)}"{broken}'
