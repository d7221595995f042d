"""The sizes of a picture in points, and how wide words are in the one font that every picture is laid out in.

Set for a printed column of 170 mm, in which nothing is smaller than 7 points; a screen only shows it larger. The widths
are Arimo's, which ships beside this file: those of Helvetica, Arial and Liberation Sans. What is laid out with them is
the same whatever fonts a machine has.
"""

from __future__ import annotations

import json
from functools import cache, cached_property
from pathlib import Path

FONTS = Path(__file__).parent / "fonts"
# As an SVG names the font: where none of the first is installed, every text still has its length.
FAMILY = "Helvetica,Arial,Liberation Sans,Arimo,sans-serif"
# What a line reaches above and below its baseline, in parts of its size.
ASCENT, DESCENT = 0.74, 0.22

# The column, and what is left of it between the margins of a picture.
COLUMN = 170 / 25.4 * 72
MARGIN = 3
WIDTH = COLUMN - 2 * MARGIN
SMALLEST = 7.0

TITLE, SUBTITLE, STATE, TRIGGER, TEXT = 15, 9, 9, 8, 7
# A printed line of text; a card's lines, and the room beside, above and below them together.
LINE, CARD_WIDTH, CARD_PAD = 8, 64, 6
# Two nodes, one below the other; two columns of nodes; the bar.
GAP, RANK, BAR = 6, 2, 4
# What stands below a trigger is folded to this.
ASIDE = 33
# The legend's columns: the mark, the name or citation, and the gap between two columns.
MARK, NAME, GUTTER = 14, 46, 8


def width(words: str, size: float = TEXT, *, bold: bool = False) -> float:
    """Return how wide words are, in the unit of `size` (points here).

    >>> round(width("GSTR-3B", 10), 2), round(width("GSTR-3B", 10, bold=True), 2)
    (43.34, 43.89)
    """
    return size * sum(map(_advances()[bold].__getitem__, words))


def is_measurable(words: str) -> bool:
    """Say whether the font has every character of some words, so that `width` is exact and not a guess.

    >>> is_measurable("₹ 1,09,880.00 → pending"), is_measurable("स्वीकृत")
    (True, False)
    """
    return set(words) <= _advances()[False].characters


# A bold face of Devanagari is so much wider; letters that join are narrower than what they are made of.
_BOLDER = 1.1


class _Advances(dict[str, float]):
    """The widths of a face's characters, in parts of its size; those of Devanagari are guessed, and never too narrow.

    Another is taken to be as wide as it is high.
    """

    @cached_property
    def characters(self) -> frozenset[str]:
        """The characters that the face has."""
        return frozenset(self)

    def __missing__(self, character: str) -> float:
        return _devanagari().get(character, 1.0 / _BOLDER) * _BOLDER


@cache
def _devanagari() -> dict[str, float]:
    """Return the widths of the letters of Noto Sans Devanagari, unjoined."""
    table = json.loads((FONTS / "devanagari.json").read_text("utf-8"))
    face = table["Regular"].items()
    return {character: int(wide) / table["units"] for wide, characters in face for character in characters}


@cache
def _advances() -> tuple[_Advances, _Advances]:
    """Return the widths of the regular and the bold face."""
    table = json.loads((FONTS / "advances.json").read_text("utf-8"))
    units, *faces = table["units"], table["Regular"], table["Bold"]
    regular, bold = (
        _Advances((character, int(wide) / units) for wide, characters in face.items() for character in characters)
        for face in faces
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
