"""The shipped law, a small law of a few lines, and ways to spoil either."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest

from ims_fsm.law.book import shipped_law
from ims_fsm.law.declaration import GuardDeclaration, MachineDeclaration
from ims_fsm.law.edition import Machine
from ims_fsm.law.modelcheck import OF_RECORDS, OF_STATEMENTS
from ims_fsm.law.register import Law
from ims_fsm.law.space import EditionSpace, Space

SMALL: Mapping[str, str] = {
    "rules.toml": """
[[source]]
id = "act"
title = "The act"

[[rule_set]]
id = "FIRST"
since = "2024-10"
until = "2025-09"
title = "The first rules"

[[rule_set]]
id = "SECOND"
since = "2025-10"
title = "The second rules"

[[rule]]
id = "act.1"
title = "A slip is open or settled."
source = "act"
status = "modelled"
""",
    "facts.toml": """
[[fact]]
name = "stamp"
says = "whether the slip is stamped"
default = "present"
values = { present = "it is stamped", absent = "it is not" }
""",
    "base.toml": """
name = "base"
title = "Slip of any kind"
says = "what all slips share"
version = "1"
abstract = true
initial = "open"
facts = ["stamp"]

[[state]]
name = "open"
title = "Open"
says = "It is not settled."
rules = ["act.1"]

[[state]]
name = "settled"
title = "Settled"
says = "It is settled."
terminal = true
rules = ["act.1"]

[[trigger]]
name = "settle"
actor = "clerk"
says = "The clerk settles it."

[[transition]]
trigger = "settle"
source = ["open"]
dest = "settled"
rules = ["act.1"]

[[guard]]
name = "stamped"
triggers = ["settle"]
refuse_when = { stamp = "absent" }
rule = "act.1"
code = "not_stamped"
says = "{document} is not stamped"
remedy = "stamp it"
""",
    "slip.toml": """
name = "slip"
title = "Slip"
says = "a slip"
version = "1"
extends = "base"
""",
}


@pytest.fixture(scope="session")
def law() -> Law:
    return shipped_law()


@pytest.fixture
def texts() -> dict[str, str]:
    return dict(SMALL)


@pytest.fixture
def declared() -> Callable[..., Machine]:
    """Return a function that gives a machine with parts of its declaration replaced, past every check of loading."""

    def change(machine: Machine, **parts: Any) -> Machine:
        return replace(machine, declaration=replace(machine.declaration, **parts))

    return change


@pytest.fixture
def without_guard() -> Callable[[Machine, str], Machine]:
    """Return a function that takes a guard out of a machine, past every check of loading."""

    def spoil(machine: Machine, name: str) -> Machine:
        guards = tuple(guard for guard in machine.declaration.guard if guard.name != name)
        assert len(guards) < len(machine.declaration.guard), f"{machine.name} has no guard {name}"
        return replace(machine, declaration=replace(machine.declaration, guard=guards))

    return spoil


@pytest.fixture
def with_guard() -> Callable[..., Machine]:
    """Return a function that changes fields of a guard of a machine, past every check of loading."""

    def spoil(machine: Machine, name: str, **fields: Any) -> Machine:
        declared: MachineDeclaration = machine.declaration
        assert name in {guard.name for guard in declared.guard}, f"{machine.name} has no guard {name}"
        guards: tuple[GuardDeclaration, ...] = tuple(
            replace(guard, **fields) if guard.name == name else guard for guard in declared.guard
        )
        return replace(machine, declaration=replace(declared, guard=guards))

    return spoil


@pytest.fixture
def with_transition() -> Callable[..., Machine]:
    """Return a function that changes fields of the transitions of a trigger, past every check of loading."""

    def spoil(machine: Machine, trigger: str, **fields: Any) -> Machine:
        declared: MachineDeclaration = machine.declaration
        assert trigger in {move.trigger for move in declared.transition}, f"{machine.name} has no {trigger}"
        moves = tuple(replace(m, **fields) if m.trigger == trigger else m for m in declared.transition)
        return replace(machine, declaration=replace(declared, transition=moves))

    return spoil


@pytest.fixture
def with_machines(law: Law) -> Callable[..., Law]:
    """Return a function that gives a law of the machines named alone, spoilt ones in the place of their names."""

    def only(*machines: Machine | str) -> Law:
        chosen = [law.machines[machine] if isinstance(machine, str) else machine for machine in machines]
        return replace(law, machines={machine.name: machine for machine in chosen})

    return only


@pytest.fixture
def counterexamples(law: Law) -> Callable[..., list[str]]:
    """Return a function that gives the counterexamples of a claim, by its name, for one machine beside the shipped."""

    def found(name: str, machine: Machine | str) -> list[str]:
        spoilt = law.machines[machine] if isinstance(machine, str) else machine
        whole = replace(law, machines={**law.machines, spoilt.name: spoilt})
        proofs = {claim.name: proof for claim, proof in {**OF_RECORDS, **OF_STATEMENTS}.items()}
        space = Space(spoilt.schema)
        spaces = (EditionSpace(edition, space) for edition in spoilt.editions.values())
        findings = (finding for edition in spaces for finding in proofs[name](edition, whole))
        return [finding.counterexample for finding in findings if finding.counterexample is not None]

    return found
