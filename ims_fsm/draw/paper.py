"""The paper that pictures are drawn on: words of known width and shapes of known place, each with its SVG element.

Imports the sizes and the themes. Written here and not with a drawing library: those write elements, and what is hard in
these pictures, the widths of words and the places of boxes, they leave to the caller.
All lengths are in points; y grows downwards.
"""

from __future__ import annotations

import html
import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, NamedTuple, Self

from ims_fsm.draw.language import ENGLISH, Language
from ims_fsm.draw.measure import ASCENT, COLUMN, DESCENT, FAMILY, TEXT, is_measurable, width
from ims_fsm.draw.theme import Theme

# A line of words of the usual size.
LINE = 8.4
# Where the middle of small letters is above their baseline, in parts of their size.
_MIDDLE = 0.38
_VIEW = re.compile(r'viewBox="0 0 ([\d.]+) ([\d.]+)"')
_HEAD_LENGTH, _HEAD_WIDTH = 5.0, 2.1
# Links and what they say need the second namespace.
_XMLNS = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'

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

    def grown(self, by: float) -> Box:
        """Return the box with as much more at every side."""
        return Box(self.left - by, self.top - by, self.right + by, self.bottom + by)

    @property
    def wide(self) -> float:
        """How wide the box is."""
        return self.right - self.left

    @property
    def tall(self) -> float:
        """How high the box is."""
        return self.bottom - self.top

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
        # What is only guessed is left to whatever font has it.
        fixed = (
            f' textLength="{number(self.wide)}" lengthAdjust="spacingAndGlyphs"' if is_measurable(self.words) else ""
        )
        place = f'x="{number(self.x)}" y="{number(self.y)}"{fixed}'
        look = f'font-size="{number(self.size)}" fill="{self.color}"{anchor}{weight}'
        return f"{wiped}<text {place} {look}>{_escaped(self.words)}</text>"


@dataclass(frozen=True, slots=True)
class Rect:
    """A rectangle; `line` is the colour of its outline, empty where it has none, `dash` how that is broken."""

    box: Box
    fill: str
    line: str = ""
    radius: float = 0
    thick: float = 0.8
    dash: str = ""
    opacity: float = 1

    def svg(self, pen: float) -> str:
        """Return the element."""
        left, top, right, bottom = self.box
        place = f'x="{number(left)}" y="{number(top)}" width="{number(right - left)}" height="{number(bottom - top)}"'
        radius = f' rx="{number(self.radius)}"' if self.radius else ""
        pale = f' fill-opacity="{number(self.opacity)}"' if self.opacity < 1 else ""
        return f'<rect {place}{radius} fill="{self.fill}"{pale}{_stroke(self.line, self.thick * pen, self.dash)}/>'


@dataclass(frozen=True, slots=True)
class Line:
    """A line through points, or, with `fill`, the polygon that they enclose; `arrow` draws a head at its last point.

    A `curved` line is made of Bézier curves: its first point, then three more for each curve.
    """

    points: tuple[Point, ...]
    color: str
    thick: float = 0.9
    dash: str = ""
    fill: str = ""
    arrow: bool = False
    curved: bool = False

    def svg(self, pen: float) -> str:
        """Return the element, and the head's."""
        path = _path(self.points, curved=self.curved) + ("Z" if self.fill else "")
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
    """Shapes that belong together; `says` is what a reader is told who points at them.

    `name` is its id in the document, `kind` its classes, `href` where it leads.
    """

    says: str
    shapes: tuple[Shape, ...]
    name: str = ""
    kind: str = ""
    href: str = ""

    def svg(self, pen: float) -> str:
        """Return the element with all its shapes, one a line."""
        marks = "".join(
            f' {key}="{html.escape(value)}"' for key, value in (("id", self.name), ("class", self.kind)) if value
        )
        inside = [element for shape in self.shapes if (element := shape.svg(pen))]
        if self.href:
            # Shown inside a page the picture is a frame of its own: the link leads the page itself.
            address = f'xlink:href="{html.escape(self.href)}" xlink:title="{html.escape(self.says)}"'
            inside = [f'<a {address} target="_top">', *inside, "</a>"]
        title = (f"<title>{_escaped(self.says)}</title>",) if self.says else ()
        return "\n".join((f"<g{marks}>", *title, *inside, "</g>"))


@dataclass(frozen=True, slots=True)
class Inset:
    """Another picture, an SVG as this package writes it, in a box of its own ratio."""

    box: Box
    content: str

    @classmethod
    def fitting(cls, content: str, x: float, y: float, wide: float) -> Self:
        """Return a picture so wide, from a place on."""
        own_wide, own_tall = map(float, _VIEW.findall(content)[0])
        return cls(Box(x, y, x + wide, y + wide * own_tall / own_wide), content)

    def svg(self, pen: float) -> str:  # noqa: ARG002 - it is drawn already
        """Return the element."""
        left, top, right, bottom = self.box
        own_wide, own_tall = _VIEW.findall(self.content)[0]
        place = f'x="{number(left)}" y="{number(top)}" width="{number(right - left)}" height="{number(bottom - top)}"'
        inside = self.content[self.content.index(">") + 1 : self.content.rindex("</svg>")]
        return f'<svg {place} viewBox="0 0 {own_wide} {own_tall}">{inside}</svg>'


Shape = Text | Rect | Line | Group | Inset


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
    width: float = COLUMN
    #: How much larger it is shown than it is set; the theme's own scale where nothing is given.
    scale: float = 0
    #: What it is to whoever hears it read: an image, or a document whose parts can be reached.
    role: str = "img"
    #: The digest of what it was drawn from, where that is kept beside it.
    digest: str = ""
    #: In which its words are written.
    language: Language = ENGLISH
    #: Rules of CSS for its parts, by their classes and colours.
    style: str = ""

    def svg(self) -> str:
        """Return the picture as SVG: text stays text and keeps its length in every font."""
        scale, pen = self.scale or self.theme.scale, self.theme.pen
        size = f'width="{number(self.width * scale)}pt" height="{number(self.height * scale)}pt"'
        view = f'viewBox="0 0 {number(self.width)} {number(self.height)}"'
        ids = f"{self.name}-title", f"{self.name}-description"
        whole = Rect(Box(0, 0, self.width, self.height), self.theme.palette.paper)
        role = f'role="{self.role}" aria-labelledby="{ids[0]}" aria-describedby="{ids[1]}"'
        kept = f' data-dot-sha256="{self.digest}"' if self.digest else ""
        family = ",".join((FAMILY.removesuffix(",sans-serif"), *self.language.fonts, "sans-serif"))
        language = "" if self.language is ENGLISH else f' lang="{self.language.code}"'
        lines = (
            f'<svg {_XMLNS} {size} {view} font-family="{family}"{language} {role}{kept}>',
            f'<title id="{ids[0]}">{_escaped(self.title)}</title>',
            f'<desc id="{ids[1]}">{_escaped(self.says)}</desc>',
            *((f"<style>{self.style}</style>",) if self.style else ()),
            *(element for shape in (whole, *self.shapes) if (element := shape.svg(pen))),
            "</svg>",
        )
        return "\n".join(lines) + "\n"


def number(value: float) -> str:
    """Return a length as SVG writes it, to a tenth of a point.

    >>> number(12.04), number(-0.04), number(7.25)
    ('12', '0', '7.2')
    """
    return f"{round(value, 1) + 0.0:g}"


def _escaped(words: str) -> str:
    return html.escape(words, quote=False)


def _path(points: Iterable[Point], *, curved: bool = False) -> str:
    first, *rest = (f"{number(x)} {number(y)}" for x, y in points)
    return f"M{first}C{' '.join(rest)}" if curved else "M" + "L".join((first, *rest))


def _stroke(color: str, thick: float, dash: str) -> str:
    if not color:
        return ""
    broken = f' stroke-dasharray="{dash}"' if dash else ""
    return f' stroke="{color}" stroke-width="{number(thick)}"{broken}'
