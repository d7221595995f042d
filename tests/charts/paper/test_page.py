"""A page as SVG, as DOT, and through Graphviz."""

from __future__ import annotations

import importlib.util
import shutil
from xml.etree import ElementTree as ET

import pytest

from ims_fsm.charts.paper.dot import dashes, dot_of
from ims_fsm.charts.paper.page import Page
from ims_fsm.charts.paper.picture import drawn
from ims_fsm.charts.paper.shapes import Box, Line, Rect, Text
from ims_fsm.errors import InputError

SVG = "{http://www.w3.org/2000/svg}"
drawable = pytest.mark.skipif(
    shutil.which("dot") is None and importlib.util.find_spec("pygraphviz") is None, reason="no Graphviz is installed"
)


@pytest.fixture
def page():
    shapes = (
        Rect(Box(5, 5, 95, 25), "#eeeeff", "#0000ff", 3, dash="4 2"),
        Rect(Box(6, 6, 94, 24), "none", "#0000ff", 1),
        Line(((0, 30), (100, 30)), "#ff0000", arrow=True),
        Line(((0, 40), (10, 40), (5, 45)), "#ff0000", fill="#ffeeee"),
        Text(50, 18, 'said "so"', 7, "#000000", "middle", bold=True),
        Text(50, 48, "", 7, "#000000"),
    )
    return Page("p", "A title & more", "A description", 100, 50, "#ffffff", shapes, 1.4)


def test_svg_is_shown_larger_than_it_is_set_and_says_what_it_is(page):
    root = ET.fromstring(page.svg())  # noqa: S314 - our own picture
    assert (root.get("width"), root.get("viewBox")) == ("140pt", "0 0 100 50")
    assert root.get("aria-labelledby") == "p-title p-description"
    assert root.findtext(f"{SVG}title") == "A title & more"
    assert root.findtext(f"{SVG}desc") == "A description"
    assert next(root.iter(f"{SVG}text")).text == 'said "so"'


@drawable
@pytest.mark.parametrize(("fmt", "first"), [("png", b"\x89PNG"), ("pdf", b"%PDF"), ("svg", b"<svg")])
def test_a_page_is_drawn_in_every_format(page, fmt, first):
    assert drawn(page, fmt).startswith(first)


def test_another_format_is_refused(page):
    with pytest.raises(InputError, match="gif: is no format of this picture; use one of svg, png, pdf"):
        drawn(page, "gif")


def test_no_string_of_dot_is_longer_than_graphviz_reads(page):
    long = Page("p", "t", "d", 100, 50, "#ffffff", page.shapes * 400)
    assert max(map(len, dot_of(long).splitlines())) < 16000


def test_a_broken_line_is_drawn_in_pieces_along_its_corners():
    pieces = dashes([(0, 0), (6, 0), (6, 6)], "4 2")
    assert pieces == [((0.0, 0.0), (4.0, 0.0)), ((6.0, 0.0), (6.0, 4.0))]
