"""Every scenario under tests/scenarios holds: the law, told as stories."""

from __future__ import annotations

from pathlib import Path

import pytest

from ims_fsm.scenario.report import lines
from ims_fsm.scenario.running import run_paths

FOLDER = Path(__file__).resolve().parent.parent / "scenarios"
FILES = sorted(FOLDER.rglob("*.toml"))


def test_there_are_scenarios():
    assert FILES


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(FOLDER).as_posix())
def test_a_scenario_holds(path):
    [outcome] = run_paths([path])
    assert outcome.held, "\n".join(lines(outcome))
