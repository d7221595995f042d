"""Each property of a record's course fails when the declaration that carries it is spoilt."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ims_fsm.law.declaration import TransitionDeclaration
from ims_fsm.law.edition import Machine
from ims_fsm.law.register import Law

Counterexamples = Callable[..., list[str]]
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
def test_the_shipped_machines_keep_it(counterexamples: Counterexamples, claim: str, machine: str) -> None:
    assert counterexamples(claim, machine) == []


@pytest.mark.parametrize(
    ("trigger", "dest"), [("accept", "rejected"), ("edit", "accepted"), ("delete", "frozen"), ("freeze", "removed")]
)
def test_a_trigger_that_leads_elsewhere_is_found(
    law: Law, with_transition: Callable[..., Machine], counterexamples: Counterexamples, trigger: str, dest: str
) -> None:
    spoilt = with_transition(law.machine("invoice"), trigger, dest=dest)
    assert counterexamples("leads_where_it_says", spoilt) == [
        f"invoice under {rule_set}: {trigger} leads to {dest}" for rule_set in ("IMS-2024-10", "IMS-2025-10")
    ]


def test_a_way_back_from_the_end_is_found(
    law: Law, declared: Callable[..., Machine], counterexamples: Counterexamples
) -> None:
    machine = law.machine("invoice")
    back = TransitionDeclaration(trigger="lapse", source=("frozen",), dest="accepted", rules=("faq.12",))
    thaw = machine.declaration.trigger[0].model_copy(update={"name": "lapse"})
    spoilt = declared(
        machine,
        transition=(*machine.declaration.transition, back),
        trigger=(*machine.declaration.trigger, thaw),
    )
    assert counterexamples("decided_for_good", spoilt)[0] == (
        "invoice under IMS-2024-10: lapse in frozen is allowed after the end, with every fact at its default"
    )


def test_a_way_back_is_barred_by_a_guard_as_well(
    law: Law,
    with_transition: Callable[..., Machine],
    without_guard: Callable[[Machine, str], Machine],
    counterexamples: Counterexamples,
) -> None:
    spoilt = with_transition(law.machine("invoice"), "accept", source=(*ACTIVE, "frozen"))
    assert counterexamples("decided_for_good", spoilt) == []
    assert counterexamples("decided_for_good", without_guard(spoilt, "not_frozen")) == [
        f"invoice under {rule_set}: accept in frozen is allowed after the end, with every fact at its default"
        for rule_set in ("IMS-2024-10", "IMS-2025-10")
    ]


def test_a_saved_record_that_freezes_is_found(
    law: Law, without_guard: Callable[[Machine, str], Machine], counterexamples: Counterexamples
) -> None:
    spoilt = without_guard(law.machine("credit_note"), "filed_before_freeze")
    assert counterexamples("saved_never_freezes", spoilt)[0] == (
        "credit_note under IMS-2024-10: freeze in no_action is allowed although the supplier has only saved it, "
        "with supplier_status=saved"
    )


def test_a_pending_record_that_freezes_is_found(
    law: Law, without_guard: Callable[[Machine, str], Machine], counterexamples: Counterexamples
) -> None:
    spoilt = without_guard(law.machine("credit_note"), "pending_stays")
    assert counterexamples("pending_never_freezes", spoilt)[0] == (
        "credit_note under IMS-2024-10: freeze in pending is allowed although nothing prevails over it, "
        "with every fact at its default"
    )


def test_a_filed_record_that_cannot_freeze_is_found(
    law: Law, with_transition: Callable[..., Machine], counterexamples: Counterexamples
) -> None:
    spoilt = with_transition(law.machine("invoice"), "freeze", source=("accepted", "rejected", "pending"))
    assert counterexamples("filed_records_freeze", spoilt) == [
        f"invoice under {rule_set}: freeze in no_action is refused although it is filed and decided, "
        "with every fact at its default"
        for rule_set in ("IMS-2024-10", "IMS-2025-10")
    ]


@pytest.mark.parametrize(("guard", "trigger"), [("not_filed_for_edit", "edit"), ("not_filed_for_delete", "delete")])
def test_a_filed_record_that_its_supplier_changes_is_found(
    law: Law,
    without_guard: Callable[[Machine, str], Machine],
    counterexamples: Counterexamples,
    guard: str,
    trigger: str,
) -> None:
    found = counterexamples("supplier_changes_saved_records", without_guard(law.machine("invoice"), guard))
    assert found[0] == (
        f"invoice under IMS-2024-10: {trigger} in no_action is allowed although the record is filed, "
        "with every fact at its default"
    )


def test_a_saved_record_that_its_supplier_cannot_change_is_found(
    law: Law, with_transition: Callable[..., Machine], counterexamples: Counterexamples
) -> None:
    spoilt = with_transition(law.machine("invoice"), "delete", source=("no_action", "accepted", "pending"))
    assert counterexamples("supplier_changes_saved_records", spoilt)[0] == (
        "invoice under IMS-2024-10: delete in rejected is refused although the record is only saved, "
        "with supplier_status=saved"
    )


def test_a_record_that_expires_in_time_is_found(
    law: Law, without_guard: Callable[[Machine, str], Machine], counterexamples: Counterexamples
) -> None:
    spoilt = without_guard(law.machine("invoice"), "expires_only_after_the_time_limit")
    assert counterexamples("expires_past_the_time_limit", spoilt)[0] == (
        "invoice under IMS-2024-10: expire in pending is allowed although it is not pending past its time limit, "
        "with every fact at its default"
    )


def test_a_record_that_does_not_expire_is_found(
    law: Law, with_transition: Callable[..., Machine], counterexamples: Counterexamples
) -> None:
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
