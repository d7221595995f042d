"""Cases in Chromium: opened, refused, fired by the keyboard, on a phone and without scripts; axe finds nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from ims_fsm import IMS, SettableClock
from tests.web.screens.visits import Visits, served

pytestmark = [pytest.mark.browser, pytest.mark.slow]
AXE = Path(__file__).parents[1] / "vendor" / "axe.min.js"
LEAVE = Path(__file__).parents[3] / "docs" / "examples" / "leave_request"
AT = "/cases/leave_request"


@pytest.fixture
def visiting(chromium: Any, tmp_path: Path) -> Iterator[Callable[..., Any]]:
    """Give a page of somebody who is signed in to what `serve` serves. Whatever the console complains of is a fault."""
    with IMS(f"sqlite:///{tmp_path / 'ims.db'}", clock=SettableClock("2024-11-09 12:00"), machines=LEAVE) as ims:
        secret = ims.tokens.issue("meera", roles=["recipient"], gstins=["*"]).secret
        with served(ims) as url:
            visits = Visits(chromium, url)
            yield partial(visits.page, secret)
            visits.close()
    # A refusal is an answer with a status of its own, which Chromium writes into its console.
    assert [fault for fault in visits.faults if "status of 409" not in fault] == []


def test_a_case_is_clicked_through(visiting: Callable[..., Any]) -> None:
    page = visiting()
    page.click(".screens >> text=Cases")
    page.click("main >> text=Leave request")
    page.fill("#name", "LR-17")
    page.select_option("#fact-days", "many")
    page.click("#do-open")
    page.wait_for_selector("#stands")
    assert page.inner_text("h1") == "Leave request LR-17"
    page.click("#do-approve")
    page.wait_for_selector("#banner")
    assert "escalate it to the director" in page.inner_text("#banner").lower()
    page.focus("#remarks")
    page.keyboard.type("it is long")
    page.focus("#do-escalate")
    page.keyboard.press("Enter")
    page.wait_for_selector("#do-confirm")
    assert "Escalated" in page.inner_text("#stands")
    assert "it is long" in page.inner_text("main")
    page.locator("img.path").scroll_into_view_if_needed()
    # It may have been loaded before it is looked for.
    page.wait_for_function("document.querySelector('img.path').naturalWidth > 0")


def test_no_page_of_cases_has_what_axe_finds_and_none_is_wider_than_a_phone(visiting: Callable[..., Any]) -> None:
    page = visiting(viewport={"width": 360, "height": 740}, java_script_enabled=True, bypass_csp=True)
    page.goto(AT)
    page.fill("#name", "LR-1")
    page.select_option("#fact-days", "many")
    page.click("#do-open")
    page.wait_for_selector("#stands")
    case = page.url
    for address in ("/cases", AT, case):
        page.goto(address)
        page.add_script_tag(path=AXE)
        found = page.evaluate("axe.run().then(done => done.violations.map(v => v.id + ': ' + v.nodes[0].html))")
        assert found == [], address
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, address


def test_it_works_without_scripts(visiting: Callable[..., Any]) -> None:
    page = visiting(java_script_enabled=False)
    page.goto(AT)
    page.fill("#name", "LR-1")
    page.click("#do-open")
    page.click("#do-approve")
    assert "Approved" in page.inner_text("#stands")
