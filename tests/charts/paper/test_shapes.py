"""Boxes and the elements of shapes."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest

from ims_fsm.charts.paper.shapes import Box, Group, Line, Rect, Text, flattened


def test_boxes_overlap_where_they_share_more_than_a_line():
    box = Box(0, 0, 10, 10)
    assert box.overlaps(Box(9, 9, 20, 20))
    assert not box.overlaps(Box(10, 0, 20, 10))
    assert not box.overlaps(Box(0, 10, 10, 20))
    assert box.middle == (5, 5)
    assert box.holds(Box(0, 0, 10, 9))
    assert not box.holds(Box(0, 0, 10, 11))


@pytest.mark.parametrize(("anchor", "left"), [("start", 50), ("middle", 40), ("end", 30)])
def test_words_stand_at_their_anchor(anchor, left):
    text = Text(50, 20, "0000", 20 / 0.556 / 4, "#000000", anchor)
    assert text.box.left == pytest.approx(left, abs=0.01)
    assert text.box.right == pytest.approx(left + 20, abs=0.01)


def test_words_are_taken_literally():
    element = ET.fromstring(Text(0, 0, "a < b & c", 7, "#000000").svg())  # noqa: S314 - our own element
    assert element.text == "a < b & c"


def test_an_arrow_has_its_head_at_its_end():
    line = Line(((0, 0), (10, 0)), "#123456", arrow=True)
    tip, *corners = line.head()
    assert tip == (10, 0)
    assert {x for x, _ in corners} == {5}
    assert line.svg().count("<path") == 2


def test_an_arrow_of_no_length_is_drawn_all_the_same():
    assert Line(((1, 1), (1, 1)), "#123456", arrow=True).head()[0] == (1, 1)


def test_a_group_says_what_it_is_and_is_flattened_in_order():
    inner = Text(0, 0, "x", 7, "#000000")
    group = Group("R & D", (Rect(Box(0, 0, 1, 1), "#ffffff"), Group("in it", (inner,))))
    assert "<title>R &amp; D</title>" in group.svg()
    assert list(flattened([group]))[-1] is inner
