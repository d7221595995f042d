"""The heading of a chart, the words that fit, and a page as svg, png and pdf."""

from __future__ import annotations

import pytest

from ims_fsm.charts.paper import LEFT, RIGHT, fitting, heading
from ims_fsm.draw.conversion import converted
from ims_fsm.draw.paper import Page
from ims_fsm.draw.theme import LIGHT
from ims_fsm.errors import InputError


@pytest.fixture
def page():
    bottom, shapes = heading("A title", "what it is of " * 20, LIGHT)
    return Page("p", "A title", "A description", bottom, shapes, LIGHT)


def test_a_heading_keeps_its_words_between_the_edges(page, faults):
    assert page.shapes[0].words == "A title"
    assert " ".join(text.words for text in page.shapes[1:]).split() == ("what it is of " * 20).split()
    assert all(text.box.left >= LEFT and text.box.right <= RIGHT for text in page.shapes)
    assert faults(page.svg()) == ([], [])


def test_nothing_fits_where_there_is_no_room():
    assert fitting(("October", "Oct"), 15) == "Oct"
    assert fitting(("October", "Oct"), 5) == ""


@pytest.mark.parametrize(("fmt", "first"), [("png", b"\x89PNG"), ("pdf", b"%PDF"), ("svg", b"<svg")])
def test_a_page_is_drawn_in_every_format(page, fmt, first):
    assert converted(page.svg(), fmt).startswith(first)


def test_another_format_is_refused(page):
    with pytest.raises(InputError, match="gif: is not a format; use one of svg, png, pdf"):
        converted(page.svg(), "gif")
