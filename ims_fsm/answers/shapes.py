"""Shapes of answers: what `answers.toml` declares, values written in them, and their JSON Schemas.

Imports the field's words; asks nothing and decides nothing.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import cache, partial
from operator import attrgetter
from pathlib import Path
from typing import Any

from ims_fsm.terms import vocabulary
from ims_fsm.terms.money import rupees
from ims_fsm.terms.period import in_india

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

    def find(self, value: Any, path: str) -> Any:
        """Return the member of a value at a path; raises `LookupError` for one that it does not have."""
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
class Scalar:
    """A type without members: its JSON Schema, and how a value is written."""

    schema: Schema
    write: Callable[[Any], Any]


def _in_ist(at: datetime) -> str:
    return in_india(at).isoformat(timespec="seconds")


SCALARS: Mapping[str, Scalar] = {
    "text": Scalar({"type": "string"}, str),
    "prose": Scalar({"type": "string"}, str),
    "int": Scalar({"type": "integer"}, int),
    "number": Scalar({"type": "number"}, float),
    "bool": Scalar({"type": "boolean"}, bool),
    "any": Scalar({}, lambda value: value),
    "json": Scalar({}, lambda value: json.loads(value) if isinstance(value, str) else value),
    "date": Scalar({"type": "string", "format": "date"}, str),
    "moment": Scalar({"type": "string", "format": "date-time"}, _in_ist),
    "period": Scalar({"type": "string", "pattern": r"^\d{4}-\d\d$"}, str),
    "rupees": Scalar(
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


def closed_set(name: str) -> type[StrEnum] | None:
    """Return the closed set of the field's words that a type names, or None."""
    return getattr(vocabulary, name, None) if name not in declared() else None


class Writer:
    """Writes values as plain data of declared types; `prose` rewrites sentences that name calls of the face."""

    def __init__(self, prose: Callable[[Any], Any] = str) -> None:
        """Keep what rewrites sentences."""
        self._writers: dict[str, Callable[[Any], Any]] = {"prose": prose}

    def plain(self, type_name: str, value: Any) -> Any:
        """Return a value as plain data of a type."""
        write = self._writers.get(type_name)
        if write is None:
            write = self._writers[type_name] = self._of(type_name)
        return write(value)

    def _of(self, type_name: str) -> Callable[[Any], Any]:
        if type_name.endswith("?"):
            inner = partial(self.plain, type_name[:-1])
            return lambda value: None if value is None else inner(value)
        if type_name.startswith("["):
            inner = partial(self.plain, type_name[1:-1])
            return lambda value: [inner(entry) for entry in value]
        if type_name.startswith("{"):
            inner = partial(self.plain, type_name[1:-1])
            return lambda value: {str(name): inner(entry) for name, entry in value.items()}
        if type_name in SCALARS:
            return SCALARS[type_name].write
        return str if closed_set(type_name) else partial(self._object, shape(type_name))

    def _object(self, of: Shape, value: Any) -> dict[str, Any]:
        return {member.name: self.plain(member.type, of.find(value, member.path)) for member in of.members}


def schema_of(type_name: str) -> Schema:
    """Return the JSON Schema of a type; a shape and a closed set are named as definitions."""
    if type_name.endswith("?"):
        return {"anyOf": [schema_of(type_name[:-1]), {"type": "null"}]}
    if type_name.startswith("["):
        return {"type": "array", "items": schema_of(type_name[1:-1])}
    if type_name.startswith("{"):
        return {"type": "object", "additionalProperties": schema_of(type_name[1:-1])}
    return SCALARS[type_name].schema if type_name in SCALARS else {"$ref": f"#/$defs/{type_name}"}


def define(type_name: str, definitions: dict[str, Schema]) -> None:
    """Add the definition of a type, and of all that is in it."""
    name = type_name.strip("[]{}?")
    if name in SCALARS or name in definitions:
        return
    if closed := closed_set(name):
        says = (closed.__doc__ or "").strip()
        definitions[name] = {"description": says, "type": "string", "enum": [str(word) for word in closed]}
        return
    described = shape(name)
    properties = {
        member.name: {**schema_of(member.type), **({"description": member.says} if member.says else {})}
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
        define(member.type, definitions)


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
