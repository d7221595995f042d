"""A page as a file: SVG by itself, PNG and PDF through Graphviz.

Imports the page and the renderer, which is run for PNG and PDF alone.
"""

from __future__ import annotations

from ims_fsm.charts.paper.dot import dot_of
from ims_fsm.charts.paper.page import Page
from ims_fsm.draw.renderer import render
from ims_fsm.errors import InputError, Problem

DRAWN = ("svg", "png", "pdf")


def drawn(page: Page, fmt: str) -> bytes:
    """Return a page as svg, png or pdf; SVG is UTF-8 and needs no drawing program.

    Raises `InputError` for another format, `RendererMissingError` where png or pdf is asked and there is nothing to
    draw it with, `RenderingError` where that fails.
    """
    if fmt not in DRAWN:
        raise InputError("drawing", [Problem(fmt, "is no format of this picture", f"use one of {', '.join(DRAWN)}")])
    if fmt == "svg":
        return page.svg().encode()
    return render([dot_of(page)], fmt)[0]
