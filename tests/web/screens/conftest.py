"""A browser without scripts: signed in to what `serve` serves, on the stage of a buyer and a seller."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from itertools import count
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from ims_fsm import IMS
from ims_fsm.testing import Stage
from ims_fsm.web.serving import application_of
from tests.web.conftest import BUYER, SELLER

SAME = {"Sec-Fetch-Site": "same-origin", "Accept": "text/html"}


class Fields(HTMLParser):
    """What a form of a page would send as it stands; `form` is the action of the form that is meant."""

    def __init__(self, page: str, form: str) -> None:
        super().__init__()
        self.wanted, self.inside, self.action = form, False, ""
        self.sent: list[tuple[str, str]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = dict(attributes)
        if tag == "form" and re.search(self.wanted, given.get("action") or ""):
            self.inside, self.action = True, given.get("action") or ""
        if not self.inside or tag != "input" or not given.get("name"):
            return
        if given.get("type") not in {"radio", "checkbox"} or "checked" in given:
            self.sent.append((str(given["name"]), given.get("value") or ""))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.inside = False


class Browser:
    """Somebody who follows links and sends forms as a browser without scripts does."""

    def __init__(self, client: TestClient) -> None:
        self.client, self.page = client, ""

    def open(self, path: str, status: int = 200, **headers: str) -> str:
        """Open a page, and return it."""
        return self._seen(self.client.get(path, headers={**SAME, **headers}), status)

    def send(self, form: str, status: int = 200, files: Any = None, **fields: Any) -> str:
        """Send the form whose action matches, with some of its fields changed; None leaves one out."""
        read = Fields(self.page, form)
        assert read.action, f"no form {form} in {self.page}"
        body: dict[str, Any] = {}
        for name, value in read.sent:
            body.setdefault(name, []).append(value)
        body = {name: value for name, value in {**body, **fields}.items() if value is not None}
        return self._seen(self.client.post(read.action, data=body, files=files, headers=SAME), status)

    def _seen(self, answer: Any, status: int) -> str:
        assert answer.status_code == status, answer.text
        self.page = answer.text
        return self.page

    @property
    def text(self) -> str:
        """What the page says, without its marks."""
        main = self.page.partition("<main")[2] or self.page
        return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", main)).strip()


@pytest.fixture(scope="session")
def serving(understudy: IMS) -> FastAPI:
    """What `serve` serves, on the IMS of whichever test runs."""
    return application_of(understudy, is_secure=False)


ADDRESSES = count(1)


@pytest.fixture
def served(stage: Stage, understudy: IMS, serving: FastAPI) -> Iterator[Callable[..., Browser]]:
    """Give somebody with a role who is signed in; several are several browsers."""
    understudy.__dict__ = vars(stage.ims)
    # Wrong tokens are counted by address, and not from test to test.
    address = (f"browser-{next(ADDRESSES)}", 50000)
    clients: list[TestClient] = []

    def signed_in(name: str = "asha", *roles: str, gstins: tuple[str, ...] = (BUYER, SELLER)) -> Browser:
        secret = stage.ims.tokens.issue(name, roles=roles or ["recipient"], gstins=gstins).secret
        client = TestClient(serving, client=address)
        clients.append(client)
        client.post("/login", data={"token": secret}, headers=SAME)
        return Browser(client)

    yield signed_in
    for client in clients:
        client.close()


@pytest.fixture
def asha(served: Callable[..., Browser]) -> Browser:
    """The buyer's accountant, signed in."""
    return served()
