"""What a group of benchmarks found: comparisons with their goals, growth, absolute figures; as plain data and back.

Imports the measuring; measures nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from benchmarks.measure import Samples, Spread, exponent, ratio


class Size(StrEnum):
    """How much is measured: enough to see that it runs, some minutes, or up to a million records."""

    SMALLEST = "smallest"
    QUICK = "quick"
    FULL = "full"


@dataclass(frozen=True, slots=True)
class Comparison:
    """One piece of work done by us and by a baseline: seconds of each, ours divided by the baseline's, the goal.

    `key` names it in `reasons.toml`; `goal` is the most that the ratio may be, None where it is only told. `on_cores`
    are our median seconds on cores and their ratio, None where they were not taken.
    """

    key: str
    work: str
    baseline: str
    ours: Spread
    base: Spread
    ratio: Spread
    goal: float | None = None
    on_cores: tuple[float, float] | None = None

    @property
    def met(self) -> bool | None:
        """Whether the goal is met; None where there is none."""
        return None if self.goal is None else self.ratio.median <= self.goal


@dataclass(frozen=True, slots=True)
class Growth:
    """How time grows with the number of records: seconds by number, the exponent and the most that it may be.

    The exponent is taken between the two largest numbers, for fixed costs would hide growth among small ones; of what
    must not grow at all it is taken from the smallest (`from_smallest`).
    """

    key: str
    work: str
    seconds: dict[int, float]
    goal: float | None = None
    from_smallest: bool = False

    @property
    def exponent(self) -> float:
        """The exponent with which the seconds grow."""
        *_, few, many = sorted(self.seconds.items())
        return exponent(min(self.seconds.items()) if self.from_smallest else few, many)

    @property
    def met(self) -> bool | None:
        """Whether the goal is met; None where there is none."""
        return None if self.goal is None else self.exponent <= self.goal


@dataclass(frozen=True, slots=True)
class Figure:
    """An absolute figure of this machine on this day, and the most that it may be where there is a goal."""

    key: str
    what: str
    value: float
    unit: str
    goal: float | None = None

    @property
    def met(self) -> bool | None:
        """Whether the goal is met; None where there is none."""
        return None if self.goal is None else self.value <= self.goal


@dataclass(slots=True)
class Group:
    """Everything that one group found, with what a reader must know of how it was measured."""

    name: str
    title: str
    says: list[str] = field(default_factory=list)
    comparisons: list[Comparison] = field(default_factory=list)
    growth: list[Growth] = field(default_factory=list)
    figures: list[Figure] = field(default_factory=list)

    def compare(  # noqa: PLR0913 -- what is compared with what, where it was measured, and the goal
        self,
        key: str,
        work: str,
        samples: Samples,
        baseline: tuple[str, str],
        *,
        ours: str = "ours",
        goal: float | None = None,
        scale: float = 1.0,
        each: int = 1,
    ) -> None:
        """Add a comparison of two variants of the same samples; `baseline` is its name there and what it is.

        `scale` multiplies the baseline's seconds where it was measured on fewer records, `each` divides both.
        """
        name, said = baseline
        own, base = Spread.of(samples[ours]), Spread.of(samples[name]).times(scale)
        self.comparisons.append(
            Comparison(
                key=f"{self.name}.{key}",
                work=work,
                baseline=said,
                ours=own.times(1 / each),
                base=base.times(1 / each),
                ratio=ratio(samples, ours, name, scale),
                goal=goal,
                on_cores=_on_cores(samples, ours, name, scale, each),
            )
        )

    def grows(
        self,
        key: str,
        work: str,
        seconds: Mapping[int, float],
        goal: float | None = None,
        *,
        from_smallest: bool = False,
    ) -> None:
        """Add how time grows, where it was measured for more than one number of records."""
        if len(seconds) > 1:
            self.growth.append(Growth(f"{self.name}.{key}", work, dict(seconds), goal, from_smallest))

    def tell(self, key: str, what: str, value: float, unit: str, goal: float | None = None) -> None:
        """Add an absolute figure."""
        self.figures.append(Figure(f"{self.name}.{key}", what, value, unit, goal))

    @property
    def missed(self) -> list[str]:
        """The keys of the goals that are not met."""
        found: list[Comparison | Growth | Figure] = [*self.comparisons, *self.growth, *self.figures]
        return [one.key for one in found if one.met is False]

    def as_data(self) -> dict[str, Any]:
        """Return it as plain data."""
        return asdict(self)

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Group:
        """Read what `as_data` gave, also after a way through JSON."""
        return cls(
            name=data["name"],
            title=data["title"],
            says=list(data["says"]),
            comparisons=[
                Comparison(
                    **{
                        **one,
                        **{name: Spread(**one[name]) for name in ("ours", "base", "ratio")},
                        "on_cores": one["on_cores"] and tuple(one["on_cores"]),
                    }
                )
                for one in data["comparisons"]
            ],
            growth=[
                Growth(**{**one, "seconds": {int(n): s for n, s in one["seconds"].items()}}) for one in data["growth"]
            ],
            figures=[Figure(**one) for one in data["figures"]],
        )


def _on_cores(samples: Samples, ours: str, name: str, scale: float, each: int) -> tuple[float, float] | None:
    cores = samples.cores
    if not (ours in cores and name in cores):
        return None
    return Spread.of(cores[ours]).median / each, ratio(cores, ours, name, scale).median
