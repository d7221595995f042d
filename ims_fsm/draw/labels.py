"""What is written in a picture, line by line, and how much room it takes: a state's card, the triggers of an arrow.

Imports the sheet, how names read and the sizes; runs no drawing program.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from ims_fsm.draw import measure
from ims_fsm.draw.citation import cite_all
from ims_fsm.draw.description import CROSS
from ims_fsm.draw.measure import balanced, folded, width
from ims_fsm.draw.picture import Arrow, Card
from ims_fsm.draw.sheet import CardLook, Sheet
from ims_fsm.draw.sign import ROOM, Sign, state_sign

FRAME_SAYS, BARS_SAY = "Open", "from any open state"
# Scripts that write above and below their letters need higher lines.
_TALLER = 1.15
# The room that a badge leaves round its word, and between two.
_PLATE, _APART = 3.0, 1.5


class Words(NamedTuple):
    """One line: its words, `raised` ones small behind them, or in their place the words of `badges` on small plates.

    A `sign` stands before the words.
    """

    words: str
    size: float
    color: str
    bold: bool = False
    raised: str = ""
    badges: tuple[str, ...] = ()
    sign: Sign | None = None

    @property
    def height(self) -> float:
        """What the line takes from top to bottom."""
        tall = self.size + 3 if self.badges else self.size + 1 if self.size < measure.STATE else self.size + 2
        return tall if measure.is_measurable(self.words) else tall * _TALLER

    @property
    def wide(self) -> float:
        """What the line takes from left to right."""
        if self.badges:
            return sum(self.plates) + _APART * (len(self.badges) - 1)
        behind = measure.GAP / 2 + width(self.raised) if self.raised else 0
        return self.before + width(self.words, self.size, bold=self.bold) + behind

    @property
    def before(self) -> float:
        """The room that a sign before the words takes."""
        return self.size * ROOM if self.sign else 0

    @property
    def plain(self) -> str:
        """The line as a text that has no other place for a sign or a badge."""
        return " ".join(filter(None, [self.sign, self.words, *self.badges]))

    @property
    def plates(self) -> list[float]:
        """How wide the plate of each badge is."""
        return [max(width(word, self.size, bold=True), self.size) + 2 * _PLATE for word in self.badges]


def extent(lines: Sequence[Words]) -> tuple[float, float]:
    """Return the width and height of lines below one another, in points."""
    return max((line.wide for line in lines), default=0), sum(line.height for line in lines)


def card_size(sheet: Sheet) -> tuple[float, float]:
    """Return the width and height of a state's card, in points: all are as large as the largest."""
    sizes = [extent([*card_lines(sheet, card)]) for card in sheet.picture.cards]
    tall = max(high + 5 * card.state.terminal for (_, high), card in zip(sizes, sheet.picture.cards, strict=True))
    widest = max(wide for wide, _ in sizes)
    if sheet.full:
        return max(widest, measure.CARD_WIDTH) + measure.CARD_PAD, tall + measure.CARD_PAD
    return widest + 2 * measure.CARD_PAD, tall + 3 * measure.CARD_PAD


def gap(sheet: Sheet) -> float:
    """Return the room between two states, one below the other: cards with names alone are low, and stand further."""
    return measure.GAP if sheet.full else 2 * measure.GAP


def card_lines(sheet: Sheet, card: Card, look: CardLook | None = None) -> Iterator[Words]:
    """Give a state's title, its sentence, the triggers that keep it and those barred, its citations, its badge."""
    look = look or sheet.card_look(card)
    line = look.paint.line
    title = folded(card.state.title, measure.CARD_WIDTH - ROOM * measure.STATE, measure.STATE, bold=True)
    for at, words in enumerate(title, start=1):
        raised = sheet.card_notes(card) if sheet.numbered and at == len(title) else ""
        sign = state_sign(card.state) if at == 1 else None
        yield Words(words, measure.STATE, line, bold=True, raised=raised, sign=sign)
    picture = sheet.picture
    after = [f"{picture.language.said('stays')}: {picture.named(kept.trigger)}" for kept in card.keeps]
    after += [f"{CROSS} {', '.join(map(picture.named, card.barred))}"] if card.barred else []
    for words in balanced(card.state.says, measure.CARD_WIDTH) if sheet.full else ():
        yield Words(words, measure.TEXT, look.ink)
    for kept, words in zip(card.keeps, after, strict=False):
        beside = sheet.kept(card, kept) if sheet.numbered else ""
        yield Words(words, measure.TEXT, line, raised=beside)
    yield from (Words(words, measure.TEXT, sheet.palette.aside) for words in after[len(card.keeps) :])
    if sheet.full and (cited := cite_all(card.state.rules)):
        for words in folded(cited, measure.CARD_WIDTH):
            yield Words(words, measure.TEXT, line)
    if look.badge:
        yield Words("", measure.TEXT, line, badges=(look.badge,))


def arrow_lines(sheet: Sheet, arrow: Arrow) -> Iterator[Words]:
    """Give the triggers of an arrow, with what stands below each: its badges, and what is said aside."""
    for label in arrow.labels:
        look = sheet.label_look(arrow, label)
        named = f"{look.sign} {sheet.picture.named(label.trigger)}".strip()
        for words in folded(named, measure.NAME + 4, measure.TRIGGER, bold=look.bold):
            yield Words(words, measure.TRIGGER, look.color, bold=look.bold)
        if look.badges:
            yield Words("", measure.TEXT, look.color, badges=look.badges)
        if look.aside and sheet.numbered:
            for words in folded(look.aside, measure.ASIDE):
                yield Words(words, measure.TEXT, sheet.palette.aside)
