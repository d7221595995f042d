"""Pending and its deadline are proved against the ledger, and each spoilt guard is found."""

from __future__ import annotations

from typing import Any

import pytest

from ims_fsm.law.properties import stake
from ims_fsm.law.space import EditionSpace

NAMES = (
    "direction_decides",
    "pending_without_deadline",
    "pending_with_deadline",
    "lapses_at_the_deadline",
    "nothing_on_a_guess",
)


@pytest.mark.parametrize("claim", NAMES)
@pytest.mark.parametrize("machine", ["credit_note", "credit_note_amendment", "debit_note_amendment", "bill_of_entry"])
def test_the_shipped_machines_keep_it(counterexamples, claim, machine):
    assert counterexamples(claim, machine) == []


@pytest.mark.parametrize(
    ("machine", "guard", "facts"),
    [
        ("credit_note", "no_pending_on_an_original_credit_note", "every fact at its default"),
        ("credit_note_amendment", "no_pending_on_an_upward_amendment", "every fact at its default"),
        (
            "credit_note_amendment",
            "no_pending_after_a_rejected_original",
            "direction=downward, original=unsettled_rejected",
        ),
        ("invoice_amendment", "no_pending_on_a_downward_amendment", "direction=downward, original=accepted"),
        ("eco_document_amendment", "no_pending_on_a_downward_amendment", "direction=downward, original=accepted"),
    ],
)
def test_a_case_of_faq_11_taken_out_is_found(
    law, without_guard, counterexamples, machine, guard, facts
):  # each of A, B, C and D
    found = counterexamples("pending_without_deadline", without_guard(law.machine(machine), guard))
    assert found == [
        f"{machine} under IMS-2024-10: keep_pending in {state} is allowed although S < E, with {facts}"
        for state in ("no_action", "accepted", "rejected", "pending")
    ]


@pytest.mark.parametrize(
    ("machine", "guard", "refuse_when", "counterexample"),
    [
        (
            "credit_note_amendment",
            "no_pending_after_a_rejected_original",
            {"direction": ("downward",), "original": ("rejected", "unsettled_rejected", "outside")},
            "is allowed although S < E, with direction=unchanged, original=unsettled_rejected",
        ),
        (
            "credit_note_amendment",
            "no_pending_after_a_rejected_original",
            {"direction": ("downward", "unchanged"), "original": ("rejected", "unsettled_rejected")},
            "is allowed although S < E, with direction=downward, original=outside",
        ),
        (
            "credit_note_amendment",
            "no_pending_after_a_rejected_original",
            {
                "direction": ("downward", "unchanged"),
                "original": ("accepted", "rejected", "unsettled_rejected", "outside"),
            },
            "is refused although S >= E, with direction=downward, original=accepted",
        ),
        (
            "debit_note_amendment",
            "no_pending_on_a_downward_amendment",
            {"direction": ("downward", "unchanged"), "original": ("accepted",)},
            "is refused although S >= E, with direction=unchanged, original=accepted",
        ),
        (
            "debit_note_amendment",
            "no_pending_on_a_downward_amendment",
            {"direction": ("downward",), "original": ("accepted", "unsettled")},
            "is refused although S >= E, with direction=downward",
        ),
    ],
)
def test_a_value_too_many_or_too_few_is_found(
    *, law, with_guard, counterexamples, machine, guard, refuse_when, counterexample
):
    spoilt = with_guard(law.machine(machine), guard, refuse_when=refuse_when)
    found = counterexamples("pending_without_deadline", spoilt)
    assert f"{machine} under IMS-2024-10: keep_pending in no_action {counterexample}" in found
    assert not any("IMS-2025-10" in text for text in found)


def test_pending_of_an_import_is_never_blocked_for_its_own_sake(law, declared, counterexamples):
    machine = law.machine("bill_of_entry")
    blocking = next(
        g for g in law.machine("credit_note").declaration.guard if g.name == "no_pending_on_an_original_credit_note"
    )
    spoilt = declared(machine, guard=(*machine.declaration.guard, blocking))
    assert counterexamples("pending_without_deadline", spoilt)[0] == (
        "bill_of_entry under IMS-2024-10: keep_pending in no_action is refused although S >= E, "
        "with every fact at its default"
    )


@pytest.mark.parametrize(
    ("machine", "guard"),
    [
        ("credit_note", "pending_for_one_tax_period"),
        ("credit_note_amendment", "pending_upward_for_one_tax_period"),
        ("credit_note_amendment", "pending_with_credit_at_stake_for_one_tax_period"),
        ("invoice_amendment", "pending_for_one_tax_period"),
    ],
)
def test_pending_past_its_deadline_is_found(law, without_guard, counterexamples, machine, guard):
    found = counterexamples("pending_with_deadline", without_guard(law.machine(machine), guard))
    assert found
    assert all("IMS-2025-10" in text and "is allowed although S < E" in text for text in found)
    assert all("pending_window=passed" in text for text in found)


def test_a_rule_that_outlives_its_rule_set_is_found(law, with_guard, counterexamples):
    spoilt = with_guard(law.machine("credit_note"), "no_pending_on_an_original_credit_note", until=None)
    assert counterexamples("pending_without_deadline", spoilt) == []
    assert counterexamples("pending_with_deadline", spoilt)[0] == (
        "credit_note under IMS-2025-10: keep_pending in no_action is refused although S >= E, "
        "with every fact at its default"
    )


@pytest.mark.parametrize(
    ("machine", "guard", "counterexample"),
    [
        (
            "credit_note",
            "lapses_only_after_its_deadline",
            "lapse in pending is allowed although no deadline has passed for it, with every fact at its default",
        ),
        (
            "credit_note_amendment",
            "lapses_only_when_credit_is_at_stake",
            (
                "lapse in pending is allowed although no deadline has passed for it, "
                "with direction=downward, original=accepted, pending_window=passed"
            ),
        ),
        (
            "invoice_amendment",
            "lapses_only_when_it_moves_downward",
            (
                "lapse in pending is allowed although no deadline has passed for it, "
                "with original=accepted, pending_window=passed"
            ),
        ),
        (
            "invoice_amendment",
            "lapses_only_when_credit_was_taken",
            (
                "lapse in pending is allowed although no deadline has passed for it, "
                "with direction=downward, pending_window=passed"
            ),
        ),
    ],
)
def test_a_record_that_lapses_without_reason_is_found(
    law, without_guard, counterexamples, machine, guard, counterexample
):
    found = counterexamples("lapses_at_the_deadline", without_guard(law.machine(machine), guard))
    assert found == [f"{machine} under IMS-2025-10: {counterexample}"]


def test_a_specified_record_that_does_not_lapse_is_found(law, with_guard, counterexamples):
    narrowed: dict[str, Any] = {
        "refuse_when": {"direction": ("downward", "unchanged"), "original": ("accepted", "outside")}
    }
    spoilt = with_guard(law.machine("credit_note_amendment"), "lapses_only_when_credit_is_at_stake", **narrowed)
    assert (
        "credit_note_amendment under IMS-2025-10: lapse in pending is refused although its deadline has passed, "
        "with direction=downward, original=outside, pending_window=passed"
    ) in counterexamples("lapses_at_the_deadline", spoilt)


@pytest.mark.parametrize(
    ("machine", "guard", "counterexample"),
    [
        (
            "invoice_amendment",
            "original_known",
            (
                "invoice_amendment under IMS-2024-10: accept in no_action is allowed although its original is "
                "not known, with original=unknown"
            ),
        ),
        (
            "invoice_amendment",
            "tax_of_the_original_known",
            (
                "invoice_amendment under IMS-2024-10: accept in no_action is allowed although its original is "
                "not known, with direction=unknown"
            ),
        ),
        (
            "credit_note_amendment",
            "lapses_only_when_the_original_is_known",
            (
                "credit_note_amendment under IMS-2025-10: lapse in pending is allowed although its original is "
                "not known, with direction=downward, original=unknown, pending_window=passed"
            ),
        ),
        (
            "credit_note_amendment",
            "lapses_only_when_the_direction_is_known",
            (
                "credit_note_amendment under IMS-2025-10: lapse in pending is allowed although its original is "
                "not known, with direction=unknown, pending_window=passed"
            ),
        ),
    ],
)
def test_a_decision_on_a_guess_is_found(law, without_guard, counterexamples, machine, guard, counterexample):
    assert counterexamples("nothing_on_a_guess", without_guard(law.machine(machine), guard))[0] == counterexample


def test_a_direction_that_does_not_decide_is_found(law, monkeypatch):
    # As if an amendment went by its total tax: then some heads may rise while the direction is downward.
    monkeypatch.setattr(stake, "leaking", lambda _kind: {("downward", "accepted"): frozenset({True, False})})
    space = EditionSpace(law.machine("credit_note").edition)
    assert [finding.counterexample for finding in stake._direction_decides(space, law)] == [
        "credit_note: downward of an original that is accepted is at stake in some heads only"
    ]


def test_the_ledger_is_what_the_guards_are_proved_against(counterexamples, monkeypatch):
    stake.leaking.cache_clear()
    monkeypatch.setattr(stake, "leaks", lambda standing: standing.carried.below(standing.standing))
    try:
        assert counterexamples("pending_without_deadline", "credit_note")[0] == (
            "credit_note under IMS-2024-10: keep_pending in no_action is refused although S >= E, "
            "with every fact at its default"
        )
    finally:
        stake.leaking.cache_clear()
