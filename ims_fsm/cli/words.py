"""How the words of a call become the values of parameters: here, for Typer's own way loads pydantic at every call.

Imports Typer; a type that is not known here is left to it.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from functools import partial
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, ClassVar, Literal, Union, get_args, get_origin

import typer
from typer.core import TyperCommand, TyperGroup

from ims_fsm.cli.help import Helping
from ims_fsm.terms.spelling import hinted, meant, nearest

Reader = Callable[[Any], Any]
_MOST = 10**15


class Words:
    """Reads the words of one parameter, as Typer asks for it."""

    def __init__(self, read: Reader, *, several: bool = False) -> None:
        """Keep what reads a word, and whether the parameter takes several."""
        self._read, self._several = read, several

    @classmethod
    def of(cls, kind: Any, parser: Reader | None, *bounds: int | None) -> Words | None:
        """Return what reads a parameter of a type, with its parser if it has one; None for a type left to Typer.

        `bounds` are the least and the greatest of whole numbers, each None for none.
        """
        if get_origin(kind) in {UnionType, Union}:
            [kind] = [part for part in get_args(kind) if part is not NoneType]
        several = get_origin(kind) in {list, tuple}
        kind = get_args(kind)[0] if several else kind
        read = parser or (partial(whole_number, least=bounds[0], most=bounds[1]) if kind is int else _reader(kind))
        return None if read is None else cls(read, several=several)

    def coerce(self, value: Any, *, param: Any, ctx: Any) -> Any:
        """Return the value of the words that are given; raises `typer.BadParameter`."""
        try:
            if self._several:
                return tuple(self._read(word) for word in value or ())
            return None if value is None else self._read(value)
        except ValueError as error:
            raise typer.BadParameter(str(error), ctx=ctx, param=param) from error


def closed(kind: Any) -> dict[str, Any]:
    """Return the words of a type that is a closed set, alone or in a list, and what each stands for."""
    while get_origin(kind) in {UnionType, Union, list}:
        kind = get_args(kind)[0]
    if get_origin(kind) is Literal:
        return {str(word): word for word in get_args(kind)}
    return {str(word): word for word in kind} if isinstance(kind, type) and issubclass(kind, StrEnum) else {}


def _reader(kind: Any) -> Reader | None:
    if words := closed(kind):
        return lambda text: meant(text, words)
    return kind if kind in {str, Path} else None


def whole_number(given: str | int, least: int | None = None, most: int | None = None) -> int:
    """Return a whole number within its bounds (from 0 on), in plain digits; raises `ValueError` for anything else."""
    # What a parameter has by itself comes as a number.
    text, least, most = str(given), least or 0, _MOST if most is None else most
    if not (text.isascii() and text.isdigit() and len(text) <= len(str(_MOST)) and least <= int(text) <= most):
        raise ValueError(f"{text!r} is not a whole number from {least} to {most}; write it in plain digits")
    return int(text)


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


class Command(Helping, _Reading, TyperCommand):
    """A command of Typer that reads its words here."""


class Group(Helping, _Reading, TyperGroup):
    """A group of commands that reads its words here."""

    #: The command that is meant where none is named.
    usual: ClassVar[str | None] = None

    def parse_args(self, ctx: Any, args: list[str]) -> Any:
        """Read the words of a call; a group with a usual command takes what names no other for the words of it."""
        asks = args[:1] in (["-h"], ["--help"])
        if self.usual and not asks and not (args and nearest(args[0], self.list_commands(ctx))):
            args = [self.usual, *args]
        return super().parse_args(ctx, args)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Return the command that is named; raises `typer.BadParameter`, with the nearest, where there is none."""
        name = args[0]
        if not name.startswith("-") and self.get_command(ctx, name) is None:
            remedy = hinted(name, self.list_commands(ctx), f"see {ctx.command_path} --help")
            raise typer.BadParameter(f"no such command {name!r}; {remedy}", ctx=ctx)
        return super().resolve_command(ctx, args)
