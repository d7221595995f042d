"""Reads a folder of declarations into a verified `Law`, or says everything that is wrong with it.

Imports the declaration, the structure and the resources; the folder is the only thing it reads.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib.resources.abc import Traversable
from typing import Any, TypeVar

from pydantic import ValidationError

from ims_fsm.errors import DeclarationError, Problem
from ims_fsm.law.citations import citation_problems, citations
from ims_fsm.law.declaration import (
    Declared,
    FactDeclaration,
    MachineDeclaration,
    RuleDeclaration,
    RuleSetDeclaration,
    SourceDeclaration,
    UseCaseDeclaration,
)
from ims_fsm.law.edition import Machine
from ims_fsm.law.register import Law
from ims_fsm.law.structure import fact_problems, machine_problems, repeated, rule_set_problems
from ims_fsm.resources import machines_folder

RULES, FACTS, WORKFLOW = "rules.toml", "facts.toml", "workflow.toml"
TABLES: Mapping[str, Mapping[str, tuple[type[Declared], str]]] = {
    RULES: {
        "source": (SourceDeclaration, "id"),
        "rule_set": (RuleSetDeclaration, "id"),
        "rule": (RuleDeclaration, "id"),
    },
    FACTS: {"fact": (FactDeclaration, "name")},
    WORKFLOW: {"use_case": (UseCaseDeclaration, "name")},
}
NOT_MACHINES = frozenset({*TABLES, "calendar.toml", "routes.toml", "annexure_a.toml"})
INHERITED = ("state", "trigger", "transition", "guard")
D = TypeVar("D", bound=Declared)


@cache
def shipped_law() -> Law:
    """Return the law that the package ships, loaded and verified once."""
    return load_law(machines_folder())


def load_law(folder: Traversable) -> Law:
    """Load and verify every declaration in a folder; raises `DeclarationError` with all problems at once."""
    try:
        files = sorted((file for file in folder.iterdir() if file.name.endswith(".toml")), key=lambda file: file.name)
        return read_law({file.name: file.read_text("utf-8") for file in files})
    except (OSError, UnicodeDecodeError) as error:
        problem = Problem(str(folder), f"cannot be read: {error}", "name a folder of TOML files in UTF-8")
        raise DeclarationError("machines", [problem]) from error


def read_law(texts: Mapping[str, str]) -> Law:
    """Load and verify declarations given as TOML texts by file name; raises `DeclarationError`."""
    problems: list[Problem] = []
    tables = {name: parsed(name, text, problems) for name, text in texts.items()}
    problems += [
        Problem(name, "is missing", "put it beside the machines") for name in (RULES, FACTS) if name not in tables
    ]
    listed = _listed_in(tables, problems)
    machines = {file: table for file, table in tables.items() if file not in NOT_MACHINES}
    citing = {file: table for file, table in tables.items() if file != RULES}
    return verified(listed, machines, citing, problems)


def verified(
    listed: Mapping[str, Mapping[str, Any]],
    tables: Mapping[str, dict[str, Any]],
    citing: Mapping[str, object],
    problems: list[Problem],
    place: tuple[str, str] = (RULES, FACTS),
) -> Law:
    """Put a law together and verify it: the listed entries by kind, the tables of machines and of all that cites.

    `place` is where the register and the facts are read from. Raises `DeclarationError` with the problems given and
    all that are found.
    """
    rules, facts = place
    law, bases = _law(listed, tables, citing, problems)
    if not problems:
        problems += rule_set_problems(rules, law.rule_sets)
        problems += fact_problems(facts, law.facts)
    if not problems:
        problems += _machines_problems(law, bases)
        problems += citation_problems(rules, law.rules, law.sources, law.cited_by)
    if problems:
        raise DeclarationError("machines", problems)
    return law


def _listed_in(tables: Mapping[str, dict[str, Any]], problems: list[Problem]) -> dict[str, dict[str, Any]]:
    files: dict[str, dict[str, Any]] = {}
    for file, keys in TABLES.items():
        table = tables.get(file, {})
        remedy = f"its tables are {', '.join(keys)}"
        problems.extend(
            Problem(f"{file} {key}", "is not a table of this file", remedy) for key in table if key not in keys
        )
        for key, (model, name) in keys.items():
            files[key] = listed_entries(f"{file} {key}", table.get(key, []), model, name, problems)
    return files


def _law(
    listed: Mapping[str, Mapping[str, Any]],
    tables: Mapping[str, dict[str, Any]],
    citing: Mapping[str, object],
    problems: list[Problem],
) -> tuple[Law, dict[str, Machine]]:
    rule_sets = tuple(listed["rule_set"].values())
    machines = {
        name: Machine(declared, tuple(listed["fact"][f] for f in declared.facts if f in listed["fact"]), rule_sets)
        for name, declared in _machine_declarations(tables, problems).items()
    }
    concrete = {name: machine for name, machine in machines.items() if not machine.declaration.abstract}
    law = Law(
        sources=listed["source"],
        rule_sets=rule_sets,
        rules=listed["rule"],
        facts=listed["fact"],
        machines=concrete,
        use_cases=listed["use_case"],
        cited_by=citations(citing),
    )
    return law, machines


def _machines_problems(law: Law, machines: Mapping[str, Machine]) -> Iterator[Problem]:
    """Give the problems of every machine; what a machine takes in from another is told once, of that other."""
    places: dict[str, set[tuple[str, ...]]] = {}
    for name, machine in sorted(machines.items(), key=lambda item: item[1].declaration.extends is not None):
        taken_in = places.get(machine.declaration.extends or "", set())
        places[name] = set()
        for problem in machine_problems(machine, law.facts):
            place = problem.where.removeprefix(f"{name}.toml")
            places[name].add((place, problem.what, problem.remedy))
            if (place, problem.what, problem.remedy) not in taken_in:
                yield problem


def _machine_declarations(
    tables: Mapping[str, dict[str, Any]], problems: list[Problem]
) -> dict[str, MachineDeclaration]:
    read: dict[str, MachineDeclaration] = {}
    files = {file.removesuffix(".toml"): table for file, table in tables.items()}
    for name, table in files.items():
        if "name" in table and table["name"] != name:
            what = f"declares the machine {table['name']!r}"
            problems.append(Problem(f"{name}.toml", what, "give the file and the machine one name"))
        read.update((name, machine) for machine in _entries(f"{name}.toml", [table], MachineDeclaration, problems))
    for name, machine in read.items():
        if machine.extends is None or (machine.extends in files and machine.extends not in read):
            continue
        if machine.extends not in read or read[machine.extends].extends is not None:
            what = f"extends {machine.extends!r}, which is not a declared machine that stands by itself"
            choice = ", ".join(other for other, table in files.items() if "extends" not in table)
            problems.append(Problem(f"{name}.toml", what, f"extend one of {choice or 'none: there is none'}"))
    return {name: _joined(read.get(machine.extends or ""), machine) for name, machine in read.items()}


def _joined(base: MachineDeclaration | None, extending: MachineDeclaration) -> MachineDeclaration:
    if base is None:
        return extending
    lists = {key: getattr(base, key) + getattr(extending, key) for key in INHERITED}
    rest = {
        "initial": extending.initial or base.initial,
        "facts": extending.facts or base.facts,
        "values": {**base.values, **extending.values},
    }
    return extending.model_copy(update={**lists, **rest})


def parsed(name: str, text: str, problems: list[Problem]) -> dict[str, Any]:
    """Return a TOML text as a table; one that is none is a problem, and an empty table."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        problems.append(Problem(name, f"is not TOML: {error}", "mend the line named"))
        return {}


def listed_entries(place: str, rows: object, model: type[D], name: str, problems: list[Problem]) -> dict[str, D]:
    """Return the entries of a list of tables by name; `place` is the file and the list. Faults become problems."""
    if not isinstance(rows, list):
        key = place.rpartition(" ")[2]
        problems.append(Problem(place, "is not a list of tables", f"write each entry under [[{key}]]"))
        return {}
    entries = _entries(place, rows, model, problems)
    file, key = place.split(" ")
    problems.extend(repeated(file, key, [getattr(entry, name) for entry in entries]))
    return {getattr(entry, name): entry for entry in entries}


def _entries(place: str, rows: Sequence[object], model: type[D], problems: list[Problem]) -> list[D]:
    entries = []
    for number, row in enumerate(rows, start=1):
        try:
            entries.append(model.model_validate(row))
        except ValidationError as error:
            whole_file = model is MachineDeclaration
            problems.extend(_validation_problems(place if whole_file else f"{place}[{number}]", row, error))
    return entries


def _validation_problems(place: str, row: object, error: ValidationError) -> Iterator[Problem]:
    for fault in error.errors():
        path = ".".join(str(part + 1) if isinstance(part, int) else part for part in fault["loc"])
        where = f"{place} {path}".strip()
        remedy = "remove the key or mend its spelling" if fault["type"] == "extra_forbidden" else "mend the entry"
        yield Problem(where + _named(row, fault["loc"]), fault["msg"][0].lower() + fault["msg"][1:], remedy)


def _named(row: object, location: Sequence[str | int]) -> str:
    """Return the name of the innermost entry on the way to a fault, in brackets: a number alone is hard to find."""
    name, here = "", row
    for part in (None, *location):
        if isinstance(here, list) and isinstance(part, int) and part < len(here):
            here = here[part]
        elif part is not None:
            here = here.get(part) if isinstance(here, dict) else None
        if isinstance(here, dict):
            name = str(here.get("name") or here.get("id") or here.get("trigger") or name)
    return f" ({name})" if name else ""
