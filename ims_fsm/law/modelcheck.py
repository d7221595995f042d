"""The model check: every property of the law, proved over every situation of every machine and rule set.

Imports the properties and the spaces; pure, it reads no file and no clock.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ims_fsm.law.edition import Machine
from ims_fsm.law.facts import FactSchema
from ims_fsm.law.properties import declared, records, stake, statement
from ims_fsm.law.properties.claim import Claim, Finding, Proof, Property
from ims_fsm.law.register import Law
from ims_fsm.law.space import EditionSpace, Space

OF_RECORDS: Mapping[Claim, Proof] = {**records.CLAIMS, **stake.CLAIMS, **declared.CLAIMS}
OF_STATEMENTS: Mapping[Claim, Proof] = {**statement.CLAIMS, **declared.CLAIMS}
# What any machine ought to keep that is none of these, whatever it is about.
OF_ANY: Mapping[Claim, Proof] = {**declared.OF_ANY, **declared.CLAIMS}
# By its facts a machine is known for one of IMS; another law may have a machine called record as well.
_OF_A_RECORD = frozenset({"supplier_status", "direction", "original", "route"})
_OF_A_STATEMENT = frozenset({"two_b_day", "previous_3b"})

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Extent:
    """How large the space of a machine is.

    A situation is a rule set, a source (a state or the entry), a trigger and a combination of facts.
    """

    machine: str
    title: str
    rule_sets: int
    sources: int
    triggers: int
    combinations: int

    @classmethod
    def of(cls, machine: Machine) -> Extent:
        """Return how large the space of a machine is."""
        states, triggers = machine.declaration.state, machine.declaration.trigger
        rule_sets, combinations = len(machine.rule_sets), machine.schema.size
        return cls(machine.name, machine.title, rule_sets, 1 + len(states), len(triggers), combinations)

    @property
    def situations(self) -> int:
        """The number of situations of the machine."""
        return self.rule_sets * self.sources * self.triggers * self.combinations


@dataclass(frozen=True, slots=True)
class Report:
    """What the model check found: the size of every space, every property, and the rules that were exercised."""

    spaces: tuple[Extent, ...]
    properties: tuple[Property, ...]
    exercised: frozenset[str]

    @property
    def holds(self) -> bool:
        """Whether every property holds."""
        return all(proved.holds for proved in self.properties)

    @property
    def situations(self) -> int:
        """The number of situations of all machines."""
        return sum(extent.situations for extent in self.spaces)


def check(law: Law, progress: Progress | None = None) -> Report:
    """Prove every property of a law over its whole space.

    `progress` is called before each part with its name, the number of parts done and that of all parts.
    """
    findings: defaultdict[Claim, list[Finding]] = defaultdict(list)
    exercise = declared.Exercise()
    spaces: dict[FactSchema, Space] = {}
    to_come = Counter(machine.schema for machine in law.machines.values())
    tell = progress or (lambda _what, _done, _all: None)
    parts = len(law.machines) + 1
    for done, machine in enumerate(law.machines.values()):
        tell(machine.title, done, parts)
        if machine.schema not in spaces:
            spaces[machine.schema] = Space(machine.schema)
        claims = _claims_on(machine, law)
        for edition in machine.editions.values():
            whole = EditionSpace(edition, spaces[machine.schema])
            exercise.take(whole)
            for claim, proof in claims.items():
                findings[claim] += proof(whole, law)
        to_come[machine.schema] -= 1
        if not to_come[machine.schema]:
            del spaces[machine.schema]
    tell("The law as a whole", parts - 1, parts)
    if any(_claims_on(machine, law) is OF_RECORDS for machine in law.machines.values()):
        findings[declared.COVERED] += declared.supplier_covers_the_credit(law, exercise)
    findings[declared.FIRES] += declared.transitions_fire(exercise)
    if any(machine.guards for machine in law.machines.values()):
        findings[declared.REFUSES] += declared.guards_refuse(exercise)
    findings[declared.CITED] += declared.citations_are_modelled(law)
    findings[declared.EXERCISED] += declared.modelled_rules_are_exercised(law, exercise)
    properties = tuple(_proved(*proof) for proof in findings.items())
    return Report(tuple(map(Extent.of, law.machines.values())), properties, declared.exercised_rules(law, exercise))


def _proved(claim: Claim, findings: list[Finding]) -> Property:
    checked = sum(finding.checked for finding in findings)
    wrong = tuple(finding.counterexample for finding in findings if finding.counterexample is not None)
    return Property(claim.name, claim.sentence, claim.rules, claim.counted, checked, wrong)


def _claims_on(machine: Machine, law: Law) -> Mapping[Claim, Proof]:
    facts = frozenset(machine.schema.names)
    if machine in law.record_machines and facts >= _OF_A_RECORD:
        return OF_RECORDS
    return OF_STATEMENTS if facts >= _OF_A_STATEMENT else OF_ANY
