"""What the calendar owes: time limits, the pending deadline, the drafts of the 14th; a sweep again does nothing."""

from __future__ import annotations

from datetime import date

import pytest

from ims_fsm import Heads, TaxPeriod
from ims_fsm.terms.vocabulary import State
from ims_fsm.workflow.calendar.sweeps import next_period

OLD = date(2024, 3, 5)


def swept(stage):
    before = {one.recipient: one for one in stage.ims.sweep().swept}
    tables = stage.tables()
    assert not any(stage.ims.sweep().swept)
    assert stage.tables() == tables
    return before[stage.buyer]


def test_drafts_come_on_the_14th(stage):
    """FAQ 23, 25: for every taxpayer who has one, also with nothing in it, and not before the GSTR-3B before."""
    stage.taxpayer(stage.other, kind="composition")
    stage.at("2024-11-13 23:59")
    assert not any(stage.ims.sweep().swept)
    stage.at("2024-11-14 00:00")
    done = stage.ims.sweep().swept
    assert [(one.recipient, one.drafted) for one in done] == [
        (stage.other, None),
        (stage.buyer, "2024-10"),
        (stage.seller, "2024-10"),
    ]
    assert [bool(one) for one in done] == [False, True, True]
    stage.at("2024-12-14")
    assert not any(stage.ims.sweep().swept)
    stage.desk.file_3b(TaxPeriod("2024-10"))
    assert swept(stage).drafted == "2024-11"


def test_a_draft_that_went_stale_is_the_recipients_to_recompute(stage):
    record_id = stage.filed()
    stage.at("2024-11-14").ims.sweep()
    stage.act("reject", record_id)
    assert swept(stage).drafted is None


def test_what_section_16_4_has_passed_is_removed(stage):
    """FAQ 21: only what is pending, and not on 30 November itself."""
    pending, rejected = (stage.filed(stage.document(date=OLD)) for _ in range(2))
    note = stage.filed(stage.document("credit_note", date=OLD))
    stage.act("keep_pending", pending)
    stage.act("reject", rejected)
    assert swept(stage.at("2024-11-30 23:59")).expired == 0
    assert swept(stage.at("2024-12-01 00:00")).expired == 1
    record = stage.record(pending)
    assert (record.state, record.removed_for, record.carried) == (State.REMOVED, "sec_16_4", Heads())
    assert [stage.record(one).state for one in (rejected, note)] == [State.REJECTED, State.NO_ACTION]
    assert (stage.log(pending), stage.desk.history(pending).transitions[-1].actor) == (
        ["keep_pending", "expire"],
        "clock",
    )
    with stage.refused("removed", "faq.21") as found:
        stage.act("accept", pending)
    assert "it was still pending when the time limit of section 16(4) passed" in str(found[0])


def test_the_amendment_of_what_was_removed_is_free(stage):
    """The removed original gave no credit."""
    original = stage.document(igst=100, date=OLD)
    stage.act("keep_pending", stage.filed(original))
    stage.close()
    second = stage.at("2024-11-30").filed(stage.document(igst=80, amends=original, date=date(2024, 4, 5)), "2024-11")
    stage.at("2024-12-01").ims.sweep()
    view = stage.desk.show(second)
    assert (view.original, view.direction) == ("outside", "downward")
    stage.close("2024-11")
    assert stage.totals("2024-11") == {"itc_available": Heads(igst=80)}


@pytest.fixture
def pending(stage):
    """A credit note of 2B period 2025-10 that is pending; GSTR-3B of October is filed."""
    stage.taxpayer(stage.buyer, registered_from="2025-10")
    note = stage.document("credit_note", 100, date=date(2025, 10, 5))
    record_id = stage.at("2025-11-09").filed(note, "2025-10")
    stage.act("keep_pending", record_id)
    stage.close("2025-10")
    return stage, record_id


def test_a_lapse_makes_the_draft_stale(pending):
    stage, _ = pending
    stage.at("2025-12-14").ims.sweep()
    assert swept(stage.at("2025-12-21")).lapsed == 1
    assert stage.desk.two_b(TaxPeriod("2025-11")).two_b.state == "stale"


def test_one_that_fails_stops_no_other(stage):
    """The failure is in the report, with whose it is."""

    @stage.ims.hooks.before(trigger="expire")
    def no(event):
        raise RuntimeError(event.record.recipient)

    record_id = stage.filed(stage.document(date=OLD))
    stage.act("keep_pending", record_id)
    stage.at("2024-12-14")
    report = stage.ims.sweep([stage.buyer, stage.seller])
    (failure,) = report.failures
    assert (failure.recipient, failure.code, str(failure.error)) == (stage.buyer, "unexpected", stage.buyer)
    assert [one.recipient for one in report.swept] == [stage.seller]
    assert stage.record(record_id).state == State.PENDING
    assert stage.ims.recipient(stage.seller, actor="reader").two_b(TaxPeriod("2024-10")).two_b.state == "draft"


def test_only_the_named_are_swept(stage):
    stage.at("2024-11-14")
    assert [one.recipient for one in stage.ims.sweep([stage.seller]).swept] == [stage.seller]
    assert stage.desk.two_b(TaxPeriod("2024-10")).two_b.state == "absent"
    (failure,) = stage.ims.sweep([stage.other]).failures
    assert (failure.recipient, failure.code) == (stage.other, "not_here")
    assert "register it first" in failure.sentence


@pytest.mark.parametrize(
    ("filing", "registered_from", "filed", "period"),
    [
        ("monthly", "2024-10", [], "2024-10"),
        ("monthly", "2023-01", [], "2024-10"),
        ("monthly", "2025-02", [], "2025-02"),
        ("monthly", "2024-10", ["2024-10"], "2024-11"),
        ("quarterly", "2024-11", [], "2024-12"),
        ("quarterly", "2024-10", ["2024-12"], "2025-03"),
    ],
)
def test_the_next_period_is_the_first_that_is_not_filed(stage, filing, registered_from, filed, period):
    stage.taxpayer(stage.buyer, filing=filing, registered_from=registered_from)
    for one in filed:
        stage.close(one)
    with stage.ims._workspace.asking() as unit:
        assert next_period(unit, stage.buyer) == period
