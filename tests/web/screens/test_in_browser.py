"""The dashboard in Chromium: a month clicked through, two people at once, the keyboard, a phone, no scripts, axe."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from ims_fsm import IMS, Kind, SettableClock, Where
from ims_fsm.resources import samples_folder
from tests.web.conftest import BUYER
from tests.web.screens.visits import Visits, served
from tests.workflow.filled import Filled

pytestmark = [pytest.mark.browser, pytest.mark.slow]
AXE = Path(__file__).parents[1] / "vendor" / "axe.min.js"
INWARD = f"/recipients/{BUYER}/inward"
RETURNS = [f"/recipients/{BUYER}/{page}" for page in ("2b", "2b/2024-10", "3b", "3b/2024-10")]
DOWNLOAD = samples_folder() / "ims_2024-11.json"


@pytest.fixture
def address(tmp_path: Path) -> Iterator[tuple[str, IMS, str]]:
    """What `serve` serves, on a port of its own, with the shipped month: its address, the IMS, a token."""
    with IMS(f"sqlite:///{tmp_path / 'ims.db'}", clock=SettableClock("2024-11-09 12:00")) as ims:
        ims.import_download(DOWNLOAD, actor="asha")
        secret = ims.tokens.issue("asha", roles=["recipient"], gstins=[BUYER]).secret
        with served(ims) as url:
            yield url, ims, secret


@pytest.fixture
def signed_in(chromium: Any, address: tuple[str, IMS, str]) -> Iterator[Callable[..., Any]]:
    """Give a page of somebody who is signed in. Whatever the console complains of is a fault."""
    url, ims, _ = address
    visits = Visits(chromium, url)

    def made(name: str = "asha", **how: Any) -> Any:
        return visits.page(ims.tokens.issue(name, roles=["recipient"], gstins=[BUYER]).secret, **how)

    yield made
    visits.close()
    assert visits.faults == []


def test_a_month_is_clicked_through(signed_in: Callable[..., Any], address: tuple[str, IMS, str]) -> None:
    page, desk = signed_in(), address[1].recipient(BUYER, actor="x")
    page.goto(INWARD)
    page.click(".screens >> text=Files")
    page.set_input_files("#download", DOWNLOAD)
    page.click("#import")
    assert "26 unchanged" in page.inner_text("#banner")
    page.click("#banner >> text=Inward supplies")
    number = page.locator("tbody tr").first.get_attribute("id")[1:]
    page.check(f"#a{number}accept")
    assert "dirty" in page.get_attribute(f"#r{number}", "class")
    page.click("#save")
    page.wait_for_selector("#banner")
    assert page.inner_text("#banner h2") == "1 done"
    assert page.evaluate("document.activeElement.id") == "banner", "the focus goes to what is said"
    assert desk.record(int(number)).state == "accepted"
    page.check("#every")
    page.click("#do-reject")
    page.wait_for_selector("#yes")
    assert "faq.34" in page.inner_text("main")
    page.click("#yes")
    page.wait_for_selector("#banner")
    assert desk.record(int(number)).state == "rejected"
    page.click(f"#r{number} a")
    assert page.evaluate("document.querySelector('img.path').scrollIntoView(), 1") == 1
    page.wait_for_function("() => document.querySelector('img.path').naturalWidth > 100")
    page.go_back()
    page.wait_for_selector("#list")


def test_the_returns_are_clicked_through_to_the_filing(
    signed_in: Callable[..., Any], address: tuple[str, IMS, str]
) -> None:
    """GSTR-2B is generated, stale after an action, recomputed; GSTR-3B is filed with consent to what is left out."""
    ims = address[1]
    ims.clock.set("2024-11-14 12:00")  # type: ignore[attr-defined]  # a clock that is set
    page = signed_in()
    page.goto(INWARD)
    page.click(".screens >> text=GSTR-2B")
    page.click("a[href$='/2b/2024-10']")
    page.click("#recompute")
    page.wait_for_selector("#banner.done")
    page.click(".screens >> text=Inward supplies")
    page.click("input[type=radio][id$=accept]:not([aria-disabled]):not(:checked) >> nth=0")
    page.click("#save")
    page.wait_for_selector("#banner")
    page.goto(f"/recipients/{BUYER}/2b/2024-10")
    assert "faq.29" in page.inner_text("#stale")
    page.click("#stale #recompute")
    page.wait_for_selector("#banner.done")
    assert not page.is_visible("#stale")
    page.click(".screens >> text=GSTR-3B")
    page.click("a[href$='/3b/2024-10']")
    page.click("#file")
    page.wait_for_selector("#forecast")
    page.check("#consent")
    page.click("#yes")
    page.wait_for_selector("#banner.done")
    assert "is filed" in page.inner_text("#banner h2")
    desk = ims.recipient(BUYER, actor="x")
    assert desk.two_b("2024-10").two_b.state == "final"
    assert any(record.state == "frozen" for record in desk.records())


def test_a_refused_action_is_reached_and_explained_by_the_keyboard(signed_in: Callable[..., Any]) -> None:
    page = signed_in()
    page.goto(f"{INWARD}?kind=credit_note&amended=false&state=no_action")
    number = page.locator("tbody tr:has([aria-disabled])").first.get_attribute("id")[1:]
    page.focus(f"#a{number}reset")
    page.keyboard.press("ArrowLeft")
    assert page.evaluate("document.activeElement.id") == f"a{number}keep_pending"
    assert page.is_checked(f"#a{number}reset"), "what is refused is not chosen"
    assert "faq.11.a" in page.inner_text("#said")
    page.keyboard.press("Escape")
    assert page.inner_text("#said") == ""


def test_two_people_see_what_the_other_does(signed_in: Callable[..., Any]) -> None:
    asha, ravi = signed_in("asha"), signed_in("ravi")
    asha.goto(INWARD)
    ravi.goto(INWARD)
    first, second = (asha.locator("tbody tr").nth(line).get_attribute("id")[1:] for line in (0, 1))
    asha.check(f"#a{second}accept")
    ravi.check(f"#a{first}keep_pending")
    ravi.check(f"#a{second}keep_pending")
    ravi.click("#save")
    ravi.wait_for_selector("#banner")
    asha.wait_for_selector(f"#r{first}.changed")
    assert asha.is_checked(f"#a{first}keep_pending"), "the line is fetched anew"
    asha.wait_for_selector(f"#r{second}.changed.dirty")
    assert asha.is_checked(f"#a{second}accept"), "a choice that is not saved stays"
    asha.click("#save")
    asha.wait_for_selector("#banner")
    assert "changed by ravi meanwhile" in asha.inner_text("#banner")


def test_it_works_without_scripts(signed_in: Callable[..., Any], address: tuple[str, IMS, str]) -> None:
    page = signed_in(java_script_enabled=False)
    page.goto(f"{INWARD}?limit=5")
    page.click("#next")
    page.locator("input[name=pick]").first.check()
    page.click("#do-accept")
    page.click("#yes")
    assert page.inner_text("#banner h2") == "1 done"
    page.locator("input[value=reject]:not([aria-disabled])").first.check()
    page.click("#save")
    assert "If rejected" in page.inner_text("main")


def test_a_phone_is_wide_enough(signed_in: Callable[..., Any]) -> None:
    page = signed_in(viewport={"width": 390, "height": 844})
    for path in ("/", f"{INWARD}?limit=10", f"/recipients/{BUYER}/records/1", f"/recipients/{BUYER}/files", *RETURNS):
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, path


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(signed_in: Callable[..., Any], scheme: str) -> None:
    page = signed_in(color_scheme=scheme)
    pages = ("/", f"{INWARD}?limit=10&all=true", f"/recipients/{BUYER}/records/1", f"/recipients/{BUYER}/files")
    for path in (*pages, *RETURNS):
        page.goto(path)
        page.evaluate(AXE.read_text("utf-8"))
        found = page.evaluate("axe.run().then(r => r.violations.map(v => [v.id, v.nodes.map(n => n.html)]))")
        assert found == [], path


def test_a_workbook_comes_down_is_filled_in_and_goes_up(
    signed_in: Callable[..., Any], address: tuple[str, IMS, str], tmp_path: Path
) -> None:
    page, desk = signed_in(accept_downloads=True), address[1].recipient(BUYER, actor="x")
    first, second = list(desk.records(Where(kinds=[Kind.INVOICE], amended=False)))[:2]
    page.goto(f"/recipients/{BUYER}/files")
    with page.expect_download() as given:
        page.click("#workbook")
    filled = Filled.of(Path(given.value.path()).read_bytes())
    filled.fill(first.id, {"Status": "Accepted"}).fill(second.id, {"Status": "Rejected"})
    file = tmp_path / "ims.xlsx"
    file.write_bytes(filled.content)
    page.set_input_files("#proposed", file)
    page.click("#check")
    assert "2 actions are allowed" in page.inner_text("#banner")
    assert [desk.record(record.id).state for record in (first, second)] == ["no_action", "no_action"]
    page.click("#yes")
    page.wait_for_selector("#banner :text('2 done')")
    assert [desk.record(record.id).state for record in (first, second)] == ["accepted", "rejected"]


def test_generations_and_what_filing_does_are_read_by_everybody(
    signed_in: Callable[..., Any], address: tuple[str, IMS, str]
) -> None:
    """Both pages on a phone, by axe, and on paper: there is nothing to click on it, and it says whose it is."""
    ims, two_b = address[1], f"/recipients/{BUYER}/2b/2024-10"
    desk = ims.recipient(BUYER, actor="x")
    ims.clock.set("2024-11-14 12:00")  # type: ignore[attr-defined]  # a clock that is set
    desk.generate_2b("2024-10")
    desk.reject(desk.two_b("2024-10").lines[0][0].record_id)
    page = signed_in(viewport={"width": 390, "height": 844})
    page.goto(two_b)
    page.click("#recompute")
    page.wait_for_selector("#banner")
    for path in (two_b, f"{two_b}?generation=1", f"{two_b}/changes?older=1&newer=2"):
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, path
        page.evaluate(AXE.read_text("utf-8"))
        assert page.evaluate("axe.run().then(r => r.violations.map(v => v.id))") == [], path
    page.goto(f"/recipients/{BUYER}/3b/2024-10")
    page.click("#file")
    page.wait_for_selector("#forecast")
    page.emulate_media(media="print")
    assert not page.is_visible("#yes")
    assert page.is_visible(f".printed:has-text('{BUYER}')")
