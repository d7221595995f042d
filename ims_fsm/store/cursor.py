"""Cursors: a place in the order of events as text that means nothing to whoever keeps it.

Imports nothing of the database; a cursor is of one kind of database and says of which.
"""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass

from ims_fsm.errors import InputError, Problem

_REMEDY = "give the cursor of an event as it was given, or none to begin with the first event"
_DATABASES = {"s": "SQLite", "p": "PostgreSQL"}


@dataclass(frozen=True, slots=True)
class Position:
    """Where an event stands: its row's place, its log's rank at that place, and its key in that log.

    On SQLite a place has one event, and the key says nothing more.
    """

    place: int
    rank: int = 0
    key: tuple[str | int, ...] = ()


def written(position: Position, dialect: str) -> str:
    """Return a position as a cursor of this kind of database."""
    text = json.dumps([position.place, position.rank, *position.key], separators=(",", ":"))
    return dialect[0] + urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read(cursor: str, dialect: str) -> Position:
    """Return the position that a cursor names; raises `InputError` for other text, and for another database's."""
    if cursor[:1] in _DATABASES and cursor[:1] != dialect[0]:
        here, there = _DATABASES[dialect[0]], _DATABASES[cursor[0]]
        problem = Problem(repr(cursor), f"is a cursor of {there}, and this database is {here}", _REMEDY)
        raise InputError("cursor", [problem])
    try:
        place, rank, *key = json.loads(urlsafe_b64decode(cursor[1:] + "=" * (-(len(cursor) - 1) % 4)))
        position = Position(place, rank, tuple(key))
        if written(position, dialect) == cursor and type(place) is type(rank) is int and all(map(_is_plain, key)):
            return position
    except (ValueError, TypeError):
        pass
    raise not_one(cursor)


def not_one(cursor: str) -> InputError:
    """Return the error that says of a text that it is no cursor of events."""
    return InputError("cursor", [Problem(repr(cursor), "is no cursor of events", _REMEDY)])


def _is_plain(value: object) -> bool:
    return type(value) in {str, int}
