"""Deadlines before they pass: they are the moments at which the machines really refuse, and the calendar's days."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import product

import pytest

from ims_fsm import Kind, TaxPeriod
from ims_fsm.terms.vocabulary import TwoBState

DEADLINE = "advisory.2025-10.deadline"


def pending(stage, record_id):
    days = stage.desk.show(record_id).deadlines
    return days.pending_until, days.pending_rule


def is_open_at(stage, record_id, day):
    stage.at(f"{day} 23:59")
    return bool(stage.desk.may("keep_pending", record_id))


@pytest.mark.parametrize(("kind", "year"), [*product(Kind, (2024, 2025))])
def test_pending_is_open_on_its_last_day_and_refused_on_the_next(stage, kind, year):
    supplier = "" if kind is Kind.BILL_OF_ENTRY else stage.seller
    document = stage.document(kind, date=date(year, 10, 5), supplier=supplier)
    form = "ICEGATE" if kind is Kind.BILL_OF_ENTRY else "GSTR-1"
    record_id = stage.at(f"{year}-11-09").filed(document, f"{year}-10", form)
    last, rule = pending(stage, record_id)
    if last is None:
        # It may not be pending at all, or nothing ends it.
        is_open = bool(stage.desk.may("keep_pending", record_id))
        assert is_open == (kind is Kind.BILL_OF_ENTRY and year == 2025)
        return
    assert rule == (DEADLINE if kind is Kind.CREDIT_NOTE else "faq.31")
    assert is_open_at(stage, record_id, last)
    assert not is_open_at(stage, record_id, last + timedelta(days=1))
    assert pending(stage, record_id) == (last, rule), "what has passed is still named"


def test_the_deadline_of_a_specified_record_moves_with_its_calendar(stage):
    """The due day of the GSTR-3B one tax period later, by state for who files quarterly (domain: 2025-10 -> 12-20)."""
    record_id = stage.at("2025-11-09").filed(stage.document("credit_note", date=date(2025, 10, 5)), "2025-10")
    assert pending(stage, record_id) == (date(2025, 12, 20), DEADLINE)
    quarterly = "07AAACP7879D1ZH"
    stage.taxpayer(quarterly, filing="quarterly")
    note = stage.document("credit_note", date=date(2025, 12, 5), recipient=quarterly)
    record_id = stage.at("2026-01-09").filed(note, "2025-12")
    days = stage.ims.recipient(quarterly, actor="x").show(record_id).deadlines
    assert (days.pending_until, days.returns.file_by) == (date(2026, 4, 24), date(2026, 1, 24))
    assert (days.returns.period, days.returns.drafted_on) == (TaxPeriod("2025-12"), date(2026, 1, 14))


def test_credit_ends_with_section_16_4_until_it_is_decided(stage):
    record_id = stage.at("2024-11-09").filed(stage.document(date=date(2024, 3, 31)))
    days = stage.desk.show(record_id).deadlines
    assert (days.credit_until, days.pending_until, days.pending_rule) == (*[date(2024, 11, 30)] * 2, "faq.31")
    note = stage.filed(stage.document("credit_note", date=date(2024, 3, 31)))
    assert stage.desk.show(note).deadlines.credit_until is None
    stage.close()
    days = stage.desk.show(record_id).deadlines
    assert (days.credit_until, days.pending_until, days.returns.two_b) == (None, None, TwoBState.FINAL)


def test_what_waits_has_the_days_of_the_next_return(stage):
    record_id = stage.at("2024-11-09").filed()
    stage.act("keep_pending", record_id)
    days = stage.desk.what_if("accept", record_id).deadlines.returns
    assert (days.period, days.two_b, days.drafted_on) == ("2024-10", TwoBState.ABSENT, date(2024, 11, 14))
    stage.at("2024-11-14").desk.generate_2b("2024-10")
    assert stage.desk.two_b("2024-10").dates == stage.desk.show(record_id).deadlines.returns
    assert stage.desk.two_b("2024-10").dates.two_b is TwoBState.DRAFT
    stage.close()
    (row,) = stage.desk.listed()
    assert row.deadlines == stage.desk.show(record_id).deadlines == stage.desk.what_if("reject", record_id).deadlines
    days = row.deadlines.returns
    assert (days.period, days.drafted_on, days.file_by) == ("2024-11", date(2024, 12, 14), date(2024, 12, 20))


def test_an_amendment_has_an_end_of_pending_once_its_original_is_known(stage):
    original = stage.document("credit_note", 100, number="GONE/1", date=date(2025, 9, 5))
    amendment = stage.document("credit_note", 120, date=date(2025, 9, 6), amends=original)
    record_id = stage.at("2025-12-05").filed(amendment, "2025-11")
    assert pending(stage, record_id) == (None, None)
    stage.desk.state_original(record_id, "accepted", original)
    assert pending(stage, record_id) == (date(2026, 1, 20), DEADLINE)
