"""The notes at the foot of a picture, in two columns of one height.

Imports the notes, the shapes and a palette.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ims_fsm.charts.month.frame import LEFT, LINE, RIGHT
from ims_fsm.charts.month.notes import Note
from ims_fsm.charts.paper.lettering import wrapped
from ims_fsm.charts.paper.shapes import Shape, Text
from ims_fsm.draw import measure
from ims_fsm.draw.palette import Palette

_NUMBER, _GUTTER, _BETWEEN = 10.0, 12.0, 2.4
_COLUMN = (RIGHT - LEFT - _GUTTER) / 2
_ROOM = _COLUMN - _NUMBER


def foot_shapes(notes: Iterable[Note], palette: Palette, top: float) -> tuple[float, tuple[Shape, ...]]:
    """Return how far down the notes reach, and their shapes."""
    listed = list(notes)
    split = _split([_height(note) for note in listed])
    shapes: list[Shape] = []
    bottoms = []
    for left, column in ((LEFT, listed[:split]), (LEFT + _COLUMN + _GUTTER, listed[split:])):
        at = top
        for note in column:
            shapes += _note(note, palette, left, at)
            at += _height(note)
        bottoms.append(at)
    return max(bottoms), tuple(shapes)


def _note(note: Note, palette: Palette, left: float, top: float) -> Iterator[Shape]:
    yield Text(left, top + 7, str(note.number), measure.TEXT, palette.aside)
    lines = [(line, palette.ink, True) for line in wrapped(note.when, measure.TEXT, _ROOM, bold=True)]
    lines += [(line, palette.ink, False) for line in wrapped(note.says, measure.TEXT, _ROOM)]
    lines += [(line, palette.aside, False) for line in wrapped(note.cited, measure.TEXT, _ROOM)]
    for number, (words, color, bold) in enumerate(lines):
        yield Text(left + _NUMBER, top + 7 + number * LINE, words, measure.TEXT, color, bold=bold)


def _height(note: Note) -> float:
    lines = len(wrapped(note.when, measure.TEXT, _ROOM, bold=True))
    lines += sum(len(wrapped(words, measure.TEXT, _ROOM)) for words in (note.says, note.cited))
    return lines * LINE + _BETWEEN


def _split(heights: list[float]) -> int:
    """Return how many notes the first column takes, so that the taller column is as short as can be."""
    return min(range(len(heights) + 1), key=lambda count: max(sum(heights[:count]), sum(heights[count:])))
