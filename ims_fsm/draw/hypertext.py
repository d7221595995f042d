"""The small part of Graphviz's HTML-like labels that pictures are set in: text, lines, cells, tables.

Imports nothing of the package.
"""

from __future__ import annotations

import html
from collections.abc import Iterable, Mapping


def text(words: str, *, size: float, color: str, bold: bool = False) -> str:
    """Return words as a label shows them, their markup taken literally; `size` in points. No words, no markup."""
    if not words:
        return ""
    shown = html.escape(words, quote=True)
    shown = f"<B>{shown}</B>" if bold else shown
    return f'<FONT POINT-SIZE="{size:g}" COLOR="{color}">{shown}</FONT>'


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
