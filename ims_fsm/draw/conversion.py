"""A finished SVG as a file: as it is, or as PNG or PDF by the wheel typst and the font that ships, alike everywhere.

Imports the sizes and the errors; typst, and nothing of the system, is loaded when something is converted.
"""

from __future__ import annotations

import hashlib
import html
import re

from ims_fsm.draw.measure import FONTS, is_measurable
from ims_fsm.draw.renderer import RendererMissingError, RenderingError
from ims_fsm.errors import InputError, Problem

# A printed line needs more dots than a screen's.
DPI = 192
DRAWN = ("svg", "png", "pdf")
_PAGE = """\
#set document(title: sys.inputs.title, keywords: sys.inputs.words, date: none)
#set page(width: auto, height: auto, margin: 0pt)
#image(bytes(sys.inputs.svg), format: "svg", alt: sys.inputs.says)
"""
_WORDS = re.compile(r">([^<>]+)<")


def converted(svg: str, fmt: str, *, dpi: float = DPI) -> bytes:
    """Return an SVG as it is, or as PNG, or as a PDF of one page of its own size, whose words can be searched.

    A PNG has so many dots to the inch of the SVG's own size: 72 points are an inch. Raises `InputError` for another
    format, `RendererMissingError` where typst is not installed, `RenderingError` where the SVG cannot be read.
    """
    if fmt not in DRAWN:
        raise InputError("drawing", [Problem(fmt, "is not a format", f"use one of {', '.join(DRAWN)}")])
    if fmt == "svg":
        return svg.encode()
    try:
        import typst  # noqa: PLC0415 - 30 MB, wanted for these two formats alone
    except ImportError as error:
        raise RendererMissingError(fmt, "the package typst, which converts SVG, is not", "svg") from error
    inputs = {"svg": svg, "title": _element("title", svg), "says": _element("desc", svg), "words": words_digest(svg)}
    # Another script than Latin is left to the fonts of the system.
    latin = all(is_measurable(html.unescape(words).replace("\n", " ")) for words in _WORDS.findall(svg))
    try:
        compiler = typst.Compiler(
            _PAGE.encode(), font_paths=typst.Fonts(not latin, include_embedded_fonts=True, font_paths=[FONTS])
        )
        content = compiler.compile(format="png" if fmt == "png" else "pdf", ppi=dpi, sys_inputs=inputs)
    except typst.TypstError as error:
        raise RenderingError("typst", fmt, str(error)) from error
    if not isinstance(content, bytes):
        raise RenderingError("typst", fmt, "it wrote more than one page")
    return content


def words_digest(svg: str) -> str:
    """Return the SHA-256 of every word of an SVG, 64 hex digits: a PDF carries it, by which a stale one is found."""
    return hashlib.sha256("\n".join(_WORDS.findall(svg)).encode()).hexdigest()


def _element(name: str, svg: str) -> str:
    """Return what the first element of a name says: an SVG's own title, its own description."""
    words = re.search(rf"<{name}\b[^>]*>([^<]*)<", svg)
    return html.unescape(words[1]) if words else ""
