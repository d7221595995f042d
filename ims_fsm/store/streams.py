"""Rows that PostgreSQL gives page by page: whoever stops reading has no cursor open once their connection is back.

Imports SQLAlchemy; knows no table. A result that is left unread, by an error in a loop over it or a connection that is
lost, is closed when nobody holds it any more. By then its connection may be somebody else's, in whose transaction the
cursor is not there: closing it would end that transaction.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import Any
from weakref import WeakSet

from sqlalchemy import Engine, event

_KEY = "ims_fsm_streams"


def closes_streams(engine: Engine) -> None:
    """Have every cursor that is open at the server closed as its connection goes back to the pool, or is lost."""
    if not event.contains(engine, "connect", _watch):
        event.listen(engine, "connect", _watch)
        event.listen(engine, "reset", _close)
        event.listen(engine, "invalidate", _close)


@contextmanager
def streams_closed(connection: Any) -> Iterator[None]:
    """Have every cursor closed that a block opens at the server, on a connection that stays with whoever lent it."""
    if not hasattr(connection, "server_cursor_factory"):
        yield
        return
    before, streams = connection.server_cursor_factory, _watched(connection)
    try:
        yield
    finally:
        _close_all(streams, type(connection).Error)
        connection.server_cursor_factory = before


def _watch(connection: Any, record: Any) -> None:
    record.info[_KEY] = _watched(connection), type(connection).Error


def _watched(connection: Any) -> WeakSet[Any]:
    streams: WeakSet[Any] = WeakSet()
    make = connection.server_cursor_factory

    def made(*place: Any, **options: Any) -> Any:
        cursor = make(*place, **options)
        streams.add(cursor)
        return cursor

    connection.server_cursor_factory = made
    return streams


def _close(_connection: Any, record: Any, _why: object) -> None:
    _close_all(*record.info.get(_KEY, ((), ())))


def _close_all(streams: Iterable[Any], refused: Any) -> None:
    for cursor in tuple(streams):
        with suppress(refused):
            cursor.close()
