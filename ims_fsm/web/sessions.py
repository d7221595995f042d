"""Who calls what is served here: a bearer token, or a browser's session that was begun with one.

Imports FastAPI, Jinja2 and the face. A session's cookie is taken only with what another site cannot send.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field
from typing import Annotated
from urllib.parse import urlsplit

import anyio.to_thread
from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from jinja2 import Environment, PackageLoader
from limits import parse
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from ims_fsm import IMS, Token
from ims_fsm.web.principal import Principal
from ims_fsm.web.problems import HttpError, ProblemRoute

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
CSRF_HEADER = "X-CSRF-Token"
WRONG_TOKENS = parse("20/minute")
LONGEST_SECRET = 200
HOURS = 12
BEARER = "bearer "
TEMPLATES = Environment(loader=PackageLoader("ims_fsm.web"), autoescape=True, trim_blocks=True, lstrip_blocks=True)


def csrf_token(secret: str) -> str:
    """Return what a form or a script of a session sends beside its cookie, which no other site can read."""
    return hmac.new(secret.encode(), b"csrf", "sha256").hexdigest()


def is_ours(request: Request) -> bool | None:
    """Say whether a request comes from a page of this site; None where the browser does not say."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site in {"same-origin", "none"}
    origin = request.headers.get("Origin")
    return None if origin is None else urlsplit(origin).netloc == request.headers.get("Host")


@dataclass(frozen=True, slots=True)
class Sessions:
    """Knows callers by token and cookie; `is_secure` is whether browsers reach it by TLS alone."""

    ims: IMS
    is_secure: bool
    _wrong: MovingWindowRateLimiter = field(default_factory=lambda: MovingWindowRateLimiter(MemoryStorage()))

    @property
    def cookie(self) -> str:
        """The name of the cookie; with TLS one that no other host can set."""
        return "__Host-ims" if self.is_secure else "ims"

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
            _refuse_forged(request, secret)
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


def _refuse_forged(request: Request, secret: str) -> None:
    given = request.headers.get(CSRF_HEADER, "")
    if is_ours(request) is not True and not hmac.compare_digest(given.encode(), csrf_token(secret).encode()):
        what = "the request may come from another site"
        raise HttpError(403, "forged", what, f"send the session's {CSRF_HEADER}, or a bearer token")


def pages(sessions: Sessions) -> APIRouter:
    """Return the pages by which a browser's session begins and ends."""
    made = APIRouter(route_class=ProblemRoute, include_in_schema=False)
    begin = sessions.ims.tokens.begin_session

    @made.get("/login")
    def show_login() -> Response:
        return _page()

    @made.post("/login")
    def log_in(request: Request, token: Annotated[str, Form(max_length=LONGEST_SECRET)]) -> Response:
        if is_ours(request) is False:
            raise HttpError(403, "forged", "the request comes from another site", "sign in on the page itself")
        session = begin(token.strip(), hours=HOURS)
        if session is None:
            return _page("This token does not hold.", 403 if sessions.may_try(request) else 429)
        answer = RedirectResponse("/", 303)
        answer.set_cookie(
            sessions.cookie,
            session.secret,
            max_age=HOURS * 3600,
            httponly=True,
            samesite="lax",
            secure=sessions.is_secure,
        )
        return answer

    @made.post("/logout")
    def log_out(request: Request) -> Response:
        secret, is_cookie = sessions.secret(request)
        if is_cookie and secret:
            _refuse_forged(request, secret)
            sessions.ims.tokens.end_session(secret)
        answer = RedirectResponse("/login", 303)
        answer.delete_cookie(sessions.cookie, httponly=True, samesite="lax", secure=sessions.is_secure)
        return answer

    return made


def _page(wrong: str = "", status: int = 200) -> HTMLResponse:
    return HTMLResponse(TEMPLATES.get_template("login.html.j2").render(wrong=wrong, action="login"), status)
