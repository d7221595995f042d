"""A host with the router in it, on the stage of a buyer and a seller; callers by token."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from itertools import count
from pathlib import Path
from types import SimpleNamespace
from typing import Annotated, Any

import pytest
from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from fastapi.testclient import TestClient

from ims_fsm import IMS, SettableClock
from ims_fsm.testing import Stage
from ims_fsm.web import EVERYONE, Feed, Principal, router
from tests.databases import schema

# It is read where its models are generated.
collect_ignore = ["client.py"]
PREFIX = "/ims"
OTHER, STRANGER = "24AAACC1206D1ZM", "33AAACP7879D1ZM"
BUYER, SELLER = Stage.buyer, Stage.seller
ROLES = ("recipient", "supplier", "auditor", "operator")
# Two open nearly everything on PostgreSQL; who else is let in is in no table.
EACH_ROLE = [*ROLES[:2], *(pytest.param(role, marks=pytest.mark.sqlite("as the other roles")) for role in ROLES[2:])]
Credentials = Annotated[HTTPAuthorizationCredentials | None, Depends(HTTPBearer(auto_error=False))]
CALLERS = {
    "asha": Principal(id="asha", roles=["recipient"], gstins=[BUYER]),
    "other": Principal(id="other", roles=ROLES, gstins=[OTHER]),
    "shop": Principal(id="shop", roles=["supplier"], gstins=[SELLER]),
    "all": Principal(id="all", roles=ROLES, gstins=[BUYER, SELLER]),
    "operator": Principal(id="operator", roles=["operator"], gstins=[EVERYONE]),
    **{role: Principal(id=role, roles=[role], gstins=[BUYER]) for role in ROLES if role != "operator"},
}


async def authenticate(given: Credentials) -> Principal:
    """Know a caller by the token, which is their name here."""
    if given is None or given.credentials not in CALLERS:
        raise HTTPException(401, "no token", {"WWW-Authenticate": "Bearer"})
    return CALLERS[given.credentials]


def host(stage: Any, **how: Any) -> FastAPI:
    """Return a backend of somebody else's with the router mounted in it."""
    app = FastAPI(title="A host")
    app.include_router(
        router(stage.ims, authenticate, feed=Feed(stage.ims, every_s=0.05, stream_s=0.3), **how), prefix=PREFIX
    )
    return app


@pytest.fixture(scope="session")
def understudy() -> IMS:
    """Stands for the IMS of the test that runs: an application takes half a second to make, and serves them all."""
    return object.__new__(IMS)


@pytest.fixture(scope="session")
def hosting(understudy: IMS) -> FastAPI:
    return host(SimpleNamespace(ims=understudy))


@pytest.fixture(scope="session")
def set_up(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database in which the three are registered; a request has a thread, and so it is a file."""
    path = tmp_path_factory.mktemp("web") / "ims.db"
    with IMS(f"sqlite:///{path}", clock=SettableClock("2024-11-09 12:00")) as ims:
        Stage(ims, SettableClock("2024-11-09 12:00")).taxpayer(OTHER)
    return path


@pytest.fixture
def stage(set_up: Path, tmp_path: Path) -> Iterator[Stage]:
    with opened(set_up, tmp_path) as made:
        yield made


@contextmanager
def opened(set_up: Path, folder: Path) -> Iterator[Stage]:
    copy, clock = shutil.copy(set_up, folder / "ims.db"), SettableClock("2024-11-09 12:00")
    with IMS(f"sqlite:///{copy}", clock=clock) as ims:
        stage = object.__new__(Stage)
        stage.ims, stage.clock, stage._numbers = ims, clock, count(1)
        yield stage


@pytest.fixture(params=["sqlite", "pg"])
def signing(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Stage]:
    """A stage of a house with sign-offs, on both databases."""
    clock = SettableClock("2024-11-09 12:00")
    with ExitStack() as stack:
        url = f"sqlite:///{tmp_path / 'ims.db'}"
        if request.param == "pg":
            url = stack.enter_context(schema(request.getfixturevalue("pg_url"), f"web_{os.getpid()}"))
        yield Stage(stack.enter_context(IMS(url, clock=clock, signoff=True)), clock)


class Caller:
    """Somebody who calls with a token; paths are below the prefix."""

    def __init__(self, client: TestClient, token: str) -> None:
        self.client, self.token = client, token

    def __call__(self, method: str, path: str, *, status: int = 200, headers: Any = None, **given: Any) -> Any:
        said = {"Authorization": f"Bearer {self.token}", **(headers or {})}
        answer = self.client.request(method, PREFIX + path, headers=said, **given)
        assert answer.status_code == status, answer.text
        return answer

    def get(self, path: str, **given: Any) -> Any:
        return self("GET", path, **given).json()

    def post(self, path: str, body: Any = None, **given: Any) -> Any:
        return self("POST", path, json=body, **given).json()


@pytest.fixture
def client(stage: Stage, understudy: IMS, hosting: FastAPI) -> Iterator[TestClient]:
    understudy.__dict__ = vars(stage.ims)
    with TestClient(hosting) as made:
        yield made


@pytest.fixture
def calling(client: TestClient) -> Callable[[str], Caller]:
    return lambda token: Caller(client, token)


@pytest.fixture
def asha(calling: Callable[[str], Caller]) -> Caller:
    """The buyer's accountant."""
    return calling("asha")
