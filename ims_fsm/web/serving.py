"""What `ims-fsm serve` serves: the dashboard, the API under /api, sign-in, health; tokens, and a shield around all.

Imports FastAPI, uvicorn and the face.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from threading import current_thread, main_thread
from types import FrameType
from typing import Annotated, Any

import uvicorn
from fastapi import Depends, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.exceptions import HTTPException

from ims_fsm import IMS, ImsFsmError, __version__
from ims_fsm.web.events import Feed
from ims_fsm.web.principal import Principal
from ims_fsm.web.problems import HttpError, problem
from ims_fsm.web.router import LARGEST, router
from ims_fsm.web.screens import dashboard
from ims_fsm.web.screens.shell import page_of
from ims_fsm.web.sessions import Sessions, pages
from ims_fsm.web.shield import Shield

API = "/api"
# How the server that `serve` starts, and each worker of it, is told what to serve.
SERVED = "IMS_FSM_SERVED"
GRACE_S, KEEP_ALIVE_S = 10, 5
Bearer = Annotated[HTTPAuthorizationCredentials | None, Depends(HTTPBearer(auto_error=False))]


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """What is served, where, and how it is reached."""

    db: str
    calendar: str | None = None
    host: str = "127.0.0.1"
    port: int = 8000
    workers: int = 1
    tls_cert: str | None = None
    tls_key: str | None = None
    behind_proxy: bool = False

    @property
    def is_secure(self) -> bool:
        """Whether browsers reach it by TLS alone."""
        return self.tls_cert is not None or self.behind_proxy

    def run(self) -> None:
        """Serve until SIGTERM or Ctrl-C; requests under way come to their end, streams are cut after a while."""
        os.environ[SERVED] = json.dumps(asdict(self))
        uvicorn.run(
            "ims_fsm.web.serving:application",
            factory=True,
            host=self.host,
            port=self.port,
            workers=self.workers,
            ssl_certfile=self.tls_cert,
            ssl_keyfile=self.tls_key,
            proxy_headers=self.behind_proxy,
            server_header=False,
            access_log=False,
            log_config=None,
            timeout_keep_alive=KEEP_ALIVE_S,
            timeout_graceful_shutdown=GRACE_S,
        )


def application() -> FastAPI:
    """Return the application that a worker of `serve` runs; it opens the database for itself."""
    served = Served(**json.loads(os.environ[SERVED]))
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    calendar = None if served.calendar is None else Path(served.calendar)
    ims = IMS(served.db, calendar=calendar)
    return application_of(ims, is_secure=served.is_secure, closing=ims.close)


def application_of(
    ims: IMS,
    *,
    is_secure: bool,
    largest: int = LARGEST,
    closing: Callable[[], object] = lambda: None,
) -> FastAPI:
    """Return the application on an IMS; `closing` is called when it ends."""
    feed, sessions = Feed(ims), Sessions(ims, is_secure)

    @asynccontextmanager
    async def life(_app: FastAPI) -> AsyncIterator[None]:
        _end_with_the_server(feed)
        yield
        closing()

    async def authenticate(request: Request, _bearer: Bearer) -> Principal:
        return await sessions.authenticate(request)

    app = FastAPI(
        title="ims-fsm",
        version=__version__,
        description="India's GST Invoice Management System: actions, GSTR-2B and their rules, each with its citation.",
        docs_url=None,
        redoc_url=None,
        openapi_url=f"{API}/openapi.json",
        lifespan=life,
        max_body_size=largest,
    )
    authenticate.__annotations__ |= {"_bearer": Bearer, "request": Request, "return": Principal}
    app.include_router(router(ims, authenticate, largest=largest, feed=feed), prefix=API)
    app.include_router(pages(sessions))
    app.include_router(dashboard(ims, authenticate, house=sessions.house, largest=largest, feed=feed))
    _add_health(app, ims)
    for kind in (HttpError, ImsFsmError, HTTPException, RequestValidationError):
        app.add_exception_handler(kind, _answered)
    app.add_middleware(Shield, is_secure=is_secure, unexpected=_said)
    return app


def _end_with_the_server(feed: Feed) -> None:
    """Have the signals that stop the server end the streams too, which it would wait for."""
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM) if current_thread() is main_thread() else ():
        before = signal.getsignal(name)

        def stop(number: int, frame: FrameType | None, before: Any = before) -> None:
            loop.call_soon_threadsafe(feed.end)
            if callable(before):
                before(number, frame)

        signal.signal(name, stop)


def _add_health(app: FastAPI, ims: IMS) -> None:
    @app.get("/health/live", include_in_schema=False)
    async def live() -> dict[str, str]:
        return {"status": "live"}

    @app.get("/health/ready", include_in_schema=False)
    def ready() -> dict[str, str]:
        ims.newest_event()
        return {"status": "ready"}


async def _answered(request: Request, error: Exception) -> Response:
    return _said(request, error)


def _said(request: Request, error: Exception) -> Response:
    """Return what is answered to an error outside of every route: a page for people, a problem for programs."""
    is_page = not request.url.path.startswith(f"{API}/") and "text/html" in request.headers.get("Accept", "")
    return (page_of if is_page else problem)(request, error)
