"""Where credit is at stake, by the ledger alone; the reduction of ITC is proved against it."""

from __future__ import annotations

from typing import Any

import pytest

from ims_fsm.law.properties.stake import Stake, kind_of, leaking, stake
from ims_fsm.law.space import Space
from ims_fsm.terms.vocabulary import Direction, Kind

ADDS_CREDIT = [Kind.INVOICE, Kind.DEBIT_NOTE, Kind.ECO_DOCUMENT]
MOVES = (Direction.UPWARD, Direction.DOWNWARD, Direction.UNCHANGED)


def at_stake(kind: Kind) -> set[tuple[str, str]]:
    return {key for key, answers in leaking(kind).items() if answers == {True}}


@pytest.mark.parametrize("kind", ADDS_CREDIT)
def test_faq_11_d_is_where_a_downward_amendment_takes_back_credit(kind):
    assert at_stake(kind) == {("downward", "accepted"), ("downward", "unadjusted")}


def test_faq_11_a_b_c_are_where_a_credit_note_takes_away_credit():
    letter = {
        ("original", "none"),
        *(("upward", original) for original in ("unsettled", "accepted", "unadjusted", "unknown")),
        *((move, original) for move in MOVES for original in ("rejected", "unsettled_rejected", "outside")),
    }
    by_action = {key for key, answers in leaking(Kind.CREDIT_NOTE, by_action=True).items() if answers == {True}}
    assert by_action == letter
    # What no GSTR-3B has decided has reduced nothing yet, whatever the recipient has done on it.
    assert at_stake(Kind.CREDIT_NOTE) == letter | {(move, "unsettled") for move in MOVES}


@pytest.mark.parametrize("kind", [*ADDS_CREDIT, Kind.CREDIT_NOTE])
def test_the_direction_decides_whichever_heads_move(kind):
    assert {original for (_, original), answers in leaking(kind).items() if len(answers) > 1} == {"unknown"}


def test_an_import_has_no_suppliers_ledger(law):
    machine = law.machine("bill_of_entry")
    assert kind_of(machine) is None
    space = Space(machine.schema)
    assert stake(space, None).specified == 0


def test_the_return_has_no_suppliers_ledger(law):
    assert kind_of(law.machine("gstr2b")) is None


@pytest.mark.parametrize("kind", [*ADDS_CREDIT, Kind.CREDIT_NOTE])
def test_an_amendment_is_of_the_kind_that_it_amends(law, kind):
    assert kind_of(law.machine(kind)) is kind
    assert kind_of(law.machine(f"{kind}_amendment")) is kind


def test_what_is_at_stake_is_never_what_cannot_be_known(law):
    space = Space(law.machine("credit_note_amendment").schema)
    found: Stake = stake(space, Kind.CREDIT_NOTE)
    assert found.specified & found.unknown == 0
    assert found.unknown & space.where({"direction": ("unknown",), "original": ("accepted",)})
    assert found.specified & space.where({"direction": ("upward",), "original": ("unknown",)})
    assert found.unknown & space.where({"direction": ("downward",), "original": ("unknown",)})


@pytest.mark.parametrize("machine", ["credit_note", "credit_note_amendment", "debit_note_amendment", "bill_of_entry"])
def test_the_shipped_machines_keep_it(counterexamples, machine):
    assert counterexamples("reduction_where_at_stake", machine) == []


@pytest.mark.parametrize(
    ("machine", "guard", "counterexample"),
    [
        (
            "credit_note",
            "reduction_begun",
            (
                "credit_note under IMS-2024-10: accept in no_action is allowed with a reduction that is too much, "
                "with reduction=unexplained"
            ),
        ),
        (
            "credit_note",
            "reduction_within_the_document",
            (
                "credit_note under IMS-2025-10: accept in no_action is allowed with a reduction that is too much, "
                "with reduction=exceeds"
            ),
        ),
        (
            "credit_note",
            "reduction_not_blocked",
            (
                "credit_note under IMS-2025-10: accept in no_action is allowed with a reduction that is too much, "
                "with reduction=blocked"
            ),
        ),
        (
            "credit_note",
            "reduction_declared",
            (
                "credit_note under IMS-2025-10: accept in no_action is allowed without the declaration that is due, "
                "with reduction=missing"
            ),
        ),
        (
            "credit_note",
            "reduction_only_on_accept",
            (
                "credit_note under IMS-2024-10: reject in no_action is allowed with a reduction, "
                "although it is not an acceptance, with reduction=full"
            ),
        ),
        (
            "invoice",
            "no_reduction_on_an_original_invoice",
            (
                "invoice under IMS-2025-10: accept in no_action is allowed with a reduction of what is not at stake, "
                "with reduction=full"
            ),
        ),
        (
            "bill_of_entry",
            "reduction_only_when_less_is_left",
            (
                "bill_of_entry under IMS-2025-10: accept in no_action is allowed with a reduction of what is "
                "not at stake, with reduction=full"
            ),
        ),
        (
            "invoice_amendment",
            "reduction_only_when_credit_was_taken",
            (
                "invoice_amendment under IMS-2025-10: accept in no_action is allowed with a reduction of what is not "
                "at stake, with direction=downward, reduction=full"
            ),
        ),
    ],
)
def test_a_reduction_that_does_not_belong_is_found(law, without_guard, counterexamples, machine, guard, counterexample):
    found = counterexamples("reduction_where_at_stake", without_guard(law.machine(machine), guard))
    assert counterexample in found


@pytest.mark.parametrize(
    ("guard", "refuse_when", "counterexample"),
    [
        (
            "reduction_within_the_document",
            {"reduction": ("exceeds", "partial")},
            "accept in no_action is refused with a reduction of what is at stake, with reduction=partial",
        ),
        (
            "reduction_declared",
            {"reduction": ("missing", "none")},
            "accept in no_action is refused with a reduction of what is at stake, with reduction=none",
        ),
    ],
)
def test_a_reduction_that_is_refused_without_reason_is_found(
    law, with_guard, counterexamples, guard, refuse_when, counterexample
):
    spoilt = with_guard(law.machine("credit_note"), guard, refuse_when=refuse_when)
    assert counterexamples("reduction_where_at_stake", spoilt)[0] == f"credit_note under IMS-2025-10: {counterexample}"


def test_a_declaration_demanded_where_none_is_due_is_found(law, with_guard, counterexamples):
    wide: dict[str, Any] = {"refuse_when": {"reduction": ("missing",)}}
    found = counterexamples(
        "reduction_where_at_stake", with_guard(law.machine("invoice_amendment"), "reduction_declared", **wide)
    )
    assert found[0] == (
        "invoice_amendment under IMS-2025-10: accept in no_action is refused although no declaration is due, "
        "with reduction=missing"
    )
