"""Cases over HTTP: opened, asked about, fired, listed, in sets; versions, keys, owners; what the law refuses."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from ims_fsm import IMS, SettableClock
from ims_fsm.testing import Stage
from ims_fsm.web import Principal
from tests.web.conftest import CALLERS, Caller, host

LEAVE = Path(__file__).parents[2] / "docs" / "examples" / "leave_request"

AT = "/cases/leave_request"


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    clock = SettableClock("2024-11-09 12:00")
    with IMS(f"sqlite:///{tmp_path / 'ims.db'}", clock=clock, machines=LEAVE) as ims:
        yield Stage(ims, clock)


@pytest.fixture
def meera(calling: Callable[[str], Caller], monkeypatch: pytest.MonkeyPatch) -> Caller:
    """Somebody who reaches every owner, in a role that only the host knows."""
    monkeypatch.setitem(CALLERS, "meera", Principal("meera", ["manager"]))
    return calling("meera")


def test_a_case_goes_from_its_opening_to_its_end(meera: Caller, stage: Stage) -> None:
    case = meera.post(AT, {"key": "LR-17", "facts": {"days": "many"}})
    assert (case["state"], case["version"], case["facts"]) == ("asked", 1, {"days": "many"})
    assert meera.post(AT, {"key": "LR-17", "facts": {"days": "many"}}) == case, "the same key, the same case"
    assert meera.post(AT, {"key": "LR-17"}, status=409)["code"] == "idempotency_key_reused"
    of = f"{AT}/{case['id']}"
    view = meera.get(of)
    assert [name for name, answer in view["may"].items() if answer["allowed"]] == ["escalate", "decline", "withdraw"]
    (refusal,) = view["may"]["approve"]["refusals"]
    assert (refusal["rule"], refusal["remedy"]) == ("leave_request", "escalate it to the director")
    assert not meera.post(f"{of}/may", {"trigger": "approve"})["allowed"]
    refused = meera.post(f"{of}/fire", {"trigger": "approve"}, status=409)
    assert refused["rule"] == "leave_request"
    again = {"Idempotency-Key": "k-1"}
    fired = meera.post(f"{of}/fire", {"trigger": "escalate", "remarks": "long"}, headers=again)
    assert fired["state"] == "escalated"
    assert meera.post(f"{of}/fire", {"trigger": "escalate", "remarks": "long"}, headers=again) == fired
    confirm = {"trigger": "confirm", "facts": {"balance": "enough"}}
    assert meera.post(f"{of}/fire", confirm, headers={"If-Match": '"1"'}, status=412)["code"] == "stale_version"
    answer = meera("POST", f"{of}/fire", json=confirm, headers={"If-Match": '"2"'})
    assert (answer.json()["state"], answer.headers["ETag"].startswith('"3-')) == ("approved", True)
    history = meera.get(f"{of}/history")
    assert [(step["trigger"], step["actor"]) for step in history["transitions"]] == [
        ("open", "meera"), ("escalate", "meera"), ("confirm", "meera")
    ]  # fmt: skip
    assert [facts["facts"] for facts in history["contents"]][-1] == {"balance": "enough", "days": "many"}
    assert "<svg" in meera("GET", f"{of}/diagram").text


def test_the_hosts_reader_is_asked_and_what_decides_is_not_for_everybody_to_give(
    meera: Caller, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage.ims.reads("leave_request", lambda _case: {"balance": "short"})
    case = meera.post(AT, {"key": "LR-17"})
    of = f"{AT}/{case['id']}"
    approve = {"trigger": "approve", "facts": {"balance": "enough"}}
    assert meera.post(f"{of}/fire", approve, status=409)["code"] == "days_are_left"
    days = next(fact for fact in stage.ims.machines["leave_request"].facts if fact.name == "days")
    monkeypatch.setitem(vars(days), "said_by", ("open",))
    for path, more in ((f"{of}/fire", {}), (f"{of}/may", {}), (f"{AT}/fire-on", {})):
        refused = meera.post(path, {"trigger": "approve", "facts": {"days": "few"}, **more}, status=422)
        assert "is not given with approve" in str(refused)


def test_the_machines_are_listed_with_what_can_be_given(meera: Caller) -> None:
    (leave,) = [machine for machine in meera.get("/cases")["machines"] if machine["name"] == "leave_request"]
    assert leave["facts"]["days"] == ["few", "many"]
    assert "escalate" in leave["triggers"]
    assert leave["states"][0] == "asked"


def test_cases_are_listed_and_fired_in_sets(meera: Caller) -> None:
    for number, days in enumerate(("few", "many", "few"), start=1):
        meera.post(AT, {"key": f"LR-{number}", "facts": {"days": days}})
    page = meera.get(AT, params={"where": "days=few", "limit": 1})
    assert ([case["key"] for case in page["cases"]], page["next"]) == (["LR-1"], page["cases"][0]["id"])
    rest = meera.get(AT, params={"where": "days=few", "after": page["next"]})
    assert ([case["key"] for case in rest["cases"]], rest["next"]) == (["LR-3"], None)
    tried = meera.post(f"{AT}/fire-on", {"trigger": "approve", "dry_run": True})
    assert (tried["done"], tried["applied"], tried["refused"]) == (False, 2, 1)
    done = meera.post(f"{AT}/fire-on", {"trigger": "approve", "where": {"days": ["few"]}})
    assert (done["done"], done["applied"], done["refused"], done["groups"]) == (True, 2, 0, [])
    assert [case["key"] for case in meera.get(AT, params={"state": "approved"})["cases"]] == ["LR-1", "LR-3"]
    refused = meera.post(f"{AT}/fire-on", {"trigger": "escalate"})
    assert refused["groups"][0]["examples"][0].keys() == {"case_id", "document", "refusals"}


def test_what_is_anothers_is_not_here(calling: Callable[[str], Caller], meera: Caller) -> None:
    """By owner; asha reaches her GSTIN alone, and it is an owner like any other."""
    asha, owner = calling("asha"), {"owner": Stage.buyer}
    mine = asha.post(AT, {"key": "LR-1"}, params=owner)
    assert mine["owner"] == Stage.buyer
    assert asha.get(AT, params=owner)["cases"] == [mine]
    for path in (AT, f"{AT}/{mine['id']}", f"{AT}/{mine['id']}/history"):
        assert asha.get(path, status=404)["code"] == "not_here", "without an owner it is for those who reach everybody"
    assert meera.get(AT)["cases"] == []
    meera.get(f"{AT}/{mine['id']}", status=404)
    assert meera.get(f"{AT}/{mine['id']}", params=owner)["key"] == "LR-1"


@pytest.mark.parametrize(
    ("path", "body", "status", "code"),
    [
        ("/cases/invoice", {"key": "x"}, 404, "not_here"),
        ("/cases/nothing", {"key": "x"}, 404, "not_here"),
        (AT, {"key": "x", "facts": {"days": "none"}}, 422, "input_invalid"),
        (AT, {"key": "x", "facts": {"dayz": "few"}}, 422, "input_invalid"),
        (AT, {"keyy": "x"}, 422, "request_unreadable"),
        (f"{AT}/fire-on", {"trigger": "approv"}, 422, "input_invalid"),
        (f"{AT}/fire-on", {"trigger": "approve", "state": ["askd"]}, 422, "input_invalid"),
        (f"{AT}/4711/fire", {"trigger": "approve"}, 404, "not_here"),
    ],
)
def test_what_cannot_be_is_said(meera: Caller, path: str, body: object, status: int, code: str) -> None:
    assert meera.post(path, body, status=status)["code"] == code


def test_who_may_fire_is_asked_by_role(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, leave_of_managers: Path
) -> None:
    """Refused with 403; a manager may."""
    clock = SettableClock("2024-11-09 12:00")
    with IMS(f"sqlite:///{tmp_path / 'ims.db'}", clock=clock, machines=leave_of_managers) as ims:
        for name, roles in (("ravi", ["manager"]), ("tara", ["clerk"])):
            monkeypatch.setitem(CALLERS, name, Principal(name, roles))
        with TestClient(host(Stage(ims, clock))) as client:
            ravi, tara = Caller(client, "ravi"), Caller(client, "tara")
            of = f"{AT}/{tara.post(AT, {'key': 'LR-1'})['id']}"
            refused = tara.post(f"{of}/fire", {"trigger": "approve"}, status=403)
            assert refused["code"] == "not_permitted"
            assert not tara.get(of)["may"]["approve"]["allowed"]
            assert ravi.get(of)["may"]["approve"]["allowed"]
            assert ravi.post(f"{of}/fire", {"trigger": "approve"})["state"] == "approved"


@pytest.fixture
def leave_of_managers(tmp_path: Path) -> Path:
    """The leave request, which only a manager may approve."""
    law = tmp_path / "law" / "leave_request.toml"
    law.parent.mkdir()
    kept = (LEAVE / "leave_request.toml").read_text("utf-8")
    kept = kept.replace('name = "approve"\nactor', 'name = "approve"\nroles = ["manager"]\nactor')
    law.write_text(f'{kept}\n[[role]]\nname = "manager"\nsays = "who approves leaves"\n', "utf-8")
    return law
