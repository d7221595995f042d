"""The model check of the shipped law: everything holds, and a spoilt law does not."""

from __future__ import annotations

import pytest

from ims_fsm.law.loading import read_law
from ims_fsm.law.modelcheck import Extent, Report, check
from ims_fsm.law.register import Law

NAMES = (
    "leads_where_it_says",
    "decided_for_good",
    "saved_never_freezes",
    "pending_never_freezes",
    "filed_records_freeze",
    "supplier_changes_saved_records",
    "expires_past_the_time_limit",
    "not_before_ims_opens",
    "not_without_access",
    "not_out_of_time",
    "rejected_out_of_time",
    "not_outside_ims",
    "not_on_what_has_changed",
    "original_first",
    "latest_action_overwrites",
    "direction_decides",
    "pending_without_deadline",
    "pending_with_deadline",
    "lapses_at_the_deadline",
    "nothing_on_a_guess",
    "reduction_where_at_stake",
    "only_what_is_declared",
    "gstr2b_final_for_good",
    "gstr2b_final_on_a_draft",
    "gstr2b_never_filed_on_stale",
    "gstr2b_changes_make_it_stale",
    "gstr2b_generated_in_time",
    "gstr2b_not_drafted_late",
    "gstr2b_filed_in_order",
    "supplier_covers_the_credit",
    "every_transition_fires",
    "every_guard_refuses",
    "every_citation_is_modelled",
    "every_modelled_rule_is_exercised",
)


@pytest.fixture(scope="module")
def report(law: Law) -> Report:
    return check(law)


def test_the_shipped_law_holds(report):
    assert {found.name: found.counterexamples for found in report.properties} == dict.fromkeys(NAMES, ())
    assert report.holds


def test_every_property_checked_something_and_cites_rules_of_the_register(report, law):
    for found in report.properties:
        assert found.checked > 0
        assert set(found.rules) <= set(law.rules)
        assert found.sentence[0].isupper()
        assert not found.sentence.endswith(".")
    assert {found.counted for found in report.properties} == {
        "situations", "cases", "transitions", "guards", "citations", "rules", "freezes"
    }  # fmt: skip


def test_the_space_is_every_machine_rule_set_source_trigger_and_combination(report, law):
    assert [space.machine for space in report.spaces] == list(law.machines)
    assert {space.rule_sets for space in report.spaces} == {2}
    statement = next(space for space in report.spaces if space.machine == "gstr2b")
    assert statement == Extent("gstr2b", "GSTR-2B of a tax period", 2, 5, 3, 48)
    assert statement.situations == 1_440
    assert report.situations == sum(space.situations for space in report.spaces)
    assert report.situations > 1_000_000_000


def test_every_modelled_rule_is_among_the_exercised(report, law):
    modelled = {rule.id for rule in law.rules.values() if rule.status == "modelled"}
    assert report.exercised <= modelled
    assert {"faq.11.d", "faq.34", "window.2b", "annexure.a", "refurnish.1"} <= report.exercised


def test_a_spoilt_law_does_not_hold(law, without_guard, with_machines):
    spoilt = check(with_machines("invoice", without_guard(law.machine("gstr2b"), "day_has_come")))
    assert not spoilt.holds
    broken = {found.name for found in spoilt.properties if found.counterexamples}
    assert "gstr2b_generated_in_time" in broken
    assert "gstr2b_filed_in_order" not in broken


def test_a_law_of_another_field_is_held_to_what_any_law_ought_to_keep(texts):
    names = {found.name for found in check(read_law(texts)).properties}
    assert {"every_state_is_reached", "every_state_ends", "terminal_for_good", "every_question_is_answered"} <= names
    assert not names & {"filed_records_freeze", "gstr2b_final_for_good", "supplier_covers_the_credit"}


def test_progress_is_told_before_each_part(with_machines):
    told: list[tuple[str, int, int]] = []
    check(with_machines("invoice", "gstr2b"), lambda *part: told.append(part))
    assert told == [("Invoice", 0, 3), ("GSTR-2B of a tax period", 1, 3), ("The law as a whole", 2, 3)]
