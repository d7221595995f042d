"""The disk fails at a step that SQLite takes on it, once or for a while: the call says so, and its repeat is whole."""

from __future__ import annotations

import shutil
import sqlite3
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import pytest

from ims_fsm import IMS, UnsettledError
from tests.faults import disk, month

pytestmark = [pytest.mark.faults, disk.watches]
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
        self.not_kept: str | None = None
        (folder / "killed").mkdir(parents=True)

    def live(self) -> IMS:
        """Return the database with what stands in it at the end."""
        ims = month.repeated(lambda: month.opened(f"sqlite:///{self.folder / 'ims.db'}"), partial(self.failed, ""))
        for call in month.MONTH:
            key = call.name if call.keyed else ""
            month.repeated(partial(self.client.call, ims, call), partial(self.failed, key))
        month.held(ims, self.client.acknowledged)
        return ims

    def live_on(self) -> IMS:
        """Return the database where another process went on after the first failure."""
        ims = month.opened(f"sqlite:///{self.folder / 'killed' / 'ims.db'}")
        month.held(ims, self.acknowledged)
        assert self.not_kept not in month.kept(ims)
        month.Client(self.acknowledged).live(ims)
        return ims

    def failed(self, key: str, error: Exception) -> None:
        self.failures += 1
        if self.failures == 1:
            self.killed(None if isinstance(error, UnsettledError) else key)

    def killed(self, not_kept: str | None) -> None:
        # The memory that processes share (-shm) goes with them.
        for file in self.folder.glob("ims.db*"):
            if not file.name.endswith("-shm"):
                shutil.copyfile(file, self.folder / "killed" / file.name)
        self.acknowledged, self.not_kept = dict(self.client.acknowledged), not_kept


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
            with disk.watched(Failing(codes, point, length)), life.live() as ims:
                assert month.differences(ims, expected) == {}
            failures += life.failures
            if life.failures:
                with life.live_on() as ims:
                    assert month.differences(ims, expected) == {}
    assert failures > 0


def test_a_commit_that_cannot_be_synced_is_kept_or_not(tmp_path):
    """The process that hears of it has it no more; one that finds the log after it has died has it."""
    fails = False
    with disk.watched(lambda step: EIO["sync"] if fails and step.what == "sync" else 0):
        with month.opened(f"sqlite:///{tmp_path / 'ims.db'}") as ims:
            client = month.Client()
            for call in month.MONTH[:4]:
                client.call(ims, call)
            fails = True
            with pytest.raises(UnsettledError, match=r"it committed \(disk I/O error\), and the call may be"):
                client.call(ims, month.MONTH[4])
            fails = False
            life = Life(tmp_path)
            life.killed(None)
            assert month.MONTH[4].name not in month.kept(ims)
        with month.opened(f"sqlite:///{tmp_path / 'killed' / 'ims.db'}") as ims:
            assert month.MONTH[4].name in month.kept(ims)
