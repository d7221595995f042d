"""Words, rectangles, lines and groups of them, each with its SVG element; all lengths in points.

Imports the lettering alone. Written here and not with a drawing library: those write elements, and what is hard in a
picture of this kind, the widths of words and the places of boxes, they leave to whoever calls them.
"""

from __future__ import annotations

import html
import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from ims_fsm.charts.paper.lettering import ASCENT, DESCENT, width

Anchor = Literal["start", "middle", "end"]
Point = tuple[float, float]
_HEAD_LENGTH, _HEAD_WIDTH = 5.0, 2.1


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle that something covers; y grows downwards."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def middle(self) -> Point:
        """The middle of the box."""
        return (self.left + self.right) / 2, (self.top + self.bottom) / 2

    def overlaps(self, other: Box) -> bool:
        """Say whether two boxes share more than a line."""
        across = self.left < other.right and other.left < self.right
        return across and self.top < other.bottom and other.top < self.bottom

    def holds(self, other: Box) -> bool:
        """Say whether another box lies inside this one."""
        across = self.left <= other.left and other.right <= self.right
        return across and self.top <= other.top and other.bottom <= self.bottom


@dataclass(frozen=True, slots=True)
class Text:
    """One line of words; `y` is its baseline."""

    x: float
    y: float
    words: str
    size: float
    color: str
    anchor: Anchor = "start"
    bold: bool = False

    @property
    def box(self) -> Box:
        """What the words cover."""
        wide = width(self.words, self.size, bold=self.bold)
        left = self.x - {"start": 0.0, "middle": wide / 2, "end": wide}[self.anchor]
        return Box(left, self.y - ASCENT * self.size, left + wide, self.y + DESCENT * self.size)

    def svg(self) -> str:
        """Return the element; nothing for no words."""
        if not self.words:
            return ""
        anchor = "" if self.anchor == "start" else f' text-anchor="{self.anchor}"'
        weight = ' font-weight="bold"' if self.bold else ""
        place = f'x="{number(self.x)}" y="{number(self.y)}"'
        look = f'font-size="{number(self.size)}" fill="{self.color}"{anchor}{weight}'
        return f"<text {place} {look}>{html.escape(self.words, quote=False)}</text>"


@dataclass(frozen=True, slots=True)
class Rect:
    """A rectangle; `line` is the colour of its outline, nothing where it has none, `dash` how that is broken."""

    box: Box
    fill: str
    line: str = ""
    radius: float = 0
    thick: float = 0.8
    dash: str = ""

    def svg(self) -> str:
        """Return the element."""
        box = self.box
        place = f'x="{number(box.left)}" y="{number(box.top)}"'
        extent = f'width="{number(box.right - box.left)}" height="{number(box.bottom - box.top)}"'
        radius = f' rx="{number(self.radius)}"' if self.radius else ""
        return f'<rect {place} {extent}{radius} fill="{self.fill}"{_stroke(self.line, self.thick, self.dash)}/>'


@dataclass(frozen=True, slots=True)
class Line:
    """A line through points, or, with `fill`, the polygon that they enclose; `arrow` draws a head at its last point."""

    points: tuple[Point, ...]
    color: str
    thick: float = 0.9
    dash: str = ""
    fill: str = ""
    arrow: bool = False

    def svg(self) -> str:
        """Return the element, and the head's."""
        path = _path(self.points) + ("Z" if self.fill else "")
        line = f'<path d="{path}" fill="{self.fill or "none"}"{_stroke(self.color, self.thick, self.dash)}/>'
        return line + (f'<path d="{_path(self.head())}Z" fill="{self.color}"/>' if self.arrow else "")

    def head(self) -> tuple[Point, Point, Point]:
        """Return the corners of the arrow's head, the tip first."""
        (x0, y0), (x, y) = self.points[-2:]
        length = math.hypot(x - x0, y - y0) or 1.0
        along, across = ((x - x0) / length, (y - y0) / length), ((y0 - y) / length, (x - x0) / length)
        back = x - along[0] * _HEAD_LENGTH, y - along[1] * _HEAD_LENGTH
        aside = across[0] * _HEAD_WIDTH, across[1] * _HEAD_WIDTH
        return (x, y), (back[0] + aside[0], back[1] + aside[1]), (back[0] - aside[0], back[1] - aside[1])


@dataclass(frozen=True, slots=True)
class Group:
    """Shapes that belong together; `says` is what a reader is told who points at them."""

    says: str
    shapes: tuple[Shape, ...]

    def svg(self) -> str:
        """Return the element with all its shapes, one a line."""
        inside = (element for shape in self.shapes if (element := shape.svg()))
        return "\n".join(("<g>", f"<title>{html.escape(self.says, quote=False)}</title>", *inside, "</g>"))


Shape = Text | Rect | Line | Group


def flattened(shapes: Iterable[Shape]) -> Iterator[Text | Rect | Line]:
    """Give every shape that is no group, in the order in which they are drawn."""
    for shape in shapes:
        if isinstance(shape, Group):
            yield from flattened(shape.shapes)
        else:
            yield shape


def number(value: float) -> str:
    """Return a length as SVG writes it, to a tenth of a point.

    >>> number(12.04), number(-0.04), number(7.25)
    ('12', '0', '7.2')
    """
    return f"{round(value, 1) + 0.0:g}"


def _path(points: Iterable[Point]) -> str:
    return "M" + "L".join(f"{number(x)} {number(y)}" for x, y in points)


def _stroke(color: str, thick: float, dash: str) -> str:
    if not color:
        return ""
    broken = f' stroke-dasharray="{dash}"' if dash else ""
    return f' stroke="{color}" stroke-width="{number(thick)}"{broken}'
