"""GSTR-2B on a screen: its periods, its sections and lines, what it leaves out, recomputed when stale, as JSON."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable

import pytest

from ims_fsm.testing import Stage
from ims_fsm.web.screens import two_b
from tests.web.conftest import BUYER, OTHER
from tests.web.screens.conftest import SAME, Browser

AT = f"/recipients/{BUYER}/2b"
PERIOD = f"{AT}/2024-10"
FORM = "/2b/2024-10$"


def test_it_is_generated_shown_stale_and_recomputed(stage: Stage, served: Callable[..., Browser]) -> None:
    asha = served()
    accepted, late = stage.filed(stage.document(igst=12_345_600)), stage.filed(stage.document(igst=700))
    stage.desk.accept(accepted)
    stage.desk.keep_pending(stage.filed())
    asha.open(AT)
    assert "2024-10 not generated" in asha.text
    assert "It was never generated." in (asha.open(PERIOD), asha.text)[1]
    asha.send(FORM, status=409)
    assert "Refused; nothing was done." in asha.text
    assert stage.desk.two_bs() == [], "before the 14th"
    asha = (stage.at("2024-11-14"), served())[1]
    asha.open(PERIOD)
    asha.send(FORM)
    assert "Computed: generation 1" in asha.text
    assert "ITC available 1,23,463.00" in asha.text
    assert "What it leaves out" in asha.text
    assert 'id="stale"' not in asha.page
    stage.desk.reject(late)
    page = asha.open(PERIOD)
    assert 'id="stale"' in page
    assert "faq.29" in page
    asha.send(FORM)
    assert "Computed: generation 2" in asha.text
    assert "ITC available 1,23,456.00" in asha.text
    assert "ITC rejected (for view only) 7.00" in asha.text
    assert stage.desk.stale_periods() == []
    assert "2024-10 draft 2" in (asha.open(AT), asha.text)[1]


def test_a_form_that_is_sent_twice_generates_once(stage: Stage, served: Callable[..., Browser]) -> None:
    asha = (stage.at("2024-11-14"), served())[1]
    asha.open(PERIOD)
    before = asha.page
    asha.send(FORM)
    asha.page = before
    asha.send(FORM)
    assert [two.generation for two in stage.desk.two_bs()] == [1]


def test_lines_come_by_the_page_and_lead_to_their_records(
    stage: Stage, served: Callable[..., Browser], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(two_b, "LINES", 2)
    ids = [stage.filed() for _ in range(3)]
    asha = (stage.at("2024-11-14"), served())[1]
    stage.desk.generate_2b("2024-10")
    listed: list[str] = []
    address = PERIOD
    while address:
        page = asha.open(address)
        listed += re.findall(rf'href="/recipients/{BUYER}/records/(\d+)"', page)
        following = re.search(r'id="next" rel="next" href="([^"#]+)', page)
        address = html.unescape(following[1]) if following else ""
    assert listed == [str(record) for record in ids]
    assert "No lines." in asha.open(f"{PERIOD}?page=9")
    asha.open(f"{PERIOD}?page=0", 422)
    monkeypatch.setattr(two_b, "MOST_LINES", 2)
    assert "They are too many to be shown here" in asha.open(PERIOD)


def test_the_json_is_that_of_the_portal(stage: Stage, served: Callable[..., Browser]) -> None:
    stage.filed()
    asha = (stage.at("2024-11-14"), served())[1]
    assert "generate the GSTR-2B of 2024-10" in html.unescape(asha.open(f"{PERIOD}/json", 422))
    stage.desk.generate_2b("2024-10")
    assert f'href="{PERIOD}/json"' in asha.open(PERIOD)
    answer = asha.client.get(f"{PERIOD}/json", headers=SAME)
    assert json.loads(answer.text)["data"]["rtnprd"] == "102024"
    assert f'filename="returns_2024-10_{BUYER}_GSTR2B.json"' in answer.headers["content-disposition"]


def test_who_only_looks_recomputes_nothing(stage: Stage, served: Callable[..., Browser]) -> None:
    stage.at("2024-11-14")
    stage.desk.generate_2b("2024-10")
    auditor, operator = served("auditor", "auditor"), served("op", "operator")
    assert 'id="recompute"' not in auditor.open(PERIOD)
    assert 'id="json"' in auditor.page
    assert auditor.client.post(PERIOD, headers=SAME).status_code == 403
    assert 'id="json"' not in operator.open(PERIOD)
    assert operator.client.get(f"{PERIOD}/json", headers=SAME).status_code == 403
    served("shop", "supplier").open(PERIOD, 403)
    served("other", gstins=(OTHER,)).open(PERIOD, 404)
    served().open(f"{AT}/2024-13", 422)
