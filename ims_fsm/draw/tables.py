"""The transitions of an edition as rows: who moves what from where to where, and what may refuse it.

Imports the law and the notes; draws nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ims_fsm.draw.notes import is_shut, watched_states
from ims_fsm.law.decision import always_refused
from ims_fsm.law.declaration import ENTRY
from ims_fsm.law.edition import Edition
from ims_fsm.law.refusal import Refusal


@dataclass(frozen=True, slots=True)
class Row:
    """One transition; without a dest, triggers that lead nowhere from these sources, and why.

    `refusals` are those of the guards that may refuse it, in order of declaration; `rules` carry the transition.
    `never` says that one of them refuses it whatever the facts are.
    """

    trigger: str
    actor: str
    sources: tuple[str, ...]
    dest: str | None
    refusals: tuple[Refusal, ...]
    rules: tuple[str, ...]
    never: bool = False


def transition_table(edition: Edition, trigger: str | None = None) -> tuple[Row, ...]:
    """Return a row for each transition of an edition, then one for each trigger that a guard keeps from starting.

    `trigger` leaves out the others; raises `InputError` for one that the machine does not have.
    """
    if trigger is not None:
        edition.check(ENTRY, trigger, edition.facts())
    rows = (*_transitions(edition), *_nowhere(edition))
    return tuple(row for row in rows if trigger in (None, row.trigger))


def _transitions(edition: Edition) -> Iterator[Row]:
    for move in edition.transitions:
        guards = (g for g in edition.guards if any(g.watches(source, move.trigger) for source in move.source))
        refusals = tuple(Refusal.by(guard) for guard in guards)
        actor = edition.triggers[move.trigger].actor
        never = all(always_refused(edition, source, move.trigger) for source in move.source)
        yield Row(move.trigger, actor, move.source, move.dest, refusals, move.rules, never)


def _nowhere(edition: Edition) -> Iterator[Row]:
    for trigger, declared in edition.triggers.items():
        for guard in edition.guards:
            if trigger in guard.triggers and is_shut(edition, guard):
                yield Row(trigger, declared.actor, watched_states(guard), None, (Refusal.by(guard),), ())
