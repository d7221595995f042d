"""The legend below a picture: what each trigger is and who does it, and the numbered notes with their citations.

Imports the picture, its words and its hypertext; runs no drawing program.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, zip_longest

from ims_fsm.render.citation import cite, cite_all
from ims_fsm.render.description import CROSS, worded
from ims_fsm.render.hypertext import balanced, cell, row, table, text
from ims_fsm.render.palette import Palette, strokes
from ims_fsm.render.picture import Picture

_SIZE = 10
# Characters in a line of a sentence, and the points that they take: two columns, or one where the legend is short.
_NARROW, _WIDE = (62, 290), (104, 480)
_SHORT = 20
_UNBROKEN = "\N{NO-BREAK SPACE}"


@dataclass(frozen=True, slots=True)
class Line:
    """One printed line of a column: a mark (a stroke or a number), a name or citation, a line of a sentence."""

    mark: str = ""
    name: str = ""
    says: str = ""


@dataclass(frozen=True, slots=True)
class Legend:
    """The legend of a picture, set in lines of `width` characters."""

    picture: Picture
    palette: Palette
    width: int

    def blocks(self) -> list[list[Line]]:
        """Return the lines that a column must not be broken between: the triggers whole, each reason by itself."""
        return [self._triggers(), *self._reasons()]

    def _triggers(self) -> list[Line]:
        told = ", ".join(f"{stroke}: the {actor}" for actor, stroke in strokes(self.picture.actors).items())
        crossed = f", {CROSS}: always refused" if any(arrow.never for arrow in self.picture.arrows) else ""
        lines = self._heading("What moves it", told + crossed)
        for key in self.picture.keys:
            cited = cite_all(key.rules).replace(" ", _UNBROKEN)
            said = f"{key.trigger.says} ({cited})"
            lines += self._lines(self._stroke(key.trigger.actor), worded(key.trigger.name), said)
        return lines

    def _reasons(self) -> Iterator[list[Line]]:
        before = [Line(), *self._heading("What may refuse it")]
        for note in self.picture.notes:
            mark = self._text(str(note.number), bold=True)
            for rule, says in dict.fromkeys((reason.rule, reason.says) for reason in note.reasons):
                yield [*before, *self._lines(mark, cite(rule), says)]
                before, mark = [], self._text(str(note.number), aside=True)

    def _heading(self, words: str, more: str = "") -> list[Line]:
        return [Line(name=self._text(words, bold=True), says=self._text(more))]

    def _lines(self, mark: str, name: str, says: str) -> list[Line]:
        first, *others = [self._text(line, aside=True) for line in balanced(says, self.width)]
        return [Line(mark, self._text(name), first), *(Line(says=line) for line in others)]

    def _text(self, words: str, *, bold: bool = False, aside: bool = False) -> str:
        return text(words, size=_SIZE, color=self.palette.aside if aside else self.palette.ink, bold=bold)

    def _stroke(self, actor: str) -> str:
        stroke = strokes(self.picture.actors)[actor]
        look = {"STYLE": "solid" if stroke == "bold" else stroke, "BORDER": 2 if stroke in {"bold", "dotted"} else 1}
        line = cell(SIDES="B", COLOR=self.palette.ink, WIDTH=24, HEIGHT=1, **look)
        return table([row(line), row(cell(HEIGHT=4))])


def legend(picture: Picture, palette: Palette) -> str:
    """Return the legend as an HTML-like table: one column where it is short, else two that come out even.

    Every printed line is a row of its own: so neither column stretches the other.
    """
    wide = [*chain(*Legend(picture, palette, _WIDE[0]).blocks())]
    if len(wide) <= _SHORT:
        return _set([list(_cells(line, _WIDE[1])) for line in wide])
    left, right = _halved(Legend(picture, palette, _NARROW[0]).blocks())
    pairs = zip_longest(left, right, fillvalue=Line())
    return _set([[*_cells(a, _NARROW[1]), cell(WIDTH=16), *_cells(b, _NARROW[1])] for a, b in pairs])


def _set(rows: Sequence[Sequence[str]]) -> str:
    return table([row(cell(COLSPAN=len(rows[0]), HEIGHT=8)), *(row(*cells) for cells in rows)], CELLPADDING=1)


def _cells(line: Line, width: int) -> Iterator[str]:
    for content, points in ((line.mark, 28), (line.name, 88), (line.says, width)):
        yield cell(content, ALIGN="left", WIDTH=points, HEIGHT=13)


def _halved(blocks: list[list[Line]]) -> tuple[list[Line], list[Line]]:
    sizes = [len(block) for block in blocks]
    at = min(range(1, len(blocks) + 1), key=lambda index: abs(sum(sizes[:index]) - sum(sizes[index:])))
    return [*chain(*blocks[:at])], [*chain(*blocks[at:])]
