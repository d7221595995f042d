"""Tokens: made, listed, revoked, and known again by their secret; the sessions of browsers.

Imports the store. A secret is 256 random bits, so one SHA-256 of it is kept, by which it is looked up: nothing is
compared whose time would tell of it.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection
from dataclasses import replace
from datetime import timedelta

from ims_fsm.errors import MissingError, Problem
from ims_fsm.record.token import IssuedToken, Token
from ims_fsm.store import tokens
from ims_fsm.terms.border import Border, checked_id
from ims_fsm.terms.spelling import hinted
from ims_fsm.terms.vocabulary import EVERYONE, Role
from ims_fsm.workflow.unit import UnitOfWork
from ims_fsm.workflow.workspace import Workspace

# By which a secret is seen to be one where it should not be.
PREFIX = "imsfsm_"
_BYTES = 32
LONGEST_DAYS = 3660


class Tokens:
    """The tokens of a database; reached as `ims.tokens`."""

    def __init__(self, workspace: Workspace) -> None:
        """Keep the workspace."""
        self._workspace = workspace

    def issue(
        self, name: str, *, roles: Collection[Role | str], gstins: Collection[str], days: int | None = None
    ) -> IssuedToken:
        """Make a token for somebody, who is then the actor of what is done with it; without `days` it has no end.

        `gstins` are the taxpayers whom they act for; `EVERYONE` ("*") is all there are. Raises `InputError`.
        """
        border = Border("token")
        holder = border.text("name", name)
        # What one may call is a word of `Role`, what one may fire is a role that the law declares.
        choice = [*Role, *self._workspace.book.law.roles]
        words = tuple(str(role) for role in border.several("roles", roles))
        for role in words:
            if role not in choice:
                remedy = hinted(role, choice, f"write one of {', '.join(choice)}")
                border.wrong("roles", role, "is not one of the words for it", remedy)
        named = border.several("gstins", gstins)
        theirs = tuple(EVERYONE if gstin == EVERYONE else border.gstin("gstins", gstin) for gstin in named)
        if not (words and theirs):
            border.wrong("token", name, "has no role or no taxpayer", "give at least one of each")
        if days is not None and not (type(days) is int and 0 < days <= LONGEST_DAYS):
            border.wrong("days", days, "is not a number of days", f"give a whole number from 1 to {LONGEST_DAYS:,}")
        border.close()

        def work(unit: UnitOfWork) -> IssuedToken:
            ends = None if days is None else unit.now + timedelta(days=days)
            made = Token(id=0, name=holder, roles=words, gstins=theirs, made_at=unit.now, expires_at=ends)
            return _kept(unit, made)

        return self._workspace.run(work, actor="")

    def everyone(self) -> list[Token]:
        """Return every token that was made, oldest first, those that hold no more too; sessions are none."""
        return self._workspace.asked(lambda unit: tokens.everyone(unit.connection))

    def revoke(self, number: int) -> Token:
        """Revoke a token, and so every session that was begun with it; raises `MissingError` for another id."""
        checked = checked_id(number)
        revoked = self._workspace.run(lambda unit: tokens.revoke(unit.connection, checked, unit.now), actor="")
        if revoked is None:
            raise MissingError("token", [Problem(str(number), "is not a token here", "see the list of tokens")])
        return revoked

    def holder(self, secret: str) -> Token | None:
        """Return the token or session of a secret, if it holds now."""
        return self._workspace.asked(_holder, secret)

    def begin_session(self, secret: str, *, hours: int = 12) -> IssuedToken | None:
        """Begin a browser's session with the secret of a token that holds; None for another.

        It ends with the token, or after so many hours.
        """

        def work(unit: UnitOfWork) -> IssuedToken | None:
            holder = _holder(unit, secret)
            if holder is None or holder.session_of is not None:
                return None
            tokens.forget_sessions(unit.connection, unit.now)
            ends = min(filter(None, (holder.expires_at, unit.now + timedelta(hours=hours))))
            return _kept(unit, replace(holder, made_at=unit.now, expires_at=ends, session_of=holder.id))

        return self._workspace.run(work, actor="")

    def end_session(self, secret: str) -> None:
        """End a session; of another secret nothing comes."""

        def work(unit: UnitOfWork) -> None:
            holder = _holder(unit, secret)
            if holder is not None and holder.session_of is not None:
                tokens.revoke(unit.connection, holder.id, unit.now)

        self._workspace.run(work, actor="")


def _kept(unit: UnitOfWork, token: Token) -> IssuedToken:
    secret = PREFIX + secrets.token_urlsafe(_BYTES)
    return IssuedToken(secret, tokens.put(unit.connection, _digest(secret), token))


def _holder(unit: UnitOfWork, secret: str) -> Token | None:
    read = tokens.by_digest(unit.connection, _digest(secret))
    if not read or not all(token.holds(unit.now) for token in read):
        return None
    return max(read, key=lambda token: token.session_of is not None)


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()
