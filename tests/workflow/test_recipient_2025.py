"""The actions from 2B period 2025-10: pending for one tax period, the declared reduction, imports."""

from __future__ import annotations

from datetime import date

import pytest

from ims_fsm import Heads, TaxPeriod
from ims_fsm.terms.vocabulary import State

OCTOBER = TaxPeriod("2024-10")
ACTIONS = {
    "accept": State.ACCEPTED,
    "reject": State.REJECTED,
    "keep_pending": State.PENDING,
    "reset": State.NO_ACTION,
}


# --- from October 2025 ----------------------------------------------------------------------------------------------


@pytest.fixture
def later(stage):
    """A credit note of 2B period 2025-10."""
    stage.taxpayer(stage.buyer, registered_from="2025-10")
    document = stage.document("credit_note", 10_000, date=date(2025, 10, 5))
    return stage.at("2025-11-09"), stage.filed(document, "2025-10")


def test_a_credit_note_is_pending_for_one_tax_period(later):
    """advisory.2025-10: to the due date of GSTR-3B of November, and that day itself."""
    stage, record_id = later
    assert stage.act("keep_pending", record_id).state == State.PENDING
    assert stage.at("2025-12-20 23:59").act("keep_pending", record_id).state == State.PENDING
    stage.at("2025-12-21 00:00")
    with stage.refused("pending_not_allowed", "advisory.2025-10.deadline") as found:
        stage.act("keep_pending", record_id)
    assert str(found[0]) == (
        f"Credit note S/1 of {stage.seller} may be pending for one tax period only, and that ended with "
        "20 December 2025 (advisory.2025-10.deadline); accept it or reject it; with no action it is deemed accepted"
    )


@pytest.mark.parametrize(
    ("reduce_itc", "kept"),
    [
        (None, (None, Heads())),
        ("full", ("full", Heads(igst=10_000))),
        ("none", ("none", Heads())),
        (Heads(igst=4_000), ("partial", Heads(igst=4_000))),
        (Heads(), ("partial", Heads())),
        (Heads(igst=10_000), ("full", Heads(igst=10_000))),
    ],
)
def test_what_is_declared_is_kept(later, reduce_itc, kept):
    stage, record_id = later
    record = stage.act("accept", record_id, reduce_itc=reduce_itc)
    assert (record.reduction, record.declared) == kept


def test_more_than_the_document_is_not_reduced(later):
    stage, record_id = later
    for declared in (Heads(igst=10_001), Heads(igst=10_000, cess=1), Heads(igst=-1)):
        with stage.refused("itc_reduction_exceeds_document", "advisory.2025-10.reduction") as found:
            stage.act("accept", record_id, reduce_itc=declared)
    assert str(found[0]) == (
        f"The declared reduction of ITC is more than credit note S/1 of {stage.seller} takes away "
        "(advisory.2025-10.reduction); declare at most 100.00 IGST"
    )


def test_a_reduction_comes_with_acceptance_only(later):
    stage, record_id = later
    with stage.refused("itc_reduction_not_applicable", "advisory.2025-10.reduction") as found:
        stage.act("reject", record_id, reduce_itc="none")
    assert str(found[0]) == (
        f"A reduction of ITC is declared only when a record is accepted, and credit note S/1 of {stage.seller} is not "
        "(advisory.2025-10.reduction); leave the reduction out"
    )


@pytest.mark.parametrize("declared", ["absent", "all", 5, {"igst": 1}])
def test_what_declares_nothing_is_no_declaration(later, declared):
    stage, record_id = later
    with stage.unreadable(f"{declared!r}: declares nothing; declare full, none, or the amounts per head in paise"):
        stage.act("accept", record_id, reduce_itc=declared)


def test_before_october_2025_nothing_is_declared(stage):
    record_id = stage.filed(stage.document("credit_note"))
    with stage.refused("itc_reduction_not_applicable", "advisory.2025-10.reduction") as found:
        stage.act("accept", record_id, reduce_itc="full")
    assert str(found[0]) == (
        f"Credit note S/1 of {stage.seller} belongs to 2B period 2024-10; a reduction of ITC is declared only from 2B "
        "period 2025-10 (advisory.2025-10.reduction); leave the reduction out: its full tax counts"
    )


def test_from_20_april_2026_something_must_be_declared(stage):
    stage.taxpayer(stage.buyer, registered_from="2026-03")
    record_id = stage.at("2026-04-09").filed(stage.document("credit_note", date=date(2026, 3, 5)), "2026-03")
    stage.at("2026-04-19 23:59").act("accept", record_id)
    stage.at("2026-04-20 00:00")
    with stage.refused("itc_reduction_required", "api.2026-04.declaration") as found:
        stage.act("accept", record_id)
    assert str(found[0]) == (
        f"From 20 April 2026 credit note S/1 of {stage.seller} is accepted only with a declaration whether ITC is to "
        "be reduced (api.2026-04.declaration); declare full, none, or the amounts per head"
    )
    assert stage.act("accept", record_id, reduce_itc="none").reduction == "none"


def test_an_invoice_has_nothing_to_reduce(stage):
    stage.taxpayer(stage.buyer, registered_from="2025-10")
    record_id = stage.at("2025-11-09").filed(stage.document(date=date(2025, 10, 5)), "2025-10")
    with stage.refused("itc_reduction_not_applicable", "advisory.2025-10.reduction") as found:
        stage.act("accept", record_id, reduce_itc="full")
    assert str(found[0]) == (
        f"Invoice S/1 of {stage.seller} adds credit, so there is no ITC to be reduced (advisory.2025-10.reduction); "
        "leave the reduction out"
    )


def test_imports_are_accepted_or_pending(stage):
    stage.taxpayer(stage.buyer, registered_from="2025-10")
    bill = stage.document("bill_of_entry", supplier="", date=date(2025, 10, 5))
    record_id = stage.at("2025-11-09").filed(bill, "2025-10", "ICEGATE")
    assert stage.act("accept", record_id).state == State.ACCEPTED
    assert stage.act("keep_pending", record_id).state == State.PENDING
    with stage.refused("reject_not_allowed", "advisory.2025-10.imports") as found:
        stage.act("reject", record_id)
    assert str(found[0]) == (
        "Bill of entry S/1 of overseas is an import of goods, and imports can be accepted or kept pending only "
        "(advisory.2025-10.imports); keep it pending, and have the bill of entry amended at customs if it is wrong"
    )
