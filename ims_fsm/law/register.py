"""The law as loaded: rules, rule sets, facts and machines, by name.

Imports the declaration and the edition; reads no file.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ims_fsm.errors import InputError, Problem
from ims_fsm.law.declaration import (
    FactDeclaration,
    RuleDeclaration,
    RuleSetDeclaration,
    SourceDeclaration,
    UseCaseDeclaration,
)
from ims_fsm.law.edition import Machine


@dataclass(frozen=True)
class Law:
    """Everything that a folder of declarations says, verified: what the rest of the package works from.

    `cited_by` holds the files that cite a rule, by the rule's id; the register itself cites nothing.
    """

    sources: Mapping[str, SourceDeclaration]
    rule_sets: tuple[RuleSetDeclaration, ...]
    rules: Mapping[str, RuleDeclaration]
    facts: Mapping[str, FactDeclaration]
    machines: Mapping[str, Machine]
    use_cases: Mapping[str, UseCaseDeclaration]
    cited_by: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def machine(self, name: str) -> Machine:
        """Return a machine by name; raises `InputError` naming the machines there are."""
        if name not in self.machines:
            names = ", ".join(self.machines)
            raise InputError("machine", [Problem(name, "is not a declared machine", f"the machines are {names}")])
        return self.machines[name]

    def rule(self, rule_id: str) -> RuleDeclaration:
        """Return a rule of the register; raises `InputError` for an id that is not in it."""
        if rule_id not in self.rules:
            raise InputError("rule", [Problem(rule_id, "is not in the register", "see machines/rules.toml")])
        return self.rules[rule_id]

    @property
    def record_machines(self) -> tuple[Machine, ...]:
        """The machines of records, without that of the return."""
        return tuple(machine for machine in self.machines.values() if machine.declaration.extends == "record")
