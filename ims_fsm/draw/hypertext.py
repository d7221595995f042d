"""The small part of Graphviz's HTML-like labels that pictures are set in: text, lines, cells, tables.

Imports the sizes alone.
"""

from __future__ import annotations

import html
from collections.abc import Iterable, Mapping

from ims_fsm.draw.measure import TEXT
from ims_fsm.draw.measure import width as wide


def text(words: str, *, size: float, color: str, bold: bool = False) -> str:
    """Return words as a label shows them, their markup taken literally; `size` in points. No words, no markup."""
    if not words:
        return ""
    shown = html.escape(words, quote=True)
    shown = f"<B>{shown}</B>" if bold else shown
    return f'<FONT POINT-SIZE="{size:g}" COLOR="{color}">{shown}</FONT>'


def folded(words: str, points: float, size: float = TEXT) -> list[str]:
    """Return words broken into lines no wider than so many points, a longer word whole."""
    lines: list[str] = []
    for word in words.split(" "):
        if lines and wide(f"{lines[-1]} {word}", size) <= points:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines


def balanced(words: str, points: float, size: float = TEXT) -> list[str]:
    """Return no more lines than `folded` does, as even as they can be.

    >>> folded("a record that is gone", 55), balanced("a record that is gone", 55)
    (['a record that is', 'gone'], ['a record', 'that is gone'])
    """
    lines = folded(words, points, size)
    while len(narrower := folded(words, max(wide(line, size) for line in lines) - 0.01, size)) == len(lines):
        if narrower == lines:
            break
        lines = narrower
    return lines


def cell(content: str = "", /, **attributes: str | int) -> str:
    """Return a cell; attributes in capitals are Graphviz's own."""
    return f"<TD{_written(attributes)}>{content}</TD>"


def row(*cells: str) -> str:
    """Return a row of a table."""
    return f"<TR>{''.join(cells)}</TR>"


def table(rows: Iterable[str], /, **attributes: str | int) -> str:
    """Return a table without borders, a line for each row, so that a changed row is a changed line."""
    whole = {"BORDER": 0, "CELLBORDER": 0, "CELLSPACING": 0, "CELLPADDING": 0, **attributes}
    return f"<TABLE{_written(whole)}>\n" + "\n".join(rows) + "\n</TABLE>"


def label(content: str) -> str:
    """Return content as an attribute that Graphviz reads as HTML-like."""
    return f"<{content}>"


def _written(attributes: Mapping[str, str | int]) -> str:
    return "".join(f' {name}="{value}"' for name, value in attributes.items())
