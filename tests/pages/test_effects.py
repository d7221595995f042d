"""What is made of a rule is told of every rule that is modelled, and of none that is not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ims_fsm.law.book import shipped_book

Lines = Callable[[str], list[str]]
RULES = shipped_book().law.rules


@pytest.fixture
def lines(look: Any, parts: Callable[[str], Any]) -> Callable[[str], list[str]]:
    """The lines of what is made of a rule."""
    return lambda rule: look.texts(parts("effects").effects_of(rule))


@pytest.mark.parametrize("rule", [rule.id for rule in RULES.values() if rule.status == "modelled"])
def test_a_modelled_rule_or_one_below_it_does_something(rule: str, lines: Lines) -> None:
    below = [other for other in RULES if other == rule or other.startswith(f"{rule}.")]
    # Annexure-A is a page of its own, and what stands on it is the table; roles are laid over by
    # whoever runs it; that a supplier must report it is what suppliers are chased for (chasing.toml).
    assert rule in {"annexure.a", "house.roles", "sec.16_2_aa"} or any(lines(rule_below) for rule_below in below)


@pytest.mark.parametrize("rule", [rule.id for rule in RULES.values() if rule.status == "not_modelled"])
def test_what_is_not_modelled_does_nothing(rule: str, lines: Lines) -> None:
    assert lines(rule) == []


def test_a_refusal_says_what_it_meets_and_leads_to_when_and_to_the_remedy(
    lines: Lines, parts: Callable[[str], Any]
) -> None:
    assert lines("faq.11.d")[0] == (
        "refused keep pending (Invoice amendment, Debit note amendment, ECO document amendment; until 2B period "
        "September 2025): “This record lowers its original, whose credit the recipient has already taken in a filed "
        "GSTR-3B, so pending is not available for it.” When, and the remedy"
    )
    assert "](#guard-no_pending_on_a_downward_amendment" in parts("effects").effects_of("faq.11.d")


def test_what_every_record_shares_is_said_of_every_record(lines: Lines) -> None:
    assert lines("faq.16.2")[1].startswith("Transition delete, by the supplier: from no action, accepted, rejected")
    assert lines("faq.16.2")[1].endswith("to removed (every record)")


def test_a_transition_that_a_machine_never_takes_is_not_said_of_it(lines: Lines) -> None:
    (line,) = [line for line in lines("faq.21") if line.startswith("Transition expire")]
    assert "Debit note amendment" in line
    assert "Credit note" not in line
    assert "Bill of entry" not in line


def test_who_else_fires_a_trigger_is_told_too(lines: Lines) -> None:
    assert any(line.startswith("Transition generate, by the clock or the recipient") for line in lines("faq.26"))
    refused = [line for line in lines("faq.25") if "previous tax period is not filed" in line]
    assert refused
    assert all(line.startswith("refused ") for line in refused)


def test_what_only_the_clock_would_do_is_held_off_and_refused_to_nobody(lines: Lines) -> None:
    clock = lines("advisory.2025-10.deadline")
    held = [
        line
        for line in clock
        if " lapse (" in line and "refused by" not in line and line.startswith(("held", "refused"))
    ]
    assert held
    assert all(line.startswith("held off ") for line in held)


def test_days_routes_use_cases_and_rows_are_told(lines: Lines) -> None:
    assert "Calendar: Recipients may act from 14 October 2024." in lines("faq.3")
    assert any(
        line.startswith("A document under reverse charge goes straight to ITC Available") for line in lines("faq.17")
    )
    assert any(
        line.startswith("Use case, by the recipient: The recipient acts on one record") for line in lines("faq.30")
    )
    assert "Annexure-A, rows 5, 13, 19, 21, 26, 31d." in lines("faq.34")


def test_why_gstr_2b_leaves_a_record_out_is_told(lines: Lines) -> None:
    assert "GSTR-2B leaves a filed record out where it is pending." in lines("faq.14.iii")


def test_refusals_that_name_a_rule_beside_their_own_are_one_line(lines: Lines) -> None:
    assert "Named beside the rule that refuses: frozen (FAQ 12)." in lines("faq.26")
