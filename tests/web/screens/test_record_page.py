"""A record's page: what it is, actions with what they come to, refusals with their words, history, its path."""

from __future__ import annotations

import html
from collections.abc import Callable
from datetime import date

from ims_fsm import Heads
from ims_fsm.testing import Stage
from tests.web.conftest import BUYER, OTHER
from tests.web.screens.conftest import SAME, Browser

AT = f"/recipients/{BUYER}/records"


def test_a_page_says_what_a_record_is_and_what_each_action_comes_to(stage: Stage, asha: Browser) -> None:
    note = stage.filed(stage.document("credit_note", igst=1_800_000, taxable=10_000_000))
    asha.open(f"{AT}/{note}")
    said = html.unescape(asha.text)
    assert "Credit note S/1" in said
    assert "-18,000.00 IGST" in said
    assert "If rejected: ITC unchanged, supplier's liability +18,000.00 IGST." in said
    assert "Why not: Pending" in said
    assert "faq.11.a" in said
    assert "Original Credit note rejected by the recipient" in said, "the rule in its source's words"
    assert "20 Nov 2024" in said, "the day of GSTR-3B"


def test_an_action_is_taken_at_the_version_that_was_seen(stage: Stage, served: Callable[..., Browser]) -> None:
    record = stage.filed()
    asha, ravi = served("asha"), served("ravi")
    asha.open(f"{AT}/{record}")
    ravi.open(f"{AT}/{record}")
    asha.send(f"/{record}$", do="reject", remarks="not received")
    assert "Rejected" in asha.text
    assert stage.desk.record(record).remarks == "not received"
    ravi.send(f"/{record}$", status=412, do="accept")
    assert "Changed by asha meanwhile; nothing was done." in ravi.text
    assert stage.desk.record(record).state == "rejected"
    steps = stage.desk.history(record).transitions
    assert [(step.trigger, step.actor) for step in steps] == [("reject", "asha")]
    assert "not received" in ravi.open(f"{AT}/{record}")


def test_what_the_rules_refuse_is_said_on_the_page(stage: Stage, asha: Browser) -> None:
    note = stage.filed(stage.document("credit_note"))
    asha.open(f"{AT}/{note}")
    asha.send(f"/{note}$", status=409, do="keep_pending")
    assert "Refused; nothing was done." in asha.text
    assert "faq.11.a" in asha.text
    asha.open(f"{AT}/{note}")
    assert "This cannot be read" in asha.send(f"/{note}$", status=422, do="king")


def test_a_part_of_the_itc_is_declared_in_rupees(stage: Stage, served: Callable[..., Browser]) -> None:
    asha = (stage.at("2026-05-09"), served())[1]
    note = stage.filed(stage.document("credit_note", igst=1_800_000, date=date(2026, 4, 5)), period="2026-04")
    asha.open(f"{AT}/{note}")
    assert "api.2026-04.declaration" in asha.text
    wrong = {"do": "accept", "reduce": "partial", "reduce.igst": "x", "remarks": "half was used"}
    assert "is not an amount" in html.unescape(asha.send(f"/{note}$", status=422, **wrong))
    asha.open(f"{AT}/{note}")
    asha.send(f"/{note}$", **{**wrong, "reduce.igst": "9000.00"})
    kept = stage.desk.record(note)
    assert (kept.state, kept.reduction, kept.declared) == ("accepted", "partial", Heads(igst=900_000))


def test_the_path_is_a_picture(stage: Stage, asha: Browser) -> None:
    record = stage.filed()
    assert f'src="{AT}/{record}/picture"' in asha.open(f"{AT}/{record}")
    picture = asha.client.get(f"{AT}/{record}/picture?theme=dark", headers=SAME)
    assert (picture.status_code, picture.headers["content-type"]) == (200, "image/svg+xml")
    assert "<svg" in picture.text


def test_the_versions_of_a_chain_lead_to_each_other(stage: Stage, asha: Browser) -> None:
    document = stage.document(igst=1_800)
    first = stage.filed(document)
    second = stage.saved(stage.document(igst=1_500, amends=document), period="2024-11")
    page = asha.open(f"{AT}/{second}")
    assert f'href="{AT}/{first}"' in page
    assert "faq.13" in page


def test_anothers_record_is_not_here(stage: Stage, served: Callable[..., Browser]) -> None:
    record = stage.filed()
    other = served("other", gstins=(OTHER,))
    page = other.open(f"/recipients/{OTHER}/records/{record}", 404)
    none = other.open(f"/recipients/{OTHER}/records/4711", 404).replace("4711", str(record))
    strip = lambda text: text.partition("<main")[2].partition('<p class="aside">')[0]  # noqa: E731
    assert strip(page) == strip(none)


def test_who_only_looks_may_not_act(stage: Stage, served: Callable[..., Browser]) -> None:
    record, auditor = stage.filed(), served("auditor", "auditor")
    assert '<button class="main"' not in auditor.open(f"{AT}/{record}")
    assert auditor.client.post(f"{AT}/{record}", data={"do": "accept"}, headers=SAME).status_code == 403
