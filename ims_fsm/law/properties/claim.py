"""The form of a proof: a claim about the declared machines, what was found for it, and the property that results.

Imports the space and the law; claims nothing itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import product
from typing import Generic, TypeVar

from ims_fsm.law.register import Law
from ims_fsm.law.space import EditionSpace


@dataclass(frozen=True, slots=True)
class Finding:
    """A part of a proof: how much was looked at, and a sentence where the claim fails there."""

    checked: int
    counterexample: str | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """What is to be proved: its name, its sentence, the rules that demand it, and what is counted."""

    name: str
    sentence: str
    rules: tuple[str, ...] = ()
    counted: str = "situations"


@dataclass(frozen=True, slots=True)
class Property(Claim):
    """A claim as proved: how much of what was checked, and every counterexample as a sentence."""

    checked: int = 0
    counterexamples: tuple[str, ...] = ()

    @property
    def holds(self) -> bool:
        """It holds when something was checked and no counterexample was found."""
        return self.checked > 0 and not self.counterexamples


Proof = Callable[[EditionSpace, Law], Iterator[Finding]]


P = TypeVar("P", bound=Callable[..., object])


class Claims(dict[Claim, P], Generic[P]):
    """The claims about one subject with their proofs, in the order in which they are stated."""

    def proved_by(self, sentence: str, rules: tuple[str, ...] = (), counted: str = "situations") -> Callable[[P], P]:
        """Return a decorator: its function proves this sentence, and the claim takes the function's name."""

        def enter(proof: P) -> P:
            self[Claim(proof.__name__.removeprefix("_"), sentence, rules, counted)] = proof
            return proof

        return enter


def never(space: EditionSpace, state: str, trigger: str, where: int, what: str) -> Finding:
    """Return what is found for: a trigger is never allowed in a state where the facts are in this set."""
    wrong = space.allowed(state, trigger) & where
    return Finding(space.space.count(where), space.told(state, trigger, wrong, f"is allowed {what}") if wrong else None)


def nowhere(
    space: EditionSpace, states: Iterable[str], triggers: Iterable[str], where: int, what: str
) -> Iterator[Finding]:
    """Give what is found for: none of the triggers is ever allowed in any of the states under these facts."""
    return (never(space, state, trigger, where, what) for state, trigger in product(states, triggers))


def always(space: EditionSpace, state: str, trigger: str, where: int, what: str) -> Finding:
    """Return what is found for: a trigger is always allowed in a state where the facts are in this set."""
    wrong = where & space.refused(state, trigger)
    return Finding(space.space.count(where), space.told(state, trigger, wrong, f"is refused {what}") if wrong else None)
