"""The reduction of ITC is proved against the ledger, and each spoilt guard is found."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ims_fsm.law.edition import Machine
from ims_fsm.law.register import Law

Counterexamples = Callable[..., list[str]]


@pytest.mark.parametrize("machine", ["credit_note", "credit_note_amendment", "debit_note_amendment", "bill_of_entry"])
def test_the_shipped_machines_keep_it(counterexamples: Counterexamples, machine: str) -> None:
    assert counterexamples("reduction_where_at_stake", machine) == []


@pytest.mark.parametrize(
    ("machine", "guard", "counterexample"),
    [
        (
            "credit_note",
            "reduction_begun",
            (
                "credit_note under IMS-2024-10: accept in no_action is allowed with a reduction that is too much, "
                "with reduction=exceeds"
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
            "no_reduction_on_imports",
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
def test_a_reduction_that_does_not_belong_is_found(
    law: Law,
    without_guard: Callable[[Machine, str], Machine],
    counterexamples: Counterexamples,
    machine: str,
    guard: str,
    counterexample: str,
) -> None:
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
    law: Law,
    with_guard: Callable[..., Machine],
    counterexamples: Counterexamples,
    guard: str,
    refuse_when: dict[str, tuple[str, ...]],
    counterexample: str,
) -> None:
    spoilt = with_guard(law.machine("credit_note"), guard, refuse_when=refuse_when)
    assert counterexamples("reduction_where_at_stake", spoilt)[0] == f"credit_note under IMS-2025-10: {counterexample}"


def test_a_declaration_demanded_where_none_is_due_is_found(
    law: Law, with_guard: Callable[..., Machine], counterexamples: Counterexamples
) -> None:
    wide: dict[str, Any] = {"refuse_when": {"reduction": ("missing",)}}
    found = counterexamples(
        "reduction_where_at_stake", with_guard(law.machine("invoice_amendment"), "reduction_declared", **wide)
    )
    assert found[0] == (
        "invoice_amendment under IMS-2025-10: accept in no_action is refused although no declaration is due, "
        "with reduction=missing"
    )
