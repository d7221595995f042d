"""What an edition never does."""

from __future__ import annotations

import pytest

from ims_fsm.law.decision import always_refused, decide, reached
from ims_fsm.law.declaration import ENTRY
from ims_fsm.law.register import Law


@pytest.mark.parametrize(("rule_set", "barred"), [("IMS-2024-10", True), ("IMS-2025-10", False)])
def test_an_original_credit_note_was_never_pending_before_october_2025(law: Law, rule_set, barred) -> None:
    edition = law.machine("credit_note").editions[rule_set]
    assert always_refused(edition, "no_action", "keep_pending") == barred
    assert ("pending" not in reached(edition)) == barred


def test_what_is_always_refused_is_refused_in_every_situation(law: Law) -> None:
    edition = law.machine("bill_of_entry").edition
    assert always_refused(edition, "no_action", "reject")
    originals = edition.schema.values_of["original"]
    assert not any(decide(edition, "no_action", "reject", edition.facts(original=value)) for value in originals)


def test_the_entry_and_the_initial_state_are_reached(law: Law) -> None:
    assert {ENTRY, "absent", "draft", "stale", "final"} == reached(law.machine("gstr2b").edition)
