"""Strategies and the model for any declared machine: the shipped ones and those of the examples run through them."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, find, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import rule, run_state_machine_as_test

from ims_fsm.law.book import shipped_law
from ims_fsm.law.decision import decide
from ims_fsm.law.loading import load_own
from ims_fsm.resources import machines_folder
from ims_fsm.testing import CaseModel, strategies
from tests.workflow.test_cases_permits import LAW

EXAMPLES = Path(__file__).resolve().parents[2] / "docs" / "examples"
OWN = [EXAMPLES / "leave_request", EXAMPLES / "loan_application", machines_folder() / "signoff"]
LAWS = [shipped_law(), *map(load_own, OWN)]
MACHINES = [machine for law in LAWS for machine in law.machines.values()]
QUICK = settings(max_examples=5, stateful_step_count=12, deadline=None, suppress_health_check=list(HealthCheck))


class Loans(CaseModel):
    machines = EXAMPLES / "loan_application"
    machine = "loan_application"


class Leaves(CaseModel):
    machines = LAWS[1]
    machine = "leave_request"


class Wrong(Leaves):
    """A model that is wrong: a leave of many days is thought to be approved."""

    @rule(case_id=CaseModel.ids)
    def approves(self, case_id: int) -> None:
        assert self.desk.may(case_id, "approve") or self.expected[case_id].facts.get("days") != "many"


TestLoans, TestLeaves = Loans.TestCase, Leaves.TestCase
TestLoans.settings = TestLeaves.settings = QUICK


def test_a_model_that_is_wrong_fails():
    wrong = settings(QUICK, max_examples=50, derandomize=True, database=None, phases=[Phase.generate])
    with pytest.raises(AssertionError):
        run_state_machine_as_test(Wrong, settings=wrong)


def test_a_model_opens_as_the_law_decides_and_says_what_may_be_said(tmp_path):
    file = tmp_path / "payment.toml"
    file.write_text(LAW, "utf-8")

    class Payments(CaseModel):
        machines = file
        machine = "payment"

    run_state_machine_as_test(Payments, settings=QUICK)


@given(data=st.data())
@settings(max_examples=50, deadline=None)
def test_a_history_is_what_the_law_decides_from_the_initial_state_on(data):
    machine = data.draw(st.sampled_from(MACHINES))
    rule_set = data.draw(st.sampled_from(machine.rule_sets))
    steps = data.draw(strategies.histories(machine, period=rule_set.since or "2017-07", most=8))
    edition, state = machine.editions[rule_set.id], machine.edition.initial
    for step in steps:
        assert step.state == state
        assert step.decision == decide(edition, state, step.trigger, step.facts)
        state = step.after


@pytest.mark.sqlite("no database is asked")
def test_histories_get_to_an_end_and_shrink_to_the_shortest():
    machine = LAWS[1].machine("leave_request")
    steps = find(strategies.histories(machine), lambda steps: bool(steps) and steps[-1].after == "taken")
    assert [(step.trigger, step.state) for step in steps] == [("approve", "asked"), ("take", "approved")]
    assert steps[-1].facts.schema.differing(steps[-1].facts.row) == "begun=yes"


@given(data=st.data())
@settings(max_examples=30, deadline=None)
def test_facts_are_declared_values_whole_or_some_of_them(data):
    machine = data.draw(st.sampled_from(MACHINES))
    about_who_acts = {fact.name for fact in (*machine.about_roles, *machine.about_firing)}
    assert data.draw(strategies.facts(machine)).keys() == set(machine.schema.names) - about_who_acts
    machine.schema.facts(data.draw(strategies.facts(machine, whole=False)))
