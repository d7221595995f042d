"""The extensions that are shipped: each with its notification and certainty, and what follows from them."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from ims_fsm.law.book import shipped_book
from ims_fsm.law.instants import instants
from ims_fsm.terms.period import TaxPeriod, indian, midnight
from ims_fsm.terms.vocabulary import Filing, Form, Job

BOOK = shipped_book()
CALENDAR = BOOK.calendar
MONTHLY, QUARTERLY = Filing.MONTHLY, Filing.QUARTERLY
THANE = ("12/2025-CT",)


def test_each_is_named_by_its_notification_with_its_certainty():
    for entry in CALENDAR.declared.extension:
        assert entry.name is not None
        assert entry.source.startswith(f"Notification {entry.name.removesuffix('-CT')}-Central Tax of ")
        assert entry.certainty in {"certain", "corroborated", "derived"}
    assert {entry.name for entry in CALENDAR.declared.extension} == {
        *("01/2025-CT", "02/2025-CT", "03/2025-CT", "04/2025-CT", "12/2025-CT", "17/2025-CT", "01/2026-CT")
    }


@pytest.mark.parametrize(
    ("period", "filing", "state", "under", "last_day"),
    [
        ("2024-12", MONTHLY, "27", (), date(2025, 1, 22)),
        ("2024-12", QUARTERLY, "27", (), date(2025, 1, 24)),
        ("2024-12", QUARTERLY, "07", (), date(2025, 1, 26)),
        # A taxpayer in Pune, and one in Thane; a name of one state moves nothing in another.
        ("2025-07", MONTHLY, "27", (), date(2025, 8, 20)),
        ("2025-07", MONTHLY, "27", THANE, date(2025, 8, 27)),
        ("2025-07", MONTHLY, "29", THANE, date(2025, 8, 20)),
        ("2025-09", MONTHLY, "27", (), date(2025, 10, 25)),
        ("2025-09", QUARTERLY, "07", (), date(2025, 10, 25)),
        ("2026-03", MONTHLY, "07", (), date(2026, 4, 21)),
        ("2026-03", QUARTERLY, "27", (), date(2026, 4, 22)),
        ("2026-03", QUARTERLY, "07", (), date(2026, 4, 24)),
        ("2025-08", MONTHLY, "27", THANE, date(2025, 9, 20)),
    ],
)
def test_gstr3b_is_due_as_the_notifications_have_it(period, filing, state, under, last_day):
    assert CALENDAR.due_gstr3b(TaxPeriod(period), filing, state, under) == last_day


@pytest.mark.parametrize(
    ("form", "filing", "last_day"),
    [
        (Form.GSTR_1, MONTHLY, date(2025, 1, 13)),
        (Form.GSTR_1, QUARTERLY, date(2025, 1, 15)),
        (Form.GSTR_1A, MONTHLY, date(2025, 1, 11)),
        (Form.IFF, QUARTERLY, date(2025, 1, 13)),
        (Form.GSTR_5, MONTHLY, date(2025, 1, 15)),
        (Form.GSTR_6, MONTHLY, date(2025, 1, 15)),
    ],
)
def test_the_window_of_december_2024_follows_the_due_day_of_the_form(form, filing, last_day):
    assert CALENDAR.window_period(form, filing, midnight(last_day)) == "2024-12"
    assert CALENDAR.window_period(form, filing, midnight(date(2025, 1, last_day.day + 1))) == "2025-01"


def test_a_pending_deadline_follows_the_due_day_of_gstr3b():
    february = TaxPeriod("2026-02")
    assert CALENDAR.last_pending_day(february, MONTHLY, "27") == date(2026, 4, 21)
    assert CALENDAR.last_pending_day(TaxPeriod("2025-12"), QUARTERLY, "27") == date(2026, 4, 22)
    assert CALENDAR.last_pending_day(TaxPeriod("2025-06"), MONTHLY, "27", THANE) == date(2025, 8, 27)


def test_who_is_under_an_extension_is_reminded_by_its_day_too():
    """A group has the instants of all its members: the job asks each of them."""
    reminded = {
        instant.key
        for instant in instants(BOOK, indian(datetime(2025, 8, 14)), indian(datetime(2025, 8, 31)))  # noqa: DTZ001
        if instant.job is Job.REMIND and (MONTHLY, "27") in instant.groups
    }
    assert {"2025-08-17", "2025-08-19", "2025-08-24", "2025-08-26"} <= reminded
