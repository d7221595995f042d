"""Lays a tale out on a page: three lifelines, a message a row, the supplier's liability left, the ITC right.

Imports the tale, the shapes and a theme.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ims_fsm.charts.paper.citing import cited
from ims_fsm.charts.paper.lettering import width, wrapped
from ims_fsm.charts.paper.page import Page
from ims_fsm.charts.paper.shapes import Box, Line, Rect, Shape, Text
from ims_fsm.charts.sequence.columns import LEFT, LINE, PAD, RIGHT, Columns, columns_of
from ims_fsm.charts.sequence.story import Actor, Becomes, Step, Tale, balance
from ims_fsm.charts.sequence.words import day_said, ending, refusals_again, refusals_said, said
from ims_fsm.draw import measure
from ims_fsm.draw.palette import Palette, strokes
from ims_fsm.draw.theme import Theme
from ims_fsm.law.refusal import Refusal

GAP = 6.0
_DASHES = {"solid": "", "dashed": "4 2.5", "dotted": "1.2 2", "bold": ""}
_HEAD = 17.0


@dataclass(frozen=True, slots=True)
class Drawing:
    """What a tale is drawn with: the theme, the columns, and the stroke of each actor."""

    theme: Theme
    columns: Columns
    dashes: Mapping[Actor, str]

    @property
    def palette(self) -> Palette:
        """The theme's colours."""
        return self.theme.palette

    @property
    def lifelines(self) -> Mapping[Actor, float]:
        """Where each actor's line stands."""
        return self.columns.lifelines


def page_of(tale: Tale, fields: Mapping[str, str], theme: Theme) -> Page:
    """Return a tale as a page of shapes; `fields` fill in the sentences of its refusals."""
    known = strokes(("supplier", "clock", "recipient"))
    dashes = {actor: _DASHES[known["clock" if actor is Actor.PORTAL else str(actor)]] for actor in Actor}
    drawing = Drawing(theme, columns_of(tale), dashes)
    palette = theme.palette
    heading = [Text(LEFT, 16, tale.title, measure.TITLE, palette.ink, bold=True)]
    below = f"{tale.says} \N{MIDDLE DOT} {tale.rule_set}, amounts in rupees"
    lines = wrapped(below, measure.SUBTITLE, RIGHT - LEFT)
    heading += [
        Text(LEFT, 28 + number * 11, words, measure.SUBTITLE, palette.aside) for number, words in enumerate(lines)
    ]
    top = 28 + 11 * len(lines)
    shapes: list[Shape] = []
    at = top + _HEAD + LINE
    told: set[Refusal] = set()
    for step in tale.steps:
        refused = refusals_again(step) if told.issuperset(step.refusals) else refusals_said(step, fields)
        told.update(step.refusals)
        drawn, at = _step(drawing, step, refused, at)
        shapes += drawn
    bottom = at + 4
    ends = tuple(_ending(drawing, tale, bottom))
    return Page(
        f"sequence-{tale.name}",
        tale.title,
        said(tale, fields),
        measure.COLUMN,
        bottom + 20,
        palette.paper,
        (*heading, *_heads(drawing, top, bottom), *shapes, *ends),
        theme.scale,
    )


def _heads(drawing: Drawing, top: float, bottom: float) -> Iterator[Shape]:
    palette, pen = drawing.palette, drawing.theme.pen
    for actor, x in drawing.lifelines.items():
        box = Box(x - 24, top, x + 24, top + _HEAD - 3)
        yield Line(((x, box.bottom), (x, bottom)), palette.frame.line, 0.8 * pen, drawing.dashes[actor])
        yield Rect(box, palette.frame.fill, palette.ink, 3, 0.9 * pen, drawing.dashes[actor])
        yield Text(x, box.bottom - 4, actor.title(), measure.TRIGGER, palette.ink, "middle", bold=True)
    yield Text(LEFT, top + 9, "day", measure.TEXT, palette.aside)
    for money, title in ((drawing.columns.liability, "liability"), (drawing.columns.credit, "ITC")):
        yield Text(money.stands, top + 9, "total", measure.TEXT, palette.aside, "end")
        moved = money.moved - (width(" total", measure.TEXT) + PAD if money.stacked else 0)
        yield Text(moved, top + 9, title, measure.TEXT, palette.ink, "end", bold=True)


def _step(drawing: Drawing, step: Step, refused: tuple[str, ...], top: float) -> tuple[list[Shape], float]:
    """Return the shapes of a step and where the next one begins: words over an arrow, and below it what comes of it."""
    palette, pen = drawing.palette, drawing.theme.pen
    start, end = drawing.lifelines[step.source], drawing.lifelines[step.target]
    color = palette.red.line if step.refusals else palette.ink
    middle, room = (start + end) / 2, abs(end - start) - 4 * PAD
    lines = [(words, color) for words in wrapped(step.says, measure.TEXT, room)]
    lines += [(words, palette.aside) for words in wrapped(cited(step.rules), measure.TEXT, room)]
    shapes: list[Shape] = [Text(LEFT, top + 6, day_said(step.day), measure.TEXT, palette.aside)]
    shapes += [
        Text(middle, top + 6 + number * LINE, words, measure.TEXT, own, "middle")
        for number, (words, own) in enumerate(lines)
    ]
    y = top + len(lines) * LINE + 1
    reach = end - 5 if end > start else end + 5
    arrow = ((start, y), (reach if step.refusals else end, y))
    shapes.append(Line(arrow, color, 0.9 * pen, drawing.dashes[step.source], arrow=True))
    shapes += _money(drawing, step, y)
    at = y + 3
    if step.refusals:
        shapes += _cross(palette, pen, (end, y))
    for sentence in refused:
        drawn, at = _refusal(drawing, sentence, at)
        shapes += drawn
    if step.becomes:
        shapes += _pill(drawing, step.becomes, at)
        at += 12
    return shapes, at + GAP


def _money(drawing: Drawing, step: Step, y: float) -> Iterator[Shape]:
    palette, thick = drawing.palette, 0.6 * drawing.theme.pen
    if step.liability:
        yield from drawing.columns.liability.entry(step.liability, palette.amber, palette.ink, y, thick)
    if step.credit:
        yield from drawing.columns.credit.entry(step.credit, palette.green, palette.ink, y, thick)


def _cross(palette: Palette, pen: float, at: tuple[float, float]) -> Iterator[Shape]:
    x, y = at
    for rise in (3.0, -3.0):
        yield Line(((x - 3, y - rise), (x + 3, y + rise)), palette.red.line, 1.4 * pen)


def _refusal(drawing: Drawing, sentence: str, top: float) -> tuple[list[Shape], float]:
    paint = drawing.palette.red
    left, right = drawing.lifelines[Actor.SUPPLIER] + 10, drawing.lifelines[Actor.RECIPIENT] - 10
    lines = wrapped(f"refused: {sentence}", measure.TEXT, right - left - 2 * PAD)
    box = Box(left, top + 2, right, top + 6 + len(lines) * LINE)
    shapes: list[Shape] = [Rect(box, paint.fill, paint.line, 2, 0.7 * drawing.theme.pen)]
    shapes += [
        Text(left + PAD, top + 9.5 + number * LINE, words, measure.TEXT, paint.line)
        for number, words in enumerate(lines)
    ]
    return shapes, box.bottom + 1


def _pill(drawing: Drawing, becomes: Becomes, top: float) -> Iterator[Shape]:
    paint = drawing.palette.paint(becomes.state)
    x, half = drawing.lifelines[Actor.PORTAL], width(becomes.words, measure.TEXT) / 2 + PAD
    yield Rect(Box(x - half, top, x + half, top + 11), paint.fill, paint.line, 3, 0.7 * drawing.theme.pen)
    yield Text(x, top + 8, becomes.words, measure.TEXT, paint.line, "middle")


def _ending(drawing: Drawing, tale: Tale, top: float) -> Iterator[Shape]:
    palette, columns = drawing.palette, drawing.columns
    yield Line(((LEFT, top), (RIGHT, top)), palette.ink, 0.9 * drawing.theme.pen)
    for money, heads in ((columns.liability, tale.after.standing), (columns.credit, tale.after.carried)):
        yield Text(money.stands, top + 11, balance(heads.total), measure.TEXT, palette.ink, "end", bold=True)
    middle = drawing.lifelines[Actor.PORTAL]
    yield Text(middle, top + 11, ending(tale).partition(":")[0], measure.TEXT, palette.ink, "middle")
