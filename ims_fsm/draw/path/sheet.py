"""A record's path as a sheet: what it took is strong and numbered, what is open plain, what is closed crossed.

Imports the sheet, the highlight and the words; knows no drawing program.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from ims_fsm.draw.citation import cite_all
from ims_fsm.draw.description import CROSS
from ims_fsm.draw.legend import Block
from ims_fsm.draw.links import Links
from ims_fsm.draw.palette import Paint
from ims_fsm.draw.path import story
from ims_fsm.draw.path.highlight import Barrier, Highlight, Step, Way
from ims_fsm.draw.picture import Arrow, Card, Label, picture_of
from ims_fsm.draw.sheet import ArrowLook, CardLook, LabelLook, Sheet
from ims_fsm.draw.theme import LIGHT, Theme
from ims_fsm.law.edition import Edition

NOTHING = Highlight("", "", "", "", (), (), ())


@dataclass(frozen=True)
class PathSheet(Sheet):
    """The picture of a machine with what a `Highlight` says of one record."""

    highlight: Highlight = field(default=NOTHING)

    @property
    def name(self) -> str:
        """The machine, its rule set and the record."""
        return f"{self.picture.name}-{self.highlight.key}"

    @property
    def heading(self) -> str:
        """The record."""
        return self.highlight.heading

    @property
    def subheading(self) -> str:
        """Where it stands, and the law that it stands under."""
        return self.highlight.subheading

    @property
    def caption(self) -> str:
        """The record and where it stands."""
        return f"{self.highlight.heading}: {self.highlight.subheading}"

    @property
    def title(self) -> str:
        """The record and where it stands."""
        return f"{self.highlight.heading}: its path"

    @property
    def said(self) -> str:
        """The path, the ways and the barriers in sentences."""
        return story.told(self.picture, self.highlight)

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
        known: tuple[Way | Barrier, ...] = (*self.highlight.ways, *self.highlight.barriers)
        return next((each for each in known if each.trigger == trigger), None)

    def card_look(self, card: Card) -> CardLook:
        """Return how a state looks: strong where the record stands, itself where it was, else pale."""
        own, palette = self.palette.paint(card.state), self.palette
        if card.name == self.highlight.state:
            return CardLook(own, palette.ink, badge="now", halo=True)
        if card.name in self.highlight.visited:
            return CardLook(own, palette.ink)
        leads = any(way.dest == card.name for way in self.highlight.ways)
        line = own.line if leads else palette.never.line
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
        yield from story.blocks(self.picture, self.highlight)


def path_sheet(edition: Edition, highlight: Highlight, theme: Theme = LIGHT, links: Links | None = None) -> PathSheet:
    """Return the picture of an edition with a record's path on it."""
    whole = PathSheet(picture_of(edition), theme, links, highlight)

    def told(arrow: Arrow, label: Label) -> object:
        return bool(whole.steps_on(arrow, label.trigger)), type(whole.now(arrow, label.trigger))

    return replace(whole, picture=whole.picture.apart(told))
