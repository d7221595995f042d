"""The calendar that ships: every window edge, deadline, due day and boundary of the law."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ims_fsm.errors import InputError
from ims_fsm.law.calendar_reading import read_calendar
from ims_fsm.resources import machines_folder
from ims_fsm.terms.period import TaxPeriod, indian, midnight
from ims_fsm.terms.vocabulary import Filing, Form, Kind

# Without what notifications have extended; test_extensions.py has that.
SHIPPED = (machines_folder() / "calendar.toml").read_text("utf-8").partition("\n[[extension]]")[0]
CALENDAR = read_calendar(SHIPPED)
MONTHLY, QUARTERLY = Filing.MONTHLY, Filing.QUARTERLY
INSTANT = timedelta(microseconds=1)
ON_THE_22ND = [f"{code:02}" for code in (*range(22, 28), *range(29, 38))]
ON_THE_24TH = [f"{code:02}" for code in (*range(1, 22), 38, 97)]
FROM_THE_12TH = [(Form.GSTR_1, MONTHLY), (Form.GSTR_1A, MONTHLY)]
FROM_THE_14TH = [pair for pair in product(Form, Filing) if pair not in FROM_THE_12TH]
# What a tax period can name, less the months that a window or a deadline adds.
MOMENTS = st.datetimes(datetime(2001, 1, 1), datetime(2098, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
DAYS = st.dates(date(2001, 1, 1), date(2097, 12, 31))
PERIODS = DAYS.map(TaxPeriod.of)
WINDOWS = st.sampled_from([*FROM_THE_12TH, *FROM_THE_14TH])


def ist(text: str) -> datetime:
    """Read a moment written in Indian time."""
    return indian(datetime.fromisoformat(text))


# --- what is declared -------------------------------------------------------------------------------------------------


def test_the_single_dates_and_limits_are_those_of_the_law():
    assert CALENDAR.opens_at == datetime(2024, 10, 13, 18, 30, tzinfo=UTC)
    assert CALENDAR.first_period == "2024-10"
    assert CALENDAR.declaration_mandatory_from == datetime(2026, 4, 19, 18, 30, tzinfo=UTC)
    assert CALENDAR.remarks_limit == 250


def test_every_moment_comes_in_utc():
    moments = [
        CALENDAR.opens_at,
        CALENDAR.declaration_mandatory_from,
        CALENDAR.two_b_opens(TaxPeriod("2024-10")),
        CALENDAR.pending_until(TaxPeriod("2025-10"), MONTHLY, "27"),
        CALENDAR.amendment_limit(Kind.INVOICE, date(2024, 3, 31), None),
        CALENDAR.cutoff(Kind.INVOICE, date(2024, 3, 31), None),
        CALENDAR.cutoff(Kind.INVOICE, date(2024, 3, 31), midnight(date(2024, 11, 10)).astimezone()),
    ]
    assert {moment.tzinfo for moment in moments if moment} == {UTC}


def test_phrases_are_ready_for_a_sentence():
    assert CALENDAR.phrases() == {
        "opens_on": "14 October 2024",
        "remarks_limit": "250",
        "declaration_from": "20 April 2026",
        "two_b_day": "14th",
        "time_limit": "30 November",
    }


@pytest.mark.parametrize(
    ("day", "phrase"),
    [(11, "11th"), (12, "12th"), (13, "13th"), (1, "1st"), (2, "2nd"), (3, "3rd"), (21, "21st"), (22, "22nd")],
)
def test_the_day_of_the_draft_is_written_as_an_ordinal(day, phrase):
    windows = "\n".join(f"[window.{name}]\nfirst_day = 1" for name in ("monthly", "quarterly", "other_forms"))
    moved = read_calendar(SHIPPED, f"{windows}\n[two_b]\nday = {day}")
    assert moved.phrases()["two_b_day"] == phrase


def test_every_table_cites_its_rule():
    assert set(CALENDAR.citations.values()) == {
        "additional.1",
        "advisory.2025-10.deadline",
        "advisory.2025-10.remarks",
        "api.2026-04.declaration",
        "due.gstr1",
        "due.gstr3b",
        "faq.21",
        "faq.23",
        "faq.25",
        "faq.27",
        "faq.29",
        "faq.3",
        "sec.16_4",
        "sec.39_10",
        "sec.37_3",
        "window.2b",
        "window.2b.gstr1a",
    }
    assert CALENDAR.citations["due.gstr3b.quarterly"] == "due.gstr3b"


# --- 2B windows -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("form", "filing"), FROM_THE_12TH)
def test_the_window_of_monthly_gstr1_runs_from_the_12th_to_the_11th(form, filing):
    edge = ist("2024-11-12T00:00:00")
    assert CALENDAR.window_period(form, filing, ist("2024-10-12T00:00:00")) == "2024-10"
    assert CALENDAR.window_period(form, filing, ist("2024-11-11T23:59:59")) == "2024-10"
    assert CALENDAR.window_period(form, filing, edge - INSTANT) == "2024-10"
    assert CALENDAR.window_period(form, filing, edge) == "2024-11"


@pytest.mark.parametrize(("form", "filing"), FROM_THE_14TH)
def test_the_window_of_every_other_form_runs_from_the_14th_to_the_13th(form, filing):
    edge = ist("2024-11-14T00:00:00")
    assert CALENDAR.window_period(form, filing, ist("2024-10-14T00:00:00")) == "2024-10"
    assert CALENDAR.window_period(form, filing, ist("2024-11-13T23:59:59")) == "2024-10"
    assert CALENDAR.window_period(form, filing, edge - INSTANT) == "2024-10"
    assert CALENDAR.window_period(form, filing, edge) == "2024-11"


def test_a_window_runs_over_the_end_of_the_year():
    assert CALENDAR.window_period(Form.GSTR_1, MONTHLY, ist("2025-01-11T23:59:59")) == "2024-12"
    assert CALENDAR.window_period(Form.GSTR_1, MONTHLY, ist("2025-01-12T00:00:00")) == "2025-01"


def test_a_plain_word_reads_like_the_member_it_spells():
    moment = ist("2024-11-13T12:00:00")
    assert CALENDAR.window_period("IFF", "quarterly", moment) == "2024-10"  # type: ignore[arg-type]
    assert CALENDAR.due_gstr3b(TaxPeriod("2024-12"), "quarterly", "27") == date(2025, 1, 22)  # type: ignore[arg-type]


def test_a_moment_without_a_time_zone_is_refused():
    naive = datetime(2024, 11, 11, 12, 0)  # noqa: DTZ001
    with pytest.raises(ValueError, match="has no time zone"):
        CALENDAR.window_period(Form.GSTR_1, MONTHLY, naive)
    with pytest.raises(ValueError, match="has no time zone"):
        CALENDAR.cutoff(Kind.INVOICE, date(2024, 3, 31), naive)


@given(WINDOWS, MOMENTS)
def test_each_moment_lies_in_exactly_one_window(window, moment):
    first_day = 12 if window in FROM_THE_12TH else 14
    found = CALENDAR.window_period(*window, moment)
    following = found.plus(1)
    begins = midnight(date(found.year, found.month, first_day))
    ends = midnight(date(following.year, following.month, first_day))
    assert begins <= moment < ends


@given(WINDOWS, st.lists(MOMENTS, min_size=2, max_size=6))
def test_a_later_moment_never_lies_in_an_earlier_window(window, moments):
    periods = [CALENDAR.window_period(*window, moment) for moment in sorted(moments)]
    assert periods == sorted(periods)


# --- the 2B period of a document --------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", Form)
def test_gstr1a_alone_leads_to_the_month_after_its_own(form):
    expected = "2025-01" if form is Form.GSTR_1A else "2024-12"
    assert CALENDAR.form_period(form, TaxPeriod("2024-12")) == expected


@pytest.mark.parametrize(
    ("form", "period", "moment", "supplier", "recipient", "expected"),
    [
        ("GSTR-1", "2024-10", "2024-11-11T23:59:59", MONTHLY, MONTHLY, "2024-10"),
        ("GSTR-1", "2024-10", "2024-11-12T00:00:00", MONTHLY, MONTHLY, "2024-11"),
        ("IFF", "2024-10", "2024-11-13T23:59:59", QUARTERLY, MONTHLY, "2024-10"),
        ("IFF", "2024-10", "2024-11-14T00:00:00", QUARTERLY, MONTHLY, "2024-11"),
        ("GSTR-1", "2024-12", "2025-01-13T23:59:59", QUARTERLY, MONTHLY, "2024-12"),
        ("GSTR-1", "2024-12", "2025-01-14T00:00:00", QUARTERLY, MONTHLY, "2025-01"),
        # The four dated credit notes of October 2025: only the return and its filing count, never the note's own date.
        ("GSTR-1", "2025-09", "2025-10-11T12:00:00", MONTHLY, MONTHLY, "2025-09"),
        ("GSTR-1", "2025-10", "2025-11-10T12:00:00", MONTHLY, MONTHLY, "2025-10"),
        ("GSTR-1A", "2025-09", "2025-10-14T12:00:00", MONTHLY, MONTHLY, "2025-10"),
        # Before the window of its own month a return leads to that month all the same.
        ("GSTR-1", "2024-10", "2024-10-20T12:00:00", MONTHLY, MONTHLY, "2024-10"),
        ("GSTR-1", "2024-10", "2024-10-02T12:00:00", MONTHLY, MONTHLY, "2024-10"),
        # A return of September filed on the 12th of October is late and belongs to the first GSTR-2B of IMS.
        ("GSTR-1", "2024-09", "2024-10-12T00:00:00", MONTHLY, MONTHLY, "2024-10"),
        # The recipient's own frequency names the period.
        ("GSTR-1", "2024-10", "2024-11-11T12:00:00", MONTHLY, QUARTERLY, "2024-12"),
        ("GSTR-1", "2024-12", "2025-01-11T23:59:59", MONTHLY, QUARTERLY, "2024-12"),
        ("GSTR-1", "2024-12", "2025-01-12T00:00:00", MONTHLY, QUARTERLY, "2025-03"),
        ("GSTR-1A", "2024-12", "2025-01-10T12:00:00", MONTHLY, QUARTERLY, "2025-03"),
    ],
)
def test_the_2b_period_is_the_later_of_form_and_window(form, period, moment, supplier, recipient, expected):
    assert CALENDAR.two_b_period(Form(form), TaxPeriod(period), ist(moment), supplier, recipient) == expected


@given(WINDOWS, PERIODS, MOMENTS)
def test_a_quarterly_recipient_has_the_quarter_of_a_monthly_recipients_period(window, period, moment):
    form, supplier = window
    monthly = CALENDAR.two_b_period(form, period, moment, supplier, MONTHLY)
    assert monthly >= max(period, CALENDAR.window_period(form, supplier, moment))
    assert CALENDAR.two_b_period(form, period, moment, supplier, QUARTERLY) == monthly.quarter


# --- tax periods ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("months", "last"), [((4, 5, 6), 6), ((7, 8, 9), 9), ((10, 11, 12), 12), ((1, 2, 3), 3)])
def test_a_quarter_is_named_by_its_last_month(months, last):
    for month in months:
        period, quarter = TaxPeriod(f"2025-{month:02}"), f"2025-{last:02}"
        assert CALENDAR.period_for(period, QUARTERLY) == quarter
        assert CALENDAR.is_period_end(period, QUARTERLY) is (month == last)
        assert CALENDAR.period_for(period, MONTHLY) == period
        assert CALENDAR.is_period_end(period, MONTHLY)


@pytest.mark.parametrize(
    ("period", "filing", "previous", "following"),
    [
        ("2024-10", MONTHLY, "2024-09", "2024-11"),
        ("2024-12", MONTHLY, "2024-11", "2025-01"),
        ("2025-01", MONTHLY, "2024-12", "2025-02"),
        ("2024-12", QUARTERLY, "2024-09", "2025-03"),
        ("2025-03", QUARTERLY, "2024-12", "2025-06"),
        ("2024-10", QUARTERLY, "2024-09", "2025-03"),
    ],
)
def test_the_periods_before_and_after(period, filing, previous, following):
    assert CALENDAR.previous(TaxPeriod(period), filing) == previous
    assert CALENDAR.next(TaxPeriod(period), filing) == following


@given(PERIODS, st.sampled_from(Filing))
def test_the_period_after_the_one_before_is_the_period_itself(month, filing):
    period = CALENDAR.period_for(month, filing)
    assert CALENDAR.next(CALENDAR.previous(period, filing), filing) == period
    assert CALENDAR.previous(period, filing) < month <= period


# --- due days ---------------------------------------------------------------------------------------------------------


def test_the_2b_opens_on_the_14th_of_the_month_after():
    assert CALENDAR.two_b_opens(TaxPeriod("2024-10")) == ist("2024-11-14T00:00:00")
    assert CALENDAR.two_b_opens(TaxPeriod("2024-12")) == ist("2025-01-14T00:00:00")


def test_gstr1_is_due_on_the_11th_and_quarterly_on_the_13th_after_the_quarter():
    assert CALENDAR.due_gstr1(TaxPeriod("2024-10"), MONTHLY) == date(2024, 11, 11)
    assert CALENDAR.due_gstr1(TaxPeriod("2024-12"), QUARTERLY) == date(2025, 1, 13)
    assert CALENDAR.due_gstr1(TaxPeriod("2024-10"), QUARTERLY) == date(2025, 1, 13)


def test_the_38_states_stand_in_two_groups():
    assert sorted(CALENDAR.states) == sorted(ON_THE_22ND + ON_THE_24TH)
    assert len(CALENDAR.states) == 38
    assert CALENDAR.states["27"] == "Maharashtra"


@pytest.mark.parametrize("state", [*ON_THE_22ND, *ON_THE_24TH])
def test_gstr3b_is_due_by_the_recipients_state_when_he_files_quarterly(state):
    day = 22 if state in ON_THE_22ND else 24
    assert CALENDAR.due_gstr3b(TaxPeriod("2024-12"), QUARTERLY, state) == date(2025, 1, day)
    assert CALENDAR.due_gstr3b(TaxPeriod("2025-02"), QUARTERLY, state) == date(2025, 4, day)
    assert CALENDAR.due_gstr3b(TaxPeriod("2024-10"), MONTHLY, state) == date(2024, 11, 20)


def test_a_state_that_the_calendar_lacks_has_no_quarterly_due_day():
    with pytest.raises(InputError) as caught:
        CALENDAR.due_gstr3b(TaxPeriod("2024-12"), QUARTERLY, "96")
    assert str(caught.value) == (
        "calendar: state: '96' has no due day for the quarterly GSTR-3B; "
        "use a state code of the calendar, the first two digits of the recipient's GSTIN"
    )
    assert CALENDAR.due_gstr3b(TaxPeriod("2024-12"), MONTHLY, "96") == date(2025, 1, 20)


@pytest.mark.parametrize(
    ("period", "filing", "state", "last_day"),
    [
        ("2025-10", MONTHLY, "27", date(2025, 12, 20)),
        ("2025-11", MONTHLY, "07", date(2026, 1, 20)),
        ("2025-12", MONTHLY, "27", date(2026, 2, 20)),
        ("2025-12", QUARTERLY, "27", date(2026, 4, 22)),
        ("2025-12", QUARTERLY, "07", date(2026, 4, 24)),
        ("2025-10", QUARTERLY, "07", date(2026, 4, 24)),
    ],
)
def test_pending_ends_with_the_due_day_one_tax_period_later(period, filing, state, last_day):
    over = CALENDAR.pending_until(TaxPeriod(period), filing, state)
    assert over == midnight(last_day + timedelta(days=1))


# --- limits -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "year", "last_day"),
    [
        (date(2023, 4, 1), "2023-24", date(2024, 11, 30)),
        (date(2023, 6, 15), "2023-24", date(2024, 11, 30)),
        (date(2023, 12, 31), "2023-24", date(2024, 11, 30)),
        (date(2024, 3, 31), "2023-24", date(2024, 11, 30)),
        (date(2024, 4, 1), "2024-25", date(2025, 11, 30)),
    ],
)
def test_the_financial_year_ends_in_march_and_its_limit_is_the_30th_of_november(day, year, last_day):
    assert CALENDAR.financial_year(day) == year
    over = midnight(last_day + timedelta(days=1))
    for kind in (Kind.INVOICE, Kind.DEBIT_NOTE, Kind.ECO_DOCUMENT):
        assert CALENDAR.cutoff(kind, day, None) == over
    assert CALENDAR.amendment_limit(Kind.INVOICE, day, None) == over


def test_the_financial_year_is_written_over_the_turn_of_the_century():
    assert CALENDAR.financial_year(date(2099, 4, 1)) == "2099-00"


@pytest.mark.parametrize("kind", [Kind.CREDIT_NOTE, Kind.BILL_OF_ENTRY])
def test_section_16_4_binds_no_credit_note_and_no_bill_of_entry(kind):
    assert CALENDAR.cutoff(kind, date(2024, 3, 31), ist("2024-11-10T15:00:00")) is None


def test_the_annual_return_ends_the_time_earlier_and_never_later():
    furnished = ist("2024-11-10T15:00:00")
    assert CALENDAR.cutoff(Kind.INVOICE, date(2024, 3, 31), furnished) == furnished
    assert CALENDAR.amendment_limit(Kind.INVOICE, date(2024, 3, 31), furnished) == furnished
    late = ist("2024-12-31T15:00:00")
    assert CALENDAR.cutoff(Kind.INVOICE, date(2024, 3, 31), late) == ist("2024-12-01T00:00:00")
    assert CALENDAR.amendment_limit(Kind.INVOICE, date(2024, 3, 31), late) == ist("2024-12-01T00:00:00")


@pytest.mark.parametrize("kind", Kind)
def test_no_suppliers_time_limit_binds_customs(kind):
    """Sections 37(3), 39(9) are about a supplier's returns; customs amend a bill of entry."""
    limit = CALENDAR.amendment_limit(kind, date(2024, 3, 31), None)
    assert (limit is None) is (kind is Kind.BILL_OF_ENTRY)


@given(st.lists(DAYS, min_size=2, max_size=6))
def test_a_later_document_is_never_cut_off_earlier(days):
    cutoffs = [CALENDAR.cutoff(Kind.INVOICE, day, None) for day in sorted(days)]
    assert all(earlier <= later for earlier, later in pairwise(moment for moment in cutoffs if moment))
    assert all(moment and moment > midnight(day) for day, moment in zip(sorted(days), cutoffs, strict=True))
