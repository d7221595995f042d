"""Times variants of one piece of work beside each other: in rounds, interleaved, each in turn the first.

Beside the wall stand seconds on cores: of this process, of its children that have ended, and of the database's server
where it is watched. Waiting (disks, locks, other programs) is not in them, and two cores at once count twice. Imports
nothing of the package: what is measured is handed in.
"""

from __future__ import annotations

import gc
import math
import resource
import statistics
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from time import perf_counter, process_time
from typing import Any

# Does the work once, checks what came of it, and returns the seconds of the work alone.
Variant = Callable[[], float]


class Samples(dict[str, list[float]]):
    """Seconds of each variant, round by round; `cores` has the same in seconds on cores, where they were taken."""

    def __init__(self, seconds: Mapping[str, list[float]], cores: Mapping[str, list[float]] | None = None) -> None:
        """Keep both."""
        super().__init__(seconds)
        self.cores = dict(cores or {})


@dataclass(slots=True)
class Cores:
    """Counts seconds on cores; `spent` of what `timed` has run, beside its seconds by the wall."""

    server: Callable[[], float] = float
    spent: float = 0.0
    wall: float = 0.0

    @contextmanager
    def watching(self, server: Callable[[], float]) -> Iterator[None]:
        """Count within the block what a server spends too."""
        before, self.server = self.server, server
        try:
            yield
        finally:
            self.server = before

    def forget(self) -> None:
        """Forget what was spent: at the begin of a variant, or where its seconds are not those that `timed` took."""
        self.spent = self.wall = 0.0

    def timed(self, work: Callable[[], Any]) -> tuple[float, float, Any]:
        """Return the seconds of a piece of work by the wall and on cores, and what it returned."""
        server, own, begin = self.server(), _own(), perf_counter()
        outcome = work()
        wall, own = perf_counter() - begin, _own() - own
        return wall, own + self.server() - server, outcome


def _own() -> float:
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    return process_time() + ended.ru_utime + ended.ru_stime


CORES = Cores()


class CheckError(Exception):
    """A benchmark did not come to the result that it must come to; its time means nothing."""


def require(holds: bool, what: str) -> None:  # noqa: FBT001 -- it reads as a sentence: require(this holds)
    """Raise `CheckError` where a benchmark's result is not what it must be."""
    if not holds:
        raise CheckError(what)


def require_equal(found: object, wanted: object, what: str) -> None:
    """Raise `CheckError` where two results differ, with both."""
    if found != wanted:
        raise CheckError(f"{what}: {found!r}, and it must be {wanted!r}")


@dataclass(frozen=True, slots=True)
class Spread:
    """Values of several rounds: the smallest, the median, the largest."""

    least: float
    median: float
    most: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Spread:
        """Return the spread of some values."""
        return cls(min(values), statistics.median(values), max(values))

    def times(self, factor: float) -> Spread:
        """Return the spread with every value multiplied."""
        return Spread(self.least * factor, self.median * factor, self.most * factor)


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    """Return the seconds that a piece of work takes, rubbish of others collected before, and what it returned."""
    gc.collect()
    wall, spent, outcome = CORES.timed(work)
    CORES.wall, CORES.spent = CORES.wall + wall, CORES.spent + spent
    return wall, outcome


def interleaved(variants: Mapping[str, Variant], rounds: int) -> Samples:
    """Run every variant once in each round and return the seconds of each, round by round.

    The order is turned by one in each round, so that no variant always runs behind the same other one.
    """
    names = list(variants)
    samples, cores = ({name: list[float]() for name in names} for _ in range(2))
    for turn in range(rounds):
        at = turn % len(names)
        for name in names[at:] + names[:at]:
            CORES.forget()
            seconds = variants[name]()
            samples[name].append(seconds)
            if CORES.wall:
                # A variant may tell the seconds of one of many.
                cores[name].append(seconds * CORES.spent / CORES.wall)
    return Samples(samples, {name: taken for name, taken in cores.items() if len(taken) == rounds})


def ratio(samples: Mapping[str, list[float]], ours: str, baseline: str, scale: float = 1.0) -> Spread:
    """Return ours divided by a baseline, round by round: both ran within the same moments.

    `scale` is by how much ours did more of the work than the baseline (the baseline's seconds are multiplied).
    """
    return Spread.of([own / (base * scale) for own, base in zip(samples[ours], samples[baseline], strict=True)])


def exponent(few: tuple[int, float], many: tuple[int, float]) -> float:
    """Return the exponent with which time grows: 1.0 where twice the records take twice as long."""
    return math.log(many[1] / few[1]) / math.log(many[0] / few[0])
