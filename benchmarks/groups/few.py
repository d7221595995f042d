"""What most recipients have: a few records, accepted in one call or drafted, beside the loops that one writes instead.

Imports the face of the engine, the fixture, the rivals and the proof.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack

from sqlalchemy import Engine

from benchmarks import by_hand, fixture, proof
from benchmarks.by_hand import Statement
from benchmarks.databases import Place, PostgreSQL, postgresql, sqlite
from benchmarks.fixture import SHAPES
from benchmarks.groups import bulk
from benchmarks.measure import Variant, interleaved, require_equal, timed
from benchmarks.result import Group, Size
from benchmarks.rivals import ObviousCode, core_executemany
from ims_fsm import IMS
from ims_fsm.store.connection import open_engine, reading, writing
from ims_fsm.workflow.engine import workspace_of

SIZES = {Size.SMALLEST: (20,), Size.QUICK: (20, 71, 200), Size.FULL: (20, 71, 200, 10_000)}
ROUNDS = {Size.SMALLEST: 1, Size.QUICK: 11, Size.FULL: 31}
LARGE, ROUNDS_OF_LARGE = 10_000, 5
MEAN = 71  # records of a recipient in a month, in the whole country
GOALS_MS = {"SQLite": 5.0, "PostgreSQL": 12.0}
GOAL_ORM = 1.0
_WARM_UP = 2
_ACCEPTED = {"accept": "ours", "core": bulk.BASELINES["core"], "orm": bulk.BASELINES["orm"]}
_DRAFTED = {"draft": "ours", "hand": "INSERT..SELECT of the same lines by hand, chains read"}
Way = Callable[[str], int]


def measure(size: Size) -> Group:
    """Measure every size on both databases; the smallest size on SQLite alone."""
    group = Group("few", "Accept, and draft, all of a recipient with few records")
    with ExitStack() as stack:
        places: list[Place] = [stack.enter_context(sqlite())]
        if size is not Size.SMALLEST:
            places.append(stack.enter_context(postgresql()))
        for place in places:
            for records in SIZES[size]:
                _on(place, group, records, ROUNDS_OF_LARGE if records == LARGE else ROUNDS[size])
            if isinstance(place, PostgreSQL):
                group.says.append(f"PostgreSQL: {place.version()}.")
    group.says.append(
        f"{SHAPES['usual'].says}. Each measurement has a recipient to itself, and has done the same on {_WARM_UP} "
        "others before. After each: how many were accepted, or the lines by section and decision; after all of them "
        "every acceptance in the log, and the whole audit."
    )
    return group


def _on(place: Place, group: Group, records: int, rounds: int) -> None:
    names, turns = [*_ACCEPTED, *_DRAFTED], rounds + _WARM_UP
    with ExitStack() as stack:
        ims = stack.enter_context(IMS(place.empty(), clock=lambda: fixture.NOW))
        url = workspace_of(ims).engine.url.render_as_string(hide_password=False)
        engine = open_engine(url)
        stack.callback(engine.dispose)
        with writing(engine) as connection:
            fixture.fill(connection, SHAPES["usual"], recipients=turns * len(names), each=records)
        place.settled(url)
        with reading(engine) as connection:
            before = proof.standing(connection, fixture.gstin(0)).open
        variants: dict[str, Variant] = {}
        ways = _ways(ims, engine)
        for number, name in enumerate(names):
            gstins = [fixture.gstin(number * turns + turn) for turn in range(turns)]
            variants[name] = _variant(ways[name], gstins, before if name in _ACCEPTED else 1)
        samples = interleaved(variants, rounds)
        _prove(engine, records, turns)
    for (ours, _), *others in (_ACCEPTED.items(), _DRAFTED.items()):
        key, work = f"{place.name}.{ours}.{records}", f"{ours} all {records:,} of a recipient, {place.name}"
        for name, said in others:
            goal = GOAL_ORM if name == "orm" else None
            group.compare(f"{key}.{name}", work, samples, (name, said), ours=ours, goal=goal)
        if records == MEAN:
            seconds = statistics.median(samples[ours])
            group.tell(key, f"{work}, median", 1e3 * seconds, "ms", GOALS_MS[place.name])


def _ways(ims: IMS, engine: Engine) -> Mapping[str, Way]:
    obvious = ObviousCode(engine)

    def core(gstin: str) -> int:
        with writing(engine) as connection:
            return core_executemany(connection, gstin, "accept", fixture.NOW)

    def hand(gstin: str) -> int:
        with writing(engine) as connection:
            by_hand.generate(connection, Statement.WHOLE, [gstin])
        return 1

    def draft(gstin: str) -> int:
        return ims.recipient(gstin, actor=fixture.ACTOR).generate_2b(fixture.PERIOD).generation

    return {
        "accept": lambda gstin: bulk.ours(ims, gstin)[0],
        "core": core,
        "orm": lambda gstin: obvious.act_on_all(gstin, "accept", fixture.NOW),
        "draft": draft,
        "hand": hand,
    }


def _variant(way: Way, gstins: list[str], wanted: int) -> Variant:
    """Give the seconds of one recipient after the other, those of the warming up left out."""
    turns: Iterator[str] = iter(gstins)

    def once() -> float:
        gstin = next(turns)
        seconds, came = timed(lambda: way(gstin))
        require_equal(came, wanted, f"what came of {gstin}")
        return seconds

    for _ in range(_WARM_UP):
        once()
    return once


def _prove(engine: Engine, records: int, turns: int) -> None:
    """Check every recipient: their acceptances are logged or their lines are as many as those by hand; and audit."""
    with reading(engine) as connection:
        for number in range(turns * len(_ACCEPTED)):
            standing = proof.standing(connection, fixture.gstin(number))
            require_equal(standing.records, records, "records of a recipient")
            proof.every_acceptance_logged(connection, fixture.gstin(number), standing.states["accepted"])
        begin = turns * len(_ACCEPTED)
        kinds = {
            tuple(row[:5] for row in by_hand.lines(connection, [fixture.gstin(number)]))
            for number in range(begin, begin + turns * len(_DRAFTED))
        }
        require_equal(len(kinds), 1, "ways in which the lines of GSTR-2B are spread over sections")
        proof.audited(connection)
