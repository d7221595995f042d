"""Shapes as elements of SVG, and a page of them."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest

from ims_fsm.draw.paper import Box, Group, Line, Page, Rect, Text
from ims_fsm.draw.theme import LIGHT, PRINT

SVG = "{http://www.w3.org/2000/svg}"


def element(shape):
    return ET.fromstring(f'<g xmlns:xlink="http://www.w3.org/1999/xlink">{shape.svg(1)}</g>')  # noqa: S314 - our own


@pytest.mark.parametrize(("anchor", "left"), [("start", 50), ("middle", 40), ("end", 30)])
def test_words_stand_at_their_anchor_with_their_length(anchor, left):
    text = Text(50, 20, "0000", "#000000", anchor, size=20 / 0.556 / 4)
    assert text.box.left == pytest.approx(left, abs=0.01)
    assert text.box.right == pytest.approx(left + 20, abs=0.01)
    assert element(text)[0].attrib["textLength"] == "20"


def test_words_are_taken_literally():
    assert element(Text(0, 0, "a < b & c", "#000000"))[0].text == "a < b & c"


def test_words_wipe_away_what_is_behind_them():
    behind, text = element(Text(10, 10, "x", "#000000", behind="#ffffff"))
    assert (behind.tag, behind.get("fill"), behind.get("x"), text.text) == ("rect", "#ffffff", "10", "x")


def test_an_arrow_has_its_head_at_its_end():
    line = Line(((0, 0), (10, 0)), "#123456", arrow=True)
    tip, *corners = line.head()
    assert tip == (10, 0)
    assert {x for x, _ in corners} == {5}
    assert len(element(line)) == 2
    # One of no length is drawn all the same.
    assert Line(((1, 1), (1, 1)), "#123456", arrow=True).head()[0] == (1, 1)


def test_a_group_says_what_it_is():
    inside = Group("in it", (Text(0, 0, "x", "#000000"),))
    group = element(Group("R & D", (Rect(Box(0, 0, 1, 1), "#ffffff"), inside)))[0]
    assert group.findtext("title") == "R & D"
    assert [text.text for text in group.iter("text")] == ["x"]


def test_a_printed_line_is_heavier():
    assert 'stroke-width="2.3"' in Line(((0, 0), (1, 1)), "#000000", 2).svg(PRINT.pen)


def test_svg_is_shown_larger_than_it_is_set_and_says_what_it_is():
    page = Page("p", "A title & more", "A description", 50, (Text(50, 18, 'said "so"', "#000000"),), LIGHT)
    root = ET.fromstring(page.svg())  # noqa: S314 - our own picture
    assert (root.get("width"), root.get("height"), root.get("viewBox")) == ("674.6pt", "70pt", "0 0 481.9 50")
    assert (root.get("aria-labelledby"), root.get("aria-describedby")) == ("p-title", "p-description")
    assert root.findtext(f"{SVG}title") == "A title & more"
    assert root.findtext(f"{SVG}desc") == "A description"
    assert [text.text for text in root.iter(f"{SVG}text")] == ['said "so"']
