"""Sign-offs in Chromium: one proposes and is refused by four eyes, another approves; axe finds nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from ims_fsm import IMS, SettableClock
from ims_fsm.testing import Stage
from tests.web.conftest import BUYER
from tests.web.screens.visits import Visits, served

pytestmark = [pytest.mark.browser, pytest.mark.slow]
AXE = Path(__file__).parents[1] / "vendor" / "axe.min.js"
AT = f"/recipients/{BUYER}/signoffs"


@pytest.fixture
def visiting(chromium: Any, tmp_path: Path) -> Iterator[Callable[..., Any]]:
    """Give a page of somebody who is signed in; there is one record without an action."""
    clock = SettableClock("2024-11-09 12:00")
    with IMS(f"sqlite:///{tmp_path / 'ims.db'}", clock=clock, signoff=True) as ims:
        Stage(ims, clock).filed()
        with served(ims) as url:
            visits = Visits(chromium, url)

            def visit(name: str, *roles: str) -> Any:
                secret = ims.tokens.issue(name, roles=["recipient", *roles], gstins=[BUYER]).secret
                return visits.page(secret, viewport={"width": 360, "height": 740}, bypass_csp=True)

            yield visit
            visits.close()


def is_accessible(page: Any) -> bool:
    page.add_script_tag(path=AXE)
    found = page.evaluate("axe.run().then(done => done.violations.map(v => v.id + ': ' + v.nodes[0].html))")
    assert found == []
    return bool(page.evaluate("document.documentElement.scrollWidth") <= 360)


def test_two_people_sign_off(visiting: Callable[..., Any]) -> None:
    asha, ravi = visiting("asha", "preparer", "approver"), visiting("ravi", "approver")
    asha.goto(AT)
    assert is_accessible(asha)
    file = {"name": "a.csv", "mimeType": "text/csv", "buffer": b"id,action\n1,accept\n"}
    asha.set_input_files("#proposed", file)
    asha.click("#propose")
    asha.wait_for_selector("#stands")
    assert "Proposed" in asha.inner_text("#stands")
    asha.click("#do-approve")
    asha.wait_for_selector("#banner")
    assert "have somebody else approve it" in asha.inner_text("#banner").lower()
    ravi.goto(AT)
    assert is_accessible(ravi)
    ravi.click("main th a")
    ravi.wait_for_selector("#stands")
    assert is_accessible(ravi)
    ravi.fill("#remarks", "as agreed")
    ravi.focus("#do-approve")
    ravi.keyboard.press("Enter")
    ravi.wait_for_selector("text=Its actions are done.")
    assert "as agreed" in ravi.inner_text("main")
