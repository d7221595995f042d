"""How wide words are, and how they are broken."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ims_fsm.charts.paper.lettering import longest_that_fits, width, wrapped

words = st.text(st.sampled_from("abc IMS-2B,.0"), max_size=60)


@given(words, words)
def test_words_beside_words_are_as_wide_as_both(one, other):
    assert width(one + other, 7) == pytest.approx(width(one, 7) + width(other, 7))


def test_bold_is_wider_and_size_counts():
    assert width("GSTR-2B of October", 7) < width("GSTR-2B of October", 7, bold=True)
    assert width("October", 14) == pytest.approx(2 * width("October", 7))


def test_a_character_of_unknown_width_has_one():
    assert width("\N{DEVANAGARI LETTER A}", 10) > 0
    assert width("\N{DEVANAGARI LETTER A}", 10, bold=True) >= width("W", 10, bold=True)


@given(words, st.floats(10, 80))
def test_lines_keep_every_word_and_are_no_wider_than_their_limit(text, limit):
    lines = wrapped(text, 7, limit)
    assert " ".join(lines).split() == text.split()
    assert all(width(line, 7) <= limit or " " not in line for line in lines)


def test_nothing_fits_where_there_is_no_room():
    assert longest_that_fits(("October", "Oct"), 7, 15) == "Oct"
    assert longest_that_fits(("October", "Oct"), 7, 5) == ""
