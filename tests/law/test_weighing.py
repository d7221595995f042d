"""A trigger decided by the facts that are known: by every value of the others, enumerated."""

from __future__ import annotations

import random
from itertools import product

import pytest

from ims_fsm.law.book import shipped_law
from ims_fsm.law.decision import decide
from ims_fsm.law.declaration import ENTRY
from ims_fsm.law.refusal import Allowed, Refused
from ims_fsm.law.weighing import Undecided, weighed

EDITIONS = [edition for machine in shipped_law().machines.values() for edition in machine.editions.values()]
MOST = 300


def situations(edition, seed):
    """Give states and triggers with some facts that are known, so few others that all their values can be tried."""
    draw = random.Random(seed)  # noqa: S311 -- situations, no secrets
    for state, trigger in product((ENTRY, *edition.states), edition.triggers):
        watched = [fact for fact in edition.schema.names if fact in edition.watched(trigger)]
        values = edition.schema.values_of
        for _ in range(4):
            open_facts, size = [], 1
            for fact in draw.sample(watched, len(watched)):
                size *= len(values[fact])
                if size > MOST:
                    break
                open_facts.append(fact)
            usual = edition.facts()
            given = {
                fact: usual[fact] if draw.random() < 0.8 else draw.choice(values[fact])
                for fact in watched
                if fact not in open_facts
            }
            yield state, trigger, given, open_facts


@pytest.mark.parametrize("edition", EDITIONS, ids=str)
def test_what_is_not_known_is_decided_by_every_value_that_it_may_have(edition):
    values, seen = edition.schema.values_of, set()
    for state, trigger, given, open_facts in situations(edition, str(edition)):
        outcomes = {
            bool(decide(edition, state, trigger, edition.facts(**given, **dict(zip(open_facts, row, strict=True)))))
            for row in product(*(values[fact] for fact in open_facts))
        }
        decision = weighed(edition, state, trigger, given)
        expected = Undecided if len(outcomes) > 1 else Allowed if True in outcomes else Refused
        assert isinstance(decision, expected), (state, trigger, given, open_facts)
        if isinstance(decision, Undecided):
            assert {*decision.facts} <= {*open_facts}
        seen.add(type(decision))
        # Silence about all of them is no breach where any value allows it.
        lenient = weighed(edition, state, trigger, given, open_facts)
        assert isinstance(lenient, Allowed if True in outcomes else Refused), (state, trigger, given, open_facts)
    assert {Refused, Undecided} <= seen


@pytest.mark.parametrize("edition", EDITIONS, ids=str)
def test_with_every_fact_it_is_what_decide_says(edition):
    draw = random.Random(7)  # noqa: S311 -- as above
    for state, trigger in product(edition.states, edition.triggers):
        for _ in range(10):
            facts = {fact: draw.choice(values) for fact, values in edition.schema.values_of.items()}
            assert weighed(edition, state, trigger, facts) == decide(edition, state, trigger, edition.facts(**facts))
