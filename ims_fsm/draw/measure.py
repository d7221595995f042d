"""The sizes of a picture, in points: set for a printed column of 170 mm, in which nothing is smaller than 7 points.

Imports nothing of the package; every theme is laid out alike, and a screen only shows it larger.
"""

from __future__ import annotations

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

# Advance widths of Helvetica in thousandths of its size: the narrow and wide characters, all others being as wide as e.
_MEAN = 556
_ADVANCES = {
    191: "'", 222: "ijl", 260: "|", 278: " !,./:;I[\\]ft\N{NO-BREAK SPACE}·", 333: "()-r`", 389: "*",
    500: "Jcksvxyz", 584: "+<=>~\N{MULTIPLICATION SIGN}\N{MINUS SIGN}", 611: "FTZ", 667: "&ABEKPSVXY", 722: "CDHNRUw",
    778: "GOQ", 833: "Mm", 889: "%", 944: "W", 1000: "…→", 1015: "@",
}  # fmt: skip
_ADVANCE = {character: advance for advance, characters in _ADVANCES.items() for character in characters}


def width(words: str, size: float = TEXT) -> float:
    """Return how wide words are in Helvetica, or a font of its measures, in points.

    >>> width("GSTR-3B", 10)
    43.34
    """
    return sum(_ADVANCE.get(character, _MEAN) for character in words) * size / 1000
