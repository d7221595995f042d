"""What a log did on a machine's picture: how often each arrow was taken, and what was refused, dashed and crossed.

Knows no log, only the plain counts of a `Busy`, which whoever knows one fills in. Imports the picture, the sheet and
their words. Read in grey: how heavy a line is says how often, and what is refused ends in a bar.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from math import log10

from ims_fsm.draw.citation import bracketed, cite, worded
from ims_fsm.draw.description import CROSS
from ims_fsm.draw.legend import Block, Entry
from ims_fsm.draw.picture import Arrow, Card, Label, picture_of
from ims_fsm.draw.sheet import ArrowLook, CardLook, LabelLook, Part, Sheet, Wording
from ims_fsm.draw.theme import LIGHT, Paint, Theme
from ims_fsm.law.declaration import ENTRY
from ims_fsm.law.edition import Edition

TAKEN, REFUSED = "What was done", "What the law refuses"
# So many refused pairs are drawn; the legend has all.
MOST = 12
_THINNEST, _HEAVIER = 0.8, 0.75


@dataclass(frozen=True, slots=True)
class Busy:
    """Counts of a log: of transitions by source, trigger and dest; of refusals by state and trigger, with a rule."""

    heading: str
    subheading: str
    taken: Mapping[tuple[str, str, str], int]
    refused: Mapping[tuple[str, str], int]
    rules: Mapping[tuple[str, str], str]


@dataclass(frozen=True)
class TrafficSheet(Sheet):
    """The picture of a machine with what a `Busy` says of a log."""

    busy: Busy = field(kw_only=True)

    @property
    def name(self) -> str:
        """The machine, its rule set and that it is a log."""
        return f"{self.picture.name}-log"

    @cached_property
    def wording(self) -> Wording:
        """The log, and all counts in sentences."""
        busy = self.busy
        said = [f"{busy.heading}: {busy.subheading}."]
        said += [
            f"{entry.name} {entry.mark} times: {entry.says}." for block in self.legend() for entry in block.entries
        ]
        caption = f"{busy.heading}: {busy.subheading}"
        return Wording(busy.heading, busy.subheading, caption, f"{busy.heading}: what was done", " ".join(said))

    def times(self, arrow: Arrow, trigger: str) -> int:
        """Return how often an arrow's trigger was taken, or refused where the arrow is of a refusal."""
        sources = self.picture.sources(arrow)
        if arrow.never:
            return sum(self.busy.refused.get((source, trigger), 0) for source in sources)
        return sum(self.busy.taken.get((source, trigger, arrow.head), 0) for source in sources)

    def arrow_part(self, arrow: Arrow) -> Part:
        """Return an arrow as a part of a document, with its counts."""
        part = super().arrow_part(arrow)
        counts = ", ".join(
            f"{worded(label.trigger)} {self.times(arrow, label.trigger):,} times" for label in arrow.labels
        )
        if not arrow.never:
            return replace(part, says=f"{part.says} {counts}".strip())
        return replace(part, name=f"{part.name}-refused", kind=f"{part.kind} refused", says=f"Refused: {counts}")

    def card_look(self, card: Card) -> CardLook:
        """Return how a state looks: pale where nothing came."""
        paint, palette = self.palette.paint(card.state), self.palette
        ends = {(dest, source) for source, _, dest in self.busy.taken}
        if any(card.name in pair for pair in ends) or any(card.name == state for state, _ in self.busy.refused):
            return CardLook(paint, palette.ink)
        return CardLook(Paint(palette.paper, palette.never.line), palette.never.line, dashed=not card.reached)

    def arrow_look(self, arrow: Arrow) -> ArrowLook:
        """Return how an arrow looks: the heavier the more often; what is refused is dashed and ends in a bar."""
        times = sum(self.times(arrow, label.trigger) for label in arrow.labels)
        pen = _THINNEST + _HEAVIER * log10(1 + times)
        if arrow.never:
            return ArrowLook(self.palette.ink, pen=min(pen, 2.0), barred=True, stroke="dashed")
        if not times:
            return ArrowLook(self.palette.faint.line, pen=_THINNEST, stroke="solid")
        return ArrowLook(self.palette.paint(self.picture.card(arrow.head).state).line, pen=pen, stroke="solid")

    def label_look(self, arrow: Arrow, label: Label) -> LabelLook:
        """Return how a trigger looks: with how often, and the rule that refuses it."""
        times = self.times(arrow, label.trigger)
        if not times:
            return LabelLook(self.palette.never.line)
        rule = self.busy.rules.get((arrow.tail, label.trigger), "") if arrow.never else ""
        sign, aside = (CROSS, cite(rule)) if rule else ("", "")
        return LabelLook(self.palette.ink, sign, aside, (f"{times:,}",), bold=not arrow.never)

    def card_notes(self, _card: Card) -> str:
        """Return nothing: the numbers here are counts."""
        return ""

    def kept(self, card: Card, label: Label) -> str:
        """Return how often a trigger left a case in a state."""
        times = self.busy.taken.get((card.name, label.trigger, card.name), 0)
        return f"{times:,}" if times else ""

    def legend(self) -> Iterator[Block]:
        """Give every transition and every refusal with its count, the most frequent first."""
        titles = {card.name: card.state.title for card in self.picture.cards} | {ENTRY: "Nothing"}
        taken = sorted(self.busy.taken.items(), key=lambda pair: -pair[1])
        yield from _blocks(TAKEN, [(f"{n:,}", worded(t), f"{titles[s]} → {titles[d]}") for (s, t, d), n in taken])
        refused = sorted(self.busy.refused.items(), key=lambda pair: -pair[1])
        rules = self.busy.rules
        yield from _blocks(
            REFUSED,
            [(f"{n:,}", f"{CROSS} {worded(t)}", f"in {titles[s]}{bracketed(rules[s, t])}") for (s, t), n in refused],
        )


def _blocks(heading: str, entries: list[tuple[str, str, str]]) -> Iterator[Block]:
    yield Block((), heading, "" if entries else "None.")
    # The mark has little room, and a count may be long: it stands behind the name.
    for times, name, says in entries:
        yield Block((Entry("", name, f"{says}: {times}"),))


def traffic_sheet(edition: Edition, busy: Busy, theme: Theme = LIGHT) -> TrafficSheet:
    """Return the picture of an edition with what a log did on it; what is always refused stands where it was tried."""
    picture = picture_of(edition)
    arrows = tuple(arrow for arrow in picture.arrows if not arrow.never)
    picture = replace(picture, arrows=(*arrows, *_refusals(edition, busy)))
    whole = TrafficSheet(picture, theme, busy=busy)
    # Of triggers on one arrow, some may not have been done.
    parted = picture.apart(lambda arrow, label: (arrow.never, bool(whole.times(arrow, label.trigger))))
    return replace(whole, picture=parted)


def _refusals(edition: Edition, busy: Busy) -> Iterator[Arrow]:
    """Give an arrow for each refused pair, to where its trigger leads from elsewhere if nowhere from there."""
    frequent = sorted(busy.refused, key=lambda pair: -busy.refused[pair])[:MOST]
    for state, trigger in frequent:
        moves = [move for move in edition.transitions if move.trigger == trigger]
        move = edition.transition(state, trigger) or (moves[0] if moves else None)
        if move is not None:
            actor = edition.triggers[trigger].actor
            yield Arrow(state, move.dest, actor, (Label(trigger),), never=True)
