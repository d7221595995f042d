"""The sweep of the 14th: drafts of GSTR-2B for many recipients, embedded, by the jobs engine, and by several workers.

Imports the face of the engine, the scheduler, the fixture and the statement by hand; all must write the same lines.
"""

from __future__ import annotations

import os
import statistics
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from time import perf_counter, process_time, sleep
from typing import Any

from sqlalchemy import Engine, func, select

from benchmarks import by_hand, fixture
from benchmarks.by_hand import Statement
from benchmarks.databases import Place, PostgreSQL, postgresql, sqlite
from benchmarks.fixture import NOW, SHAPES
from benchmarks.groups.sweep_of_a_country import measure as measure_a_country
from benchmarks.measure import CORES, Samples, Variant, interleaved, require_equal, timed
from benchmarks.result import Group, Size
from ims_fsm import IMS
from ims_fsm.record.taxpayer import Taxpayer
from ims_fsm.scheduler import Scheduler, workers
from ims_fsm.store import taxpayers
from ims_fsm.store.connection import open_engine, reading, writing
from ims_fsm.store.job_tables import JobRunRow
from ims_fsm.store.tables import core
from ims_fsm.workflow.calendar import jobs
from ims_fsm.workflow.calendar.jobs import CHUNK
from ims_fsm.workflow.calendar.sweeps import SWEPT_AT_ONCE
from ims_fsm.workflow.engine import workspace_of
from ims_fsm.workflow.workspace import Workspace

RECIPIENTS = {Size.SMALLEST: 4, Size.QUICK: 1_000, Size.FULL: 10_000}
EACH = {Size.SMALLEST: 10, Size.QUICK: 100, Size.FULL: 100}
CURVE = {
    Size.SMALLEST: (1, 4),
    Size.QUICK: (10, 50, 100, 200, 500, 1_000),
    Size.FULL: (10, 50, 100, 200, 500, 1_000, 2_000),
}
CURVE_RECIPIENTS = {Size.SMALLEST: 4, Size.QUICK: 1_000, Size.FULL: 2_000}
ROUNDS = {Size.SMALLEST: 1, Size.QUICK: 5, Size.FULL: 3}
CURVE_ROUNDS = {Size.SMALLEST: 1, Size.QUICK: 3, Size.FULL: 2}
GOAL_OVERHEAD, GOAL_TWO = 1.10, 1 / 1.5
WARM_NUMBER = 99_998
WARM = (fixture.gstin(WARM_NUMBER), fixture.gstin(WARM_NUMBER + 1))
THE_DAY_BEFORE = NOW - timedelta(days=2)  # the scheduler has run until here: the 14th is all that is due
_INLINE = (f"inline {CHUNK}", "inline")
_OPENED_WITHIN_S = 60
_LOOK_S = 0.002
_run: Any = core(JobRunRow).c


@dataclass(frozen=True, slots=True)
class Bench:
    """A filled database whose recipients all wait for their draft, how many records each has, and its lines by hand."""

    place: Place
    template: str
    gstins: tuple[str, ...]
    each: int
    lines: tuple[Any, ...]

    @property
    def says(self) -> str:
        """What is swept, and where."""
        return f"{len(self.gstins):,} recipients with {self.each} records each, {self.place.name}"


@dataclass(frozen=True, slots=True)
class Together:
    """Opens the database in a worker, notes the moment, and waits until so many processes have it open."""

    url: str
    folder: str
    number: int

    def __call__(self) -> Workspace:
        """Open the database; raises `TimeoutError` where the other workers do not come."""
        workspace, noted = Workspace(self.url, clock=the_day), Path(self.folder)
        mine = noted / str(os.getpid())
        if not mine.exists():
            mine.write_text(repr(perf_counter()), encoding="ascii")
        until = perf_counter() + _OPENED_WITHIN_S
        while len(list(noted.iterdir())) < self.number:
            if perf_counter() > until:
                raise TimeoutError(f"{self.number} workers should have opened the database and have not")
            sleep(_LOOK_S)
        return workspace

    def all_open_at(self) -> float:
        """Return when the last process had the database open; the clock is the machine's, the same for all of them."""
        return max(float(path.read_text(encoding="ascii")) for path in Path(self.folder).iterdir())


@dataclass(slots=True)
class Clock:
    """A clock that stands still until somebody sets it."""

    moment: datetime = THE_DAY_BEFORE

    def __call__(self) -> datetime:
        """Return the moment at which it stands."""
        return self.moment


@dataclass(slots=True)
class Apart:
    """What is told apart: seconds until the workers were there, seconds of planning, the worker's share of inline."""

    start: dict[str, list[float]] = field(default_factory=dict)
    plan: list[float] = field(default_factory=list)
    share: list[float] = field(default_factory=list)


def the_day() -> datetime:
    """Return the moment at which every worker's clock stands."""
    return NOW


def measure(size: Size) -> Group:
    """Measure the sweep and the sizes of its shards; the smallest size on SQLite alone, several workers never there."""
    group = Group("sweep", "The 14th: drafts for many recipients, embedded, by the jobs engine, by several workers")
    with ExitStack() as stack:
        places: list[Place] = [stack.enter_context(sqlite())]
        if size is not Size.SMALLEST:
            places.append(stack.enter_context(postgresql()))
        for place in places:
            with _filled(place, RECIPIENTS[size], EACH[size]) as bench:
                _sweeps(group, bench, size)
            with _filled(place, CURVE_RECIPIENTS[size], EACH[size]) as bench:
                _curve(group, bench, size)
            if isinstance(place, PostgreSQL):
                measure_a_country(place, group, size)
                group.says.append(f"PostgreSQL: {place.version()}.")
    group.says.append(
        "Embedded is `ims.sweep()`; inline is one ring of the scheduler (`--once`): it plans, claims, drafts, gives "
        "the reminder of each draft and closes each shard, of which the embedded sweep only drafts. Of workers the "
        "seconds begin when all have the database open; planning, done before they start, is counted in."
    )
    group.says.append(
        "Server and workers share the cores of one machine: on two cores a second worker takes the core on which the "
        "server worked for the first one. SQLite has one writer at a time, and no figures for several workers."
    )
    group.says.append(
        "Each measurement has a copy of the same database to itself, and has swept two other recipients before (worker "
        "processes have not). After each: the lines and sums in paise are those of the statement by hand, every "
        "recipient has one draft, every shard is done, and the shards' recipients add up."
    )
    return group


# --- embedded, the engine, workers ----------------------------------------------------------------------------------


def _sweeps(group: Group, bench: Bench, size: Size) -> None:
    apart, variants = Apart(), dict[str, Variant]()
    chunks = sorted({SWEPT_AT_ONCE, CHUNK}, reverse=True)
    for chunk in chunks:
        variants[f"embedded {chunk}"] = _variant(bench, partial(_embedded, bench.gstins, chunk))
        variants[f"inline {chunk}"] = _variant(bench, partial(_inline, chunk, apart), chunk)
    with ExitStack() as stack:
        if isinstance(bench.place, PostgreSQL):
            for number in (1, 2):
                named = lambda _, n=number: f"processes:{n}"  # noqa: E731 -- as the cluster's below
                variants[f"{number} processes"] = _working(bench, f"{number} processes", number, named, apart)
            if find_spec("distributed"):
                address = stack.enter_context(_cluster(group, 2))
                variants["dask"] = _working(bench, "dask", 2, lambda _: address, apart)
        samples = interleaved(variants, ROUNDS[size])
    for chunk in chunks:
        _overhead(group, bench, samples, chunk, size)
    _several(group, bench, samples, apart, size)


def _overhead(group: Group, bench: Bench, samples: Samples, chunk: int, size: Size) -> None:
    name, shards = bench.place.name, _shards(bench, chunk)
    inline, embedded = f"inline {chunk}", f"embedded {chunk}"
    goal = GOAL_OVERHEAD if size is Size.FULL else None
    work = f"inline, shards of {chunk}: {bench.says}"
    group.compare(f"{name}.inline.{chunk}", work, samples, (embedded, f"embedded in {chunk}s"), ours=inline, goal=goal)
    more = statistics.median(i - e for i, e in zip(samples[inline], samples[embedded], strict=True))
    said = f"the engine's part of a shard of {chunk}, {name}"
    group.tell(f"{name}.overhead.{chunk}", said, 1e3 * more / shards, "ms")
    rate = len(bench.gstins) / min(samples[inline])
    group.tell(f"{name}.rate.{chunk}", f"inline, shards of {chunk}, {name}", rate, "recipients/s")
    seconds = statistics.median(samples[inline]) / shards
    group.tell(f"{name}.shard.{chunk}", f"a shard of {chunk} inline, all told, {name}", 1e3 * seconds, "ms")


def _several(group: Group, bench: Bench, samples: Samples, apart: Apart, size: Size) -> None:
    name = bench.place.name
    group.tell(f"{name}.plan", f"planning {bench.says}", 1e3 * statistics.median(apart.plan), "ms")
    if "1 processes" not in samples:
        return
    share = 100 * statistics.median(apart.share)
    group.tell(f"{name}.share", "of a shard's seconds the worker itself computes, the rest is the server's", share, "%")
    one = ("1 processes", "one worker process")
    goal = GOAL_TWO if size is Size.FULL else None
    group.compare(f"{name}.one", f"one worker process: {bench.says}", samples, _INLINE, ours=one[0])
    group.compare(f"{name}.two", f"two worker processes: {bench.says}", samples, one, ours="2 processes", goal=goal)
    if "dask" in samples:
        group.compare(f"{name}.dask", f"two workers of a Dask cluster: {bench.says}", samples, one, ours="dask")
    for worked, seconds in apart.start.items():
        said = f"until {worked} have the database open, {name}".replace("dask", "two workers of a standing cluster")
        group.tell(f"{name}.start.{worked}", said, statistics.median(seconds), "s")


def _embedded(gstins: Sequence[str], chunk: int, ims: IMS) -> float:
    def work() -> None:
        for start in range(0, len(gstins), chunk):
            ims.sweep(gstins[start : start + chunk])

    return timed(work)[0]


def _inline(chunk: int, apart: Apart | None, ims: IMS) -> float:
    # What Scheduler.run_once does, with its planning told apart.
    planning, _ = timed(lambda: jobs.plan(workspace_of(ims), chunk))
    before = process_time()
    draining, _ = timed(lambda: workers.drain(workspace_of(ims), workers.Inline(workspace_of(ims))))
    if apart is not None:
        apart.plan.append(planning)
        apart.share.append((process_time() - before) / draining)
    return planning + draining


def _working(bench: Bench, name: str, number: int, named: Callable[[int], str], apart: Apart) -> Variant:
    """Give a variant of so many workers in processes of their own; its seconds begin when all have opened."""

    def work(ims: IMS) -> float:
        with tempfile.TemporaryDirectory() as folder:
            opener = Together(workspace_of(ims).engine.url.render_as_string(hide_password=False), folder, number)
            hands = workers.named(named(number), workspace_of(ims), opener)
            planning, _ = timed(lambda: jobs.plan(workspace_of(ims), CHUNK))
            begun = perf_counter()
            workers.drain(workspace_of(ims), hands)
            ended, opened = perf_counter(), opener.all_open_at()
        apart.start.setdefault(name, []).append(opened - begun)
        CORES.forget()  # the workers' start is in what they spent
        return planning + ended - opened

    return _variant(bench, work, CHUNK)


@contextmanager
def _cluster(group: Group, number: int) -> Iterator[str]:
    distributed: Any = import_module("distributed")
    begun = perf_counter()
    cluster = distributed.LocalCluster(
        n_workers=number, threads_per_worker=1, dashboard_address=None, silence_logs="CRITICAL"
    )
    with cluster:
        group.tell("start.cluster", f"start of a Dask cluster of {number} workers", perf_counter() - begun, "s")
        yield cluster.scheduler_address.replace("tcp://", "dask://")


# --- the size of a shard --------------------------------------------------------------------------------------------


def _curve(group: Group, bench: Bench, size: Size) -> None:
    variants = {str(chunk): _variant(bench, partial(_inline, chunk, None), chunk) for chunk in CURVE[size]}
    samples = interleaved(variants, CURVE_ROUNDS[size])
    best = min(samples, key=lambda chunk: statistics.median(samples[chunk]))
    thousands = max(1, len(bench.gstins) // 1_000)
    for chunk in CURVE[size]:
        work = f"shards of {chunk:,}, seconds for 1,000 recipients, {bench.place.name}"
        baseline = (best, f"the best, shards of {int(best):,}")
        key = f"{bench.place.name}.curve.{chunk}"
        group.compare(key, work, samples, baseline, ours=str(chunk), each=thousands)


# --- a database before the 14th, and the proof after it -------------------------------------------------------------


@contextmanager
def _filled(place: Place, recipients: int, each: int) -> Iterator[Bench]:
    url = place.empty()
    with IMS(url, clock=Clock()) as ims:
        with writing(workspace_of(ims).engine) as connection:
            fixture.fill(connection, SHAPES["usual"], recipients=recipients, each=each)
        Scheduler(ims).run_once()
        with writing(workspace_of(ims).engine) as connection:
            fixture.fill(connection, SHAPES["usual"], recipients=len(WARM), each=each, first=WARM_NUMBER)
            for gstin in WARM:  # they have a draft to come on the day before already
                taxpayers.put(connection, Taxpayer(gstin=gstin, registered_from=fixture.BEFORE))
    place.settled(url)
    gstins = tuple(fixture.gstin(number) for number in range(recipients))
    with place.copied(url) as copy:
        engine = open_engine(copy)
        with writing(engine) as connection:
            by_hand.generate(connection, Statement.WHOLE, gstins)
            lines = by_hand.lines(connection, gstins)
        engine.dispose()
    yield Bench(place, url, gstins, each, lines)
    place.dropped(url)


def _variant(bench: Bench, work: Callable[[IMS], float], chunk: int | None = None) -> Variant:
    """Give a variant that sweeps a copy; `chunk` is the size of its shards, None where it is embedded."""

    def run() -> float:
        clock = Clock()
        with bench.place.copied(bench.template) as url, IMS(url, clock=clock) as ims:
            if chunk is None:
                ims.sweep(WARM)
            else:
                Scheduler(ims).run_once()
            clock.moment = NOW
            seconds = work(ims)
            _prove(workspace_of(ims).engine, bench, chunk)
        return seconds

    return run


def _prove(engine: Engine, bench: Bench, chunk: int | None) -> None:
    with reading(engine) as connection:
        left = connection.execute(select(func.count()).where(_run.status.in_(("todo", "failed")))).scalar_one()
        require_equal(left, 0, "shards that are still to be done")
        require_equal(by_hand.lines(connection, bench.gstins), bench.lines, "the lines of GSTR-2B")
        drafts = by_hand.drafts(connection, bench.gstins)
        own = _run.recipient_gstin.between(bench.gstins[0], bench.gstins[-1])
        of_the_day = (own, _run.job == "draft", _run.period == str(fixture.PERIOD))
        grouped = select(_run.status, func.count(), func.sum(_run.recipients)).group_by(_run.status)
        runs = {status: (int(n), int(members)) for status, n, members in connection.execute(grouped.where(*of_the_day))}
    require_equal(drafts, (len(bench.gstins),) * 2, "drafts of GSTR-2B, and steps in their log")
    wanted: Mapping[str, tuple[int, int]] = {}
    if chunk is not None:
        wanted = {"done": (_shards(bench, chunk), len(bench.gstins))}
    require_equal(runs, wanted, "shards of the 14th, and recipients in them")


def _shards(bench: Bench, chunk: int) -> int:
    return -(-len(bench.gstins) // chunk)
