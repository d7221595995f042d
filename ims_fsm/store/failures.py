"""What a database says when it fails, told in one sentence: it is away, refuses, was faster for another, or is unsure.

Imports SQLAlchemy; knows no table. No statement and no value is told.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine
from sqlalchemy.exc import DatabaseError, DBAPIError, IntegrityError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as NoneIsFree

from ims_fsm.errors import ConflictError, StoreError, UnsettledError
from ims_fsm.store.address import address_of

# The connection, an operator, the system: PostgreSQL has gone.
_AWAY = frozenset({"08", "57", "58"})
# What PostgreSQL tells of a database, and not of a statement: that, its resources, a missing right, a standby, an idle
# caller, no schema.
_OF_THE_DATABASE = _AWAY | {"53", "42501", "25006", "25P03", "3F000"}
# With these SQLite has rolled a COMMIT back. After one that could not be synced the log may still be found whole.
_KEPT_NOTHING = frozenset({sqlite3.SQLITE_FULL, sqlite3.SQLITE_BUSY})
_TWICE_ON_SQLITE = frozenset({sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY, sqlite3.SQLITE_CONSTRAINT_UNIQUE})
_TWICE_ON_POSTGRESQL = "23505"
_LOST_ON_POSTGRESQL = frozenset({"40001", "40P01"})


@contextmanager
def told_apart(engine: Engine) -> Iterator[None]:
    """Tell in one sentence what the database refuses of what a use case asks of it: no statement, no values.

    Raises `StoreError`; what is ours already goes by.
    """
    try:
        yield
    except SQLAlchemyError as error:
        address, kind = address_of(engine), type(getattr(error, "orig", None) or error).__name__
        what = f"the database {address} refused what a call asked of it ({kind}), and nothing of the call was kept"
        raise StoreError(f"{what}; please report it with what was called") from None


@contextmanager
def understood(engine: Engine) -> Iterator[None]:
    """Raise `ConflictError` or `StoreError` for what hangs on the database, and on nothing that it was asked."""
    try:
        yield
    except DatabaseError as error:
        if lost_race(error):
            raise ConflictError("the same records") from None
        if not _is_the_databases(error):
            raise
        raise StoreError(unusable(engine, error)) from None
    except NoneIsFree:
        remedy = "write ?pool_size= with more behind its URL"
        raise StoreError(f"all connections of this program to the database are in use; {remedy}") from None


@contextmanager
def settled(engine: Engine) -> Iterator[None]:
    """Raise `UnsettledError` for what fails at COMMIT, where the database did not say that nothing is kept."""
    try:
        yield
    except DatabaseError as error:
        if _keeps_nothing(error):
            raise
        what = f"the database {address_of(engine)} failed while it committed ({_reason(error)})"
        remedy = "repeat the call under its key, or look before you repeat it"
        raise UnsettledError(f"{what}, and the call may be kept or not; {remedy}") from None


def _keeps_nothing(error: DatabaseError) -> bool:
    if isinstance(error.orig, sqlite3.Error):
        # What the driver itself raises, of a connection that is closed, has no code.
        return getattr(error.orig, "sqlite_errorcode", 0) & 0xFF in _KEPT_NOTHING
    state = getattr(error.orig, "sqlstate", None) or ""
    return bool(state) and state[:2] not in _AWAY


def _is_the_databases(error: DatabaseError) -> bool:
    """Say whether a statement failed because of the database that it met, and not because of what it said."""
    state = getattr(error.orig, "sqlstate", None) or ""
    if {state, state[:2]} & _OF_THE_DATABASE or error.connection_invalidated:
        return True
    return isinstance(error, OperationalError) or type(error) is DatabaseError


def unusable(engine: Engine, error: Exception) -> str:
    """Say that a database cannot be used, and why."""
    address, cause = address_of(engine), getattr(error, "orig", None) or error
    if getattr(cause, "sqlite_errorcode", None) == sqlite3.SQLITE_BUSY:
        return f"the database {address} is in use by another writer; try again when it is done"
    return f"the database {address} cannot be used: {_reason(error)}; check its URL, its permissions and the disk"


def _reason(error: Exception) -> str:
    cause = getattr(error, "orig", None) or error
    return next(iter(str(cause).strip().splitlines()), type(cause).__name__)


@contextmanager
def first_writer(what: str) -> Iterator[None]:
    """Write rows whose key must be new; raises `ConflictError` naming `what` where one of them is there already."""
    try:
        yield
    except IntegrityError as error:
        if not _is_duplicate(error):
            raise
        raise ConflictError(what) from None


def lost_race(error: DBAPIError) -> bool:
    """Say whether PostgreSQL ended a transaction because another one stood in its way (serialisation, deadlock)."""
    return getattr(error.orig, "sqlstate", None) in _LOST_ON_POSTGRESQL


def _is_duplicate(error: IntegrityError) -> bool:
    if isinstance(error.orig, sqlite3.Error):
        return error.orig.sqlite_errorcode in _TWICE_ON_SQLITE
    return getattr(error.orig, "sqlstate", None) == _TWICE_ON_POSTGRESQL
