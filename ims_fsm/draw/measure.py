"""The sizes of a picture in points, and how wide words are in the one font that every picture is laid out in.

Set for a printed column of 170 mm, in which nothing is smaller than 7 points; a screen only shows it larger. The widths
are Arimo's, which ships beside this file: those of Helvetica, Arial and Liberation Sans. What is laid out with them is
the same whatever fonts a machine has.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path

FONTS = Path(__file__).parent / "fonts"
# As an SVG names the font: where none of the first is installed, every text still has its length.
FAMILY = "Helvetica,Arial,Liberation Sans,Arimo,sans-serif"
# What a line reaches above and below its baseline, in parts of its size.
ASCENT, DESCENT = 0.74, 0.22

# The column, and what is left of it between the margins of a picture.
COLUMN = 170 / 25.4 * 72
MARGIN = 3
# Graphviz leaves 8 points at either side of what is written below a picture, and rounds.
WIDTH = COLUMN - 2 * MARGIN - 17
SMALLEST = 7.0

TITLE, SUBTITLE, STATE, TRIGGER, TEXT = 15, 9, 9, 8, 7
# A printed line of text; a card's line; a card without its text lines.
LINE, CARD_WIDTH, CARD_REST = 8, 68, 25
# Two nodes, one below the other; two columns of nodes; the bar.
GAP, RANK, BAR = 6, 2, 4
# What stands below a trigger is folded to this.
ASIDE = 33
# The legend's columns: the mark, the name or citation, and the gap between two columns.
MARK, NAME, GUTTER = 14, 46, 8

# What the font does not have is taken to be as wide as it is high.
_UNKNOWN = 1.0


def width(words: str, size: float = TEXT, *, bold: bool = False) -> float:
    """Return how wide words are, in the unit of `size` (points here).

    >>> round(width("GSTR-3B", 10), 2), round(width("GSTR-3B", 10, bold=True), 2)
    (43.34, 43.89)
    """
    advances = _advances()[bold]
    return size * sum(advances.get(character, _UNKNOWN) for character in words)


def is_measurable(words: str) -> bool:
    """Say whether the font has every character of some words, so that `width` is exact and not a guess.

    >>> is_measurable("₹ 1,09,880.00 → pending"), is_measurable("स्वीकृत")
    (True, False)
    """
    return all(character in _advances()[0] for character in words)


@cache
def _advances() -> tuple[Mapping[str, float], Mapping[str, float]]:
    """Return the widths of the regular and the bold face, in parts of their size."""
    table = json.loads((FONTS / "advances.json").read_text("utf-8"))
    regular, bold = (
        {
            character: int(units) / table["units"]
            for units, characters in table[face].items()
            for character in characters
        }
        for face in ("Regular", "Bold")
    )
    return regular, bold


def folded(words: str, limit: float, size: float = TEXT, *, bold: bool = False) -> list[str]:
    """Return words broken into lines no wider than a limit in points; a longer word stands alone and whole.

    >>> folded("recompute, then file", 60, 10)
    ['recompute,', 'then file']
    """
    lines: list[str] = []
    room, space = 0.0, width(" ", size, bold=bold)
    for word in words.split(" "):
        wide = width(word, size, bold=bold)
        if lines and space + wide <= room:
            lines[-1] += f" {word}"
            room -= space + wide
        else:
            lines.append(word)
            room = limit - wide
    return lines


def balanced(words: str, limit: float, size: float = TEXT) -> list[str]:
    """Return no more lines than `folded` does, as even as they can be.

    >>> folded("a record that is gone", 55), balanced("a record that is gone", 55)
    (['a record that is', 'gone'], ['a record', 'that is gone'])
    """
    lines = folded(words, limit, size)
    while len(narrower := folded(words, max(width(line, size) for line in lines) - 0.01, size)) == len(lines):
        if narrower == lines:
            break
        lines = narrower
    return lines
