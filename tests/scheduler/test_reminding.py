"""Reminders: each is given once, at its number of days ahead, to the taxpayers it concerns."""

from __future__ import annotations

from datetime import date

import pytest

from ims_fsm import Booked, Document, Form, Heads, Kind, PurchaseRegister, TaxPeriod

OLD = date(2024, 3, 5)


def test_a_draft_is_told_with_its_size_and_the_end_of_the_due_day(town):
    town.recipients(1, 2).at("2024-11-09")
    town.filed(1)
    town.filed(1)
    town.at("2024-11-14").ring()
    (one,) = town.reminders(1)
    assert (one.kind, one.subject, one.records, one.rule, one.days) == ("draft_ready", "2024-10", 2, "faq.23", 0)
    assert one.due_at.isoformat() == "2024-11-20T18:30:00+00:00"
    assert [two.records for two in town.reminders(2)] == [0]


@pytest.mark.both
def test_a_stale_statement_is_told_before_the_due_day(town):
    town.recipients(1, 2).at("2024-11-09")
    record = town.filed(1)
    town.at("2024-11-14").ring()
    town.at("2024-11-16 23:59").act("reject", record)
    town.ring()
    assert town.reminded(1) == [("draft_ready", "2024-10", 0)]
    town.at("2024-11-17 00:00").ring()
    assert town.reminded(1)[1:] == [("two_b_stale", "2024-10", 3)]
    assert town.reminded(2) == [("draft_ready", "2024-10", 0)]
    town.at("2024-11-18").ring()
    town.at("2024-11-19").ring()
    town.at("2024-11-20 23:00").ring()
    assert town.reminded(1)[1:] == [("two_b_stale", "2024-10", 3), ("two_b_stale", "2024-10", 1)]


def test_a_reminder_that_was_missed_is_given_while_it_is_of_use(town):
    town.recipients(1).at("2024-11-09")
    record = town.filed(1)
    town.at("2024-11-14").ring()
    town.act("reject", record)
    town.at("2024-11-20 12:00").ring()
    assert town.reminded(1)[1:] == [("two_b_stale", "2024-10", 1)]


def test_a_reminder_that_is_too_late_is_not_given(town):
    town.recipients(1).at("2024-11-09")
    record = town.filed(1)
    town.at("2024-11-14").ring()
    town.act("reject", record)
    town.at("2024-11-21").ring()
    assert len(town.reminded(1)) == 1


@pytest.mark.both
def test_section_16_4_is_told_of_what_is_pending(town):
    town.recipients(1, 2).at("2024-11-09")
    town.filed(1, pending=True, date=OLD)
    town.filed(1, pending=True, date=OLD)
    town.filed(1, pending=True)
    town.filed(2, date=OLD)
    town.ring()
    town.at("2024-11-23").ring()
    found = [(one.subject, one.days, one.records, one.rule) for one in town.reminders(1) if one.kind == "time_limit"]
    assert found == [("2024-12-01", 30, 2, "faq.21"), ("2024-12-01", 7, 2, "faq.21")]
    assert not [one for one in town.reminders(2) if one.kind == "time_limit"]


def test_the_deadline_of_pending_is_told(town):
    town.recipients(1, since="2025-10").at("2025-11-09")
    town.filed(1, period="2025-10", pending=True, kind="credit_note", date=date(2025, 10, 5))
    town.filed(1, period="2025-10", pending=True, date=date(2025, 10, 5))
    for day in ("2025-12-12 23:59", "2025-12-13", "2025-12-19", "2025-12-20 23:59", "2025-12-21"):
        town.at(day).ring()
    found = [(one.subject, one.days, one.records) for one in town.reminders(1) if one.kind == "pending_deadline"]
    assert found == [("2025-10", 7, 1), ("2025-10", 1, 1)]


def test_what_is_only_saved_is_not_told(town, who):
    """Its 2B period goes along with the month, so no deadline comes near it."""
    town.recipients(1, since="2025-10").at("2025-11-09")
    note = Document(
        kind=Kind.CREDIT_NOTE,
        supplier="29AABCT1332L1ZA",
        recipient=who(1),
        number="C/1",
        date=date(2025, 10, 5),
        taxable=100,
        tax=Heads(igst=18),
    )
    record = town.ims.supplier(note.supplier, actor="seller").save(note, Form.GSTR_1, TaxPeriod("2025-10"))
    town.act("keep_pending", record)
    town.at("2025-12-13").ring()
    assert not [one for one in town.reminders(1) if one.kind == "pending_deadline"]


def test_who_has_suppliers_to_chase_is_told_once_before_each_of_their_due_days(town, who):
    town.recipients(1, 2).at("2024-11-04")
    seller = "29AABCT1332L1ZA"
    rows = [Booked("", seller, Kind.INVOICE, f"B/{n}", date(2024, 10, 5), 1, 1, 0, 0, 0, "", 1) for n in (1, 2)]
    town.ims.recipient(who(1), actor="asha").match(PurchaseRegister("books.csv", rows, {}))
    for day in ("2024-11-07 23:59", "2024-11-08", "2024-11-09", "2024-11-10", "2024-11-13", "2024-11-14"):
        town.at(day).ring()
    found = [(of.subject, of.due_at.day, of.days, of.records, of.rule) for of in town.reminders(1)
             if of.kind == "suppliers_due"]  # fmt: skip
    assert found == [("2024-10", 11, 3, 2, "due.gstr1"), ("2024-10", 13, 3, 2, "due.gstr1")]
    assert not [of for of in town.reminders(2) if of.kind == "suppliers_due"]
