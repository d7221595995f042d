"""Faults in what is declared, as a newcomer can use them: the entry by its name, what the key is for, a line to paste.

Imports the words of `grammar.toml` and the shapes' faults; reads no declaration.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from ims_fsm.errors import Problem
from ims_fsm.law.reading import WORDS, innermost, written
from ims_fsm.terms.spelling import nearest

MACHINE = "machine"
Grammar = Mapping[str, Mapping[str, Mapping[str, Any]]]


@cache
def grammar() -> Grammar:
    """Return the keys of every kind of entry: what each `is` for, a line `like` it, and what others `also` call it."""
    return tomllib.loads(Path(__file__).with_name("grammar.toml").read_text("utf-8"))


def spelled(word: str, keys: Mapping[str, Mapping[str, Any]]) -> str | None:
    """Return the key that is meant by a word: what others call it, or the nearest key; None for no such word."""
    called = (key for key, words in keys.items() if word in words.get("also", ()))
    return next(called, None) or nearest(word, keys)


@dataclass(frozen=True, slots=True)
class _Slip:
    """One fault of one entry; those that say the same are one problem."""

    file: str
    kind: str
    name: str
    line: int | None
    what: str
    remedy: str


@dataclass
class Lessons:
    """The faults of all entries, as they are read; `texts` are the files, for their lines."""

    texts: Mapping[str, str] = field(default_factory=dict)
    slips: list[_Slip] = field(default_factory=list)

    def take(self, file: str, kind: str, number: int, row: object, error: ValidationError) -> None:
        """Take in what is wrong with an entry: the `number`-th of its kind in a file, from 0, or a machine."""
        faults = [(_entry(kind, number, row, fault["loc"]), fault) for fault in innermost(error)]
        renamed = {
            (entry.place, spelled(str(entry.keys[0]), grammar()[entry.kind]))
            for entry, fault in faults
            if fault["type"] == "extra_forbidden"
        }
        for entry, fault in faults:
            key = entry.keys[0] if entry.keys else ""
            if fault["type"] == "missing" and (entry.place, key) in renamed:
                continue  # it stands there under another name, which is said
            what, remedy = _words(entry, fault)
            line = line_of(self.texts.get(file, ""), entry.kind, entry.number, str(key))
            self.slips.append(_Slip(file, entry.kind, entry.name, line, what, remedy))

    def placed(self, problem: Problem, tables: Mapping[str, Mapping[str, Any]]) -> Problem:
        """Return a problem of an entry that is named like "leave.toml guard paid" with the entry's line."""
        file, _, place = problem.where.partition(" ")
        kind, _, named = place.partition(" ")
        name, _, key = named.partition(" ")
        rows = tables.get(file, {}).get(kind)
        tabled = [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
        names = [row.get("name") or row.get("id") or row.get("trigger") for row in tabled]
        line = line_of(self.texts.get(file, ""), kind, names.index(name), key) if names.count(name) == 1 else None
        return problem if line is None else replace(problem, where=f"{problem.where} (line {line})")

    def problems(self) -> Iterator[Problem]:
        """Give the problems: what is wrong with several entries of a file in one way is said once."""
        alike: dict[tuple[str, str, str], list[_Slip]] = {}
        for slip in self.slips:
            alike.setdefault((slip.file, slip.what, slip.remedy), []).append(slip)
        for (file, what, remedy), slips in alike.items():
            verb = "has" if len(slips) == 1 else "have"
            yield Problem(f"{file} {_named(slips)}", what.format(has=verb), remedy)


@dataclass(frozen=True, slots=True)
class _Entry:
    kind: str
    number: int
    name: str
    keys: tuple[str | int, ...]

    @property
    def place(self) -> tuple[str, int]:
        return self.kind, self.number


def _entry(kind: str, number: int, row: object, location: Sequence[str | int]) -> _Entry:
    """Return the entry in which a fault is: one of the lists of a machine, or the row itself."""
    if kind == MACHINE and len(location) > 1 and location[0] in grammar() and isinstance(location[1], int):
        kind, number = str(location[0]), location[1]
        rows = row.get(kind) if isinstance(row, dict) else None
        row, location = (rows[number] if isinstance(rows, list) else None), location[2:]
    named = row if isinstance(row, dict) else {}
    name = named.get("name") or named.get("id") or named.get("trigger") or named.get("on") or f"[{number + 1}]"
    return _Entry(kind, number, str(name), tuple(part for part in location if part != "[key]"))


def _words(entry: _Entry, fault: Mapping[str, Any]) -> tuple[str, str]:
    """Return what is wrong, with a place for the verb, and the remedy."""
    keys, kind = grammar()[entry.kind], entry.kind.replace("_", " ")
    if not entry.keys:
        return f"{{has}} {_braced(written(fault['input']))} for its keys", f"write it as a table under [[{entry.kind}]]"
    key, *within = entry.keys
    says = keys.get(str(key), {"is": "", "like": ""})
    path = f"{key}" + "".join(f"[{part + 1}]" if isinstance(part, int) else f".{part}" for part in within)
    if fault["type"] == "missing":
        purpose = f", {says['is']}" if not within else ""
        return f"{{has}} no `{path}`{purpose}", f"add a line like `{says['like']}`" if not within else "add it"
    if fault["type"] == "extra_forbidden":
        return f"{{has}} `{path}`, which is not a key of a {kind}", _meant(str(key), entry.kind)
    if fault["type"] == "value_error":
        what, _, remedy = str(fault["ctx"]["error"]).partition("; ")
        return f"{{has}} `{path}`: {_braced(what)}", remedy
    what, _ = WORDS.get(fault["type"], (fault["msg"].replace("Input", "it", 1), ""))
    purpose = f"at least {fault['ctx']['min_length']}" if fault["type"] == "too_short" else says["is"]
    given = _braced(written(fault["input"]))
    return f"{{has}} `{path}` = {given}, which {what}", f"write {purpose}, like `{says['like']}`"


def _meant(word: str, kind: str) -> str:
    keys = grammar()[kind]
    key = spelled(word, keys)
    lists = [name for name in grammar() if name != MACHINE]
    if kind == MACHINE and (near := nearest(word, lists)) and key not in lists:
        return f"write each under [[{near}]]"
    if key is None:
        return f"remove it; the keys are {', '.join(keys)}"
    like = keys[key]["like"]
    return f"write each under {like}" if like.startswith("[[") else f"call it `{key}`, like `{like}`"


def _braced(text: str) -> str:
    return text.replace("{", "{{").replace("}", "}}")


def _named(slips: Sequence[_Slip]) -> str:
    """Return the entries by kind and name, with their lines: "states asked, approved (lines 8, 12)"."""
    by_kind: dict[str, list[str]] = {}
    for slip in slips:
        by_kind.setdefault(slip.kind.replace("_", " "), []).append(slip.name)
    kinds = (f"{kind}{'s' if len(names) > 1 else ''} {', '.join(names)}" for kind, names in by_kind.items())
    lines = sorted({slip.line for slip in slips if slip.line is not None})
    said = f" (line{'s' if len(lines) > 1 else ''} {', '.join(map(str, lines))})" if lines else ""
    return ", ".join(kinds) + said


def line_of(text: str, kind: str, number: int, key: str = "") -> int | None:
    """Return the line of a key in an entry, or that of the entry's heading; None where that cannot be told.

    An entry that is not written under a heading of its own has no line.
    """
    lines = text.splitlines()
    headings = [at for at, line in enumerate(lines) if re.match(r"\s*\[", line)]
    if kind == MACHINE:
        begin, end = 0, next(iter(headings), len(lines))
    else:
        heading = re.compile(rf"\s*\[\[\s*{re.escape(kind)}\s*\]\]")
        begins = [at for at in headings if heading.match(lines[at])]
        if number >= len(begins):
            return None
        begin = begins[number]
        end = next((at for at in headings if at > begin), len(lines))
    written_there = re.compile(rf"\s*{re.escape(key)}\s*=")
    there = next((at for at in range(begin, end) if key and written_there.match(lines[at])), None)
    return there + 1 if there is not None else (begin + 1 if kind != MACHINE else None)
