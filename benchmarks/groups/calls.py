"""Single calls and commands, beside the same on a recipient with few records: what must not grow with the recipient.

Imports the face of the engine and the fixture; runs the command line as a person does.
"""

from __future__ import annotations

import gc
import random
import statistics
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from benchmarks import fixture
from benchmarks.alone import ROOT
from benchmarks.databases import Place, PostgreSQL, postgresql, sqlite
from benchmarks.fixture import PERIOD, SHAPES
from benchmarks.measure import CORES, Samples, Variant, interleaved, require, require_equal, timed
from benchmarks.result import Group, Size
from ims_fsm import IMS
from ims_fsm.record.where import Where
from ims_fsm.store.connection import writing
from ims_fsm.workflow.desks import RecipientDesk
from ims_fsm.workflow.engine import workspace_of

SIZES = {Size.SMALLEST: (100, 200), Size.QUICK: (1_000, 10_000), Size.FULL: (1_000, 100_000, 1_000_000)}
TIMES = {Size.SMALLEST: 2, Size.QUICK: 100, Size.FULL: 300}
ROUNDS = {Size.SMALLEST: 1, Size.QUICK: 3, Size.FULL: 3}  # of commands
OTHERS = 50  # recipients with ten records each, beside the one
SOME = 50  # ids that one action names
GSTIN = fixture.gstin(0)
GOAL_EXPONENT, GOAL_AUDIT = 0.05, 30.0
GOAL_MS = {"SQLite": 5.0, "PostgreSQL": 12.0}
_WARM_UP = 3
_MUST_NOT_GROW = ("show", "may", "what_if", "act", "amendment")
_GOALS_MS = {"some": 10.0, "number": 5.0, "two_b": 1_000.0}


@dataclass(frozen=True, slots=True)
class Bench:
    """A database whose one recipient has so many records, and which of them the calls are about, turn by turn."""

    url: str
    desk: RecipientDesk
    records: int
    open: Sequence[int]
    amendments: Sequence[int]
    numbers: Sequence[str]

    def some(self, turn: int) -> list[int]:
        """Return ids for an action on a few: other ones in each turn."""
        return sorted({self.open[(turn * SOME + place) % len(self.open)] for place in range(SOME)})


Call = Callable[[Bench, int], bool]


def _act(bench: Bench, record_id: int, turn: int) -> bool:
    if turn % 2:
        return bench.desk.reject(record_id).state == "rejected"
    return bench.desk.accept(record_id).state == "accepted"


def _some(bench: Bench, turn: int) -> bool:
    ids = bench.some(turn)
    return bench.desk.act_on(("accept", "reject")[turn % 2], ids=ids).applied == len(ids)


# Each does its work and says whether the result is right.
CALLS: Mapping[str, tuple[str, Call]] = {
    "show": ("show", lambda b, turn: "accept" in b.desk.show(b.open[turn]).open_actions),
    "may": ("may", lambda b, turn: bool(b.desk.may("accept", b.open[turn]))),
    "what_if": ("what_if", lambda b, turn: not b.desk.what_if("reject", b.open[turn]).refusals),
    "act": ("act", lambda b, turn: _act(b, b.open[turn], turn)),
    "amendment": ("act on an amendment", lambda b, turn: _act(b, b.amendments[turn], turn)),
    "history": ("history", lambda b, turn: len(b.desk.history(b.open[turn]).contents) == 1),
    "some": (f"act on {SOME} ids", _some),
    "number": ("list --number", lambda b, turn: _numbers(b, turn) == [b.numbers[turn]]),
    "two_b": ("2b show", lambda b, _: b.desk.two_b(PERIOD, with_lines=False).size > 0),
}
_SELDOM = {"some": 10, "two_b": 30}  # how many times fewer
# No law has decided the records of the fixture, and the whole audit would say so: the logs are audited, as a process.
_AUDIT = "audit of the logs"
_SOUND = "import sys; from benchmarks.proof import sound; sound(sys.argv[1]); print('sound')"
COMMANDS = {
    "audit": _AUDIT,
    "two_b": f"2b show --gstin {GSTIN} --period {PERIOD}",
    "list": f"list --gstin {GSTIN} --limit 100",
    "number": f"list --gstin {GSTIN} --number INV/5",
}


def measure(size: Size) -> Group:
    """Measure calls and commands on both databases; the smallest size on SQLite alone."""
    group = Group("calls", "Single calls, and commands, by the size of the recipient")
    with ExitStack() as stack:
        places: list[Place] = [stack.enter_context(sqlite())]
        if size is not Size.SMALLEST:
            places.append(stack.enter_context(postgresql()))
        for place in places:
            with ExitStack() as filled:
                benches = [filled.enter_context(_filled(place, records)) for records in SIZES[size]]
                for name in CALLS:
                    _call(group, place, benches, name, size)
                for name in COMMANDS:
                    _command(group, place, benches, name, size)
            if isinstance(place, PostgreSQL):
                group.says.append(f"PostgreSQL: {place.version()}.")
    group.says.append(
        "Each recipient has a database to themselves, with their GSTR-2B and 50 small recipients beside them; the "
        "calls go round the databases in turn, on records drawn by chance. Growth and 99th percentiles are seconds on "
        "cores, the exponent is that from the smallest recipient to the largest. Commands are whole processes, and on "
        "a small store most of one is its start. Each call says whether its result is right, and the logs of every "
        "database are audited behind the calls."
    )
    return group


@contextmanager
def _filled(place: Place, records: int) -> Iterator[Bench]:
    url, rng = place.empty(), random.Random(records)  # noqa: S311 -- the same records in every run
    with IMS(url, clock=lambda: fixture.NOW) as ims:
        with writing(workspace_of(ims).engine) as connection:
            first = fixture.fill(connection, SHAPES["usual"], each=records)
            fixture.fill(connection, SHAPES["usual"], recipients=OTHERS, each=10, first=1)
        place.settled(url)
        desk = ims.recipient(GSTIN, actor=fixture.ACTOR)
        desk.generate_2b(PERIOD)
        drawn = [rng.randrange(records // 100) * 100 for _ in range(1_000)]
        yield Bench(
            url=url,
            desk=desk,
            records=records,
            open=[first + hundred + rng.randrange(2, 81) for hundred in drawn],
            amendments=[first + hundred + 1 for hundred in drawn],
            numbers=[f"INV/{hundred + rng.randrange(100)}" for hundred in drawn],
        )
    place.dropped(url)


def _call(group: Group, place: Place, benches: Sequence[Bench], name: str, size: Size) -> None:
    said, call = CALLS[name]
    times = max(2, TIMES[size] // _SELDOM.get(name, 1))
    samples = _in_turn(benches, said, call, times)
    full = size is Size.FULL
    firm = full and name in _MUST_NOT_GROW
    _grown(group, (f"{place.name}.{name}", f"{said}, {place.name}"), samples, GOAL_EXPONENT if firm else None)
    for records, taken in samples.cores.items():
        most = (GOAL_MS[place.name] if firm else _GOALS_MS.get(name)) if records == str(benches[-1].records) else None
        told = f"{said}, a recipient of {int(records):,}, {place.name}: 99th percentile, on cores"
        late = sorted(taken)[int(0.99 * len(taken))]
        group.tell(f"{place.name}.{name}.{records}.p99", told, 1e3 * late, "ms", most if full else None)


def _in_turn(benches: Sequence[Bench], said: str, call: Call, times: int) -> Samples:
    walls, cores = ({str(bench.records): list[float]() for bench in benches} for _ in range(2))
    gc.collect()
    gc.freeze()  # what stands here already is not looked through within a call
    for turn in range(_WARM_UP + times):
        for bench in benches:
            wall, spent, right = CORES.timed(lambda b=bench, t=turn: call(b, t))  # type: ignore[misc]  # bound here
            require(right, f"{said}, turn {turn}, of {bench.records:,} records came to something else")
            if turn >= _WARM_UP:
                walls[str(bench.records)].append(wall)
                cores[str(bench.records)].append(spent)
    gc.unfreeze()
    return Samples(walls, cores)


def _command(group: Group, place: Place, benches: Sequence[Bench], name: str, size: Size) -> None:
    variants = {str(bench.records): _run(bench, COMMANDS[name]) for bench in benches}
    samples = interleaved(variants, ROUNDS[size])
    key = f"{place.name}.command.{name}"
    work = f"`ims-fsm {COMMANDS[name].replace(f' --gstin {GSTIN}', '')}`, {place.name}"
    _grown(group, (key, work), samples, None)
    if name == "audit":
        few, many = (statistics.median(samples.cores[str(benches[at].records)]) for at in (0, -1))
        micros = 1e6 * (many - few) / (benches[-1].records - benches[0].records)
        goal = GOAL_AUDIT if size is Size.FULL else None
        group.tell(f"{key}.record", f"{work}, for a record more, on cores", micros, "µs", goal)


def _grown(group: Group, what: tuple[str, str], samples: Samples, goal: float | None) -> None:
    """Compare the largest recipient with the smallest, and add the growth of the medians on cores."""
    key, work = what
    few, *_, many = samples
    baseline = (few, f"of a recipient of {int(few):,}")
    group.compare(key, f"{work}: a recipient of {int(many):,}", samples, baseline, ours=many)
    medians = {int(records): statistics.median(taken) for records, taken in samples.cores.items()}
    group.grows(f"{key}.growth", f"{work}, median on cores", medians, goal, from_smallest=True)


def _run(bench: Bench, arguments: str) -> Variant:
    command = [sys.executable, "-m", "ims_fsm", *arguments.split(), "--db", bench.url]
    if arguments == _AUDIT:
        command = [sys.executable, "-c", _SOUND, bench.url]

    def run() -> float:
        seconds, done = timed(lambda: subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True))  # noqa: S603 -- ourselves
        require_equal((done.returncode, done.stderr), (0, ""), f"what ims-fsm {arguments} ended with")
        require(bool(done.stdout), f"ims-fsm {arguments} said nothing")
        return seconds

    return run


def _numbers(bench: Bench, turn: int) -> list[str]:
    return [row.record.document.number for row in bench.desk.listed(Where(number=bench.numbers[turn]))]
