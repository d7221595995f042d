"""Times variants of one piece of work beside each other: in rounds, interleaved, each in turn the first.

Imports nothing of the package: what is measured is handed in.
"""

from __future__ import annotations

import gc
import math
import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Any

# Does the work once, checks what came of it, and returns the seconds of the work alone.
Variant = Callable[[], float]
Samples = dict[str, list[float]]


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
    begin = perf_counter()
    outcome = work()
    return perf_counter() - begin, outcome


def interleaved(variants: Mapping[str, Variant], rounds: int) -> Samples:
    """Run every variant once in each round and return the seconds of each, round by round.

    The order is turned by one in each round, so that no variant always runs behind the same other one.
    """
    names = list(variants)
    samples: Samples = {name: [] for name in names}
    for turn in range(rounds):
        at = turn % len(names)
        for name in names[at:] + names[:at]:
            samples[name].append(variants[name]())
    return samples


def ratio(samples: Samples, ours: str, baseline: str, scale: float = 1.0) -> Spread:
    """Return ours divided by a baseline, round by round: both ran within the same moments.

    `scale` is by how much ours did more of the work than the baseline (the baseline's seconds are multiplied).
    """
    return Spread.of([own / (base * scale) for own, base in zip(samples[ours], samples[baseline], strict=True)])


def exponent(few: tuple[int, float], many: tuple[int, float]) -> float:
    """Return the exponent with which time grows: 1.0 where twice the records take twice as long."""
    return math.log(many[1] / few[1]) / math.log(many[0] / few[0])
