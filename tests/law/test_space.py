"""The space: sets of combinations as whole numbers, checked against plain enumeration."""

from __future__ import annotations

from itertools import product
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ims_fsm.errors import DeclarationError
from ims_fsm.law.declaration import ENTRY
from ims_fsm.law.facts import Facts, FactSchema
from ims_fsm.law.loading import read_law
from ims_fsm.law.space import EditionSpace, Space

SCHEMA = FactSchema(
    names=("supplier_status", "direction", "original", "ims"),
    values=(
        ("saved", "filed"),
        ("upward", "downward", "unchanged"),
        ("unsettled", "accepted", "rejected", "outside", "unknown"),
        ("open",),
    ),
    defaults=("filed", "downward", "accepted", "open"),
)
SPACE = Space(SCHEMA)
ROWS = [Facts(SCHEMA, row) for row in product(*SCHEMA.values)]
rows = st.tuples(*map(st.sampled_from, SCHEMA.values))


def test_the_size_is_that_of_the_whole_product():
    assert SPACE.size == len(ROWS) == 30
    assert SPACE.everything.bit_count() == 30


def test_every_combination_has_a_number_of_its_own():
    numbers = [SPACE.index(facts.row) for facts in ROWS]
    assert sorted(numbers) == list(range(30))
    assert [SPACE.facts(number) for number in numbers] == ROWS


def test_a_value_that_is_not_there_has_no_number():
    with pytest.raises(ValueError, match="not in"):
        SPACE.index(("filed", "sideways", "accepted", "open"))


@given(rows, st.sampled_from(SCHEMA.names), st.data())
def test_a_mask_holds_the_combinations_with_one_of_its_values(row, fact, data):
    at = SCHEMA.names.index(fact)
    values = data.draw(st.sets(st.sampled_from(SCHEMA.values[at])))
    assert (SPACE.mask(fact, *values) >> SPACE.index(row) & 1 == 1) is (row[at] in values)


def test_a_mask_of_values_that_cannot_be_is_empty():
    assert SPACE.mask("ims", "not_yet") == 0
    assert SPACE.mask("weather", "fair") == 0
    assert SPACE.values("weather") == ()


def test_where_is_the_meet_of_its_conditions():
    found = SPACE.where({"direction": ("upward", "downward"), "original": ("rejected",)})
    expected = [f for f in ROWS if f["direction"] != "unchanged" and f["original"] == "rejected"]
    assert sorted(f.row for f in SPACE.members(found)) == sorted(f.row for f in expected)
    assert SPACE.where({}) == SPACE.everything


def test_the_witness_is_the_plainest_member():
    assert SPACE.witness(SPACE.everything) == SCHEMA.facts({})
    assert repr(SPACE.witness(SPACE.mask("original", "rejected"))) == "Facts(original=rejected)"
    either = SPACE.mask("supplier_status", "saved") | SPACE.mask("original", "unknown")
    assert repr(SPACE.witness(either)) == "Facts(original=unknown)"


def test_an_empty_set_has_no_witness():
    with pytest.raises(ValueError, match="an empty set of facts has no witness") as caught:
        SPACE.witness(0)
    assert str(caught.value) == "an empty set of facts has no witness; ask only for one of a set that has members"


def test_members_come_plainest_first():
    found = list(SPACE.members(SPACE.where({"supplier_status": ("filed",), "direction": ("downward",)})))
    assert [facts["original"] for facts in found] == ["accepted", "unsettled", "rejected", "outside", "unknown"]


def test_an_edition_counts_its_situations(texts):
    space = EditionSpace(read_law(texts).machine("slip").edition)
    assert space.sources == (ENTRY, "open", "settled")
    assert space.active == ("open",)
    assert space.situations == 3 * 1 * 2


def test_an_edition_is_allowed_what_no_guard_bars_and_a_transition_carries(texts):
    space = EditionSpace(read_law(texts).machine("slip").edition)
    present, absent = space.space.mask("stamp", "present"), space.space.mask("stamp", "absent")
    assert space.refusing("open", "settle") == (("stamped", absent),)
    assert (space.allowed("open", "settle"), space.refused("open", "settle")) == (present, absent)
    assert (space.barred("settled", "settle"), space.allowed("settled", "settle")) == (absent, 0)
    assert space.refused("settled", "settle") == space.space.everything


def test_a_guard_on_a_state_speaks_in_that_state_alone(law):
    space = EditionSpace(law.machine("gstr2b").edition)
    assert "recomputed_before_3b" in dict(space.refusing("stale", "file_3b"))
    assert "recomputed_before_3b" not in dict(space.refusing("draft", "file_3b"))


def test_a_situation_is_told_with_the_facts_that_matter(texts):
    space = EditionSpace(read_law(texts).machine("slip").edition)
    absent = space.space.mask("stamp", "absent")
    assert space.told("open", "settle", absent, "is refused") == (
        "slip under SECOND: settle in open is refused, with stamp=absent"
    )
    assert space.told("open", "settle", space.space.everything, "is refused") == (
        "slip under SECOND: settle in open is refused, with every fact at its default"
    )


@pytest.mark.parametrize("number", [26, 38, 68, 5_000])
def test_more_combinations_than_can_be_enumerated_are_not_begun(number):
    names = tuple(f"fact_{at}" for at in range(number))
    schema = FactSchema(names=names, values=(("yes", "no"),) * number, defaults=("no",) * number)
    began = process_time()
    with pytest.raises(DeclarationError) as refused:
        Space(schema)
    assert process_time() - began < 1
    what = f"the {number:,} facts of a machine make more than 33,554,432 combinations"
    assert str(refused.value) == f"verify: facts: {what}; declare fewer facts, or fewer values of them"
