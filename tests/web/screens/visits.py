"""Pages in Chromium: what `serve` serves on a port of its own, and people who are signed in to it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn

from ims_fsm import IMS
from ims_fsm.web.serving import application_of


@contextmanager
def served(ims: IMS) -> Iterator[str]:
    """Serve a store; gives the address."""
    config = uvicorn.Config(application_of(ims, is_secure=False), port=0, log_level="error", lifespan="off")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        thread.join(0.01)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = server.force_exit = True
        thread.join(10)


class Visits:
    """Opens pages of people who are signed in at an address; `faults` is what the console complained of."""

    def __init__(self, chromium: Any, url: str) -> None:
        self._chromium, self._url = chromium, url
        self._contexts: list[Any] = []
        self.faults: list[str] = []

    def page(self, secret: str, **how: Any) -> Any:
        """Open a page of whoever has a token."""
        given = {"viewport": {"width": 1280, "height": 900}, "base_url": self._url, **how}
        context = self._chromium.new_context(**given)
        self._contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.on("console", lambda said: self.faults.append(said.text) if said.type in {"error", "warning"} else None)
        page.goto("/login")
        page.fill("#token", secret)
        page.click("main button")
        return page

    def close(self) -> None:
        """Close every page."""
        for context in self._contexts:
            context.close()
