"""Extensions by notification: each moves its own date, to a later day, and no other."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ims_fsm.law.calendar_reading import read_calendar
from ims_fsm.resources import machines_folder
from ims_fsm.terms.period import TaxPeriod, indian, midnight
from ims_fsm.terms.vocabulary import Filing, Form

# Without what notifications have extended; test_extensions.py has that.
SHIPPED = (machines_folder() / "calendar.toml").read_text("utf-8").partition("\n[[extension]]")[0]
MONTHLY, QUARTERLY = Filing.MONTHLY, Filing.QUARTERLY
DECEMBER, JANUARY = TaxPeriod("2024-12"), TaxPeriod("2025-01")


def extension(what: str, day: str, period: str = "2024-12", **narrowed: object) -> str:
    """Write an entry of an overlay."""
    lines = "".join(f"{key} = {value!r}\n" for key, value in narrowed.items())
    return f"[[extension]]\nwhat = {what!r}\nperiod = {period!r}\ndate = {day}\nsource = 'a notification'\n{lines}"


# The due days of the returns for December 2024 as they were extended in January 2025.
EXTENDED = read_calendar(
    SHIPPED,
    extension("gstr1", "2025-01-13", filing="monthly")
    + extension("gstr1", "2025-01-15", filing="quarterly")
    + extension("window", "2025-01-13", form="GSTR-1", filing="monthly")
    + extension("window", "2025-01-15", form="GSTR-1", filing="quarterly")
    + extension("two_b", "2025-01-16")
    + extension("gstr3b", "2025-01-22", filing="monthly")
    + extension("gstr3b", "2025-01-24", filing="quarterly", states=["24", "27"])
    + extension("gstr3b", "2025-01-26", filing="quarterly", states=["07"]),
)
USUAL = read_calendar(SHIPPED)


def test_extended_due_days_of_gstr1():
    assert EXTENDED.due_gstr1(DECEMBER, MONTHLY) == date(2025, 1, 13)
    assert EXTENDED.due_gstr1(DECEMBER, QUARTERLY) == date(2025, 1, 15)
    assert EXTENDED.due_gstr1(JANUARY, MONTHLY) == date(2025, 2, 11)


def test_extended_due_days_of_gstr3b_reach_the_states_and_filers_they_name():
    due = {state: EXTENDED.due_gstr3b(DECEMBER, QUARTERLY, state) for state in ("24", "27", "07", "29", "38")}
    assert due == {
        "24": date(2025, 1, 24),
        "27": date(2025, 1, 24),
        "07": date(2025, 1, 26),
        "29": date(2025, 1, 22),
        "38": date(2025, 1, 24),
    }
    assert EXTENDED.due_gstr3b(DECEMBER, MONTHLY, "07") == date(2025, 1, 22)
    assert EXTENDED.due_gstr3b(JANUARY, MONTHLY, "07") == date(2025, 2, 20)


def test_an_extended_gstr3b_extends_the_pending_time_that_ends_with_it():
    assert EXTENDED.pending_until(TaxPeriod("2024-11"), MONTHLY, "27") == midnight(date(2025, 1, 23))
    assert EXTENDED.pending_until(TaxPeriod("2024-09"), QUARTERLY, "07") == midnight(date(2025, 1, 27))


def test_an_extended_draft_opens_later_for_its_period_alone():
    assert EXTENDED.two_b_opens(DECEMBER) == midnight(date(2025, 1, 16))
    assert EXTENDED.two_b_opens(JANUARY) == midnight(date(2025, 2, 14))


def test_the_period_before_an_extended_one_keeps_its_days():
    november = TaxPeriod("2024-11")
    assert EXTENDED.due_gstr1(november, MONTHLY) == date(2024, 12, 11)
    assert EXTENDED.due_gstr3b(november, MONTHLY, "07") == date(2024, 12, 20)
    assert EXTENDED.two_b_opens(november) == midnight(date(2024, 12, 14))


@pytest.mark.parametrize(
    ("form", "filing", "last_day"),
    [
        (Form.GSTR_1, MONTHLY, date(2025, 1, 13)),
        (Form.GSTR_1A, MONTHLY, date(2025, 1, 11)),
        (Form.GSTR_1, QUARTERLY, date(2025, 1, 15)),
        (Form.IFF, QUARTERLY, date(2025, 1, 13)),
    ],
)
def test_an_extended_window_keeps_its_period_open_for_its_form_alone(form, filing, last_day):
    over = midnight(last_day + timedelta(days=1))
    assert EXTENDED.window_period(form, filing, over - timedelta(microseconds=1)) == "2024-12"
    assert EXTENDED.window_period(form, filing, over) == "2025-01"


def test_windows_extended_one_after_the_other_follow_each_other():
    overlay = "".join(
        [
            extension("window", "2025-02-12", form="GSTR-1", filing="monthly"),
            extension("window", "2025-02-13", "2025-01", form="GSTR-1", filing="monthly"),
            extension("two_b", "2025-02-14"),
        ]
    )
    moved = read_calendar(SHIPPED, overlay)
    days = {day: moved.window_period(Form.GSTR_1, MONTHLY, midnight(date(2025, 2, day))) for day in (11, 12, 13, 14)}
    assert days == {11: "2024-12", 12: "2024-12", 13: "2025-01", 14: "2025-02"}


@given(st.datetimes(datetime(2024, 11, 1), datetime(2025, 4, 1)).map(indian))  # noqa: DTZ001
def test_extended_windows_still_follow_each_other_in_time(moment):
    for form, filing in ((Form.GSTR_1, MONTHLY), (Form.GSTR_1, QUARTERLY)):
        here = EXTENDED.window_period(form, filing, moment)
        assert here <= EXTENDED.window_period(form, filing, moment + timedelta(hours=1)) <= here.plus(1)
        assert here.plus(1) >= USUAL.window_period(form, filing, moment) >= here


def test_an_extension_that_names_neither_filers_nor_states_reaches_all():
    everyone = read_calendar(SHIPPED, extension("gstr3b", "2025-01-28"))
    assert {everyone.due_gstr3b(DECEMBER, filing, state) for filing in Filing for state in everyone.states} == {
        date(2025, 1, 28)
    }


def test_of_two_extensions_of_one_date_the_later_holds_whatever_their_order():
    first, second = extension("gstr3b", "2025-01-28"), extension("gstr3b", "2025-01-31")
    for overlay in (first + second, second + first):
        assert read_calendar(SHIPPED, overlay).due_gstr3b(DECEMBER, MONTHLY, "27") == date(2025, 1, 31)


def test_an_extension_that_reaches_some_later_days_brings_none_forward():
    moved = read_calendar(SHIPPED, extension("gstr3b", "2025-01-23"))
    due = [moved.due_gstr3b(DECEMBER, QUARTERLY, state) for state in ("27", "07")]
    assert due == [date(2025, 1, 23), date(2025, 1, 24)]


def test_any_key_may_be_laid_over():
    overlay = """
        [opening]
        day = 2024-10-20
        [window.monthly]
        first_day = 13
        [due.gstr3b.quarterly.days]
        first = 23
        [state]
        27 = { category = "second" }
        [time_limit]
        kinds = ["invoice", "credit_note"]
        [financial_year]
        first_month = 1
        [pending]
        tax_periods = 2
    """
    moved = read_calendar(SHIPPED, overlay)
    assert moved.opens_at == datetime(2024, 10, 19, 18, 30, tzinfo=UTC)
    assert moved.window_period(Form.GSTR_1, MONTHLY, midnight(date(2024, 11, 12))) == "2024-10"
    assert moved.due_gstr3b(DECEMBER, QUARTERLY, "29") == date(2025, 1, 23)
    assert moved.due_gstr3b(DECEMBER, QUARTERLY, "27") == date(2025, 1, 24)
    assert moved.cutoff("credit_note", date(2024, 3, 31), None) == midnight(date(2025, 12, 1))  # type: ignore[arg-type]
    assert moved.cutoff("debit_note", date(2024, 3, 31), None) is None  # type: ignore[arg-type]
    assert moved.financial_year(date(2024, 1, 1)) == "2024-25"
    assert moved.pending_until(TaxPeriod("2025-10"), MONTHLY, "27") == midnight(date(2026, 1, 21))
    assert moved.states["27"] == "Maharashtra"
