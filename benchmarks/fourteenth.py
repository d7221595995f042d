"""Plays the 14th of a whole country: machines with workers who claim shards until none is left, some of them killed.

Imports nothing of the package: measured seconds are handed in, and what is random comes from a seed.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, fields, replace
from heapq import heapify, heappop, heappush, heapreplace
from math import ceil, exp

HOUR = 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """What is played. Seconds are those measured by `python -m benchmarks sweep`; `docs/scale.md` says which is which.

    A shard costs `fixed` and, for each record, `per_record` seconds; the worker's machine computes `share` of them, one
    core of the database the rest. Its disks read and write `moved` bytes for each record, `disk` bytes a second in all.
    `claim` is what a claim costs the database among a thousand open shards, `plan` planning for a million recipients.
    `spread` is how unlike shards are (sigma of a log-normal factor with mean 1), `late` is in hours.
    """

    recipients: int = 14_000_000
    records: int = 1_000_000_000
    shard: int = 500
    fixed: float = 0.049
    per_record: float = 6.0e-6
    share: float = 0.28
    claim: float = 0.0000022
    plan: float = 2.0
    moved: float = 1600.0
    disk: float = 1e9
    spread: float = 0.5
    machines: int = 4
    workers: int = 8
    cores: int = 32
    killed: int = 0
    late: float = 0.0
    seed: int = 14

    @property
    def shards(self) -> int:
        """How many shards there are."""
        return ceil(self.recipients / self.shard)

    @property
    def seconds(self) -> float:
        """What an average shard costs a worker and the database together."""
        return self.fixed + self.per_record * self.shard * self.records / self.recipients

    @property
    def bytes(self) -> float:
        """What an average shard has the disks read and write."""
        return self.moved * self.shard * self.records / self.recipients

    @property
    def begins(self) -> float:
        """Seconds after midnight when planning has ended and the first shard is claimed."""
        return self.late * HOUR + self.plan * self.recipients / 1e6


@dataclass(slots=True)
class Played:
    """How a day went: how often each shard was done, shards begun again, seconds after midnight when all was done."""

    done: list[int]
    again: int = 0
    ended: float = 0.0
    computed: float = 0.0  # core-seconds of the database

    @property
    def hours(self) -> float:
        """Hours after midnight of the 14th until the last shard was done."""
        return self.ended / HOUR


@dataclass(slots=True)
class _State:
    """Events by time: a worker is free (shard None), or a killed worker's shard is open again."""

    day: Day
    costs: list[float]
    dies: dict[int, float]
    cores: list[float]
    played: Played
    todo: deque[int]
    disk: float
    events: list[tuple[float, int, int | None]] = field(default_factory=list)
    idle: list[int] = field(default_factory=list)


def play(day: Day) -> Played:
    """Play the day; every shard is done exactly once. Raises `ValueError` where no machine is left to do them."""
    if day.killed >= day.machines:
        raise ValueError(f"{day.killed} of {day.machines} machines are killed, and one must be left; kill fewer")
    state = _begun(day)
    while state.events:
        at, worker, shard = heappop(state.events)
        if shard is not None:
            state.todo.appendleft(shard)
            state.events += [(at, one, None) for one in state.idle]
            state.idle.clear()
            heapify(state.events)
        elif at < _dies(state, worker):
            _take(state, at, worker)
    return state.played


def _begun(day: Day) -> _State:
    chance = random.Random(day.seed)  # noqa: S311 -- a game, no secret
    half = day.spread**2 / 2
    costs = [day.seconds * exp(chance.gauss(-half, day.spread)) for _ in range(day.shards)]
    begins = day.begins
    # Killed some time before the work could be done, were all of them working without waiting.
    least = sum(costs) / (day.machines * day.workers)
    dies = {one: begins + chance.uniform(0, least) for one in chance.sample(range(day.machines), day.killed)}
    state = _State(day, costs, dies, [begins] * day.cores, Played([0] * day.shards), deque(range(day.shards)), begins)
    state.events = [(begins, worker, None) for worker in range(day.machines * day.workers)]
    return state


def _take(state: _State, at: float, worker: int) -> None:
    """Have a worker claim a shard and do it, or be killed over it; without one he waits for what others leave."""
    if not state.todo:
        state.idle.append(worker)
        return
    day, shard = state.day, state.todo.popleft()
    claimed = day.claim * (len(state.todo) + 1) / 1_000
    own, asked = state.costs[shard] * day.share, claimed + state.costs[shard] * (1 - day.share)
    # The database works on one shard with one core; where all are busy the worker waits for the first that is free.
    computed = max(at + own, state.cores[0]) + asked
    heapreplace(state.cores, computed)
    # Disks read ahead and write behind: they hold a shard up where they are behind with the others.
    state.disk = max(at, state.disk) + state.costs[shard] / day.seconds * day.bytes / day.disk
    ended = max(computed, state.disk)
    state.played.computed += asked
    killed = _dies(state, worker)
    if ended < killed:
        state.played.done[shard] += 1
        state.played.ended = max(state.played.ended, ended)
        heappush(state.events, (ended, worker, None))
    else:  # its transaction was not committed: the shard is as it was
        state.played.again += 1
        heappush(state.events, (killed, worker, shard))


def _dies(state: _State, worker: int) -> float:
    return state.dies.get(worker // state.day.workers, float("inf"))


def table(days: Sequence[Day]) -> Iterator[str]:
    """Give the lines of a table of days."""
    yield "| machines x workers | cores of the database | killed | begun after | shards done again | hours to done |"
    yield "|---:|---:|---:|---:|---:|---:|"
    for day in days:
        played = play(day)
        yield (
            f"| {day.machines} x {day.workers} | {day.cores} | {day.killed} | {day.late:g} h "
            f"| {played.again} | {played.hours:.2f} |"
        )


def main(arguments: list[str]) -> int:
    """Print a table, a line for each number of machines; returns 0, or 2 where it cannot be played."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.fourteenth", description=__doc__)
    for one in fields(Day):
        if one.name != "machines":
            kind = type(one.default)
            parser.add_argument(f"--{one.name.replace('_', '-')}", type=kind, default=one.default, help="%(default)s")
    parser.add_argument("--machines", type=int, nargs="+", default=[1, 2, 4, 8, 16], help="several are several lines")
    told = vars(parser.parse_args(arguments))
    numbers = told.pop("machines")
    try:
        for line in table([replace(Day(**told), machines=number) for number in numbers]):
            print(line)  # noqa: T201 -- for a terminal
    except ValueError as error:
        print(error, file=sys.stderr)  # noqa: T201 -- for a terminal
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
