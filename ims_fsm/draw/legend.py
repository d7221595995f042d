"""What stands below a picture: entries of a mark, a name and a sentence, in one column or in two that come out even.

The legend of a machine says what each trigger is and who does it, and gives the numbered notes with their citations.
Imports the picture, how names read, the sizes and the paper; runs no drawing program.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, zip_longest
from typing import NamedTuple

from ims_fsm.draw.citation import bracketed, cite, worded
from ims_fsm.draw.description import CROSS
from ims_fsm.draw.measure import GUTTER, LINE, MARGIN, MARK, NAME, TEXT, WIDTH, balanced, folded
from ims_fsm.draw.paper import Group, Line, Shape, Text
from ims_fsm.draw.picture import Links, Picture
from ims_fsm.draw.theme import DASHES, PENS, Palette, strokes

# So many lines stay in one column, and so little room has one alone.
SHORT, NARROW = 16, 330.0
# How long a stroke is drawn, and how far above the baseline of its words.
STROKE, RAISED = 10.0, 2.3
MOVES, REFUSES = "What moves it", "What may refuse it"


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry: a mark (a number, a sign, or the stroke of an actor), a name or citation, and a sentence.

    `leads` says that it begins a group: the mark of what follows in it is pale. `href` is where its mark and name lead.
    """

    mark: str
    name: str
    says: str
    stroke: str = ""
    leads: bool = True
    color: str = ""
    href: str = ""


@dataclass(frozen=True, slots=True)
class Block:
    """Entries under a heading that no column may be broken between; no heading continues the block before."""

    entries: tuple[Entry, ...]
    heading: str = ""
    aside: str = ""


class _Cell(NamedTuple):
    """Words, or a stroke, at so many points from the left of their column."""

    at: float
    words: str
    color: str
    bold: bool = False
    stroke: str = ""
    href: str = ""

    def shape(self, x: float, y: float) -> Shape:
        if self.stroke:
            points = (x + self.at, y - RAISED), (x + self.at + STROKE, y - RAISED)
            return Line(points, self.color, PENS.get(self.stroke, 1.0), DASHES[self.stroke])
        text = Text(x + self.at, y, self.words, self.color, size=TEXT, bold=self.bold)
        return Group("see its line", (text,), href=self.href) if self.href else text


# A printed line: its cells, none for a blank one.
_Row = list[_Cell]


def typeset(
    blocks: Sequence[Block], palette: Palette, top: float, left_edge: float = MARGIN, wide: float = WIDTH
) -> tuple[float, list[Shape]]:
    """Return how far down blocks reach that begin at a height, and their shapes.

    One column where it is short or narrow, else two that come out even. Every printed line has its own height: so
    neither column stretches the other.
    """
    named = any(entry.name for block in blocks for entry in block.entries)
    whole = [*chain(*_rows(blocks, palette, wide, named * NAME * (1.3 if wide > NARROW else 1.0)))]
    if len(whole) <= SHORT or wide <= NARROW:
        left, right = whole, list[_Row]()
    else:
        left, right = _halved(_rows(blocks, palette, (wide - GUTTER) / 2, named * NAME))
        right = right[1:] if right and not right[0] else right
    shapes = [
        cell.shape(x, top + (index + 1) * LINE)
        for rows, x in ((left, left_edge), (right, left_edge + (wide + GUTTER) / 2))
        for index, row in enumerate(rows)
        for cell in row
    ]
    return top + max(len(left), len(right)) * LINE, shapes


def _rows(blocks: Iterable[Block], palette: Palette, width: float, name: float) -> list[list[_Row]]:
    """Return, for each block, its printed lines."""
    return [[*_block(block, palette, width, name, first=not at)] for at, block in enumerate(blocks)]


def _block(block: Block, palette: Palette, width: float, name: float, *, first: bool) -> Iterator[_Row]:
    if block.heading:
        yield from () if first else [[]]
        yield [_Cell(0, block.heading, palette.ink, bold=True)]
    for line in balanced(block.aside, width) if block.aside else ():
        yield [_Cell(0, line, palette.aside)]
    for entry in block.entries:
        color = entry.color or palette.ink
        pale = color if entry.leads else palette.aside
        names, says = folded(entry.name, name), balanced(entry.says, width - MARK - name)
        for at, (named, said) in enumerate(zip_longest(names, says, fillvalue="")):
            mark = [] if at else [_Cell(0, entry.mark, pale, stroke=entry.stroke, href=entry.href)]
            row = [*mark, _Cell(MARK, named, color, href=entry.href), _Cell(MARK + name, said, palette.aside)]
            yield [cell for cell in row if cell.words or cell.stroke]


def _halved(blocks: list[list[_Row]]) -> tuple[list[_Row], list[_Row]]:
    sizes = [len(block) for block in blocks]
    at = min(range(1, len(blocks) + 1), key=lambda index: abs(sum(sizes[:index]) - sum(sizes[index:])))
    return [*chain(*blocks[:at])], [*chain(*blocks[at:])]


def blocks(picture: Picture, links: Links | None = None) -> Iterator[Block]:
    """Give the legend of a picture: the triggers whole, then each reason by itself."""
    yield triggers(picture)
    heading = picture.language.said(REFUSES)
    for note in picture.notes:
        reasons = dict.fromkeys((reason.rule, reason.says) for reason in note.reasons)
        href = links.note(picture, note.number) if links else ""
        sentences = shortened([says for _, says in reasons])
        for at, ((rule, _), says) in enumerate(zip(reasons, sentences, strict=True)):
            yield Block((Entry(str(note.number), cite(rule), says, leads=not at, href=href),), heading)
            heading = ""


def numbered(picture: Picture) -> Iterator[Block]:
    """Give what the numbers of a picture stand for, a line each: what is refused for, and where that is said."""
    heading = picture.language.said(REFUSES)
    for note in picture.notes:
        says = ", ".join(dict.fromkeys(worded(reason.code) for reason in note.reasons))
        says += re.sub(r"(?<![,;]) (?!\()", "\N{NO-BREAK SPACE}", bracketed(*(reason.rule for reason in note.reasons)))
        yield Block((Entry(str(note.number), "", says),), heading)
        heading = ""


def _for(roles: Sequence[str]) -> str:
    return f" For the {'roles' if len(roles) > 1 else 'role'} {' or '.join(map(worded, roles))}." if roles else ""


def triggers(picture: Picture) -> Block:
    """Return what moves a machine, with the stroke of whoever does it."""
    drawn, said = strokes(picture.actors), picture.language.said
    actors = ", ".join(
        said("{stroke}: the {actor}", stroke=said(stroke), actor=said(actor)) for actor, stroke in drawn.items()
    )
    crossed = f", {CROSS}: {said('always refused')}" if any(arrow.never for arrow in picture.arrows) else ""
    entries = (
        Entry(
            "",
            picture.named(key.trigger.name),
            f"{key.trigger.says}{_for(key.trigger.roles)}{_cited(*key.rules)}",
            drawn[key.trigger.actor],
        )
        for key in picture.keys
    )
    return Block(tuple(entries), said(MOVES), actors + crossed)


def shortened(sentences: Sequence[str]) -> list[str]:
    """Return sentences of which each leaves out the clause that it shares with the first, as ditto marks do.

    >>> shortened(["It is late, so it is barred", "It is lost, so it is barred", "It is barred"])
    ['It is late, so it is barred', 'It is lost, …', 'It is barred']
    """
    _, comma, clause = sentences[0].rpartition(", ") if sentences else ("", "", "")
    ending = comma + clause
    rest = (
        f"{sentence.removesuffix(ending)}, …" if comma and sentence.endswith(ending) else sentence
        for sentence in sentences[1:]
    )
    return [*sentences[:1], *rest]


def _cited(*rules: str) -> str:
    return f" {unbroken(cited.strip())}" if (cited := bracketed(*rules)) else ""


def unbroken(words: str) -> str:
    """Return words that no line is broken between."""
    return words.replace(" ", "\N{NO-BREAK SPACE}")
