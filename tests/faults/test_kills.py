"""A process is killed at a statement or a step on the disk: what it was acknowledged is there, the rest is done.

Each time a month is done by a process of its own, which kills itself at a point; another goes on from what it left.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import Engine, event

from tests.faults import disk, month

pytestmark = [
    pytest.mark.faults,
    pytest.mark.skipif(sys.platform == "win32", reason="a process kills itself by a signal"),
]


class Countdown:
    """Counts what comes by, and kills the process before the n-th of it."""

    def __init__(self, last: int | None = None) -> None:
        self.last, self.count = last, 0

    def __call__(self, *_what: object) -> int:
        if self.count == self.last:
            os.kill(os.getpid(), signal.SIGKILL)
        self.count += 1
        return 0


@contextmanager
def at_statements(countdown: Countdown) -> Iterator[None]:
    """Count the statements that a program sends, and its commits."""
    names = ("before_cursor_execute", "commit", "savepoint")
    for name in names:
        event.listen(Engine, name, countdown)
    try:
        yield
    finally:
        for name in names:
            event.remove(Engine, name, countdown)


@contextmanager
def at_writes(countdown: Countdown) -> Iterator[None]:
    """Count what SQLite changes on the disk: writes, syncs, truncations, deletions."""
    with disk.watched(lambda step: 0 if step.what == "read" else countdown()):
        yield


PLACES = [
    pytest.param("file", at_statements, 1, id="sqlite-statements"),
    pytest.param("file", at_writes, 1, id="sqlite-writes", marks=disk.watches),
    pytest.param("postgresql", at_statements, 0.3, id="postgresql-statements"),
]


@pytest.fixture
def fresh(request, tmp_path) -> Callable[[str], AbstractContextManager[str]]:
    """Give the URL of a database for a while: of a file, or on PostgreSQL."""
    numbers = count()

    @contextmanager
    def on(place: str) -> Iterator[str]:
        if place == "file":
            yield f"sqlite:///{tmp_path / f'{next(numbers)}.db'}"
            return
        databases = request.getfixturevalue("databases")
        name = databases.make()
        yield databases.address(name).render_as_string(hide_password=False)
        databases.drop([name])

    return on


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
