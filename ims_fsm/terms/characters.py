"""The characters of text: those that are not taken in, and how they are shown where they stand in a text after all.

Imports nothing. What joins letters of Indian scripts (U+200C, U+200D) a blank that does not break and a hyphen that may
are characters like others.
"""

from __future__ import annotations

import re
from collections.abc import Callable

# Controls; what turns the direction of the text around it, or is not seen; ends of lines of Unicode; halves of a
# character; what is none.
_CONTROLS = (
    r"\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff"
    r"\ufeff\ufff9-\ufffb\ufffe\uffff\U000e0000-\U000e007f"
)
# What begins a formula in some spreadsheet.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_CONTROL = re.compile(f"[{_CONTROLS}]")
_IN_LINE = re.compile(rf"[\t\n\r{_CONTROLS}]")


def controls(text: str, *, lines: bool = True) -> bool:
    r"""Say whether a text has characters that are not taken in; ends of lines and tabs are where it may have `lines`.

    >>> controls("M/s Rao\nPune"), controls("M/s Rao\nPune", lines=False), controls("\x1b[2J"), controls("a\u202eb")
    (False, True, True, True)
    """
    return not text.isprintable() and (_CONTROL if lines else _IN_LINE).search(text) is not None


def visible(text: str, *, lines: bool = False, escape: Callable[[str], str] = lambda sign: ascii(sign)[1:-1]) -> str:
    r"""Return a text with such characters written out, so that a terminal does nothing but show it.

    >>> print(visible("\x1b[2J and \u202e"))
    \x1b[2J and \u202e
    """
    if text.isprintable():
        return text
    return (_CONTROL if lines else _IN_LINE).sub(lambda sign: escape(sign[0]), text)


def inert(cell: object) -> object:
    """Return a cell as no spreadsheet takes it for a formula.

    >>> inert("=1+1"), inert("S/1"), inert(-1)
    ("'=1+1", 'S/1', -1)
    """
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell
