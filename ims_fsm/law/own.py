"""Loads a law of anybody's own: one TOML file that carries everything, or a folder of such files.

Imports the loading; the path is the only thing it reads.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ims_fsm.errors import DeclarationError, Problem
from ims_fsm.law.loading import FACTS, RULES, TABLES, WORKFLOW, listed_entries, load_law, parsed, verified
from ims_fsm.law.register import Law

SHARED = {key: how for keys in TABLES.values() for key, how in keys.items()}
_BESIDE = (RULES, FACTS, WORKFLOW)
_REMEDY = "name a TOML file in UTF-8, or a folder of them"


def load_own(path: Path | str) -> Law:
    """Load and verify a law of one's own; raises `DeclarationError` with all problems at once.

    A file is a machine in the grammar of `machines/`, and may carry the lists `source`, `rule_set`, `rule`, `fact` and
    `use_case` itself; what it leaves out is read from `rules.toml`, `facts.toml` and `workflow.toml` beside it, and the
    machine that it extends from its own file there. A folder is read whole.
    """
    place = Path(path)
    if place.is_dir() and (place / RULES).is_file():
        return load_law(place)
    files = _files(place)
    problems: list[Problem] = []
    tables = {file.name: parsed(file.name, _text(file), problems) for file in files}
    if not tables:
        problems.append(Problem(str(place), "holds no declaration", _REMEDY))
    if problems:
        raise DeclarationError(str(place), problems)
    if not place.is_dir():
        _take_in(place, tables, problems)
    return _read(str(place), tables, problems)


def _read(subject: str, tables: Mapping[str, dict[str, Any]], problems: list[Problem]) -> Law:
    listed = {key: _entries(key, tables, problems) for key in SHARED}
    machines = {file: kept for file, table in tables.items() if (kept := _without(table))}
    citing = {file: {key: part for key, part in table.items() if key != "rule"} for file, table in tables.items()}
    try:
        return verified(listed, machines, citing, problems, (_place("rule_set", tables), _place("fact", tables)))
    except DeclarationError as error:
        raise DeclarationError(subject, error.problems) from None


def _files(place: Path) -> list[Path]:
    try:
        return sorted(place.glob("*.toml")) if place.is_dir() else [place]
    except OSError as error:
        raise _unreadable(place, error) from error


def _text(file: Path) -> str:
    try:
        return file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise _unreadable(file, error) from error


def _unreadable(path: Path, error: Exception) -> DeclarationError:
    why = getattr(error, "strerror", None) or str(error)
    return DeclarationError(str(path), [Problem(path.name, f"cannot be read: {why}", _REMEDY)])


def _take_in(place: Path, tables: dict[str, dict[str, Any]], problems: list[Problem]) -> None:
    """Take in, from beside a file, the machine that it extends and the lists that none of them carries."""
    beside = [name for name in _BESIDE if not any(key in table for table in tables.values() for key in TABLES[name])]
    extends = tables[place.name].get("extends")
    for name in [*([f"{extends}.toml"] if isinstance(extends, str) else []), *beside]:
        file = place.parent / name
        if name not in tables and file.is_file():
            tables[name] = parsed(name, _text(file), problems)


def _entries(key: str, tables: Mapping[str, dict[str, Any]], problems: list[Problem]) -> dict[str, Any]:
    model, name = SHARED[key]
    joined: dict[str, Any] = {}
    for file, table in tables.items():
        entries = listed_entries(f"{file} {key}", table.get(key, []), model, name, problems)
        problems.extend(
            Problem(f"{file} {key}", f"has {entry!r}, which another file has as well", "keep one of them")
            for entry in entries
            if entry in joined
        )
        joined |= entries
    return joined


def _without(table: Mapping[str, Any]) -> dict[str, Any]:
    return {key: part for key, part in table.items() if key not in SHARED}


def _place(key: str, tables: Mapping[str, dict[str, Any]]) -> str:
    """Return the file that a list is in; where none has it, the first, which is the one to be mended."""
    return next((file for file, table in tables.items() if key in table), next(iter(tables)))
