"""How wide words are in the faces that a picture is set in, so that boxes are known before anything is drawn.

Imports the sizes and no font: Helvetica, Arial and Liberation Sans share these widths.
"""

from __future__ import annotations

from functools import lru_cache

from ims_fsm.draw import measure

FAMILY = "Helvetica,Arial,sans-serif"
# What a line reaches above and below its baseline, in parts of its size.
ASCENT, DESCENT = 0.74, 0.22

# Thousandths of the size in bold, by the characters of that width; any other character counts as a wide one.
_BOLD = {
    238: "'", 278: " ,./I\\ijl\N{MIDDLE DOT}\N{RIGHT SINGLE QUOTATION MARK}", 280: "|", 333: "!()-:;[]`ft",
    389: "*r{}", 474: '"', 500: "z\N{LEFT DOUBLE QUOTATION MARK}\N{RIGHT DOUBLE QUOTATION MARK}",
    556: "#$0123456789J_aceksvxy\N{EN DASH}", 584: "+<=>^~\N{MULTIPLICATION SIGN}\N{MINUS SIGN}",
    611: "?FLTZbdghnopqu", 667: "EPSVXY", 722: "&ABCDHKNRU", 778: "GOQw", 833: "M", 889: "%m", 944: "W", 975: "@",
    1000: "\N{RIGHTWARDS ARROW}\N{HORIZONTAL ELLIPSIS}",
}  # fmt: skip
_WIDEST = 1015
_WIDTHS = {character: width for width, characters in _BOLD.items() for character in characters}


def width(words: str, size: float, *, bold: bool = False) -> float:
    """Return how wide words are at a size, both in the picture's own units.

    >>> round(width("GSTR-2B", 10), 2), round(width("GSTR-2B", 10, bold=True), 2)
    (43.34, 43.89)
    """
    if not bold:
        return measure.width(words, size)
    return sum(_WIDTHS.get(character, _WIDEST) for character in words) * size / 1000


@lru_cache(maxsize=4096)
def wrapped(words: str, size: float, limit: float, *, bold: bool = False) -> tuple[str, ...]:
    """Return words broken into lines no wider than a limit; a longer word stands alone and whole.

    >>> wrapped("recompute, then file", 10, 60)
    ('recompute,', 'then file')
    """
    lines: list[str] = []
    for word in words.split():
        if lines and width(f"{lines[-1]} {word}", size, bold=bold) <= limit:
            lines[-1] = f"{lines[-1]} {word}"
        else:
            lines.append(word)
    return tuple(lines)


def longest_that_fits(choices: tuple[str, ...], size: float, limit: float, *, bold: bool = False) -> str:
    """Return the first of the choices that is no wider than a limit; nothing where none is.

    >>> longest_that_fits(("12 Oct to 11 Nov", "October"), 10, 50)
    'October'
    """
    return next((words for words in choices if width(words, size, bold=bold) <= limit), "")
