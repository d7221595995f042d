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
from contextlib import ExitStack, asynccontextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import current_thread, main_thread
from types import FrameType
from typing import TYPE_CHECKING, Annotated, Any

import uvicorn
from fastapi import Depends, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.exceptions import HTTPException

from ims_fsm import IMS, ImsFsmError, __version__
from ims_fsm.terms.principal import Principal
from ims_fsm.web.events import Feed
from ims_fsm.web.problems import HttpError, problem
from ims_fsm.web.router import LARGEST, router
from ims_fsm.web.screens import dashboard
from ims_fsm.web.screens.shell import page_of
from ims_fsm.web.sessions import Sessions, pages
from ims_fsm.web.shield import HEALTH, Shield
from ims_fsm.workflow.upkeep import tables

if TYPE_CHECKING:
    from ims_fsm.web.metrics import Meter

API = "/api"
LIVE, READY = HEALTH
# How the server that `serve` starts, and each worker of it, is told what to serve.
SERVED = "IMS_FSM_SERVED"
# Where each process keeps its numbers, for the one that exposes them all.
NUMBERS = "PROMETHEUS_MULTIPROC_DIR"
# Proxies keep an idle connection for a minute, and must not find that it was closed as they send.
GRACE_S, KEEP_ALIVE_S = 10, 75
_log = logging.getLogger("ims_fsm.web")
Bearer = Annotated[HTTPAuthorizationCredentials | None, Depends(HTTPBearer(auto_error=False))]


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """What is served, where, and how it is reached."""

    db: str
    calendar: str | None = None
    machines: tuple[str, ...] = ()
    roles: str | None = None
    signoff: bool | str = False
    host: str = "127.0.0.1"
    port: int = 8000
    workers: int = 1
    tls_cert: str | None = None
    tls_key: str | None = None
    behind_proxy: bool = False
    #: The path at which a proxy has it, which it takes away: "/ims".
    root_path: str = ""
    metrics_host: str = "127.0.0.1"
    metrics_port: int | None = None

    @property
    def is_secure(self) -> bool:
        """Whether browsers reach it by TLS alone."""
        return self.tls_cert is not None or self.behind_proxy

    @property
    def address(self) -> str:
        """Where it listens."""
        return f"{'https' if self.tls_cert else 'http'}://{self.host}:{self.port}"

    def run(self, application: str = "ims_fsm.web.serving:application") -> None:
        """Serve until SIGTERM or Ctrl-C; requests under way come to their end, streams end at once."""
        os.environ[SERVED] = json.dumps(asdict(self))
        with ExitStack() as stack:
            if self.metrics_port is not None:
                self._expose(stack)
            uvicorn.run(
                application,
                factory=True,
                host=self.host,
                port=self.port,
                workers=self.workers,
                root_path=self.root_path,
                ssl_certfile=self.tls_cert,
                ssl_keyfile=self.tls_key,
                proxy_headers=self.behind_proxy,
                server_header=False,
                access_log=False,
                log_config=None,
                timeout_keep_alive=KEEP_ALIVE_S,
                timeout_graceful_shutdown=GRACE_S,
            )

    def opened(self) -> IMS:
        """Open its database."""
        return IMS(self.db, calendar=self.calendar, roles=self.roles, machines=self.machines, signoff=self.signoff)

    def _expose(self, stack: ExitStack) -> None:
        """Expose the numbers of all processes from this one; none of them is asked, and no proxy leads here."""
        folder = os.environ[NUMBERS] = stack.enter_context(TemporaryDirectory(prefix="ims-fsm-"))
        # As it is loaded it looks whether several processes count.
        from ims_fsm.web.metrics import exposed  # noqa: PLC0415 -- as above

        ims = stack.enter_context(self.opened())
        stack.enter_context(exposed(ims, Path(folder), self.metrics_host, self.metrics_port or 0))


def application() -> FastAPI:
    """Return the application that a worker of `serve` runs; it opens the database for itself."""
    served = Served(**json.loads(os.environ[SERVED]))
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    ims, meter = served.opened(), None
    if served.metrics_port is not None:
        from ims_fsm.web.metrics import Meter  # noqa: PLC0415 -- an extra, which is there where numbers are asked for

        meter = Meter()
    return application_of(ims, is_secure=served.is_secure, root_path=served.root_path, meter=meter, closing=ims.close)


def application_of(
    ims: IMS,
    *,
    is_secure: bool,
    root_path: str = "",
    largest: int = LARGEST,
    meter: Meter | None = None,
    closing: Callable[[], object] = lambda: None,
) -> FastAPI:
    """Return the application on an IMS; `root_path` is where a proxy has it, `closing` is called when it ends."""
    feed, sessions = Feed(ims), Sessions(ims, is_secure, root_path)
    if meter is not None:
        meter.watch(ims, feed)

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
    app.add_middleware(Shield, is_secure=is_secure, unexpected=_said, meter=meter)
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
    @app.get(LIVE, include_in_schema=False)
    async def live() -> dict[str, str]:
        return {"status": "live"}

    @app.get(READY, include_in_schema=False)
    def ready(answer: Response) -> dict[str, str]:
        try:
            tables(ims)
        except ImsFsmError as error:
            # Whoever asks is nobody in particular: what is wrong is for the log.
            _log.error("not ready: %s", error, extra={"ims_event": "not_ready", "ims_code": error.code})
            answer.status_code = 503
            return {"status": "not ready"}
        return {"status": "ready"}


async def _answered(request: Request, error: Exception) -> Response:
    return _said(request, error)


def _said(request: Request, error: Exception) -> Response:
    """Return what is answered to an error outside of every route: a page for people, a problem for programs."""
    path = request.url.path.removeprefix(request.scope.get("root_path", ""))
    is_page = not path.startswith(f"{API}/") and "text/html" in request.headers.get("Accept", "")
    return (page_of if is_page else problem)(request, error)
