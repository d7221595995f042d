"""What the scenarios under tests/scenarios prove together; the plugin runs each of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from ims_fsm.law.book import shipped_book
from ims_fsm.scenario.declaration import Expect
from ims_fsm.scenario.reading import read_scenario

FOLDER = Path(__file__).resolve().parent.parent / "scenarios"
FILES = sorted(FOLDER.rglob("*.toml"))


# The fixed list of codes; `stale_version` is a lost race, which a story told by one hand cannot have.
CODES = {
    *("not_an_ims_document", "not_in_ims", "ims_not_open", "taxpayer_not_eligible", "frozen", "removed"),
    *("pending_not_allowed", "reject_not_allowed", "original_not_settled", "original_unknown"),
    *("supplier_record_filed", "amendment_time_barred", "two_b_not_yet_open", "two_b_missing", "two_b_stale"),
    *("previous_3b_not_filed", "no_monthly_2b_for_quarterly", "three_b_filed", "s16_4_expired"),
    *("itc_reduction_required", "itc_reduction_not_applicable", "itc_reduction_exceeds_document"),
    *("remarks_too_long", "duplicate_document"),
}


@pytest.fixture(scope="module")
def scenarios():
    return [read_scenario(path) for path in FILES]


def test_every_modelled_question_of_the_faq_is_cited_by_a_scenario(scenarios):
    rules = shipped_book().law.rules
    questions = {f"faq.{number}" for number in range(1, 35)}
    assert questions <= rules.keys()
    modelled = {question for question in questions if rules[question].status == "modelled"}
    cited = {".".join(rule.split(".")[:2]) for scenario in scenarios for rule in scenario.rules}
    assert modelled - cited == set()


def test_every_code_of_refusal_is_expected_by_a_scenario(scenarios):
    steps = [step for scenario in scenarios for step in scenario.steps]
    expected = [step.expect if isinstance(step, Expect) else step for step in steps]
    assert {refusal.refused for refusal in expected} >= CODES
