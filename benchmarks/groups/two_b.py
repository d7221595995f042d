"""GSTR-2B of one recipient with many records, and of many recipients, beside a statement that writes the same lines.

Imports the face of the engine, the fixture and the statement; both must write the same lines.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine

from benchmarks import by_hand, fixture, proof
from benchmarks.alone import peak_of
from benchmarks.by_hand import Statement
from benchmarks.databases import Place, PostgreSQL, postgresql, sqlite
from benchmarks.fixture import SHAPES, Shape, other_shapes
from benchmarks.measure import Variant, interleaved, require_equal, timed
from benchmarks.result import Group, Size
from ims_fsm import IMS
from ims_fsm.store.connection import open_engine, reading, writing
from ims_fsm.workflow.engine import workspace_of

ONE = {Size.SMALLEST: (200,), Size.QUICK: (10_000, 50_000), Size.FULL: (10_000, 100_000, 1_000_000)}
MANY = {Size.SMALLEST: 3, Size.QUICK: 1_000, Size.FULL: 10_000}
OTHER_SHAPES = {Size.SMALLEST: 200, Size.QUICK: 10_000, Size.FULL: 100_000}
ROUNDS = {200: 1, 300: 1, 10_000: 5, 50_000: 3, 100_000: 3, 1_000_000: 3}
EACH = 100
GOAL_ONE, GOAL_MANY, GOAL_EXPONENT = 1.15, 1.2, 1.02
WARM_NUMBER = 99_998
WARM = (fixture.gstin(WARM_NUMBER), fixture.gstin(WARM_NUMBER + 1))
_SAID = {
    Statement.WHOLE: "INSERT..SELECT of the same lines by hand, chains read",
    Statement.WITHOUT_CHAINS: "the same by hand as if there were no amendments",
}


@dataclass(frozen=True, slots=True)
class Bench:
    """A filled database with recipients who all have their GSTR-2B of November before them, and its lines by hand."""

    place: Place
    template: str
    gstins: tuple[str, ...]
    lines: tuple[Any, ...]

    @property
    def one(self) -> bool:
        """Whether there is one recipient only."""
        return len(self.gstins) == 1


def measure(size: Size) -> Group:
    """Measure one recipient in every size and shape, and many; the smallest size on SQLite alone."""
    group = Group("two_b", "GSTR-2B, for one recipient and for many")
    with ExitStack() as stack:
        places: list[Place] = [stack.enter_context(sqlite())]
        if size is not Size.SMALLEST:
            places.append(stack.enter_context(postgresql()))
        for place in places:
            _one_recipient(place, group, size)
            _many_recipients(place, group, size)
            _shapes(place, group, size)
            if isinstance(place, PostgreSQL):
                group.says.append(f"PostgreSQL: {place.version()}.")
    group.says.append(
        "The statement by hand knows what of the rules these records need, and writes lines, header and log of "
        "GSTR-2B. Each measurement has a copy of the same database to itself. After each: the lines, their sums in "
        "paise by section and decision and a checksum over every line are those of the statement; every GSTR-2B is a "
        "draft of one generation."
    )
    return group


def generate(ims: IMS, gstins: Sequence[str]) -> None:
    """Generate the GSTR-2B of one recipient, or sweep many as the scheduler does on the 14th."""
    if len(gstins) == 1:
        ims.recipient(gstins[0], actor=fixture.ACTOR).generate_2b(fixture.PERIOD)
    else:
        ims.sweep(gstins)


def generate_alone(url: str, gstins: list[str]) -> None:
    """Do ours in a process of its own, for its memory."""
    with IMS(url, clock=lambda: fixture.NOW) as ims:
        generate(ims, gstins)


def _one_recipient(place: Place, group: Group, size: Size) -> None:
    seconds: dict[int, float] = {}
    for records in ONE[size]:
        with _filled(place, SHAPES["usual"], 1, records) as bench:
            work = f"one recipient, {records:,} records, {place.name}"
            goal = GOAL_ONE if records == max(ONE[Size.FULL]) else None
            seconds[records] = _compared(group, bench, (f"{place.name}.one.{records}", work, records), goal)
    group.grows(f"{place.name}.growth", f"one recipient, {place.name}", seconds, GOAL_EXPONENT)


def _many_recipients(place: Place, group: Group, size: Size) -> None:
    recipients = MANY[size]
    with _filled(place, SHAPES["usual"], recipients, EACH) as bench:
        work = f"{recipients:,} recipients with {EACH} records each, {place.name}"
        goal = GOAL_MANY if size is Size.FULL else None
        _compared(group, bench, (f"{place.name}.many.{recipients}", work, recipients * EACH), goal)


def _shapes(place: Place, group: Group, size: Size) -> None:
    records = OTHER_SHAPES[size]
    for shape in other_shapes(size):
        with _filled(place, shape, 1, records) as bench:
            variants = {"ours": _variant(bench, None), "hand": _variant(bench, Statement.WHOLE)}
            samples = interleaved(variants, ROUNDS[records])
            work = f"{shape.says}: {records:,} records, {place.name}"
            group.compare(f"{place.name}.{shape.name}", work, samples, ("hand", _SAID[Statement.WHOLE]))


def _compared(group: Group, bench: Bench, what: tuple[str, str, int], goal: float | None) -> float:
    """Compare ours with both statements; returns our best seconds."""
    key, work, records = what
    variants: dict[str, Variant] = {"ours": _variant(bench, None)}
    variants |= {statement.value: _variant(bench, statement) for statement in Statement}
    samples = interleaved(variants, ROUNDS[records])
    for statement in Statement:
        wanted = goal if statement is Statement.WHOLE else None
        group.compare(f"{key}.{statement}", work, samples, (statement.value, _SAID[statement]), goal=wanted)
    with bench.place.copied(bench.template) as url:
        peak = peak_of("benchmarks.groups.two_b:generate_alone", url, bench.gstins)
        proof.sound(url)
    best = min(samples["ours"])
    group.tell(f"{key}.memory", f"peak memory, {work}", peak, "MiB")
    group.tell(f"{key}.rate", f"ours, {work}", records / best, "records/s")
    return best


@contextmanager
def _filled(place: Place, shape: Shape, recipients: int, each: int) -> Iterator[Bench]:
    url = place.empty()
    with IMS(url, clock=lambda: fixture.NOW) as ims, writing(workspace_of(ims).engine) as connection:
        fixture.fill(connection, shape, recipients=recipients, each=each)
        fixture.fill(connection, shape, recipients=len(WARM), each=EACH, first=WARM_NUMBER)
    place.settled(url)
    gstins = tuple(fixture.gstin(number) for number in range(recipients))
    with place.copied(url) as copy:
        engine = open_engine(copy)
        with writing(engine) as connection:
            by_hand.generate(connection, Statement.WHOLE, gstins)
            lines = by_hand.lines(connection, gstins)
        engine.dispose()
    yield Bench(place, url, gstins, lines)
    place.dropped(url)


def _variant(bench: Bench, statement: Statement | None) -> Variant:
    def run() -> float:
        with bench.place.copied(bench.template) as url, IMS(url, clock=lambda: fixture.NOW) as ims:
            _once(ims, WARM[:1] if bench.one else WARM, statement)
            seconds, _ = timed(lambda: _once(ims, bench.gstins, statement))
            if statement is not Statement.WITHOUT_CHAINS:
                _prove(workspace_of(ims).engine, bench)
        return seconds

    return run


def _once(ims: IMS, gstins: Sequence[str], statement: Statement | None) -> None:
    if statement is None:
        generate(ims, gstins)
        return
    with writing(workspace_of(ims).engine) as connection:
        by_hand.generate(connection, statement, gstins)


def _prove(engine: Engine, bench: Bench) -> None:
    with reading(engine) as connection:
        require_equal(by_hand.lines(connection, bench.gstins), bench.lines, "the lines of GSTR-2B")
        drafts = by_hand.drafts(connection, bench.gstins)
    require_equal(drafts, (len(bench.gstins),) * 2, "drafts of GSTR-2B, and steps in their log")
