"""Outcomes as lines for people and as data for programs, and the exit code of several."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from ims_fsm.cli.answers import plain
from ims_fsm.errors import Problem
from ims_fsm.scenario.report import Outcome, StepFailure, StepNote, exit_code, lines, summary

PATH = Path("story.toml")
FAILURE = StepFailure(2, datetime(2024, 11, 5, 6, 30, tzinfo=UTC), "state of INV to be frozen", "found no_action")
HELD = Outcome(path=PATH, title="A story", rules=("faq.16",), steps=1, ran=1)
FAILED = Outcome(path=PATH, title="A story", steps=4, ran=2, failures=(FAILURE,))
UNREADABLE = Outcome(path=PATH, title="story", problems=(Problem("title", "is missing", "add it"),))


def test_a_scenario_that_held_is_one_line():
    assert lines(HELD) == ["held        story.toml: A story (1 step)"]


def test_a_scenario_that_failed_names_the_file_the_step_and_both_sides():
    assert lines(FAILED) == [
        "failed      story.toml: A story",
        "    story.toml: step 2 (2024-11-05 12:00:00 IST): expected state of INV to be frozen; found no_action",
        "    2 steps after it not run",
    ]


def test_what_a_bulk_action_was_refused_on_is_told_although_the_scenario_held():
    note = StepNote(1, datetime(2024, 11, 5, 6, 30, tzinfo=UTC), "accept of INV was refused with frozen: it is decided")
    outcome = Outcome(path=PATH, title="A story", steps=1, ran=1, notes=(note,))
    told = "step 1 (2024-11-05 12:00:00 IST): accept of INV was refused with frozen: it is decided"
    assert lines(outcome) == ["held        story.toml: A story (1 step)", f"    {told}"]
    at = "2024-11-05T12:00:00+05:30"
    assert plain("Outcome", outcome)["notes"] == [{"step": 1, "at": at, "told": told.partition("): ")[2]}]


def test_a_scenario_that_was_run_to_its_end_says_no_more():
    outcome = Outcome(path=PATH, title="A story", steps=2, ran=2, failures=(FAILURE,))
    assert len(lines(outcome)) == 2


def test_a_scenario_that_could_not_be_read_names_every_problem():
    assert lines(UNREADABLE) == ["unreadable  story.toml", "    story.toml: title: is missing; add it"]


def test_a_failure_as_data_has_its_moment_in_ist():
    assert plain("Outcome", FAILED) == {
        "path": "story.toml",
        "title": "A story",
        "rules": [],
        "held": False,
        "steps": 4,
        "ran": 2,
        "failures": [
            {
                "step": 2,
                "at": "2024-11-05T12:00:00+05:30",
                "expected": "state of INV to be frozen",
                "happened": "found no_action",
            }
        ],
        "notes": [],
        "problems": [],
    }


def test_a_problem_as_data():
    assert plain("Outcome", UNREADABLE)["problems"] == [{"where": "title", "what": "is missing", "remedy": "add it"}]


@pytest.mark.parametrize(
    ("outcomes", "code", "told"),
    [
        ([HELD], 0, "1 scenario: 1 held, 0 failed, 0 unreadable"),
        ([HELD, FAILED], 1, "2 scenarios: 1 held, 1 failed, 0 unreadable"),
        ([FAILED, UNREADABLE, HELD], 2, "3 scenarios: 1 held, 1 failed, 1 unreadable"),
    ],
)
def test_several_come_to_one_code_and_one_line(outcomes, code, told):
    assert (exit_code(outcomes), summary(outcomes)) == (code, told)
