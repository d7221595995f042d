"""Accepting all records of a recipient in one call, with guards, log and versions, beside bare statements and loops.

Imports the face of the engine, the fixture, the rivals and the proof.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine, bindparam, text

from benchmarks import fixture, proof, rivals
from benchmarks.alone import peak_of
from benchmarks.databases import Place, PostgreSQL, postgresql, sqlite
from benchmarks.fixture import SHAPES, Shape, other_shapes
from benchmarks.measure import Samples, Variant, interleaved, require_equal, timed
from benchmarks.proof import Standing
from benchmarks.result import Group, Size
from ims_fsm import IMS
from ims_fsm.store.connection import open_engine, reading, writing
from ims_fsm.workflow.engine import workspace_of

SIZES = {Size.SMALLEST: (200,), Size.QUICK: (10_000, 50_000), Size.FULL: (10_000, 100_000, 1_000_000)}
ROUNDS = {200: 1, 10_000: 5, 50_000: 3, 100_000: 3, 1_000_000: 3}
OTHER_SHAPES = {Size.SMALLEST: 200, Size.QUICK: 10_000, Size.FULL: 100_000}
# The loops are measured on fewer records and their seconds scaled: they grow in proportion to the number.
LOOPED = {Size.SMALLEST: 200, Size.QUICK: 5_000, Size.FULL: 20_000}
GOALS = {
    ("PostgreSQL", "update"): 1.6,
    ("PostgreSQL", "untuned"): 1 / 4,
    ("PostgreSQL", "orm"): 1 / 40,
    ("SQLite", "update"): 2.2,
    ("SQLite", "orm"): 1 / 60,
}
BASELINES = {
    "update": "bare UPDATE of the same columns and rows: no guard, no log",
    "untuned": "the same bare UPDATE of an untuned table (pages full, state indexed)",
    "core": "Core: select, decide in Python, executemany",
    "orm": "SQLModel and transitions, row by row, one commit",
}
LOOPS = ("core", "orm")
MANY = max(SIZES[Size.FULL])
GSTIN, WARM, WARM_NUMBER = fixture.gstin(0), fixture.gstin(99_999), 99_999
_UPDATE = (
    "UPDATE {table} SET state = 'accepted', seq = seq + 1, version = version + 1, acted_at = :now, last_at = :now "
    "WHERE recipient_gstin = :gstin AND state IN ('no_action', 'pending') AND route = 'ims'"
)


@dataclass(frozen=True, slots=True)
class Bench:
    """A filled database that is copied for each measurement, and how its recipient stands before it."""

    place: Place
    template: str
    before: Standing


def measure(size: Size) -> Group:
    """Measure every size on both databases and the other shapes; the smallest size on SQLite alone."""
    group = Group("bulk", "Accept all records of a recipient, with guards, log and versions")
    with ExitStack() as stack:
        places: list[Place] = [stack.enter_context(sqlite())]
        if size is not Size.SMALLEST:
            places.append(stack.enter_context(postgresql()))
        for place in places:
            _sizes(place, group, size)
            _shapes(place, group, size)
            if isinstance(place, PostgreSQL):
                group.says.append(f"PostgreSQL: {place.version()}.")
    group.says.append(
        f"{SHAPES['usual'].says}. Each measurement has a copy of the same database to itself, and has done the same on "
        f"a small recipient before. Loops run in the same rounds on {LOOPED[size]:,} records. After each: every "
        "record's state, the length of the log, the totals; up to 10,000 records the whole audit."
    )
    return group


def ours(ims: IMS, gstin: str) -> tuple[int, int]:
    """Accept all records of a recipient; returns how many were accepted and how many refused."""
    report: Any = ims.recipient(gstin, actor=fixture.ACTOR).act_on("accept")
    applied, refused = report.applied, report.refused
    accepted = applied if isinstance(applied, int) else len(applied)
    return accepted, sum(getattr(group, "count", 1) for group in refused)


def accept_alone(url: str) -> None:
    """Do ours in a process of its own, for its memory."""
    with IMS(url, clock=lambda: fixture.NOW) as ims:
        ours(ims, GSTIN)


def _sizes(place: Place, group: Group, size: Size) -> None:
    seconds: dict[int, float] = {}
    for records in SIZES[size]:
        with ExitStack() as stack:
            bench = stack.enter_context(_filled(place, SHAPES["usual"], records))
            names = ["ours", "update", *(["untuned"] if place.name == "PostgreSQL" else [])]
            variants = {name: _variant(bench, name) for name in names}
            if records == max(SIZES[size]):
                small = stack.enter_context(_filled(place, SHAPES["usual"], LOOPED[size]))
                variants |= {name: _variant(small, name) for name in LOOPS}
            samples = interleaved(variants, ROUNDS[records])
            url = stack.enter_context(place.copied(bench.template))
            peak = peak_of("benchmarks.groups.bulk:accept_alone", url)
            proof.sound(url)
        _compare(group, place, (records, size), samples)
        seconds[records] = min(samples["ours"])
        work = f"{records:,} records, {place.name}"
        group.tell(f"{place.name}.memory.{records}", f"peak memory, {work}", peak, "MiB")
        group.tell(f"{place.name}.rate.{records}", f"ours, {work}", records / seconds[records], "records/s")
    group.grows(f"{place.name}.growth", f"ours, {place.name}", seconds)


def _shapes(place: Place, group: Group, size: Size) -> None:
    records = OTHER_SHAPES[size]
    for shape in other_shapes(size):
        with _filled(place, shape, records) as bench:
            samples = interleaved({name: _variant(bench, name) for name in ("ours", "update")}, ROUNDS[records])
        key = f"{place.name}.{shape.name}"
        work = f"{shape.says}: {records:,} records, {place.name}"
        group.compare(key, work, samples, ("update", BASELINES["update"]))


def _compare(group: Group, place: Place, what: tuple[int, Size], samples: Samples) -> None:
    records, size = what
    for name in samples:
        if name == "ours":
            continue
        goal = GOALS.get((place.name, name)) if records == MANY else None
        scale, said = 1.0, BASELINES[name]
        if name in LOOPS and records != LOOPED[size]:
            scale, said = records / LOOPED[size], f"{said}, scaled from {LOOPED[size]:,}"
        key, work = f"{place.name}.{name}.{records}", f"accept {records:,} records, {place.name}"
        group.compare(key, work, samples, (name, said), goal=goal, scale=scale)


@contextmanager
def _filled(place: Place, shape: Shape, records: int) -> Iterator[Bench]:
    url = place.empty()
    with IMS(url, clock=lambda: fixture.NOW) as ims:
        with writing(workspace_of(ims).engine) as connection:
            fixture.fill(connection, shape, each=records)
            fixture.fill(connection, shape, each=100, first=WARM_NUMBER)
        with reading(workspace_of(ims).engine) as connection:
            before = proof.standing(connection, GSTIN)
    place.settled(url)
    yield Bench(place, url, before)
    place.dropped(url)


def _variant(bench: Bench, name: str) -> Variant:
    def run() -> float:
        with bench.place.copied(bench.template) as url:
            engine = open_engine(url)
            try:
                seconds, moved = _WORK[name](engine, url)
                require_equal(moved, bench.before.open, f"{name}: records accepted")
                if name != "untuned":
                    _prove(engine, bench.before, logged=name != "update")
            finally:
                engine.dispose()
        return seconds

    return run


def _prove(engine: Engine, before: Standing, *, logged: bool) -> None:
    with reading(engine) as connection:
        proof.accepted(before, proof.standing(connection, GSTIN), logged=logged)
        if logged:
            proof.every_acceptance_logged(connection, GSTIN, before.open)
            if before.records <= min(SIZES[Size.QUICK]):
                proof.audited(connection)


def _ours(engine: Engine, url: str) -> tuple[float, int]:
    del engine
    with IMS(url, clock=lambda: fixture.NOW) as ims:
        ours(ims, WARM)
        seconds, (accepted, _refused) = timed(lambda: ours(ims, GSTIN))
        return seconds, accepted


def _update(engine: Engine, url: str, table: str = "ims_record") -> tuple[float, int]:
    del url
    now = bindparam("now", fixture.NOW, type_=fixture.RECORDS.c.acted_at.type)
    statement = text(_UPDATE.format(table=table)).bindparams(now)
    return _warm(engine, lambda connection, gstin: connection.execute(statement, {"gstin": gstin}).rowcount)


def _untuned(engine: Engine, url: str) -> tuple[float, int]:
    with writing(engine) as connection:
        rivals.make_untuned(connection)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE record_untuned"))
        connection.execute(text("CHECKPOINT"))
    seconds, moved = _update(engine, url, "record_untuned")
    with reading(engine) as connection:
        query = text("SELECT count(*) FROM record_untuned WHERE recipient_gstin = :gstin AND state = 'accepted'")
        require_equal(connection.execute(query, {"gstin": GSTIN}).scalar_one(), moved, "accepted in the untuned table")
    return seconds, moved


def _core(engine: Engine, url: str) -> tuple[float, int]:
    del url
    return _warm(engine, lambda connection, gstin: rivals.core_executemany(connection, gstin, "accept", fixture.NOW))


def _warm(engine: Engine, run: Callable[[Connection, str], int]) -> tuple[float, int]:
    def of(gstin: str) -> int:
        with writing(engine) as connection:
            return run(connection, gstin)

    of(WARM)
    return timed(lambda: of(GSTIN))


def _orm(engine: Engine, url: str) -> tuple[float, int]:
    del url
    code = rivals.ObviousCode(engine)
    code.act_on_all(WARM, "accept", fixture.NOW)
    return timed(lambda: code.act_on_all(GSTIN, "accept", fixture.NOW))


_WORK: dict[str, Callable[[Engine, str], tuple[float, int]]] = {
    "ours": _ours,
    "update": _update,
    "untuned": _untuned,
    "core": _core,
    "orm": _orm,
}
