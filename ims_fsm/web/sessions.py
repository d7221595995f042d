"""Who calls what is served here: a bearer token, or a browser's session that was begun with one.

Imports FastAPI, the shell and the face. A session's cookie is taken only with what another site cannot send.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Literal, TypedDict

import anyio.to_thread
from fastapi import APIRouter, Form, Query, Request, Response
from limits import parse
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from ims_fsm import IMS, Token
from ims_fsm.terms.principal import Principal
from ims_fsm.web.forgery import CSRF_HEADER, SAFE, csrf_token, is_ours, refuse_forged
from ims_fsm.web.languages import N_
from ims_fsm.web.problems import HttpError
from ims_fsm.web.screens.shell import House, ScreenRoute, Visiting

__all__ = ["CSRF_HEADER", "Sessions", "csrf_token", "pages"]

WRONG_TOKENS = parse("20/minute")
LONGEST_SECRET, LONGEST_ADDRESS = 200, 2_000
HOURS = 12
BEARER = "bearer "
LOGIN, LOGOUT = "/login", "/logout"
To = Annotated[str, Query(alias="next", max_length=LONGEST_ADDRESS)]


class _Cookie(TypedDict):
    httponly: bool
    samesite: Literal["lax"]
    secure: bool


@dataclass(frozen=True, slots=True)
class Sessions:
    """Knows callers by token and cookie; `is_secure` is whether browsers reach it by TLS alone, `root` where it is."""

    ims: IMS
    is_secure: bool
    root: str = ""
    _wrong: MovingWindowRateLimiter = field(default_factory=lambda: MovingWindowRateLimiter(MemoryStorage()))

    @property
    def cookie(self) -> str:
        """The name of the cookie; with TLS one that no other host can set."""
        return "__Host-ims" if self.is_secure else "ims"

    @property
    def house(self) -> House:
        """What the dashboard is told of sessions."""
        return House(csrf=self.csrf, login=self.root + LOGIN, logout=self.root + LOGOUT)

    def csrf(self, request: Request) -> str:
        """Return the token of a browser's session; "" for a request without one."""
        secret, is_cookie = self.secret(request)
        return csrf_token(secret) if secret and is_cookie else ""

    def secret(self, request: Request) -> tuple[str, bool]:
        """Return the secret that a request bears, and whether it is a cookie's; "" where there is none."""
        given = request.headers.get("Authorization", "")
        if given[: len(BEARER)].lower() == BEARER:
            return given[len(BEARER) :].strip()[:LONGEST_SECRET], False
        return request.cookies.get(self.cookie, "")[:LONGEST_SECRET], True

    async def authenticate(self, request: Request) -> Principal:
        """Return who calls; raises `HttpError` for nobody, and for a request that another site may have made."""
        secret, is_cookie = self.secret(request)
        token = await anyio.to_thread.run_sync(self.ims.tokens.holder, secret) if secret else None
        if token is None:
            raise self._unknown(request, is_wrong=bool(secret))
        if is_cookie != (token.session_of is not None):
            raise self._unknown(request, is_wrong=True)
        if is_cookie and request.method not in SAFE:
            await refuse_forged(request, csrf_token(secret))
        request.scope["state"]["ims_fsm_actor"] = token.name
        return principal_of(token)

    def _unknown(self, request: Request, *, is_wrong: bool) -> HttpError:
        if is_wrong and not self.may_try(request):
            remedy = "wait a minute, and have the token looked at"
            return HttpError(429, "too_many_wrong_tokens", "too many wrong tokens", remedy, {"Retry-After": "60"})
        challenge = {"WWW-Authenticate": "Bearer"}
        return HttpError(401, "token_lacking", "the request has no token that holds", "send one as Bearer", challenge)

    def may_try(self, request: Request) -> bool:
        """Count a wrong token of an address; False once there were too many of late. A right one is never refused."""
        return self._wrong.hit(WRONG_TOKENS, request.client.host if request.client else "")


def principal_of(token: Token) -> Principal:
    """Return the principal of a token."""
    return Principal(id=token.name, roles=token.roles, gstins=token.gstins)


def pages(sessions: Sessions) -> APIRouter:
    """Return the pages by which a browser's session begins and ends."""
    made = APIRouter(route_class=ScreenRoute, include_in_schema=False)
    home = f"{sessions.root}/"
    how = _Cookie(httponly=True, samesite="lax", secure=sessions.is_secure)

    @made.get(LOGIN)
    def show_login(
        visit: Visiting, to: Annotated[str, Query(alias="next", max_length=LONGEST_ADDRESS)] = home
    ) -> Response:
        return visit.show("login.html.j2", wrong="", next=to)

    @made.post(LOGIN)
    def log_in(
        visit: Visiting,
        token: Annotated[str, Form(max_length=LONGEST_SECRET)],
        to: Annotated[str, Form(alias="next", max_length=LONGEST_ADDRESS)] = home,
    ) -> Response:
        if is_ours(visit.request) is False:
            raise HttpError(403, "forged", "the request comes from another site", "sign in on the page itself")
        session = sessions.ims.tokens.begin_session(token.strip(), hours=HOURS)
        if session is None:
            status = 403 if sessions.may_try(visit.request) else 429
            return visit.show("login.html.j2", status, wrong=N_("This token does not hold."), next=to)
        answer = visit.go(to)
        answer.set_cookie(sessions.cookie, session.secret, max_age=HOURS * 3600, **how)
        return answer

    @made.post(LOGOUT)
    async def log_out(visit: Visiting) -> Response:
        secret, is_cookie = sessions.secret(visit.request)
        if is_cookie and secret:
            await refuse_forged(visit.request, csrf_token(secret))
            await anyio.to_thread.run_sync(sessions.ims.tokens.end_session, secret)
        answer = visit.go(sessions.root + LOGIN)
        answer.delete_cookie(sessions.cookie, **how)
        return answer

    return made
