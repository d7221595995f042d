"""What is due, at risk and waiting: each item with the records that its filter lists, over all GSTINs."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import date
from pathlib import Path

import pytest

from ims_fsm import Booked, Concern, Heads, InputError, Kind, PurchaseRegister, Taxpayer, TaxPeriod, TwoBState
from ims_fsm.scenario.reading import read_scenario
from ims_fsm.scenario.running import run_scenario
from ims_fsm.scenario.stage import Stage as Story
from ims_fsm.workflow.ims import Scratch
from tests.plain_dashboard import is_the_plain_one
from tests.workflow.portal_history import gstin

STORIES = Path(__file__).resolve().parents[1] / "scenarios"
TOLD = (
    "calendar/section_16_4_by_financial_year.toml",
    "calendar/pending_deadlines_monthly.toml",
    "calendar/quarterly_supplier_monthly_recipient.toml",
    "faq/faq_13_1_pending_original.toml",
    "faq/faq_13_2_same_period_untouched.toml",
    "faq/faq_29_recompute_is_mandatory.toml",
    "faq/faq_34_quarterly_supplier.toml",
    "gates/original_unknown.toml",
)


def only(read, concern):
    (item,) = [item for row in read.rows for item in row.items if item.concern is concern]
    return item


def plain(stage, gstins=None, near=30):
    everyone = gstins or stage.ims.registered()
    return stage.ims._workspace.asked(is_the_plain_one, everyone, near)


def test_records_without_an_action_are_deemed_accepted_on_the_day_of_the_draft(stage):
    for igst in (18_000, 2_000):
        stage.filed(stage.document(igst=igst))
    stage.filed(stage.document("credit_note", igst=5_000))
    stage.act("accept", stage.filed())
    stage.saved()
    item = only(stage.ims.dashboard(), Concern.WITHOUT_ACTION)
    assert (item.records, item.tax, item.by, item.held) == (3, Heads(igst=15_000), date(2024, 11, 14), 0)
    assert item.filters == {"state": ["no_action"], "period": ["2024-10"], "status": ["filed"], "in_ims": ["yes"]}
    assert len(list(stage.desk.records(item.where))) == 3
    stage.at("2024-11-14").draft()
    drafted = only(stage.ims.dashboard(), Concern.WITHOUT_ACTION)
    assert (drafted.by, drafted.dates.two_b) == (date(2024, 11, 20), TwoBState.DRAFT), "until GSTR-3B it can be changed"
    plain(stage)


def test_open_returns_come_oldest_first_and_a_stale_one_is_to_be_recomputed(stage):
    record = stage.filed()
    stage.at("2024-11-14").draft()
    stage.act("reject", record)
    stage.at("2025-01-10")
    read = stage.ims.dashboard([stage.buyer])
    due = [item for item in read.rows[0].items if item.concern is Concern.RETURN_DUE]
    assert [(item.period, item.by, item.passed) for item in due] == [
        ("2024-10", date(2024, 11, 20), True),
        ("2024-11", date(2024, 12, 20), True),
        ("2024-12", date(2025, 1, 22), False),
    ]
    assert [item.dates.two_b for item in due] == [TwoBState.STALE, TwoBState.ABSENT, TwoBState.ABSENT]
    stale = only(read, Concern.STALE_2B)
    assert (stale.period, stale.by, stale.passed) == ("2024-10", date(2024, 11, 20), True)
    totals = {total.concern: total for total in read.totals}
    of = totals[Concern.RETURN_DUE]
    assert (of.gstins, of.items, of.passed, of.by) == (1, 3, 2, date(2025, 1, 22))
    plain(stage)


def test_accepted_and_only_saved_is_named_until_the_suppliers_window_ends(stage):
    stage.act("accept", stage.saved())
    item = only(stage.ims.dashboard(), Concern.ACCEPTED_NOT_FILED)
    assert (item.records, item.period, item.by) == (1, "2024-10", date(2024, 11, 11))
    stage.at("2024-11-12")
    later = only(stage.ims.dashboard(), Concern.ACCEPTED_NOT_FILED)
    assert (later.period, later.by) == ("2024-11", date(2024, 12, 11))
    plain(stage)


def test_pending_goes_by_its_age_and_the_first_of_its_last_days(stage):
    stage.at("2025-11-09")
    for kind, day in (("credit_note", date(2025, 10, 5)), ("invoice", date(2025, 10, 5))):
        stage.act("keep_pending", stage.filed(stage.document(kind, date=day), "2025-10"))
    item = only(stage.ims.dashboard(), Concern.PENDING)
    assert (item.records, item.period, item.by) == (2, "2025-10", date(2025, 12, 20))
    assert item.dates.period == "2025-10"
    plain(stage)


def test_credit_near_its_end_is_named_as_many_days_ahead_as_is_asked(stage):
    record = stage.filed(stage.document(date=date(2024, 3, 31)))
    item = only(stage.ims.dashboard(near=21), Concern.CREDIT_ENDING)
    assert (item.records, item.by, item.tax) == (1, date(2024, 11, 30), Heads(igst=18_000))
    assert [one.id for one in stage.desk.records(item.where)] == [record]
    assert Concern.CREDIT_ENDING not in {total.concern for total in stage.ims.dashboard(near=20).totals}
    assert stage.ims.dashboard().near == 30, "the calendar's first reminder"
    stage.at("2024-12-02")
    assert only(stage.ims.dashboard(near=0), Concern.CREDIT_ENDING).passed
    plain(stage)


def test_an_amendment_whose_original_nobody_knows_waits_until_that_is_stated(stage):
    elsewhere = stage.document(number="OLD/1", date=date(2024, 9, 1))
    record = stage.filed(stage.document(igst=20_000, amends=elsewhere))
    read = stage.ims.dashboard()
    item = only(read, Concern.ORIGINAL_UNKNOWN)
    assert (item.records, item.tax, item.by) == (1, Heads(igst=20_000), date(2024, 11, 14))
    assert [one.id for one in stage.desk.records(item.where)] == [record]
    assert only(read, Concern.WITHOUT_ACTION).held == 1
    plain(stage)
    stage.desk.state_original(record, "accepted")
    after = stage.ims.dashboard()
    assert Concern.ORIGINAL_UNKNOWN not in {total.concern for total in after.totals}
    assert only(after, Concern.WITHOUT_ACTION).held == 0
    plain(stage)


def test_what_is_added_back_is_named_until_the_supplier_files(stage):
    stage.act("reject", stage.filed(stage.document("credit_note", igst=7_000)))
    stage.close()
    item = only(stage.ims.dashboard(), Concern.ADDED_BACK)
    assert (item.gstin, item.period, item.records, item.tax) == (stage.seller, "2024-11", 1, Heads(igst=7_000))
    assert item.by == date(2024, 12, 20)
    plain(stage)
    assert not item.filters
    for period in ("2024-10", "2024-11"):
        stage.close(period, stage.seller)
    assert Concern.ADDED_BACK not in {total.concern for total in stage.ims.dashboard().totals}


def test_who_is_not_registered_has_only_what_was_added_back(stage):
    nobody, stranger = gstin("24", 9), gstin("24", 8)
    note = stage.document("credit_note", supplier=stranger)
    stage.act("reject", stage.filed(note))
    stage.close()
    assert stranger not in {row.gstin for row in stage.ims.dashboard().rows}
    (row,) = stage.ims.dashboard([stranger, nobody]).rows
    assert [(row.gstin, item.concern) for item in row.items] == [(stranger, Concern.ADDED_BACK)]
    assert stage.ims.dashboard([]).rows == ()


def test_a_selection_is_of_these_alone_and_what_is_no_gstin_is_refused(stage):
    stage.filed()
    assert {row.gstin for row in stage.ims.dashboard([stage.seller]).rows} == {stage.seller}
    assert {row.gstin for row in stage.ims.dashboard().rows} == {stage.buyer, stage.seller}
    with pytest.raises(InputError, match="GSTIN"):
        stage.ims.dashboard(["27"])
    for near in (-1, True, 1.5, "30"):
        with pytest.raises(InputError, match="is not a number of days"):
            stage.ims.dashboard(near=near)


def test_who_has_no_ims_has_nothing_due_here(stage):
    composition = gstin("27", 77)
    stage.taxpayer(composition, kind="composition")
    assert stage.ims.dashboard([composition]).rows == ()


def test_the_statements_do_not_grow_with_the_gstins(stage):
    def counted():
        with stage.statements() as run:
            stage.ims.dashboard()
        return len(run)

    def town(numbers):
        for number in numbers:
            filing = "quarterly" if number % 2 else "monthly"
            buyer = Taxpayer(gstin=gstin("27", number), filing=filing, registered_from=TaxPeriod("2024-10"))
            stage.ims.register(buyer)
            stage.act("keep_pending", stage.filed(stage.document(recipient=buyer.gstin)))
            elsewhere = stage.document(recipient=buyer.gstin, number="OLD/1", date=date(2024, 9, 1))
            stage.filed(stage.document(recipient=buyer.gstin, amends=elsewhere))

    town(range(1, 3))
    few = counted()
    town(range(3, 9))
    assert counted() == few
    plain(stage)


@pytest.mark.parametrize("path", TOLD)
def test_the_dashboard_of_a_story_is_what_its_records_say(path, monkeypatch):
    read, build = [], Story.built

    @contextmanager
    def looked_at(*args):
        with build(*args) as story:
            yield story
            ims = story.ims
            read.append(ims._workspace.asked(is_the_plain_one, ims.registered(), 60))

    monkeypatch.setattr(Story, "built", looked_at)
    with Scratch() as databases:
        assert run_scenario(read_scenario(STORIES / path), databases).held
    assert [bool(of.rows) for of in read] == [True]


@pytest.mark.both
def test_whom_to_chase_is_told_of_who_has_a_register(stage):
    stage.saved(stage.document(number="S/2", igst=100))
    assert [item for row in stage.ims.dashboard().rows for item in row.items if item.concern is Concern.TO_CHASE] == []
    document = Booked("", "27AABCT1332L1ZC", Kind.INVOICE, "B/1", date(2024, 10, 5), 1, 18_000, 0, 0, 0, "line 2", 1)
    stage.desk.match(PurchaseRegister("books.csv", [document], {}))
    item = only(stage.ims.dashboard(), Concern.TO_CHASE)
    assert (item.gstin, item.suppliers, item.records, item.tax) == (stage.buyer, 2, 2, Heads(18_100))
    assert (item.period, item.by, item.passed, item.where) == ("2024-10", date(2024, 11, 11), False, None)
    totals = {of.concern: of for of in stage.ims.dashboard().totals}
    assert totals[Concern.TO_CHASE].records == sum(of.total.documents for of in stage.desk.chase())
