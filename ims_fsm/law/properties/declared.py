"""Properties of any declarations: nothing undeclared moves, nothing declared is dead, every rule is exercised.

Imports the space and the form of a claim; the law itself is in the declarations.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from ims_fsm.law.declaration import ENTRY
from ims_fsm.law.edition import Edition, closure
from ims_fsm.law.properties.claim import Claim, Claims, Finding, Proof
from ims_fsm.law.properties.records import decided_for_good
from ims_fsm.law.properties.stake import chains, kind_of
from ims_fsm.law.register import Law, carried
from ims_fsm.law.space import EditionSpace
from ims_fsm.terms.vocabulary import Trigger

FIRES = Claim("every_transition_fires", "Every declared transition fires in some situation", counted="transitions")
REFUSES = Claim(
    "every_guard_refuses", "Every declared guard is in some situation the only one that refuses", counted="guards"
)
CITED = Claim(
    "every_citation_is_modelled",
    "Whatever is decided cites rules that are in the register and modelled",
    counted="citations",
)
EXERCISED = Claim("every_modelled_rule_is_exercised", "Every rule marked modelled is exercised", counted="rules")
COVERED = Claim(
    "supplier_covers_the_credit",
    "After every freeze S >= E, per head of tax and for every chain of versions",
    ("faq.34", "annexure.a", "sec.34_2"),
    counted="freezes",
)
# What is asked of every machine, and what besides of a machine of another field.
CLAIMS, OF_ANY = Claims[Proof](), Claims[Proof]()


Uses = dict[tuple[int, str, str], str]


@dataclass
class Exercise:
    """What was exercised in the spaces taken in so far.

    A use is a transition from one source, or a guard on one trigger, under one rule set; beside it stands the sentence
    for one that was not exercised. It names the machine looked at last: an entry that several take in has one use.
    """

    transitions: Uses = field(default_factory=dict)
    guards: Uses = field(default_factory=dict)
    exercised: set[tuple[int, str, str]] = field(default_factory=set)
    rules: set[str] = field(default_factory=set)
    freezing: dict[tuple[str, str], frozenset[str]] = field(default_factory=dict)

    def take(self, space: EditionSpace) -> None:
        """Take in the space of an edition."""
        edition, rule_set = space.edition, space.edition.rule_set.id
        for transition, source in ((move, source) for move in edition.transitions for source in move.source):
            key, trigger = (id(transition), source, rule_set), transition.trigger
            self.transitions[key] = f"{edition.name}: {trigger} from {source} never fires under {rule_set}"
            if space.allowed(source, trigger):
                self._exercise(key, transition.rules)
        for trigger in edition.triggers:
            self._take_guards(space, trigger)
        for state in edition.states.values():
            self.rules.update(state.rules)
        # The states from which a record that nothing supersedes can freeze.
        prevailing = space.space.everything ^ space.space.mask("superseded", "yes")
        freezing = (state for state in space.active if space.allowed(state, Trigger.FREEZE) & prevailing)
        self.freezing[edition.name, rule_set] = frozenset(freezing)

    def _take_guards(self, space: EditionSpace, trigger: str) -> None:
        edition, rule_set = space.edition, space.edition.rule_set.id
        alone = _alone(space, trigger)
        for guard in edition.machine.guards:
            if trigger in guard.triggers and edition.in_force(guard):
                key, what = (id(guard), trigger, rule_set), f"the guard {guard.name} on {trigger}"
                self.guards[key] = f"{edition.name}: {what} never refuses alone under {rule_set}"
                if guard.name in alone:
                    self._exercise(key, (guard.rule, *guard.see))

    def _exercise(self, key: tuple[int, str, str], rules: Iterable[str]) -> None:
        self.exercised.add(key)
        self.rules.update(rules)


def _alone(space: EditionSpace, trigger: str) -> frozenset[str]:
    """Return the guards that are, in some situation, the only one to refuse a trigger."""
    guards: set[str] = set()
    by_state = (space.refusing(state, trigger) for state in space.sources)
    for refusing in {tuple(name for name, _ in refusing): refusing for refusing in by_state}.values():
        once = twice = 0
        for _, combinations in refusing:
            twice |= once & combinations
            once |= combinations
        only = once & ~twice
        guards |= {name for name, combinations in refusing if combinations & only}
    return frozenset(guards)


@CLAIMS.proved_by("Nothing moves without a declared transition: where none is, every situation is refused, with a rule")
def only_what_is_declared(space: EditionSpace, law: Law) -> Iterator[Finding]:
    """Where no transition is declared for a state and trigger, every situation is refused, with a rule."""
    edition = space.edition
    declared = _declared(edition)
    for state in space.sources:
        for trigger in edition.triggers:
            if (state, trigger) in declared:
                continue
            allowed, rule = space.allowed(state, trigger), edition.no_transition(state, trigger).rule
            wrong = space.told(state, trigger, allowed, "is allowed without a declared transition") if allowed else None
            if wrong is None and rule not in law.rules:
                wrong = f"{edition.name}: {trigger} in {state} is refused by {rule!r}, which is not in the register"
            yield Finding(space.space.size, wrong)


def transitions_fire(exercise: Exercise) -> Iterator[Finding]:
    """Give a finding for each source of each transition under each rule set."""
    return _uses(exercise, exercise.transitions)


def guards_refuse(exercise: Exercise) -> Iterator[Finding]:
    """Give a finding for each trigger of each guard under each rule set."""
    return _uses(exercise, exercise.guards)


def citations_are_modelled(law: Law) -> Iterator[Finding]:
    """Give a finding for each citation of a state, transition, guard or use case."""
    for place, rules in _citing(law):
        for cited in rules:
            rule = law.rules.get(cited)
            wrong = "is not in the register" if rule is None else "is marked not modelled"
            fails = rule is None or rule.status != "modelled"
            yield Finding(1, f"{place} cites {cited!r}, which {wrong}" if fails else None)


def modelled_rules_are_exercised(law: Law, exercise: Exercise) -> Iterator[Finding]:
    """Give a finding for each modelled rule: it, or one below it, is exercised."""
    exercised = dict.fromkeys(exercised_rules(law, exercise))
    for rule in law.rules.values():
        if rule.status == "modelled":
            idle = not carried(rule.id, exercised)
            yield Finding(1, f"{rule.id} is marked modelled, and nothing exercises it" if idle else None)


def exercised_rules(law: Law, exercise: Exercise) -> frozenset[str]:
    """Return the rules that some situation, a use case, or a table beside the machines (the calendar, …) exercises."""
    machines = {f"{name}.toml" for name in law.machines}
    machines |= {f"{machine.declaration.extends}.toml" for machine in law.machines.values()}
    tables = {rule for rule, files in law.cited_by.items() if set(files) - machines}
    return frozenset({*exercise.rules, *tables, *(rule for case in law.use_cases.values() for rule in case.rules)})


def supplier_covers_the_credit(law: Law, exercise: Exercise) -> Iterator[Finding]:
    """Play the chains of every kind: the original under one rule set, its amendments under the same or a later one."""
    played: set[tuple[int, frozenset[str], frozenset[str]]] = set()
    for machine in law.record_machines:
        kind, amendment = kind_of(machine), law.machines.get(f"{machine.name}_amendment")
        if kind is None or amendment is None:
            continue
        for at, first in enumerate(law.rule_sets):
            for later in law.rule_sets[at:]:
                frozen = exercise.freezing[machine.name, first.id]
                key = (kind.sign, frozen, exercise.freezing[amendment.name, later.id])
                if key not in played:
                    played.add(key)
                    yield from chains(*key)


def _declared(edition: Edition) -> set[tuple[str, str]]:
    moves = edition.machine.declaration.transition
    return {(source, move.trigger) for move in moves if edition.in_force(move) for source in move.source}


def _uses(exercise: Exercise, uses: Uses) -> Iterator[Finding]:
    return (Finding(1, None if key in exercise.exercised else idle) for key, idle in uses.items())


def _citing(law: Law) -> Iterator[tuple[str, tuple[str, ...]]]:
    for name, machine in law.machines.items():
        declared = machine.declaration
        yield from ((f"{name}: the state {state.name}", state.rules) for state in declared.state)
        yield from ((f"{name}: the transition {move.trigger}", move.rules) for move in declared.transition)
        yield from ((f"{name}: the guard {guard.name}", (guard.rule, *guard.see)) for guard in declared.guard)
    yield from ((f"the use case {case.name}", case.rules) for case in law.use_cases.values())


@OF_ANY.proved_by("Every state can be reached", counted="states")
def _every_state_is_reached(space: EditionSpace, _law: Law) -> Iterator[Finding]:
    return _outside(
        space,
        closure({ENTRY, space.edition.initial}, _fired(space)),
        "is never reached: a guard refuses every way to it",
    )


@OF_ANY.proved_by("From every state an end can be reached", counted="states")
def _every_state_ends(space: EditionSpace, _law: Law) -> Iterator[Finding]:
    terminal = {name for name, state in space.edition.states.items() if state.terminal}
    ending = closure(terminal, {(dest, source) for source, dest in _fired(space)})
    return _outside(space, ending, "never ends: a guard refuses every way out of it")


OF_ANY[Claim("terminal_for_good", "Nothing leads out of a terminal state")] = decided_for_good


@OF_ANY.proved_by("Every situation is allowed or refused, never both and never neither, by a rule of the register")
def _every_question_is_answered(space: EditionSpace, law: Law) -> Iterator[Finding]:
    for state in space.sources:
        for trigger in space.edition.triggers:
            allowed, refused = space.allowed(state, trigger), space.refused(state, trigger)
            odd = space.space.everything & ~(allowed ^ refused)
            wrong = space.told(state, trigger, odd, "is neither allowed nor refused, or both") if odd else None
            rules = {guard.rule for guard in space.edition.guards if trigger in guard.triggers}
            if unknown := sorted(rules - {*law.rules}):
                wrong = f"{space.edition.name}: {trigger} is refused by {unknown[0]!r}, which is not in the register"
            yield Finding(space.space.size, wrong)


def _fired(space: EditionSpace) -> set[tuple[str, str]]:
    return {
        (source, move.dest)
        for move in space.edition.transitions
        for source in move.source
        if space.allowed(source, move.trigger)
    }


def _outside(space: EditionSpace, states: frozenset[str], what: str) -> Iterator[Finding]:
    for name in space.edition.states:
        fault = f"{space.edition}: {name} {what}"
        yield Finding(1, None if name in states else fault)
