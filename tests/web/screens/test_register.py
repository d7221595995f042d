"""The purchase register on the dashboard: taken in, its classes and lists, pairs by hand, what is recommended taken."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from dataclasses import replace

import pytest

from ims_fsm import TaxPeriod
from ims_fsm.record.register import Gone
from ims_fsm.testing import Stage
from ims_fsm.web.screens import inward
from tests.web.conftest import BUYER
from tests.web.screens.conftest import Browser
from tests.web.test_matching import books

AT, INWARD = f"/recipients/{BUYER}/register", f"/recipients/{BUYER}/inward"
ROWS = [f"{number},2024-10-05,Invoice,1000.00,180.00,0,0" for number in ("A-1", "Z-9")]


@pytest.fixture
def stage(signing: Stage) -> Stage:
    return signing


@pytest.fixture
def records(stage: Stage) -> list[int]:
    """One record that the books have as it is, one that they do not have."""
    return [stage.filed(stage.document(number=number, taxable=100_000, igst=18_000)) for number in ("A-1", "C-3")]


@pytest.fixture
def matched(records: list[int], asha: Browser) -> Browser:
    asha.open(AT)
    assert "There is no purchase register yet." in asha.text
    assert "Recommended" not in asha.open(INWARD)
    asha.open(AT)
    asha.send("/register$", files={"files": books(*ROWS)["file"]}, period="2024-10")
    return asha


def said(browser: Browser) -> str:
    return html.unescape(browser.text)


def test_a_register_is_taken_in_and_each_class_leads_to_its_list(
    stage: Stage, matched: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "books.csv: 2 documents read 2 new" in said(matched)
    assert "Read by the layout: what ships" in said(matched)
    assert "Matched by the rules: what ships" in said(matched)
    for name, number in (("exact", "A-1"), ("books_only", "Z-9"), ("portal_only", "C-3")):
        matched.open(f"{AT}?period=2024-10")
        (address,) = re.findall(rf'href="([^"]*/matches\?match={name}[^"]*)"', matched.page)
        assert number in matched.open(html.unescape(address))
    assert "Z-9" not in matched.open(f"{AT}/matches?match=exact")
    matched.open(AT)
    matched.send("/register$", do="again", files={})
    assert "Matched once more" in said(matched)
    narrowed = replace(stage.desk.match(), narrowed=Gone(count=1, examples=("Z-9",)))
    monkeypatch.setattr("ims_fsm.RecipientDesk.match", lambda *_, **__: narrowed)
    matched.open(AT)
    matched.send("/register$", do="again", files={})
    assert "held against the nearest records only: 1 (Z-9)" in said(matched)
    matched.open(f"{AT}?period=13", status=422)


def test_a_pair_is_made_and_parted_by_hand_and_leads_back(stage: Stage, records: list[int], matched: Browser) -> None:
    matched.open(f"{AT}/matches?match=books_only")
    (address,) = re.findall(r'href="([^"]*/register/pair\?[^"]*)"', matched.page)
    matched.open(html.unescape(address))
    (near,) = re.findall(r'name="pair" required id="[^"]*" value="([^"]*)"', matched.page)
    assert near.endswith(f"-{records[1]}")
    matched.send("/pair$", pair=near, do="pair", reason="", status=422)
    matched.open(html.unescape(address))
    matched.send("/pair$", pair=near, do="pair", reason="the supplier has confirmed it")
    assert "Nothing is in this class." in said(matched)
    assert [of.record and of.record.id for of in stage.desk.matches(classes=["manual"])] == [records[1]]
    assert "the supplier has confirmed it" in matched.open(AT)
    for do, decisions in (("split", 2), ("free", 3)):
        matched.open(f"{AT}/pair?record_id={records[1]}")
        matched.send("/pair$", pair=near, do=do, reason="it was wrong")
        assert len(stage.desk.match_decisions()) == decisions
    matched.open(f"{AT}/pair?record_id={records[1]}&number=a-1")
    assert "Exact" in said(matched)
    assert [of.decision for of in stage.desk.match_decisions()] == ["pair", "split", "free"]
    matched.open(f"{AT}/pair?record_id=99", status=404)
    for elsewhere in ("javascript:alert(1)", "//example.org/", "https://example.org/"):
        page = matched.open(f"{AT}/pair?record_id={records[1]}&back={elsewhere}")
        assert not re.search(rf'(href|name="back" value)="{re.escape(elsewhere)}', page)
        assert 'class="back"><a href="/"' in page


def test_what_is_recommended_fills_the_radio_buttons_and_does_nothing(
    stage: Stage, records: list[int], matched: Browser
) -> None:
    page = matched.open(f"{INWARD}?take=true")
    assert re.findall(r'id="a(\d+)(\w+)" value="\w+" checked', page) == [
        *((str(records[0]), "accept"), (str(records[1]), "keep_pending")),
    ]
    assert {stage.desk.record(record).state for record in records} == {"no_action"}
    stage.desk.reject(records[1])
    matched.send("/inward", do="save", status=200)
    assert [stage.desk.record(record).state for record in records] == ["accepted", "rejected"]
    # What a person has decided is not taken over by what is recommended.
    assert f'id="a{records[1]}reject" value="reject" checked' in matched.open(f"{INWARD}?take=true")


def test_class_and_recommendation_are_filters(records: list[int], matched: Browser) -> None:
    def lines(query: str) -> list[str]:
        return re.findall(r'<tr id="r(\d+)"', matched.open(f"{INWARD}?{query}"))

    first, second = map(str, records)
    assert lines("match=exact") == [first]
    assert lines("match=portal_only&recommended=keep_pending") == [second]
    assert lines("recommended=accept") == [first]
    assert lines("recommended=reject") == []
    assert "the register does not have it yet" in matched.open(INWARD)


def test_what_is_not_recommended_is_never_of_the_filter(
    stage: Stage, records: list[int], matched: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    matched.open(f"{INWARD}?recommended=accept")
    assert "2 records" not in said(matched)
    matched.send("/inward", do="reject", all="1")
    assert "Reject: 1 records?" in said(matched)
    matched.send("/inward")
    assert [stage.desk.record(record).state for record in records] == ["rejected", "no_action"]
    stage.desk.reset(records[0])
    monkeypatch.setattr(inward, "MOST", 1)
    matched.open(INWARD)
    matched.send("/inward", do="recommended", all="1")
    assert "Save 1 actions?" in said(matched)
    assert "1 more are left" in said(matched)


def test_a_matching_that_comes_between_asks_again(stage: Stage, records: list[int], matched: Browser) -> None:
    matched.open(f"{INWARD}?match=exact")
    matched.send("/inward", do="accept", all="1")
    _, data, _ = books(ROWS[0].replace("A-1", "C-3"))["file"]
    stage.desk.match(data, period=TaxPeriod("2024-10"))
    matched.send("/inward")
    assert "The records changed since this was asked" in said(matched)
    assert {stage.desk.record(record).state for record in records} == {"no_action"}
    matched.send("/inward")
    assert [stage.desk.record(record).state for record in records] == ["no_action", "accepted"]


def test_the_counts_of_a_class_follow_the_matching(stage: Stage, records: list[int], matched: Browser) -> None:
    matched.open(f"{INWARD}?match=exact")
    assert "1 records" in said(matched)
    _, data, _ = books(ROWS[1])["file"]
    stage.desk.match(data, period=TaxPeriod("2024-10"))
    matched.open(f"{INWARD}?match=exact")
    assert "0 records" in said(matched)


def test_what_is_recommended_for_the_filter_is_confirmed_or_proposed(
    stage: Stage, records: list[int], matched: Browser, served: Callable[..., Browser]
) -> None:
    matched.open(INWARD)
    matched.send("/inward", do="recommended", all="1")
    assert "Save 2 actions?" in said(matched)
    assert "Accept 1 180.00 IGST" in said(matched)
    assert {stage.desk.record(record).state for record in records} == {"no_action"}
    matched.send("/inward")
    assert [stage.desk.record(record).state for record in records] == ["accepted", "pending"]
    matched.open(INWARD)
    matched.send("/inward", do="recommended", all="1")
    assert "Nothing is recommended here" in said(matched)
    stage.desk.reset(records[0])
    preeti = served("preeti", "recipient", "preparer")
    preeti.open(INWARD)
    preeti.send("/inward", do="recommended", pick=str(records[0]))
    preeti.send("/inward", do="propose")
    (signoff,) = stage.desk.signoffs()
    assert [(str(of.trigger), of.record_id) for of in signoff.proposals] == [("accept", records[0])]
    assert stage.desk.record(records[0]).state == "no_action"


def test_an_auditor_sees_all_and_decides_nothing(matched: Browser, served: Callable[..., Browser]) -> None:
    tara = served("tara", "auditor")
    assert 'id="upload"' not in tara.open(AT, **{"Accept-Language": "hi"})
    assert "क्रय रजिस्टर" in tara.page
    assert 'id="pair"' not in tara.open(f"{AT}/pair?document_id=2")
