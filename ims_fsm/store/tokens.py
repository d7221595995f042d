"""Tokens and sessions, each under the SHA-256 of its secret.

Imports the tables; decides nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, delete, insert, or_, select, update

from ims_fsm.record.token import Token
from ims_fsm.store.job_tables import TokenRow
from ims_fsm.store.tables import core

_tokens = core(TokenRow)
_BLANK = " "


def put(connection: Connection, digest: str, token: Token) -> Token:
    """Write a token under the hash of its secret; returns it with its id."""
    row = {
        "digest": digest,
        "name": token.name,
        "roles": _BLANK.join(token.roles),
        "gstins": _BLANK.join(token.gstins),
        "made_at": token.made_at,
        "expires_at": token.expires_at,
        "session_of": token.session_of,
    }
    made = connection.execute(insert(_tokens).values(row).returning(_tokens)).one()
    return _of(made)


def by_digest(connection: Connection, digest: str) -> list[Token]:
    """Return the token or session of a hash, and the token that a session was begun with; none for another hash."""
    session = select(_tokens.c.session_of).where(_tokens.c.digest == digest).scalar_subquery()
    return list(_read(connection, select(_tokens).where(or_(_tokens.c.digest == digest, _tokens.c.id == session))))


def everyone(connection: Connection) -> list[Token]:
    """Return every token, oldest first; sessions are none."""
    return list(_read(connection, select(_tokens).where(_tokens.c.session_of.is_(None)).order_by(_tokens.c.id)))


def revoke(connection: Connection, number: int, now: datetime) -> Token | None:
    """Revoke a token or a session; one that was revoked before stays so since then. None where there is none."""
    revoked = update(_tokens).where(_tokens.c.id == number, _tokens.c.revoked_at.is_(None)).values(revoked_at=now)
    connection.execute(revoked)
    return next(_read(connection, select(_tokens).where(_tokens.c.id == number)), None)


def forget_sessions(connection: Connection, now: datetime) -> None:
    """Delete the sessions that have ended."""
    ended = or_(_tokens.c.expires_at <= now, _tokens.c.revoked_at.is_not(None))
    connection.execute(delete(_tokens).where(_tokens.c.session_of.is_not(None), ended))


def _read(connection: Connection, query: Select[Any]) -> Iterator[Token]:
    return map(_of, connection.execute(query))


def _of(row: Any) -> Token:
    return Token(
        id=row.id,
        name=row.name,
        roles=tuple(row.roles.split()),
        gstins=tuple(row.gstins.split()),
        made_at=row.made_at,
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
        session_of=row.session_of,
    )
