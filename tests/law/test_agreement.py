"""Three readings of one declaration agree over the whole space: the decision, the space and `transitions`.

Values of a fact that no guard on a trigger tells apart stand for each other, and so do states in which the same guards
speak. That values may is proved first, on the whole space; then every combination of what is left is asked of all.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from itertools import product
from typing import Any

import pytest

from ims_fsm.law.book import shipped_law
from ims_fsm.law.decision import judge
from ims_fsm.law.edition import Edition
from ims_fsm.law.facts import Facts
from ims_fsm.law.machine import Lifecycle
from ims_fsm.law.refusal import Allowed, Decision, Refused
from ims_fsm.law.space import EditionSpace, Space

pytestmark = pytest.mark.slow
shared = lru_cache(maxsize=2)(Space)
EDITIONS = [
    pytest.param(Edition(machine, rule_set), id=f"{machine.name}-{rule_set.id}")
    for machine in shipped_law().machines.values()
    for rule_set in machine.rule_sets
]


def once() -> Iterator[Any]:
    """Give every edition; one that declares what an edition before it declares, under another name, is long."""
    seen = set()
    for param in EDITIONS:
        (edition,) = param.values
        declared = edition.machine.declaration
        content = repr((edition.schema, declared.state, declared.transition, edition.guards))
        yield pytest.param(*param.values, id=param.id, marks=pytest.mark.long) if content in seen else param
        seen.add(content)


def classes(edition: Edition, trigger: str) -> list[tuple[str, list[list[str]]]]:
    """Return for each fact its values, those together that every guard on the trigger takes alike."""
    guards = [guard for guard in edition.guards if trigger in guard.triggers]
    found = []
    for fact, values in zip(edition.schema.names, edition.schema.values, strict=True):
        alike: dict[tuple[bool, ...], list[str]] = {}
        for value in values:
            told_apart = tuple(value in guard.refuse_when[fact] for guard in guards if fact in guard.refuse_when)
            alike.setdefault(told_apart, []).append(value)
        found.append((fact, list(alike.values())))
    return found


def indifferent(space: Space, members: int, fact: str, value: str, other: str) -> bool:
    """Say whether a set holds a combination with one value of a fact exactly when it holds it with the other."""
    first, second = (space.index(space.schema.facts({fact: of}).row) for of in (value, other))
    low, high = sorted(((first, members & space.mask(fact, value)), (second, members & space.mask(fact, other))))
    return low[1] << high[0] - low[0] == high[1]


def rows(edition: Edition, trigger: str) -> Iterator[tuple[str, ...]]:
    """Give every combination of one value of each class."""
    return product(*([alike[0] for alike in kinds] for _, kinds in classes(edition, trigger)))


@pytest.mark.parametrize("edition", EDITIONS)
def test_values_that_no_guard_tells_apart_stand_for_each_other(edition):
    space = EditionSpace(edition, shared(edition.schema))
    for trigger in edition.triggers:
        for barred in {space.barred(state, trigger) for state in space.sources}:
            for fact, kinds in classes(edition, trigger):
                for first, *others in kinds:
                    assert all(indifferent(space.space, barred, fact, first, other) for other in others)


def states_alike(space: EditionSpace, trigger: str) -> list[list[str]]:
    """Return the states together in which the same guards speak, and from which the trigger leads anywhere or not."""
    alike: dict[tuple[object, ...], list[str]] = {}
    for state in space.sources:
        speaking = tuple(name for name, _ in space.refusing(state, trigger))
        alike.setdefault((speaking, space.edition.transition(state, trigger) is None), []).append(state)
    return list(alike.values())


@pytest.mark.parametrize("edition", list(once()))
def test_the_decision_the_space_and_transitions_agree(edition):
    space, cycle = EditionSpace(edition, shared(edition.schema)), Lifecycle(edition)
    for trigger in edition.triggers:
        every, alone = list(rows(edition, trigger)), near(edition, trigger)
        for states in states_alike(space, trigger):
            allowed = space.allowed(states[0], trigger).to_bytes(space.space.size // 8 + 1, "little")
            leads = edition.transition(states[0], trigger) is not None
            for row in every if leads else alone:
                index = space.space.index(row)
                decision = judge(edition, states[0], trigger, row)
                assert isinstance(decision, Allowed) is bool(allowed[index >> 3] >> (index & 7) & 1)
                assert cycle.fire(states[0], trigger, Facts(edition.schema, row)) == decision
            for state, row in product(states[1:], alone):
                expected = judge(edition, state, trigger, row)
                assert cycle.fire(state, trigger, Facts(edition.schema, row)) == expected
        edition.decided.clear()


def near(edition: Edition, trigger: str) -> list[tuple[str, ...]]:
    """Return the first row and those that differ from it in one fact: each obstacle once, alone."""
    values = [[alike[0] for alike in kinds] for _, kinds in classes(edition, trigger)]
    first = tuple(value for value, *_ in values)
    others = ((at, other) for at, (_, *rest) in enumerate(values) for other in rest)
    return [first, *((*first[:at], other, *first[at + 1 :]) for at, other in others)]


@pytest.mark.parametrize("edition", EDITIONS)
def test_each_guard_refuses_what_the_space_says(edition):
    space = EditionSpace(edition, shared(edition.schema))
    for trigger in edition.triggers:
        for state, *_ in states_alike(space, trigger):
            for name, refused in space.refusing(state, trigger):
                plainest = space.space.witness(refused).row
                assert name in guards_of(judge(edition, state, trigger, plainest))
                if accepted := space.space.everything ^ refused:
                    plainest = space.space.witness(accepted).row
                    assert name not in guards_of(judge(edition, state, trigger, plainest))


def guards_of(decision: Decision) -> tuple[str, ...]:
    return tuple(refusal.guard for refusal in decision.refusals) if isinstance(decision, Refused) else ()
