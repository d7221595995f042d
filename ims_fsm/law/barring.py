"""What an edition never does: transitions that a guard refuses whatever the facts are, and states never reached.

Imports the declaration and the edition; decides no situation.
"""

from __future__ import annotations

from ims_fsm.law.declaration import ENTRY, STATE, GuardDeclaration
from ims_fsm.law.edition import Edition


def always_refused(edition: Edition, state: str, trigger: str) -> bool:
    """Say whether a guard refuses the trigger in a state whatever the facts are: no fact that it reads can save it.

    So an original credit note is never pending under IMS-2024-10 (FAQ 11.A), though the transition is declared.
    """
    return any(trigger in guard.triggers and _covers(edition, guard, state) for guard in edition.guards)


def reached(edition: Edition) -> frozenset[str]:
    """Return the states that an edition can bring a record to, with the entry."""
    taken = [
        (source, move.dest)
        for move in edition.transitions
        for source in move.source
        if not always_refused(edition, source, move.trigger)
    ]
    states = {ENTRY, edition.initial}
    while more := {dest for source, dest in taken if source in states} - states:
        states |= more
    return frozenset(states)


def _covers(edition: Edition, guard: GuardDeclaration, state: str) -> bool:
    values_of = dict(zip(edition.schema.names, edition.schema.values, strict=True))
    return all(
        state in values if fact == STATE else set(values_of[fact]) <= set(values)
        for fact, values in guard.refuse_when.items()
    )
