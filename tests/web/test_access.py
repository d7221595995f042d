"""Every route, every role, another's GSTIN: what `access.toml` says is what is done."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from ims_fsm import IMS
from ims_fsm.answers.shapes import declared
from ims_fsm.testing import Stage
from ims_fsm.web import router
from ims_fsm.web.access import access
from ims_fsm.web.router import PARTS
from ims_fsm.web.screens.shell import PATHS
from tests.web.conftest import BUYER, CALLERS, EACH_ROLE, OTHER, PREFIX, Caller, host, opened

OPERATIONS = {
    route.operation_id: (method, route.path) for part in PARTS for route in part.ROUTES.router.routes
    for method in route.methods
}  # fmt: skip
PLACES = {
    "record_id": "1",
    "case_id": "1",
    "signoff_id": "1",
    "period": "2024-10",
    "fy": "2023-24",
    "form": "GSTR-1",
    "machine": "invoice",
    "trigger": "accept",
    "rule": "faq.11",
    "kind": "matching",
}
# Two answers to strangers: there is no telling a taxpayer who is here from one who is not.
NOBODY = "29AABCU9603R1ZX"


@pytest.fixture(scope="module")
def door(set_up: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """One host for all: only who is let in is asked."""
    with opened(set_up, tmp_path_factory.mktemp("access")) as stage, TestClient(host(stage)) as made:
        yield made


def path_of(operation: str, gstin: str) -> str:
    return re.sub(r"\{(\w+)\}", lambda place: {**PLACES, "gstin": gstin}[place[1]], OPERATIONS[operation][1])


def test_every_operation_has_an_entry_and_every_entry_an_operation() -> None:
    assert set(access()) == {*OPERATIONS, *PATHS}
    assert all(access().values())
    assert set(declared()["operations"]) < set(OPERATIONS)


def test_what_is_declared_is_what_is_mounted() -> None:
    with IMS("sqlite://") as ims:
        made = router(ims, lambda: CALLERS["asha"])
        assert {route.operation_id for route in _flat(made.routes)} == set(OPERATIONS)


def _flat(routes: Any) -> Iterator[Any]:
    for route in routes:
        if hasattr(route, "operation_id"):
            yield route
        else:
            yield from _flat(route.original_router.routes)


@pytest.mark.parametrize("role", EACH_ROLE)
@pytest.mark.parametrize("operation", sorted(OPERATIONS))
def test_a_role_is_admitted_or_not(door: TestClient, operation: str, role: str) -> None:
    method, _ = OPERATIONS[operation]
    said = {"Authorization": f"Bearer {role}"}
    answer = door.request(method, PREFIX + path_of(operation, BUYER), headers=said)
    refused = answer.status_code == 403
    assert refused != (role in access()[operation]), answer.text
    assert not refused or answer.json()["code"] == "role_lacking"


@pytest.mark.sqlite("who is let in is in no table")
@pytest.mark.parametrize("operation", sorted(name for name, (_, path) in OPERATIONS.items() if "{gstin}" in path))
def test_anothers_is_not_here_as_that_of_nobody(door: TestClient, operation: str) -> None:
    method, _ = OPERATIONS[operation]
    answers = [
        Caller(door, "all")(method, path_of(operation, gstin), status=404).text.replace(gstin, "…")
        for gstin in (OTHER, NOBODY, "99ZZZZZZZZZZZZZ")
    ]
    assert len(set(answers)) == 1
    assert '"code":"not_here"' in answers[0]


def test_anothers_record_is_answered_like_one_that_does_not_exist(
    stage: Stage, calling: Callable[[str], Caller]
) -> None:
    record = stage.filed()
    asha, other = calling("asha"), calling("other")
    assert asha.get(f"/recipients/{stage.buyer}/records/{record}")["id"] == record
    for path in ("", "/history", "/diagram"):
        theirs = other("GET", f"/recipients/{OTHER}/records/{record}{path}", status=404).json()
        none = other("GET", f"/recipients/{OTHER}/records/4711{path}", status=404).json()
        assert {**theirs, "instance": ""} == {**none, "instance": "", "detail": theirs["detail"]}


@pytest.mark.sqlite("who is let in is in no table")
@pytest.mark.parametrize("operation", sorted(OPERATIONS))
def test_nobody_gets_in_without_a_token(door: TestClient, operation: str) -> None:
    method, _ = OPERATIONS[operation]
    answer = door.request(method, PREFIX + path_of(operation, BUYER))
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")
    assert answer.headers["content-type"] == "application/problem+json"
