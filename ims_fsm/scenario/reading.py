"""Reads a scenario's file, or says everything that is wrong with it, each fault with its entry and remedy.

Imports the declaration and the consistency; the file is the only thing it reads, and it runs nothing.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from ims_fsm.errors import InputError, Problem
from ims_fsm.law.book import shipped_book
from ims_fsm.scenario.consistency import contradictions
from ims_fsm.scenario.declaration import VERBS, DocumentEntry, Expect, Header, Scenario, Step, TaxpayerEntry
from ims_fsm.scenario.values import Entry, written

TABLES = ("taxpayer", "document", "step")
E = TypeVar("E", bound=Entry)
_FAULTS = {
    "missing": ("is missing", "add it"),
    "model_type": ("is not a table", "write it as a table with its keys"),
    "model_attributes_type": ("is not a table", "write it as a table with its keys"),
    "bool_type": ("is neither true nor false", "write true or false, without quotes"),
    "int_type": ("is not a whole number", "write it without quotes and without a point"),
}


def read_scenario(path: Path) -> Scenario:
    """Read a scenario's file; raises `InputError` with every problem at once, each naming the file's entry."""
    return scenario_of(_content(path), path)


def scenario_of(content: Mapping[str, Any], path: Path) -> Scenario:
    """Return the scenario that a file's tables are; raises `InputError` with every problem at once."""
    problems: list[Problem] = []
    head = {key: value for key, value in content.items() if key not in TABLES}
    header = _entry(Header, head, "", problems)
    taxpayers = _listed(content, "taxpayer", TaxpayerEntry, problems)
    documents = _listed(content, "document", DocumentEntry, problems)
    steps = {number: step for number, row in _rows(content, "step", problems) if (step := _step(number, row, problems))}
    problems += contradictions(content, header, taxpayers, documents, steps, shipped_book())
    if problems or header is None:
        raise InputError(str(path), problems)
    return Scenario(
        path=path,
        title=header.title,
        rules=header.rules or (),
        taxpayers={entry.name: entry for entry in taxpayers.values()},
        documents={entry.name: entry for entry in documents.values()},
        steps=tuple(steps.values()),
    )


def _content(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8-sig"))
    except tomllib.TOMLDecodeError as error:
        raise InputError(str(path), [Problem("the file", f"is not TOML: {error}", "correct that line")]) from None
    except UnicodeDecodeError:
        raise InputError(str(path), [Problem("the file", "is not text in UTF-8", "save it as UTF-8")]) from None
    except (RecursionError, ValueError):
        what = "is nested too deeply or holds a number too long to read"
        raise InputError(str(path), [Problem("the file", what, "write it as scenarios are written")]) from None
    except OSError as error:
        what = f"cannot be read: {error.strerror}"
        raise InputError(str(path), [Problem("the file", what, "name a file that can be read")]) from None


def _rows(content: Mapping[str, Any], key: str, problems: list[Problem]) -> Iterator[tuple[int, Any]]:
    rows = content.get(key, [])
    if not isinstance(rows, list):
        problems.append(Problem(key, "is not a list of tables", f"write each entry under [[{key}]]"))
        return
    yield from enumerate(rows, start=1)


def _listed(content: Mapping[str, Any], key: str, model: type[E], problems: list[Problem]) -> dict[int, E]:
    entries = (
        (number, _entry(model, row, f"{key}[{number}]", problems)) for number, row in _rows(content, key, problems)
    )
    return {number: entry for number, entry in entries if entry is not None}


def _step(number: int, row: Any, problems: list[Problem]) -> Step | None:
    place = f"step[{number}]"
    if not isinstance(row, dict):
        problems.append(Problem(place, "is not a table", "write it under [[step]]"))
        return None
    if ("do" in row) == ("expect" in row):
        what = "has both `do` and `expect`" if "do" in row else "has neither `do` nor `expect`"
        problems.append(Problem(place, what, "let a step either do something or expect something"))
        return None
    if "expect" in row:
        return _entry(Expect, row, place, problems)
    model = VERBS.get(row["do"]) if isinstance(row["do"], str) else None
    if model is None:
        what = f"{written(row['do'])} is not a verb"
        problems.append(Problem(f"{place} do", what, f"the verbs are {', '.join(VERBS)}"))
        return None
    return _entry(model, row, place, problems)


def _entry(model: type[E], row: Any, place: str, problems: list[Problem]) -> E | None:
    try:
        return model.model_validate(row)
    except ValidationError as error:
        problems.extend(_problem(model, row, place, fault) for fault in error.errors())
        return None


def _problem(model: type[Entry], row: Any, place: str, fault: Mapping[str, Any]) -> Problem:
    path = ".".join(str(part) for part in fault["loc"])
    name = row.get("name") if isinstance(row, dict) else None
    where = f"{place} {path}".strip() + (f" ({name})" if isinstance(name, str) and name.strip() else "")
    if fault["type"] == "value_error":
        what, _, remedy = str(fault["ctx"]["error"]).partition("; ")
        return Problem(where or "the file", what, remedy)
    if fault["type"] == "extra_forbidden":
        return Problem(where, *_unknown_key(model, row, fault["loc"]))
    what, remedy = _FAULTS.get(fault["type"], ("cannot be used", "correct the entry"))
    value = "" if fault["type"] == "missing" else f"{written(fault['input'])} "
    return Problem(where, f"{value}{what}", remedy)


def _unknown_key(model: type[Entry], row: Mapping[str, Any], location: tuple[str | int, ...]) -> tuple[str, str]:
    if model is Header:
        return "is not a key of a scenario", f"its keys are title, rules, {', '.join(TABLES)}"
    inner = model.model_fields[str(location[0])].annotation if len(location) > 1 else model
    keys = getattr(inner, "model_fields", {})
    owner = f"`{row['do']}`" if "do" in row and inner is model else "this table"
    return f"is not a key of {owner}", f"its keys are {', '.join(keys)}"
