"""Facts: closed sets of values, read by name, and refused with every fault at once."""

from __future__ import annotations

import pytest

from ims_fsm.errors import InputError
from ims_fsm.law.facts import Facts, FactSchema

SCHEMA = FactSchema(
    names=("supplier_status", "direction", "ims"),
    values=(("saved", "filed"), ("upward", "downward", "unchanged"), ("open", "not_yet")),
    defaults=("filed", "upward", "open"),
)


def test_what_is_left_out_takes_its_default():
    assert dict(SCHEMA.facts({"direction": "downward"})) == {
        "supplier_status": "filed",
        "direction": "downward",
        "ims": "open",
    }


def test_every_unknown_fact_and_value_is_named():
    with pytest.raises(InputError) as caught:
        SCHEMA.facts({"direction": "sideways", "weather": "fair"})
    assert str(caught.value) == (
        "facts: 2 problems\n"
        "  direction: cannot be 'sideways' here; its values are upward, downward, unchanged\n"
        "  weather: is not a fact of this machine; its facts are supplier_status, direction, ims"
    )


def test_facts_read_like_a_mapping():
    facts = SCHEMA.facts({})
    assert facts["direction"] == "upward"
    assert list(facts) == ["supplier_status", "direction", "ims"]
    assert len(facts) == 3
    with pytest.raises(KeyError):
        facts["weather"]


def test_facts_are_equal_when_they_say_the_same():
    facts = SCHEMA.facts({"ims": "not_yet"})
    assert facts == Facts(SCHEMA, ("filed", "upward", "not_yet"))
    assert hash(facts) == hash(Facts(SCHEMA, ("filed", "upward", "not_yet")))
    assert facts == {"supplier_status": "filed", "direction": "upward", "ims": "not_yet"}
    assert facts != SCHEMA.facts({})
    assert facts != 3


def test_facts_show_what_differs_from_the_defaults():
    assert repr(SCHEMA.facts({"ims": "not_yet", "direction": "downward"})) == "Facts(direction=downward, ims=not_yet)"


def test_the_size_is_that_of_all_facts():
    assert SCHEMA.size == 12
