"""Who may fire a trigger: the guards that the roles of a machine's triggers make, and what they say.

Reads `machines/permissions.toml`, when a trigger names roles; imports the declaration.
"""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Iterator, Mapping
from functools import cache

from ims_fsm.law.declaration import (
    HELD,
    LACKING,
    OF_ROLE,
    FactDeclaration,
    GuardDeclaration,
    MachineDeclaration,
    TriggerDeclaration,
    role_fact,
)
from ims_fsm.resources import machines_folder

#: The rule that a refusal for want of a role cites, and its code.
RULE, NOT_PERMITTED = "house.roles", "not_permitted"
#: The machine of sign-offs, and the role in which their actions are done; the machine of settings.
SIGNOFF, SETTINGS = "signoff", "ims_settings"


@cache
def _refusal() -> Mapping[str, str]:
    declared: Mapping[str, Mapping[str, str]] = tomllib.loads(
        (machines_folder() / "permissions.toml").read_text("utf-8")
    )
    return declared["refusal"]


def role_facts(machine: MachineDeclaration) -> Iterator[FactDeclaration]:
    """Give the facts about the roles that the machine's triggers and guards name, but those that it names itself."""
    asked = [
        fact.removeprefix(OF_ROLE) for guard in machine.guard for fact in guard.refuse_when if fact.startswith(OF_ROLE)
    ]
    facts = map(role_fact, dict.fromkeys([*(role for trigger in machine.trigger for role in trigger.roles), *asked]))
    return (fact for fact in facts if fact.name not in machine.facts)


def permitting(machine: MachineDeclaration) -> Iterator[GuardDeclaration]:
    """Give the guard that each trigger with roles makes: it refuses who acts in none of them."""
    return (_guard(trigger) for trigger in machine.trigger if trigger.roles)


def barring(machine: MachineDeclaration, trigger: str, roles: Collection[str]) -> GuardDeclaration | None:
    """Return the guard that keeps a trigger from somebody who acts in these roles; None where none does."""
    declared = next(part for part in machine.trigger if part.name == trigger)
    return None if not declared.roles or set(declared.roles) & set(roles) else _guard(declared)


def _guard(trigger: TriggerDeclaration) -> GuardDeclaration:
    said, roles = _refusal(), " or ".join(role.replace("_", " ") for role in trigger.roles)
    several = len(trigger.roles) > 1
    words = {
        "{trigger}": trigger.name,
        "{roles}": f"the {'roles' if several else 'role'} {roles}",
        "{one}": "one of these roles" if several else "that role",
    }
    says, remedy = said["says"], said["remedy"]
    for name, word in words.items():
        says, remedy = says.replace(name, word), remedy.replace(name, word)
    return GuardDeclaration(
        name=f"permitted_to_{trigger.name}",
        triggers=(trigger.name,),
        refuse_when={role_fact(role).name: (LACKING,) for role in trigger.roles},
        rule=said["rule"],
        code=said["code"],
        says=says,
        remedy=remedy,
    )


def held(facts: Collection[FactDeclaration], roles: Collection[str]) -> dict[str, str]:
    """Return the facts about roles of somebody who acts in these."""
    return {fact.name: HELD if fact.role in roles else LACKING for fact in facts if fact.role is not None}
