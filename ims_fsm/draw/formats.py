"""The formats that a sheet is drawn in, and the drawing itself: DOT and Mermaid as text, the others by Graphviz.

Imports the sheet and each format; a drawing package is loaded, and a program run, only for the format asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ims_fsm.draw.dot import dot_of
from ims_fsm.draw.mermaid import mermaid_of
from ims_fsm.draw.renderer import render
from ims_fsm.draw.sheet import Sheet
from ims_fsm.draw.svg import finished
from ims_fsm.errors import InputError, Problem

# Every format with the ending of its files.
FORMATS = {"dot": "dot", "mermaid": "mmd", "svg": "svg", "png": "png", "pdf": "pdf"}


def check_formats(formats: Iterable[str]) -> None:
    """Raise `InputError` with every word that is no format."""
    known = ", ".join(FORMATS)
    if problems := [Problem(fmt, "is no format", f"use one of {known}") for fmt in formats if fmt not in FORMATS]:
        raise InputError("drawing", problems)


def drawn(sheets: Sequence[Sheet], fmt: str) -> list[bytes]:
    """Draw sheets in a format, in order; text is UTF-8, and an SVG carries the digest of its DOT.

    Raises `InputError` for another format, `RendererMissingError` where svg, png or pdf is asked and there is nothing
    to draw it with, `RenderingError` where that fails.
    """
    check_formats([fmt])
    if fmt == "mermaid":
        return [mermaid_of(sheet).encode() for sheet in sheets]
    sources = [dot_of(sheet) for sheet in sheets]
    if fmt == "dot":
        return [source.encode() for source in sources]
    rendered = render(sources, fmt)
    if fmt != "svg":
        return rendered
    return [finished(*each) for each in zip(rendered, sheets, sources, strict=True)]
