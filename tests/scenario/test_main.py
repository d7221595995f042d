"""`python -m ims_fsm.scenario`: what it prints and its exit codes."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from ims_fsm.scenario.__main__ import main

SWEEP = '2024-11-05T10:00:00; do = "sweep"'


@pytest.fixture
def held(story, cast):
    return str(story.write(cast + story.steps(SWEEP), "held.toml"))


@pytest.fixture
def failed(story, cast):
    wrong = '2024-11-05T10:00:00; expect = { recipient = "buyer", period = "2024-10", two_b = "final" }'
    return str(story.write(cast + story.steps(wrong), "failed.toml"))


def test_a_scenario_that_holds(held, capsys):
    assert main([held]) == 0
    line = f"held        {held}: A story (1 step)\n1 scenario: 1 held, 0 failed, 0 unreadable\n"
    assert capsys.readouterr() == (line, "")


def test_a_scenario_that_fails(held, failed, capsys):
    assert main([held, failed]) == 1
    expected = (
        f"{failed}: step 1 (2024-11-05 10:00:00 IST): expected two_b of buyer for 2024-10 to be final; found absent"
    )
    assert expected in capsys.readouterr().out


def test_a_scenario_that_cannot_be_read(story, failed, capsys):
    wrong = story.write("title = 5", "wrong.toml")
    assert main([failed, str(wrong)]) == 2
    assert f"{wrong}: title: 5 is not text; write it in quotes" in capsys.readouterr().out


def test_json_tells_the_same(held, failed, capsys):
    assert main(["--json", held, failed]) == 1
    assert [outcome["held"] for outcome in json.loads(capsys.readouterr().out)] == [True, False]


def test_a_database_that_cannot_be_used(held, capsys):
    assert main(["--db", "ims.db", held]) == 2
    told = "'ims.db' is no database URL; write it like sqlite:///ims.db or postgresql://…\n"
    assert capsys.readouterr() == ("", told)


def test_the_module_runs_as_a_program(failed):
    done = subprocess.run(
        [sys.executable, "-m", "ims_fsm.scenario", failed], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout.endswith("1 scenario: 0 held, 1 failed, 0 unreadable\n")
