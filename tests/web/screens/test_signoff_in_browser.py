"""Sign-offs in Chromium: one proposes and is refused by four eyes, another approves; axe finds nothing."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from ims_fsm import IMS, SettableClock
from ims_fsm.testing import Stage
from ims_fsm.web.serving import application_of
from tests.web.conftest import BUYER

pytestmark = [pytest.mark.browser, pytest.mark.slow]
AXE = Path(__file__).parents[1] / "vendor" / "axe.min.js"
AT = f"/recipients/{BUYER}/signoffs"


@pytest.fixture
def visiting(chromium: Any, tmp_path: Path) -> Iterator[Callable[..., Any]]:
    """Give a page of somebody who is signed in; there is one record without an action."""
    contexts: list[Any] = []
    clock = SettableClock("2024-11-09 12:00")
    with IMS(f"sqlite:///{tmp_path / 'ims.db'}", clock=clock, signoff=True) as ims:
        Stage(ims, clock).filed()
        config = uvicorn.Config(application_of(ims, is_secure=False), port=0, log_level="error", lifespan="off")
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run)
        thread.start()
        while not server.started:
            thread.join(0.01)
        url = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"

        def visit(name: str, *roles: str) -> Any:
            view = {"width": 360, "height": 740}
            context = chromium.new_context(viewport=view, base_url=url, bypass_csp=True)
            contexts.append(context)
            page = context.new_page()
            page.goto("/login")
            page.fill("#token", ims.tokens.issue(name, roles=["recipient", *roles], gstins=[BUYER]).secret)
            page.click("main button")
            return page

        yield visit
        for context in contexts:
            context.close()
        server.should_exit = server.force_exit = True
        thread.join(10)


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
