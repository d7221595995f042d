"""What `serve` serves: tokens, sessions of browsers, headers, limits; nothing inside is shown outside."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from ims_fsm import InputError, MissingError
from ims_fsm.testing import Stage
from ims_fsm.web import Feed, router
from ims_fsm.web.serving import application_of
from ims_fsm.web.sessions import CSRF_HEADER, csrf_token
from ims_fsm.workflow.engine import workspace_of
from tests.web.conftest import BUYER, CALLERS, OTHER

RECORDS = f"/api/recipients/{BUYER}/records"
SAME = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture
def secret(stage: Stage) -> str:
    return stage.ims.tokens.issue("asha", roles=["recipient"], gstins=[BUYER], days=30).secret


@pytest.fixture
def browser(stage: Stage) -> Iterator[TestClient]:
    app = application_of(stage.ims, is_secure=True, largest=2_000)
    with TestClient(app, base_url="https://ims.example", follow_redirects=False) as made:
        yield made


def bearer(secret: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {secret}"}


def test_a_token_is_known_until_it_ends_or_is_revoked(stage: Stage, browser: TestClient, secret: str) -> None:
    assert browser.get("/api/me", headers=bearer(secret)).json()["gstins"] == [BUYER]
    assert browser.get(RECORDS, headers=bearer(secret)).status_code == 200
    assert browser.get(RECORDS.replace(BUYER, OTHER), headers=bearer(secret)).status_code == 404
    stage.clock.set(stage.clock() + timedelta(days=30))
    assert browser.get("/api/me", headers=bearer(secret)).status_code == 401
    second = stage.ims.tokens.issue("asha", roles=["recipient"], gstins=["*"])
    assert browser.get("/api/me", headers=bearer(second.secret)).status_code == 200
    assert stage.ims.tokens.revoke(second.token.id).revoked_at == stage.clock()
    assert browser.get("/api/me", headers=bearer(second.secret)).status_code == 401


def test_only_the_hash_of_a_secret_is_kept(stage: Stage, secret: str, tmp_path: object) -> None:
    kept = stage.ims.tokens.everyone()
    assert [token.name for token in kept] == ["asha"]
    assert secret not in repr(kept)
    assert secret.encode() not in b"".join(file.read_bytes() for file in tmp_path.iterdir())  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("given", "what"),
    [
        ({"roles": [], "gstins": [BUYER]}, "no role"),
        ({"roles": ["recipient"], "gstins": []}, "no taxpayer"),
        ({"roles": ["king"], "gstins": [BUYER]}, "king"),
        ({"roles": ["recipient"], "gstins": ["x"]}, "not a GSTIN"),
        ({"roles": ["recipient"], "gstins": [BUYER], "days": 0}, "number of days"),
    ],
)
def test_a_token_without_a_holder_a_role_or_a_taxpayer_is_none(stage: Stage, given: dict, what: str) -> None:
    with pytest.raises(InputError, match=what):
        stage.ims.tokens.issue("asha", **given)
    with pytest.raises(MissingError, match="7: is not a token here"):
        stage.ims.tokens.revoke(7)


def test_a_browser_signs_in_and_out(stage: Stage, browser: TestClient, secret: str) -> None:
    page = browser.get("/login")
    assert "<form" in page.text
    done = browser.post("/login", data={"token": secret}, headers=SAME)
    cookie = done.headers["set-cookie"]
    assert (done.status_code, cookie.split("=")[0]) == (303, "__Host-ims")
    assert {"HttpOnly", "Secure", "SameSite=lax", "Path=/"} <= set(cookie.split("; "))
    assert secret not in cookie
    assert browser.get("/api/me").json()["id"] == "asha"
    session = browser.cookies["__Host-ims"]
    assert browser.get("/api/me", headers=bearer(session)).status_code == 401, "a session is no bearer token"
    assert browser.post("/logout", headers=SAME).status_code == 303
    browser.cookies.set("__Host-ims", session, domain="ims.example")
    assert browser.get("/api/me").status_code == 401, "the session has ended, and not only its cookie"


def test_a_session_ends_with_its_token(stage: Stage, browser: TestClient, secret: str) -> None:
    browser.post("/login", data={"token": secret}, headers=SAME)
    assert browser.get("/api/me").status_code == 200
    stage.ims.tokens.revoke(stage.ims.tokens.everyone()[0].id)
    assert browser.get("/api/me").status_code == 401


@pytest.mark.parametrize(
    ("said", "status"),
    [
        (SAME, 404),
        ({"Sec-Fetch-Site": "none"}, 404),
        ({"Origin": "https://ims.example"}, 404),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Origin": "https://evil.example"}, 403),
        ({}, 403),
        ({CSRF_HEADER: "0" * 64}, 403),
    ],
)
def test_another_site_cannot_act_with_a_session(
    browser: TestClient, secret: str, said: dict[str, str], status: int
) -> None:
    browser.post("/login", data={"token": secret}, headers=SAME)
    answer = browser.post(f"{RECORDS}/7/may", json={"action": "accept"}, headers=said)
    assert answer.status_code == status, answer.text
    session = browser.cookies["__Host-ims"]
    ours = browser.post(f"{RECORDS}/7/may", json={"action": "accept"}, headers={CSRF_HEADER: csrf_token(session)})
    assert ours.status_code == 404
    assert browser.post("/login", data={"token": secret}, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403


def test_wrong_tokens_are_counted_and_right_ones_are_not_refused(browser: TestClient, secret: str) -> None:
    statuses = [browser.get("/api/me", headers=bearer(f"imsfsm_{number}")).status_code for number in range(21)]
    assert statuses == [401] * 20 + [429]
    limited = browser.post("/login", data={"token": "imsfsm_x"}, headers=SAME)
    assert limited.status_code == 429
    assert browser.get("/api/me", headers=bearer(secret)).status_code == 200


def test_every_answer_has_its_headers(browser: TestClient) -> None:
    for path in ("/login", "/api/me", "/nowhere", "/health/live", "/health/ready", "/api/openapi.json"):
        headers = browser.get(path).headers
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["content-security-policy"].startswith("default-src 'none'")
        assert headers["strict-transport-security"]
        assert (headers["x-content-type-options"], headers["cache-control"]) == ("nosniff", "no-store")
        assert headers["x-request-id"]
    assert browser.get("/docs").status_code == 404


def test_it_is_ready_while_the_database_has_its_tables(stage: Stage, browser: TestClient) -> None:
    assert browser.get("/health/ready").json() == {"status": "ready"}
    with workspace_of(stage.ims).engine.begin() as connection:
        connection.exec_driver_sql("UPDATE ims_fsm_version SET version_num = '9999'")
    answer = browser.get("/health/ready")
    assert (answer.status_code, answer.json()) == (503, {"status": "not ready"})
    assert browser.get("/health/live").json() == {"status": "live"}


def test_below_a_path_every_address_begins_with_it(stage: Stage, secret: str) -> None:
    app = application_of(stage.ims, is_secure=False, root_path="/ims")
    with TestClient(app, root_path="/ims", headers={"Accept": "text/html"}, follow_redirects=False) as made:
        assert made.get("/ims/").headers["location"] == "/ims/login?next=/ims/"
        assert 'name="next" value="/ims/"' in made.get("/ims/login").text
        assert made.post("/ims/login", data={"token": secret}, headers=SAME).headers["location"] == "/ims/"
        page = made.get(f"/ims/recipients/{BUYER}/inward").text
        addresses = re.findall(r'(?:href|action|src|data-live)="(/[^"]*)"', page)
        assert len(addresses) > 10
        assert [address for address in addresses if not address.startswith("/ims/")] == []
        assert made.get("/ims/api/me", headers=bearer(secret)).json()["id"] == "asha"
        assert made.get("/ims/api/nowhere").headers["content-type"] == "application/problem+json"
        assert made.post("/ims/logout", headers=SAME).headers["location"] == "/ims/login"


def test_a_request_that_is_too_large_is_refused(browser: TestClient, secret: str) -> None:
    large = {"action": "accept", "remarks": "x" * 3_000}
    assert browser.post(f"{RECORDS}/7/may", json=large, headers=bearer(secret)).status_code == 413


def test_what_goes_wrong_inside_stays_inside(
    stage: Stage, secret: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("a secret of the house")

    monkeypatch.setattr(type(stage.desk), "show", broken)
    app = application_of(stage.ims, is_secure=False)
    with TestClient(app, raise_server_exceptions=False) as made, caplog.at_level(logging.INFO, "ims_fsm.web"):
        answer = made.get(f"{RECORDS}/7?x=1", headers=bearer(secret))
        assert answer.status_code == 422
        answer = made.get(f"{RECORDS}/7", headers=bearer(secret))
    assert (answer.status_code, answer.json()["code"]) == (500, "unexpected")
    assert "secret" not in answer.text
    assert "a secret of the house" in caplog.text
    lines = [record.getMessage() for record in caplog.records if record.name == "ims_fsm.web.access"]
    assert f"asha GET {RECORDS}/7 " in lines[-1]
    assert answer.headers["x-request-id"] in lines[-1]
    assert not [line for line in lines if "?" in line or secret in line]


def test_health_is_logged_where_all_is_not_well(
    stage: Stage, browser: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, "ims_fsm.web.access"):
        browser.get("/health/ready")
        browser.get("/nowhere/health/live")
        stage.ims.close()
        browser.get("/health/ready")
    lines = [record.getMessage() for record in caplog.records if record.name == "ims_fsm.web.access"]
    assert [line.split()[3] for line in lines] == ["/nowhere/health/live", "/health/ready"]


def test_the_streams_end_as_the_server_stops(stage: Stage) -> None:
    feed = Feed(stage.ims)
    feed.end()
    app = FastAPI()
    app.include_router(router(stage.ims, lambda: CALLERS["asha"], feed=feed))
    with TestClient(app) as made:
        assert made.get(f"/recipients/{BUYER}/events/stream").text == ""
