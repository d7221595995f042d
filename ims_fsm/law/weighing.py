"""A trigger decided by the facts that are known, where not all of them are.

Imports the edition and the refusal; pure, as `law.decision`, which needs every fact.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from math import prod

from ims_fsm.law.declaration import STATE, GuardDeclaration
from ims_fsm.law.edition import Edition
from ims_fsm.law.refusal import Allowed, Refusal, Refused

# So many combinations of facts that are not known are gone through.
_MOST = 4096


@dataclass(frozen=True, slots=True)
class Undecided:
    """What is decided one way or the other by facts that are not known: `facts` are those that it depends on."""

    facts: tuple[str, ...]


Weighed = Allowed | Refused | Undecided


def weighed(
    edition: Edition, state: str, trigger: str, facts: Mapping[str, str], silent: Collection[str] = ()
) -> Weighed:
    """Decide a trigger by the facts that are known.

    It is allowed or refused where every value of the others says so. Of the `silent` ones it is enough that some value
    allows it: that a log does not say them is no breach.
    """
    move = edition.transition(state, trigger)
    waits = [(guard, _waits(edition, guard, facts)) for guard in _watching(edition, state, trigger)]
    certain = tuple(Refusal.by(guard) for guard, waiting in waits if waiting == set())
    if certain or move is None:
        return Refused(certain or (edition.no_transition(state, trigger),))
    guards = [guard for guard, waiting in waits if waiting]
    needed = {fact for _, waiting in waits for fact in waiting or ()} - {*silent}
    order = tuple(fact for fact in edition.schema.names if fact in needed)
    values = [edition.schema.values_of[fact] for fact in order]
    if prod(map(len, values)) > _MOST:
        return Undecided(order)
    rows = ({**facts, **dict(zip(order, row, strict=True))} for row in product(*values))
    outcomes = {_can_pass(edition, guards, row) for row in rows}
    if len(outcomes) > 1:
        return Undecided(order)
    return Allowed(move.dest, move.rules) if True in outcomes else Refused(tuple(map(Refusal.by, guards)))


def _can_pass(edition: Edition, guards: list[GuardDeclaration], facts: Mapping[str, str]) -> bool:
    """Say whether the facts that are not known can have values under which none of the guards refuses."""
    waits = [(guard, waiting) for guard in guards if (waiting := _waits(edition, guard, facts)) is not None]
    if not waits:
        return True
    if any(not waiting for _, waiting in waits):
        return False
    fact = min(waits[0][1])
    left = [guard for guard, _ in waits]
    return any(_can_pass(edition, left, {**facts, fact: value}) for value in edition.schema.values_of[fact])


def _watching(edition: Edition, state: str, trigger: str) -> Iterator[GuardDeclaration]:
    return (guard for guard in edition.guards if guard.watches(state, trigger))


def _waits(edition: Edition, guard: GuardDeclaration, facts: Mapping[str, str]) -> set[str] | None:
    """Return the facts that a guard waits for: none of them where it refuses; None where it does not refuse."""
    waits = set()
    for fact, values in guard.refuse_when.items():
        if fact == STATE:
            continue
        may_be = {facts[fact]} if fact in facts else {*edition.schema.values_of[fact]}
        if not may_be & {*values}:
            return None
        if not may_be <= {*values}:
            waits.add(fact)
    return waits
