"""Reads what is declared: TOML into tables, tables into declared values, and the words for what is not of their shape.

The only importer of pydantic in this room; reads no file.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from ims_fsm.errors import DeclarationError, Problem
from ims_fsm.files.reading import TomlError, toml_of
from ims_fsm.law.declaration import Declared

D = TypeVar("D", bound=Declared)
_reader: Callable[[Any], TypeAdapter[Any]] = cache(TypeAdapter)


def validated(kind: type[D], table: object) -> D:
    """Return a table as the declared value of a kind; raises pydantic's `ValidationError`, whose words are `faults`."""
    value: D = _reader(kind).validate_python(table)
    return value


def declared(kind: type[D], table: object, where: str, problems: Iterable[Problem] = ()) -> D:
    """Return a table as the declared value of a kind.

    Raises `DeclarationError` with all that is not of its shape, behind the problems that are known already.
    """
    try:
        return validated(kind, table)
    except ValidationError as error:
        raise DeclarationError(where, [*problems, *faults(error, {}, where, table)]) from error


def validated_json(kind: type[D], text: str) -> D:
    """Return a declared value that was kept as JSON; raises pydantic's `ValidationError`."""
    value: D = _reader(kind).validate_json(text)
    return value


def parsed(name: str, text: str, problems: list[Problem]) -> dict[str, Any]:
    """Return a TOML text as a table; a text that is not TOML becomes a problem, and an empty table."""
    try:
        return toml_of(text)
    except TomlError as error:
        problems.append(Problem(name, error.what, error.remedy))
        return {}


# What is wrong, and its remedy, by pydantic's type of a fault.
WORDS = {
    "missing": ("is missing", "add it"),
    "extra_forbidden": ("is not a key here", "remove it or correct its spelling"),
    "model_type": ("is not a table", "write it as a table with its keys"),
    "dict_type": ("is not a table", "write it as a table with its keys"),
    "tuple_type": ("is not a list", "write it in brackets"),
    "too_short": ("is too short", "write at least {min_length}"),
    "string_type": ("is not text", "write it in quotes"),
    "string_too_short": ("is too short", "write it out"),
    "string_pattern_mismatch": ("is not written as it must be", "a name reads like keep_pending, a rule like faq.3"),
}


# A table is told of in the same words whether it is read into a declared value or into a model.
_ALIKE = {"unexpected_keyword_argument": "extra_forbidden", "dataclass_type": "model_type"}


def faults(
    error: ValidationError, words: Mapping[str, tuple[str, str]], place: str = "", row: object = None
) -> Iterator[Problem]:
    """Give what is not of the shape as problems; `words` are those that its file has beside the usual ones.

    `place` is where the row stands that was read; the innermost entry of it around a fault is named by its name.
    """
    return (_fault(fault, {**WORDS, **words}, place, row) for fault in innermost(error))


def innermost(error: ValidationError) -> Iterator[Mapping[str, Any]]:
    """Give pydantic's faults, those that are to be mended."""
    listed: list[dict[str, Any]] = [
        {**fault, "type": _ALIKE.get(fault["type"], fault["type"])} for fault in error.errors()
    ]
    # pydantic also calls a list too short when its entries have faults.
    around = {fault["loc"][:depth] for fault in listed for depth in range(len(fault["loc"]))}
    return (fault for fault in listed if fault["loc"] not in around)


def _fault(fault: Mapping[str, Any], words: Mapping[str, tuple[str, str]], within: str, row: object) -> Problem:
    place, value = f"{within} {_place(fault['loc'])}".strip() + _named(row, fault["loc"]), fault["input"]
    if fault["type"] == "value_error":
        what, _, remedy = str(fault["ctx"]["error"]).partition("; ")
        return Problem(place, what, remedy)
    what, remedy = words.get(fault["type"], ("cannot be used", fault["msg"].replace("Input", "it", 1)))
    if fault["type"] not in {"extra_forbidden", "missing"} and not isinstance(value, dict):
        what = f"{written(value)} {what}"
    return Problem(place, what, remedy.format(**fault.get("ctx", {})) if fault["type"] in words else remedy)


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


def written(value: object) -> str:
    """Return a value as the file's author wrote it."""
    if isinstance(value, bool):
        return str(value).lower()
    return value.isoformat() if isinstance(value, dt.date | dt.time) else repr(value)


def _place(steps: Sequence[str | int]) -> str:
    path = "".join(f"[{step + 1}]" if isinstance(step, int) else f".{step}" for step in steps if step != "[key]")
    return path.removeprefix(".")
