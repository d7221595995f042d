"""A machine as declared, and an edition of it: what is in force for one rule set, compiled for deciding.

Imports the declaration, the facts and the decision; no framework.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ims_fsm.errors import InputError, Problem
from ims_fsm.law.declaration import (
    ENTRY,
    OPENED,
    STATE,
    Dated,
    Declared,
    FactDeclaration,
    GuardDeclaration,
    MachineDeclaration,
    RuleSetDeclaration,
    StateDeclaration,
    TransitionDeclaration,
    TriggerDeclaration,
)
from ims_fsm.law.facts import Facts, FactSchema
from ims_fsm.law.permission import held, permitting, role_facts
from ims_fsm.law.refusal import NO_TRANSITION, Decision, Refusal, Watch
from ims_fsm.terms.period import TaxPeriod
from ims_fsm.terms.spelling import hinted

# Before GST there was no tax period; a rule set without a beginning holds from here.
EARLIEST = TaxPeriod("2017-07")

PROSE = frozenset({"title", "says", "remedy", "counts"})
# Who may ask is a house's own, and changes on any day: it is no part of what a machine decides by.
HOUSE = frozenset({"roles", "role"})
# Left out where they are empty, so that a machine without them decides by what it always did.
OPTIONAL = frozenset({"same_actor_as", "said_by"})


@dataclass(frozen=True)
class Machine:
    """A declared machine, whole: everything it extends is taken in.

    `schema` holds its facts with the values they can take here.
    """

    declaration: MachineDeclaration
    facts: tuple[FactDeclaration, ...]
    rule_sets: tuple[RuleSetDeclaration, ...]

    @property
    def name(self) -> str:
        """The machine's name, which is also its file's."""
        return self.declaration.name

    @property
    def title(self) -> str:
        """The machine's name for people."""
        return self.declaration.title

    @cached_property
    def schema(self) -> FactSchema:
        """The facts its guards may read, with the values each can take in this machine."""
        narrowed = self.declaration.values
        values = tuple(tuple(narrowed.get(fact.name, tuple(fact.values))) for fact in self.every_fact)
        defaults = tuple(
            fact.default if fact.default in taken else taken[0]
            for fact, taken in zip(self.every_fact, values, strict=True)
        )
        return FactSchema(tuple(fact.name for fact in self.every_fact), values, defaults)

    @cached_property
    def every_fact(self) -> tuple[FactDeclaration, ...]:
        """The facts that it declares, and those about the roles that its triggers name."""
        return (*self.facts, *role_facts(self.declaration))

    @cached_property
    def guards(self) -> tuple[GuardDeclaration, ...]:
        """The guards that it declares, behind those that the roles of its triggers make."""
        return (*permitting(self.declaration), *self.declaration.guard)

    @cached_property
    def about_roles(self) -> tuple[FactDeclaration, ...]:
        """The facts that are about the roles of whoever acts; most machines have none."""
        return tuple(fact for fact in self.every_fact if fact.role is not None)

    @cached_property
    def about_firing(self) -> tuple[FactDeclaration, ...]:
        """The facts that are about who fired which trigger on the same case before."""
        return tuple(fact for fact in self.every_fact if fact.same_actor_as)

    @cached_property
    def opening(self) -> tuple[str, ...]:
        """What opens a case: "open", and the triggers that lead from nowhere."""
        return (OPENED, *{move.trigger for move in self.declaration.transition if ENTRY in move.source})

    def sayable(self, *triggers: str) -> tuple[FactDeclaration, ...]:
        """Return the facts that somebody may give with one of these triggers; what opens a case is "open" as well."""
        about = {fact.name for fact in (*self.about_roles, *self.about_firing)}
        facts = (fact for fact in self.facts if fact.name not in about)
        return tuple(fact for fact in facts if not fact.said_by or {*fact.said_by} & {*triggers})

    def check_said(self, given: Collection[str], *triggers: str) -> None:
        """Raise `InputError` for the facts among these that are not given with one of these triggers."""
        sayable = {fact.name for fact in self.sayable(*triggers)}
        refused = [fact for fact in self.facts if fact.said_by and fact.name in given and fact.name not in sayable]
        if refused:
            what = f"is not given with {triggers[0]}"
            remedies = {fact.name: f"leave it out; it is given with {' or '.join(fact.said_by)}" for fact in refused}
            raise InputError("facts", [Problem(name, what, remedy) for name, remedy in remedies.items()])

    def actor_facts(self, roles: Collection[str], fired: Collection[str] = ()) -> dict[str, str]:
        """Return the facts about somebody who acts in these roles, and has `fired` these triggers on the same case."""
        facts = held(self.about_roles, roles)
        for fact in self.about_firing:
            facts[fact.name] = "yes" if set(fact.same_actor_as) & set(fired) else "no"
        return facts

    @cached_property
    def declared(self) -> str:
        """What the machine decides by, as JSON: everything declared of it but its prose, and the rule sets' periods."""
        parts = (self.declaration, *self.facts, *self.rule_sets)
        return json.dumps([_without_prose(part) for part in parts], sort_keys=True)

    @cached_property
    def fingerprint(self) -> str:
        """The SHA-256 of `declared` (64 hex digits); rows carry it, and a mismatch fails loudly.

        A sentence may be mended without it; a value, a citation or a date may not.
        """
        return hashlib.sha256(self.declared.encode()).hexdigest()

    @cached_property
    def editions(self) -> Mapping[str, Edition]:
        """One edition for each rule set, by the rule set's id."""
        return {rule_set.id: Edition(self, rule_set) for rule_set in self.rule_sets}

    def at(self, period: TaxPeriod) -> Edition:
        """Return the edition that governs a record of this 2B period.

        A period before the first rule set is governed by the first.
        """
        edition = self._governing.get(period)
        if edition is None:
            held = [rule_set for rule_set in self.rule_sets if rule_set.holds_at(period)]
            edition = self._governing[period] = self.editions[(held or self.rule_sets)[0].id]
        return edition

    @cached_property
    def _governing(self) -> dict[TaxPeriod, Edition]:
        # Each record asks for its period's edition, and there are few periods.
        return {}

    @property
    def edition(self) -> Edition:
        """The edition now in force: that of the last rule set."""
        return self.editions[self.rule_sets[-1].id]


class Edition:
    """A machine as one rule set has it: the transitions and guards in force, compiled for `decide`."""

    def __init__(self, machine: Machine, rule_set: RuleSetDeclaration) -> None:
        """Keep what holds from the rule set's first period on."""
        declared = machine.declaration
        self.machine = machine
        self.rule_set = rule_set
        self.schema = machine.schema
        self.states: Mapping[str, StateDeclaration] = {state.name: state for state in declared.state}
        self.triggers: Mapping[str, TriggerDeclaration] = {trigger.name: trigger for trigger in declared.trigger}
        self.transitions: tuple[TransitionDeclaration, ...] = tuple(
            transition for transition in declared.transition if self.in_force(transition)
        )
        self.guards: tuple[GuardDeclaration, ...] = tuple(
            guard for guard in machine.guards if self.in_force(guard) and self._can_refuse(guard)
        )
        self.decided: dict[tuple[str, str, tuple[str, ...]], Decision] = {}
        self._moves = {(source, move.trigger): move for move in self.transitions for source in move.source}

    @cached_property
    def watches(self) -> Mapping[str, Watch]:
        """The guards on each trigger, compiled when the first decision is asked for."""
        return {
            name: Watch([guard for guard in self.guards if name in guard.triggers], self.schema.names)
            for name in self.triggers
        }

    @property
    def name(self) -> str:
        """The machine's name."""
        return self.machine.name

    def __str__(self) -> str:
        """Name the edition in a sentence: "invoice under IMS-2024-10"."""
        return f"{self.name} under {self.rule_set.id}"

    @property
    def initial(self) -> str:
        """The state in which a record comes into being."""
        return str(self.machine.declaration.initial)

    def in_force(self, entry: Dated) -> bool:
        """Say whether a declared transition or guard holds under the rule set of this edition."""
        return entry.holds_at(self.rule_set.since or EARLIEST)

    def facts(self, **given: str) -> Facts:
        """Return facts for this machine; what is left out takes its default. Raises `InputError`."""
        return self.schema.facts(given)

    def watched(self, trigger: str) -> frozenset[str]:
        """Return the facts that any guard on this trigger reads: a decision depends on no other."""
        return frozenset(
            fact for guard in self.guards if trigger in guard.triggers for fact in guard.refuse_when if fact != STATE
        )

    def transition(self, state: str, trigger: str) -> TransitionDeclaration | None:
        """Return the transition that the trigger would make from the state, guards apart."""
        return self._moves.get((state, trigger))

    def no_transition(self, state: str, trigger: str) -> Refusal:
        """Return the refusal of a trigger that leads nowhere from a state, citing the state's rules."""
        declared = self.states.get(state)
        title = declared.title.lower() if declared else "not here yet"
        rule, *see = (declared or self.states[self.initial]).rules
        says = f"{{document}} is {title}, and {trigger} leads nowhere from there"
        remedy = f"from there: {', '.join(self.open_from(state)) or 'nothing; it is decided for good'}"
        return Refusal("declared_transition", NO_TRANSITION, rule, tuple(see), says, remedy)

    def open_from(self, state: str) -> tuple[str, ...]:
        """Return the triggers that lead anywhere from a state, guards apart, in order of declaration."""
        return tuple(trigger for trigger in self.triggers if (state, trigger) in self._moves)

    def check(self, state: str, trigger: str, facts: Facts) -> None:
        """Raise `InputError` for a state, a trigger or facts that this machine does not have."""
        problems = []
        if state not in self.states and state != ENTRY:
            remedy = hinted(state, self.states, f"its states are {', '.join(self.states)}")
            problems.append(Problem(state, f"is not a state of {self.name}", remedy))
        if trigger not in self.triggers:
            remedy = hinted(trigger, self.triggers, f"its triggers are {', '.join(self.triggers)}")
            problems.append(Problem(trigger, f"is not a trigger of {self.name}", remedy))
        if facts.schema is not self.schema and facts.schema != self.schema:
            problems.append(Problem("facts", f"are not those of {self.name}", "ask the machine's own facts() for them"))
        if problems:
            raise InputError(self.name, problems)

    def _can_refuse(self, guard: GuardDeclaration) -> bool:
        return all(
            fact == STATE or set(values) & set(self.schema.values[self.schema.names.index(fact)])
            for fact, values in guard.refuse_when.items()
        )


def closure(start: Collection[str], arrows: Collection[tuple[str, str]]) -> frozenset[str]:
    """Return everything that the arrows (from, to) lead to from the start, the start included."""
    reached = set(start)
    while more := {to for at, to in arrows if at in reached} - reached:
        reached |= more
    return frozenset(reached)


def _without_prose(declared: Any) -> Any:
    parts = vars(declared) if isinstance(declared, Declared) else declared
    if isinstance(parts, dict):
        decides = {key: value for key, value in parts.items() if key not in PROSE | HOUSE}
        return {key: _without_prose(value) for key, value in decides.items() if value or key not in OPTIONAL}
    return [_without_prose(part) for part in parts] if isinstance(parts, tuple) else parts


def kept(declared: str) -> Machine:
    """Return the machine of which `Machine.declared` was kept: it decides as that did, and has no prose.

    Raises `ValueError` for a text that is none.
    """
    machine, *rest = json.loads(declared)
    facts = tuple(FactDeclaration(**part, says="") for part in rest if "values" in part)
    rule_sets = tuple(RuleSetDeclaration(**_dated(part), title="") for part in rest if "values" not in part)
    parts: dict[str, type[Declared]] = {
        "state": StateDeclaration,
        "trigger": TriggerDeclaration,
        "transition": TransitionDeclaration,
        "guard": GuardDeclaration,
    }
    prose = dict.fromkeys(("title", "says", "remedy"), "")
    whole = {name: tuple(kind(**{**prose, **_dated(part)}) for part in machine[name]) for name, kind in parts.items()}
    return Machine(MachineDeclaration(**{**prose, **machine, **whole}), facts, rule_sets)


def shown(machine: Machine, like: Machine) -> Machine:
    """Return a machine that has no prose with that of another, where both have the same; else names stand for it."""
    now, then = like.declaration, machine.declaration
    titles = {state.name: (state.title, state.says) for state in now.state}
    sentences = {trigger.name: trigger.says for trigger in now.trigger}
    facts = {fact.name: fact.says for fact in like.facts}

    def prosed(declared: Any, **prose: Any) -> Any:
        return type(declared)(**{**vars(declared), **prose})

    states = []
    for state in then.state:
        title, says = titles.get(state.name, (_words(state.name), ""))
        states.append(prosed(state, title=title, says=says))
    triggers = tuple(prosed(trigger, says=sentences.get(trigger.name, "")) for trigger in then.trigger)
    reasons = {guard.name: (guard.says, guard.remedy) for guard in now.guard}
    guards = []
    for guard in then.guard:
        says, remedy = reasons.get(guard.name, (_words(guard.name), ""))
        guards.append(prosed(guard, says=says, remedy=remedy))
    declaration = prosed(
        then, title=now.title, says=now.says, state=tuple(states), trigger=triggers, guard=tuple(guards)
    )
    said = tuple(prosed(fact, says=facts.get(fact.name, _words(fact.name))) for fact in machine.facts)
    return Machine(declaration, said, machine.rule_sets)


def _words(name: str) -> str:
    return name.replace("_", " ").capitalize()


def _dated(part: Mapping[str, Any]) -> dict[str, Any]:
    # Lists hash as tuples do not: what is kept is looked up by its sources.
    plain = {name: tuple(value) if isinstance(value, list) else value for name, value in part.items()}
    return plain | {name: part[name] and TaxPeriod(part[name]) for name in ("since", "until") if name in part}
