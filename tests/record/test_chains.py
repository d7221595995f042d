"""What a chain says of its versions: an original that is not known, what prevails, what was left unreduced."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from ims_fsm.law.book import shipped_book
from ims_fsm.record.record import Record
from ims_fsm.record.scene import Scene, full_reduction, is_superseded, original_of, prevailed_from
from ims_fsm.record.taxpayer import Taxpayer
from ims_fsm.terms.document import Document, OriginalReference
from ims_fsm.terms.money import NIL, Heads
from ims_fsm.terms.period import TaxPeriod
from ims_fsm.terms.vocabulary import Disposition, Form, Kind, RemovedFor, Route, State, SupplierStatus

BUYER, SELLER = "27AAPFU0939F1ZV", "29AABCT1332L1ZA"
OCTOBER, NOVEMBER = TaxPeriod("2024-10"), TaxPeriod("2024-11")
FILED = {"supplier_status": SupplierStatus.FILED, "two_b_period": OCTOBER}
LATER = {"supplier_status": SupplierStatus.FILED, "two_b_period": NOVEMBER}
FROZEN = {**FILED, "state": State.FROZEN, "settled_in": OCTOBER}
SCENE = Scene(
    now=datetime(2024, 11, 9, 6, 30, tzinfo=UTC),
    book=shipped_book(),
    recipient=Taxpayer(gstin=BUYER, registered_from=OCTOBER),
)


def record(number: int = 1, igst: int = 100, *, kind: str = "invoice", amends: bool = False, **given) -> Record:
    document = Document(
        kind=Kind(kind), supplier=SELLER, recipient=BUYER, number=f"S/{number}", date=date(2024, 10, 5), taxable=1,
        tax=Heads(igst=igst), amends=OriginalReference("S/1", date(2024, 10, 5)) if amends else None,
    )  # fmt: skip
    plain = {
        "form": Form.GSTR_1, "return_period": OCTOBER, "supplier_status": SupplierStatus.SAVED, "filed_at": None,
        "two_b_period": None, "route": Route.IMS, "cutoff_at": None, "stated_original": None, "carried": NIL,
        "standing": NIL, "state": State.NO_ACTION,
    }  # fmt: skip
    return Record(
        id=number, document=document, fy="2024-25", chain_id=1, seq=0, version=1, contents=1,
        content_hash=document.content_hash, machine=document.machine, declaration_id=1, **{**plain, **given},
    )  # fmt: skip


ORIGINAL = record(1, 100, **FROZEN, disposition=Disposition.ACCEPTED)


def test_what_was_declared_as_nothing_to_reduce_leaves_the_original_unadjusted():
    """The chain carries more than the version that was accepted gives: the question of a reduction stays open."""
    amendment = record(9, 90, amends=True, carried=Heads(igst=130))
    original = original_of(amendment, [ORIGINAL], SCENE)
    assert (original.value, original.unreduced, original.tax) == ("unadjusted", Heads(igst=30), Heads(igst=100))
    note = record(1, 100, kind="credit_note", **FROZEN, disposition=Disposition.ACCEPTED)
    lowered = record(9, 90, kind="credit_note", amends=True)
    assert original_of(lowered, [note], SCENE).value == "unadjusted"
    assert full_reduction(lowered) == Heads(igst=90)
    assert original_of(lowered.changed(carried=Heads(igst=-100)), [note], SCENE).value == "accepted"


UNKNOWN = record(2, 80, amends=True, **FILED)
SUPERSEDED = UNKNOWN.changed(state=State.FROZEN, settled_in=OCTOBER, disposition=Disposition.SUPERSEDED)


@pytest.mark.parametrize(
    ("before", "value", "same"),
    [
        ([UNKNOWN], "unknown", False),
        ([UNKNOWN, record(3, 70, amends=True, **FILED)], "unknown", False),
        ([UNKNOWN.changed(state=State.REMOVED, removed_for=RemovedFor.SEC_16_4)], "unknown", False),
        ([UNKNOWN.changed(two_b_period=NOVEMBER)], "unsettled", False),
        ([UNKNOWN.changed(stated_original=Disposition.REJECTED)], "rejected", False),
        ([UNKNOWN.changed(stated_original=Disposition.ACCEPTED)], "accepted", False),
        (
            [UNKNOWN.changed(state=State.FROZEN, settled_in=OCTOBER, disposition=Disposition.SUPERSEDED)],
            "unknown",
            False,
        ),
        ([UNKNOWN.changed(state=State.FROZEN, settled_in=OCTOBER, disposition=Disposition.ACCEPTED)], "accepted", True),
        ([UNKNOWN.changed(settled_in=OCTOBER, route=Route.REVERSE_CHARGE)], "outside", True),
        ([SUPERSEDED, UNKNOWN.changed(id=3, stated_original=Disposition.REJECTED)], "rejected", False),
        (
            [SUPERSEDED.changed(stated_original=Disposition.ACCEPTED), record(3, 70, amends=True, **FILED)],
            "accepted",
            False,
        ),
        (
            [
                SUPERSEDED.changed(stated_original=Disposition.ACCEPTED),
                UNKNOWN.changed(id=3, stated_original=Disposition.REJECTED),
            ],
            "rejected",
            False,
        ),
        ([UNKNOWN, record(3, 70, amends=True, **FILED, stated_original=Disposition.ACCEPTED)], "unknown", False),
        (
            [
                UNKNOWN.changed(
                    state=State.FROZEN,
                    settled_in=OCTOBER,
                    disposition=Disposition.REJECTED,
                    stated_original=Disposition.ACCEPTED,
                )
            ],
            "accepted",
            False,
        ),
    ],
)
def test_the_chain_is_asked_for_an_unknown_original(before, value, same):
    """Behind an amendment whose original is unknown none counts, until one that is decided here takes its place."""
    amendment = record(9, 60, amends=True, carried=Heads(igst=80))
    original = original_of(amendment, [*before, amendment], SCENE)
    assert (original.value, original.same_period, original.unreduced) == (value, same, NIL)


@pytest.mark.parametrize(
    ("later", "start"),
    [
        ([record(2, amends=True, **LATER, route=Route.REVERSE_CHARGE)], NOVEMBER),
        ([record(2, amends=True, **LATER, route=Route.POS)], NOVEMBER),
        ([record(2, amends=True, **LATER, route=Route.SEC_16_4)], NOVEMBER),
        ([record(2, amends=True, **LATER, route=Route.RULE_37A)], None),
        ([record(2, amends=True, **LATER)], None),
        ([record(2, amends=True, **FILED), record(3, amends=True, **LATER, route=Route.POS)], OCTOBER),
        ([record(2, amends=True, **LATER, route=Route.POS, settled_in=NOVEMBER)], NOVEMBER),
        ([record(2, amends=True, **LATER, route=Route.POS), record(3, amends=True, **LATER)], None),
        ([record(2, amends=True, **LATER, route=Route.POS), record(3, amends=True)], NOVEMBER),
    ],
)
def test_what_gives_no_credit_prevails_from_its_own_2b_period(later, start):
    """FAQ 4, 8, 32, 33: it waits for nobody, and nothing before it gives credit any more."""
    pending = record(1, **FILED, state=State.PENDING)
    assert prevailed_from(pending, [pending, *later], SCENE) == start
    assert is_superseded(pending, [pending, *later], SCENE) is (start is not None)
    assert is_superseded(pending, [pending, *later], SCENE, OCTOBER) is (start == OCTOBER)


def test_what_ends_with_its_own_2b_period_waits_for_nothing():
    """It is superseded for good, so that the version after the one that ends it need not wait for it."""
    pending, between = record(1, **FILED, state=State.PENDING), record(2, 120, amends=True, **LATER)
    ending = record(3, 120, amends=True, **LATER, route=Route.POS)
    original = original_of(between, [pending, between], SCENE)
    assert (original.value, original.same_period) == ("unsettled", False)
    original = original_of(between, [pending, between, ending], SCENE)
    assert (original.value, original.same_period) == ("unsettled", True)
