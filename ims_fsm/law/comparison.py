"""What a change of law does to a machine: two editions of it side by side, as plain data.

Imports the declaration, the edition and what is barred; draws nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TypeVar

from ims_fsm.law.decision import always_refused, reached
from ims_fsm.law.declaration import (
    Declared,
    GuardDeclaration,
    RuleSetDeclaration,
    StateDeclaration,
    TransitionDeclaration,
)
from ims_fsm.law.edition import Edition, Machine

D = TypeVar("D", bound=Declared)


class Change(StrEnum):
    """What became of something from one edition to the other."""

    ADDED = "added"
    GONE = "gone"
    CHANGED = "changed"
    SAME = "unchanged"


@dataclass(frozen=True, slots=True)
class StateChange:
    """A state: it is added or gone when only one of the editions can bring a record to it, `reached` by either."""

    name: str
    title: str
    change: Change
    reached: bool


@dataclass(frozen=True, slots=True)
class MoveChange:
    """A transition from one source: added or gone when only one of the editions can take it.

    It is changed when both can, under other rules or other guards. `rules` are those that carry it, the newer ones
    where both have it; `guards` name the guards added, gone or changed that watch it there; `taken` says whether
    either edition can take it at all.
    """

    source: str
    trigger: str
    dest: str
    change: Change
    rules: tuple[str, ...]
    guards: tuple[str, ...]
    taken: bool


@dataclass(frozen=True, slots=True)
class GuardChange:
    """A guard as either edition has it; what is changed has both."""

    before: GuardDeclaration | None
    after: GuardDeclaration | None
    change: Change

    @property
    def guard(self) -> GuardDeclaration:
        """The guard as it is now; as it was, where it is gone."""
        guard = self.after or self.before
        if guard is None:
            raise ValueError("a change of a guard has the guard before or after it; give one of them")
        return guard

    def watches(self, state: str, trigger: str) -> bool:
        """Say whether the guard, before or after, may refuse a trigger in a state."""
        return any(guard is not None and guard.watches(state, trigger) for guard in (self.before, self.after))


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two editions of a machine side by side; `whole` is the edition that has everything that either has."""

    machine: str
    title: str
    before: RuleSetDeclaration
    after: RuleSetDeclaration
    states: tuple[StateChange, ...]
    moves: tuple[MoveChange, ...]
    guards: tuple[GuardChange, ...]
    whole: Edition

    @property
    def differs(self) -> bool:
        """Whether anything is added, gone or changed."""
        changes = {entry.change for entry in self.states} | {entry.change for entry in self.moves}
        return bool((changes | {entry.change for entry in self.guards}) - {Change.SAME})


def compare(before: Edition, after: Edition) -> Comparison:
    """Compare two editions of a machine: which states, transitions and guards are added, gone, changed or the same.

    The editions may also come from two declarations of it.
    """
    guards = _guards(before, after)
    declared = after.machine.declaration
    return Comparison(
        machine=declared.name,
        title=declared.title,
        before=before.rule_set,
        after=after.rule_set,
        states=_states(before, after),
        moves=_moves(before, after, guards),
        guards=guards,
        whole=_whole(before, after, guards),
    )


def _change(*, was: bool, now: bool, alike: bool = True) -> Change:
    if was != now:
        return Change.ADDED if now else Change.GONE
    return Change.SAME if alike else Change.CHANGED


def _states(before: Edition, after: Edition) -> tuple[StateChange, ...]:
    was, now = reached(before), reached(after)
    states: dict[str, StateDeclaration] = {**before.states, **after.states}
    return tuple(
        StateChange(name, state.title, _change(was=name in was, now=name in now), name in was | now)
        for name, state in states.items()
    )


def _guards(before: Edition, after: Edition) -> tuple[GuardChange, ...]:
    was, now = ({guard.name: guard for guard in edition.guards} for edition in (before, after))
    was = {_renamed(guard, was, now): guard for guard in was.values()}
    declared = [guard.name for edition in (after, before) for guard in edition.machine.declaration.guard]
    changes = []
    for name in dict.fromkeys(name for name in declared if name in {**was, **now}):
        old, new = was.get(name), now.get(name)
        alike = old is None or new is None or _undated(replace(old, name=new.name)) == _undated(new)
        change = _change(was=old is not None, now=new is not None, alike=alike)
        changes.append(GuardChange(old, new, change))
    return tuple(changes)


def _moves(before: Edition, after: Edition, guards: Iterable[GuardChange]) -> tuple[MoveChange, ...]:
    was, now = _rules(before), _rules(after)
    differing = [change for change in guards if change.change is not Change.SAME]
    changes = []
    for move in {**was, **now}:
        source, trigger, _ = move
        touched = tuple(change.guard.name for change in differing if change.watches(source, trigger))
        old, new = (edition_rules.get(move) for edition_rules in (was, now))
        could = old is not None and not always_refused(before, source, trigger)
        can = new is not None and not always_refused(after, source, trigger)
        change = _change(was=could, now=can, alike=not (could or can) or (old == new and not touched))
        changes.append(MoveChange(*move, change, new or old or (), touched, taken=could or can))
    return tuple(changes)


def _rules(edition: Edition) -> Mapping[tuple[str, str, str], tuple[str, ...]]:
    return {(source, move.trigger, move.dest): move.rules for move in edition.transitions for source in move.source}


def _renamed(guard: GuardDeclaration, was: Mapping[str, GuardDeclaration], now: Mapping[str, GuardDeclaration]) -> str:
    """Return the name under which a guard is there now: of two machines, each may name the same guard its own way."""
    others = (other for name, other in now.items() if name not in was and guard.name not in now)
    same = (other.name for other in others if _undated(replace(other, name=guard.name)) == _undated(guard))
    return next(same, guard.name)


def _undated(guard: GuardDeclaration | None) -> GuardDeclaration | None:
    return None if guard is None else replace(guard, since=None, until=None)


def _whole(before: Edition, after: Edition, guards: Iterable[GuardChange]) -> Edition:
    new, old = after.machine.declaration, before.machine.declaration
    transitions: dict[TransitionDeclaration, None] = {}
    for move in (*after.transitions, *before.transitions):
        transitions[replace(move, since=None, until=None)] = None
    declaration = replace(
        new,
        state=_union(new.state, old.state),
        trigger=_union(new.trigger, old.trigger),
        transition=tuple(transitions),
        guard=tuple(guard for change in guards if (guard := _undated(change.guard)) is not None),
        values={},
    )
    both = RuleSetDeclaration(id=f"{before.rule_set.id}-to-{after.rule_set.id}", title="one beside the other")
    return Machine(declaration, _union(after.machine.facts, before.machine.facts), (both,)).edition


def _union(first: Iterable[D], other: Iterable[D]) -> tuple[D, ...]:
    named = {getattr(entry, "name"): entry for entry in (*other, *first)}  # noqa: B009 -- every entry here has a name
    order = dict.fromkeys(getattr(entry, "name") for entry in (*first, *other))  # noqa: B009
    return tuple(named[name] for name in order)
