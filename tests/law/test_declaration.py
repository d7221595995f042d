"""The shape of declarations: what is read, and what pydantic refuses."""

from __future__ import annotations

from dataclasses import FrozenInstanceError

import pytest
from pydantic import ValidationError

from ims_fsm.law.declaration import (
    Dated,
    FactDeclaration,
    GuardDeclaration,
    RuleDeclaration,
    TransitionDeclaration,
)
from ims_fsm.law.reading import validated
from ims_fsm.terms.period import TaxPeriod

GUARD = {
    "name": "stamped",
    "triggers": ["settle"],
    "refuse_when": {"stamp": "absent"},
    "rule": "act.1",
    "code": "not_stamped",
    "says": "{document} is not stamped",
    "remedy": "stamp it",
}


def test_a_single_value_is_read_as_a_list_of_one():
    assert validated(GuardDeclaration, GUARD).refuse_when == {"stamp": ("absent",)}


@pytest.mark.parametrize(
    ("since", "until", "held"),
    [
        (None, None, ["2024-09", "2024-10", "2025-09", "2025-10"]),
        ("2024-10", None, ["2024-10", "2025-09", "2025-10"]),
        (None, "2025-09", ["2024-09", "2024-10", "2025-09"]),
        ("2024-10", "2025-09", ["2024-10", "2025-09"]),
    ],
)
def test_since_and_until_are_both_included(since, until, held):
    entry = validated(Dated, {"since": since, "until": until})
    periods = [TaxPeriod(text) for text in ("2024-09", "2024-10", "2025-09", "2025-10")]
    assert [period for period in periods if entry.holds_at(period)] == held


def test_a_declaration_is_frozen():
    guard = validated(GuardDeclaration, GUARD)
    with pytest.raises(FrozenInstanceError, match="cannot assign to field 'code'"):
        guard.code = "other"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"name": "Stamped"}, "String should match pattern"),
        ({"triggers": []}, "Tuple should have at least 1 item"),
        ({"refuse_when": {"stamp": []}}, "Tuple should have at least 1 item"),
        ({"rule": "act 1"}, "String should match pattern"),
        ({"says": ""}, "String should have at least 3 characters"),
        ({"since": "2025-13"}, "'2025-13' is not a tax period"),
        ({"unless": "never"}, "Unexpected keyword argument"),
    ],
)
def test_a_guard_refuses_what_it_cannot_mean(change, message):
    with pytest.raises(ValidationError, match=message):
        validated(GuardDeclaration, {**GUARD, **change})


def test_a_transition_without_a_rule_is_refused():
    with pytest.raises(ValidationError, match="Tuple should have at least 1 item"):
        validated(TransitionDeclaration, {"trigger": "settle", "source": ["open"], "dest": "settled", "rules": []})


def test_the_entry_is_a_source_and_no_dest():
    move = {"trigger": "save", "source": ["[*]"], "dest": "open", "rules": ["act.1"]}
    assert validated(TransitionDeclaration, move).source == ("[*]",)
    with pytest.raises(ValidationError, match="String should match pattern"):
        validated(TransitionDeclaration, {**move, "dest": "[*]"})


def test_a_fact_has_two_values_at_least():
    fact = {"name": "stamp", "says": "whether", "default": "present", "values": {"present": "it is"}}
    with pytest.raises(ValidationError, match="Dictionary should have at least 2 items"):
        validated(FactDeclaration, fact)


def test_a_rule_is_modelled_or_not():
    with pytest.raises(ValidationError, match="'modelled' or 'not_modelled'"):
        validated(RuleDeclaration, {"id": "act.1", "title": "One", "source": "act", "status": "perhaps"})
