"""The rules and the lifecycle on pages: found by words, each with what it decides; machines drawn, triggers decided."""

from __future__ import annotations

import html
from collections.abc import Callable

import pytest

from ims_fsm.law.book import shipped_law
from ims_fsm.testing import Stage
from tests.web.conftest import BUYER
from tests.web.screens.conftest import SAME, Browser


@pytest.fixture
def shop(served: Callable[..., Browser]) -> Browser:
    """Somebody who may see the law, and no recipient's records."""
    return served("shop", "supplier")


def test_rules_are_found_by_words_that_all_stand_in_them(shop: Browser) -> None:
    page = shop.open("/law/rules")
    assert page.count("<tr id=") == len(shipped_law().rules)
    page = shop.open("/law/rules?find=Credit+PENDING")
    assert 'id="faq.11.a"' in page
    assert 'id="faq.2"' not in page
    assert 'id="sec.16_4"' in shop.open("/law/rules?find=Section+16(4)"), "by the citation too"
    assert "No rule has these words." in shop.open("/law/rules?find=weather")


def test_a_rule_has_its_words_its_certainty_and_what_it_decides(shop: Browser) -> None:
    page = shop.open("/law/rules/faq.11.a")
    said = html.unescape(shop.text)
    for part in ("FAQ 11.a", "Frequently Asked Questions", "GSTN", "Credit note", "may refuse Pending", "2025-09"):
        assert part in said
    assert 'href="/law/machines/credit_note/triggers/keep_pending"' in page
    assert "derived" in shop.open("/law/rules/api.2026-04.declaration") or "corroborated" in shop.page
    assert 'href="/law/rules/faq.11.a"' in shop.open("/law/rules/faq.11"), "those below it"
    assert "Not found" in shop.open("/law/rules/faq.99", 404)


def test_every_rule_and_every_machine_has_a_page(shop: Browser) -> None:
    law = shipped_law()
    for rule in law.rules:
        assert rule in shop.open(f"/law/rules/{rule}")
    page = shop.open("/law/machines")
    for machine in law.machines:
        assert f'href="/law/machines/{machine}"' in page
        for rule_set in law.rule_sets:
            assert rule_set.id in shop.open(f"/law/machines/{machine}?rule_set={rule_set.id}")


def test_refusals_lead_to_their_rules(stage: Stage, served: Callable[..., Browser]) -> None:
    note, asha = stage.filed(stage.document("credit_note")), served()
    for path in (f"/recipients/{BUYER}/inward", f"/recipients/{BUYER}/records/{note}"):
        assert 'href="/law/rules/faq.11.a"' in asha.open(path)


def test_a_machine_has_its_states_triggers_and_picture(shop: Browser) -> None:
    page = shop.open("/law/machines/credit_note?rule_set=IMS-2025-10")
    said = html.unescape(shop.text)
    for part in ("Accepted", "Deemed", "lapse", "clock", "recipient"):
        assert part.casefold() in said.casefold()
    assert 'src="/law/machines/credit_note/picture?rule_set=IMS-2025-10"' in page
    picture = shop.client.get("/law/machines/credit_note/picture?rule_set=IMS-2024-10&theme=dark", headers=SAME)
    assert (picture.status_code, picture.headers["content-type"]) == (200, "image/svg+xml")
    assert "Not found" in shop.open("/law/machines/dream", 404)
    assert "the rule sets are" in shop.open("/law/machines/credit_note?rule_set=IMS-1999", 404)


def test_a_trigger_is_decided_on_the_facts_that_are_chosen(shop: Browser) -> None:
    at = "/law/machines/credit_note/triggers/keep_pending"
    page = shop.open(f"{at}?rule_set=IMS-2025-10")
    assert "Allowed" not in page, "nothing is asked yet"
    assert 'value="pending_window=passed"' in page
    shop.open(f"{at}?rule_set=IMS-2025-10&state=no_action&fact=pending_window%3Dopen")
    assert "Allowed: No action → Pending" in html.unescape(shop.text)
    page = shop.open(f"{at}?rule_set=IMS-2025-10&state=no_action&fact=pending_window%3Dpassed")
    assert '<option value="pending_window=passed" selected>' in page
    said = html.unescape(shop.text)
    assert "Refused" in said
    assert "may be pending for one tax period only" in said
    assert 'href="/law/rules/advisory.2025-10.deadline"' in page
    assert "Refused" in shop.open(f"{at}?rule_set=IMS-2024-10&state=no_action")
    assert "This cannot be read" in shop.open(f"{at}?fact=weather%3Dfine", 422)
    assert "This cannot be read" in shop.open(f"{at}?state=asleep", 422)
    assert "Not found" in shop.open("/law/machines/credit_note/triggers/dream", 404)
