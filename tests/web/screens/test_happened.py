"""What happened: the newest first, page by page, of some kinds; nobody else's."""

from __future__ import annotations

import html
import re
from collections.abc import Callable

import pytest

from ims_fsm.testing import Stage
from ims_fsm.web.screens import happened
from tests.web.conftest import BUYER, OTHER
from tests.web.screens.conftest import Browser

AT = f"/recipients/{BUYER}/events"


def rows(page: str) -> list[str]:
    """Return the lines of the list, without their marks."""
    lines = page.partition("<tbody>")[2].partition("</tbody>")[0].split("<tr>")[1:]
    return [re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", line))).strip() for line in lines]


def test_it_is_told_who_did_what_to_what_by_which_rules(stage: Stage, served: Callable[..., Browser]) -> None:
    note, invoice = stage.filed(stage.document("credit_note", igst=1_800_000)), stage.filed()
    stage.desk.reject(note)
    stage.desk.accept(invoice)
    stage.close()
    asha = served()
    page = asha.open(AT)
    told = rows(page)
    assert [line for line in told if "reject" in line.casefold()][-1].startswith("2024-11-09 12:00 record")
    assert any("faq.34" in line or "18,000.00 IGST" in line for line in told), told
    assert any("GSTR-3B 2024-10" in line and "decided" in line for line in told), told
    assert "2024-11-09" in told[-1], "the newest is first"
    assert "2024-11-14" in told[0]
    assert f'href="/recipients/{BUYER}/records/{note}"' in page
    assert 'href="/law/rules/faq.10.ii"' in page
    only = rows(asha.open(f"{AT}?kind=three_b&kind=add_back"))
    assert len(only) == 2


def test_pages_go_back_to_the_first_event(stage: Stage, asha: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(happened, "PAGE", 2)
    records = [stage.filed() for _ in range(5)]
    for record in records:
        stage.desk.accept(record)
    page, seen = asha.open(f"{AT}?kind=transition"), []
    while True:
        seen += rows(page)
        following = re.search(r'id="next" rel="next" href="([^"]+)"', page)
        if following is None:
            break
        page = asha.open(html.unescape(following[1]))
        assert 'value="transition" checked' in page
    assert [int(line.split()[3]) for line in seen] == records[::-1]
    assert "Not found" in asha.open(f"{AT}?after=nonsense", 404)
    assert "This cannot be read" in asha.open(f"{AT}?kind=party", 422)


def test_anothers_events_are_not_here(stage: Stage, served: Callable[..., Browser]) -> None:
    stage.desk.accept(stage.filed())
    assert "Nothing happened yet." in served("other", gstins=(OTHER,)).open(f"/recipients/{OTHER}/events")
    served("other", gstins=(OTHER,)).open(AT, 404)
    assert "You may not do this" in served("shop", "supplier").open(AT, 403)
