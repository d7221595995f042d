"""Sign-offs over HTTP: proposed, refused by four eyes, approved by another, declined, withdrawn, passed on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ims_fsm.testing import Stage
from ims_fsm.web import Principal
from tests.web.conftest import BUYER, CALLERS, Caller

AT = f"/recipients/{BUYER}/signoffs"
PEOPLE = {"preeti": ["preparer"], "ravi": ["approver"], "devi": ["controller"], "mina": []}


@pytest.fixture
def stage(signing: Stage) -> Stage:
    return signing


@pytest.fixture
def people(calling: Callable[[str], Caller], monkeypatch: pytest.MonkeyPatch) -> dict[str, Caller]:
    for name, roles in PEOPLE.items():
        monkeypatch.setitem(CALLERS, name, Principal(name, ["recipient", *roles], [BUYER]))
    return {name: calling(name) for name in PEOPLE}


@pytest.fixture
def proposed(stage: Stage, people: dict[str, Caller]) -> Callable[..., Any]:
    def propose(who: str = "preeti", igst: int = 18_000) -> Any:
        record = stage.filed(stage.document(igst=igst))
        seen = {"record_id": record, "version": stage.desk.record(record).version, "action": "accept"}
        return people[who].post(AT, {"actions": [seen]})

    return propose


def test_one_proposes_and_another_approves(
    stage: Stage, people: dict[str, Caller], proposed: Callable[..., Any]
) -> None:
    preeti, ravi = people["preeti"], people["ravi"]
    signoff = proposed()
    of = f"{AT}/{signoff['id']}"
    (action,) = signoff["actions"]
    assert (signoff["state"], signoff["proposed_by"], action["trigger"]) == ("proposed", "preeti", "accept")
    assert stage.desk.record(action["record_id"]).state == "no_action"
    view = ravi.get(of)
    assert {name for name, answer in view["may"].items() if answer["allowed"]} == {"approve", "decline", "pass_on"}
    assert view["may"]["withdraw"]["refusals"][0]["rule"] == "signoff.propose"
    assert (view["refused"], view["cursor"]) == ([], signoff["cursor"])
    assert preeti.post(f"{of}/approve", {}, status=403)["code"] == "not_permitted"
    again = {"Idempotency-Key": "k-1"}
    done = ravi.post(f"{of}/approve", {"remarks": "as agreed"}, headers=again)
    assert (done["state"], stage.desk.record(action["record_id"]).state) == ("applied", "accepted")
    assert ravi.post(f"{of}/approve", {"remarks": "as agreed"}, headers=again) == done
    assert ravi.post(f"{of}/approve", {}, status=409)["code"] != "not_permitted"
    assert [each["id"] for each in ravi.get(AT, params={"state": "applied"})["signoffs"]] == [signoff["id"]]
    assert ravi.get(AT, params={"state": "proposed"}) == {"signoffs": [], "next": None}
    second = proposed()["id"]
    assert ravi.get(AT, params={"limit": 1})["next"] == signoff["id"]
    assert [each["id"] for each in ravi.get(AT, params={"after": signoff["id"]})["signoffs"]] == [second]


def test_four_eyes_and_the_limit_are_a_controllers_to_override(
    people: dict[str, Caller], proposed: Callable[..., Any]
) -> None:
    of = f"{AT}/{proposed('ravi')['id']}"
    assert people["ravi"].post(f"{of}/approve", {}, status=409)["code"] == "own_proposal"
    large = f"{AT}/{proposed('devi', igst=60_000_000)['id']}"
    assert people["ravi"].post(f"{large}/approve", {}, status=409)["code"] == "above_the_limit"
    devi = people["devi"]
    assert devi.post(f"{large}/approve", {"override": True}, status=409)["code"] == "reason_required"
    later = devi.post(f"{large}/approve", {"override": True, "remarks": "it is due", "apply": False})
    assert later["state"] == "approved"
    assert devi.post(f"{large}/apply")["state"] == "applied"


def test_it_is_declined_withdrawn_or_passed_on(people: dict[str, Caller], proposed: Callable[..., Any]) -> None:
    at = [f"{AT}/{proposed()['id']}" for _ in range(3)]
    assert people["ravi"].post(f"{at[0]}/decline", {"remarks": "not ours"})["state"] == "declined"
    assert people["mina"].post(f"{at[1]}/withdraw", {}, status=409)["code"] == "not_yours"
    assert people["preeti"].post(f"{at[1]}/withdraw", {})["state"] == "withdrawn"
    assert people["mina"].post(f"{at[2]}/approve", {}, status=403)["code"] == "not_permitted"
    people["ravi"].post(f"{at[2]}/pass-on", {"to": "mina"})
    assert people["mina"].post(f"{at[2]}/approve", {})["state"] == "applied"


def test_a_file_is_proposed_and_what_the_law_refuses_is_not(stage: Stage, people: dict[str, Caller]) -> None:
    """Every refusal is said; who is no preparer is refused with 403."""
    invoice, note = stage.filed(), stage.filed(stage.document("credit_note"))

    def send(who: str, row: str, status: int) -> Any:
        files = {"file": ("a.csv", f"id,action\n{row}\n".encode())}
        return people[who]("POST", f"{AT}/by-file", files=files, status=status).json()

    assert send("preeti", f"{note},pending", 409)["rule"] == "faq.11.a"
    assert send("mina", f"{invoice},accept", 403)["code"] == "not_permitted"
    assert send("preeti", f"{invoice},accept", 200)["state"] == "proposed"
    people["ravi"].get(f"{AT}/4711", status=404)


def test_what_moved_since_is_refused_with_every_reason(
    stage: Stage, people: dict[str, Caller], proposed: Callable[..., Any]
) -> None:
    signoff = proposed()
    stage.desk.reject(signoff["actions"][0]["record_id"])
    view = people["ravi"].get(f"{AT}/{signoff['id']}")
    assert [row["refusals"][0]["code"] for row in view["refused"]] == ["stale_version"]
    refused = people["ravi"].post(f"{AT}/{signoff['id']}/approve", {}, status=409)
    assert [part["code"] for part in refused["errors"]] == ["records_changed", "stale_version"]
