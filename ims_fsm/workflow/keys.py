"""Idempotency keys: a request that is repeated under its key is answered as the first time, and does nothing.

Imports the store; what tells a request from others is read off its arguments, so that none can be left out.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from functools import cache
from inspect import signature
from typing import Any, Concatenate, ParamSpec, TypeVar, get_type_hints

from pydantic import TypeAdapter

from ims_fsm.errors import InputError, Problem
from ims_fsm.store import register
from ims_fsm.store.register import Response
from ims_fsm.workflow.unit import UnitOfWork

P = ParamSpec("P")
T = TypeVar("T")


def once(
    unit: UnitOfWork,
    owner: str,
    key: str,
    use_case: Callable[Concatenate[UnitOfWork, str, P], T],
    *args: P.args,
    **named: P.kwargs,
) -> T:
    """Run a use case of an owner under a key; where the key was used before, return what was answered then.

    The request is the use case, who acts, and every argument by its name, but a callback, which only hears of it: to
    rename one is to forget the keys of before. Raises `IdempotencyError` where the key was used for another request.
    """
    name, answers = use_case.__name__, _answers(use_case)
    _, _, *arguments = signature(use_case).bind(unit, owner, *args, **named).arguments.items()
    given = {argument: value for argument, value in arguments if value is not None and not callable(value)}
    dated = {} if unit.backdate is None else {"backdate": unit.backdate}
    print_of_request = fingerprint({"use_case": name, "actor": unit.actor, "arguments": given, **dated})
    answered = register.remembered(unit.connection, owner, key, name, print_of_request)
    if answered is not None:
        return answers.validate_json(answered)  # type: ignore[no-any-return]  # what the use case is annotated with
    outcome = use_case(unit, owner, *args, **named)
    response = Response(
        owner=owner,
        key=key,
        use_case=name,
        fingerprint=print_of_request,
        outcome=answers.dump_json(outcome).decode(),
        actor=unit.actor,
        at=unit.now,
        recorded_at=unit.recorded_at,
    )
    register.remember(unit.connection, response)
    return outcome


@cache
def _answers(use_case: Callable[..., Any]) -> TypeAdapter[Any]:
    return TypeAdapter(get_type_hints(use_case)["return"])


def canonical(value: object) -> Any:
    """Return a request's argument as plain data: what a fingerprint is made of, and must not change between versions.

    A value of the package is a table of its fields, without those that are None or no part of its hash; a date is its
    ISO form, money a table of paise by head; a word is its text.

    >>> from ims_fsm import Heads
    >>> canonical({"period": "2024-10", "reduce_itc": Heads(igst=5)})
    {'period': '2024-10', 'reduce_itc': {'igst': 5, 'cgst': 0, 'sgst': 0, 'cess': 0}}
    """
    match value:
        case None | bool() | int():
            return value
        case str():
            return str(value)
        case date():
            return value.isoformat()
        case Mapping():
            return {str(name): canonical(entry) for name, entry in value.items()}
        case _ if is_dataclass(value):
            entries = {field.name: getattr(value, field.name) for field in fields(value) if field.hash is not False}
            return {name: canonical(entry) for name, entry in entries.items() if entry is not None}
        case Iterable():
            return [canonical(entry) for entry in value]
    raise InputError("request", [Problem(repr(value), "cannot be part of a request", "give text, numbers or dates")])


def fingerprint(asked: Mapping[str, object]) -> str:
    """Return the SHA-256 (64 hex digits) of a request in canonical form, as JSON with sorted keys."""
    text = json.dumps(canonical(asked), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
