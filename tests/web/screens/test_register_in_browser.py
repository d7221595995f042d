"""The purchase register in Chromium: taken in, paired by keyboard alone, what is recommended saved; axe is silent."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from ims_fsm import IMS, SettableClock
from ims_fsm.testing import Stage
from tests.web.conftest import BUYER
from tests.web.screens.visits import Visits, served
from tests.web.test_matching import books

pytestmark = [pytest.mark.browser, pytest.mark.slow]
AXE = (Path(__file__).parents[1] / "vendor" / "axe.min.js").read_text("utf-8")
AT, INWARD = f"/recipients/{BUYER}/register", f"/recipients/{BUYER}/inward"
ROWS = [f"{number},2024-10-05,Invoice,1000.00,180.00,0,0" for number in ("A-1", "Z-9")]


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """One record that the books have as it is, and one that they have under another number."""
    clock = SettableClock("2024-11-09 12:00")
    with IMS(f"sqlite:///{tmp_path / 'ims.db'}", clock=clock) as ims:
        made = Stage(ims, clock)
        for number in ("A-1", "C-3"):
            made.filed(made.document(number=number, taxable=100_000, igst=18_000))
        yield made


@pytest.fixture
def visit(chromium: Any, stage: Stage) -> Iterator[Callable[..., Any]]:
    with served(stage.ims) as url:
        visits = Visits(chromium, url)
        secret = stage.ims.tokens.issue("asha", roles=["recipient"], gstins=[BUYER]).secret
        yield lambda **how: visits.page(secret, **how)
        visits.close()
        assert visits.faults == []


def is_accessible(page: Any) -> bool:
    page.evaluate(AXE)
    faults = page.evaluate("axe.run().then(done => done.violations.map(v => v.id + ': ' + v.nodes[0].html))")
    assert faults == []
    return bool(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


def focus(page: Any) -> Any:
    return page.evaluate("document.activeElement.id || document.activeElement.name")


def tab_to(page: Any, wanted: str) -> None:
    for _ in range(60):
        if focus(page) == wanted:
            return
        page.keyboard.press("Tab")
    pytest.fail(f"{wanted} is not reached, but {focus(page)}")


def test_a_register_is_taken_in_and_a_pair_is_made_by_keyboard(stage: Stage, visit: Callable[..., Any]) -> None:
    page = visit()
    page.goto(AT)
    name, data, media = books(*ROWS)["file"]
    page.set_input_files("#register", {"name": name, "mimeType": media, "buffer": data})
    page.fill("#period", "2024-10")
    page.click("#match")
    page.wait_for_selector("#banner")
    assert focus(page) == "banner"
    assert is_accessible(page)
    page.click("#classes >> text=Only in the books")
    page.wait_for_selector("h1 >> text=Only in the books")
    assert is_accessible(page)
    page.goto(INWARD)
    tab_to(page, "m2")
    page.keyboard.press("Enter")
    page.wait_for_selector("#choose")
    assert is_accessible(page)
    assert focus(page).startswith("c"), "the nearest candidate has the focus"
    page.keyboard.press("Space")
    tab_to(page, "why")
    page.keyboard.type("the supplier has confirmed it")
    page.keyboard.press("Enter")
    page.wait_for_selector("#r2 >> text=Paired by hand")
    assert focus(page) == "m2", "the way leads back to where it began"
    assert [of.reason for of in stage.desk.match_decisions()] == ["the supplier has confirmed it"]


@pytest.mark.parametrize("scripts", [True, False])
def test_what_is_recommended_is_chosen_and_then_saved(stage: Stage, visit: Callable[..., Any], scripts: bool) -> None:
    stage.desk.match(books(*ROWS)["file"][1])
    page = visit(java_script_enabled=scripts, viewport={"width": 390, "height": 860}, color_scheme="dark")
    page.goto(INWARD)
    page.click("#take")
    page.wait_for_selector("#a1accept:checked")
    assert {stage.desk.record(record).state for record in (1, 2)} == {"no_action"}
    assert not scripts or is_accessible(page)
    page.click("#save")
    page.wait_for_selector("#banner")
    assert [stage.desk.record(record).state for record in (1, 2)] == ["accepted", "pending"]


def test_rules_are_tried_before_they_are_set(stage: Stage, visit: Callable[..., Any]) -> None:
    stage.desk.match(books(ROWS[0].replace("180.00", "190.00"))["file"][1])
    page = visit(viewport={"width": 390, "height": 860})
    page.goto(f"/recipients/{BUYER}/settings")
    page.fill("#text-matching", '[[match]]\nname = "same_in_all"\npaise = 1000\n')
    page.click("#preview")
    page.wait_for_selector("#banner")
    assert "Amount differs" in page.inner_text("#banner")
    assert focus(page) == "banner"
    assert is_accessible(page)
    assert stage.desk.settings() == []
