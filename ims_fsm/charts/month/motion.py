"""A record's way through a 2B period as a picture that moves: days pass, states are lit in turn, the steps stay listed.

It is one SVG without a script: CSS moves it, follows a light or a dark page, and leaves it still for whoever asks for
less motion. Imports the way and the paper.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from itertools import groupby

from ims_fsm.charts.month.drawing import Scale
from ims_fsm.charts.month.story import day_in_words
from ims_fsm.charts.month.way import Step, Way
from ims_fsm.charts.paper import LEFT, PAD, RIGHT, heading, short
from ims_fsm.draw.citation import cite_all
from ims_fsm.draw.measure import TEXT, TRIGGER, folded, width
from ims_fsm.draw.paper import LINE, Box, Group, Line, Page, Rect, Shape, Text, number
from ims_fsm.draw.sign import ROOM, sign_shapes, state_sign
from ims_fsm.draw.theme import DARK, LIGHT, Paint, Palette
from ims_fsm.law.edition import Edition
from ims_fsm.terms.period import TaxPeriod

# So long a step lasts and the end rests, in seconds; the part of a step in which days pass; what is not lit fades to.
STEP, REST, PASSING, FADED = 3.0, 3.0, 0.4, 0.3
_NAMES, _CARD, _GAP, _STRIP = 66.0, 24.0, 6.0, 13.0
_NUMBER, _DAY = 5.0, 40.0


@dataclass(frozen=True)
class _Film:
    """The keyframes of a picture: so many steps, then a rest in which the last one stays."""

    steps: int

    @property
    def seconds(self) -> float:
        """How long it takes until it begins again."""
        return self.steps * STEP + REST

    def at(self, step: float) -> str:
        """Return when a step begins, as keyframes say it."""
        return f"{number(100 * step * STEP / self.seconds)}%"

    def lit(self, name: str, steps: Iterable[int], dark: float, light: float = 1) -> Iterator[str]:
        """Give the rules by which what has a class is lit during some steps."""
        values = [light if step in {*steps} else dark for step in range(self.steps)]
        yield from self._moved(name, [f"opacity:{number(value)}" for value in values])

    def carried(self, name: str, places: Sequence[float], still: float) -> Iterator[str]:
        """Give the rules by which what stands at a place is carried from one to the next."""
        yield from self._moved(name, [f"transform:translateX({number(place - still)}px)" for place in places])

    def _moved(self, name: str, values: Sequence[str]) -> Iterator[str]:
        frames = "".join(
            f"{self.at(step)},{'100%' if step + 1 == self.steps else self.at(step + 1 - PASSING)}{{{value}}}"
            for step, value in enumerate(values)
        )
        yield f"@keyframes {name}{{{frames}}}"
        yield f".{name}{{animation:{name} {number(self.seconds)}s infinite}}"


def moving_month(way: Way) -> str:
    """Return the way as an SVG that moves; the same way gives the same bytes."""
    days, palette = way.days, LIGHT.palette
    film = _Film(len(way.steps))
    period = days.period.in_words
    title = f"{way.record.machine.title}: its way through the 2B period {period}"
    below = f"the recipient files {days.recipient.filing} \N{MIDDLE DOT} {way.record.rule_set.id}"
    top, above = heading(title, below, LIGHT)
    css: list[str] = []
    shapes: list[Shape] = [*above]
    states = ([step.record for step in way.steps], [step.two_b for step in way.steps])
    for edition, reached in zip((way.record, way.two_b), states, strict=True):
        top += _GAP
        shapes += _cards(edition, reached, palette, top)
        for state in dict.fromkeys(reached):
            css += film.lit(
                f"{edition.machine.name}-{state}", [at for at, name in enumerate(reached) if name == state], FADED
            )
        top += _CARD
    scale = _scale(way)
    places = [scale.middle(step.day) for step in way.steps]
    shapes += _strip(way, scale, palette, top + 2 * _GAP)
    css += film.carried("today", places, places[-1])
    bottom, lines = _list(way.steps, palette, top + 3 * _GAP + 2 * _STRIP + _GAP)
    shapes += lines
    for at in range(len(way.steps)):
        css += film.lit(f"step{at + 1}", [at], 0)
    says = " ".join(f"{day_in_words(step.day)}: {step.says} ({cite_all(step.rules)})" for step in way.steps)
    still = "".join(f".step{at + 1}{{opacity:0}}" for at in range(len(way.steps)))
    moved = f"@media (prefers-reduced-motion:no-preference){{{''.join(css)}}}"
    dark = f"@media (prefers-color-scheme:dark){{{''.join(_darkened())}}}"
    name = f"way-{way.record.machine.name}-{days.period}"
    return Page(name, title, says, bottom, tuple(shapes), LIGHT, style=still + moved + dark).svg()


def _darkened() -> Iterator[str]:
    """Give a rule for each colour of the light palette: what has it takes that of the dark one."""
    pairs: dict[str, str] = {}
    for colour in fields(Palette):
        light, dark = (getattr(theme.palette, colour.name) for theme in (LIGHT, DARK))
        pairs |= dict([(light, dark)] if isinstance(light, str) else zip(_both(light), _both(dark), strict=True))
    for light, dark in pairs.items():
        yield f'[fill="{light}"]{{fill:{dark}}}[stroke="{light}"]{{stroke:{dark}}}'


def _both(paint: Paint) -> tuple[str, str]:
    return paint.fill, paint.line


def _cards(edition: Edition, reached: Sequence[str], palette: Palette, top: float) -> Iterator[Shape]:
    """Give the states of a machine in a row, below its name; one that the way does not reach is faint."""
    states = [*edition.states.values()]
    wide = (RIGHT - LEFT - _NAMES - (len(states) - 1) * _GAP) / len(states)
    for line, words in enumerate(folded(edition.machine.title, _NAMES - PAD, TRIGGER, bold=True)):
        yield Text(LEFT, top + 10 + line * LINE, words, palette.ink, size=TRIGGER, bold=True)
    for at, state in enumerate(states):
        left = LEFT + _NAMES + at * (wide + _GAP)
        box = Box(left, top, left + wide, top + _CARD)
        paint = palette.paint(state) if state.name in reached else palette.faint
        dash = "" if state.name in reached else "3 2"
        room, base = ROOM * TRIGGER, box.baseline()
        begins = box.middle[0] - (room + width(state.title, TRIGGER, bold=True)) / 2
        card = (
            Rect(box, paint.fill, paint.line, 5, 1.2, dash),
            *sign_shapes(state_sign(state), begins, base, TRIGGER, paint.line),
            Text(begins + room, base, state.title, paint.line, size=TRIGGER, bold=True),
        )
        yield Group(state.says, card, kind=f"{edition.machine.name}-{state.name}")


def _scale(way: Way) -> Scale:
    named = frozenset(step.day for step in way.steps)
    last = max(named)
    return Scale(((way.days.begins, last),), named, (way.days.draft, last), LEFT + _NAMES, RIGHT)


def _strip(way: Way, scale: Scale, palette: Palette, top: float) -> Iterator[Shape]:
    """Give the months, a tick a day, the number of each step on its day, and the hand that passes over them."""
    middle, bottom = top + _STRIP, top + 2 * _STRIP
    yield Text(LEFT, middle + 3, "Days", palette.ink, size=TRIGGER, bold=True)
    for _, month in groupby(scale.days, key=lambda day: (day.year, day.month)):
        of_month = [*month]
        box = Box(scale.start(of_month[0]), top, scale.end(of_month[-1]), middle)
        yield Rect(box, palette.frame.fill, palette.frame.line, thick=0.6)
        words = TaxPeriod.of(of_month[0]).in_words
        yield Text(box.middle[0], middle - 3.6, words, palette.ink, "middle", bold=True)
    yield Rect(Box(scale.left, middle, scale.right, bottom), palette.paper, palette.frame.line, thick=0.6)
    for day in scale.days[1:]:
        yield Line(((scale.start(day), bottom - 3), (scale.start(day), bottom)), palette.frame.line, 0.4)
    hand = scale.middle(way.steps[-1].day)
    line = Line(((hand, top - 3), (hand, bottom)), palette.blue.line, 1.4)
    tip = Line(
        ((hand - 3.5, top - 7), (hand + 3.5, top - 7), (hand, top - 1)), palette.blue.line, 0.6, "", palette.blue.line
    )
    yield Group("today", (line, tip), kind="today")
    for at, step in enumerate(way.steps, 1):
        yield from _badge(scale.middle(step.day), (middle + bottom) / 2, at, palette)


def _badge(x: float, y: float, at: int, palette: Palette) -> Iterator[Shape]:
    box = Box(x - _NUMBER, y - _NUMBER, x + _NUMBER, y + _NUMBER)
    yield Rect(box, palette.blue.line, radius=_NUMBER)
    yield Text(x, box.baseline(), str(at), palette.paper, "middle", bold=True)


def _list(steps: Sequence[Step], palette: Palette, top: float) -> tuple[float, list[Shape]]:
    """Return how far down the steps reach, a line or more each, and their shapes."""
    shapes: list[Shape] = []
    begins = LEFT + 2 * _NUMBER + 2 * PAD + _DAY
    for at, step in enumerate(steps, 1):
        cited = f"({cite_all(step.rules)})"
        lines = folded(step.says, RIGHT - begins - PAD)
        fits = width(f"{lines[-1]} {cited}") <= RIGHT - begins - PAD
        box = Box(LEFT, top, RIGHT, top + (len(lines) + (not fits)) * LINE + 5.6)
        shapes.append(Group("", (Rect(box, palette.blue.fill, radius=3),), kind=f"step{at}"))
        shapes += _badge(LEFT + PAD + _NUMBER, box.top + 7, at, palette)
        base = box.top + 9.6
        shapes.append(Text(LEFT + 2 * PAD + 2 * _NUMBER, base, short(step.day), palette.ink, bold=True))
        shapes += [Text(begins, base + row * LINE, words, palette.ink) for row, words in enumerate(lines)]
        after = (
            (begins + width(f"{lines[-1]} "), base + (len(lines) - 1) * LINE)
            if fits
            else (begins, base + len(lines) * LINE)
        )
        shapes.append(Text(*after, cited, palette.aside, size=TEXT))
        top = box.bottom + 1.5
    return top + PAD, shapes
