"""What is made of a rule is told of every rule that is modelled, and of none that is not."""

from __future__ import annotations

from typing import Any

import pytest

from ims_fsm.law.book import shipped_book
from ims_fsm.pages.effects import effects
from ims_fsm.pages.material import Material

RULES = shipped_book().law.rules


def lines(look: Any, rule: str, material: Material) -> list[str]:
    return [look.words(line) for item in effects(rule, material) for line in (item.line, *item.below)]


@pytest.mark.parametrize("rule", [rule.id for rule in RULES.values() if rule.status == "modelled"])
def test_a_modelled_rule_or_one_below_it_does_something(rule: str, material: Material) -> None:
    below = [other for other in RULES if other == rule or other.startswith(f"{rule}.")]
    # Annexure-A is a page of its own, and what stands on it is the table.
    assert rule == "annexure.a" or any(effects(rule_below, material) for rule_below in below)


@pytest.mark.parametrize("rule", [rule.id for rule in RULES.values() if rule.status == "not_modelled"])
def test_what_is_not_modelled_does_nothing(rule: str, material: Material) -> None:
    assert effects(rule, material) == ()


def test_a_refusal_says_what_it_meets_when_and_what_mends_it(look: Any, material: Material) -> None:
    who, says, when = lines(look, "faq.11.d", material)[:3]
    assert who == (
        "refused keep pending, pending_not_allowed (Invoice amendment, Debit note amendment, ECO document amendment; "
        "until 2B period September 2025)"
    )
    assert says == (
        "“This record lowers its original, whose credit the recipient has already taken in a filed GSTR-3B, so pending "
        "is not available for it.” What mends it: Accept it or reject it; with no action it is deemed accepted."
    )
    assert when == "When direction is downward and original is accepted."


def test_what_every_record_shares_is_said_of_every_record(look: Any, material: Material) -> None:
    assert lines(look, "faq.16.2", material)[1].startswith(
        "Transition delete, by the supplier: from no action, accepted, rejected"
    )
    assert lines(look, "faq.16.2", material)[1].endswith("to removed (every record)")


def test_what_only_the_clock_would_do_is_held_off_and_refused_to_nobody(look: Any, material: Material) -> None:
    clock = lines(look, "advisory.2025-10.deadline", material)
    held = [line for line in clock if "lapse, not_due" in line]
    assert held
    assert all(line.startswith("held off ") for line in held)


def test_days_routes_use_cases_and_rows_are_told(look: Any, material: Material) -> None:
    assert "Calendar: Recipients may act from 14 October 2024." in lines(look, "faq.3", material)
    assert any(
        line.startswith("A document under reverse charge goes straight to ITC Available")
        for line in lines(look, "faq.17", material)
    )
    assert any(
        line.startswith("Use case, by the recipient: The recipient acts on one record")
        for line in lines(look, "faq.30", material)
    )
    assert "Annexure-A, rows 5, 13, 19, 21, 26, 31d." in lines(look, "faq.34", material)


def test_why_gstr_2b_leaves_a_record_out_is_told(look: Any, material: Material) -> None:
    assert "GSTR-2B leaves a filed record out where it is pending." in lines(look, "faq.14.iii", material)


def test_refusals_that_name_a_rule_beside_their_own_are_one_line(look: Any, material: Material) -> None:
    assert "Named beside the rule that refuses: frozen (FAQ 12)." in lines(look, "faq.26", material)
