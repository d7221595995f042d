"""A token by which somebody outside is known, and a session that was begun with one; as values.

Imports the terms; the secret itself is nowhere but in the hands of its holder.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """Whose it is, for which roles and taxpayers, and how long it holds; moments are aware and in UTC."""

    id: int
    #: The holder, who is the actor of what is done with it.
    name: str
    roles: tuple[str, ...]
    #: The taxpayers whom they act for; `EVERYONE` is all there are.
    gstins: tuple[str, ...]
    made_at: datetime
    #: The first instant at which it holds no more; None: it has no end.
    expires_at: datetime | None = None
    revoked_at: datetime | None = None
    #: The token that a browser's session was begun with; None for a token.
    session_of: int | None = None

    def holds(self, now: datetime) -> bool:
        """Say whether it holds at a moment."""
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)


@dataclass(frozen=True, slots=True)
class IssuedToken:
    """A token that was made, with its secret: it is told this once, and only its hash is kept."""

    secret: str
    token: Token
