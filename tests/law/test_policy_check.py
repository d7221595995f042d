"""What the law always refuses of a policy: found where no facts let the action fire, and nowhere else."""

from __future__ import annotations

from itertools import product

import pytest

from ims_fsm.law.book import shipped_law
from ims_fsm.law.decision import possible
from ims_fsm.law.matching_reading import shipped_cascade
from ims_fsm.law.policy import PolicyDeclaration, Recommended
from ims_fsm.law.policy_check import barred
from ims_fsm.law.policy_reading import policy_with, read_policy
from ims_fsm.law.refusal import Allowed

CLASSES = shipped_cascade().classes
WORDS: tuple[Recommended, ...] = ("accept", "reject", "keep_pending")


def policy_of(action: str, otherwise: list[str]) -> PolicyDeclaration:
    text = f'[[recommend]]\nname = "all"\naction = "{action}"\notherwise = {otherwise}\nsays = "always so"\n'
    return read_policy(text, CLASSES)


@pytest.mark.parametrize(("action", "otherwise"), [*product(WORDS, WORDS)])
def test_what_is_barred_is_what_no_facts_let_fire(action: Recommended, otherwise: Recommended) -> None:
    law = shipped_law()
    found = {(of.machine, of.rule_set): of.then for of in barred(policy_of(action, [otherwise]), law)}
    for machine in law.record_machines:
        for edition in machine.editions.values():
            opened = [name for name, state in edition.states.items() if not state.terminal]

            def fires(word: str) -> bool:
                return any(isinstance(possible(edition, state, word, {}), Allowed) for state in opened)  # noqa: B023

            key = (machine.name, edition.rule_set.id)
            assert (key in found) is not fires(action)
            if key in found:
                assert found[key] == (otherwise if fires(otherwise) else "ask")


def test_of_the_policy_that_ships_the_law_of_2024_refuses_pending_credit_notes() -> None:
    [of] = barred(policy_with(None, CLASSES), shipped_law())
    assert (of.entry, of.action, of.machine, of.rule_set, of.rules, of.then) == (
        *("not_in_the_books", "keep_pending", "credit_note", "IMS-2024-10"),
        ("faq.11.a",),
        "ask",
    )
