"""The formats that a sheet is drawn in: DOT and Mermaid as text; SVG laid out by Graphviz; PNG and PDF made of the SVG.

Imports the sheet and each format; a program is run, or a package loaded, only for the format asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ims_fsm.draw.conversion import pdf_of, png_of
from ims_fsm.draw.dot import dot_of
from ims_fsm.draw.mermaid import mermaid_of
from ims_fsm.draw.renderer import placed
from ims_fsm.draw.sheet import Sheet
from ims_fsm.draw.svg import svg_of
from ims_fsm.errors import InputError, Problem

# Every format with the ending of its files.
FORMATS = {"dot": "dot", "mermaid": "mmd", "svg": "svg", "png": "png", "pdf": "pdf"}


def check_formats(formats: Iterable[str]) -> None:
    """Raise `InputError` with every word that is not a format."""
    remedy = f"use one of {', '.join(FORMATS)}"
    if problems := [Problem(fmt, "is not a format", remedy) for fmt in formats if fmt not in FORMATS]:
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
    pictures = [svg_of(*parts) for parts in zip(sheets, placed(sources), sources, strict=True)]
    if fmt == "svg":
        return [svg.encode() for svg in pictures]
    return [png_of(svg) if fmt == "png" else pdf_of(svg) for svg in pictures]
