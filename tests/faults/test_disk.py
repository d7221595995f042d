"""The disk fails at a step that SQLite takes on it, once or for a while: the call says so, and its repeat is whole."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TypeVar

import pytest

from ims_fsm import StoreError
from tests.faults import disk, month

pytestmark = [pytest.mark.faults, disk.watches]
T = TypeVar("T")
EIO = {
    "open": sqlite3.SQLITE_CANTOPEN,
    "read": sqlite3.SQLITE_IOERR_READ,
    "write": sqlite3.SQLITE_IOERR_WRITE,
    "truncate": sqlite3.SQLITE_IOERR_TRUNCATE,
    "sync": sqlite3.SQLITE_IOERR_FSYNC,
    "delete": sqlite3.SQLITE_IOERR_DELETE,
}
ENOSPC = {"write": sqlite3.SQLITE_FULL, "open": sqlite3.SQLITE_CANTOPEN}


@dataclass
class Failing:
    """A disk whose steps fail from one on, so many of them; without a first it only counts."""

    codes: dict[str, int]
    first: int | None = None
    length: int = 1
    steps: list[str] = field(default_factory=list)

    def __call__(self, step: disk.Step) -> int:
        if step.what not in self.codes:
            return sqlite3.SQLITE_OK
        self.steps.append(step.what)
        fails = self.first is not None and self.first < len(self.steps) <= self.first + self.length
        return self.codes[step.what] if fails else sqlite3.SQLITE_OK


class Life:
    """A month on a disk that fails, by a client that repeats; and what a process leaves that dies of it."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.client, self.failures = folder, month.Client(), 0
        self.acknowledged: dict[str, str] = {}
        (folder / "killed").mkdir(parents=True)

    def live(self) -> dict[str, list[str]]:
        """Return what stands at the end."""
        ims = self.repeated(lambda: month.opened(f"sqlite:///{self.folder / 'ims.db'}"))
        with ims:
            for call in month.MONTH:
                self.repeated(partial(self.client.call, ims, call))
            month.held(ims, self.client.acknowledged)
            return month.content(ims)

    def live_on(self) -> dict[str, list[str]]:
        """Return what stands at the end where another process goes on after the first failure."""
        with month.opened(f"sqlite:///{self.folder / 'killed' / 'ims.db'}") as ims:
            month.held(ims, self.acknowledged)
            month.Client(self.acknowledged).live(ims)
            return month.content(ims)

    def repeated(self, work: Callable[[], T]) -> T:
        while True:
            try:
                return work()
            except StoreError:
                self.failures += 1
                if self.failures == 1:
                    self.killed()

    def killed(self) -> None:
        # Memory that processes share (-shm) goes with them.
        for file in self.folder.glob("ims.db*"):
            if not file.name.endswith("-shm"):
                shutil.copyfile(file, self.folder / "killed" / file.name)
        self.acknowledged = dict(self.client.acknowledged)


@pytest.mark.parametrize("codes", [EIO, ENOSPC], ids=["EIO", "ENOSPC"])
@pytest.mark.parametrize("length", [1, 30], ids=["once", "a-while"])
def test_a_call_that_meets_a_disk_that_fails_can_be_repeated(codes, length, points, tmp_path):
    """By the same process, and by another where it dies of it."""
    counting = Failing(codes)
    with disk.watched(counting), month.opened(f"sqlite:///{tmp_path / 'calm.db'}") as ims:
        month.Client().live(ims)
        expected = month.content(ims)
    failures = 0
    for point in points.among(range(len(counting.steps)), 0.5):
        with points.at(point):
            life = Life(tmp_path / str(point))
            with disk.watched(Failing(codes, point, length)):
                assert life.live() == expected
            failures += life.failures
            if life.failures:
                assert life.live_on() == expected
    assert failures > 0
