"""Every screen, every role, another's GSTIN: what `access.toml` says is what is shown."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from ims_fsm.web import Feed, dashboard
from ims_fsm.web.access import access
from ims_fsm.web.screens import PARTS
from ims_fsm.web.screens.shell import PATHS
from tests.web.conftest import BUYER, EACH_ROLE, OTHER, authenticate, opened
from tests.web.screens.conftest import SAME
from tests.web.test_access import NOBODY, PLACES

SCREENS = {
    route.operation_id: (method, route.path)
    for part in PARTS
    for route in part.SCREENS.router.routes
    for method in route.methods
}


@pytest.fixture(scope="module")
def door(set_up: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """One host for all: only who is let in is asked."""
    app = FastAPI()
    with opened(set_up, tmp_path_factory.mktemp("access")) as stage:
        feed = Feed(stage.ims, every_s=0.05, stream_s=0.1)
        app.include_router(dashboard(stage.ims, authenticate, feed=feed))
        with TestClient(app, follow_redirects=False) as made:
            yield made


def called(door: TestClient, screen: str, gstin: str, caller: str) -> tuple[int, str]:
    method, path = SCREENS[screen]
    address = re.sub(r"\{(\w+)\}", lambda place: {**PLACES, "gstin": gstin}[place[1]], path)
    answer = door.request(method, address, headers={**SAME, "Authorization": f"Bearer {caller}"})
    return answer.status_code, answer.text


def test_every_screen_is_declared_once() -> None:
    assert set(SCREENS) == set(PATHS)
    assert all(access()[screen] for screen in SCREENS)


@pytest.mark.parametrize("role", EACH_ROLE)
@pytest.mark.parametrize("screen", sorted(SCREENS))
def test_a_role_sees_a_screen_or_not(door: TestClient, screen: str, role: str) -> None:
    status, page = called(door, screen, BUYER, role)
    refused = status == 403
    assert refused != (role in access()[screen]), page
    assert not refused or "You may not do this" in page


@pytest.mark.sqlite("who is let in is in no table")
@pytest.mark.parametrize("screen", sorted(name for name, (_, path) in SCREENS.items() if "{gstin}" in path))
def test_anothers_screen_is_not_here_as_that_of_nobody(door: TestClient, screen: str) -> None:
    pages = set()
    for gstin in (OTHER, NOBODY, "99ZZZZZZZZZZZZZ"):
        status, page = called(door, screen, gstin, "all")
        assert status == 404
        pages.add(re.sub(r"<code>[^<]+</code>", "", page).replace(gstin, "…"))
    assert len(pages) == 1


@pytest.mark.sqlite("who is let in is in no table")
@pytest.mark.parametrize("screen", sorted(SCREENS))
def test_nobody_sees_a_screen(door: TestClient, screen: str) -> None:
    assert called(door, screen, BUYER, "stranger")[0] == 401
