"""Steps about cases: what they do, what is said where something else is expected, and what cannot be read."""

from __future__ import annotations

from pathlib import Path

import pytest

from ims_fsm.scenario.report import Outcome
from ims_fsm.scenario.running import run_file
from ims_fsm.workflow.ims import Scratch

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"
LAW = EXAMPLES / "leave_request" / "leave_request.toml"
OPEN = 'at = 2026-12-01T09:00:00\ndo = "open"\ncase = "LR-1"\nmachine = "leave_request"\nfacts = { days = "few" }'
APPROVE = 'at = 2026-12-01T10:00:00\ndo = "fire"\ncase = "LR-1"\ntrigger = "approve"'
LATER = "at = 2026-12-02T09:00:00\n"


@pytest.fixture
def told(tmp_path: Path, ims_scratch: Scratch):
    """Run a scenario of these steps."""

    def run(*steps: str, machines: str = f'["{LAW}"]') -> Outcome:
        file = tmp_path / "story.toml"
        head = f'title = "A story"\nmachines = {machines}\n'
        file.write_text("".join([head, *(f"\n[[step]]\n{step}\n" for step in steps)]), "utf-8")
        return run_file(file, ims_scratch)

    return run


def test_the_documented_story_holds(ims_scratch: Scratch) -> None:
    outcome = run_file(EXAMPLES / "stories" / "long_leave.toml", ims_scratch)
    assert (outcome.problems, outcome.failures) == ((), ())


@pytest.mark.parametrize(
    ("steps", "expected", "happened"),
    [
        ([APPROVE.replace("approve", "escalate")], "fire of LR-1 to be allowed", "short_leaves_stay"),
        ([APPROVE, APPROVE], "fire of LR-1 to be allowed", "no_transition"),
        ([OPEN.replace("few", "many")], "open of LR-1 to be allowed", "idempotency_key_reused"),
        ([f'{APPROVE}\nrefused = "days_are_left"'], "fire of LR-1 to be refused with days_are_left", "it was allowed"),
        ([f"{LATER}expect = {{ case = 'LR-1', state = 'approved' }}"], "state of LR-1 to be approved", "found asked"),
        ([f"{LATER}expect = {{ case = 'LR-1', transitions = 2 }}"], "transitions of LR-1 to be 2", "found 1"),
        ([f"{LATER}expect = {{ case = 'LR-1', facts = {{ days = 'many' }} }}"], "days of LR-1 to be many", "found few"),
        (
            [f"{LATER}expect = {{ case = 'LR-1', trigger = 'approve', allowed = false }}"],
            "approve on LR-1 to be refused", "it was allowed",
        ),
        (
            [f"{LATER}expect = {{ case = 'LR-1', trigger = 'approv', allowed = true }}"],
            "approv on LR-1 to be allowed", "did you mean",
        ),
        (
            [f"{LATER}expect = {{ case = 'LR-1', trigger = 'approve', given = {{balance='short'}}, allowed = true }}"],
            "approve on LR-1 to be allowed", "days_are_left",
        ),
    ],
)  # fmt: skip
def test_what_happens_otherwise_is_said(told, steps, expected, happened) -> None:
    outcome = told(OPEN, *steps)
    assert outcome.problems == ()
    (failure,) = outcome.failures
    assert expected in failure.expected
    assert happened in failure.happened


@pytest.mark.parametrize(
    ("steps", "what", "remedy"),
    [
        ([OPEN.replace("leave_request", "leave_reqest")], "is not a machine of cases here", "leave_request"),
        ([APPROVE], "'LR-1' is not opened before", "open it in a step before"),
        ([OPEN, f"{LATER}expect = {{ case = 'LR-2', state = 'asked' }}"], "is not opened before", "LR-1"),
        ([OPEN, f"{LATER}expect = {{ case = 'LR-1' }}"], "expects nothing", "add what the case should be"),
        ([OPEN, f"{LATER}expect = {{ case = 'LR-1', trigger = 'approve' }}"], "has half of a question", "allowed"),
        ([OPEN, f"{LATER}expect = {{ case = 'LR-1', document = 'X' }}"], "is not a key of this table", "case, state"),
        ([OPEN.replace('"few"', "3")], "is not a table of facts", "write it like"),
        ([OPEN, f'{APPROVE}\nrefused = "no_such_code"'], "is not a code of refusal", "days_are_left"),
    ],
)
def test_what_cannot_be_read_is_said(told, steps, what, remedy) -> None:
    (problem,) = told(*steps).problems
    assert what in problem.what
    assert remedy in problem.remedy


def test_a_law_that_is_not_there_is_a_problem(told) -> None:
    first, *_ = told(OPEN, machines='["nowhere.toml"]').problems
    assert first.where == "machines nowhere.toml"
    assert "cannot be read" in first.what


def test_who_says_a_fact_is_declared(told, tmp_path: Path) -> None:
    file = tmp_path / "leave_request.toml"
    text = LAW.read_text("utf-8").replace('name = "days"\n', 'name = "days"\nsaid_by = ["open"]\n', 1)
    file.write_text(text, "utf-8")
    given = f'{APPROVE}\nfacts = {{ days = "few" }}\nrefused = "input_invalid"'
    outcome = told(OPEN, given, APPROVE, machines=f'["{file}"]')
    assert (outcome.problems, outcome.failures) == ((), ())
