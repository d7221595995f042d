"""Steps about sign-offs: a house's own limits, what is said where something else happens, and what cannot be read."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from ims_fsm.resources import machines_folder
from ims_fsm.scenario.running import run_file
from ims_fsm.workflow.ims import Scratch

from .conftest import CAST, Story

STORY = Path(__file__).parents[2] / "docs" / "examples" / "stories" / "sign_off.toml"
FILED = (
    '2024-11-09T10:00:00; do = "save"; document = "INV"; form = "GSTR-1"; period = "2024-10"',
    '2024-11-09T11:00:00; do = "file"; supplier = "seller"; form = "GSTR-1"; period = "2024-10"',
)
PROPOSE = '2024-11-11T10:00:00; do = "propose"; signoff = "SO"; actions = { INV = "accept" }; by = "asha:preparer"'
APPROVE = '2024-11-11T11:00:00; do = "approve"; signoff = "SO"; by = "ravi:approver"'
LATER = "2024-11-12T10:00:00; "


def told(*steps: str, signoff: str = "true") -> str:
    """Write a story of sign-offs with one document that is filed."""
    head = CAST.replace('rules = ["faq.16"]', f"signoff = {signoff}")
    other = Story.document("OTHER", recipient='"neighbour"')
    return head + Story.document("INV") + other + Story.steps(*FILED, *steps)


def test_the_documented_story_holds(ims_scratch: Scratch) -> None:
    outcome = run_file(STORY, ims_scratch)
    assert (outcome.problems, outcome.failures) == ((), ())


@pytest.mark.parametrize(
    ("steps", "expected", "happened"),
    [
        ([PROPOSE.replace("preparer", "clerk")], "propose of SO to be allowed", "not_permitted"),
        ([PROPOSE, APPROVE.replace("ravi:approver", "asha")], "approve of SO to be allowed", "not_permitted"),
        ([PROPOSE, f'{APPROVE}; refused = "own_proposal"'], "refused with own_proposal", "it was allowed"),
        ([PROPOSE, f'{LATER}expect = {{ signoff = "SO", state = "applied" }}'], "SO to be applied", "found proposed"),
        (
            [f'{PROPOSE.replace("preparer", "clerk")}; refused = "not_permitted"', APPROVE],
            "approve of SO to be allowed", "SO was never proposed",
        ),
    ],
)  # fmt: skip
def test_what_happens_otherwise_is_said(story: Story, ims_scratch: Scratch, steps, expected, happened) -> None:
    outcome = run_file(story.write(told(*steps)), ims_scratch)
    assert outcome.problems == ()
    (failure,) = outcome.failures
    assert expected in failure.expected
    assert happened in failure.happened


def test_a_house_tells_stories_of_limits_of_its_own(story: Story, ims_scratch: Scratch) -> None:
    folder = Path(shutil.copytree(machines_folder() / "signoff", story.folder / "house"))
    limits = (folder / "limits.toml").read_text()
    (folder / "limits.toml").write_text(limits.replace('"500000"', '"179.99"'))
    refused = f'{APPROVE}; refused = "above_the_limit"; rule = "signoff.limits"'
    assert run_file(story.write(told(PROPOSE, refused, signoff='"house"')), ims_scratch).held
    assert not run_file(story.write(told(PROPOSE, refused)), ims_scratch).held


@pytest.mark.parametrize(
    ("steps", "signoff", "what", "remedy"),
    [
        ([APPROVE], "true", "step[3] signoff: 'SO' is not proposed before", "propose it in a step before"),
        ([PROPOSE], "false", "step[3]: is about a sign-off, and there are none", "write signoff = true at the top"),
        ([PROPOSE], "1", "signoff: 1 is no sign-off", "write true, or the folder of a copy of machines/signoff"),
        (
            [PROPOSE.replace("INV", "GONE")], "true",
            "step[3] actions: 'GONE' is not a document of this scenario", "add it under [[document]]",
        ),
        (
            [PROPOSE.replace("{ INV", '{ OTHER = "reject", INV')], "true",
            "step[3] actions: are on documents of several recipients", "propose those of each recipient apart",
        ),
        (
            [PROPOSE.replace('"accept"', '"agree"')], "true",
            "step[3] actions: {'INV': 'agree'} is not a table of documents and actions", 'write it like { INV = "acc',
        ),
        ([PROPOSE, APPROVE.replace('; by = "ravi:approver"', "")], "true", "step[4] by: is missing", "add it"),
        ([PROPOSE, f"{APPROVE}; to = 'mina'"], "true", "step[4] to: is not a key of `approve`", "its keys are at,"),
        ([PROPOSE, f'{APPROVE}; refused = "no_such"'], "true", "'no_such' is not a code of refusal", "own_proposal"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_said(story: Story, steps, signoff, what, remedy) -> None:
    (problem,) = story.problems(told(*steps, signoff=signoff))
    assert what in problem
    assert remedy in problem.removeprefix(what)


def test_a_folder_without_a_sign_off_is_a_problem(story: Story) -> None:
    first, *_ = story.problems(told(PROPOSE, signoff='"nowhere"'))
    assert first.startswith("signoff: ")
    assert "nowhere" in first
