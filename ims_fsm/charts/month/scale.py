"""Where a day lies on the page: days with a name are wide, those after the draft wider, what is far off is cut out.

Imports nothing of the package.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

_ONE_DAY = dt.timedelta(days=1)
# A day that is named, what is cut out, and all days between the draft and GSTR-3B at least, in points.
NAMED, CUT, BUSIEST = 14.0, 9.0, 105.0
# The days that are shown before what is cut out and before the first day after it; fewer days than this are not cut.
_BEFORE, _AFTER, _WORTH_CUTTING = 7, 2, 35

Run = tuple[dt.date, dt.date]


def runs_of(begins: dt.date, busy_until: dt.date, ends: dt.date, named: Sequence[dt.date]) -> tuple[Run, ...]:
    """Return the days that are shown, each run from its first to its last: one, or two where much can be cut out."""
    near = busy_until + _BEFORE * _ONE_DAY
    far = min((day for day in named if day > near), default=near)
    if (far - near).days > _WORTH_CUTTING:
        return (begins, near), (far - _AFTER * _ONE_DAY, ends)
    return ((begins, ends),)


@dataclass(frozen=True)
class Scale:
    """The days of the runs between `left` and `right`; the runs are cut apart.

    `named` days are wide enough for their number; those from `busy[0]` to `busy[1]` have more room than others.
    """

    runs: tuple[Run, ...]
    named: Collection[dt.date]
    busy: Run
    left: float
    right: float

    @cached_property
    def days(self) -> tuple[dt.date, ...]:
        """Every day that has a place, in order."""
        return tuple(first + step * _ONE_DAY for first, last in self.runs for step in range((last - first).days + 1))

    def start(self, day: dt.date) -> float:
        """Return where a day begins; the edge for a day outside, the end of the cut for one that is cut out."""
        later = next((other for other in self.days if other >= day), None)
        return self.right if later is None else self._places[later][0]

    def end(self, day: dt.date) -> float:
        """Return where a day is over; the edge for a day outside, the beginning of the cut for one that is cut out."""
        sooner = next((other for other in reversed(self.days) if other <= day), None)
        return self.left if sooner is None else self._places[sooner][1]

    def middle(self, day: dt.date) -> float:
        """Return the middle of a day."""
        return (self.start(day) + self.end(day)) / 2

    @cached_property
    def cuts(self) -> tuple[float, ...]:
        """The middle of each cut."""
        return tuple(self._places[first][0] - CUT / 2 for first, _ in self.runs[1:])

    def pieces(self, left: float, right: float) -> list[tuple[float, float]]:
        """Return what the cuts leave of the room between two places, from left to right."""
        inside = [cut for cut in self.cuts if left < cut < right]
        begins, ends = [left, *(cut + CUT / 2 for cut in inside)], [*(cut - CUT / 2 for cut in inside), right]
        return list(zip(begins, ends, strict=True))

    @cached_property
    def _places(self) -> Mapping[dt.date, tuple[float, float]]:
        unnamed = [day for day in self.days if day not in self.named]
        busy = sum(self.busy[0] <= day <= self.busy[1] for day in unnamed)
        room = self.right - self.left - CUT * (len(self.runs) - 1) - NAMED * (len(self.days) - len(unnamed))
        wide = max(room / (len(unnamed) or 1), BUSIEST / (busy + 2))
        ordinary = (room - wide * busy) / (len(unnamed) - busy or 1)
        places, at = {}, self.left
        opening = {first for first, _ in self.runs[1:]}
        for day in self.days:
            at += CUT if day in opening else 0
            is_busy = self.busy[0] <= day <= self.busy[1]
            places[day] = (at, at + (NAMED if day in self.named else wide if is_busy else ordinary))
            at = places[day][1]
        return places
