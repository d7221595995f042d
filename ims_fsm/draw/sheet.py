"""A sheet: a picture with its words and looks. This one shows a machine as it is declared; others say more.

Imports the picture, its words and its theme; knows no drawing program.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Self

from ims_fsm.draw import description, legend
from ims_fsm.draw.legend import Block
from ims_fsm.draw.picture import ANY, Arrow, Card, Label, Links, Picture
from ims_fsm.draw.ratio import Notes, Ratio, usual_notes
from ims_fsm.draw.theme import LIGHT, PENS, Paint, Palette, Theme, strokes
from ims_fsm.law.declaration import ENTRY


@dataclass(frozen=True, slots=True)
class Wording:
    """What a sheet says of itself as a whole."""

    #: The title that is drawn.
    heading: str
    #: The lines below it.
    subheading: str
    #: The title on one line, with where it holds.
    caption: str
    #: The title for those who cannot see the picture.
    title: str
    #: The whole sheet in sentences.
    said: str
    #: The lines under the picture.
    below: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """A state or an arrow in a document: its sentence on hover, its id, its classes, and where it leads, if it does.

    No two sheets of one picture share an id.
    """

    says: str
    name: str
    kind: str
    href: str


@dataclass(frozen=True, slots=True)
class CardLook:
    """How a state looks: its colours, that of its sentence, its border, a badge, and whether it has a halo."""

    paint: Paint
    ink: str
    dashed: bool = False
    badge: str = ""
    halo: bool = False


@dataclass(frozen=True, slots=True)
class ArrowLook:
    """How an arrow looks: its colour, how heavy it is, and whether it ends in a bar that nothing passes.

    Its stroke is that of its actor, unless one is named.
    """

    color: str
    pen: float = 1.0
    barred: bool = False
    stroke: str = ""


@dataclass(frozen=True, slots=True)
class LabelLook:
    """How a trigger on an arrow looks: a sign before it, what stands below it, and the badges after it."""

    color: str
    sign: str = ""
    aside: str = ""
    badges: tuple[str, ...] = ()
    bold: bool = False


@dataclass(frozen=True)
class Sheet:
    """A picture as it is declared, in a theme; `links` lead from its parts to their lines on a page.

    With a `ratio` it fills a page, else it is as large as its parts. A `turned` one is laid out from top to bottom.
    """

    picture: Picture
    theme: Theme = LIGHT
    links: Links | None = None
    notes: Notes = field(default=Notes.FULL, kw_only=True)
    ratio: Ratio | None = field(default=None, kw_only=True)
    turned: bool = field(default=False, kw_only=True)

    @property
    def palette(self) -> Palette:
        """The colours of the theme."""
        return self.theme.palette

    @property
    def full(self) -> bool:
        """Whether everything is said in sentences."""
        return self.notes is Notes.FULL

    @property
    def numbered(self) -> bool:
        """Whether numbers lead to the legend."""
        return self.notes is not Notes.NONE

    @property
    def name(self) -> str:
        """What tells this sheet from every other: the machine and its rule set."""
        return self.picture.name

    @property
    def look(self) -> str:
        """What differs from the usual look, as the name of a file has it: a part, the page, how much is said."""
        page = self.ratio.name.replace(":", "x") if self.ratio else ""
        notes = "" if self.notes is usual_notes(self.ratio) else self.notes.value
        return "".join(f".{mark}" for mark in ("part" if any(self.picture.hidden) else "", page, notes) if mark)

    def showing(self, picture: Picture) -> Self:
        """Return the sheet with another picture of its machine, such as a part."""
        return replace(self, picture=picture)

    @cached_property
    def wording(self) -> Wording:
        """What the sheet says of itself."""
        picture = self.picture
        span = description.span(picture.rule_set, picture.language)
        return Wording(
            heading=picture.title,
            subheading=f"{picture.says}  ·  {span}",
            caption=f"{picture.title}, {span}",
            title=description.title(picture),
            said=description.described(picture),
            below=(picture.left_out,) if picture.left_out else (),
        )

    def card_part(self, card: Card) -> Part:
        """Return a state as a part of a document."""
        kind = " ".join(["state", *(f"keeps-{kept.trigger}" for kept in card.keeps)])
        href = self.links.state(self.picture, card.name) if self.links else ""
        return Part(f"{card.state.title}: {card.state.says}", f"{self.name}-{card.name}", kind, href)

    def arrow_part(self, arrow: Arrow) -> Part:
        """Return an arrow as a part of a document; one without a trigger leads nowhere."""
        kind = " ".join(filter(None, ["arrow", arrow.actor, *(label.trigger for label in arrow.labels)]))
        href = self.links.arrow(self.picture, arrow) if self.links and arrow.labels else ""
        return Part(description.arrow_said(self.picture, arrow), f"{self.name}-{arrow.key}", kind, href)

    def stroke(self, arrow: Arrow) -> tuple[str, float]:
        """Return how an arrow is broken, and how thick it is: its actor's stroke where its look names none."""
        look = self.arrow_look(arrow)
        stroke = look.stroke or strokes(self.picture.actors).get(arrow.actor, "solid")
        return stroke, PENS.get(stroke, 1.0) * look.pen

    def card_look(self, card: Card) -> CardLook:
        """Return how a state looks."""
        if card.reached:
            return CardLook(self.palette.paint(card.state), self.palette.ink)
        return CardLook(self.palette.never, self.palette.never.line, dashed=True)

    def arrow_look(self, arrow: Arrow) -> ArrowLook:
        """Return how an arrow looks: it has the colour of the state that it leads to."""
        idle = arrow.never or not (arrow.tail in {ENTRY, ANY} or self.picture.card(arrow.tail).reached)
        head = self.picture.card(arrow.head).state
        return ArrowLook(self.palette.never.line if idle else self.palette.paint(head).line, barred=arrow.never)

    def label_look(self, arrow: Arrow, label: Label) -> LabelLook:
        """Return how a trigger on an arrow looks: with the numbers of its notes."""
        sign, color = (description.CROSS, self.palette.aside) if arrow.never else ("", self.palette.ink)
        return LabelLook(color, sign, " ".join(map(str, label.notes)))

    def card_notes(self, card: Card) -> str:
        """Return what stands beside the title of a state: the numbers of its notes."""
        return " ".join(map(str, card.notes))

    def kept(self, _card: Card, label: Label) -> str:
        """Return what stands beside a trigger that keeps a state: the numbers of its notes."""
        return " ".join(map(str, label.notes))

    def legend(self) -> Iterator[Block]:
        """Give what stands below or beside the picture: in sentences, or as short as it can be."""
        if self.full:
            yield from legend.blocks(self.picture, self.links)
        elif self.numbered:
            yield from legend.numbered(self.picture)
