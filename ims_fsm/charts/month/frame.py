"""What every part of the picture is drawn with: the scale, the theme, and words with their notes raised behind them.

Imports the scale, the notes, the shapes and a theme; knows no story.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ims_fsm.charts.month.notes import Note
from ims_fsm.charts.month.scale import Scale
from ims_fsm.charts.paper.lettering import longest_that_fits, width
from ims_fsm.charts.paper.shapes import Box, Group, Rect, Shape, Text
from ims_fsm.draw import measure
from ims_fsm.draw.palette import Paint, Palette
from ims_fsm.draw.theme import Theme

# The left column, in which rows are named; the room between a bar's edge and its words; a line of words.
NAMES, PAD, LINE = 66.0, 3.0, 8.4
LEFT, RIGHT = measure.MARGIN, measure.COLUMN - measure.MARGIN
_RAISED, _OTHER = 1.8, "3 1.6"


@dataclass(frozen=True, slots=True)
class Frame:
    """The scale, the theme and the notes of one picture."""

    scale: Scale
    theme: Theme
    notes: tuple[Note, ...] = ()

    @property
    def palette(self) -> Palette:
        """The theme's colours."""
        return self.theme.palette

    def tone(self, name: str) -> Paint:
        """Return the colours of a tone by its name."""
        paint: Paint = getattr(self.palette, name)
        return paint

    def dash(self, name: str) -> str:
        """Return how the outline of a tone is broken: what belongs to another tax period is told apart in grey too."""
        return _OTHER if name == "neutral" else ""

    def told(self, notes: tuple[int, ...], shapes: Iterable[Shape]) -> Shape:
        """Return the shapes of a part as one, which says its notes to whoever points at it."""
        said = " ".join(f"{note.says} ({note.cited})" for note in self.notes if note.number in notes)
        return Group(said, tuple(shapes))

    def pen(self, thick: float) -> float:
        """Return how heavy a line is drawn."""
        return thick * self.theme.pen


def noted(text: Text, notes: tuple[int, ...], aside: str) -> Iterator[Text]:
    """Give a line of words that starts at its place, and the numbers of its notes raised behind it."""
    yield text
    if notes:
        after = text.box.right + 1.6
        numbers = " ".join(map(str, notes))
        yield Text(after, text.y - _RAISED, numbers, measure.TEXT, aside)


def noted_width(words: str, notes: tuple[int, ...], size: float, *, bold: bool = False) -> float:
    """Return how wide words are with their notes."""
    numbers = " ".join(map(str, notes))
    return width(words, size, bold=bold) + (1.6 + width(numbers, measure.TEXT) if notes else 0.0)


def fitting(choices: tuple[str, ...], notes: tuple[int, ...], limit: float, *, bold: bool = False) -> str:
    """Return the first of the choices that is no wider than a limit with its notes; nothing where none is."""
    taken = noted_width("", notes, measure.TEXT)
    return longest_that_fits(choices, measure.TEXT, limit - taken, bold=bold)


def centred(lines: int, box: Box) -> float:
    """Return the baseline of the first of some lines of words that stand in the middle of a box."""
    return box.middle[1] - (lines - 1) * LINE / 2 + measure.TEXT * 0.38


def cleared(text: Text, palette: Palette) -> tuple[Shape, ...]:
    """Return words in a lane with the lines behind them wiped away; nothing for no words."""
    return (Rect(text.box, palette.frame.fill), text) if text.words else ()
