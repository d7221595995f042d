"""Settings on the dashboard and over HTTP: tried first, kept with a reason, refused with every fault, read only."""

from __future__ import annotations

import html
from collections.abc import Callable

import pytest

from ims_fsm.testing import Stage
from tests.web.conftest import BUYER, Caller
from tests.web.screens.conftest import Browser
from tests.web.test_matching import books

AT, API = f"/recipients/{BUYER}/settings", f"/recipients/{BUYER}"
STRICT = '[[match]]\nname = "same_number_other_amounts"\noff = true\n'
LAYOUT = '[read]\nnumber = ["Bill ref"]\n'


@pytest.fixture
def matched(stage: Stage) -> Stage:
    """A record that the books have with other amounts."""
    stage.filed(stage.document(number="A-1", taxable=100_000, igst=18_000))
    name, data, _ = books("A-1,2024-10-05,Invoice,2000.00,360.00,0,0")["file"]
    assert name
    stage.desk.match(data)
    return stage


def said(browser: Browser) -> str:
    return html.unescape(browser.text)


def test_rules_are_tried_first_and_kept_with_a_reason(matched: Stage, asha: Browser) -> None:
    assert "What ships is in force." in html.unescape(asha.open(AT))
    asha.send("/settings$", kind="matching", text=STRICT, reason="", do="preview")
    for row in ("Amount differs 1 0 -1", "Only on the portal 0 1 +1", "Only in the books 0 1 +1"):
        assert row in said(asha)
    assert (matched.desk.settings(), [of.name for of in matched.desk.matched().classes]) == ([], ["amount_off"])
    assert [of.class_name for of in matched.desk.matches()] == ["amount_off"]
    asha.send("/settings$", kind="matching", text=STRICT, reason="", do="save", status=422)
    assert html.escape(STRICT.splitlines()[1], quote=False) in html.unescape(asha.page)
    asha.send("/settings$", kind="matching", text=STRICT.replace("\n", "\r\n"), reason="as agreed", do="save")
    (setting,) = matched.desk.settings()
    assert (setting.text, setting.reason, setting.actor) == (STRICT.strip(), "as agreed", "asha")
    assert "as agreed" in said(asha)
    asha.send("/settings$", kind="matching", text="[[match]]\nname = 1", reason="a slip", do="save", status=422)
    assert "Refused; nothing was done." in said(asha)
    asha.send("/settings$", kind="none", text="", reason="x", do="save", status=422)


def test_layouts_have_names(matched: Stage, asha: Browser) -> None:
    for name in ("ERP", "new"):
        assert "readonly" not in asha.open(f"{AT}?new=true")
        asha.send("/settings$", kind="layout", name=name, text="", reason="", do="save", status=422)
        asha.send("/settings$", kind="layout", name=name, text=LAYOUT, reason="our ERP", do="save")
        assert matched.desk.setting("layout", name) is not None
        assert "Bill ref" in asha.open(f"{AT}?layout={name}")
        assert f'value="{name}" readonly' in asha.page


def test_an_auditor_reads_and_changes_nothing(matched: Stage, served: Callable[..., Browser]) -> None:
    matched.desk.change_setting("matching", STRICT, reason="as agreed")
    tara = served("tara", "auditor")
    page = tara.open(AT, **{"Accept-Language": "hi"})
    assert "सेटिंग" in page
    assert "<textarea" not in page
    assert "same_number_other_amounts" in page


def test_settings_over_http(stage: Stage, calling: Callable[[str], Caller]) -> None:
    asha = calling("asha")
    assert asha.get(f"{API}/settings")["settings"] == []
    assert asha.get(f"{API}/settings/matching", status=404)["code"] == "not_here"
    tried = asha.post(f"{API}/settings/matching/preview", {"text": STRICT})
    assert (tried["classes"], tried["kept"]) == ([], None)
    changed = {"text": STRICT, "reason": "as agreed"}
    made = asha("PUT", f"{API}/settings/matching", json=changed).json()
    assert (made["number"], made["text"], made["actor"]) == (1, STRICT, "asha")
    assert asha.get(f"{API}/settings/matching") == made
    asha("PUT", f"{API}/settings/matching", json={**changed, "text": ""})
    assert [of["number"] for of in asha.get(f"{API}/settings", params={"history": True})["settings"]] == [1, 2]
    asha("PUT", f"{API}/settings/layout", params={"name": "ERP"}, json={**changed, "text": LAYOUT})
    assert asha.get(f"{API}/settings/layout", params={"name": "ERP"})["text"] == LAYOUT
    for wrong in ("[[match]]\nname = 1", "not TOML ["):
        problem = asha("PUT", f"{API}/settings/matching", json={**changed, "text": wrong}, status=422).json()
        assert problem["code"] == "declaration_invalid"
    assert calling("auditor")("PUT", f"{API}/settings/matching", json=changed, status=403).json()
