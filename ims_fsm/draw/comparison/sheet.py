"""Two editions as one sheet: what is added is green, what is gone red and dashed, what is changed amber, the rest grey.

Imports the law's comparison, the sheet and the differences; knows no drawing program.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from ims_fsm.draw.comparison.differences import KEY, SIGNS, Difference, blocks, change_of, change_paint, differences
from ims_fsm.draw.description import CROSS, span
from ims_fsm.draw.legend import Block
from ims_fsm.draw.links import Links
from ims_fsm.draw.palette import Paint
from ims_fsm.draw.picture import Arrow, Card, Label, Picture, picture_of
from ims_fsm.draw.sheet import ArrowLook, CardLook, LabelLook, Sheet
from ims_fsm.draw.theme import LIGHT, Theme
from ims_fsm.law.comparison import Change, Comparison, MoveChange


@dataclass(frozen=True)
class ComparisonSheet(Sheet):
    """The picture of everything that either edition has, with what became of each part."""

    comparison: Comparison | None = None
    changes: tuple[Difference, ...] = field(default=())

    @property
    def compared(self) -> Comparison:
        """The comparison that is drawn."""
        if self.comparison is None:
            raise ValueError("a sheet of two editions needs their comparison; make it with comparison_sheet")
        return self.comparison

    @property
    def heading(self) -> str:
        """The machine and both rule sets."""
        return f"{self.picture.title}: from {self.compared.before.id} to {self.compared.after.id}"

    @property
    def subheading(self) -> str:
        """The periods of either, and what the signs and colours say."""
        before, after = self.compared.before, self.compared.after
        periods = [f"{before.counts} to {before.until}"] if before.until else []
        periods += [f"from {after.since}"] if after.since else []
        return "\n".join([*([" beside those ".join(periods)] if periods else []), KEY])

    @property
    def caption(self) -> str:
        """The machine and both rule sets."""
        return self.heading

    @property
    def title(self) -> str:
        """The machine and both rule sets."""
        return self.heading

    @property
    def said(self) -> str:
        """Every difference in sentences."""
        before, after = self.compared.before, self.compared.after
        sentences = [f"{self.picture.title} under {span(before)}, beside {span(after)}."]
        for block in blocks(self.compared, self.palette):
            sentences += [f"{block.heading}: {block.aside}"] if block.aside else []
            sentences += [f"{_worded(entry.mark)} {entry.name}: {entry.says}." for entry in block.entries]
        return " ".join(sentences).replace("..", ".")

    def moves(self, arrow: Arrow, trigger: str) -> list[MoveChange]:
        """Return the moves that an arrow's trigger stands for."""
        sources = self.picture.sources(arrow)
        return [
            move
            for move in self.compared.moves
            if (move.trigger, move.dest) == (trigger, arrow.head) and move.source in sources
        ]

    def change(self, arrow: Arrow, trigger: str) -> Change:
        """Return what became of an arrow's trigger."""
        return change_of(self.moves(arrow, trigger))

    def card_look(self, card: Card) -> CardLook:
        """Return how a state looks: by whether the editions can bring a record to it."""
        change = next(state.change for state in self.compared.states if state.name == card.name)
        if change is Change.SAME:
            paint = self.palette.neutral if card.reached else Paint(self.palette.paper, self.palette.never.line)
            return CardLook(paint, self.palette.ink if card.reached else paint.line, dashed=not card.reached)
        return CardLook(
            change_paint(change, self.palette),
            self.palette.ink,
            dashed=change is Change.GONE,
            badge=f"{SIGNS[change]} {change}",
        )

    def arrow_look(self, arrow: Arrow) -> ArrowLook:
        """Return how an arrow looks; `comparison_sheet` has parted those whose triggers differ."""
        change = self.change(arrow, arrow.labels[0].trigger) if arrow.labels else Change.SAME
        pen = 1.0 if change is Change.SAME else 1.7
        stroke = "dashed" if change is Change.GONE else ""
        return ArrowLook(change_paint(change, self.palette).line, pen, barred=arrow.never, stroke=stroke)

    def label_look(self, arrow: Arrow, label: Label) -> LabelLook:
        """Return how a trigger looks: the sign of its change, and the numbers of the guards that differ on it."""
        change = self.change(arrow, label.trigger)
        named = {name for move in self.moves(arrow, label.trigger) for name in move.guards}
        aside = " ".join(entry.mark for entry in self.changes if named & {*entry.guards})
        if change is Change.SAME:
            return LabelLook(self.palette.aside, CROSS if arrow.never else "", aside)
        return LabelLook(change_paint(change, self.palette).line, SIGNS[change], aside)

    def card_notes(self, _card: Card) -> str:
        """Return nothing: the numbers of this picture are those of what differs."""
        return ""

    def kept(self, card: Card, label: Label) -> str:
        """Return the sign of what became of a trigger that keeps a state."""
        keeping = (card.name, label.trigger, card.name)
        return SIGNS[change_of(m for m in self.compared.moves if (m.source, m.trigger, m.dest) == keeping)]

    def legend(self) -> Iterator[Block]:
        """Give what is added, changed and gone."""
        yield from blocks(self.compared, self.palette)


def comparison_sheet(comparison: Comparison, theme: Theme = LIGHT, links: Links | None = None) -> ComparisonSheet:
    """Return the picture of two editions, one beside the other."""
    sheet = ComparisonSheet(_picture(comparison), theme, links, comparison, differences(comparison))

    def kind(arrow: Arrow, label: Label) -> object:
        return sheet.change(arrow, label.trigger)

    return replace(sheet, picture=sheet.picture.apart(kind))


def _picture(comparison: Comparison) -> Picture:
    """Return the picture of both: never is what neither can take, not reached is what neither can reach."""
    whole = picture_of(comparison.whole)
    taken = {(move.source, move.trigger, move.dest) for move in comparison.moves if move.taken}
    reached = {state.name for state in comparison.states if state.reached}
    merged: dict[tuple[str, str, str, bool], tuple[Label, ...]] = {}
    for arrow in whole.arrows:
        sources = whole.sources(arrow)
        ever = any((source, label.trigger, arrow.head) in taken for source in sources for label in arrow.labels)
        ends = arrow.tail, arrow.head, arrow.actor, bool(arrow.labels) and not ever
        merged[ends] = merged.get(ends, ()) + arrow.labels
    return replace(
        whole,
        arrows=tuple(Arrow(tail, head, actor, labels, never) for (tail, head, actor, never), labels in merged.items()),
        cards=tuple(replace(card, reached=card.name in reached) for card in whole.cards),
    )


def _worded(mark: str) -> str:
    """Return a sign with its number as words."""
    words = next((str(change) for change, sign in SIGNS.items() if sign and mark.startswith(sign)), "")
    return f"{words} {mark[1:]}".strip()
