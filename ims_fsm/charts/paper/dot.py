"""A page as DOT, for what Graphviz draws besides SVG: every shape in one background, in order, and nothing laid out.

Imports the page and its shapes; running Graphviz is the renderer's.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from ims_fsm.charts.paper.lettering import FAMILY
from ims_fsm.charts.paper.page import Page
from ims_fsm.charts.paper.shapes import Box, Line, Point, Rect, Shape, Text, flattened, number

# How far along its sides a rounded corner begins to be pulled to the corner, so that it is nearly an arc.
_PULL = 0.45
_JUSTIFIED = {"start": "-1", "middle": "0", "end": "1"}
# Words are set at whole dots of a screen: set large and drawn small, they keep their widths.
_LARGER = 8
_INCH = 72
_INVISIBLE = 'shape=point, style=invis, width=0, height=0, label=""'


def dot_of(page: Page) -> str:
    """Return the DOT text of a page; the same page gives the same bytes."""
    whole = Rect(Box(0, 0, page.width, page.height), page.paper)
    # A string of DOT has an end to its length; strings may be added.
    pieces = [" ".join(_drawn(shape, page)) for shape in flattened((whole, *page.shapes))]
    background = " +\n    ".join(f'"{piece} "' for piece in pieces if piece)
    far = f"{number(page.width * _LARGER)},{number(page.height * _LARGER)}"
    size = f"{page.width / _INCH:.3f},{page.height / _INCH:.3f}"
    lines = (
        "digraph {",
        f'  graph [layout=nop2, pad=0, margin=0, size="{size}", bgcolor="{page.paper}", _background={background}]',
        f'  from [{_INVISIBLE}, pos="0,0"]',
        f'  to [{_INVISIBLE}, pos="{far}"]',
        "}",
    )
    return "\n".join(lines) + "\n"


def _drawn(shape: Shape, page: Page) -> Iterator[str]:
    """Give a shape as operations of Graphviz's drawing language, in which y grows upwards."""
    if isinstance(shape, Text):
        yield from _text(shape, page)
    elif isinstance(shape, Rect):
        yield from _rect(shape, page)
    elif isinstance(shape, Line):
        yield from _line(shape, page)


def _text(text: Text, page: Page) -> Iterator[str]:
    words = text.words.replace("\\", "/").replace('"', "\N{RIGHT DOUBLE QUOTATION MARK}")
    if not words:
        return
    box = text.box
    yield f"c {_counted(text.color)} F {number(text.size * _LARGER)} {_counted(FAMILY)} t {int(text.bold)}"
    place = _points([(text.x, text.y)], page)
    yield f"T {place} {_JUSTIFIED[text.anchor]} {number((box.right - box.left) * _LARGER)} {_counted(words)}"


def _rect(rect: Rect, page: Page) -> Iterator[str]:
    box = rect.box
    corners = [(box.left, box.top), (box.right, box.top), (box.right, box.bottom), (box.left, box.bottom)]
    curve = _rounded(box, rect.radius) if rect.radius else corners
    kind = "bB" if rect.radius else "Pp"
    yield from _pen(rect.fill if rect.dash else rect.line or rect.fill, rect.thick if rect.line else 0)
    shape = f"{len(curve)} {_points(curve, page)}"
    yield f"{kind[1]} {shape}" if rect.fill == "none" else f"C {_counted(rect.fill)} {kind[0]} {shape}"
    if rect.dash:
        yield from _line(Line((*corners, corners[0]), rect.line, rect.thick, rect.dash), page)


def _line(line: Line, page: Page) -> Iterator[str]:
    yield from _pen(line.color, line.thick)
    if line.fill:
        yield f"C {_counted(line.fill)} P {len(line.points)} {_points(line.points, page)}"
    else:
        for piece in dashes(line.points, line.dash):
            yield f"L {len(piece)} {_points(piece, page)}"
    if line.arrow:
        yield from _pen(line.color, 0)
        yield f"C {_counted(line.color)} P 3 {_points(line.head(), page)}"


def dashes(points: Sequence[Point], dash: str) -> list[tuple[Point, ...]]:
    """Return the pieces of a broken line, since what Graphviz breaks does not keep its measure; whole without a dash.

    >>> dashes([(0, 0), (10, 0)], "4 2")
    [((0.0, 0.0), (4.0, 0.0)), ((6.0, 0.0), (10.0, 0.0))]
    """
    if not dash:
        return [tuple(points)]
    drawn, left_out = (float(part) for part in dash.split())
    pieces: list[tuple[Point, ...]] = []
    for (x0, y0), (x1, y1) in pairwise(points):
        length = math.hypot(x1 - x0, y1 - y0)
        at = 0.0
        while at < length:
            ends = (at / length, min(at + drawn, length) / length)
            begin, end = ((x0 + (x1 - x0) * part, y0 + (y1 - y0) * part) for part in ends)
            pieces.append((begin, end))
            at += drawn + left_out
    return pieces


def _pen(color: str, thick: float) -> Iterator[str]:
    yield f"c {_counted(color)} S {_counted(f'setlinewidth({number(thick * _LARGER)})')}"


def _rounded(box: Box, radius: float) -> list[Point]:
    """Return the curve round a box with rounded corners: a start, then three points for each side and corner."""
    r = min(radius, (box.right - box.left) / 2, (box.bottom - box.top) / 2)
    corners = [(box.left, box.top), (box.right, box.top), (box.right, box.bottom), (box.left, box.bottom)]
    along = [(1, 0), (0, 1), (-1, 0), (0, -1)]
    curve: list[Point] = [(box.left + r, box.top)]
    for index in (1, 2, 3, 0):
        (x, y), (inx, iny), (outx, outy) = corners[index], along[index - 1], along[index]
        begin, end = (x - inx * r, y - iny * r), (x + outx * r, y + outy * r)
        near = (x - inx * r * _PULL, y - iny * r * _PULL), (x + outx * r * _PULL, y + outy * r * _PULL)
        curve += [curve[-1], begin, begin, *near, end]
    return curve


def _points(points: Iterable[Point], page: Page) -> str:
    return " ".join(f"{number(x * _LARGER)} {number((page.height - y) * _LARGER)}" for x, y in points)


def _counted(words: str) -> str:
    return f"{len(words.encode())} -{words}"
