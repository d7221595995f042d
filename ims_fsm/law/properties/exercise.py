"""What the whole space exercises: which transitions fire, which guards refuse alone, and which states freeze.

Imports the space and the declaration; judges nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from ims_fsm.law.declaration import GuardDeclaration, TransitionDeclaration
from ims_fsm.law.space import EditionSpace
from ims_fsm.terms.vocabulary import Trigger


@dataclass(frozen=True, slots=True)
class Use:
    """One use of a declared entry: a transition from one source, or a guard on one trigger, under one rule set.

    `place` names the machine that was looked at last; an entry taken in by several machines has one use in all.
    """

    entry: TransitionDeclaration | GuardDeclaration
    at: str
    rule_set: str
    place: str


@dataclass
class Exercise:
    """What was exercised in the spaces taken in so far; a use is known by its entry, where it is and the rule set."""

    uses: dict[tuple[int, str, str], Use] = field(default_factory=dict)
    exercised: set[tuple[int, str, str]] = field(default_factory=set)
    rules: set[str] = field(default_factory=set)
    freezing: dict[tuple[str, str], frozenset[str]] = field(default_factory=dict)

    def take(self, space: EditionSpace) -> None:
        """Take in the space of an edition."""
        edition = space.edition
        for transition in edition.transitions:
            for source in transition.source:
                fires = space.allowed(source, transition.trigger) != 0
                self._use(space, transition, source, exercised=fires)
                self.rules.update(transition.rules if fires else ())
        for trigger in edition.triggers:
            alone = _alone(space, trigger)
            for guard in edition.machine.declaration.guard:
                if trigger in guard.triggers and edition.in_force(guard):
                    self._use(space, guard, trigger, exercised=guard.name in alone)
                    self.rules.update((guard.rule, *guard.see) if guard.name in alone else ())
        for state in edition.states.values():
            self.rules.update(state.rules)
        self.freezing[edition.name, edition.rule_set.id] = frozenset(_freezing(space))

    @property
    def idle(self) -> Iterator[Use]:
        """The uses that no space exercised."""
        return (use for key, use in self.uses.items() if key not in self.exercised)

    def _use(
        self, space: EditionSpace, entry: TransitionDeclaration | GuardDeclaration, at: str, *, exercised: bool
    ) -> None:
        rule_set = space.edition.rule_set.id
        key = (id(entry), at, rule_set)
        self.uses[key] = Use(entry, at, rule_set, space.edition.name)
        if exercised:
            self.exercised.add(key)


def _alone(space: EditionSpace, trigger: str) -> frozenset[str]:
    """Return the guards that are, in some situation, the only one to refuse a trigger."""
    alone: set[str] = set()
    by_state = (space.refusing(state, trigger) for state in space.sources)
    for refusing in {tuple(name for name, _ in refusing): refusing for refusing in by_state}.values():
        once = twice = 0
        for _, combinations in refusing:
            twice |= once & combinations
            once |= combinations
        only = once & ~twice
        alone |= {name for name, combinations in refusing if combinations & only}
    return frozenset(alone)


def _freezing(space: EditionSpace) -> Iterator[str]:
    """Give the states from which a record that nothing supersedes can freeze."""
    prevailing = space.space.everything ^ space.space.mask("superseded", "yes")
    return (state for state in space.active if space.allowed(state, Trigger.FREEZE) & prevailing)
