"""A command of the command line is killed at a statement and run again, as it was: it comes to the same as calmly."""

from __future__ import annotations

import json
import multiprocessing
import re
import signal
import sys
import warnings
from itertools import accumulate
from pathlib import Path

import pytest
from typer.testing import CliRunner

from ims_fsm.cli.app import app
from ims_fsm.resources import samples_folder
from ims_fsm.workflow.upkeep import audit
from tests.faults import month
from tests.faults.countdown import Countdown, at_statements

pytestmark = [
    pytest.mark.faults,
    pytest.mark.skipif(sys.platform == "win32", reason="a process kills itself by a signal"),
]
KEYED = {
    "act": ("2024-11-12T11:00", "act", "reject", "--kind", "credit_note"),
    "apply": ("2024-11-12T12:00", "apply", str(month.FILE)),
    "2b": ("2024-11-15T10:00", "2b", "generate", "--period", "2024-10"),
    "3b": ("2024-11-20T10:00", "3b", "file", "--period", "2024-10", "--yes"),
}
COMMANDS = {
    "import": ("2024-11-12T10:00", "import", str(samples_folder() / "ims_2024-11.json")),
    **{name: (*command, "--key", name) for name, command in KEYED.items()},
}


def run(name: str, url: str, file: Path, point: int | None = None) -> tuple[int, int, str]:
    """Run a command in a process of its own; return how it ended, its statements, and what it printed.

    At a point it kills itself: then there is nothing to return, and it is run again.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of threads; the child only works and dies
        process = multiprocessing.get_context("fork").Process(target=work, args=(name, url, file, point))
        process.start()
    process.join()
    if point is not None:
        assert process.exitcode == -signal.SIGKILL
        return run(name, url, file)
    assert process.exitcode == 0
    return tuple(json.loads(file.read_text("utf-8")))


def work(name: str, url: str, file: Path, point: int | None) -> None:
    moment, *arguments = COMMANDS[name]
    with at_statements(countdown := Countdown(point)):
        done = CliRunner().invoke(app, [*arguments, "--db", url, "--at", moment, "--as", "meera"])
    file.write_text(json.dumps([done.exit_code, countdown.count, done.output]), "utf-8")


@pytest.fixture(params=["file", "postgresql"])
def calm(request, fresh, tmp_path):
    """Return the place, what each command comes to calmly, and what stands at the end."""
    with fresh(request.param) as url:
        ran = {name: run(name, url, tmp_path / "calm") for name in COMMANDS}
        assert [code for code, _, _ in ran.values()] == [0, 1, 1, 0, 0]
        with month.opened(url) as ims:
            answers = {name: told(ran[name][2], ims) for name in KEYED}
            return request.param, ran, answers, month.content(ims)


# Where a sentence names records: PostgreSQL leaves out the numbers of those of a call that failed.
NAMED = re.compile(r"(?<=record )\d+|(?<=record \()\d+(?=\))|(?<=records )\d+(?:, \d+)+")


def told(printed, ims):
    """Return what was printed, in one line, with records numbered as if no number had been left out."""
    there = sorted(record.id for record in month.desk(ims).records())
    places = {str(number): str(place) for place, number in enumerate(there, 1)}

    def renumbered(named):
        return re.sub(r"\d+", lambda number: places[number[0]], named[0])

    return NAMED.sub(renumbered, " ".join(printed.split()))


def test_a_command_that_is_killed_and_run_again_comes_to_the_same(calm, points, fresh, tmp_path):
    place, ran, answers, expected = calm
    ends = dict(zip(COMMANDS, accumulate(count for _, count, _ in ran.values()), strict=True))
    for point in points.among(range(ends["3b"]), 0.5):
        doomed = next(name for name, end in ends.items() if point < end)
        printed: dict[str, str] = {}
        with points.at(point), fresh(place) as url:
            for name, (code, count, _) in ran.items():
                at = point - (ends[name] - count) if name == doomed else None
                again = run(name, url, tmp_path / "again", at)
                assert again[0] == code, again
                if name in KEYED:
                    printed[name] = again[2]
            with month.opened(url) as ims:
                assert {name: told(text, ims) for name, text in printed.items()} == answers
                assert audit(ims).faults == ()
                assert month.differences(ims, expected) == {}
