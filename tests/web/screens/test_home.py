"""The home screen: what is due, at risk and waiting, as far as the caller reaches and may see, each with its list."""

from __future__ import annotations

import html
import re
from collections.abc import Callable

import pytest

from ims_fsm.testing import Stage
from tests.web.conftest import BUYER, OTHER, SELLER
from tests.web.screens.conftest import Browser
from tests.web.screens.test_files import DOWNLOAD
from tests.web.screens.test_inward import numbers


def links(page: str) -> list[str]:
    return [html.unescape(link) for link in re.findall(r'<a href="(/recipients/[^"]+/inward\?[^"]+)"', page)]


def test_an_item_says_how_many_by_when_what_is_at_stake_and_leads_to_its_list(
    stage: Stage, served: Callable[..., Browser]
) -> None:
    for _ in range(2):
        stage.filed(stage.document(igst=206_005_650))
    stage.desk.keep_pending(stage.filed(stage.document(igst=700)))
    stage.desk.accept(stage.saved())
    asha = served(gstins=(BUYER,))
    page = asha.open("/")
    assert "By 14 Nov 2024 : 2 records of 2024-10 will be deemed accepted" in asha.text
    assert ", ₹ 41,20,113.00 IGST at stake" in asha.text
    assert "By 20 Nov 2024 : GSTR-3B of 2024-10 is to be filed; its GSTR-2B: not generated" in asha.text
    assert "1 record of 2024-10 pending , ₹ 7.00 IGST at stake" in asha.text
    listed = [numbers(asha.open(link)) for link in links(page)]
    assert listed == [["S/4"], ["S/1", "S/2"], ["S/3"]]


def test_a_list_has_exactly_the_records_that_its_item_counts(stage: Stage, served: Callable[..., Browser]) -> None:
    stage.desk.import_download(DOWNLOAD)
    asha = served(gstins=(BUYER,))
    addresses = links(asha.open("/"))
    counted = [item.records for item in stage.ims.dashboard([BUYER]).rows[0].items if item.where]
    assert [len(numbers(asha.open(address))) for address in addresses] == counted == [17, 4, 1, 1]


def test_after_the_draft_it_says_until_when_what_stands_can_be_changed(
    stage: Stage, served: Callable[..., Browser]
) -> None:
    stage.filed()
    stage.at("2024-11-14")
    stage.desk.generate_2b("2024-10")
    stage.desk.accept(stage.filed(period="2024-11"))
    asha = served(gstins=(BUYER,))
    asha.open("/")
    assert "By 20 Nov 2024 : 1 record of 2024-10 without an action, deemed accepted in GSTR-3B of 2024-10" in asha.text


def test_what_is_stale_and_what_is_over_is_said(stage: Stage, served: Callable[..., Browser]) -> None:
    record = stage.filed()
    stage.at("2024-11-14")
    stage.desk.generate_2b("2024-10")
    stage.desk.reject(record)
    stage.at("2024-11-25")
    asha = served(gstins=(BUYER,))
    asha.open("/")
    assert f'href="/recipients/{BUYER}/2b/2024-10">GSTR-2B of 2024-10' in asha.page
    assert "Over since 20 Nov 2024 : GSTR-2B of 2024-10 is to be recomputed before its GSTR-3B faq.29" in asha.text


def test_several_taxpayers_are_a_table_with_totals(stage: Stage, served: Callable[..., Browser]) -> None:
    stage.filed(stage.document(igst=100))
    stage.filed(stage.document(igst=250, recipient=OTHER))
    asha = served(gstins=(BUYER, OTHER))
    page = asha.open("/")
    assert 'id="due"' in page
    assert "In all (2) GSTR-3B: 2" in asha.text
    assert "Without an action: 2, ₹ 3.50 IGST" in asha.text
    assert {link.split("/")[2] for link in links(page)} == {BUYER, OTHER}
    assert 'id="due"' not in asha.open(f"/?find={OTHER}")
    assert "1 record of 2024-10 will be" in asha.text
    assert OTHER not in served("shop", gstins=(BUYER, SELLER)).open("/"), "another's is not seen"


@pytest.mark.parametrize(
    ("role", "seen", "unseen"),
    [("recipient", "pending", "Added back"), ("auditor", "pending", "nothing"), ("operator", "pending", "added back"),
     ("supplier", "Nothing is due, at risk or waiting.", "pending")],
)  # fmt: skip
def test_a_role_sees_what_it_may(
    stage: Stage, served: Callable[..., Browser], role: str, seen: str, unseen: str
) -> None:
    stage.desk.keep_pending(stage.filed())
    caller = served("caller", role, gstins=(BUYER,))
    caller.open("/")
    assert seen in caller.text
    assert unseen not in caller.text


def test_a_supplier_sees_what_was_added_back(stage: Stage, served: Callable[..., Browser]) -> None:
    stage.desk.reject(stage.filed(stage.document("credit_note", igst=7_000)))
    stage.close()
    shop = served("shop", "supplier", gstins=(SELLER,))
    page = shop.open("/")
    assert "1 record rejected, added back to the liability in GSTR-3B of 2024-11" in shop.text
    assert "₹ 70.00 IGST" in shop.text
    assert links(page) == []
