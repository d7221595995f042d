"""How much a picture says, and the page that it fills: a slide, a sheet of paper, a square; how small a word may be.

Imports the sizes and the errors.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from ims_fsm.draw.measure import COLUMN, SMALLEST
from ims_fsm.errors import InputError, Problem


class Notes(StrEnum):
    """How much a sheet says: names alone; names with small numbers and a short legend beside; sentences too."""

    NONE = "none"
    NUMBERS = "numbers"
    FULL = "full"


def notes_named(name: str) -> Notes:
    """Return how much a sheet says by its name: none, numbers or full. Raises `InputError` for another."""
    if name not in [*Notes]:
        raise InputError("drawing", [Problem(name, "names no notes", f"use one of {', '.join(Notes)}")])
    return Notes(name)


@dataclass(frozen=True, slots=True)
class Ratio:
    """A page in points, what is kept free at its left and right and above and below, and its smallest words.

    An `upright` page is read from its top; what stands on another is in its middle. `notes` are what is usual on it.
    """

    name: str
    wide: float
    tall: float
    aside: float
    above: float
    smallest: float
    notes: Notes
    upright: bool = False

    def __str__(self) -> str:
        """Return its name."""
        return self.name

    def scale(self, wide: float, tall: float) -> float:
        """Return how much larger something may be drawn to fill the page."""
        return min((self.wide - 2 * self.aside) / wide, (self.tall - 2 * self.above) / tall)


# 1,920 by 1,080 pixels of a slide, of which words take 18, and 1,080 by 1,080, of which they take 15; a printed page
# with a column of 170 mm.
SLIDE = Ratio("16:9", 960, 540, 24, 20, 9, Notes.NUMBERS)
RATIOS: Mapping[str, Ratio] = {
    ratio.name: ratio
    for ratio in (
        SLIDE,
        Ratio("a4", 595.3, 841.9, (595.3 - COLUMN) / 2, 30, SMALLEST, Notes.FULL, upright=True),
        Ratio("square", 540, 540, 9, 12, 7.5, Notes.NONE),
    )
}


def usual_notes(page: Ratio | None) -> Notes:
    """Return how much a sheet says that is not told: everything, unless it fills a page on which less is usual."""
    return page.notes if page else Notes.FULL


def ratio_named(name: str) -> Ratio:
    """Return a page by its name: 16:9, a4 or square. Raises `InputError` for another."""
    if name not in RATIOS:
        raise InputError("drawing", [Problem(name, "is not a ratio", f"use one of {', '.join(RATIOS)}")])
    return RATIOS[name]
