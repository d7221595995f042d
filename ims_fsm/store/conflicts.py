"""Tells a lost race from a broken rule of the database, and says it in one sentence.

Imports SQLAlchemy's errors; runs no statement.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, IntegrityError

from ims_fsm.errors import ImsFsmError

_TWICE_ON_SQLITE = frozenset({sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY, sqlite3.SQLITE_CONSTRAINT_UNIQUE})
_TWICE_ON_POSTGRESQL = "23505"
_LOST_ON_POSTGRESQL = frozenset({"40001", "40P01"})


class ConflictError(ImsFsmError):
    """Another writer was first: what was read is no longer so, and nothing of this call was kept.

    `what` names the rows. The whole use case may be tried again; it reads anew.
    """

    code = "stale_version"

    def __init__(self, what: str) -> None:
        """Keep what the other writer changed."""
        self.what = what
        super().__init__(what)

    def __str__(self) -> str:
        """Show what was changed and the remedy."""
        return f"another writer was first to change {self.what}; read again and retry"


@contextmanager
def first_writer(what: str) -> Iterator[None]:
    """Write rows whose key must be new; raises `ConflictError` naming `what` where one of them is there already."""
    try:
        yield
    except IntegrityError as error:
        if not _is_duplicate(error):
            raise
        raise ConflictError(what) from error


def lost_race(error: DBAPIError) -> bool:
    """Say whether PostgreSQL ended a transaction because another one stood in its way (serialisation, deadlock)."""
    return getattr(error.orig, "sqlstate", None) in _LOST_ON_POSTGRESQL


def _is_duplicate(error: IntegrityError) -> bool:
    if isinstance(error.orig, sqlite3.Error):
        return error.orig.sqlite_errorcode in _TWICE_ON_SQLITE
    return getattr(error.orig, "sqlstate", None) == _TWICE_ON_POSTGRESQL
