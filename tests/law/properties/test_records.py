"""Each property of a record's course and of the recipient's actions fails when the declaration of it is spoilt."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from ims_fsm.law.declaration import TransitionDeclaration

ACTIVE = ("no_action", "accepted", "rejected", "pending")


@pytest.mark.parametrize(
    "claim",
    [
        "leads_where_it_says",
        "decided_for_good",
        "saved_never_freezes",
        "pending_never_freezes",
        "filed_records_freeze",
        "supplier_changes_saved_records",
        "expires_past_the_time_limit",
    ],
)
@pytest.mark.parametrize("machine", ["invoice", "credit_note", "bill_of_entry"])
def test_the_shipped_machines_keep_it(counterexamples, claim, machine):
    assert counterexamples(claim, machine) == []


@pytest.mark.parametrize(
    ("trigger", "dest"), [("accept", "rejected"), ("edit", "accepted"), ("delete", "frozen"), ("freeze", "removed")]
)
def test_a_trigger_that_leads_elsewhere_is_found(law, with_transition, counterexamples, trigger, dest):
    spoilt = with_transition(law.machine("invoice"), trigger, dest=dest)
    assert counterexamples("leads_where_it_says", spoilt) == [
        f"invoice under {rule_set}: {trigger} leads to {dest}" for rule_set in ("IMS-2024-10", "IMS-2025-10")
    ]


def test_a_way_back_from_the_end_is_found(law, declared, counterexamples):
    machine = law.machine("invoice")
    back = TransitionDeclaration(trigger="lapse", source=("frozen",), dest="accepted", rules=("faq.12",))
    thaw = replace(machine.declaration.trigger[0], name="lapse")
    spoilt = declared(
        machine,
        transition=(*machine.declaration.transition, back),
        trigger=(*machine.declaration.trigger, thaw),
    )
    assert counterexamples("decided_for_good", spoilt)[0] == (
        "invoice under IMS-2024-10: lapse in frozen is allowed after the end, with every fact at its default"
    )


def test_a_way_back_is_barred_by_a_guard_as_well(law, with_transition, without_guard, counterexamples):
    spoilt = with_transition(law.machine("invoice"), "accept", source=(*ACTIVE, "frozen"))
    assert counterexamples("decided_for_good", spoilt) == []
    assert counterexamples("decided_for_good", without_guard(spoilt, "not_frozen")) == [
        f"invoice under {rule_set}: accept in frozen is allowed after the end, with every fact at its default"
        for rule_set in ("IMS-2024-10", "IMS-2025-10")
    ]


def test_a_saved_record_that_freezes_is_found(law, without_guard, counterexamples):
    spoilt = without_guard(law.machine("credit_note"), "filed_before_freeze")
    assert counterexamples("saved_never_freezes", spoilt)[0] == (
        "credit_note under IMS-2024-10: freeze in no_action is allowed although the supplier has only saved it, "
        "with supplier_status=saved"
    )


def test_a_pending_record_that_freezes_is_found(law, without_guard, counterexamples):
    spoilt = without_guard(law.machine("credit_note"), "pending_stays")
    assert counterexamples("pending_never_freezes", spoilt)[0] == (
        "credit_note under IMS-2024-10: freeze in pending is allowed although nothing prevails over it, "
        "with every fact at its default"
    )


def test_a_filed_record_that_cannot_freeze_is_found(law, with_transition, counterexamples):
    spoilt = with_transition(law.machine("invoice"), "freeze", source=("accepted", "rejected", "pending"))
    assert counterexamples("filed_records_freeze", spoilt) == [
        f"invoice under {rule_set}: freeze in no_action is refused although it is filed and decided, "
        "with every fact at its default"
        for rule_set in ("IMS-2024-10", "IMS-2025-10")
    ]


@pytest.mark.parametrize(("guard", "trigger"), [("not_filed_for_edit", "edit"), ("not_filed_for_delete", "delete")])
def test_a_filed_record_that_its_supplier_changes_is_found(law, without_guard, counterexamples, guard, trigger):
    found = counterexamples("supplier_changes_saved_records", without_guard(law.machine("invoice"), guard))
    assert found[0] == (
        f"invoice under IMS-2024-10: {trigger} in no_action is allowed although the record is filed, "
        "with every fact at its default"
    )


def test_a_saved_record_that_its_supplier_cannot_change_is_found(law, with_transition, counterexamples):
    spoilt = with_transition(law.machine("invoice"), "delete", source=("no_action", "accepted", "pending"))
    assert counterexamples("supplier_changes_saved_records", spoilt)[0] == (
        "invoice under IMS-2024-10: delete in rejected is refused although the record is only saved, "
        "with supplier_status=saved"
    )


def test_a_record_that_expires_in_time_is_found(law, without_guard, counterexamples):
    spoilt = without_guard(law.machine("invoice"), "expires_only_after_the_time_limit")
    assert counterexamples("expires_past_the_time_limit", spoilt)[0] == (
        "invoice under IMS-2024-10: expire in pending is allowed although it is not pending past its time limit, "
        "with every fact at its default"
    )


def test_a_record_that_does_not_expire_is_found(law, with_transition, counterexamples):
    spoilt = with_transition(law.machine("invoice"), "expire", source=("accepted",))
    assert counterexamples("expires_past_the_time_limit", spoilt)[:2] == [
        (
            "invoice under IMS-2024-10: expire in pending is refused although its time limit has passed, "
            "with time_limit=passed"
        ),
        (
            "invoice under IMS-2024-10: expire in accepted is allowed although it is not pending past its time limit, "
            "with time_limit=passed"
        ),
    ]


@pytest.mark.parametrize(
    ("claim", "guard", "counterexample"),
    [
        (
            "not_before_ims_opens",
            "ims_open",
            "invoice under IMS-2024-10: accept in no_action is allowed although ims is not open, with ims=not_yet",
        ),
        (
            "not_without_access",
            "taxpayer_eligible",
            (
                "invoice under IMS-2024-10: accept in no_action is allowed although taxpayer is not eligible, "
                "with taxpayer=not_eligible"
            ),
        ),
        (
            "not_out_of_time",
            "time_limit_open",
            (
                "invoice under IMS-2024-10: accept in no_action is allowed although time_limit is not open, "
                "with time_limit=passed"
            ),
        ),
        (
            "not_outside_ims",
            "not_reverse_charge",
            (
                "invoice under IMS-2024-10: accept in no_action is allowed although route is not ims, "
                "with route=reverse_charge"
            ),
        ),
        (
            "not_outside_ims",
            "not_before_ims",
            (
                "invoice under IMS-2024-10: accept in no_action is allowed although route is not ims, "
                "with route=before_ims"
            ),
        ),
        (
            "not_on_what_has_changed",
            "chosen_on_what_stands",
            "invoice under IMS-2024-10: accept in no_action is allowed although seen is not current, with seen=stale",
        ),
    ],
)
def test_a_guard_taken_out_is_found(law, without_guard, counterexamples, claim, guard, counterexample):
    assert counterexamples(claim, "invoice") == []
    assert counterexamples(claim, without_guard(law.machine("invoice"), guard))[0] == counterexample


def test_a_guard_that_watches_too_few_triggers_is_found(law, with_guard, counterexamples):
    spoilt = with_guard(law.machine("invoice"), "not_ineligible_by_pos", triggers=("accept", "reject", "keep_pending"))
    found = counterexamples("not_outside_ims", spoilt)
    assert {text.split(" is ")[0].split(": ")[1].split(" in ")[0] for text in found} == {"reset", "freeze"}


@pytest.mark.parametrize("machine", ["credit_note_amendment", "invoice_amendment"])
def test_an_amendment_before_its_original_is_found(law, without_guard, counterexamples, machine):
    assert counterexamples("original_first", machine) == []
    found = counterexamples("original_first", without_guard(law.machine(machine), "original_settled"))
    assert found[0] == (
        f"{machine} under IMS-2024-10: accept in no_action is allowed before its original is decided, "
        "with same_period=no"
    )
    assert any("freeze in accepted" in text for text in found)


def test_an_action_that_depends_on_the_one_before_is_found(law, with_guard, counterexamples):
    # FAQ 11 read to the letter: only what was rejected cannot be kept pending.
    letter: dict[str, Any] = {"refuse_when": {"direction": ("original",), "state": ("rejected",)}}
    spoilt = with_guard(law.machine("credit_note"), "no_pending_on_an_original_credit_note", **letter)
    assert counterexamples("latest_action_overwrites", "credit_note") == []
    assert counterexamples("latest_action_overwrites", spoilt) == [
        (
            "credit_note under IMS-2024-10: keep_pending in rejected is decided otherwise than in no_action, "
            "with every fact at its default"
        )
    ]


def test_an_action_that_leads_elsewhere_from_one_state_is_found(law, declared, counterexamples):
    machine = law.machine("credit_note")
    moves = []
    for move in machine.declaration.transition:
        if move.trigger == "reset":
            moves.append(replace(move, source=("no_action", "accepted", "rejected")))
            moves.append(replace(move, source=("pending",), dest="rejected"))
        else:
            moves.append(move)
    assert counterexamples("latest_action_overwrites", declared(machine, transition=tuple(moves))) == [
        f"credit_note under {rule_set}: reset in pending leads to rejected, and from no_action to no_action, "
        "with every fact at its default"
        for rule_set in ("IMS-2024-10", "IMS-2025-10")
    ]
