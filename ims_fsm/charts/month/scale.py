"""Where a day lies on the page: days with a name are wide, those after the draft wider, what lies between is cut out.

Imports nothing of the package.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property

_ONE_DAY = dt.timedelta(days=1)
# A day that is named, and what is cut out, in points; a busy day in parts of an ordinary one, and all of them at least.
NAMED, CUT, BUSY, BUSIEST = 14.0, 9.0, 5.0, 92.0


@dataclass(frozen=True)
class Scale:
    """The days from the first run's first to the last run's last between `left` and `right`; runs are cut apart.

    `named` days are wide enough for their number; those from `busy[0]` to `busy[1]` have more room than others.
    """

    runs: tuple[tuple[dt.date, dt.date], ...]
    named: Collection[dt.date]
    busy: tuple[dt.date, dt.date]
    left: float
    right: float

    @cached_property
    def days(self) -> tuple[dt.date, ...]:
        """Every day that has a place, in order."""
        return tuple(
            first + number * _ONE_DAY for first, last in self.runs for number in range((last - first).days + 1)
        )

    def start(self, day: dt.date) -> float:
        """Return where a day begins; the edge for a day outside, the end of the cut for one that is cut out."""
        later = next((each for each in self.days if each >= day), None)
        return self.right if later is None else self._starts[later]

    def end(self, day: dt.date) -> float:
        """Return where a day is over; the edge for a day outside, the beginning of the cut for one that is cut out."""
        sooner = next((each for each in reversed(self.days) if each <= day), None)
        return self.left if sooner is None else self._starts[sooner] + self._wide(sooner)

    def middle(self, day: dt.date) -> float:
        """Return the middle of a day."""
        return (self.start(day) + self.end(day)) / 2

    @cached_property
    def cuts(self) -> tuple[float, ...]:
        """The middle of each cut."""
        return tuple(self._starts[first] - CUT / 2 for first, _ in self.runs[1:])

    @cached_property
    def _starts(self) -> dict[dt.date, float]:
        starts, at = {}, self.left
        opening = {first for first, _ in self.runs[1:]}
        for day in self.days:
            at += CUT if day in opening else 0
            starts[day] = at
            at += self._wide(day)
        return starts

    @cached_property
    def _units(self) -> tuple[float, float]:
        """Return how wide an ordinary and a busy day are that have no name."""
        unnamed = [day for day in self.days if day not in self.named]
        busy = sum(self._is_busy(day) for day in unnamed)
        room = self.right - self.left - CUT * (len(self.runs) - 1) - NAMED * (len(self.days) - len(unnamed))
        ordinary = room / (len(unnamed) - busy + busy * BUSY or 1)
        needed = BUSIEST - NAMED * sum(self._is_busy(day) for day in self.days if day in self.named)
        if busy and ordinary * BUSY * busy < needed:
            return (room - needed) / (len(unnamed) - busy or 1), needed / busy
        return ordinary, ordinary * BUSY

    def _is_busy(self, day: dt.date) -> bool:
        return self.busy[0] <= day <= self.busy[1]

    def _wide(self, day: dt.date) -> float:
        return NAMED if day in self.named else self._units[self._is_busy(day)]
