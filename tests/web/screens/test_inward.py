"""Inward supplies: sections, filters, pages, actions line by line and on all of a filter, two people at once."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from datetime import date

import pytest

from ims_fsm import Where
from ims_fsm.testing import Stage
from ims_fsm.web.asked import Page
from ims_fsm.web.screens.listing import Listing
from tests.web.conftest import BUYER, OTHER, SELLER
from tests.web.screens.conftest import SAME, Browser

INWARD = f"/recipients/{BUYER}/inward"
LIST = "/inward"


def numbers(page: str) -> list[str]:
    return re.findall(r'<th scope="row" role="rowheader"><a href="[^"]+">([^<]+)</a>', page)


def radio(page: str, record: int, action: str) -> str:
    found = re.search(rf'<input type="radio" [^>]*id="a{record}{action}"[^>]*>', page)
    assert found
    return found[0]


@pytest.fixture
def many(stage: Stage) -> dict[str, int]:
    """Records of several kinds, by a name."""
    kinds = ("invoice", "debit_note", "credit_note")
    made = {kind: stage.filed(stage.document(kind, igst=1_800_000, taxable=10_000_000)) for kind in kinds}
    return {**made, "straight": stage.filed(stage.document(reverse_charge=True)), "saved": stage.saved()}


def test_a_section_a_state_and_a_filter_narrow_the_list(stage: Stage, asha: Browser, many: dict[str, int]) -> None:
    page = asha.open(INWARD)
    assert numbers(page) == ["S/1", "S/2", "S/3", "S/5"], "what never goes through IMS is not in the list"
    assert numbers(asha.open(f"{INWARD}?all=true")) == ["S/1", "S/2", "S/3", "S/4", "S/5"]
    assert numbers(asha.open(f"{INWARD}?kind=credit_note&amended=false")) == ["S/3"]
    assert 'aria-current="true">Credit note' in asha.page
    stage.desk.accept(many["invoice"])
    assert numbers(asha.open(f"{INWARD}?state=accepted&state=rejected")) == ["S/1"]
    assert numbers(asha.open(f"{INWARD}?status=saved&supplier=&number=")) == ["S/5"], "what is left empty is not asked"
    assert numbers(asha.open(f"{INWARD}?number=s/2")) == ["S/2"]
    assert "No records match." in asha.open(f"{INWARD}?number=nothing")
    assert "1,00,000.00" in asha.open(INWARD), "amounts are grouped as in India"


def test_no_word_of_the_filter_is_taken_and_not_heeded(asha: Browser, many: dict[str, int]) -> None:
    assert numbers(asha.open(f"{INWARD}?in_ims=no")) == ["S/4"]
    assert 'name="in_ims" value="False"' in asha.page, "the form of the filter keeps it"
    assert "No records match." in asha.open(f"{INWARD}?original_unknown=yes")
    assert "No records match." in asha.open(f"{INWARD}?credit_until=2030-01-01")
    given = {
        "in_ims": False,
        "credit_until": "2025-11-30",
        "original_unknown": True,
        "to_upload": True,
        "amended": True,
    }
    given |= {"state": ["pending"], "kind": ["invoice"], "period": "2024-10", "return_period": "2024-09"}
    given |= {"status": "filed", "number": "S/1", "supplier": SELLER}
    assert Listing(**given).where == Page(**given).where


def test_the_counts_follow_what_happens(stage: Stage, asha: Browser, many: dict[str, int]) -> None:
    assert "4 records" in (asha.open(INWARD), asha.text)[1]
    stage.filed()
    assert "5 records" in (asha.open(INWARD), asha.text)[1]
    stage.desk.reject(many["invoice"])
    assert "Rejected 1" in (asha.open(INWARD), asha.text)[1]


def test_a_filter_that_cannot_be_read_is_said_to_be_one(asha: Browser, many: dict[str, int]) -> None:
    assert "not a GSTIN" in html.unescape(asha.open(f"{INWARD}?supplier=abc", 422))
    assert "not a tax period" in asha.open(f"{INWARD}?period=24", 422)
    assert "This cannot be read" in asha.open(f"{INWARD}?state=x", 422)
    assert "Not found" in asha.open(f"{INWARD}?after=abc", 404)


def test_pages_follow_each_other_in_every_order(stage: Stage, asha: Browser) -> None:
    for tax in range(1, 13):
        stage.saved(stage.document(igst=tax * 100))
    for order, first in (("", "S/1"), ("-tax", "S/12"), ("number", "S/1")):
        listed, address = [], f"{INWARD}?limit=5&sort={order}" if order else f"{INWARD}?limit=5"
        while address:
            listed += numbers(asha.open(address))
            onwards = re.search(r'id="next" rel="next" href="([^"]+)"', asha.page)
            address = html.unescape(onwards[1]) if onwards else ""
        assert len(set(listed)) == len(listed) == 12
        assert listed[0] == first


def test_what_the_law_refuses_is_greyed_with_its_reason_and_rule(asha: Browser, many: dict[str, int]) -> None:
    page, note = asha.open(INWARD), many["credit_note"]
    refused = radio(page, note, "keep_pending")
    assert 'aria-disabled="true"' in refused
    assert " disabled" not in refused.replace("aria-disabled", ""), "it can have the focus"
    reason = re.search(r'aria-describedby="([^"]+)"', refused)
    assert reason
    described = page.partition(f'id="{reason[1]}"')[2].partition("</div>")[0]
    assert "faq.11.a" in described
    assert "aria-disabled" not in radio(page, note, "reject")
    assert "checked" in radio(page, note, "reset"), "no action stands chosen"


def test_a_page_is_saved_line_by_line(stage: Stage, asha: Browser, many: dict[str, int]) -> None:
    asha.open(INWARD)
    chosen = {f"a.{many['invoice']}": "accept", f"a.{many['debit_note']}": "keep_pending", f"r.{many['invoice']}": "ok"}
    page = asha.send(LIST, do="save", **chosen)
    assert "2 done" in asha.text
    assert 'class="refused"' not in page
    assert stage.desk.record(many["invoice"]).state == "accepted"
    assert stage.desk.record(many["invoice"]).remarks == "ok"
    assert stage.desk.record(many["debit_note"]).state == "pending"
    assert stage.desk.record(many["credit_note"]).state == "no_action", "a line that stood as it stood"
    assert "Nothing was changed" in asha.send(LIST, do="save")


def test_a_rejection_is_confirmed_with_what_it_comes_to(stage: Stage, asha: Browser, many: dict[str, int]) -> None:
    asha.open(INWARD)
    asha.send(LIST, do="save", **{f"a.{many['credit_note']}": "reject", f"a.{many['invoice']}": "accept"})
    assert "Save 2 actions?" in asha.text
    assert "supplier's liability +18,000.00 IGST" in html.unescape(asha.text)
    assert stage.desk.record(many["credit_note"]).state == "no_action", "nothing is done before"
    asha.send(LIST)
    assert "2 done" in asha.text
    assert stage.desk.record(many["credit_note"]).state == "rejected"


def test_a_form_that_is_sent_twice_is_done_once(stage: Stage, asha: Browser, many: dict[str, int]) -> None:
    asha.open(INWARD)
    before, chosen = asha.page, {f"a.{many['invoice']}": "accept"}
    asha.send(LIST, do="save", **chosen)
    asha.page = before
    assert "1 done" in (asha.send(LIST, do="save", **chosen), asha.text)[1]
    assert stage.desk.record(many["invoice"]).seq == 1
    asha.open(INWARD)
    asha.send(LIST, do="accept", all="1")
    confirmation = asha.page
    done = (asha.send(LIST), asha.text)[1].partition("Invoice")[0]
    asha.page = confirmation
    assert (asha.send(LIST), asha.text)[1].partition("Invoice")[0] == done
    assert stage.desk.record(many["saved"]).seq == 1


def test_two_people_at_one_record_see_each_other(
    stage: Stage, served: Callable[..., Browser], many: dict[str, int]
) -> None:
    asha, ravi = served("asha"), served("ravi")
    asha.open(INWARD)
    ravi.open(INWARD)
    ravi.send(LIST, do="save", **{f"a.{many['invoice']}": "keep_pending"})
    asha.send(LIST, do="save", **{f"a.{many['invoice']}": "accept", f"a.{many['debit_note']}": "accept"})
    assert "1 done, 1 refused" in asha.text
    assert "changed by ravi meanwhile" in asha.text
    assert stage.desk.record(many["invoice"]).state == "pending"
    assert "checked" in radio(asha.page, many["invoice"], "keep_pending"), "the line shows what stands now"
    assert f'<tr id="r{many["invoice"]}" role="row" data-seq="1" class="refused">' in asha.page


def test_one_action_on_what_is_ticked(stage: Stage, asha: Browser, many: dict[str, int]) -> None:
    asha.open(INWARD)
    assert "Tick the records" in asha.send(LIST, do="accept")
    picks = [str(many[name]) for name in ("invoice", "credit_note", "saved")]
    asha.send(LIST, do="keep_pending", pick=picks)
    assert "Pending: 2 records?" in asha.text
    assert "Refused on 1" in asha.text
    assert "faq.11.a" in asha.text
    asha.send(LIST, remarks="asked the supplier")
    assert "2 done, 1 refused" in asha.text
    assert "1 of them are only saved" in asha.text
    assert stage.desk.record(many["invoice"]).remarks == "asked the supplier"
    assert stage.desk.record(many["debit_note"]).state == "no_action"


def test_one_action_on_all_that_a_filter_means(stage: Stage, asha: Browser, many: dict[str, int]) -> None:
    asha.open(f"{INWARD}?kind=invoice&kind=credit_note")
    asha.send(LIST, do="keep_pending", all="1")
    assert "Pending: 2 records?" in asha.text
    assert "Refused on 1" in asha.text
    stage.filed()
    asha.send(LIST)
    assert "The records changed since this was asked" in asha.text
    assert stage.desk.record(many["invoice"]).state == "no_action"
    asha.send(LIST)
    assert "3 done" in asha.text
    assert stage.desk.record(many["debit_note"]).state == "no_action", "it is not of the filter"
    assert stage.desk.summary(Where()).by_state["pending"].records == 3


def test_what_no_page_made_is_refused(stage: Stage, asha: Browser, many: dict[str, int]) -> None:
    record = many["invoice"]
    for sent in ({"do": "king"}, {"do": "save", "v.x": "1.no_action"}, {"do": "save", f"v.{record}": "1.king"}):
        answer = asha.client.post(INWARD, data=sent, headers=SAME)
        assert (answer.status_code, "This cannot be read" in answer.text) == (422, True)
    assert asha.client.post(INWARD, data={"do": "save"}).status_code == 403, "it has no token"


def test_who_only_looks_has_no_buttons(served: Callable[..., Browser], many: dict[str, int]) -> None:
    auditor = served("auditor", "auditor")
    assert numbers(auditor.open(INWARD)) == ["S/1", "S/2", "S/3", "S/5"]
    assert 'type="radio"' not in auditor.page
    assert "You may not do this" in auditor._seen(auditor.client.post(INWARD, data={}, headers=SAME), 403)
    assert auditor.client.get(INWARD.replace(BUYER, OTHER), headers=SAME).status_code == 404


def test_a_reduction_of_itc_is_declared_where_it_is_asked(stage: Stage, served: Callable[..., Browser]) -> None:
    asha = (stage.at("2026-05-09"), served())[1]
    note = stage.filed(stage.document("credit_note", igst=1_800_000, date=date(2026, 4, 5)), period="2026-04")
    page = asha.open(INWARD)
    assert "aria-disabled" not in radio(page, note, "accept")
    assert f'name="d.{note}"' in page
    asha.send(LIST, do="save", **{f"a.{note}": "accept"})
    assert "1 refused" in asha.text
    asha.send(LIST, do="save", **{f"a.{note}": "accept", f"d.{note}": "full"})
    assert "1 done" in asha.text
    assert stage.desk.record(note).reduction == "full"
