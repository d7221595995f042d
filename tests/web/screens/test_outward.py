"""What a supplier sees: documents with what recipients did, page by page; add-backs with their rule; the workbook."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from datetime import date

import pytest

from ims_fsm.testing import Stage
from ims_fsm.web.screens import outward
from tests.web.conftest import BUYER, OTHER, SELLER
from tests.web.screens.conftest import SAME, Browser

AT = f"/suppliers/{SELLER}"


@pytest.fixture
def shop(served: Callable[..., Browser]) -> Browser:
    """The seller's accountant, signed in."""
    return served("shop", "supplier", gstins=(SELLER,))


def test_documents_are_shown_with_what_recipients_did(stage: Stage, shop: Browser) -> None:
    first, second = stage.filed(), stage.saved(period="2024-11")
    stage.desk.reject(first, remarks="not received")
    shop.open(f"{AT}/outward")
    said = html.unescape(shop.text)
    for part in ("S/1", "GSTR-1 2024-10", "filed", "Rejected", "not received", "S/2", "GSTR-1 2024-11", BUYER):
        assert part in said
    shop.open(f"{AT}/outward?period=2024-11&form=")
    assert (f"record {first}" in shop.text, f"record {second}" in shop.text) == (False, True)
    assert "Nothing is reported here." in shop.open(f"{AT}/outward?form=GSTR-1A")
    assert "is not a tax period" in shop.open(f"{AT}/outward?period=soon", 422)


def test_pages_follow_each_other_over_recipients(stage: Stage, shop: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outward, "PAGE", 2)
    document = stage.document(recipient=OTHER)
    ids = {stage.saved(stage.document(), form="GSTR-1") for _ in range(3)} | {stage.saved(document)}
    page, seen = shop.open(f"{AT}/outward?form=GSTR-1"), []
    while True:
        seen += re.findall(r'<tr id="record-(\d+)"', page)
        following = re.search(r'id="next" rel="next" href="([^"]+)"', page)
        if following is None:
            break
        page = shop.open(html.unescape(following[1]))
        assert "form=GSTR-1" in page, "the way back keeps the filter"
    assert (len(seen), {int(number) for number in seen}) == (4, ids)


def test_what_lies_behind_anothers_record_is_nothing(stage: Stage, shop: Browser) -> None:
    stage.saved()
    document = stage.document(supplier=OTHER)
    foreign = stage.saved(document)
    assert "Nothing is reported here." in shop.open(f"{AT}/outward?after={foreign}")
    assert document.number not in shop.open(f"{AT}/outward")


def test_liabilities_say_why_and_when(stage: Stage, served: Callable[..., Browser]) -> None:
    note = stage.filed(stage.document("credit_note", igst=1_800_000, taxable=10_000_000, date=date(2024, 10, 5)))
    stage.desk.reject(note)
    assert "Nothing was added back." in served("shop", "supplier").open(f"{AT}/liabilities")
    stage.close()
    shop = served("shop", "supplier")
    shop.open(f"{AT}/liabilities")
    said = html.unescape(shop.text)
    for part in ("18,000.00 IGST", "faq.34", "added to the supplier liability", BUYER, "2024-11-14"):
        assert part in said
    assert "Nothing was added back." in shop.open(f"{AT}/liabilities?period=2024-10"), "it comes in the next period"


def test_the_workbook_is_given(stage: Stage, shop: Browser) -> None:
    stage.filed()
    address = re.search(r'id="workbook" download href="([^"]+)"', shop.open(f"{AT}/outward?period=2024-10&form=IFF"))
    assert address
    assert address[1] == f"{AT}/outward/workbook?period=2024-10"
    book = shop.client.get(address[1], headers=SAME)
    assert (book.status_code, book.content[:2]) == (200, b"PK")
    assert f"ims_{SELLER}.xlsx" in book.headers["content-disposition"]


def test_a_buyer_is_not_shown_what_the_seller_sees(served: Callable[..., Browser]) -> None:
    assert "Outward supplies" not in served("asha").open("/")
    assert "You may not do this" in served("ravi").open(f"{AT}/outward", 403)
    served("other", "supplier", gstins=(OTHER,)).open(f"{AT}/outward", 404)
