"""What is wrong is said as RFC 9457 has it, in a sentence, with rule and remedy; and nothing is written."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from ims_fsm import TaxPeriod
from ims_fsm.errors import StoreError
from ims_fsm.terms.border import FIRST_PERIOD, LAST_PERIOD
from ims_fsm.testing import Stage
from ims_fsm.web.asked import PERIOD
from tests.web.conftest import PREFIX, Caller

JSON = "application/problem+json"


@pytest.fixture
def note(stage: Stage) -> str:
    """The path of a filed credit note, which may not be kept pending."""
    return f"/recipients/{stage.buyer}/records/{stage.filed(stage.document('credit_note'))}"


def test_a_refusal_is_409_with_rule_and_remedy(asha: Caller, note: str) -> None:
    answer = asha("POST", f"{note}/action", json={"action": "keep_pending"}, headers={"If-Match": '"2"'}, status=409)
    said = answer.json()
    assert answer.headers["content-type"] == JSON
    assert (said["code"], said["rule"], said["status"]) == ("pending_not_allowed", "faq.11.a", 409)
    assert said["type"] == "urn:ims-fsm:problem:pending_not_allowed"
    assert said["instance"] == f"{PREFIX}{note}/action"
    assert said["remedy"]
    assert [part["rule"] for part in said["errors"]] == ["faq.11.a"]
    assert asha.get(note)["state"] == "no_action"


def test_what_the_caller_has_already_is_not_sent_again(asha: Caller, note: str) -> None:
    first = asha("GET", note)
    tag = first.headers["ETag"]
    again = asha("GET", note, headers={"If-None-Match": f'"x", W/{tag}'}, status=304)
    assert (again.content, again.headers["ETag"]) == (b"", tag)
    assert asha("GET", note, headers={"If-None-Match": "*"}, status=304).content == b""
    asha("POST", f"{note}/action", json={"action": "reject"}, headers={"If-Match": tag})
    assert asha("GET", note, headers={"If-None-Match": tag}).json()["state"] == "rejected"


def test_the_version_that_was_seen_is_asked_for_and_held_against_the_record(asha: Caller, note: str) -> None:
    act = {"action": "reject"}
    assert asha.post(f"{note}/action", act, status=428)["code"] == "if_match_required"
    tag = asha("GET", note).headers["ETag"]
    done = asha("POST", f"{note}/action", json=act, headers={"If-Match": tag})
    assert done.json()["state"] == "rejected"
    assert done.headers["ETag"].startswith('"3-')
    stale = asha.post(f"{note}/action", {"action": "accept"}, headers={"If-Match": tag}, status=412)
    assert (stale["code"], stale["rule"]) == ("stale_version", "faq.16.1")
    assert asha.get(note)["state"] == "rejected"


def test_a_request_under_its_key_is_answered_as_the_first_time(asha: Caller, stage: Stage, note: str) -> None:
    said: dict[str, Any] = {"headers": {"If-Match": '"2"', "Idempotency-Key": '"k-1"'}}
    first = asha.post(f"{note}/action", {"action": "reject"}, **said)
    asha.post(f"{note}/action", {"action": "reset"}, headers={"If-Match": '"3"'})
    assert asha.post(f"{note}/action", {"action": "reject"}, **said) == first
    assert stage.desk.record(first["id"]).state == "no_action"
    other = asha.post(f"{note}/action", {"action": "accept"}, status=409, **said)
    assert other["code"] == "idempotency_key_reused"


@pytest.mark.parametrize(
    ("given", "status", "where"),
    [
        ({"json": {"action": "burn"}}, 422, {"pointer": "#/action"}),
        ({"json": {"action": "accept", "x": 1}}, 422, {"pointer": "#/x"}),
        ({"json": {"action": "accept", "reduce_itc": {"igst": "-1"}}}, 422, {}),
        ({"json": {"action": "accept"}, "params": {"x": "1"}}, 422, {"parameter": "x"}),
        ({"content": "{", "headers": {"Content-Type": "application/json"}}, 400, {}),
        ({"content": "[" * 100_000, "headers": {"Content-Type": "application/json"}}, 400, {}),
        ({"content": "{}"}, 422, {}),
    ],
)
def test_what_cannot_be_read_is_named_by_its_place(
    asha: Caller, note: str, given: dict[str, Any], status: int, where: dict[str, str]
) -> None:
    said = asha("POST", f"{note}/may", status=status, **given).json()
    assert said["code"] in {"request_unreadable", "there_was_an_error_parsing_the_body"}
    assert not where or said["errors"][0].items() >= where.items()


def test_a_cursor_belongs_to_its_list(asha: Caller, stage: Stage) -> None:
    for _ in range(3):
        stage.filed()
    path = f"/recipients/{stage.buyer}/records"
    page = asha.get(path, params={"limit": 2, "sort": "-id"})
    assert [record["id"] for record in page["records"]] == [3, 2]
    rest = asha.get(path, params={"limit": 2, "sort": "-id", "after": page["next"]})
    assert ([record["id"] for record in rest["records"]], rest["next"]) == ([1], None)
    for params in ({"sort": "id"}, {"sort": "-id", "all": "true"}, {"sort": "-id", "after": "AAAA"}):
        said = asha.get(path, params={"after": page["next"], **params}, status=404)
        assert said["detail"].endswith("is not a cursor of this list")


def test_a_database_that_is_away_is_503_without_what_is_inside(
    asha: Caller, stage: Stage, note: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def away(*_: object, **__: object) -> None:
        raise StoreError("the database postgresql://asha:s3cret@host/ims is away; start it")

    monkeypatch.setattr(type(stage.desk), "show", away)
    with caplog.at_level(logging.ERROR, "ims_fsm.web"):
        answer = asha("GET", note, status=503)
    assert answer.headers["Retry-After"] == "5"
    assert answer.json()["code"] == "store_unusable"
    assert "s3cret" not in answer.text + caplog.text
    assert "asha:***@host" in caplog.text


def test_a_request_is_called_alike_in_the_answer_and_in_the_log(
    asha: Caller, stage: Stage, note: str, calling: Callable[[str], Caller]
) -> None:
    answer = asha(
        "POST", f"{note}/action", json={"action": "reject"}, headers={"If-Match": '"2"', "X-Request-ID": "r-7"}
    )
    assert answer.headers["X-Request-ID"] == "r-7"
    assert stage.desk.history(answer.json()["id"]).transitions[-1].request_key == "request:r-7"
    assert asha.get(f"/recipients/{stage.buyer}/events")["events"][-1]["request_key"] == "request:r-7"
    taken = calling("nobody")("GET", "/me", status=401, headers={"X-Request-ID": "bad id\t"}).headers["X-Request-ID"]
    assert len(taken) == 16


def test_the_hosts_handlers_stay_as_they_are(client: TestClient) -> None:
    app = client.app
    assert isinstance(app, FastAPI)
    assert client.get("/elsewhere").json() == {"detail": "Not Found"}


def test_the_periods_that_are_described_are_those_of_the_border() -> None:
    for period in map(TaxPeriod, (f"20{year:02}-{month:02}" for year in range(100) for month in range(1, 13))):
        assert (re.fullmatch(PERIOD, period) is not None) == (FIRST_PERIOD <= period <= LAST_PERIOD), period
