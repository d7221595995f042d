"""Each property of the recipient's actions fails when the declaration that carries it is spoilt."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ims_fsm.law.edition import Machine
from ims_fsm.law.register import Law


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
def test_a_guard_taken_out_is_found(
    law: Law,
    without_guard: Callable[[Machine, str], Machine],
    counterexamples: Callable[..., list[str]],
    claim: str,
    guard: str,
    counterexample: str,
) -> None:
    assert counterexamples(claim, "invoice") == []
    assert counterexamples(claim, without_guard(law.machine("invoice"), guard))[0] == counterexample


def test_a_guard_that_watches_too_few_triggers_is_found(
    law: Law, with_guard: Callable[..., Machine], counterexamples: Callable[..., list[str]]
) -> None:
    spoilt = with_guard(law.machine("invoice"), "not_ineligible_by_pos", triggers=("accept", "reject", "keep_pending"))
    found = counterexamples("not_outside_ims", spoilt)
    assert {text.split(" is ")[0].split(": ")[1].split(" in ")[0] for text in found} == {"reset", "freeze"}


@pytest.mark.parametrize("machine", ["credit_note_amendment", "invoice_amendment"])
def test_an_amendment_before_its_original_is_found(
    law: Law,
    without_guard: Callable[[Machine, str], Machine],
    counterexamples: Callable[..., list[str]],
    machine: str,
) -> None:
    assert counterexamples("original_first", machine) == []
    found = counterexamples("original_first", without_guard(law.machine(machine), "original_settled"))
    assert found[0] == (
        f"{machine} under IMS-2024-10: accept in no_action is allowed before its original is decided, "
        "with same_period=no"
    )
    assert any("freeze in accepted" in text for text in found)


def test_an_action_that_depends_on_the_one_before_is_found(
    law: Law, with_guard: Callable[..., Machine], counterexamples: Callable[..., list[str]]
) -> None:
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


def test_an_action_that_leads_elsewhere_from_one_state_is_found(
    law: Law, declared: Callable[..., Machine], counterexamples: Callable[..., list[str]]
) -> None:
    machine = law.machine("credit_note")
    moves = []
    for move in machine.declaration.transition:
        if move.trigger == "reset":
            moves.append(move.model_copy(update={"source": ("no_action", "accepted", "rejected")}))
            moves.append(move.model_copy(update={"source": ("pending",), "dest": "rejected"}))
        else:
            moves.append(move)
    assert counterexamples("latest_action_overwrites", declared(machine, transition=tuple(moves))) == [
        f"credit_note under {rule_set}: reset in pending leads to rejected, and from no_action to no_action, "
        "with every fact at its default"
        for rule_set in ("IMS-2024-10", "IMS-2025-10")
    ]
