"""What a download shows as filed: the 2B period that is certain, and what no download changes any more."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from ims_fsm import Form, Heads, TaxPeriod
from ims_fsm.terms.vocabulary import State, SupplierStatus

OCTOBER, NOVEMBER = TaxPeriod("2024-10"), TaxPeriod("2024-11")
SAVED, FILED = SupplierStatus.SAVED, SupplierStatus.FILED
N, A, R, P = State.NO_ACTION, State.ACCEPTED, State.REJECTED, State.PENDING
INVOICES = frozenset({"invoice"})


# --- saved, then filed ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("form", "seen_saved", "seen_filed", "period"),
    [
        ("GSTR-1", ["2024-11-05"], "2024-11-11", "2024-10"),
        ("GSTR-1", ["2024-11-05"], "2024-11-20", "2024-10"),
        ("GSTR-1", ["2024-11-11 23:59"], "2024-11-12", "2024-10"),
        ("GSTR-1", ["2024-11-12 00:00"], "2024-11-20", "2024-11"),
        ("GSTR-1", ["2024-11-05", "2024-11-15"], "2024-11-20", "2024-11"),
        ("IFF", ["2024-11-13 23:59"], "2024-11-20", "2024-10"),
        ("GSTR-1A", ["2024-11-05"], "2024-11-20", "2024-11"),
        ("GSTR-1", [], "2024-12-20", "2024-10"),
    ],
)
def test_a_filed_record_gets_the_2b_period_that_is_certain(stage, form, seen_saved, seen_filed, period):
    """No download tells when a form was filed: not before it was last seen unfiled, and not before its own period."""
    document = stage.document()
    for moment in seen_saved:
        stage.at(moment).receive(stage.seen(document, form=Form(form)))
    stage.at(seen_filed)
    filed = stage.seen(document, FILED, A, form=Form(form))
    done = stage.receive(filed)
    (record_id,) = done.new or done.filed
    assert stage.record(record_id).two_b_period == period
    assert (stage.record(record_id).state, stage.record(record_id).filed_at) == (A, stage.now)
    before = stage.tables(stage.when_shown)
    assert stage.receive(filed) == stage.told(unchanged=1)
    assert stage.tables(stage.when_shown) == before


def test_seeing_it_again_keeps_when_and_makes_no_version(stage):
    """What was chosen on the version before may still be done."""
    document = stage.document()
    (record_id,) = stage.at("2024-11-05").receive(stage.seen(document)).new
    before = stage.record(record_id)
    stage.at("2024-11-12 00:00").receive(stage.seen(document))
    assert stage.record(record_id) == before.changed(portal=replace(before.portal, seen_at=stage.now))


def test_a_quarterly_recipients_period_is_the_quarter(stage):
    stage.taxpayer(stage.buyer, filing="quarterly")
    (record_id,) = stage.receive(stage.seen(stage.document(), FILED)).new
    assert stage.record(record_id).two_b_period == "2024-12"


def test_the_2b_period_that_the_portal_names_is_taken(stage):
    bill = stage.document("bill_of_entry", supplier="", date=date(2025, 10, 5))
    shown = stage.seen(
        bill, FILED, form=Form.ICEGATE, return_period=TaxPeriod("2025-10"), itc_period=TaxPeriod("2025-11")
    )
    (record_id,) = stage.at("2025-12-05").receive(shown).new
    assert stage.record(record_id).two_b_period == "2025-11"


@pytest.mark.parametrize(("action", "period"), [(N, "2024-11"), (R, "2024-11"), (P, "2024-10")])
def test_what_is_still_in_ims_was_not_decided(stage, action, period):
    """FAQ 5: after GSTR-3B of October only what is pending can be of October's 2B period."""
    stage.close()
    (record_id,) = stage.receive(stage.seen(stage.document(), FILED, action)).new
    assert stage.record(record_id).two_b_period == period


def test_filing_keeps_the_action_and_the_content(stage):
    """FAQ 15, 19.1."""
    document = stage.document()
    (record_id,) = stage.receive(stage.seen(document, action=R)).new
    assert stage.receive(stage.seen(document, FILED, R)) == stage.told(filed=(record_id,))
    assert stage.log(record_id) == ["reject"]
    edited = stage.document()
    (other,) = stage.receive(stage.seen(edited, action=R)).new
    assert stage.receive(stage.seen(edited.changed(igst=1), FILED)) == stage.told(reset=(other,), filed=(other,))
    assert stage.record(other).standing == Heads(igst=1)
    assert not stage.faults()


def test_a_filed_record_is_not_edited_by_a_download(stage):
    document = stage.document()
    stage.receive(stage.seen(document, FILED))
    done = stage.again(stage.seen(document.changed(igst=1), FILED))
    assert done.contradictions == ("filed_is_changed",)


def test_what_was_decided_here_stays(stage):
    """Frozen, removed by section 16(4), or settled past IMS: whatever the portal still shows."""
    frozen, expired = stage.document(), stage.document(date=date(2024, 3, 5))
    past = stage.document(reverse_charge=True)
    stage.receive(stage.seen(frozen, FILED, A), stage.seen(expired, FILED, P))
    stage.filed(past, form="IFF")
    stage.close()
    stage.at("2024-12-01").ims.sweep([stage.buyer])
    assert [*stage.states().values()] == ["frozen", "removed", "no_action"]
    stage.again(
        stage.seen(frozen, FILED, R),
        stage.seen(expired, FILED, P),
        stage.seen(past, FILED, A),
        complete=INVOICES,
    )
