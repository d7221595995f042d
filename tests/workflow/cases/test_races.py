"""Several processes on the same cases: one wins each, the others are refused by the law, and nothing is done twice."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import ims_fsm
from ims_fsm import Engine
from ims_fsm.record.moments import machine_clock
from ims_fsm.workflow.engine import workspace_of

pytestmark = [pytest.mark.slow, pytest.mark.long]
PROCESSES, CASES = 3, 20


@pytest.fixture(
    params=[
        pytest.param("file", marks=pytest.mark.sqlite("its twin is on PostgreSQL")),
        "pg",
    ]
)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "file":
        yield f"sqlite:///{tmp_path / 'ims.db'}"
        return
    databases = request.getfixturevalue("databases")
    made = databases.make()
    yield databases.address(made).render_as_string(hide_password=False)
    databases.drop([made])


def test_one_process_wins_each_case(
    url: str, machines: tuple[Path, ...], tmp_path: Path, sound: Callable[[Engine], None]
) -> None:
    with Engine(url, machines=machines[0]) as engine:
        # The others' clock goes on.
        workspace_of(engine).machine_clock = machine_clock
        desk = engine.cases("leave_request", actor="asha")
        ids = [desk.open(f"LR-{number}").id for number in range(CASES)]
        environment = {**os.environ, "PYTHONPATH": str(Path(ims_fsm.__file__).parents[1]), "PYTHONWARNINGS": "error"}
        program = [sys.executable, str(Path(__file__).with_name("racer.py")), url, str(machines[0]), str(tmp_path)]
        racers = [
            subprocess.Popen([*program, str(own), str(PROCESSES)], stdout=subprocess.PIPE, env=environment, text=True)
            for own in range(PROCESSES)
        ]
        answers = [json.loads(racer.communicate(timeout=120)[0]) for racer in racers]
        assert sorted(case_id for answer in answers for case_id in answer["won"]) == ids
        assert {code for answer in answers for code in answer["refused"]} == {"no_transition"}
        # Each key is one case, whoever opened it.
        assert len({tuple(answer["opened"]) for answer in answers}) == 1
        for answer, own in zip(answers, range(PROCESSES), strict=True):
            for case_id in answer["won"]:
                assert desk.history(case_id).transitions[-1].actor == f"p{own}"
        assert all(len(desk.history(case_id).transitions) == 2 for case_id in ids)
        sound(engine)
