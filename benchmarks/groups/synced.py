"""What it costs that a commit is on the disk before it is acknowledged: SQLite with `synchronous` full beside normal.

Imports the face of the engine and the fixture.
"""

from __future__ import annotations

import os
import tempfile
from contextlib import ExitStack
from itertools import count, cycle
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any, Self

from sqlalchemy import func, select

from benchmarks import fixture, proof
from benchmarks.databases import Place, sqlite
from benchmarks.measure import Variant, interleaved, require_equal, timed
from benchmarks.result import Group, Size
from ims_fsm import IMS
from ims_fsm.store.connection import open_engine, reading, writing

LEVELS = ("full", "normal")
ACTIONS = {Size.SMALLEST: 3, Size.QUICK: 50, Size.FULL: 200}
ROUNDS = {Size.SMALLEST: 1, Size.QUICK: 9, Size.FULL: 15}
AT_ONCE = {Size.SMALLEST: 20, Size.QUICK: 5_000, Size.FULL: 100_000}
SHAPE = fixture.Shape("open", "all may be accepted", (("open", 1),))
_BASELINE = ("normal", "the same with `synchronous=normal`: a power cut may take the last calls back")
# As much as a commit of one action writes.
_PAGES, _SYNCS = b"\0" * 8192, 50


def measure(size: Size) -> Group:
    """Measure single actions, and all records of a recipient at once."""
    group = Group("synced", "What it costs that an answer is on the disk")
    with ExitStack() as stack:
        place = stack.enter_context(sqlite())
        ours = {level: stack.enter_context(_Store(place, level, size)) for level in LEVELS}
        single = interleaved({level: store.single(ACTIONS[size]) for level, store in ours.items()}, ROUNDS[size])
        at_once = interleaved({level: store.at_once() for level, store in ours.items()}, ROUNDS[size])
        for store in ours.values():
            store.check()
    group.compare("single", "one action, SQLite with `synchronous=full`", single, _BASELINE, ours="full")
    work = f"{AT_ONCE[size]:,} records in one call, SQLite with `synchronous=full`"
    group.compare("at_once", work, at_once, _BASELINE, ours="full")
    group.tell("fdatasync", "fdatasync of 8 kB written to a file here", _sync_s() * 1000, "ms")
    group.says.append("Each level has a database of its own, filled alike; both run in the same rounds.")
    return group


class _Store:
    """A database that is opened with one level, and how many steps were taken in it."""

    def __init__(self, place: Place, level: str, size: Size) -> None:
        self._url, self._level, self._size = place.empty(), level, size
        self._steps, self._ids = 0, count(0)

    def __enter__(self) -> Self:
        IMS(self._url, clock=lambda: fixture.NOW).close()
        engine = open_engine(self._url)
        with writing(engine) as connection:
            singles = ACTIONS[self._size] * ROUNDS[self._size]
            self._ids = count(fixture.fill(connection, SHAPE, each=singles))
            fixture.fill(connection, SHAPE, each=AT_ONCE[self._size], first=1)
        engine.dispose()
        self._ims = IMS(f"{self._url}?synchronous={self._level}", clock=lambda: fixture.NOW)
        return self

    def __exit__(self, *_error: object) -> None:
        self._ims.close()

    def single(self, actions: int) -> Variant:
        """Give the seconds of one action, over so many at each turn."""
        desk = self._desk(0)

        def run() -> float:
            ids = [next(self._ids) for _ in range(actions)]
            self._steps += actions
            return timed(lambda: [desk.accept(record_id) for record_id in ids])[0] / actions

        return run

    def at_once(self) -> Variant:
        """Give the seconds of one action on all records of the other recipient."""
        desk, triggers = self._desk(1), cycle(("accept", "reject"))

        def run() -> float:
            seconds, report = timed(lambda: desk.act_on(next(triggers)))
            require_equal(report.applied, AT_ONCE[self._size], "records that were acted on")
            self._steps += report.applied
            return seconds

        return run

    def check(self) -> None:
        """Check that what was answered was done, and that the log proves the states."""
        engine = open_engine(self._url)
        with reading(engine) as connection:
            steps = connection.execute(select(func.sum(fixture.RECORDS.c.seq))).scalar_one()
            require_equal(steps, self._steps, "steps of all records")
            proof.audited(connection)
        engine.dispose()

    def _desk(self, number: int) -> Any:
        return self._ims.recipient(fixture.gstin(number), actor=fixture.ACTOR)


def _sync_s() -> float:
    with tempfile.TemporaryDirectory() as folder, (Path(folder) / "pages").open("wb", buffering=0) as file:
        taken = []
        for _ in range(_SYNCS):
            file.write(_PAGES)
            begin = perf_counter()
            os.fdatasync(file.fileno())
            taken.append(perf_counter() - begin)
    return median(taken)
