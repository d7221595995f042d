"""The columns of a sequence: the days, the supplier's liability, the three lifelines, the recipient's ITC.

Imports the tale and the shapes; wide amounts take room from the messages.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ims_fsm.charts.paper.lettering import width
from ims_fsm.charts.paper.shapes import Box, Rect, Shape, Text
from ims_fsm.charts.sequence.story import Actor, Entry, Tale, balance, signed
from ims_fsm.draw import measure
from ims_fsm.draw.palette import Paint

LEFT, RIGHT = measure.MARGIN, measure.COLUMN - measure.MARGIN
PAD, LINE = 3.0, 8.4
_DAY, _MONEY, _BESIDE = 24.0, 74.0, 31.0


@dataclass(frozen=True, slots=True)
class Money:
    """A column of money from `left` to `right`; `stacked` puts what stands below what a step moves."""

    left: float
    right: float
    stacked: bool

    @property
    def moved(self) -> float:
        """The right edge of what a step moves."""
        return self.stands if self.stacked else (self.left + self.right) / 2

    @property
    def stands(self) -> float:
        """The right edge of what stands after it."""
        return self.right - PAD

    def entry(self, entry: Entry, paint: Paint, ink: str, y: float, thick: float) -> Iterator[Shape]:
        """Give what a step moves and what stands after it, beside the step's arrow."""
        top = y - (7 + LINE if self.stacked else 7)
        yield Rect(Box(self.left, top, self.right, y + 4), paint.fill, paint.line, 2, thick)
        yield Text(self.moved, top + 8, signed(entry.amount), measure.TEXT, paint.line, "end", bold=True)
        yield Text(self.stands, y + 1, balance(entry.total), measure.TEXT, ink, "end")


@dataclass(frozen=True, slots=True)
class Columns:
    """Where everything of a tale stands from left to right."""

    liability: Money
    credit: Money
    lifelines: Mapping[Actor, float]


def columns_of(tale: Tale) -> Columns:
    """Return the columns for the amounts of a tale."""
    entries = [entry for step in tale.steps for entry in (step.liability, step.credit) if entry]
    widest = max(
        width(words, measure.TEXT, bold=True)
        for entry in entries
        for words in (signed(entry.amount), balance(entry.total))
    )
    stacked = widest > _MONEY / 2 - PAD
    column = max(_MONEY, widest + 2 * PAD)
    liability = Money(LEFT + _DAY, LEFT + _DAY + column, stacked)
    credit = Money(RIGHT - column, RIGHT, stacked)
    supplier, recipient = liability.right + _BESIDE, credit.left - _BESIDE
    lifelines = {Actor.SUPPLIER: supplier, Actor.PORTAL: (supplier + recipient) / 2, Actor.RECIPIENT: recipient}
    return Columns(liability, credit, lifelines)
