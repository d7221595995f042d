"""The law as loaded: rules, rule sets, facts and machines, by name, and who cites which rule.

Imports the declaration and the edition; reads no file.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Self

from ims_fsm.errors import DeclarationError, InputError, Problem
from ims_fsm.law.declaration import (
    ClaimDeclaration,
    FactDeclaration,
    LawDeclaration,
    MachineDeclaration,
    RoleDeclaration,
    RuleDeclaration,
    RuleSetDeclaration,
    SourceDeclaration,
    UseCaseDeclaration,
)
from ims_fsm.law.edition import Machine
from ims_fsm.terms.spelling import hinted
from ims_fsm.terms.vocabulary import State, Trigger

#: What the machines of IMS records extend.
RECORDS = "record"


@dataclass(frozen=True)
class Law:
    """Everything that a folder of declarations says, verified: what the rest of the package works from.

    `cited_by` holds the files that cite a rule, by the rule's id; the register itself cites nothing.
    `claims` are what is said of the law and is not law.
    """

    sources: Mapping[str, SourceDeclaration]
    rule_sets: tuple[RuleSetDeclaration, ...]
    rules: Mapping[str, RuleDeclaration]
    facts: Mapping[str, FactDeclaration]
    machines: Mapping[str, Machine]
    use_cases: Mapping[str, UseCaseDeclaration]
    cited_by: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    claims: Mapping[str, ClaimDeclaration] = field(default_factory=dict)
    roles: Mapping[str, RoleDeclaration] = field(default_factory=dict)

    @classmethod
    def of(cls, declared: LawDeclaration) -> Self:
        """Return the law that is declared; a machine that only others extend is none of its machines."""
        return cls(
            sources=declared.sources,
            rule_sets=declared.rule_sets,
            rules=declared.rules,
            facts=declared.facts,
            machines={n: machine for n, machine in machines_of(declared).items() if not machine.declaration.abstract},
            use_cases=declared.use_cases,
            cited_by=declared.cited_by,
            claims=declared.claims,
            roles=declared.roles,
        )

    def beside(self, other: Law, subject: str) -> Law:
        """Return this law with the machines of another beside its own, each under its own rule sets and facts.

        Raises `DeclarationError` for a machine or a rule that both have.
        """
        taken = [(name, "machine") for name in other.machines if name in self.machines]
        taken += [(name, "rule") for name, rule in other.rules.items() if self.rules.get(name, rule) != rule]
        taken += [(name, "machine") for name, it in other.machines.items() if it.declaration.extends == RECORDS]
        if taken:
            what = "is the name of a {} that is here already"
            problems = [Problem(name, what.format(kind), "give it another name") for name, kind in taken]
            raise DeclarationError(subject, problems)
        return replace(
            self,
            sources={**other.sources, **self.sources},
            rules={**self.rules, **other.rules},
            machines={**self.machines, **other.machines},
            roles={**other.roles, **self.roles},
        )

    def machine(self, name: str) -> Machine:
        """Return a machine by name; raises `InputError` naming the machines there are."""
        if name not in self.machines:
            remedy = hinted(name, self.machines, f"the machines are {', '.join(self.machines)}")
            raise InputError("machine", [Problem(name, "is not a declared machine", remedy)])
        return self.machines[name]

    def rule(self, rule_id: str) -> RuleDeclaration:
        """Return a rule of the register; raises `InputError` for an id that is not in it."""
        if rule_id not in self.rules:
            raise InputError(
                "rule",
                [Problem(rule_id, "is not in the register", hinted(rule_id, self.rules, "see machines/rules.toml"))],
            )
        return self.rules[rule_id]

    @property
    def record_machines(self) -> tuple[Machine, ...]:
        """The machines of records, without that of the return."""
        return tuple(machine for machine in self.machines.values() if machine.declaration.extends == RECORDS)

    @cached_property
    def role_facts(self) -> Mapping[str, str]:
        """The role that each fact of a record's machine asks about, by the fact's name; none unless roles are laid."""
        return {fact.name: str(fact.role) for machine in self.record_machines for fact in machine.about_roles}

    def pending_lapses(self, rule_set: str) -> bool:
        """Say whether pending ends by a deadline under a rule set (its id), for any machine of records."""
        editions = (machine.editions[rule_set] for machine in self.record_machines)
        return any(edition.transition(State.PENDING, Trigger.LAPSE) is not None for edition in editions)


def machines_of(declared: LawDeclaration) -> dict[str, Machine]:
    """Return every machine that is declared, whole, those that others extend with them."""
    return {
        name: Machine(
            whole := _joined(declared.machines.get(machine.extends or ""), machine),
            tuple(declared.facts[fact] for fact in whole.facts if fact in declared.facts),
            declared.rule_sets,
        )
        for name, machine in declared.machines.items()
    }


def _joined(base: MachineDeclaration | None, machine: MachineDeclaration) -> MachineDeclaration:
    if base is None:
        return machine
    return replace(
        machine,
        **{key: getattr(base, key) + getattr(machine, key) for key in ("state", "trigger", "transition", "guard")},
        initial=machine.initial or base.initial,
        facts=machine.facts or base.facts,
        values={**base.values, **machine.values},
    )


def citations(tables: Mapping[str, object]) -> dict[str, tuple[str, ...]]:
    """Return every rule id that the tables of any file cite, with the files that cite it."""
    files_of: dict[str, dict[str, None]] = {}
    for file, table in tables.items():
        for cited in _cited(table):
            files_of.setdefault(cited, {})[file] = None
    return {cited: tuple(files) for cited, files in sorted(files_of.items())}


def carried(rule: str, by: Mapping[str, object]) -> bool:
    """Say whether a rule, or one below it ("faq.11.a" carries "faq.11"), is among those named."""
    return rule in by or any(name.startswith(f"{rule}.") for name in by)


def _cited(here: object) -> Iterator[str]:
    if isinstance(here, list):
        for value in here:
            yield from _cited(value)
    if not isinstance(here, dict):
        return
    for key, value in here.items():
        if key in {"rule", "rules", "see"}:
            yield from (rule for rule in (value if isinstance(value, list) else [value]) if isinstance(rule, str))
        yield from _cited(value)
