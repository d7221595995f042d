"""The sign, the word and the colours of a change: never the colour alone, so that a grey print says as much.

Imports the law's comparison and the palette.
"""

from __future__ import annotations

from collections.abc import Mapping

from ims_fsm.draw.palette import Paint, Palette
from ims_fsm.law.comparison import Change

SIGNS: Mapping[Change, str] = {
    Change.ADDED: "+",
    Change.GONE: "\N{MINUS SIGN}",
    Change.CHANGED: "~",
    Change.SAME: "",
}
HEADINGS: Mapping[Change, str] = {
    Change.ADDED: "What is added",
    Change.GONE: "What is gone",
    Change.CHANGED: "What is changed",
}
KEY = "+ green: added, \N{MINUS SIGN} red: gone, ~ amber: changed, grey: unchanged"


def change_paint(change: Change, palette: Palette) -> Paint:
    """Return the colours of a change; grey where there is none."""
    match change:
        case Change.ADDED:
            return palette.green
        case Change.GONE:
            return palette.red
        case Change.CHANGED:
            return palette.amber
    return Paint(palette.paper, palette.never.line)
