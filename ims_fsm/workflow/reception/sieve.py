"""A sieve for documents shown twice: holds a million in a few megabytes, and catches a handful too many.

Pure; imports nothing of the package. What is caught is to be looked up, what passes is certainly new.
"""

from __future__ import annotations

BITS = 27
_MASK = (1 << BITS) - 1

Identity = tuple[str, str, str, str]


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
        one, two = number & _MASK, (number >> BITS) & _MASK
        first, second = 1 << (one & 7), 1 << (two & 7)
        one >>= 3
        two >>= 3
        if bits[one] & first and bits[two] & second:
            self.caught.append(identity)
        bits[one] |= first
        bits[two] |= second
