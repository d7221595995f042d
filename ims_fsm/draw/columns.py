"""Lines of a mark, a name and a sentence, set in one column or in two that come out even; HTML-like.

Imports the hypertext, the sizes and the palette; knows no picture.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, zip_longest

from ims_fsm.draw.hypertext import cell, row, table, text
from ims_fsm.draw.measure import GUTTER, LINE, MARK, NAME, TEXT, WIDTH, balanced, folded
from ims_fsm.draw.palette import Palette

# So many lines stay in one column.
SHORT = 16
# Written and not drawn: every renderer dashes so short a line in its own way.
_STROKES = {"solid": "–––", "dashed": "– –", "dotted": "· · ·", "bold": "–––"}  # noqa: RUF001 -- dashes make a line


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


@dataclass(frozen=True, slots=True)
class _Setting:
    palette: Palette
    width: float
    name: float

    def lines(self, blocks: Iterable[Block]) -> list[list[list[str]]]:
        """Return, for each block, its printed lines, each of three cells."""
        return [[*self._block(block, first=not at)] for at, block in enumerate(blocks)]

    def blank(self) -> list[str]:
        return self._cells("", "", "")

    def _block(self, block: Block, *, first: bool) -> Iterator[list[str]]:
        if block.heading:
            yield from () if first else [self.blank()]
            yield self._spanning(self._text(block.heading, self.palette.ink, bold=True))
        if block.aside:
            for line in balanced(block.aside, self.width):
                yield self._spanning(self._text(line, self.palette.aside))
        for entry in block.entries:
            yield from self._entry(entry)

    def _entry(self, entry: Entry) -> Iterator[list[str]]:
        color = entry.color or self.palette.ink
        mark = self._text(entry.mark, color if entry.leads else self.palette.aside)
        if entry.stroke:
            mark = self._stroke(entry.stroke, color)
        names = folded(entry.name, self.name)
        says = balanced(entry.says, self.width - MARK - self.name)
        for at, (name, line) in enumerate(zip_longest(names, says, fillvalue="")):
            cells = self._text(name, color), self._text(line, self.palette.aside)
            yield self._cells("" if at else mark, *cells, entry.href)

    def _spanning(self, content: str) -> list[str]:
        return [cell(content, ALIGN="left", COLSPAN=3, HEIGHT=round(LINE))]

    def _text(self, words: str, color: str, *, bold: bool = False) -> str:
        return text(words, size=TEXT, color=color, bold=bold)

    def _cells(self, mark: str, name: str, says: str, href: str = "") -> list[str]:
        linked = {"HREF": href, "TITLE": "see its line", "TARGET": "_top"} if href else {}
        widths = (MARK, self.name, self.width - MARK - self.name)
        return [
            cell(content, ALIGN="left", WIDTH=round(points), HEIGHT=round(LINE), **(linked if content else {}))
            for content, points in zip((mark, name, says), widths, strict=True)
        ]

    def _stroke(self, stroke: str, color: str) -> str:
        return self._text(_STROKES.get(stroke, _STROKES["solid"]), color, bold=stroke == "bold")


def columns(blocks: Sequence[Block], palette: Palette, *, name: float = NAME, short: int = SHORT) -> str:
    """Return blocks as an HTML-like table: one column where it is short, else two that come out even.

    `name` is the width of the names in points. Every printed line is a row of its own: so neither column
    stretches the other.
    """
    wide = [*chain(*_Setting(palette, WIDTH, name * 1.3).lines(blocks))]
    if len(wide) <= short:
        return _set(wide)
    setting = _Setting(palette, (WIDTH - GUTTER) / 2, name)
    left, right = _halved(setting.lines(blocks))
    right = right[1:] if right[:1] == [setting.blank()] else right
    pairs = zip_longest(left, right, fillvalue=setting.blank())
    return _set([[*one, cell(WIDTH=GUTTER), *other] for one, other in pairs])


def _set(rows: Sequence[Sequence[str]]) -> str:
    return table([row(cell(HEIGHT=6)), *(row(*cells) for cells in rows)])


def _halved(blocks: list[list[list[str]]]) -> tuple[list[list[str]], list[list[str]]]:
    sizes = [len(block) for block in blocks]
    at = min(range(1, len(blocks) + 1), key=lambda index: abs(sum(sizes[:index]) - sum(sizes[index:])))
    return [*chain(*blocks[:at])], [*chain(*blocks[at:])]
