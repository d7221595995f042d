"""What can be wrong with declarations that are well-formed: every problem, with its place and remedy.

Imports the declaration, the edition and the decision's fields; reads no file.
"""

from __future__ import annotations

import string
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import combinations, pairwise

from ims_fsm.errors import Problem
from ims_fsm.law.declaration import (
    ENTRY,
    OPENED,
    STATE,
    Dated,
    FactDeclaration,
    GuardDeclaration,
    RuleDeclaration,
    RuleSetDeclaration,
    TransitionDeclaration,
)
from ims_fsm.law.edition import Edition, Machine, closure
from ims_fsm.law.refusal import FIELDS
from ims_fsm.law.register import Law, carried
from ims_fsm.terms.spelling import hinted


def machine_problems(
    machine: Machine, facts: Mapping[str, FactDeclaration], roles: Collection[str] = ()
) -> Iterator[Problem]:
    """Give every problem of one machine: names, values, dates, overlaps, sentences, reachability.

    `roles` are those that are declared.
    """
    named = [*_name_problems(machine, facts), *_actor_problems(machine, roles)]
    yield from named
    if named:
        return
    yield from _overlaps(machine)
    yield from _date_problems(machine)
    for guard in machine.declaration.guard:
        yield from _sentence_problems(machine, guard)
    if not machine.declaration.abstract:
        for edition in machine.editions.values():
            yield from _unreachable(edition)


def rule_set_problems(file: str, rule_sets: Sequence[RuleSetDeclaration]) -> Iterator[Problem]:
    """Give every problem of the rule sets: there is one, they follow each other, the last is open."""
    if not rule_sets:
        yield Problem(file, "has no rule set", "add a [[rule_set]]")
        return
    for rule_set, after in pairwise(rule_sets):
        if rule_set.until is None or after.since != rule_set.until.plus(1):
            what = f"does not begin in the tax period after {rule_set.id} ends"
            yield Problem(
                f"{file} rule_set {after.id}", what, "let rule sets follow each other in order, without a gap"
            )
    if rule_sets[-1].until is not None:
        what = f"ends with {rule_sets[-1].until}, and no rule set follows"
        yield Problem(f"{file} rule_set {rule_sets[-1].id}", what, "leave `until` out of the last rule set")


def fact_problems(file: str, facts: Mapping[str, FactDeclaration]) -> Iterator[Problem]:
    """Give a problem for each fact whose default is not one of its values."""
    for fact in facts.values():
        yield from _unknown(f"{file} fact {fact.name} default", [fact.default], fact.values, "value")


def repeated(place: str, names: Sequence[str]) -> Iterator[Problem]:
    """Give a problem for each name that stands more than once."""
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield Problem(place, f"has {name!r} more than once", "keep one of them")


def citation_problems(file: str, law: Law) -> Iterator[Problem]:
    """Give every citation that is not in the register `file`, and every rule in it that says too little of itself."""
    for cited, places in law.cited_by.items():
        for place in places:
            if cited not in law.rules:
                remedy = f"add a [[rule]] with this id to {file}, or mend the id"
                yield Problem(place, f"cites {cited!r}, which is not in the register", remedy)
            elif law.rules[cited].status == "not_modelled":
                what = f"cites {cited!r}, which the register calls not modelled"
                yield Problem(place, what, f"mend its status in {file}")
    for rule in law.rules.values():
        yield from _rule_problems(f"{file} {rule.id}", rule, law)


def _rule_problems(place: str, rule: RuleDeclaration, law: Law) -> Iterator[Problem]:
    if rule.status == "modelled" and not carried(rule.id, law.cited_by):
        what = "is marked modelled, and nothing cites it"
        yield Problem(place, what, "cite it where it acts, or say not_modelled and why")
    if rule.status == "not_modelled" and not rule.reason:
        yield Problem(place, "is not modelled without a reason", "say why in `reason`")
    if rule.source not in law.sources:
        yield Problem(place, f"names the unknown source {rule.source!r}", "add a [[source]] for it")


def claim_problems(file: str, law: Law) -> Iterator[Problem]:
    """Give every source and every rule that a claim of `file` names and the register does not have."""
    for claim in law.claims.values():
        named = [counter.source for counter in claim.against]
        yield from _unknown(f"{file} {claim.name} against", named, law.sources, "source")
        yield from _unknown(f"{file} {claim.name} instead", claim.instead, law.rules, "rule")


def _name_problems(machine: Machine, facts: Mapping[str, FactDeclaration]) -> Iterator[Problem]:
    declared, file = machine.declaration, f"{machine.name}.toml"
    states = [state.name for state in declared.state]
    triggers = [trigger.name for trigger in declared.trigger]
    guards = [guard.name for guard in declared.guard]
    for key, names in {"facts": declared.facts, "state": states, "trigger": triggers, "guard": guards}.items():
        yield from repeated(f"{file} {key}", names)
    yield from _unknown(f"{file} facts", declared.facts, facts, "fact")
    if declared.initial is None:
        first = states[0] if states else "asked"
        yield Problem(file, "has no `initial`, the state in which it begins", f'add a line like `initial = "{first}"`')
    else:
        yield from _unknown(f"{file} initial", [declared.initial], states, "state")
    yield from _narrowing_problems(machine, facts)
    for move in declared.transition:
        place = f"{file} transition {move.trigger}"
        yield from _unknown(place, [move.trigger], triggers, "trigger")
        yield from _unknown(place, move.source, {*states, ENTRY}, "state")
        yield from _unknown(place, [move.dest], states, "state")
        if ENTRY in move.source and declared.initial in states and move.dest != declared.initial:
            what = f"brings a record into being in {move.dest!r}, and the machine begins in {declared.initial!r}"
            yield Problem(place, what, "give both the same state")
    moving = {move.trigger for move in declared.transition}
    for name in triggers:
        if name not in moving:
            yield Problem(f"{file} trigger {name}", "moves nothing", "give it a transition, or take it out")
    for guard in declared.guard:
        yield from _guard_problems(machine, guard, states, triggers)


def _narrowing_problems(machine: Machine, facts: Mapping[str, FactDeclaration]) -> Iterator[Problem]:
    place = f"{machine.name}.toml values"
    for fact, values in machine.declaration.values.items():
        yield from _unknown(place, [fact], machine.declaration.facts, "fact")
        yield from _unknown(f"{place}.{fact}", values, facts[fact].values if fact in facts else values, "value")
        yield from repeated(f"{place} {fact}", values)


def _guard_problems(
    machine: Machine, guard: GuardDeclaration, states: Collection[str], triggers: Collection[str]
) -> Iterator[Problem]:
    place = f"{machine.name}.toml guard {guard.name}"
    facts = {fact.name: fact for fact in machine.every_fact}
    yield from _unknown(place, guard.triggers, triggers, "trigger")
    for fact, values in guard.refuse_when.items():
        yield from _unknown(place, [fact], {STATE, *facts}, "fact")
        if fact == STATE:
            yield from _unknown(place, values, states, "state")
        elif fact in facts:
            yield from _unknown(f"{place} {fact}", values, facts[fact].values, "value")


def _actor_problems(machine: Machine, roles: Collection[str]) -> Iterator[Problem]:
    """Give the roles and triggers that triggers and facts about whoever acts name, and there are none such."""
    triggers = {trigger.name: trigger for trigger in machine.declaration.trigger}
    for trigger in triggers.values():
        place = f"{machine.name}.toml trigger {trigger.name} roles"
        yield from _unknown(place, trigger.roles, roles, "role")
        yield from repeated(place, trigger.roles)
    for fact in machine.about_firing:
        place = f"{machine.name}.toml fact {fact.name}"
        yield from _unknown(f"{place} same_actor_as", fact.same_actor_as, triggers, "trigger")
        if set(fact.values) != {"yes", "no"}:
            yield Problem(f"{place} values", "are not yes and no", "give both their sentences; no other can be read")
    for fact in machine.facts:
        place = f"{machine.name}.toml fact {fact.name}"
        yield from _unknown(f"{place} said_by", fact.said_by, {OPENED, *triggers}, "trigger")
        if fact.said_by and (fact.same_actor_as or fact.role is not None):
            yield Problem(f"{place} said_by", "names triggers, and nobody gives it", "leave `said_by` out")
    asked = [fact.role for fact in machine.every_fact if fact.role is not None]
    named = {role for trigger in triggers.values() for role in trigger.roles}
    yield from _unknown(f"{machine.name}.toml guards", (role for role in asked if role not in named), roles, "role")


def _unknown(place: str, given: Iterable[str], declared: Collection[str], what: str) -> Iterator[Problem]:
    for name in given:
        if name not in declared:
            choice = ", ".join(sorted(declared)) or f"no {what}: there is none"
            yield Problem(place, f"names the unknown {what} {name!r}", hinted(name, declared, f"use one of {choice}"))


def _overlaps(machine: Machine) -> Iterator[Problem]:
    moves = [(source, move) for move in machine.declaration.transition for source in move.source]
    for (source, move), (from_there, other) in combinations(moves, 2):
        if source == from_there and move.trigger == other.trigger and _together(move, other):
            yield Problem(
                f"{machine.name}.toml transition {move.trigger}",
                f"leaves {source} twice at the same time, to {move.dest} and to {other.dest}",
                "give them different sources, or periods that do not meet",
            )


def _together(move: TransitionDeclaration, other: TransitionDeclaration) -> bool:
    return (move.since or "") <= (other.until or "9") and (other.since or "") <= (move.until or "9")


def _date_problems(machine: Machine) -> Iterator[Problem]:
    starts = {rule_set.since for rule_set in machine.rule_sets}
    ends = {rule_set.until for rule_set in machine.rule_sets}
    dated: list[tuple[str, Dated]] = [(f"guard {guard.name}", guard) for guard in machine.declaration.guard]
    dated += [(f"transition {move.trigger}", move) for move in machine.declaration.transition]
    for name, entry in dated:
        place = f"{machine.name}.toml {name}"
        held = f"holds from {entry.since or 'the beginning'} to {entry.until or 'now'}"
        if entry.since and entry.until and entry.until < entry.since:
            yield Problem(place, f"{held}, which is never", "begin it before it ends")
        elif (entry.since and entry.since not in starts) or (entry.until and entry.until not in ends):
            yield Problem(place, f"{held}, which splits a rule set", "begin and end it with a rule set of rules.toml")


def _sentence_problems(machine: Machine, guard: GuardDeclaration) -> Iterator[Problem]:
    place = f"{machine.name}.toml guard {guard.name}"
    for text in (guard.says, guard.remedy):
        try:
            named = {field for _, field, _, _ in string.Formatter().parse(text) if field is not None}
        except ValueError as error:
            yield Problem(place, f"has a sentence that cannot be filled in: {error}", "mend its braces")
            continue
        yield from _unknown(place, sorted(named), FIELDS, "field")


def _unreachable(edition: Edition) -> Iterator[Problem]:
    rule_set = edition.rule_set.id
    reached = closure({edition.initial}, [(s, m.dest) for m in edition.transitions for s in m.source])
    terminal = {state.name for state in edition.states.values() if state.terminal}
    ending = closure(terminal, [(m.dest, s) for m in edition.transitions for s in m.source])
    if not terminal:
        yield Problem(
            f"{edition.name}.toml", "has no terminal state", "add `terminal = true` to the states that end it"
        )
    for name in edition.states:
        place = f"{edition.name}.toml state {name}"
        if name not in reached:
            yield Problem(place, f"cannot be reached under {rule_set}", "give it a transition, or take it out")
        if name in terminal and edition.open_from(name):
            yield Problem(place, f"is terminal but is left under {rule_set}", "take out the transition, or `terminal`")
        if terminal and name not in ending:
            what = f"cannot be left for a terminal state under {rule_set}"
            yield Problem(place, what, "give it a way out, or `terminal = true` if it is an end")
