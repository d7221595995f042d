"""Reads declarations into a verified `Law`, or says all that is wrong with them: a folder, or a file of one's own.

Imports the declaration, the structure and the resources; the path it is given is the only thing it reads.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from ims_fsm.errors import DeclarationError, Problem
from ims_fsm.law.declaration import (
    Declared,
    FactDeclaration,
    MachineDeclaration,
    RuleDeclaration,
    RuleSetDeclaration,
    SourceDeclaration,
    UseCaseDeclaration,
    parsed,
)
from ims_fsm.law.edition import Machine
from ims_fsm.law.register import Law, citations
from ims_fsm.law.structure import citation_problems, fact_problems, machine_problems, repeated, rule_set_problems
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
_OWN_REMEDY = "name a TOML file in UTF-8, or a folder of them"
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
    problems += [
        Problem(f"{file} {key}", "is not a table of this file", f"its tables are {', '.join(keys)}")
        for file, keys in TABLES.items()
        for key in tables.get(file, {})
        if key not in keys
    ]
    in_place = {key: {file: tables.get(file, {})} for file, keys in TABLES.items() for key in keys}
    listed = {key: _gathered(key, of, problems) for key, of in in_place.items()}
    machines = {file: table for file, table in tables.items() if file not in NOT_MACHINES}
    citing = {file: table for file, table in tables.items() if file != RULES}
    return _verified(listed, machines, citing, problems)


def load_own(path: Path | str) -> Law:
    """Load and verify a law of one's own; raises `DeclarationError` with all problems at once.

    A file is a machine in the grammar of `machines/`, and may carry the lists `source`, `rule_set`, `rule`, `fact` and
    `use_case` itself; what it leaves out is read from `rules.toml`, `facts.toml` and `workflow.toml` beside it, and the
    machine that it extends from its own file there. A folder is read whole.
    """
    path = Path(path)
    if path.is_dir() and (path / RULES).is_file():
        return load_law(path)
    problems: list[Problem] = []
    with _readable(path):
        files = sorted(path.glob("*.toml")) if path.is_dir() else [path]
    tables = {file.name: parsed(file.name, _text(file), problems) for file in files}
    if not tables:
        problems.append(Problem(str(path), "holds no declaration", _OWN_REMEDY))
    if problems:
        raise DeclarationError(str(path), problems)
    if not path.is_dir():
        _take_in(path, tables, problems)
    listed = {key: _gathered(key, tables, problems) for keys in TABLES.values() for key in keys}
    rest = {file: {key: part for key, part in table.items() if key not in listed} for file, table in tables.items()}
    machines = {file: table for file, table in rest.items() if table}
    citing = {file: {key: part for key, part in table.items() if key != "rule"} for file, table in tables.items()}
    places = (_place("rule_set", tables), _place("fact", tables))
    return _verified(listed, machines, citing, problems, subject=str(path), places=places)


def _verified(
    listed: Mapping[str, Mapping[str, Any]],
    tables: Mapping[str, dict[str, Any]],
    citing: Mapping[str, object],
    problems: list[Problem],
    *,
    subject: str = "machines",
    places: tuple[str, str] = (RULES, FACTS),
) -> Law:
    """Put a law together and verify it: the listed entries by kind, the tables of machines and of all that cites.

    `places` are the files of the register and of the facts. Raises `DeclarationError` with the problems given and all
    that there are besides.
    """
    rules, facts = places
    law, bases = _law(listed, tables, citing, problems)
    if not problems:
        problems += rule_set_problems(rules, law.rule_sets)
        problems += fact_problems(facts, law.facts)
    if not problems:
        problems += _machines_problems(law, bases)
        problems += citation_problems(rules, law)
    if problems:
        raise DeclarationError(subject, problems)
    return law


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
    """Give the problems of every machine; a problem of what a machine takes in is said of the other machine alone."""
    said: dict[str, set[Problem]] = {}
    for name, machine in sorted(machines.items(), key=lambda item: item[1].declaration.extends is not None):
        taken_in = said.get(machine.declaration.extends or "", set())
        said[name] = set()
        for problem in machine_problems(machine, law.facts):
            placeless = replace(problem, where=problem.where.removeprefix(f"{name}.toml"))
            said[name].add(placeless)
            if placeless not in taken_in:
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


def _joined(base: MachineDeclaration | None, machine: MachineDeclaration) -> MachineDeclaration:
    if base is None:
        return machine
    lists = {key: getattr(base, key) + getattr(machine, key) for key in ("state", "trigger", "transition", "guard")}
    initial, facts = machine.initial or base.initial, machine.facts or base.facts
    values = {**base.values, **machine.values}
    return machine.model_copy(update={**lists, "initial": initial, "facts": facts, "values": values})


def _listed_entries(place: str, rows: object, model: type[D], name: str, problems: list[Problem]) -> dict[str, D]:
    """Return the entries of a list of tables by name; `place` is the file and the list. Faults become problems."""
    if not isinstance(rows, list):
        key = place.rpartition(" ")[2]
        problems.append(Problem(place, "is not a list of tables", f"write each entry under [[{key}]]"))
        return {}
    entries = _entries(place, rows, model, problems)
    problems.extend(repeated(place, [getattr(entry, name) for entry in entries]))
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


def _text(file: Path) -> str:
    with _readable(file):
        return file.read_text("utf-8")


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or str(error)
        problem = Problem(path.name, f"cannot be read: {why}", _OWN_REMEDY)
        raise DeclarationError(str(path), [problem]) from error


def _take_in(path: Path, tables: dict[str, dict[str, Any]], problems: list[Problem]) -> None:
    """Take in, from beside a file, the machine that it extends and the lists that none of them carries."""
    carried = {key for table in tables.values() for key in table}
    beside = [name for name, keys in TABLES.items() if not carried & keys.keys()]
    extends = tables[path.name].get("extends")
    for name in [*([f"{extends}.toml"] if isinstance(extends, str) else []), *beside]:
        file = path.parent / name
        if name not in tables and file.is_file():
            tables[name] = parsed(name, _text(file), problems)


def _gathered(key: str, tables: Mapping[str, dict[str, Any]], problems: list[Problem]) -> dict[str, Any]:
    """Return the entries of a list that several files may carry, by name."""
    model, name = next(keys[key] for keys in TABLES.values() if key in keys)
    gathered: dict[str, Any] = {}
    for file, table in tables.items():
        entries = _listed_entries(f"{file} {key}", table.get(key, []), model, name, problems)
        problems.extend(
            Problem(f"{file} {key}", f"has {entry!r}, which another file has as well", "keep one of them")
            for entry in entries
            if entry in gathered
        )
        gathered |= entries
    return gathered


def _place(key: str, tables: Mapping[str, dict[str, Any]]) -> str:
    """Return the file that a list is in; where none has it, the first, which is the one to be mended."""
    return next((file for file, table in tables.items() if key in table), next(iter(tables)))
