"""How the words of a call become the values of parameters: here, for Typer's own way loads pydantic at every call.

Imports Typer; a type that is not known here is left to it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from functools import partial
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Literal, get_args, get_origin

import typer
from typer.core import TyperCommand, TyperGroup

Reader = Callable[[Any], Any]


class Words:
    """Reads the words of one parameter, as Typer asks for it."""

    def __init__(self, read: Reader, *, several: bool = False) -> None:
        """Keep what reads a word, and whether the parameter takes several."""
        self._read, self._several = read, several

    @classmethod
    def of(cls, kind: Any, parser: Reader | None) -> Words | None:
        """Return what reads a parameter of a type, with its parser if it has one; None for a type left to Typer."""
        if get_origin(kind) is UnionType:
            [kind] = [part for part in get_args(kind) if part is not NoneType]
        several = get_origin(kind) in {list, tuple}
        read = parser or _reader(get_args(kind)[0] if several else kind)
        return None if read is None else cls(read, several=several)

    def coerce(self, value: Any, *, param: Any, ctx: Any) -> Any:
        """Return the value of the words that are given; raises `typer.BadParameter`."""
        try:
            if self._several:
                return tuple(self._read(word) for word in value or ())
            return None if value is None else self._read(value)
        except ValueError as error:
            raise typer.BadParameter(str(error), ctx=ctx, param=param) from error


def _reader(kind: Any) -> Reader | None:
    closed = get_args(kind) if get_origin(kind) is Literal else kind
    if isinstance(closed, tuple) or (isinstance(closed, type) and issubclass(closed, StrEnum)):
        return partial(_chosen, {str(word): word for word in closed})
    return kind if kind in {str, Path} else None


def _chosen(words: Mapping[str, Any], text: str) -> Any:
    if text not in words:
        raise ValueError(f"{text!r} is not one of {', '.join(map(repr, words))}.")
    return words[text]


_FLAG = Words(lambda given: given)


class _Reading:
    """A command whose function says in `words`, by name, what reads its parameters."""

    def get_params(self, ctx: Any) -> Any:
        """Return the parameters, each with what reads it; a version of Typer that does not ask for it does its own."""
        parameters: list[Any] = super().get_params(ctx)  # type: ignore[misc]  # mixed into a command
        by_name = getattr(getattr(self, "callback", None), "words", {})
        for parameter in parameters:
            words = _FLAG if getattr(parameter, "is_flag", False) else by_name.get(parameter.name)
            if words is not None:
                parameter.get_runtime_param = lambda words=words: words
        return parameters


class Command(_Reading, TyperCommand):
    """A command of Typer that reads its words here."""


class Group(_Reading, TyperGroup):
    """A group of commands that reads its words here."""
