"""Reads the calendar's TOML text, an overlay laid over it, and says every fault of shape at once.

Must not import the calendar that asks for it, a database or a clock; it opens no file.
"""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from ims_fsm.errors import DeclarationError, Problem
from ims_fsm.law.calendar_declaration import CalendarDeclaration


def read_calendar(text: str, overlay: str | None, where: str) -> CalendarDeclaration:
    """Read TOML text, an overlay laid over it where one is given.

    Raises `DeclarationError` with every fault of shape; `where` names the text in it.
    """
    texts = {"the calendar": text} if overlay is None else {"the calendar": text, "the overlay": overlay}
    tables = _tables(texts, where)
    content = tables[0] if overlay is None else laid_over(*tables)
    try:
        return CalendarDeclaration.model_validate(content)
    except ValidationError as error:
        raise DeclarationError(where, [_problem(fault) for fault in error.errors()]) from None


def laid_over(base: Mapping[str, Any], top: Mapping[str, Any]) -> dict[str, Any]:
    """Return `base` with every key that `top` names replaced; tables are laid over each other, extensions are added."""
    result = dict(base)
    for key, value in top.items():
        below = base.get(key)
        if isinstance(value, dict) and isinstance(below, dict):
            result[key] = laid_over(below, value)
        elif key == "extension" and isinstance(value, list) and isinstance(below, list):
            # The overlay's own entries come first, so that a problem counts them as their author does.
            result[key] = value + below
        else:
            result[key] = value
    return result


def _tables(texts: Mapping[str, str], where: str) -> list[dict[str, Any]]:
    tables, problems = [], []
    for name, text in texts.items():
        try:
            tables.append(tomllib.loads(text))
        except tomllib.TOMLDecodeError as error:
            problems.append(Problem(name, f"is not TOML: {error}", "correct that line"))
    if problems:
        raise DeclarationError(where, problems)
    return tables


_FAULTS = {
    "extra_forbidden": ("is not a key of the calendar", "remove it or correct its spelling"),
    "missing": ("is missing", "add it"),
    "model_type": ("is not a table", "write it as a table with its keys"),
    "dict_type": ("is not a table", "write it as a table with its keys"),
    "frozen_set_type": ("is not a list", "write it in brackets"),
    "tuple_type": ("is not a list of tables", "write each entry under [[extension]]"),
    "too_short": ("is empty", "name at least one or remove the key"),
    "string_too_short": ("is empty", "write it out"),
    "is_instance_of": ("is not a tax period", 'write the year and month like "2024-10"'),
    "date_type": ("is not a date", "write a TOML date without quotes, like 2024-10-14"),
    "string_pattern_mismatch": ("is not written as it must be", "a rule reads like faq.3, a state's code like 27"),
}


def _problem(fault: Mapping[str, Any]) -> Problem:
    place = ""
    for step in fault["loc"]:
        if step != "[key]":
            place += f"[{step + 1}]" if isinstance(step, int) else f".{step}"
    value = fault["input"]
    said = "" if fault["type"] in {"extra_forbidden", "missing"} or isinstance(value, dict) else f"{_shown(value)} "
    if fault["type"] in _FAULTS:
        what, remedy = _FAULTS[fault["type"]]
        return Problem(place.lstrip("."), f"{said}{what}", remedy)
    if fault["type"] == "value_error":
        what, _, remedy = str(fault["ctx"]["error"]).partition("; ")
        return Problem(place.lstrip("."), what, remedy)
    return Problem(place.lstrip("."), f"{said}cannot be used", fault["msg"].replace("Input should", "it should"))


def _shown(value: object) -> str:
    return str(value) if isinstance(value, dt.date) else repr(value)
