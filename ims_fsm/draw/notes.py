"""The numbered notes of a picture: what may refuse, put together where it refuses the same triggers.

Imports the law's edition and decision; draws nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from ims_fsm.law.declaration import STATE, GuardDeclaration
from ims_fsm.law.edition import Edition
from ims_fsm.law.refusal import Refusal

# What only a single record can tell is said of any of them, left out or left open.
_OF_ANY = {"form": "another form", "recipient_kind": "…"}
_OWN_NOUN = ("recipient", "period")


@dataclass(frozen=True, slots=True)
class Reason:
    """One guard in a note: its citation, the further ones, the sentence with which it refuses, and its code."""

    guard: str
    rule: str
    see: tuple[str, ...]
    says: str
    code: str


@dataclass(frozen=True, slots=True)
class Note:
    """Why some triggers may be refused; `states` names the sources where that holds, none named means all.

    A `shut` note explains an arrow that is not there: its states are never left by its triggers.
    """

    number: int
    triggers: tuple[str, ...]
    states: tuple[str, ...]
    shut: bool
    reasons: tuple[Reason, ...]

    def applies(self, trigger: str, sources: Iterable[str]) -> bool:
        """Say whether it may refuse the trigger in any of the sources."""
        return not self.shut and trigger in self.triggers and not (self.states and {*self.states}.isdisjoint(sources))


def notes_of(edition: Edition) -> tuple[Note, ...]:
    """Return the notes of an edition, numbered as a reader meets them: by the first trigger, the shut ones last."""
    groups: dict[tuple[bool, tuple[str, ...], tuple[str, ...]], list[GuardDeclaration]] = {}
    for guard in edition.guards:
        groups.setdefault((is_shut(edition, guard), guard.triggers, watched_states(guard)), []).append(guard)
    order = list(edition.triggers)
    keys = sorted(groups, key=lambda key: (key[0], min(order.index(trigger) for trigger in key[1])))
    return tuple(
        Note(number, triggers, states, shut, tuple(reason_of(guard) for guard in groups[shut, triggers, states]))
        for number, (shut, triggers, states) in enumerate(keys, start=1)
    )


def watched_states(guard: GuardDeclaration) -> tuple[str, ...]:
    """Return the states in which a guard refuses; none named means all."""
    return tuple(guard.refuse_when.get(STATE, ()))


def is_shut(edition: Edition, guard: GuardDeclaration) -> bool:
    """Say whether a guard refuses only where there is no transition to refuse."""
    states = watched_states(guard)
    return bool(states) and not any(
        edition.transition(state, trigger) for state in states for trigger in guard.triggers
    )


def reason_of(guard: GuardDeclaration) -> Reason:
    """Return a guard as a reason: its sentence said of any record."""
    refusal = replace(Refusal.by(guard), says=guard.says.replace("recipient {recipient}", "recipient"))
    fields = {noun: "…" if f"{noun} {{{noun}}}" in refusal.says else f"the {noun}" for noun in _OWN_NOUN}
    return Reason(guard.name, guard.rule, guard.see, refusal.sentence(_OF_ANY | fields), guard.code)
