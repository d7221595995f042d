"""Properties of the declarations: nothing undeclared moves, nothing declared is dead, every rule is exercised.

Imports the exercise, the citations and the form of a claim; the law itself is in the declarations.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ims_fsm.law.citations import carried
from ims_fsm.law.declaration import GuardDeclaration
from ims_fsm.law.edition import Edition, Machine
from ims_fsm.law.properties.chain import chains
from ims_fsm.law.properties.claim import Claim, Finding, Proof
from ims_fsm.law.properties.exercise import Exercise, Use
from ims_fsm.law.properties.stake import kind_of
from ims_fsm.law.register import Law
from ims_fsm.law.space import EditionSpace

FIRES = Claim(
    "every_transition_fires",
    "Every declared transition fires in some situation",
    (),
    counted="transitions",
)
REFUSES = Claim(
    "every_guard_refuses",
    "Every declared guard is in some situation the only one that refuses",
    (),
    counted="guards",
)
CITED = Claim(
    "every_citation_is_modelled",
    "Whatever is decided cites rules that are in the register and modelled",
    (),
    counted="citations",
)
EXERCISED = Claim(
    "every_modelled_rule_is_exercised",
    "Every rule marked modelled is exercised",
    (),
    counted="rules",
)
COVERED = Claim(
    "supplier_covers_the_credit",
    "After every freeze S >= E, per head of tax and for every chain of versions",
    ("faq.34", "annexure.a", "sec.34_2"),
    counted="freezes",
)


def only_what_is_declared(space: EditionSpace, law: Law) -> Iterator[Finding]:
    """Where no transition is declared for a state and trigger, every situation is refused, with a rule."""
    edition = space.edition
    declared = _declared(edition)
    for state in space.sources:
        for trigger in edition.triggers:
            if (state, trigger) in declared:
                continue
            wrong = space.allowed(state, trigger)
            example = space.told(state, trigger, wrong, "is allowed without a declared transition") if wrong else None
            rule = edition.no_transition(state, trigger).rule
            if example is None and rule not in law.rules:
                example = f"{edition.name}: {trigger} in {state} is refused by {rule!r}, which is not in the register"
            yield Finding(space.space.size, example)


def transitions_fire(exercise: Exercise) -> Iterator[Finding]:
    """Give a finding for each source of each transition under each rule set."""
    return _uses(exercise, guards=False, fault="never fires")


def guards_refuse(exercise: Exercise) -> Iterator[Finding]:
    """Give a finding for each trigger of each guard under each rule set."""
    return _uses(exercise, guards=True, fault="never refuses alone")


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


def _uses(exercise: Exercise, *, guards: bool, fault: str) -> Iterator[Finding]:
    idle = {(id(use.entry), use.at, use.rule_set) for use in exercise.idle}
    for key, use in exercise.uses.items():
        if isinstance(use.entry, GuardDeclaration) is guards:
            yield Finding(1, f"{_told(use)} {fault} under {use.rule_set}" if key in idle else None)


def _told(use: Use) -> str:
    if isinstance(use.entry, GuardDeclaration):
        return f"{use.place}: the guard {use.entry.name} on {use.at}"
    return f"{use.place}: {use.entry.trigger} from {use.at}"


def _citing(law: Law) -> Iterator[tuple[str, tuple[str, ...]]]:
    for machine in law.machines.values():
        yield from _citing_of(machine)
    for case in law.use_cases.values():
        yield f"the use case {case.name}", case.rules


def _citing_of(machine: Machine) -> Iterator[tuple[str, tuple[str, ...]]]:
    declared = machine.declaration
    for state in declared.state:
        yield f"{machine.name}: the state {state.name}", state.rules
    for move in declared.transition:
        yield f"{machine.name}: the transition {move.trigger}", move.rules
    for guard in declared.guard:
        yield f"{machine.name}: the guard {guard.name}", (guard.rule, *guard.see)


CLAIMS: Mapping[Claim, Proof] = {
    Claim(
        "only_what_is_declared",
        "Nothing moves without a declared transition: where none is, every situation is refused, with a rule",
        (),
    ): only_what_is_declared,
}
