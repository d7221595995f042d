"""The HTML file in a browser: searched, followed, folded, on a phone, by night, on paper, and without its script."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def address(html: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    file: Path = tmp_path_factory.mktemp("pages") / "ims.html"
    file.write_text(html, "utf-8")
    return file.as_uri()


@pytest.fixture
def tab(chromium: Any, request: pytest.FixtureRequest) -> Iterator[Any]:
    """A page of a browser; a mark's argument goes to its context. Whatever the script complains of is a fault."""
    context = chromium.new_context(**getattr(request, "param", {"viewport": {"width": 1280, "height": 900}}))
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda message: faults.append(message.text) if message.type in {"error", "warning"} else None)
    yield page
    context.close()
    assert faults == []


def shown(tab: Any, selector: str) -> int:
    return int(tab.evaluate("s => [...document.querySelectorAll(s)].filter(e => e.checkVisibility()).length", selector))


def search(tab: Any, words: str) -> None:
    tab.fill("#words", words)
    tab.keyboard.press("Enter")


def test_the_search_leaves_the_sections_that_have_every_word(tab: Any, address: str) -> None:
    tab.goto(address)
    every = shown(tab, ".entry")
    search(tab, "Pending  CREDIT deadline")
    found = shown(tab, ".entry")
    assert 0 < found < every / 4
    assert tab.inner_text("output") == f"{found} sections of {every}"
    texts = tab.evaluate(
        "[...document.querySelectorAll('section.entry, details.entry')].filter(e => !e.hidden)"
        ".map(e => e.textContent.toLowerCase())"
    )
    assert all(word in text for text in texts for word in ("pending", "credit", "deadline"))
    search(tab, "no such word anywhere")
    assert tab.inner_text("output") == f"No sections of {every}"
    tab.keyboard.press("Escape")
    assert shown(tab, ".entry") == every
    assert tab.inner_text("output") == ""


def test_a_key_leads_to_the_search(tab: Any, address: str) -> None:
    tab.goto(address)
    tab.keyboard.press("/")
    assert tab.evaluate("document.activeElement.id") == "words"


def test_a_story_that_a_link_leads_to_is_unfolded(tab: Any, address: str) -> None:
    tab.goto(f"{address}#story-faq-faq-13-1-original-first")
    assert shown(tab, "details.story:has(#story-faq-faq-13-1-original-first) > p") == 2
    assert shown(tab, "details.story:has(#story-faq-faq-03-opening) > p") == 0


def test_what_is_put_away_comes_back_when_a_link_leads_to_it(tab: Any, address: str) -> None:
    tab.goto(address)
    search(tab, "annexure-a row 27")
    assert not tab.is_visible("#faq-2")
    tab.click("nav .numbers a[href='#faq-2']")
    tab.wait_for_function("document.querySelector('#faq-2').checkVisibility()")
    assert tab.input_value("#words") == ""
    tab.wait_for_function("Math.abs(document.querySelector('#faq-2').getBoundingClientRect().top) < 60")


def test_a_state_and_an_arrow_of_a_picture_lead_to_their_lines(tab: Any, address: str) -> None:
    tab.goto(f"{address}#credit_note")
    tab.click("[id='credit_note-IMS-2025-10-accepted'] text >> nth=0")
    assert tab.evaluate("location.hash") == "#credit_note-state-accepted"
    tab.goto(f"{address}#credit_note")
    tab.click("[id='credit_note-IMS-2025-10-Any-pending-keep_pending'] text >> nth=0")
    assert tab.evaluate("location.hash") == "#credit_note-IMS-2025-10-Any-pending-keep_pending-line"
    assert tab.evaluate("document.getElementById(location.hash.slice(1)).closest('li').checkVisibility()")


def test_every_link_finds_its_place(tab: Any, address: str) -> None:
    tab.goto(address)
    lost = tab.evaluate(
        "[...document.querySelectorAll('a[href^=\"#\"], svg a')]"
        ".map(a => a.getAttribute('href') || a.getAttribute('xlink:href'))"
        ".filter(h => h && h.startsWith('#') && !document.getElementById(h.slice(1)))"
    )
    assert lost == []


@pytest.mark.parametrize("tab", [{"viewport": {"width": 360, "height": 740}}], indirect=True)
@pytest.mark.parametrize(
    "place", ["README", "faq-11", "credit_note", "refusals", "annexure-a", "story-faq-faq-13-1-original-first"]
)
def test_on_a_phone_nothing_is_wider_than_the_screen_and_the_contents_are_shut(
    tab: Any, address: str, place: str
) -> None:
    tab.goto(f"{address}#{place}")
    assert tab.evaluate("document.scrollingElement.scrollWidth") <= 360
    assert shown(tab, "nav a") == 0
    tab.click(".contents summary")
    assert shown(tab, "nav a") > 34


def test_with_room_the_contents_stand_beside_the_text(tab: Any, address: str) -> None:
    tab.goto(address)
    assert shown(tab, "nav a") > 34
    assert tab.evaluate("document.querySelector('main').getBoundingClientRect().left") >= 270


@pytest.mark.parametrize("tab", [{"color_scheme": "dark"}], indirect=True)
def test_by_night_pictures_and_paper_are_dark(tab: Any, address: str) -> None:
    from ims_fsm.draw.theme import DARK  # noqa: PLC0415 - beside what is compared with it

    tab.goto(address)
    paper = "rgb({}, {}, {})".format(*bytes.fromhex(DARK.palette.paper[1:]))
    green = "rgb({}, {}, {})".format(*bytes.fromhex(DARK.palette.green.fill[1:]))
    assert tab.evaluate("getComputedStyle(document.body).backgroundColor") == paper
    card = "document.querySelector('[id=\"credit_note-IMS-2025-10-accepted\"] rect')"
    assert tab.evaluate(f"getComputedStyle({card}).fill") == green
    tab.emulate_media(media="print")
    assert tab.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"


def test_on_paper_the_contents_are_gone_and_a_story_is_printed_where_it_is_unfolded(tab: Any, address: str) -> None:
    story = "details.story:has(#story-faq-faq-11-c-downward-credit-note) > p"
    tab.goto(address)
    tab.emulate_media(media="print")
    assert shown(tab, ".contents, .here, .ask, details.file") == 0
    assert shown(tab, story) == 0
    assert shown(tab, "#credit_note ~ #gstr2b details.notes > ul > li") > 0
    assert shown(tab, "#invoice-states ~ ul > li") > shown(tab, "#debit_note-states ~ details > ul > li") == 0
    tab.emulate_media(media="screen")
    tab.click("#folds")
    assert tab.inner_text("#folds") == "Fold everything"
    search(tab, "faq 11")
    tab.emulate_media(media="print")
    assert shown(tab, story) == 2
    assert not tab.is_visible("#faq-2")


def test_it_prints_on_less_than_sixty_pages(tab: Any, address: str) -> None:
    tab.goto(address)
    assert 20 < len(re.findall(rb"/Type\s*/Page\b", tab.pdf(format="A4", prefer_css_page_size=True))) < 60


@pytest.mark.parametrize("tab", [{"java_script_enabled": False}], indirect=True)
def test_without_the_script_everything_is_there_but_the_search(tab: Any, address: str) -> None:
    tab.goto(f"{address}#faq-13")
    assert not tab.is_visible(".search")
    assert tab.is_visible("nav a[href='#faq']")
    assert tab.is_visible("#faq-13")
    assert tab.is_visible("#faq-2")
