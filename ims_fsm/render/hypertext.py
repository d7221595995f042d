"""The small part of Graphviz's HTML-like labels that pictures are set in: text, lines, cells, tables.

Imports nothing of the package.
"""

from __future__ import annotations

import html
import textwrap
from collections.abc import Iterable, Mapping


def text(words: str, *, size: float, color: str, bold: bool = False) -> str:
    """Return words as a label shows them, their markup taken literally; `size` in points. No words, no markup."""
    if not words:
        return ""
    shown = html.escape(words, quote=True)
    shown = f"<B>{shown}</B>" if bold else shown
    return f'<FONT POINT-SIZE="{size:g}" COLOR="{color}">{shown}</FONT>'


def wrapped(words: str, width: int) -> list[str]:
    """Return words broken into lines of at most `width` characters, a longer word whole."""
    return textwrap.wrap(words, width, break_long_words=False, break_on_hyphens=False)


def balanced(words: str, width: int) -> list[str]:
    """Return no more lines than `wrapped` does, as even as they can be.

    >>> wrapped("a record that is gone", 18), balanced("a record that is gone", 18)
    (['a record that is', 'gone'], ['a record', 'that is gone'])
    """
    lines = wrapped(words, width)
    while width > 1 and len(narrower := wrapped(words, width - 1)) == len(lines):
        width, lines = width - 1, narrower
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
