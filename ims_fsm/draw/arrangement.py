"""Where on its page a picture stands, with its title, its legend below or beside it, and what explains its strokes.

Imports the sheet, the ratio, the legend, the sizes and the paper; knows nothing of what is drawn but how large it is.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, partial

from ims_fsm.draw import measure
from ims_fsm.draw.description import CROSS
from ims_fsm.draw.legend import RAISED, STROKE, Block, typeset
from ims_fsm.draw.measure import COLUMN, LINE, MARGIN, SUBTITLE, TEXT, TITLE, WIDTH, balanced, folded, width
from ims_fsm.draw.paper import Box, Line, Point, Shape, Text
from ims_fsm.draw.ratio import SLIDE, Ratio
from ims_fsm.draw.sheet import Sheet
from ims_fsm.draw.theme import DASHES, PENS, strokes
from ims_fsm.errors import InputError, Problem

# Nothing is drawn larger, however few its parts are.
LARGEST = 3.2
# The widths that a legend beside a picture is tried in.
BESIDE = range(100, 361, 20)
_APART = 2.0 * MARGIN


@dataclass(frozen=True, slots=True)
class Arrangement:
    """A page in its own points and how much larger it is shown; where what is drawn begins; what stands round it."""

    wide: float
    tall: float
    scale: float
    begins: Point
    heading: tuple[Shape, ...]
    rest: tuple[Shape, ...]


def arrangement(sheet: Sheet, drawn: Box) -> Arrangement:
    """Return how something that covers a box is arranged with the words of its sheet.

    A sheet with all its notes is a column, another a slide, unless it has a ratio of its own.
    """
    if sheet.ratio is None and sheet.full:
        return _column(sheet, drawn)
    page = sheet.ratio or SLIDE
    blocks = tuple(sheet.legend())
    tried = (_Way(sheet, drawn, page, blocks, beside) for beside in ([*BESIDE, 0] if blocks else [0]))
    return max(tried, key=lambda way: way.scale).arranged()


def check_legible(sheet: Sheet, scale: float) -> None:
    """Raise `InputError` where the smallest words of a sheet are too small for the page that is asked for."""
    page = sheet.ratio
    if page is not None and round(TEXT * scale, 2) < page.smallest:
        what = f"does not fit {page.name}: its smallest words would have {TEXT * scale:.2f} points of {page.smallest:g}"
        less = "say less in the notes, " if sheet.numbered else ""
        remedy = f"{less}choose another ratio, or draw only a part of it"
        raise InputError("drawing", [Problem(sheet.picture.name, what, remedy)])


def _column(sheet: Sheet, drawn: Box) -> Arrangement:
    """Return a printed column: the legend below what is drawn."""
    edge = float(MARGIN)
    top, heading = _heading(sheet, edge, edge, WIDTH)
    below, said = _below(sheet, edge, top + drawn.tall + (LINE if sheet.wording.below else 0), WIDTH)
    tall, legend = typeset([*sheet.legend()], sheet.palette, below + LINE)
    wide = max(COLUMN, drawn.wide + 2 * edge)
    scale = sheet.theme.scale * COLUMN / wide
    return Arrangement(wide, tall + edge, scale, (edge, top), tuple(heading), (*said, *legend))


@dataclass(frozen=True)
class _Way:
    """One way to fill a page: with the legend beside what is drawn, so wide, or below it where that is nothing."""

    sheet: Sheet
    drawn: Box
    page: Ratio
    blocks: tuple[Block, ...]
    beside: float

    @cached_property
    def content(self) -> float:
        """How wide everything is together."""
        return max(self.drawn.wide + (self.beside and self.beside + 2 * _APART), self._key_width)

    @cached_property
    def scale(self) -> float:
        """How much larger it can be drawn."""
        return min(self.page.scale(self.content, self._tall()), LARGEST)

    def arranged(self) -> Arrangement:
        """Return the page: what is drawn in the middle, or at the top of one that is read from there."""
        scale, page = self.scale, self.page
        wide, tall = page.wide / scale, page.tall / scale
        left, above = page.aside / scale, page.above / scale
        inside = wide - 2 * left
        top, heading = _heading(self.sheet, left, above, inside)
        spare = 0 if page.upright else max(tall - above - top - self._rest(), 0)
        x, y = (wide - self._middle()) / 2, top + spare / 2
        body, legend = self._legend(left, x, y, inside)
        foot, said = _below(self.sheet, left, y + body + spare / 2, inside)
        rest = (*legend, *said, *self._key(left, foot + LINE))
        # Words that are too small on a slide that nobody asked for are as large as they must be, on a larger page.
        larger = max(1.0, page.smallest / (TEXT * scale)) if self.sheet.ratio is None else 1.0
        shift = max(0, (body - self.drawn.tall) / 2) if self.beside and not page.upright else 0
        return Arrangement(wide, tall, scale * larger, (x, y + shift), tuple(heading), rest)

    def _middle(self) -> float:
        return self.drawn.wide + (self.beside and self.beside + 2 * _APART)

    def _tall(self) -> float:
        return _heading(self.sheet, 0, 0, self.content)[0] + self._rest()

    def _rest(self) -> float:
        """Return how high everything below the heading is."""
        foot, _ = _below(self.sheet, 0, self._legend(0, 0, 0, self.content)[0], self.content)
        return foot + LINE * (bool(self._key_width) + 0.5)

    def _legend(self, left: float, x: float, y: float, inside: float) -> tuple[float, list[Shape]]:
        """Return how high what is drawn is with its legend, and the legend's shapes: those inside begin at the left."""
        if not self.blocks:
            return self.drawn.tall + LINE, []
        put = partial(typeset, self.blocks, self.sheet.palette)
        if not self.beside:
            bottom, shapes = put(y + self.drawn.tall + LINE, left, inside)
            return bottom - y + LINE, shapes
        down = max(0, (self.drawn.tall - self._aside) / 2)
        _, shapes = put(y + down, x + self.drawn.wide + 2 * _APART, self.beside)
        return max(self.drawn.tall, self._aside) + LINE, shapes

    @cached_property
    def _aside(self) -> float:
        """How high the legend beside what is drawn is."""
        return typeset(self.blocks, self.sheet.palette, 0, 0, self.beside)[0]

    @cached_property
    def _key_width(self) -> float:
        """How wide the line is that says whose each stroke is."""
        shapes = [*self._key(0, 0)]
        return max((shape.box.right for shape in shapes if isinstance(shape, Text)), default=0)

    def _key(self, x: float, y: float) -> Iterator[Shape]:
        """Give a line that says whose each stroke is, where the legend does not."""
        sheet, palette = self.sheet, self.sheet.palette
        said = sheet.picture.language.said
        if sheet.full:
            return
        for actor, stroke in strokes(sheet.picture.actors).items():
            words = said("the {actor}", actor=said(actor))
            points = (x, y - RAISED), (x + 2 * STROKE, y - RAISED)
            yield Line(points, palette.ink, PENS.get(stroke, 1.0), DASHES[stroke])
            yield Text(x + 2.4 * STROKE, y, words, palette.aside)
            x += 4 * STROKE + width(words)
        if any(arrow.never for arrow in sheet.picture.arrows) or any(card.barred for card in sheet.picture.cards):
            yield Text(x, y, f"{CROSS} {said('refused')}", palette.aside)


def _heading(sheet: Sheet, left: float, top: float, wide: float) -> tuple[float, list[Shape]]:
    """Return how far down the title and the lines below it reach, and their shapes."""
    ink, aside = sheet.palette.ink, sheet.palette.aside
    shapes: list[Shape] = []
    for line in folded(sheet.wording.heading, wide, TITLE, bold=True):
        shapes.append(Text(left, top + TITLE, line, ink, size=TITLE, bold=True))
        top += TITLE + 3
    for line in (folds for part in sheet.wording.subheading.split("\n") for folds in balanced(part, wide, SUBTITLE)):
        shapes.append(Text(left, top + SUBTITLE, line, aside, size=SUBTITLE))
        top += SUBTITLE + 2
    return top + 2 * measure.MARGIN, shapes


def _below(sheet: Sheet, left: float, top: float, wide: float) -> tuple[float, list[Shape]]:
    """Return how far down the lines under the picture reach, and their shapes."""
    lines = [folds for line in sheet.wording.below for folds in balanced(line, wide)]
    texts = [Text(left, top + at * LINE, line, sheet.palette.aside) for at, line in enumerate(lines, start=1)]
    return top + len(lines) * LINE, [*texts]
