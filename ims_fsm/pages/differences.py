"""Differences: of a machine from another, of a rule set from the one before it, of a picture's notes from the new ones.

Imports the law, the pictures and the guards' words; the sentences are in `templates/`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import TypeVar

from ims_fsm.draw.notes import Note
from ims_fsm.draw.picture import Picture
from ims_fsm.law.declaration import GuardDeclaration, TransitionDeclaration
from ims_fsm.law.edition import Machine
from ims_fsm.pages.guards import of_the_clock
from ims_fsm.pages.material import Material, unnamed
from ims_fsm.pages.phrases import held

T = TypeVar("T")
# The guards of the same triggers that hold for the same 2B periods, by both.
ByTriggers = dict[tuple[tuple[str, ...], str], list[GuardDeclaration]]


@dataclass(frozen=True, slots=True)
class Difference:
    """In what a machine differs from another under the newest rule set: its own guards and moves, and what it lacks."""

    guards: ByTriggers
    moves: tuple[TransitionDeclaration, ...]
    lacks: tuple[GuardDeclaration, ...]


def difference(machine: Machine, other: Machine) -> Difference:
    """Return in what a machine differs from another; what only holds off the clock is left out."""
    moves = {(move.trigger, move.dest) for move in other.edition.transitions}
    further: ByTriggers = {}
    for guard in _beyond(machine, other):
        further.setdefault((guard.triggers, held(guard)), []).append(guard)
    return Difference(
        further,
        tuple(move for move in machine.edition.transitions if (move.trigger, move.dest) not in moves),
        _beyond(other, machine),
    )


def _beyond(machine: Machine, other: Machine) -> tuple[GuardDeclaration, ...]:
    theirs = {unnamed(guard) for guard in other.edition.guards}
    guards = machine.edition.guards
    return tuple(guard for guard in guards if unnamed(guard) not in theirs and not of_the_clock(guard, machine))


@dataclass(frozen=True, slots=True)
class Change:
    """What a change of law does to machines alike: the transitions and guards that come and that go."""

    new_moves: tuple[TransitionDeclaration, ...]
    gone_moves: tuple[TransitionDeclaration, ...]
    gone_guards: tuple[GuardDeclaration, ...]
    new_guards: tuple[GuardDeclaration, ...]

    def __bool__(self) -> bool:
        """Say whether anything changes."""
        return bool(self.new_moves or self.gone_moves or self.gone_guards or self.new_guards)


def changes(material: Material, before: str, after: str) -> Iterable[tuple[Change, list[Machine]]]:
    """Return what one rule set changes of the one before it, with the machines in which it changes just that."""
    alike: dict[str, tuple[Change, list[Machine]]] = {}
    for machine in material.machines.values():
        old, new = machine.editions[before], machine.editions[after]
        change = Change(
            _without(new.transitions, old.transitions),
            _without(old.transitions, new.transitions),
            _without(old.guards, new.guards),
            _without(new.guards, old.guards),
        )
        alike.setdefault(repr(change), (change, []))[1].append(machine)
    return alike.values()


def _without(entries: Iterable[T], others: Collection[T]) -> tuple[T, ...]:
    return tuple(entry for entry in entries if entry not in others)


def renumbered(then: Picture, now: Picture) -> tuple[list[Note], list[tuple[int, int]]]:
    """Return the notes of an older picture that the new one does not have, and the numbers of those that moved."""
    numbers = {(note.triggers, note.states, note.reasons): note.number for note in now.notes}
    places = [(note, numbers.get((note.triggers, note.states, note.reasons))) for note in then.notes]
    gone = [note for note, number in places if number is None]
    return gone, [(note.number, number) for note, number in places if number not in {None, note.number}]
