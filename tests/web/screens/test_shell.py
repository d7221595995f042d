"""What stands around the screens: sign-in, navigation, languages, errors as pages, static files, a host's mount."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from ims_fsm.testing import Stage
from ims_fsm.web import dashboard
from ims_fsm.web.forgery import CSRF_FIELD
from ims_fsm.web.screens.shell import STATIC, local
from ims_fsm.web.serving import application_of
from tests.web.conftest import BUYER, CALLERS, OTHER, PREFIX, SELLER
from tests.web.screens.conftest import SAME, Browser


def test_who_is_not_signed_in_is_led_to_the_sign_in_and_back(stage: Stage) -> None:
    secret = stage.ims.tokens.issue("asha", roles=["recipient"], gstins=[BUYER]).secret
    with TestClient(application_of(stage.ims, is_secure=False), follow_redirects=False) as client:
        led = client.get("/?find=27AA", headers=SAME)
        assert (led.status_code, led.headers["location"]) == (303, "/login?next=/%3Ffind%3D27AA")
        page = client.get(led.headers["location"], headers=SAME).text
        assert 'name="next" value="/?find=27AA"' in page
        wrong = client.post("/login", data={"token": "x", "next": "/?find=27AA"}, headers=SAME)
        assert (wrong.status_code, 'value="/?find=27AA"' in wrong.text) == (403, True)
        done = client.post("/login", data={"token": secret, "next": "/?find=27AA"}, headers=SAME)
        assert (done.status_code, done.headers["location"]) == (303, "/?find=27AA")
        assert client.get("/", headers=SAME).status_code == 200


@pytest.mark.parametrize("address", ["https://evil.example/", "//evil.example", "/\\evil.example", "evil", ""])
def test_a_page_of_another_site_is_not_gone_to(address: str) -> None:
    assert local(address) == "/"
    assert local("/recipients/x?y=1") == "/recipients/x?y=1"


def test_the_home_screen_has_the_taxpayers_whom_the_caller_reaches(served: Callable[..., Browser]) -> None:
    page = served("asha", gstins=(BUYER,)).open("/")
    assert BUYER in page
    assert SELLER not in page
    assert OTHER in served("op", "operator", gstins=("*",)).open("/?find=24aa")
    assert "You have access to no registered taxpayer" in served("nobody", gstins=("29AABCU9603R1ZX",)).open("/")


def test_the_navigation_is_in_the_order_of_the_parts(asha: Browser) -> None:
    nav = asha.open(f"/recipients/{BUYER}/inward").partition('<nav class="screens"')[2].partition("</nav>")[0]
    assert re.findall(r">([^<]+)</a>", nav)[:3] == ["Dashboard", "Inward supplies", "Purchase register"]


def test_a_language_is_chosen_and_kept(asha: Browser) -> None:
    assert '<html lang="en">' in asha.open("/")
    assert '<html lang="hi">' in asha.open("/", **{"Accept-Language": "hi-IN,hi;q=0.9"})
    asha.open("/?find=27")
    page = asha.send("/language", language="hi")
    assert '<html lang="hi">' in page
    assert 'value="27"' in page, "it leads back to where they were"
    assert '<html lang="en">' in asha.send("/language", language="en")


def test_an_error_is_a_page_with_what_mends_it(asha: Browser) -> None:
    for path in ("/nowhere", f"/static/{BUYER}"):
        assert "<h1>Not found</h1>" in asha.open(path, 404)
    assert "<h1>This cannot be read</h1>" in asha.open("/?sort=x", 422)
    assert 'href="/"' in asha.page
    assert asha.client.get("/nowhere").headers["content-type"] == "application/problem+json"


def test_a_form_of_another_site_is_refused(asha: Browser) -> None:
    asha.open("/")
    csrf = re.search(rf'name="{CSRF_FIELD}" value="(\w+)"', asha.page)
    assert csrf
    sent = {"language": "hi", "back": "/"}
    for said in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}, {}):
        answer = asha.client.post("/language", data=sent, headers={"Accept": "text/html", **said})
        assert (answer.status_code, "You may not do this" in answer.text) == (403, True)
    old = asha.client.post("/language", data={**sent, CSRF_FIELD: csrf[1]}, headers={"Accept": "text/html"})
    assert old.status_code == 200, "a browser that says nothing has the token"
    assert asha.client.post("/logout", data={CSRF_FIELD: csrf[1]}).url.path == "/login"
    assert asha.client.get("/", headers=SAME).url.path == "/login"


def test_static_files_are_kept_by_their_content(asha: Browser) -> None:
    addresses = re.findall(r'(?:href|src)="(/static/[^"]+)"', asha.open("/"))
    assert len(addresses) == 4
    for address in addresses:
        answer = asha.client.get(address)
        assert (answer.status_code, answer.headers["cache-control"]) == (200, "public, max-age=31536000, immutable")
        stale = asha.client.get(address.partition("?")[0] + "?v=older")
        assert stale.headers["cache-control"] == "no-cache"
    assert (STATIC / "ims.css").stat().st_size < 11_000
    assert len((STATIC / "ims.js").read_text("utf-8").splitlines()) <= 60


def test_what_is_vendored_is_what_is_said() -> None:
    said = (STATIC / "VENDOR").read_text("utf-8")
    assert hashlib.sha256((STATIC / "htmx.min.js").read_bytes()).hexdigest() in said
    assert (STATIC / "htmx.LICENSE").is_file()


def test_a_host_mounts_the_dashboard_under_a_prefix(stage: Stage) -> None:
    app = FastAPI()
    app.include_router(dashboard(stage.ims, lambda: CALLERS["asha"]), prefix=PREFIX)
    with TestClient(app) as client:
        page = client.get(f"{PREFIX}/", headers=SAME).text
        assert f'href="{PREFIX}/static/ims.css?' in page
        assert client.get(f"{PREFIX}/static/ims.css").status_code == 200
        assert "Sign out" not in page
        assert client.post(f"{PREFIX}/language", data={"language": "hi"}).status_code == 403
        assert client.post(f"{PREFIX}/language", data={"language": "hi"}, headers=SAME).status_code != 403


def test_the_unexpected_is_a_page_too(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    secret = stage.ims.tokens.issue("asha", roles=["recipient"], gstins=[BUYER]).secret

    def broken(*_: object) -> None:
        raise ZeroDivisionError("a secret of the house")

    with TestClient(application_of(stage.ims, is_secure=False), raise_server_exceptions=False) as client:
        client.post("/login", data={"token": secret}, headers=SAME)
        monkeypatch.setattr(type(stage.ims), "taxpayers", broken)
        answer = client.get("/", headers=SAME)
    assert (answer.status_code, answer.headers["content-type"]) == (500, "text/html; charset=utf-8")
    assert "This did not work" in answer.text
    assert "secret of" not in answer.text
