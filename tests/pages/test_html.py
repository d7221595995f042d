"""The HTML file needs nothing beside it, is sound, can be used without seeing it, and leads only to what is there."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Any

import pytest

from ims_fsm.draw.theme import DARK, LIGHT, PRINT
from ims_fsm.pages.collection import Page
from ims_fsm.pages.explorer import EXPLORER_FILE
from ims_fsm.pages.html import BY_NIGHT, Html
from ims_fsm.pages.markdown import Md, badge, code, link, outside, strong


@pytest.fixture(scope="module")
def document(look: Any, html: str) -> Any:
    return look.read(html)


@pytest.fixture(scope="module")
def elements(document: Any) -> list[Any]:
    return list(document.walk())


def test_every_id_stands_once(elements: list[Any]) -> None:
    ids = [element.attributes["id"] for element in elements if "id" in element.attributes]
    assert sorted({name for name in ids if ids.count(name) > 1}) == []


def test_every_link_leads_into_the_file_or_to_the_explorer_or_elsewhere(
    elements: list[Any],
) -> None:
    ids = {element.attributes.get("id") for element in elements}
    for element in elements:
        address = element.attributes.get("href", element.attributes.get("xlink:href"))
        if address is not None:
            assert address.startswith("https://") or address.partition("#")[0] == EXPLORER_FILE or address[1:] in ids, (
                address
            )


def test_every_place_of_every_page_is_in_the_file(elements: list[Any], pages: tuple[Page, ...]) -> None:
    ids = {element.attributes.get("id") for element in elements}
    assert {anchor for page in pages for anchor in page.anchors} <= ids


def test_what_refers_to_a_name_finds_it(elements: list[Any]) -> None:
    ids = {element.attributes.get("id") for element in elements}
    for element in elements:
        for key in ("aria-labelledby", "aria-describedby", "for"):
            assert set(element.attributes.get(key, "").split()) <= ids


def test_it_needs_nothing_beside_it(html: str, elements: list[Any]) -> None:
    assert [element.tag for element in elements if element.tag in {"link", "img", "iframe", "object"}] == []
    assert [element for element in elements if element.tag == "script" and "src" in element.attributes] == []
    assert not re.search(r"@import|url\(|<\?xml|<!DOCTYPE svg", html.replace("<!DOCTYPE html>", ""))


def test_headings_go_down_one_step_at_a_time(elements: list[Any]) -> None:
    levels = [int(element.tag[1]) for element in elements if re.fullmatch(r"h[1-6]", element.tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_it_can_be_used_without_seeing_it(document: Any, elements: list[Any]) -> None:
    tags = {element.tag: element for element in elements}
    assert tags["html"].attributes["lang"] == "en"
    assert [element.attributes["href"] for element in elements if element.attributes.get("class") == "skip"] == [
        "#main"
    ]
    assert tags["nav"].attributes["aria-label"] == "Contents"
    for element in elements:
        if element.tag == "svg":
            assert element.attributes.get("aria-labelledby")
        if element.tag == "table":
            assert any(each.tag == "th" and each.attributes.get("scope") == "col" for each in element.walk())
        if element.attributes.get("tabindex") == "0":
            assert element.attributes.get("aria-label")
    assert "Skip to the text" in document.text()


def test_no_word_is_left_as_a_template(document: Any) -> None:
    text = document.text(frozenset({"script", "style", "pre", "svg"}))
    assert not re.search(r"\bNone\b(?! is shipped| does|, or short enough)|\{\w+\}|<built-in|dataclass", text)


def test_every_page_and_every_question_is_in_the_contents(elements: list[Any], pages: tuple[Page, ...]) -> None:
    nav = next(element for element in elements if element.tag == "nav")
    led = {element.attributes["href"] for element in nav.walk() if element.tag == "a"}
    assert {f"#{page.name}" for page in pages} <= led
    assert {f"#faq-{number}" for number in range(1, 35)} <= led


def test_a_first_cell_that_is_that_of_the_row_above_stands_once_over_both(elements: list[Any]) -> None:
    for table in (element for element in elements if element.tag == "table"):
        rows = [element for element in table.walk() if element.tag == "tr"]
        covered, columns = 0, sum(cell.tag == "th" for cell in rows[0].walk())
        for row in rows[1:]:
            cells = [cell for cell in row.inner if not isinstance(cell, str)]
            spans = [int(cell.attributes.get("rowspan", "1")) for cell in cells if cell.tag == "th"]
            assert len(spans) == (0 if covered else 1)
            assert len(cells) + bool(covered) == columns
            covered = (spans[0] if spans else covered) - 1
        assert covered == 0


def test_every_colour_of_a_picture_has_one_for_the_night(html: str) -> None:
    drawn = set(re.findall(r'(?:fill|stroke)="(#[0-9a-f]{6})"', html))
    assert drawn
    assert drawn <= set(BY_NIGHT)


def test_the_page_has_the_colours_of_its_pictures(html: str) -> None:
    for palette in (LIGHT.palette, DARK.palette, PRINT.palette):
        assert f"--paper: {palette.paper}; --ink: {palette.ink};" in html


def test_pictures_have_no_size_of_their_own_and_machines_lead_to_their_lines(
    pictures: dict[str, str], html: str
) -> None:
    assert not re.search(r"<svg[^>]* (?:width|height)=", html)
    assert 'xlink:href="#credit_note-state-accepted"' in pictures["credit_note"]
    assert "What may refuse it" not in pictures["credit_note"]


def test_words_of_the_law_are_escaped(look: Any) -> None:
    bad = '<b>&"'
    parts = [bad, link(bad, "one"), outside(bad, 'https://x/?a="b"'), strong(bad), badge(bad, "yes")]
    written = Html({}, {}).write([Page("one", bad, "", f"# One\n\n{Md(' ').join(parts)} {code(bad)}\n")])
    assert "<b>" not in written
    assert written.count("&lt;b&gt;&amp;") >= 7
    look.read(written)
