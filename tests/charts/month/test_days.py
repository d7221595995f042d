"""Every day of the picture is the calendar's."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ims_fsm.charts.month.days import Days, Recipient, limit
from ims_fsm.errors import InputError
from ims_fsm.law.book import shipped_book
from ims_fsm.law.calendar import ONE_DAY
from ims_fsm.terms.period import TaxPeriod, in_india, midnight
from ims_fsm.terms.vocabulary import Filing, Form, Kind

CALENDAR = shipped_book().calendar
periods = st.integers(0, 360).map(TaxPeriod("2024-10").plus)
recipients = st.one_of(
    st.just(Recipient(Filing.MONTHLY)),
    st.sampled_from(sorted(CALENDAR.states)).map(lambda state: Recipient(Filing.QUARTERLY, state)),
)


@given(periods, recipients)
def test_dates_are_those_of_the_calendar(period, recipient):
    days = Days.read(shipped_book(), period, recipient)
    filing, state = recipient.filing, recipient.state
    assert days.period == CALENDAR.period_for(period, filing)
    assert days.due == CALENDAR.due_gstr3b(days.period, filing, state)
    assert days.due_before == CALENDAR.due_gstr3b(CALENDAR.previous(days.period, filing), filing, state)
    assert days.due_following == CALENDAR.due_gstr3b(CALENDAR.next(days.period, filing), filing, state)
    assert midnight(days.draft) == CALENDAR.two_b_opens(days.period)
    assert midnight(days.draft_following) == CALENDAR.two_b_opens(days.following)
    if days.pending_until is not None:
        assert midnight(days.pending_until + ONE_DAY) == CALENDAR.pending_until(days.period, filing, state)


@given(periods, recipients, st.sampled_from([(Form.GSTR_1, Filing.MONTHLY), (Form.IFF, Filing.QUARTERLY)]))
def test_a_window_leads_to_its_2b_period_on_its_first_and_last_day_and_not_beyond(period, recipient, form):
    days = Days.read(shipped_book(), period, recipient)
    for window in days.windows(*form):
        inside = (midnight(window.first), midnight(window.last + ONE_DAY) - dt.timedelta(microseconds=1))
        assert {CALENDAR.window_period(*form, moment) for moment in inside} == {window.month}
        assert CALENDAR.window_period(*form, midnight(window.last + ONE_DAY)) == window.month.plus(1)
        assert window.two_b_period == CALENDAR.period_for(window.month, recipient.filing)


@given(periods, recipients)
def test_gstr_1a_leads_where_the_calendar_says(period, recipient):
    days = Days.read(shipped_book(), period, recipient)
    for window in days.later_form():
        filed = midnight(window.first)
        leads_to = CALENDAR.two_b_period(Form.GSTR_1A, window.month, filed, Filing.MONTHLY, recipient.filing)
        assert window.two_b_period == leads_to


def test_the_pending_deadline_is_shown_where_its_rule_holds(read):
    assert read("2025-09").pending_until is None
    assert read("2025-10").pending_until == dt.date(2025, 12, 20)
    assert read("2025-12", "27").pending_until == dt.date(2026, 4, 22)
    assert read("2025-12", "07").pending_until == dt.date(2026, 4, 24)


def test_section_16_4_lies_inside_the_picture_of_october_and_outside_that_of_january(read):
    october, january = read("2024-10"), read("2025-01")
    assert list(october.limits) == [("2023-24", dt.date(2024, 11, 30))]
    assert january.limits == ()
    assert january.own_limit.last == dt.date(2025, 11, 30)


def test_a_calendar_that_binds_no_kind_has_no_limit(read):
    calendar = read("2024-10").calendar
    unbound = replace(calendar.declared.time_limit, kinds=frozenset())
    changed = type(calendar)(replace(calendar.declared, time_limit=unbound))
    assert limit(calendar, dt.date(2024, 10, 1)).financial_year == "2024-25"
    assert limit(changed, dt.date(2024, 10, 1)) is None


def test_actions_begin_with_the_opening_of_ims_in_its_first_period(read):
    assert read("2024-10").opens == in_india(CALENDAR.opens_at).date()
    assert read("2024-11").opens == dt.date(2024, 11, 1)


def test_a_quarter_is_asked_for_by_any_of_its_months(read):
    for month in ("2024-10", "2024-11", "2024-12"):
        days = read(month, "27")
        assert days.months == ("2024-10", "2024-11", "2024-12")
        assert [str(month) for month, _ in days.drafts_left_out] == ["2024-10", "2024-11"]
    assert read("2024-11").drafts_left_out == ()


def test_an_extension_moves_the_day(read):
    overlay = '[[extension]]\nwhat = "gstr3b"\nperiod = "2024-11"\ndate = 2024-12-26\nsource = "N 1"\n'
    assert read("2024-11").due == dt.date(2024, 12, 20)
    assert read("2024-11", overlay=overlay).due == dt.date(2024, 12, 26)


def test_a_supplier_without_time_between_their_returns_has_no_gstr_1a(read):
    overlay = '[[extension]]\nwhat = "gstr1"\nperiod = "2024-10"\ndate = 2024-11-25\nsource = "N 1"\n'
    assert [window.month for window in read("2024-10", overlay=overlay).later_form()] == ["2024-09"]


@pytest.mark.parametrize(
    ("period", "filing", "state", "says"),
    [
        (
            "2024-09",
            "monthly",
            "",
            "timeline: 2024-09: lies before IMS, which begins with 2B period 2024-10; name that",
        ),
        ("2024-12", "quarterly", "", "timeline: state: decides the due day of the quarterly GSTR-3B and is not named"),
        ("2024-12", "monthly", "99", "timeline: state: '99' is not a state of the calendar; use the first two digits"),
        ("2099-12", "monthly", "", "timeline: 2099-12: is too late: the calendar ends before what follows it"),
    ],
)
def test_what_cannot_be_drawn_is_said(book, period, filing, state, says):
    with pytest.raises(InputError) as refused:
        Days.read(book, TaxPeriod(period), Recipient(Filing(filing), state))
    assert str(refused.value).startswith(says)


def test_every_problem_is_said_at_once(book):
    with pytest.raises(InputError) as refused:
        Days.read(book, TaxPeriod("2024-06"), Recipient(Filing.QUARTERLY))
    assert [problem.where for problem in refused.value.problems] == ["state", "2024-06"]


def test_the_kinds_that_16_4_binds_share_their_limit(read):
    days = read("2024-10")
    bound = {days.calendar.cutoff(kind, days.begins, None) for kind in Kind} - {None}
    assert len(bound) == 1
