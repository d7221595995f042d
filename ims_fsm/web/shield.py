"""What stands around all that is served: secure headers, request ids, an access log without secrets.

Imports Starlette; a plain ASGI middleware, so that streams pass through it as they are.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from http import HTTPStatus
from time import perf_counter
from typing import TYPE_CHECKING, Any

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ims_fsm.terms.characters import visible
from ims_fsm.web.problems import REQUEST_ID, HttpError, problem, request_id

if TYPE_CHECKING:
    from ims_fsm.web.metrics import Meter

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cache-Control": "no-store",
}
HEALTH = ("/health/live", "/health/ready")
TLS_ONLY = {"Strict-Transport-Security": "max-age=31536000"}
UNEXPECTED = HttpError(500, "unexpected", "something unexpected went wrong", "report it with the request's id")
_problems, _log = logging.getLogger("ims_fsm.web"), logging.getLogger("ims_fsm.web.access")


class Shield:
    """Puts headers onto every answer, and a line of every request into the access log: no query, no body, no header."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        is_secure: bool,
        unexpected: Callable[[Request, Exception], Response] = problem,
        meter: Meter | None = None,
    ) -> None:
        """Keep what it stands around, whether TLS alone reaches it, what answers to the unexpected, and what counts."""
        self.app, self.unexpected, self.meter = app, unexpected, meter
        self.headers = HEADERS | (TLS_ONLY if is_secure else {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request, began, seen = Request(scope), perf_counter(), {"status": 0, "bytes": 0, "stream": 0}
        identity = request_id(request)

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                seen["status"] = message["status"]
                headers = MutableHeaders(scope=message)
                for name, value in {**self.headers, REQUEST_ID: identity}.items():
                    headers.setdefault(name, value)
                seen["stream"] = headers.get("Content-Type", "").startswith("text/event-stream")
            elif message["type"] == "http.response.body":
                seen["bytes"] += len(message.get("body", b""))
            await send(message)

        try:
            await self.app(scope, receive, sending)
        except Exception:  # noqa: BLE001 -- whatever it is, no one outside is shown it
            # What went wrong is for the log alone.
            extra = {"ims_event": "unexpected", "ims_request": identity}
            _problems.exception("%s %s %s", identity, request.method, visible(request.url.path), extra=extra)
            if not seen["status"]:
                await self.unexpected(request, UNEXPECTED)(scope, receive, sending)
        finally:
            self._note(request, seen, identity, perf_counter() - began)

    def _note(self, request: Request, seen: dict[str, int], identity: str, seconds: float) -> None:
        if self.meter is not None:
            self.meter.request(request.scope, seen["status"], seconds, is_stream=bool(seen["stream"]))
        if request.url.path.endswith(HEALTH) and seen["status"] == HTTPStatus.OK:
            # It is asked every few seconds, and all is well.
            return
        state: dict[str, Any] = request.scope.get("state", {})
        peer = request.client.host if request.client else "-"
        actor, path = state.get("ims_fsm_actor", "-"), visible(request.url.path)
        took = f"{seconds * 1000:.0f} ms"
        _log.info(
            "%s %s %s %s %s B %s %s %s",
            peer, actor, request.method, path, seen["bytes"], seen["status"] or "broken off", took, identity,
            extra={
                "ims_event": "request", "ims_request": identity, "ims_status": seen["status"],
                "ims_ms": round(seconds * 1000, 1),
            },
        )  # fmt: skip
