"""Reads declarations into a verified `Law`, or says all that is wrong with them: a folder, or a file of one's own.

Imports the declaration, the structure and the resources; the path it is given is the only thing it reads.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from ims_fsm.errors import DeclarationError, Problem
from ims_fsm.files.reading import bytes_of, text_of
from ims_fsm.law.book import LawBook, shipped_law
from ims_fsm.law.calendar_reading import read_calendar
from ims_fsm.law.compiled import BookDeclaration
from ims_fsm.law.declaration import (
    ClaimDeclaration,
    Declared,
    FactDeclaration,
    LawDeclaration,
    MachineDeclaration,
    RoleDeclaration,
    RuleDeclaration,
    RuleSetDeclaration,
    SourceDeclaration,
    UseCaseDeclaration,
)
from ims_fsm.law.defaults import fill
from ims_fsm.law.edition import Machine
from ims_fsm.law.lessons import MACHINE, Lessons
from ims_fsm.law.permission import RULE
from ims_fsm.law.reading import parsed, validated
from ims_fsm.law.register import Law, citations, machines_of
from ims_fsm.law.routing_reading import read_routing
from ims_fsm.law.structure import (
    citation_problems,
    claim_problems,
    fact_problems,
    machine_problems,
    repeated,
    rule_set_problems,
)

RULES, FACTS, WORKFLOW, NOT_LAW = "rules.toml", "facts.toml", "workflow.toml", "not_law.toml"
CALENDAR, ROUTES, PERMISSIONS = "calendar.toml", "routes.toml", "permissions.toml"
TABLES: Mapping[str, Mapping[str, tuple[type[Declared], str]]] = {
    RULES: {
        "source": (SourceDeclaration, "id"),
        "rule_set": (RuleSetDeclaration, "id"),
        "rule": (RuleDeclaration, "id"),
    },
    FACTS: {"fact": (FactDeclaration, "name")},
    WORKFLOW: {"use_case": (UseCaseDeclaration, "name"), "role": (RoleDeclaration, "name")},
    NOT_LAW: {"claim": (ClaimDeclaration, "name")},
}
# What stands beside the machines and is read elsewhere: here it only cites.
BESIDE = frozenset(
    {
        CALENDAR,
        ROUTES,
        "limits.toml",
        "annexure_a.toml",
        "rows.toml",
        "matching.toml",
        "policy.toml",
        "chasing.toml",
        PERMISSIONS,
    }
)
_OWN_REMEDY = "name a TOML file in UTF-8, or a folder of them"
D = TypeVar("D", bound=Declared)


def load_law(folder: Traversable) -> Law:
    """Load and verify every declaration in a folder; raises `DeclarationError` with all problems at once."""
    return read_law(texts_in(folder))


def load_book(folder: Traversable) -> LawBook:
    """Load and verify the law book of a folder that has all that the shipped one has, a changed copy of it for example.

    Raises `DeclarationError`, also for a folder without a calendar or routes.
    """
    return LawBook.of(read_book(texts_in(folder)))


def texts_in(folder: Traversable) -> dict[str, str]:
    """Return the TOML texts of a folder by file name; raises `DeclarationError` where one cannot be read."""
    try:
        files = sorted((file for file in folder.iterdir() if file.name.endswith(".toml")), key=lambda file: file.name)
        return decoded({file.name: bytes_of(file) for file in files}, folder)
    except OSError as error:
        raise _unreadable(folder, error) from error


def decoded(contents: Mapping[str, bytes], folder: Traversable) -> dict[str, str]:
    """Return what the files of a folder hold as texts; raises `DeclarationError` where one is not UTF-8."""
    try:
        return {name: content.decode() for name, content in contents.items()}
    except UnicodeDecodeError as error:
        raise _unreadable(folder, error) from error


def _unreadable(folder: Traversable, error: Exception) -> DeclarationError:
    problem = Problem(str(folder), f"cannot be read: {error}", "name a folder of TOML files in UTF-8")
    return DeclarationError("machines", [problem])


def read_law(texts: Mapping[str, str]) -> Law:
    """Load and verify declarations given as TOML texts by file name; raises `DeclarationError`."""
    return Law.of(_read_law(texts))


def read_book(texts: Mapping[str, str]) -> BookDeclaration:
    """Read all that is declared, given as TOML texts by file name, and verify it.

    Raises `DeclarationError`, also where the calendar or the routes are not among them.
    """
    if missing := [name for name in (CALENDAR, ROUTES) if name not in texts]:
        problems = [Problem(name, "is missing", "name a changed copy of machines/") for name in missing]
        raise DeclarationError("law book", problems)
    law = _read_law(texts)
    return BookDeclaration(
        law=law, calendar=read_calendar(texts[CALENDAR]).declared, routing=read_routing(texts[ROUTES])
    )


def _read_law(texts: Mapping[str, str]) -> LawDeclaration:
    problems: list[Problem] = []
    tables = {name: parsed(name, text, problems) for name, text in texts.items()}
    problems += [
        Problem(name, "is missing", "put it beside the machines") for name in (RULES, FACTS) if name not in tables
    ]
    return _verified(tables, problems, "machines", Lessons(texts))


def load_own(path: Path | str) -> Law:
    """Load and verify a law of one's own; raises `DeclarationError` with all problems at once.

    A file is a machine in the grammar of `machines/`, and may carry the lists `source`, `rule_set`, `rule`, `fact` and
    `use_case` itself; what it leaves out is read from `rules.toml`, `facts.toml` and `workflow.toml` beside it, and the
    machine that it extends from its own file there. A folder is read whole. What is in neither has the default of
    `law.defaults`: a law needs no editions and no register to be one.
    """
    path = Path(path)
    if path.is_dir() and (path / RULES).is_file():
        return load_law(path)
    problems: list[Problem] = []
    with _readable(path):
        files = sorted(path.glob("*.toml")) if path.is_dir() else [path]
    texts = {file.name: _text(file) for file in files}
    tables = {name: parsed(name, text, problems) for name, text in texts.items()}
    if not tables:
        raise DeclarationError(str(path), [Problem(str(path), "holds no declaration", _OWN_REMEDY)])
    if not path.is_dir():
        _take_in(path, tables, texts, problems)
    fill(tables, [name for name, table in tables.items() if table and name not in TABLES and name not in BESIDE])
    return Law.of(_verified(tables, problems, str(path), Lessons(texts)))


def _verified(
    tables: Mapping[str, dict[str, Any]], problems: list[Problem], subject: str, lessons: Lessons
) -> LawDeclaration:
    """Put a law together from its files, any of which may carry lists, and verify it.

    Raises `DeclarationError` with the problems given and all that there are besides.
    """
    carrying = {file: table for file, table in tables.items() if file not in BESIDE}
    listed = {key: _gathered(key, carrying, problems, lessons) for keys in TABLES.values() for key in keys}
    rest = {file: {key: part for key, part in table.items() if key not in listed} for file, table in carrying.items()}
    problems += [
        Problem(f"{file} {key}", "is not a table of this file", f"its tables are {', '.join(keys)}")
        for file, keys in TABLES.items()
        for key in rest.get(file, {})
    ]
    declared = {file: table for file, table in rest.items() if table and file not in TABLES}
    citing = {file: {key: part for key, part in table.items() if key != "rule"} for file, table in carrying.items()}
    if listed["role"]:
        _permit(listed)
        citing[PERMISSIONS] = {"rule": RULE}
    whole = LawDeclaration(
        sources=listed["source"],
        rule_sets=tuple(listed["rule_set"].values()),
        rules=listed["rule"],
        facts=listed["fact"],
        machines=_machine_declarations(declared, problems, lessons),
        use_cases=listed["use_case"],
        cited_by=citations({**tables, **citing}),
        claims=listed["claim"],
        roles=listed["role"],
    )
    law, machines = Law.of(whole), machines_of(whole)
    problems += lessons.problems()
    rules = _place("rule_set", carrying)
    if not problems:
        wrong = [*rule_set_problems(rules, law.rule_sets), *fact_problems(_place("fact", carrying), law.facts)]
        if not wrong:
            wrong += _machines_problems(law, machines)
            wrong += citation_problems(rules, law)
            wrong += claim_problems(_place("claim", carrying), law)
        problems += [lessons.placed(problem, tables) for problem in dict.fromkeys(wrong)]
    if problems:
        raise DeclarationError(subject, problems)
    return whole


def _permit(listed: dict[str, dict[str, Any]]) -> None:
    """Add what declared roles bring: the fact whether somebody acts in each, and the rule that a refusal cites."""
    listed["fact"] = {role.fact.name: role.fact for role in listed["role"].values()} | listed["fact"]
    if RULE not in listed["rule"]:
        rule = shipped_law().rules[RULE]
        listed["rule"][RULE] = rule
        listed["source"].setdefault(rule.source, shipped_law().sources[rule.source])


def _machines_problems(law: Law, machines: Mapping[str, Machine]) -> Iterator[Problem]:
    """Give the problems of every machine; a problem of what a machine takes in is said of the other machine alone."""
    said: dict[str, set[Problem]] = {}
    for name, machine in sorted(machines.items(), key=lambda item: item[1].declaration.extends is not None):
        taken_in = said.get(machine.declaration.extends or "", set())
        said[name] = set()
        for problem in machine_problems(machine, law.facts, law.roles):
            placeless = replace(problem, where=problem.where.removeprefix(f"{name}.toml"))
            said[name].add(placeless)
            if placeless not in taken_in:
                yield problem


def _machine_declarations(
    tables: Mapping[str, dict[str, Any]], problems: list[Problem], lessons: Lessons
) -> dict[str, MachineDeclaration]:
    read: dict[str, MachineDeclaration] = {}
    files = {file.removesuffix(".toml"): table for file, table in tables.items()}
    for name, table in files.items():
        if "name" in table and table["name"] != name:
            what = f"declares the machine {table['name']!r}"
            problems.append(Problem(f"{name}.toml", what, "give the file and the machine one name"))
        machines = _entries(f"{name}.toml", MACHINE, [table], MachineDeclaration, lessons)
        read.update((name, machine) for machine in machines)
    for name, machine in read.items():
        if machine.extends is None or (machine.extends in files and machine.extends not in read):
            continue
        if machine.extends not in read or read[machine.extends].extends is not None:
            what = f"extends {machine.extends!r}, which is not a declared machine that stands by itself"
            choice = ", ".join(other for other, table in files.items() if "extends" not in table)
            problems.append(Problem(f"{name}.toml", what, f"extend one of {choice or 'none: there is none'}"))
    return read


def _entries(file: str, kind: str, rows: Sequence[object], model: type[D], lessons: Lessons) -> list[D]:
    entries = []
    for number, row in enumerate(rows):
        try:
            entries.append(validated(model, row))
        except ValidationError as error:
            lessons.take(file, kind, number, row, error)
    return entries


def _text(file: Path) -> str:
    with _readable(file):
        return text_of(file)


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or str(error)
        problem = Problem(path.name, f"cannot be read: {why}", _OWN_REMEDY)
        raise DeclarationError(str(path), [problem]) from error


def _take_in(path: Path, tables: dict[str, dict[str, Any]], texts: dict[str, str], problems: list[Problem]) -> None:
    """Take in, from beside a file, the machine that it extends and the lists that none of them carries."""
    carried = {key for table in tables.values() for key in table}
    beside = [name for name, keys in TABLES.items() if not carried & keys.keys()]
    extends = tables[path.name].get("extends")
    for name in [*([f"{extends}.toml"] if isinstance(extends, str) else []), *beside]:
        file = path.parent / name
        if name not in tables and file.is_file():
            texts[name] = _text(file)
            tables[name] = parsed(name, texts[name], problems)


def _gathered(
    key: str, tables: Mapping[str, dict[str, Any]], problems: list[Problem], lessons: Lessons
) -> dict[str, Any]:
    """Return the entries of a list that several files may carry, by name."""
    model, name = next(keys[key] for keys in TABLES.values() if key in keys)
    gathered: dict[str, Any] = {}
    for file, table in tables.items():
        place, rows = f"{file} {key}", table.get(key, [])
        if not isinstance(rows, list):
            problems.append(Problem(place, "is not a list of tables", f"write each entry under [[{key}]]"))
            continue
        entries = _entries(file, key, rows, model, lessons)
        problems.extend(repeated(place, [getattr(entry, name) for entry in entries]))
        by_name = {getattr(entry, name): entry for entry in entries}
        problems.extend(
            Problem(place, f"has {entry!r}, which another file has as well", "keep one of them")
            for entry in by_name
            if entry in gathered
        )
        gathered |= by_name
    return gathered


def _place(key: str, tables: Mapping[str, dict[str, Any]]) -> str:
    """Return the file that a list is in; where none has it, the one that is to be mended."""
    mended = RULES if RULES in tables else next(iter(tables), RULES)
    return next((file for file, table in tables.items() if key in table), mended)
