"""What entering a download as it goes by needs: numbers for its records, and a sieve for documents shown twice.

Imports the unit of work; knows no record.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import chain

from ims_fsm.store.connection import database_of
from ims_fsm.workflow.unit import UnitOfWork

_BLOCK = 5_000
BITS = 27
_MASK = (1 << BITS) - 1

Identity = tuple[str, str, str, str]


class Numbers:
    """Numbers taken as they are needed; `rest` is called before any are taken, and `used` has what was given out.

    On PostgreSQL they are taken in blocks once a block's worth is given out, and the rest of the last one stays unused:
    asking interrupts what is being written. A small download leaves no gap, and on SQLite none does.
    """

    def __init__(self, unit: UnitOfWork, rest: Callable[[], None]) -> None:
        """Begin with none."""
        self._unit, self._rest = unit, rest
        self._in_blocks = not database_of(unit.connection).single_writer
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
        self.used += [block for block in (given, more) if block]
        return chain(given, more)


class Sieve:
    """Notes identities (kind, supplier, number in capitals, financial year) as two bits of many, each.

    `caught` has those that may have been noted before: one of some ten thousand where a million are noted.
    """

    def __init__(self) -> None:
        """Begin with nothing noted."""
        self._bits = bytearray(1 << (BITS - 3))
        self.caught: list[Identity] = []

    def add(self, identity: Identity) -> None:
        """Note an identity, and catch it where it may have been noted before."""
        number, bits = hash(identity), self._bits
        low, high = number & _MASK, (number >> BITS) & _MASK
        first, second = 1 << (low & 7), 1 << (high & 7)
        low >>= 3
        high >>= 3
        if bits[low] & first and bits[high] & second:
            self.caught.append(identity)
        bits[low] |= first
        bits[high] |= second
