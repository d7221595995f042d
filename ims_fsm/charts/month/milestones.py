"""The days of GSTR-3B as diamonds on one line, their words below them, on as many levels as keep them apart.

Imports the story and the shapes.
"""

from __future__ import annotations

from collections.abc import Iterator

from ims_fsm.charts.month.frame import LINE, PAD, RIGHT, Frame, cleared
from ims_fsm.charts.month.story import Mark, Row, Tone
from ims_fsm.charts.paper.lettering import width
from ims_fsm.charts.paper.shapes import Box, Line, Shape, Text
from ims_fsm.draw import measure

_DIAMOND, _FIRST, _APART = 4.0, 16.0, 4.0


def milestones_height(frame: Frame, row: Row) -> float:
    """Return how high the row is."""
    levels = 1 + max((level for _, level, _ in _placed(frame, row)), default=0)
    return _FIRST + levels * 2 * LINE - 5


def milestone_shapes(frame: Frame, row: Row, top: float) -> Iterator[Shape]:
    """Give the diamonds and their words."""
    for mark, level, x in _placed(frame, row):
        paint, at, y = frame.tone(mark.tone), frame.scale.middle(mark.day), top + 5
        corners = ((at, y - _DIAMOND), (at + _DIAMOND, y), (at, y + _DIAMOND), (at - _DIAMOND, y))
        yield Line(corners, paint.line, frame.pen(1), fill=paint.line)
        for number, words in enumerate(mark.lines):
            baseline = top + _FIRST + (2 * level + number) * LINE
            yield from cleared(Text(x, baseline, words, measure.TEXT, frame.palette.ink, "middle"), frame.palette)


def _placed(frame: Frame, row: Row) -> list[tuple[Mark, int, float]]:
    """Return each mark with the level of its words and their middle, no words over others."""
    placed: list[tuple[Mark, int, float]] = []
    taken: list[tuple[int, Box]] = []
    for mark in row.marks:
        half = max(width(words, measure.TEXT) for words in mark.lines) / 2
        # GSTR-3B of the period ends at a line that no words may cross.
        edge = frame.scale.end(mark.day) - 2 if mark.tone is Tone.OWN else RIGHT - PAD
        x = min(frame.scale.middle(mark.day), edge - half)
        own = Box(x - half - _APART, 0, x + half + _APART, 1)
        level = next(
            each for each in range(len(row.marks)) if not any(each == at and own.overlaps(box) for at, box in taken)
        )
        taken.append((level, own))
        placed.append((mark, level, x))
    return placed
