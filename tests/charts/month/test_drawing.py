"""Nothing on the page covers anything else, whatever the calendar says."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ims_fsm.charts.month.days import Days, Recipient
from ims_fsm.charts.month.drawing import CUT, month_page, scale_of
from ims_fsm.charts.month.story import story_of
from ims_fsm.errors import DeclarationError
from ims_fsm.law.book import shipped_book
from ims_fsm.terms.period import TaxPeriod
from ims_fsm.terms.vocabulary import Filing

STATES = sorted(shipped_book().calendar.states)
periods = st.integers(0, 100).map(TaxPeriod("2024-10").plus)
recipients = st.one_of(
    st.just(Recipient(Filing.MONTHLY)),
    st.sampled_from(STATES).map(lambda state: Recipient(Filing.QUARTERLY, state)),
)


def cut_words(book, period, recipient, words):
    """Return the words in the lanes over which something is cut out."""
    cuts = scale_of(story_of(book, Days.read(book, period, recipient))).cuts
    lanes = max(line.top for line in words if line.words == "Recipient")
    inside = [line for line in words if line.top < lanes]
    return [
        line.words for line in inside for x in cuts if line.left < x + CUT / 2 - 1.5 and line.right > x - CUT / 2 + 1.5
    ]


@settings(max_examples=60, deadline=None)
@given(periods, recipients)
def test_no_words_cover_others_or_leave_the_page_or_are_cut(book, faults, lettering, period, recipient):
    svg = month_page(book, period, recipient).svg()
    assert faults(svg) == ([], [])
    assert cut_words(book, period, recipient, lettering(svg)) == []


@st.composite
def overlays(draw, period):
    entries = []
    for what in draw(st.lists(st.sampled_from(["gstr1", "gstr3b", "two_b", "window"]), min_size=1, unique=True)):
        moved = period.plus(draw(st.integers(-1, 1)))
        month = moved.plus(draw(st.integers(1, 2)))
        day = draw(st.integers(10, 28))
        entries.append(
            f'[[extension]]\nwhat = "{what}"\nperiod = "{moved}"\ndate = {month}-{day:02}\nsource = "Notification 1"\n'
        )
    return "".join(entries)


@settings(max_examples=80, deadline=None)
@given(st.data(), periods, recipients)
def test_nor_do_they_where_days_are_extended(faults, data, period, recipient):
    try:
        book = shipped_book(data.draw(overlays(period)))
    except DeclarationError:
        return
    assert faults(month_page(book, period, recipient).svg()) == ([], [])


@given(periods, recipients)
@settings(max_examples=40, deadline=None)
def test_days_lie_in_their_order_side_by_side(book, period, recipient):
    scale = scale_of(story_of(book, Days.read(book, period, recipient)))
    for day, following in zip(scale.days, scale.days[1:], strict=False):
        assert scale.start(day) < scale.end(day) <= scale.start(following) + 1e-9
    assert scale.start(scale.days[0]) == pytest.approx(scale.left)
    assert scale.end(scale.days[-1]) == pytest.approx(scale.right)


def test_a_quarter_cuts_out_the_months_that_show_nothing(read, book):
    assert len(scale_of(story_of(book, read("2025-12", "27"))).cuts) == 1
    assert scale_of(story_of(book, read("2025-12"))).cuts == ()


def test_a_day_outside_stands_at_the_edge(read, book):
    scale = scale_of(story_of(book, read("2025-12", "27")))
    assert scale.start(scale.days[-1].replace(year=2030)) == scale.right
    assert scale.end(scale.days[0].replace(year=2020)) == scale.left
    (_, last), (again, _) = scale.runs
    between = last + (again - last) / 2
    assert scale.end(between) == scale.end(last)
    assert scale.start(between) == scale.start(again)
