"""A sheet as SVG: drawn by us, where Graphviz says that its parts are; with its title, its legend, its words on hover.

Imports the sheet, what is written in it, the places and the paper.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ims_fsm.draw import measure
from ims_fsm.draw.arrangement import arrangement, check_legible
from ims_fsm.draw.dot import FRAME, LEAVING, inner_states
from ims_fsm.draw.labels import BARS_SAY, FRAME_SAYS, Words, arrow_lines, card_lines, extent
from ims_fsm.draw.measure import TEXT
from ims_fsm.draw.paper import Box, Group, Line, Page, Point, Rect, Shape, Text
from ims_fsm.draw.picture import ANY, Arrow, Card
from ims_fsm.draw.renderer import Places, Route
from ims_fsm.draw.sheet import Sheet
from ims_fsm.draw.sign import sign_shapes
from ims_fsm.draw.theme import DASHES
from ims_fsm.law.declaration import ENTRY

_ROUND, _DOUBLE = 7.0, 2.5
_HEAD = 2.1


def digest(dot: str) -> str:
    """Return the SHA-256 of a DOT text, 64 hex digits: an SVG carries that of the DOT it was laid out from."""
    return hashlib.sha256(dot.encode()).hexdigest()


def svg_of(sheets: Sequence[Sheet], places: Sequence[Places], dots: Sequence[str]) -> str:
    """Return a sheet as SVG, of several readings of it that which can be drawn largest; the same places give one SVG.

    It says what it is to those who cannot see it; a state or arrow says its sentence on hover; it carries the digest
    of its DOT, by which a stale one is found, whatever version of Graphviz said the places.
    Raises `InputError` where words would be smaller on the page than they may be.
    """
    readings = zip(sheets, places, dots, strict=True)
    drawings = [(_Drawing(sheet, where), dot) for sheet, where, dot in readings]
    arranged = [(arrangement(drawing.sheet, drawing.extent), drawing, dot) for drawing, dot in drawings]
    best, drawing, dot = max(arranged, key=lambda reading: reading[0].scale)
    sheet = drawing.sheet
    check_legible(sheet, best.scale)
    return Page(
        name=sheet.name, title=sheet.wording.title, says=sheet.wording.said, height=best.tall, theme=sheet.theme,
        shapes=(*best.heading, *drawing.moved(*best.begins).shapes(), *best.rest), width=best.wide, scale=best.scale,
        role="graphics-document document" if sheet.links else "img", digest=digest(dot),
        language=sheet.picture.language,
    ).svg()  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Drawing:
    """A sheet's parts at their places."""

    sheet: Sheet
    places: Places

    @property
    def extent(self) -> Box:
        """What all the parts cover."""
        boxes = [*self.places.nodes.values(), *(box for name, box in self.places.clusters.items() if name == FRAME)]
        boxes += [Box(x, y, x, y) for route in self.places.routes.values() for x, y in route.points]
        boxes += [self._label_box(arrow) for arrow in self.sheet.picture.arrows if arrow.labels]
        lefts, tops, rights, bottoms = zip(*boxes, strict=True)
        return Box(min(lefts), min(tops), max(rights), max(bottoms))

    def moved(self, x: float, y: float) -> _Drawing:
        """Return the parts so that they begin so far from the left and from the top."""
        whole = self.extent
        return _Drawing(self.sheet, self.places.moved(x - whole.left, y - whole.top))

    def shapes(self) -> Iterator[Shape]:
        """Give the frame, the bars, the arrows and the cards; what is written lies on what is drawn."""
        picture = self.sheet.picture
        yield from self._frame()
        for arrow in picture.arrows:
            yield self._arrow(arrow)
        if ENTRY in self.places.nodes:
            entry = self.places.nodes[ENTRY]
            yield Rect(entry, self.sheet.palette.ink, radius=entry.wide / 2)
        for card in picture.cards:
            yield self._card(card)

    def _frame(self) -> Iterator[Shape]:
        if FRAME not in self.places.clusters:
            return
        picture = self.sheet.picture
        line, aside, box = self.sheet.palette.frame, self.sheet.palette.aside, self.places.clusters[FRAME]
        yield Rect(box, line.fill, line.line, _ROUND, 1.0)
        yield Text(box.left + 5, box.top + TEXT + 3, picture.language.said(FRAME_SAYS), aside, bold=True)
        bars = self._bars()
        for bar in bars.values():
            yield Rect(bar, line.line)
        if ANY in bars and picture.initial in picture.frame:
            yield self._joined(picture.initial, bars[ANY].left)
        if LEAVING in bars:
            led = inner_states(picture) if ANY in bars else picture.frame
            yield from (self._joined(state, bars[LEAVING].left) for state in led)
        if bars:
            # One bar, to which every open state is joined: what starts at it starts in each of them.
            left, *_, right = *bars.values(), *bars.values()
            yield Rect(Box(left.left, left.top, right.right, left.top + measure.BAR), line.line)
            yield Text((left.left + right.right) / 2, left.top - 3, picture.language.said(BARS_SAY), aside, "middle")

    def _bars(self) -> dict[str, Box]:
        """Return the bars of the frame, which begin above its highest state and end alike."""
        bars = {name: self.places.nodes[name] for name in (ANY, LEAVING) if name in self.places.nodes}
        if not bars:
            return {}
        cards = [self.places.nodes[state] for state in inner_states(self.sheet.picture)]
        top = min(box.top for box in (*bars.values(), *cards)) - measure.BAR - 4
        bottom = max(bar.bottom for bar in bars.values())
        middles = {name: bar.middle[0] for name, bar in bars.items()}
        return {name: Box(x - measure.BAR / 2, top, x + measure.BAR / 2, bottom) for name, x in middles.items()}

    def _joined(self, state: str, x: float) -> Shape:
        """Return the line that joins a state to a bar."""
        box, line = self.places.nodes[state], self.sheet.palette.frame.line
        return Line(((box.right, box.middle[1]), (x, box.middle[1])), line, 1.6)

    def _card(self, card: Card) -> Shape:
        sheet, box = self.sheet, self.places.nodes[card.name]
        look = sheet.card_look(card)
        pen, dash = 1.1, DASHES["dashed"] if look.dashed else ""
        shapes: list[Shape] = (
            [Rect(box.grown(3), look.paint.line, radius=_ROUND + 2, opacity=0.33)] if look.halo else []
        )
        if card.state.terminal:
            shapes.append(Rect(box, sheet.palette.paper, look.paint.line, _ROUND + 1, pen, dash))
        inside = box.grown(-_DOUBLE) if card.state.terminal else box
        shapes.append(Rect(inside, look.paint.fill, look.paint.line, _ROUND, pen, dash))
        shapes += self._written([*card_lines(sheet, card, look)], box.middle, look.paint.fill)
        part = sheet.card_part(card)
        return Group(part.says, tuple(shapes), part.name, f"node {part.kind}", part.href)

    def _arrow(self, arrow: Arrow) -> Shape:
        sheet, picture = self.sheet, self.sheet.picture
        route, look = self._route(arrow), sheet.arrow_look(arrow)
        (stroke, pen), part = sheet.stroke(arrow), sheet.arrow_part(arrow)
        points = route.points
        if arrow.tail == ANY:
            # Graphviz leaves a little room beside a bar.
            bar = self._bars()[ANY if arrow.head in picture.frame else LEAVING]
            points = ((bar.left if points[0][0] < bar.left else bar.right, points[0][1]), *points[1:])
        shapes: list[Shape] = [Line(points, look.color, pen, DASHES[stroke], curved=True)]
        if route.tip:
            shapes.append(_end(route.points[-1], route.tip, look.color, barred=look.barred))
        if route.label:
            shapes += self._written(
                [*arrow_lines(sheet, arrow)], (route.label[0], route.label[1] - 1), sheet.palette.paper
            )
        return Group(part.says, tuple(shapes), part.name, f"edge {part.kind}", part.href)

    def _route(self, arrow: Arrow) -> Route:
        return self.places.routes[self.sheet.arrow_part(arrow).name]

    def _label_box(self, arrow: Arrow) -> Box:
        x, y = self._route(arrow).label or (0.0, 0.0)
        wide, tall = extent([*arrow_lines(self.sheet, arrow)])
        return Box(x - wide / 2, y - tall / 2, x + wide / 2, y + tall / 2)

    def _written(self, lines: Sequence[Words], middle: Point, paper: str) -> Iterator[Shape]:
        """Give lines of words, one below the other, round a middle."""
        x, y = middle[0], middle[1] - extent(lines)[1] / 2
        for line in lines:
            baseline = y + line.size
            y += line.height
            left = x - line.wide / 2
            if line.badges:
                yield from _plates(line, left, baseline, paper)
                continue
            if line.sign:
                yield from sign_shapes(line.sign, left, baseline, line.size, line.color)
            if measure.is_measurable(line.words) or line.before or line.raised:
                yield Text(left + line.before, baseline, line.words, line.color, size=line.size, bold=line.bold)
            else:
                # How wide it is is only guessed: it stands in the middle all the same.
                yield Text(x, baseline, line.words, line.color, "middle", line.size, bold=line.bold)
            if line.raised:
                raised = Text(left + line.wide, baseline - line.size / 4, line.raised, self.sheet.palette.aside, "end")
                yield raised


def _plates(line: Words, left: float, baseline: float, paper: str) -> Iterator[Shape]:
    for word, wide in zip(line.badges, line.plates, strict=True):
        yield Rect(Box(left, baseline - line.size + 0.5, left + wide, baseline + 2), line.color, radius=2)
        yield Text(left + wide / 2, baseline, word, paper, "middle", line.size, bold=True)
        left += wide + 1.5


def _end(last: Point, tip: Point, color: str, *, barred: bool) -> Shape:
    """Return the head of an arrow, or the bar that nothing passes."""
    (x0, y0), (x, y) = last, tip
    length = ((x - x0) ** 2 + (y - y0) ** 2) ** 0.5 or 1.0
    across = (y0 - y) / length, (x - x0) / length
    if barred:
        ends = ((x0 + side * 3.5 * across[0], y0 + side * 3.5 * across[1]) for side in (1, -1))
        return Line(tuple(ends), color, 2.2)
    base = ((x0 + side * _HEAD * across[0], y0 + side * _HEAD * across[1]) for side in (1, -1))
    return Line((tip, *base), "", fill=color)
