"""Numbers for records that are entered while a download goes by.

Imports the store's counters through the unit of work; knows no record.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import chain

from ims_fsm.workflow.unit import UnitOfWork

_BLOCK = 5_000


class Numbers:
    """Numbers taken as they are needed; `rest` is called before any are taken, and `used` has what was given out.

    On PostgreSQL they are taken in blocks once a block's worth is given out, and the rest of the last one stays unused:
    asking interrupts what is being written. A small download leaves no gap, and on SQLite none does.
    """

    def __init__(self, unit: UnitOfWork, rest: Callable[[], None]) -> None:
        """Begin with none."""
        self._unit, self._rest = unit, rest
        self._in_blocks = unit.connection.dialect.name == "postgresql"
        self._taken = 0
        self._left = range(0)
        self.used: list[range] = []

    def take(self, count: int) -> Iterator[int]:
        """Give so many numbers, in order."""
        given, self._left = self._left[:count], self._left[count:]
        more = range(0)
        if len(given) < count:
            self._rest()
            wanted = count - len(given)
            number = max(wanted, _BLOCK) if self._in_blocks and self._taken >= _BLOCK else wanted
            first = self._unit.take_ids(number)
            self._taken += number
            block = range(first, first + number)
            more, self._left = block[:wanted], block[wanted:]
        self.used += [one for one in (given, more) if one]
        return chain(given, more)
