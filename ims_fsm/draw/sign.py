"""The sign of a state: by it, and not by its colour alone, a state is known in grey and to who sees no red or green.

Imports the law's declared states, the paper and the words of the palettes. As SVG a sign is drawn, in other formats it
is a character.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum

from ims_fsm.draw.paper import Box, Line, Rect, Shape
from ims_fsm.draw.theme import WORDS
from ims_fsm.law.declaration import StateDeclaration

# How large a sign is, the room behind it included, in parts of the size of the words that it stands before.
ROOM, _SIZE = 1.1, 0.78


class Sign(StrEnum):
    """A sign, as the character that other formats than SVG have for it."""

    UNTOUCHED = "○"
    UNDER_WAY = "●"
    YES = "✓"
    NO = "✕"
    WAITING = "‖"
    FINAL = "■"
    GONE = "□"


# Whether a state with this sign is an end; with any other it may be either.
_ENDS: Mapping[Sign, bool] = {Sign.UNTOUCHED: False, Sign.WAITING: False, Sign.GONE: True}


def state_sign(state: StateDeclaration) -> Sign:
    """Return the sign of a state: by its name where that is a word for it, else by whether anything leads out of it.

    A state that is an end, where the word names none, or the other way round, has no sign by that word.
    """
    sign = Sign[WORDS[state.name]["sign"]] if state.name in WORDS else None
    if sign and _ENDS.get(sign, state.terminal) == state.terminal:
        return sign
    return Sign.FINAL if state.terminal else Sign.UNDER_WAY


def sign_shapes(sign: Sign, left: float, baseline: float, size: float, color: str) -> Iterator[Shape]:
    """Give a sign that stands before words of a size, on their baseline."""
    side = size * _SIZE
    box, pen = Box(left, baseline - side, left + side, baseline).grown(-side * 0.06), side * 0.2
    x, y = box.middle
    match sign:
        case Sign.YES:
            knee = box.left + box.wide * 0.36, box.bottom - box.wide * 0.06
            yield Line(((box.left, y + box.wide * 0.08), knee, (box.right, box.top)), color, pen)
        case Sign.NO:
            yield Line((box[:2], box[2:]), color, pen)
            yield Line(((box.left, box.bottom), (box.right, box.top)), color, pen)
        case Sign.WAITING:
            for bar in (x - box.wide * 0.22, x + box.wide * 0.22):
                yield Line(((bar, box.top), (bar, box.bottom)), color, pen * 1.1)
        case Sign.UNTOUCHED | Sign.UNDER_WAY:
            fill = color if sign is Sign.UNDER_WAY else "none"
            yield Rect(box.grown(-pen / 2), fill, color, box.wide / 2 - pen / 2, pen * 0.8)
        case Sign.FINAL | Sign.GONE:
            yield Rect(box.grown(-pen / 2), color if sign is Sign.FINAL else "none", color, 0, pen * 0.8)
