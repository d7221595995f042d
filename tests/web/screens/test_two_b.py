"""GSTR-2B on a screen: its periods, its sections and lines, what it leaves out, recomputed when stale, as JSON."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable
from datetime import date

import pytest

from ims_fsm import TaxPeriod
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
    ids = [stage.filed() for _ in range(4)]
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
    assert "No lines." in asha.open(f"{PERIOD}?after=99")
    asha.open(f"{PERIOD}?after=0", 422)


def test_older_generations_are_listed_shown_and_compared(
    stage: Stage, served: Callable[..., Browser], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(two_b, "LINES", 2)
    ids = [stage.filed(stage.document(igst=100 * number)) for number in (1, 2, 3)]
    asha = (stage.at("2024-11-14"), served())[1]
    stage.desk.generate_2b("2024-10")
    assert "Generations" not in asha.open(PERIOD), "there is one"
    for record in ids:
        stage.desk.reject(record)
    stage.desk.generate_2b("2024-10")
    page = asha.open(PERIOD)
    assert f'href="{PERIOD}?generation=1"' in page
    compared = f"{PERIOD}/changes?older=1&amp;newer=2"
    assert f'href="{compared}"' in page
    asha.open(f"{PERIOD}?generation=1")
    assert "An older generation, as it stood then: 1 of 2." in asha.text
    assert "ITC available 6.00" in asha.text
    assert 'id="recompute"' not in asha.page
    assert 'id="json"' not in asha.page
    following = re.search(r'id="next" rel="next" href="([^"#]+)', asha.page)
    assert following is not None
    assert html.unescape(following[1]) == f"{PERIOD}?generation=1&after={ids[1]}"
    assert f"/records/{ids[2]}" in asha.open(html.unescape(following[1]))
    page = asha.open(html.unescape(compared))
    assert asha.text.count("ITC available Deemed accepted") == 2
    assert "Action faq.10.ii Reject, buyer, 2024-11-14" in asha.text
    following = re.search(r'id="next" rel="next" href="([^"#]+)', page)
    assert following is not None
    assert f"/records/{ids[2]}" in asha.open(html.unescape(following[1]))
    assert "No line has changed." in asha.open(f"{PERIOD}/changes?older=2&newer=2")
    asha.open(f"{PERIOD}?generation=3", 404)
    asha.open(f"{PERIOD}/changes?older=1&newer=3", 404)
    asha.open(f"{PERIOD}/changes", 422)


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


def test_records_whose_credit_ends_are_counted(stage: Stage, served: Callable[..., Browser]) -> None:
    stage.filed(stage.document(date=date(2023, 11, 21)))
    stage.at("2024-11-14 06:00").desk.generate_2b(TaxPeriod("2024-10"))
    reader = served()
    reader.open(f"/recipients/{BUYER}/2b/2024-10")
    assert "filed by 30 Nov 2024: ₹ 180.00 IGST (1)" in reader.text
