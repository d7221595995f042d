"""The guards on one trigger, compiled: those that refuse are found without asking each in turn.

Imports the declaration and the refusal; no framework.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ims_fsm.law.declaration import STATE, GuardDeclaration
from ims_fsm.law.refusal import Refusal


class Watch:
    """The guards on one trigger as a set of bits, a bit for each guard in order of declaration.

    A state, and each value of a fact, lets some of them refuse; those that all of them let refuse do.
    """

    def __init__(self, guards: Sequence[GuardDeclaration], names: Sequence[str]) -> None:
        """Compile the guards on a trigger; `names` are the facts in the order in which a row holds them."""
        self.refusals = tuple(Refusal.by(guard) for guard in guards)
        self._bits = tuple((1 << number, refusal) for number, refusal in enumerate(self.refusals))
        self._in_state = _lets(STATE, guards)
        read = {fact for guard in guards for fact in guard.refuse_when}
        self._facts = tuple((at, *_lets(fact, guards)) for at, fact in enumerate(names) if fact in read)

    def refusing(self, state: str, row: Sequence[str]) -> tuple[Refusal, ...]:
        """Return the refusals in a state under a row of facts, in the order of declaration."""
        by_state, otherwise = self._in_state
        left = by_state.get(state, otherwise)
        for at, by_value, otherwise in self._facts:
            left &= by_value.get(row[at], otherwise)
            if not left:
                return ()
        return tuple([refusal for bit, refusal in self._bits if left & bit])


def _lets(fact: str, guards: Sequence[GuardDeclaration]) -> tuple[dict[str, int], int]:
    """Return which guards each value of a fact (or state) lets refuse, and which any value not named by one does."""
    any_value = _bits(fact not in guard.refuse_when for guard in guards)
    named = {value for guard in guards for value in guard.refuse_when.get(fact, ())}
    masks = {value: _bits(value in guard.refuse_when.get(fact, ()) for guard in guards) for value in named}
    return {value: any_value | bits for value, bits in masks.items()}, any_value


def _bits(chosen: Iterable[bool]) -> int:
    return sum(1 << number for number, bit in enumerate(chosen) if bit)
