"""Answers as JSON: one writer and one maker of JSON Schemas, from the shapes that `answers.toml` declares; `schema`.

Imports Typer and the field's words; asks nothing and decides nothing.
"""

from __future__ import annotations

import json
import re
import sys
import textwrap
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache, partial
from operator import attrgetter
from pathlib import Path
from typing import Any

from ims_fsm.cli.call import Call, command
from ims_fsm.cli.failures import as_json_text, in_commands
from ims_fsm.cli.output import verbatim
from ims_fsm.errors import InputError, Problem
from ims_fsm.terms import vocabulary
from ims_fsm.terms.money import rupees
from ims_fsm.terms.period import in_india
from ims_fsm.terms.spelling import hinted

ERROR = "error"
# A list written as it comes is opened and closed around its entries.
_EMPTY_LIST = "]\n}"
Schema = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Member:
    """A member of a shape: its name, its type, where its value is found, and what it means if that is not plain."""

    name: str
    type: str
    path: str
    says: str

    @classmethod
    def parse(cls, text: str) -> Iterator[Member]:
        """Give the members that a line of `answers.toml` declares."""
        words, _, says = text.partition(" = ")
        for word in words.split():
            declared, _, path = word.partition("@")
            name, _, type_name = declared.partition(":")
            if name.endswith("?"):
                name, type_name = name[:-1], "text?"
            yield cls(name, type_name or "text", path or name, says)


@dataclass(frozen=True, slots=True)
class Shape:
    """An object of an answer."""

    says: str
    members: tuple[Member, ...]
    within: tuple[str, ...]
    is_open: bool
    # How an attribute is reached in values of a type; they are alike, tables are not.
    getters: dict[tuple[type, str], Callable[[Any], Any]] = field(default_factory=dict)

    @classmethod
    def parse(cls, table: Mapping[str, Any]) -> Shape:
        """Return a shape from its table, with the members of the one that it extends."""
        base = shape(table["extends"]) if "extends" in table else cls("", (), (), is_open=False)
        members = [member for line in table["members"].splitlines() for member in Member.parse(line)]
        within = (*table.get("within", ()), *base.within)
        return cls(table["says"], (*base.members, *members), within, table.get("open", False))

    def of(self, value: Any) -> dict[str, Any]:
        """Return a value as plain data."""
        return {member.name: plain(member.type, self._find(value, member.path)) for member in self.members}

    def _find(self, value: Any, path: str) -> Any:
        key = (type(value), path)
        if key in self.getters:
            return self.getters[key](value)
        for prefix in ("", *self.within):
            whole = f"{prefix}.{path}".lstrip(".")
            try:
                member = _at(value, whole)
            except (AttributeError, LookupError, TypeError):
                continue
            if not isinstance(value, Mapping):
                self.getters[key] = _getter(value, whole)
            return member
        raise LookupError(f"{type(value).__name__} has no {path}")


@dataclass(frozen=True, slots=True)
class Kind:
    """A type: its JSON Schema, and how a value is written."""

    schema: Schema
    write: Callable[[Any], Any]


def _in_ist(at: datetime) -> str:
    return in_india(at).isoformat(timespec="seconds")


SCALARS: Mapping[str, Kind] = {
    "text": Kind({"type": "string"}, str),
    "prose": Kind({"type": "string"}, in_commands),
    "int": Kind({"type": "integer"}, int),
    "number": Kind({"type": "number"}, float),
    "bool": Kind({"type": "boolean"}, bool),
    "any": Kind({}, lambda value: value),
    "json": Kind({}, lambda value: json.loads(value) if isinstance(value, str) else value),
    "date": Kind({"type": "string", "format": "date"}, str),
    "moment": Kind({"type": "string", "format": "date-time"}, _in_ist),
    "period": Kind({"type": "string", "pattern": r"^\d{4}-\d\d$"}, str),
    "rupees": Kind(
        {"type": "string", "pattern": r"^-?\d+\.\d\d$"},
        lambda amount: str(rupees(amount)) if isinstance(amount, int) else str(amount),
    ),
}


@cache
def declared() -> Mapping[str, Any]:
    """Return what `answers.toml` declares."""
    return tomllib.loads(Path(__file__).with_name("answers.toml").read_text("utf-8"))


@cache
def shape(name: str) -> Shape:
    """Return a declared shape."""
    return Shape.parse(declared()[name])


def plain(type_name: str, value: Any) -> Any:
    """Return a value as plain data of a type."""
    return kind(type_name).write(value)


@cache
def kind(type_name: str) -> Kind:
    """Return a type by its name: what its schema is, and how its values are written."""
    if type_name.endswith("?"):
        inner = kind(type_name[:-1])
        schema: Schema = {"anyOf": [inner.schema, {"type": "null"}]}
        return Kind(schema, lambda value: None if value is None else inner.write(value))
    if type_name.startswith("["):
        inner = kind(type_name[1:-1])
        return Kind({"type": "array", "items": inner.schema}, lambda value: [inner.write(entry) for entry in value])
    if type_name.startswith("{"):
        inner = kind(type_name[1:-1])
        schema = {"type": "object", "additionalProperties": inner.schema}
        return Kind(schema, lambda value: {str(name): inner.write(entry) for name, entry in value.items()})
    if type_name in SCALARS:
        return SCALARS[type_name]
    return Kind({"$ref": f"#/$defs/{type_name}"}, str if _is_closed_set(type_name) else shape(type_name).of)


def emit(name: str, value: object, *, indent: int | None = 2) -> None:
    """Print the answer of a command as JSON; without an indent on one line."""
    answer = plain(declared()["answers"][name], value)
    sys.stdout.write(as_json_text(answer, indent) + "\n")


def emit_each(name: str, head: Mapping[str, Any], entries: Iterable[Any]) -> None:
    """Print the answer of a command whose last member is a list, entry by entry as they come."""
    whole = shape(declared()["answers"][name])
    last = whole.members[-1]
    empty = as_json_text(whole.of({**head, last.path: []}))
    sys.stdout.write(empty.removesuffix(_EMPTY_LIST))
    separator = "\n"
    for entry in entries:
        text = as_json_text(plain(last.type[1:-1], entry))
        sys.stdout.write(separator + textwrap.indent(text, "    "))
        separator = ",\n"
    sys.stdout.write(_EMPTY_LIST + "\n" if separator == "\n" else "\n  " + _EMPTY_LIST + "\n")


def schema_of(name: str) -> Schema:
    """Return the JSON Schema of the answer of a command; raises `InputError` for a command that there is not."""
    answers = declared()["answers"]
    if name not in answers:
        remedy = hinted(name, answers, f"name one of {', '.join(answers)}")
        raise InputError("schema", [Problem(repr(name), "is not a command", remedy)])
    definitions: dict[str, Schema] = {}
    _define(answers[name], definitions)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"ims-fsm {name} --json" if name != ERROR else "an error of ims-fsm --json",
        **kind(answers[name]).schema,
        **({"$defs": dict(sorted(definitions.items()))} if definitions else {}),
    }


def _define(type_name: str, definitions: dict[str, Schema]) -> None:
    """Add the definition of a type, and of all that is in it."""
    name = type_name.strip("[]{}?")
    if name in SCALARS or name in definitions:
        return
    if _is_closed_set(name):
        closed = getattr(vocabulary, name)
        says = (closed.__doc__ or "").strip()
        definitions[name] = {"description": says, "type": "string", "enum": [str(word) for word in closed]}
        return
    described = shape(name)
    properties = {
        member.name: {**kind(member.type).schema, **({"description": member.says} if member.says else {})}
        for member in described.members
    }
    definitions[name] = {
        "description": described.says,
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": described.is_open,
    }
    for member in described.members:
        _define(member.type, definitions)


def _is_closed_set(name: str) -> bool:
    return name not in declared() and hasattr(vocabulary, name)


def _getter(value: Any, path: str) -> Callable[[Any], Any]:
    """Return what reaches an attribute, at speed where attributes alone lead to it."""
    quick = attrgetter(path)
    try:
        return partial(_at, path=path) if callable(quick(value)) else quick
    except (AttributeError, TypeError):
        return partial(_at, path=path)


def _at(value: Any, path: str) -> Any:
    for step in filter(None, path.split(".")):
        if isinstance(value, Mapping):
            value = value[step]
        elif step.isdigit():
            value = value[int(step)]
        else:
            value = getattr(value, step)
            value = value() if callable(value) else value
    return value


def file_name(name: str) -> str:
    """Return the file of a command's schema: "2b-show.json".

    >>> file_name("list --summary")
    'list-summary.json'
    """
    return re.sub(r"[ -]+", "-", name) + ".json"


@command("schema")
def schema(call: Call, words: list[str] | None = None, *, out: Path | None = None) -> None:
    """Print the JSON Schema of what a command answers with --json; "error" is that of every error."""
    names = list(declared()["answers"])
    if out is not None:
        files = call.outputs.write_all({out / file_name(name): _text(schema_of(name)).encode() for name in names})
        call.answer(lambda: verbatim(f"{out}: {len(files)} schemas"), {"files": files}, "--out")
    elif words:
        sys.stdout.write(_text(schema_of(" ".join(words))))
    else:
        call.answer(lambda: verbatim("\n".join(names)), {"commands": names})


def _text(schema: dict[str, object]) -> str:
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
