"""Numbers for records that are entered while a download goes by.

Imports the store's counters through the unit of work; knows no record.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import chain

from ims_fsm.workflow.unit import Unit

_BLOCK = 5_000


class Numbers:
    """Numbers taken in blocks; `rest` is called before a block is taken, and `used` has what was given out.

    On PostgreSQL a block is larger than what is asked for, and its rest stays unused: numbers are plenty there, and
    asking for them interrupts what is being written. On SQLite nothing is lost.
    """

    def __init__(self, unit: Unit, rest: Callable[[], None]) -> None:
        """Begin with none."""
        self._unit, self._rest = unit, rest
        self._least = _BLOCK if unit.connection.dialect.name == "postgresql" else 0
        self._left = range(0)
        self.used: list[range] = []

    def take(self, count: int) -> Iterator[int]:
        """Give so many numbers, in order."""
        given, self._left = self._left[:count], self._left[count:]
        more = range(0)
        if len(given) < count:
            self._rest()
            wanted = count - len(given)
            first = self._unit.take_ids(max(wanted, self._least))
            block = range(first, first + max(wanted, self._least))
            more, self._left = block[:wanted], block[wanted:]
        self.used += [one for one in (given, more) if one]
        return chain(given, more)
