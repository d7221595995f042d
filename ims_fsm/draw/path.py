"""A record's own path on its machine's picture: where it has been, where it is, what may be done and what may not.

What it took is strong and numbered, what is open plain, what is closed crossed. Knows no record and no store, only the
plain data of a `Highlight`, which whoever knows a record fills in. Imports the picture, the sheet and their words.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property

from ims_fsm.draw.citation import bracketed, cite_all, worded
from ims_fsm.draw.description import CROSS
from ims_fsm.draw.legend import Block, Entry
from ims_fsm.draw.picture import Arrow, Card, Label, Links, Picture, picture_of
from ims_fsm.draw.sheet import ArrowLook, CardLook, LabelLook, Sheet, Wording
from ims_fsm.draw.theme import LIGHT, Paint, Theme, strokes
from ims_fsm.law.edition import Edition

STEPS, WAYS, BARRIERS = "The steps it took", "What may happen next", "What may not happen now"


@dataclass(frozen=True, slots=True)
class Step:
    """A transition that was taken: its number in the log (none for the entry), when, as it is to be read, by whom."""

    number: int | None
    trigger: str
    source: str
    dest: str
    when: str
    actor: str

    @property
    def mark(self) -> str:
        """The number as it is drawn; a dot for the entry."""
        return "•" if self.number is None else str(self.number)


@dataclass(frozen=True, slots=True)
class Way:
    """A trigger that may be fired now, where it leads, and the rules that carry it."""

    trigger: str
    dest: str
    rules: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Barrier:
    """A trigger that may not be fired now: the rule of each refusal with its short sentence."""

    trigger: str
    reasons: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Highlight:
    """A record on its machine: `key` tells its picture from every other; the state in which it stands, and its path.

    `heading` and `subheading` are drawn above the picture.
    """

    key: str
    heading: str
    subheading: str
    state: str
    steps: tuple[Step, ...]
    ways: tuple[Way, ...]
    barriers: tuple[Barrier, ...]

    @property
    def visited(self) -> frozenset[str]:
        """The states that it has been in, with the one in which it stands."""
        return frozenset({self.state, *(state for step in self.steps for state in (step.source, step.dest))})


@dataclass(frozen=True)
class PathSheet(Sheet):
    """The picture of a machine with what a `Highlight` says of one record."""

    highlight: Highlight = field(kw_only=True)

    @property
    def name(self) -> str:
        """The machine, its rule set and the record."""
        return f"{self.picture.name}-{self.highlight.key}"

    @cached_property
    def wording(self) -> Wording:
        """The record and where it stands; the path, the ways and the barriers in sentences."""
        record = self.highlight
        return Wording(
            heading=record.heading,
            subheading=record.subheading,
            caption=f"{record.heading}: {record.subheading}",
            title=f"{record.heading}: its path",
            said=_sentences(self.picture, record),
        )

    def steps_on(self, arrow: Arrow, trigger: str) -> tuple[Step, ...]:
        """Return the steps that an arrow's trigger was taken with."""
        sources = self.picture.sources(arrow)
        return tuple(
            step
            for step in self.highlight.steps
            if step.trigger == trigger and step.dest == arrow.head and step.source in sources
        )

    def now(self, arrow: Arrow, trigger: str) -> Way | Barrier | None:
        """Return what an arrow's trigger is now: open or closed; nothing where it does not start in the state."""
        if self.highlight.state not in self.picture.sources(arrow):
            return None
        answers: tuple[Way | Barrier, ...] = (*self.highlight.ways, *self.highlight.barriers)
        return next((answer for answer in answers if answer.trigger == trigger), None)

    def card_look(self, card: Card) -> CardLook:
        """Return how a state looks: strong where the record stands, itself where it was, else pale."""
        paint, palette = self.palette.paint(card.state), self.palette
        if card.name == self.highlight.state:
            return CardLook(paint, palette.ink, badge="now", halo=True)
        if card.name in self.highlight.visited:
            return CardLook(paint, palette.ink)
        leads = any(way.dest == card.name for way in self.highlight.ways)
        line = paint.line if leads else palette.never.line
        return CardLook(Paint(palette.paper, line), palette.never.line, dashed=not card.reached)

    def arrow_look(self, arrow: Arrow) -> ArrowLook:
        """Return how an arrow looks; `path_sheet` has parted those whose triggers differ."""
        color = self.palette.paint(self.picture.card(arrow.head).state).line
        first = arrow.labels[0].trigger if arrow.labels else ""
        if self.steps_on(arrow, first) or not arrow.labels:
            return ArrowLook(color, pen=2.0)
        match self.now(arrow, first):
            case Way():
                return ArrowLook(color)
            case Barrier():
                return ArrowLook(self.palette.never.line, pen=0.8, barred=True)
        return ArrowLook(self.palette.faint.line, pen=0.8)

    def label_look(self, arrow: Arrow, label: Label) -> LabelLook:
        """Return how a trigger looks: the numbers of its steps, and the rule that closes it."""
        steps = tuple(step.mark for step in self.steps_on(arrow, label.trigger))
        now = self.now(arrow, label.trigger)
        sign = CROSS if isinstance(now, Barrier) else ""
        aside = cite_all(rule for rule, _ in now.reasons[:1]) if isinstance(now, Barrier) else ""
        strong = bool(steps) or isinstance(now, Way)
        color = self.palette.ink if strong else self.palette.never.line
        return LabelLook(color, sign, aside, steps, bold=bool(steps))

    def card_notes(self, _card: Card) -> str:
        """Return nothing: a record's picture has steps for numbers."""
        return ""

    def kept(self, card: Card, label: Label) -> str:
        """Return the numbers of the steps that left the record in a state."""
        steps = [step.mark for step in self.highlight.steps if (step.trigger, step.dest) == (label.trigger, card.name)]
        return f"({', '.join(steps)})" if steps else ""

    def legend(self) -> Iterator[Block]:
        """Give the steps, the ways and the barriers."""
        picture, record = self.picture, self.highlight
        steps = tuple(Entry(step.mark, step.when, _step(picture, step)) for step in record.steps)
        yield Block(steps, STEPS, "" if steps else "None: nothing has moved it.")
        yield from _ways(picture, record)
        heading = BARRIERS
        for triggers, reasons in _alike(record.barriers):
            for at, (rule, says) in enumerate(reasons):
                named = ", ".join(map(worded, triggers)) if not at else ""
                yield Block((Entry("" if at else CROSS, named, f"{says}{bracketed(rule)}"),), heading)
                heading = ""


def path_sheet(edition: Edition, highlight: Highlight, theme: Theme = LIGHT, links: Links | None = None) -> PathSheet:
    """Return the picture of an edition with a record's path on it."""
    whole = PathSheet(picture_of(edition), theme, links, highlight=highlight)

    def kind(arrow: Arrow, label: Label) -> object:
        return bool(whole.steps_on(arrow, label.trigger)), type(whole.now(arrow, label.trigger))

    return replace(whole, picture=whole.picture.apart(kind))


def _sentences(picture: Picture, highlight: Highlight) -> str:
    """Return the path, the ways and the barriers in sentences."""
    sentences = [f"{highlight.heading}: {highlight.subheading}. It stands in {picture.title_of(highlight.state)}."]
    sentences += [f"{step.when}: {_step(picture, step)}." for step in highlight.steps]
    sentences += [f"{worded(way.trigger)} leads to {picture.title_of(way.dest)}." for way in highlight.ways]
    for triggers, reasons in _alike(highlight.barriers):
        why = "; ".join(f"{says}{bracketed(rule)}" for rule, says in reasons)
        sentences.append(f"Not now {' or '.join(map(worded, triggers))}: {why}.")
    return " ".join(sentences)


def _ways(picture: Picture, highlight: Highlight) -> Iterator[Block]:
    actors = {key.trigger.name: key.trigger.actor for key in picture.keys}
    drawn = strokes(picture.actors)
    entries = tuple(
        Entry(
            "",
            worded(way.trigger),
            f"leads to {picture.title_of(way.dest)}, by the {actors[way.trigger]} {bracketed(*way.rules)}",
            drawn[actors[way.trigger]],
        )
        for way in highlight.ways
    )
    yield Block(entries, WAYS, "" if entries else "Nothing: it is decided for good.")


def _step(picture: Picture, step: Step) -> str:
    if step.number is None:
        return f"{worded(step.trigger)}, by {step.actor}: begins in {picture.title_of(step.dest)}"
    return f"{worded(step.trigger)}, by {step.actor}: {picture.title_of(step.source)} → {picture.title_of(step.dest)}"


def _alike(barriers: tuple[Barrier, ...]) -> list[tuple[list[str], tuple[tuple[str, str], ...]]]:
    groups: dict[tuple[tuple[str, str], ...], list[str]] = {}
    for barrier in barriers:
        groups.setdefault(barrier.reasons, []).append(barrier.trigger)
    return [(triggers, reasons) for reasons, triggers in groups.items()]
