"""The policy of recommendations: what ships, a file of one's own laid over it, and which entry holds."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ims_fsm.errors import DeclarationError
from ims_fsm.law.matching_reading import shipped_cascade
from ims_fsm.law.overlay import Overlay
from ims_fsm.law.policy import Standing
from ims_fsm.law.policy_reading import policy_with, read_policy
from ims_fsm.resources import machines_folder

SHIPPED = (machines_folder() / "policy.toml").read_text("utf-8")
CLASSES = shipped_cascade().classes


def standing(**of: Any) -> Standing:
    return Standing(
        **{"class_name": "amount_off", "tax_off": 5, "tax": 900, "supplier": "29AABCT1332L1ZA", "days": 9, **of}
    )


OWN = """
[[recommend]]
name = "x"
action = "reject"
says = "because"
before = "the_books_agree"
"""
# A condition of one's own entry, what it holds for, and what it does not.
CONDITIONS = {
    'classes = ["amount_off"]': ({}, {"class_name": "exact"}),
    "tax_off = 5": ({}, {"tax_off": 6}),
    "tax_from = 900": ({}, {"tax": 899}),
    "tax_to = 900": ({}, {"tax": 901}),
    'suppliers = ["29AABCT1332L1ZA"]': ({}, {"supplier": "27AABCT1332L1ZC"}),
    'suppliers = ["AABCT1332L"]': ({"supplier": "27AABCT1332L1ZC"}, {"supplier": "27AAPFU0939F1ZV"}),
    "older_than = 8": ({}, {"days": 8}),
}


@pytest.mark.parametrize("condition", CONDITIONS)
def test_an_entry_holds_where_all_of_its_conditions_do(condition: str) -> None:
    policy = read_policy(SHIPPED, CLASSES, OWN + condition)
    held, other = CONDITIONS[condition]
    assert policy.chosen(standing(**held)).name == "x"
    assert policy.chosen(standing(**other)).name != "x"


def test_every_class_leads_somewhere_and_what_is_not_said_is_asked() -> None:
    policy = policy_with(None, CLASSES)
    actions = {name: policy.chosen(standing(class_name=name, tax_off=5_000)).action for name in CLASSES}
    assert (actions["exact"], actions["manual"]) == ("accept", "ask")
    assert (actions["portal_only"], actions["amount_off"], actions["look_alike"]) == ("keep_pending", "ask", "ask")


def test_an_entry_is_changed_and_left_out() -> None:
    overlay = (
        '[[recommend]]\nname = "the_rest"\naction = "reject"\n[[recommend]]\nname = "not_in_the_books"\noff = true'
    )
    policy = read_policy(SHIPPED, CLASSES, overlay)
    assert [entry.name for entry in policy.recommend][-1] == "the_rest"
    assert policy.chosen(standing(class_name="portal_only")).action == "reject"


FAULTS = {
    OWN + 'classes = ["exakt"]': "'exakt' is not a class of matches",
    OWN + "tax_off = -1": "tax_off: is below zero",
    OWN + "amount = 1": "amount (x): is not a key here",
    OWN: "is never reached",
    OWN.replace("reject", "delete"): "'delete'",
    OWN.replace("the_books_agree", "nothing"): "comes before 'nothing', which is not here",
    "[other]": "has more than entries",
    '[[recommend]]\nname = "the_rest"\noff = true': "has no last entry that takes every record",
}


@pytest.mark.parametrize("overlay", FAULTS)
def test_a_fault_is_told_with_its_place(overlay: str) -> None:
    with pytest.raises(DeclarationError) as raised:
        read_policy(SHIPPED, CLASSES, overlay, "own.toml")
    assert FAULTS[overlay] in str(raised.value)


def test_all_faults_are_told_at_once_and_the_file_is_named_once() -> None:
    wrong = OWN.replace("the_books_agree", "the_bookz_agree") + 'classes = ["amount_of"]\n'
    wrong += '[[recommend]]\nname = "not_in_the_book"\naction = "ask"\ntax_off = -1'
    with pytest.raises(DeclarationError) as raised:
        read_policy(SHIPPED, CLASSES, wrong, "own.toml")
    told = [(problem.where, problem.remedy.partition("?")[0]) for problem in raised.value.problems]
    assert told == [
        ("own.toml (not_in_the_book)", "did you mean not_in_the_books"),
        ("own.toml (x)", "did you mean the_books_agree"),
        ("own.toml recommend (not_in_the_books) tax_off", "write 0 or more"),
        ("own.toml recommend (x) classes", "did you mean amount_off"),
    ]
    with pytest.raises(DeclarationError, match=r"^own\.toml: recommend \(x\) tax_off: is below zero"):
        read_policy(SHIPPED, CLASSES, OWN + "tax_off = -1", "own.toml")


def test_a_file_that_is_not_there_is_told(tmp_path: Any) -> None:
    with pytest.raises(DeclarationError, match="cannot be read"):
        Overlay.of(tmp_path / "none.toml")


@given(
    of=st.builds(
        Standing,
        class_name=st.sampled_from([*CLASSES]),
        tax_off=st.integers(0, 2_000),
        tax=st.integers(0, 100),
        supplier=st.sampled_from(["29AABCT1332L1ZA", "27AABCT1332L1ZC", "27AAPFU0939F1ZV"]),
        days=st.integers(0, 60),
    )
)
def test_what_is_passed_over_says_why_and_the_next_entry_holds(of: Standing) -> None:
    entries = """
        [[recommend]]
        name = "ours"
        suppliers = ["AABCT1332L", "27AAPFU0939F1ZV"]
        tax_from = 30
        tax_to = 60
        older_than = 30
        action = "accept"
        says = "we know them"
        before = "the_books_agree"
    """
    policy = read_policy(SHIPPED, CLASSES, entries)
    passed = [*policy.passed_over(of)]
    assert policy.recommend[len(passed)] == policy.chosen(of)
    assert all(why and not entry.holds(of) for entry, why in passed)


COVERED = {
    'classes = ["exact"]': "the_books_agree",
    'classes = ["exact", "portal_only"]': "the_books_agree, not_in_the_books",
    'classes = ["amount_off"]\ntax_off = 1000': "the_difference_is_small",
    'classes = ["manual"]\ntax_off = 1000\nsuppliers = ["29AABCT1332L1ZA"]': "paired_by_hand",
}


@pytest.mark.parametrize("conditions", COVERED)
def test_an_entry_all_of_whose_records_are_taken_before_is_refused(conditions: str) -> None:
    entry = f'[[recommend]]\nname = "mine"\naction = "ask"\nsays = "so it is"\nbefore = "the_rest"\n{conditions}'
    with pytest.raises(DeclarationError) as raised:
        read_policy(SHIPPED, CLASSES, entry)
    assert f"(mine): is never reached: {COVERED[conditions]} takes all its records" in str(raised.value)
    if "tax_off" in conditions:
        read_policy(SHIPPED, CLASSES, entry.replace("1000", "1001"))
