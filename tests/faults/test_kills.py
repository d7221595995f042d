"""A process is killed at a statement or a step on the disk: what it was acknowledged is there, the rest is done.

Each time a month is done by a process of its own, which kills itself at a point; another goes on from what it left.
"""

from __future__ import annotations

import json
import multiprocessing
import signal
import sys
import warnings
from pathlib import Path

import pytest

from tests.faults import disk, month
from tests.faults.countdown import Countdown, at_statements, at_writes

pytestmark = [
    pytest.mark.faults,
    pytest.mark.skipif(sys.platform == "win32", reason="a process kills itself by a signal"),
]


PLACES = [
    pytest.param("file", at_statements, 1, id="sqlite-statements"),
    pytest.param("file", at_writes, 1, id="sqlite-writes", marks=disk.watches),
    pytest.param("postgresql", at_statements, 0.3, id="postgresql-statements"),
]


@pytest.mark.parametrize(("place", "counted", "times"), PLACES)
def test_a_process_that_is_killed_loses_nothing_it_was_acknowledged(place, counted, times, points, fresh, tmp_path):
    with fresh(place) as url:
        with counted(countdown := Countdown()), month.opened(url) as ims:
            month.Client().live(ims)
        with month.opened(url) as ims:
            expected = month.content(ims)
    for point in points.among(range(countdown.count), times):
        with points.at(point), fresh(place) as url:
            acknowledged = killed(url, tmp_path / f"{point}.notes", counted, point)
            with month.opened(url) as ims:
                month.held(ims, acknowledged)
                month.Client(acknowledged).live(ims)
                assert month.differences(ims, expected) == {}


def killed(url: str, notes: Path, counted, point: int) -> dict[str, str]:
    """Do the month in a process that kills itself at a point; return what it was acknowledged."""
    notes.touch()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of threads; the child only works and dies
        process = multiprocessing.get_context("fork").Process(target=doomed, args=(url, notes, counted, point))
        process.start()
    process.join()
    assert process.exitcode == -signal.SIGKILL
    return dict(map(json.loads, notes.read_text("utf-8").splitlines()))


def doomed(url: str, notes: Path, counted, point: int) -> None:
    with counted(Countdown(point)), notes.open("a", encoding="utf-8", buffering=1) as file, month.opened(url) as ims:
        month.Client(acknowledge=lambda *said: file.write(json.dumps(said) + "\n")).live(ims)
