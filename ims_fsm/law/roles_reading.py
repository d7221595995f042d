"""Reads a house's roles and lays them over the triggers of a law: who may fire what is nobody's law but the house's.

Imports the reading and the register; reads the text that it is given, and the sign-off that ships where it is named.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cache

from pydantic import ValidationError

from ims_fsm.errors import DeclarationError, Problem
from ims_fsm.law.declaration import PermitDeclaration, RolesDeclaration
from ims_fsm.law.edition import Machine
from ims_fsm.law.loading import load_own
from ims_fsm.law.permission import SETTINGS, SIGNOFF
from ims_fsm.law.reading import faults, parsed, validated
from ims_fsm.law.register import Law
from ims_fsm.law.structure import repeated
from ims_fsm.resources import machines_folder
from ims_fsm.terms.spelling import hinted

FILE = "roles.toml"


def with_roles(law: Law, text: str) -> Law:
    """Return a law whose triggers are kept to the roles that a TOML text names; what it decides by stays the same.

    A trigger that it names is for those roles alone, whatever it was for before. Raises `DeclarationError`.
    """
    problems: list[Problem] = []
    table = parsed(FILE, text, problems)
    if problems:
        raise DeclarationError("roles", problems)
    try:
        declared = validated(RolesDeclaration, table)
    except ValidationError as error:
        raise DeclarationError("roles", list(faults(error, {}, FILE, table))) from error
    whole = _known(law, declared.permit)
    named = {name for permit in declared.permit for name in permit.roles}
    roles = {name: role for name, role in whole.roles.items() if name in law.roles or name in named}
    roles |= {role.name: role for role in declared.role}
    problems += repeated(f"{FILE} role", [role.name for role in declared.role])
    kept: dict[str, dict[str, tuple[str, ...]]] = {}
    for number, permit in enumerate(declared.permit, start=1):
        problems += _problems(whole, roles, permit, f"{FILE} permit[{number}]")
        for machine in _meant(whole, permit.machine):
            again = [trigger for trigger in permit.triggers if trigger in kept.get(machine.name, {})]
            what = f"names {', '.join(again)} of {machine.name}, which another entry has as well"
            problems += [Problem(f"{FILE} permit[{number}]", what, "keep one of them")] if again else []
            kept.setdefault(machine.name, {}).update(dict.fromkeys(permit.triggers, permit.roles))
    if problems:
        raise DeclarationError("roles", list(dict.fromkeys(problems)))
    facts = {role.fact.name: role.fact for role in roles.values()} | {**law.facts}
    # A sign-off is there where the store is opened with it; settings always are.
    machines = {**law.machines, **{name: of for name, of in whole.machines.items() if name == SETTINGS}}
    machines = {name: _kept(machine, kept.get(name, {})) for name, machine in machines.items()}
    return replace(law, roles=roles, facts=facts, machines=machines)


def _known(law: Law, permits: Iterable[PermitDeclaration]) -> Law:
    """Return a law with the sign-off and the settings that ship where the permits name them.

    One file of roles is for every command of a house, whether or not the store is opened with sign-offs.
    """
    for permit in permits:
        for name in (SIGNOFF, SETTINGS):
            if name in {permit.machine, *permit.roles} and name not in law.machines:
                law = law.beside(_shipped(name), FILE)
    return law


@cache
def _shipped(name: str) -> Law:
    return load_own(machines_folder() / name / f"{name}.toml")


def _meant(law: Law, name: str) -> list[Machine]:
    return [machine for machine in law.machines.values() if name in {machine.name, machine.declaration.extends}]


def _problems(law: Law, roles: Mapping[str, object], permit: PermitDeclaration, place: str) -> Iterator[Problem]:
    meant = _meant(law, permit.machine)
    if not meant:
        names = {*law.machines, *(machine.declaration.extends or machine.name for machine in law.machines.values())}
        remedy = hinted(permit.machine, names, f"use one of {', '.join(sorted(names))}")
        yield Problem(place, f"names the unknown machine {permit.machine!r}", remedy)
    triggers = {trigger.name for machine in meant for trigger in machine.declaration.trigger}
    for what, named, declared in (("trigger", permit.triggers, triggers), ("role", permit.roles, roles)):
        for name in named:
            if name not in declared and declared:
                remedy = hinted(name, declared, f"use one of {', '.join(sorted(declared))}")
                yield Problem(place, f"names the unknown {what} {name!r}", remedy)


def _kept(machine: Machine, roles: Mapping[str, tuple[str, ...]]) -> Machine:
    if not roles:
        return machine
    triggers = tuple(
        replace(trigger, roles=roles[trigger.name]) if trigger.name in roles else trigger
        for trigger in machine.declaration.trigger
    )
    return replace(machine, declaration=replace(machine.declaration, trigger=triggers))
