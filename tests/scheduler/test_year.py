"""Schedulers as real processes, killed at random through a simulated time, against one calm run: every row the same.

In between the clock jumps over an instant, goes back, and passes the end of the year; one recipient's data is broken.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import random
import signal
import subprocess
import sys
import time
import warnings
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import text

import ims_fsm
from ims_fsm import IMS, SettableClock
from ims_fsm.record.moments import machine_clock
from ims_fsm.scheduler import Scheduler
from ims_fsm.store import audit
from ims_fsm.store.connection import reading, writing
from ims_fsm.workflow import workspace

HERE = Path(__file__).parent
LONGEST = 120


def _beside(name):
    spec = importlib.util.spec_from_file_location(name, HERE / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


year, ringer = _beside("year"), _beside("ringer")


class Ringers:
    """Schedulers in processes of their own; one that has died is followed by another."""

    def __init__(self, url, clock, number, cluster=None, in_a_thousand=20):
        self.url, self.clock, self.cluster, self.in_a_thousand = url, clock, cluster, in_a_thousand
        self.chance = random.Random(number)  # noqa: S311 -- who is drawn does not matter
        self.seeds = iter(range(100_000))
        self.killed = self.died = self.struck = 0
        root = str(Path(ims_fsm.__file__).parents[1])
        self.environment = {**os.environ, "PYTHONPATH": root}
        if cluster is not None:
            from distributed import Client, Environ  # noqa: PLC0415 -- an extra

            with Client(cluster, set_as_default=False) as client:
                client.register_plugin(Environ({"IMS_FSM_DB": url}))
        self.running = [self.start(place) for place in range(number)]

    def start(self, place):
        """Start the scheduler of a place; where there is a cluster, it works for the first two."""
        workers = self.cluster.scheduler_address.replace("tcp", "dask") if self.cluster and place < 2 else "inline"
        program = [sys.executable, str(HERE / "ringer.py"), self.url, str(self.clock), str(next(self.seeds))]
        return subprocess.Popen(
            [*program, str(self.in_a_thousand), workers], env=self.environment, stderr=subprocess.DEVNULL
        )

    def tend(self):
        """Start anew whoever has died."""
        for place, process in enumerate(self.running):
            if process.poll() is not None:
                assert process.returncode == -signal.SIGKILL, process.returncode
                self.died += 1
                self.running[place] = self.start(place)

    def strike(self):
        """Kill one now and then, at the moment at which something may have come due."""
        if self.chance.random() < 0.3:
            time.sleep(self.chance.random() * 0.1)
            self.chance.choice(self.running).kill()
            self.killed += 1
        if self.cluster and self.chance.random() < 0.3:
            # Its nanny starts another in its place.
            running = [worker.pid for worker in self.cluster.workers.values() if worker.pid]
            if running:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(self.chance.choice(running), signal.SIGKILL)
                    self.struck += 1

    def close(self):
        for process in self.running:
            process.kill()
        for process in self.running:
            process.wait()


@dataclass(frozen=True)
class Span:
    """From when to when, since when the recipients file, and how many they are."""

    start: str
    end: str
    since: str
    recipients: int

    def people(self, ims, who, set_clock, settle):
        """Register everyone; the log of one says that their first GSTR-2B was generated, where there is none."""
        people = year.People(ims, who, set_clock, settle, self.since, self.recipients)
        people.begin()
        with writing(ims._workspace.engine) as connection:
            connection.execute(BROKEN, {"gstin": people.everyone[BROKEN_ONE], "period": self.since, "at": LONG_AGO})
        return people


WEEKS = Span("2025-11-05", "2025-12-24", "2025-10", 5)
YEAR = Span("2025-07-27", "2026-08-01", "2025-07", 12)
TWIN = pytest.mark.sqlite("its twin is on PostgreSQL")
BROKEN_ONE = 2
LONG_AGO = "2025-07-01 00:00:00.000000"
BROKEN = text(
    "INSERT INTO ims_two_b_log (recipient_gstin, period, seq, trigger, source, dest, actor, at, recorded_at, rules) "
    "VALUES (:gstin, :period, 1, 'generate', 'absent', 'draft', 'x', :at, :at, '')"
)


@pytest.fixture(autouse=True)
def written_at(monkeypatch):
    """Other processes write too, by the machine's clock: here it goes on."""
    monkeypatch.setattr(workspace, "machine_clock", machine_clock)


def calm(url, who, span):
    """Live the time with one scheduler that nothing happens to; return what is left."""
    clock = SettableClock(span.start)
    with IMS(url, clock=clock) as ims:
        scheduler = Scheduler(ims, chunk=ringer.CHUNK)
        span.people(ims, who, clock.set, scheduler.run_once).live(span.start, span.end)
        return year.content(ims)


def wild(url, who, span, number, folder, cluster=None):
    """Live the time with so many schedulers, killed at random; return what is left, and the schedulers."""
    path, clock = folder / "clock", SettableClock(span.start)
    with IMS(url, clock=clock) as ims:

        def set_clock(moment):
            clock.set(moment)
            fresh = folder / "clock.next"
            fresh.write_text(moment.isoformat(), "utf-8")
            fresh.replace(path)

        def settle():
            latest = time.monotonic() + LONGEST
            while not year.is_settled(ims):
                assert time.monotonic() < latest, Scheduler(ims).status()
                ringers.tend()
                time.sleep(0.02)

        set_clock(clock())
        people = span.people(ims, who, set_clock, settle)
        ringers = Ringers(url, path, number, cluster)
        people.set_clock = lambda moment: (set_clock(moment), ringers.strike())
        try:
            people.live(span.start, span.end)
        finally:
            ringers.close()
        with reading(ims._workspace.engine) as connection:
            broken = people.everyone[BROKEN_ONE]
            assert {fault.where.count(broken) for fault in audit.verify(connection).faults} <= {1}
        return year.content(ims), ringers


def compared(on, number, span, who, folder, request, *, cluster=None):
    """Live a time wildly and calmly, and assert that every row is the same; return the rows and the schedulers."""
    make = request.getfixturevalue("fresh_pg") if on == "pg" else None
    urls = [make() if make else f"sqlite:///{folder / name}" for name in ("calm.db", "wild.db")]
    left, ringers = wild(urls[1], who, span, number, folder, cluster)
    expected = calm(urls[0], who, span)
    assert left.keys() == expected.keys()
    for name, rows in expected.items():
        assert left[name] == rows, name
    return left, ringers


@pytest.mark.slow
@pytest.mark.long
@pytest.mark.parametrize(("on", "number"), [pytest.param("file", 3, marks=TWIN), ("pg", 2)])
def test_schedulers_killed_at_random_come_to_the_same_as_one_calm_run(on, number, who, tmp_path, request):
    left, ringers = compared(on, number, WEEKS, who, tmp_path, request)
    assert ringers.killed + ringers.died
    log, kinds = " ".join(left["ims_transition_log"]), " ".join(left["ims_reminder"])
    assert all(repr(trigger) in log for trigger in ("expire", "lapse", "freeze"))
    assert all(kind in kinds for kind in ("draft_ready", "time_limit", "pending_deadline"))


@pytest.fixture
def dask_workers():
    """Three workers in processes of their own, each with a nanny."""
    distributed = pytest.importorskip("distributed", reason="install ims-fsm[cluster]")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        made = distributed.LocalCluster(
            n_workers=3, threads_per_worker=1, processes=True, dashboard_address=None, silence_logs=50
        )
        yield made
        made.close()


# What a cluster's own threads leave open when its processes are killed is not ours to close.
LEFT_OPEN = (
    "ignore::ResourceWarning",
    "ignore::DeprecationWarning",
    "ignore::pytest.PytestUnraisableExceptionWarning",
)


@pytest.mark.slow
@pytest.mark.year
@pytest.mark.filterwarnings(*LEFT_OPEN)
def test_what_only_a_cluster_works_on_comes_to_the_same_though_its_workers_are_killed(
    who, tmp_path, request, dask_workers
):
    _, ringers = compared("pg", 2, WEEKS, who, tmp_path, request, cluster=dask_workers)
    assert ringers.killed + ringers.struck


@pytest.mark.slow
@pytest.mark.year
@pytest.mark.filterwarnings(*LEFT_OPEN)
def test_a_year_of_ten_schedulers_and_three_workers_of_a_cluster(who, tmp_path, request, dask_workers):
    _, ringers = compared("pg", 10, YEAR, who, tmp_path, request, cluster=dask_workers)
    assert ringers.killed + ringers.died > 10
    assert ringers.struck > 10


@pytest.mark.slow
@pytest.mark.year
@pytest.mark.parametrize("on", [pytest.param("file", marks=TWIN), "pg"])
@pytest.mark.parametrize("number", [2, 5, 10])
def test_a_year_of_schedulers_killed_at_random_comes_to_the_same(on, number, who, tmp_path, request):
    _, ringers = compared(on, number, YEAR, who, tmp_path, request)
    assert ringers.killed + ringers.died > 10
