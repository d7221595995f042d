"""GSTR-3B on a screen: what it decides, what stands in its way, confirmed and consented to; the annual return."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from datetime import date

from ims_fsm import TwoBState
from ims_fsm.testing import Stage
from tests.web.conftest import BUYER, OTHER
from tests.web.screens.conftest import Browser

AT = f"/recipients/{BUYER}/3b"
PERIOD = f"{AT}/2024-10"
FORM = "/3b/2024-10$"


def state_of(stage: Stage, period: str = "2024-10") -> str:
    return next((str(two_b.state) for two_b in stage.desk.two_bs() if two_b.period == period), "absent")


def test_it_is_confirmed_with_its_sums_and_decides_for_good(stage: Stage, served: Callable[..., Browser]) -> None:
    stage.desk.accept(stage.filed(stage.document(igst=12_345_600)))
    stage.desk.reject(stage.filed(stage.document("credit_note", igst=7_000)))
    stage.filed(stage.document(igst=500))
    asha = (stage.at("2024-11-14"), served())[1]
    stage.desk.generate_2b("2024-10")
    asha.open(AT)
    assert "2024-10 draft 20 Nov 2024" in asha.text
    asha.open(PERIOD)
    assert "ITC available Accepted 1 1,23,456.00 IGST" in asha.text
    assert "ITC available Deemed accepted 1 5.00 IGST" in asha.text
    assert 'id="gates"' not in asha.page
    asha.send(FORM)
    assert "File GSTR-3B of 2024-10?" in asha.text
    assert "ITC available 1,23,461.00" in asha.text
    assert state_of(stage) == TwoBState.DRAFT, "nothing is done before it is confirmed"
    confirmation = asha.page
    asha.send(FORM)
    assert "GSTR-3B of 2024-10 is filed" in asha.text
    assert "1 Accepted" in asha.text
    assert f"Added to the liability of {stage.seller} in 2024-11: ₹ 70.00 IGST (1) faq.34" in asha.text
    assert "nothing is sent to the portal" in asha.text
    assert state_of(stage) == TwoBState.FINAL
    asha.page = confirmation
    asha.send(FORM)
    assert "1 Accepted" in asha.text, "sent twice it is done once, and answered as the first time"
    asha.open(PERIOD)
    assert "What was decided for good" in asha.text
    assert 'id="file"' not in asha.page


def test_what_stands_in_its_way_is_said_before_and_refused_by_the_rules(
    stage: Stage, served: Callable[..., Browser]
) -> None:
    record = stage.filed()
    asha = (stage.at("2024-12-14"), served())[1]
    page = asha.open(f"{AT}/2024-11")
    assert "GSTR-3B of 2024-10 is not filed" in asha.text
    assert f'href="{PERIOD}"' in page
    assert "There is no GSTR-2B: generate it" in asha.text
    stage.desk.generate_2b("2024-10")
    stage.desk.reject(record)
    asha.open(PERIOD)
    assert "The GSTR-2B is stale: recompute it" in asha.text
    asha.send(FORM)
    asha.send(FORM, status=409)
    assert "Refused; nothing was done." in asha.text
    assert "faq.29" in asha.text
    assert state_of(stage) == TwoBState.STALE


def test_a_two_b_computed_meanwhile_is_confirmed_again(stage: Stage, served: Callable[..., Browser]) -> None:
    record = stage.filed()
    asha = (stage.at("2024-11-14"), served())[1]
    stage.desk.generate_2b("2024-10")
    asha.open(PERIOD)
    asha.send(FORM)
    stage.desk.reject(record)
    stage.desk.generate_2b("2024-10")
    asha.send(FORM)
    assert "was computed anew since this was asked" in asha.text
    assert state_of(stage) == TwoBState.DRAFT
    asha.send(FORM)
    assert "1 Rejected" in asha.text


def test_what_needs_consent_is_asked_once_more(stage: Stage, served: Callable[..., Browser]) -> None:
    first = stage.document(igst=1_800, date=date(2024, 8, 5))
    stage.filed(stage.document(igst=1_500, amends=first))
    asha = (stage.at("2024-11-14"), served())[1]
    stage.desk.generate_2b("2024-10")
    asha.open(PERIOD)
    assert "1 left out, which needs your consent:" in asha.text
    asha.send(FORM)
    asha.send(FORM, status=409)
    assert "Your consent is needed; nothing was done yet." in asha.text
    assert "1 amendment is in no GSTR-2B" in html.unescape(asha.text)
    assert "file it all the same with your consent" in asha.text
    assert state_of(stage) == TwoBState.DRAFT
    asha.send(FORM, status=409)
    assert 'id="consent"' in asha.page, "it is not ticked"
    asha.send(FORM, consent="1")
    assert "GSTR-3B of 2024-10 is filed" in asha.text
    assert "No record was decided." in asha.text


def test_an_annual_return_ends_time_limits_once_it_is_said_to_be_filed(stage: Stage, asha: Browser) -> None:
    asha.open(AT)
    assert "tick that it is" in asha.send("/annual-returns$", status=422, fy="2023-24")
    asha.open(AT)
    assert "is not a financial year" in html.unescape(
        asha.send("/annual-returns$", status=422, fy="2023-25", confirmed="1")
    )
    asha.open(AT)
    asha.send("/annual-returns$", fy="2023-24", confirmed="1")
    assert "The annual return of 2023-24 is filed Time limits that it ended: 0" in asha.text
    asha.open(AT)
    assert "already filed" in asha.send("/annual-returns$", status=422, fy="2023-24", confirmed="1")


def test_who_only_looks_files_nothing(stage: Stage, served: Callable[..., Browser]) -> None:
    stage.at("2024-11-14")
    stage.desk.generate_2b("2024-10")
    for role in ("auditor", "operator"):
        looking = served(role, role)
        assert 'id="file"' not in looking.open(PERIOD)
        assert 'id="annual"' not in looking.open(AT)
        token = re.search(r'name="csrf" value="(\w+)"', looking.page)
        assert token
        sent = {"confirmed": "1", "generation": "1", "csrf": token[1]}
        assert looking.client.post(PERIOD, data=sent).status_code == 403
    served("shop", "supplier").open(PERIOD, 403)
    served("other", gstins=(OTHER,)).open(PERIOD, 404)
    assert state_of(stage) == TwoBState.DRAFT


def test_credit_whose_time_ends_is_named_on_both_screens(stage: Stage, served: Callable[..., Browser]) -> None:
    stage.filed(stage.document(igst=500_000, date=date(2024, 3, 5)))
    asha = (stage.at("2024-11-14"), served())[1]
    stage.desk.generate_2b("2024-10")
    for page in (PERIOD, f"/recipients/{BUYER}/2b/2024-10"):
        asha.open(page)
        assert "ITC that can be taken only in a GSTR-3B filed by 30 Nov 2024: ₹ 5,000.00 IGST (1)" in asha.text


def test_the_confirmation_foresees_what_filing_does(stage: Stage, served: Callable[..., Browser]) -> None:
    stage.desk.reject(stage.filed(stage.document("credit_note", 7_000)))
    stage.desk.keep_pending(stage.filed())
    stage.filed(stage.document(igst=500))
    asha = (stage.at("2024-11-14"), served())[1]
    stage.desk.generate_2b("2024-10")
    asha.open(PERIOD)
    assert "What filing it does" not in asha.text
    asha.send(FORM)
    assert "What filing it does 1 Deemed accepted, frozen for good: 1; ITC: ₹ 5.00 IGST" in asha.text
    assert f"Added to the liability of {stage.seller} in 2024-11: ₹ 70.00 IGST (1) faq.34" in asha.text
    assert "1 stay for a later period: it is pending" in asha.text
