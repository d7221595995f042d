"""Faults are drawn from a seed: so many of all points at which something may happen, the same at every run.

FAULTS says how many points each test takes (10 unless set), FAULTS_SEED which (1). What fails names its point and how
to have it happen alone (FAULTS_AT).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from random import Random

import pytest

pytest.register_assert_rewrite("tests.faults.month", "tests.faults.race")


@dataclass(frozen=True, slots=True)
class Points:
    """The points of a test at which something is to happen."""

    test: str
    number: int
    seed: int
    alone: int | None

    def among(self, points: Iterable[int], times: float = 1) -> list[int]:
        """Return so many of the points, in order: `number`, or so many times as many."""
        every = list(points)
        if self.alone is not None:
            return [self.alone]
        return sorted(_chance(self.seed).sample(every, min(len(every), round(self.number * times))))

    @contextmanager
    def at(self, point: int) -> Iterator[Random]:
        """Do something at a point; whatever fails says how to repeat it."""
        try:
            yield _chance(f"{self.seed} {point}")
        except BaseException as error:
            again = f"FAULTS_AT={point} FAULTS_SEED={self.seed} make test-faults ARGS={self.test!r}"
            error.add_note(f"at point {point} of seed {self.seed}; again: {again}")
            raise


@pytest.fixture
def fresh(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[str], AbstractContextManager[str]]:
    """Give the URL of a fresh database for a block: of a "file", or on "postgresql"."""
    numbers = count()

    @contextmanager
    def on(place: str) -> Iterator[str]:
        if place == "file":
            yield f"sqlite:///{tmp_path / f'{next(numbers)}.db'}"
            return
        databases = request.getfixturevalue("databases")
        name = databases.make()
        yield databases.address(name).render_as_string(hide_password=False)
        databases.drop([name])

    return on


def _chance(seed: int | str) -> Random:
    return Random(seed)  # noqa: S311 -- the same faults at every run, no secret


@pytest.fixture
def points(request: pytest.FixtureRequest) -> Points:
    """The points of this test."""
    given = {name: os.environ.get(name) or None for name in ("FAULTS", "FAULTS_SEED", "FAULTS_AT")}
    alone = given["FAULTS_AT"]
    return Points(
        request.node.nodeid,
        int(given["FAULTS"] or 10),
        int(given["FAULTS_SEED"] or 1),
        None if alone is None else int(alone),
    )
