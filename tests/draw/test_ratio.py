"""A picture fills the page that is asked for, and every word on it can be read."""

from __future__ import annotations

import importlib.util
import re
import shutil
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from ims_fsm.draw.arrangement import arrangement, check_legible
from ims_fsm.draw.diagrams import diagram, draw, drawn
from ims_fsm.draw.dot import dot_of
from ims_fsm.draw.measure import SMALLEST, TEXT
from ims_fsm.draw.paper import Box, Text
from ims_fsm.draw.picture import picture_of
from ims_fsm.draw.ratio import RATIOS, Notes
from ims_fsm.draw.sheet import Sheet
from ims_fsm.draw.svg import digest
from ims_fsm.errors import InputError
from ims_fsm.law.register import Law

drawable = pytest.mark.skipif(
    shutil.which("dot") is None and importlib.util.find_spec("pygraphviz") is None, reason="no Graphviz is installed"
)
REMEDY = "draw it again by docs/writers.md"
# How many pixels wide a page is shown, and in points of print.
PIXELS = {"16:9": 1920, "square": 1080, "a4": 595.3}
LEAST = {"16:9": 18, "square": 15, "a4": SMALLEST}


@pytest.fixture(scope="module")
def pages(law: Law) -> dict[tuple[str, str, str], str]:
    """The plainest machine, a usual one and that with the most notes on every page, but for all notes on a slide."""
    pictures = [picture_of(law.machine(name).edition) for name in ("credit_note", "invoice_amendment", "gstr2b")]
    ways = [way for way in product(RATIOS, Notes) if way[1] is not Notes.FULL or way[0] == "a4"]
    sheets = {
        (picture.machine, ratio, notes.value): Sheet(picture, notes=notes, ratio=RATIOS[ratio])
        for picture, (ratio, notes) in product(pictures, ways)
    }
    return dict(zip(sheets, (svg.decode() for svg in drawn([*sheets.values()], "svg")), strict=True))


@drawable
def test_every_word_can_be_read_on_every_page(pages: dict[tuple[str, str, str], str]) -> None:
    for (machine, ratio, notes), svg in pages.items():
        wide = float(re.search(r'viewBox="0 0 ([\d.]+)', svg)[1])
        smallest = min(map(float, re.findall(r'font-size="([\d.]+)"', svg)))
        # A view box is written to a tenth of a point.
        assert smallest * PIXELS[ratio] / wide >= LEAST[ratio] * 0.998, (machine, ratio, notes)


@drawable
def test_a_page_has_its_shape_and_everything_stands_on_it(pages: dict[tuple[str, str, str], str]) -> None:
    for (_, ratio, _), svg in pages.items():
        page = RATIOS[ratio]
        assert f'width="{page.wide:g}pt" height="{page.tall:g}pt"' in svg
        wide, tall = map(float, re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', svg).groups())
        texts = re.findall(r'<text x="([\d.]+)" y="([\d.]+)" textLength="([\d.]+)"[^>]*?(text-anchor="\w+")?[ >]', svg)
        for x, y, length, anchor in texts:
            assert float(y) < tall
            assert float(x) + (float(length) if not anchor else 0) <= wide


@drawable
def test_names_alone_numbers_or_sentences(pages: dict[tuple[str, str, str], str]) -> None:
    none, numbers, full = (words_of(pages["credit_note", "a4", notes]) for notes in Notes)
    assert "keep pending" in none
    assert not [words for words in none if "FAQ" in words or words.isdigit()]
    assert {
        "2 3 5 6",
        "What may refuse it",
        "pending not allowed (FAQ\N{NO-BREAK SPACE}11; Advisory\N{NO-BREAK SPACE}2025-10)",
    } <= numbers
    assert not [words for words in numbers if words.startswith("The recipient")]
    assert {"2 3 5 6", "The portal itself blocks pending on this record", "The recipient takes"} <= full


@drawable
def test_without_a_frame_the_direction_that_fills_the_page_is_chosen(pages: dict[tuple[str, str, str], str]) -> None:
    def places(ratio: str) -> list[float]:
        card = r'id="gstr2b-IMS-2025-10-{}".*?\n.*?\n<rect x="([\d.]+)" y="([\d.]+)"'
        svg = pages["gstr2b", ratio, "none"]
        (x0, y0), (x1, y1) = (map(float, re.search(card.format(state), svg).groups()) for state in ("absent", "draft"))
        return [x1 - x0, y1 - y0]

    aside, down = places("16:9")
    assert aside > abs(down)
    aside, down = places("a4")
    assert down > abs(aside)


@drawable
def test_what_does_not_fit_is_told_of_every_picture_with_what_to_do(law: Law) -> None:
    sheets = [Sheet(picture_of(law.machine(name).edition), ratio=RATIOS["16:9"]) for name in ("invoice", "credit_note")]
    with pytest.raises(
        InputError, match=r"2 problems\n.*words would have [\d.]+ points of 9; say less in the notes"
    ) as told:
        drawn(sheets, "svg")
    assert [problem.where for problem in told.value.problems] == [sheet.picture.name for sheet in sheets]


@drawable
def test_what_nobody_asked_to_fill_a_page_is_drawn_on_a_larger_one() -> None:
    svg = diagram("gstr2b", notes="none").svg
    assert 'width="960pt" height="540pt"' in svg


def test_without_notes_a_wide_picture_grows_its_slide_and_keeps_its_words(law: Law) -> None:
    sheet = Sheet(picture_of(law.machine("gstr2b").edition), notes=Notes.NONE)
    page = arrangement(sheet, Box(0, 0, 3000, 200))
    assert page.wide * page.scale > 960
    assert page.wide / page.tall == pytest.approx(16 / 9)
    assert min(
        shape.size for shape in (*page.heading, *page.rest) if isinstance(shape, Text)
    ) * page.scale == pytest.approx(9)


@pytest.mark.parametrize("fmt", ["dot", "mermaid"])
def test_what_others_lay_out_fills_no_page(law: Law, fmt: str) -> None:
    with pytest.raises(InputError, match=f"{fmt}: is laid out by whoever shows it, so it fills no page of a4; leave"):
        draw(law.machine("gstr2b").edition, fmt, ratio="a4")


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"ratio": "4:3"}, "4:3: is not a ratio; use one of 16:9, a4, square"),
        ({"notes": "all"}, "all: names no notes; use one of none, numbers, full"),
    ],
)
def test_an_unknown_name_is_refused(asked: dict[str, str], told: str) -> None:
    with pytest.raises(InputError, match=told):
        diagram("gstr2b", **asked)


@pytest.mark.parametrize(
    ("asked", "look"),
    [
        ({}, ""),
        ({"ratio": "16:9"}, ".16x9"),
        ({"ratio": "16:9", "notes": "numbers"}, ".16x9"),
        ({"ratio": "square", "notes": "numbers"}, ".square.numbers"),
        ({"notes": "full"}, ""),
        ({"notes": "none", "only": "draft,stale"}, ".part.none"),
        ({"ratio": "a4", "notes": "none", "highlight": "faq.29"}, ".a4.none"),
        ({"only": ["absent", "draft", "stale", "final"]}, ""),
    ],
)
def test_what_differs_from_the_usual_look_is_in_the_name_of_a_file(asked: dict[str, Any], look: str) -> None:
    assert diagram("gstr2b", **asked).sheet.look == look


def test_without_notes_there_is_no_less_to_say(law: Law) -> None:
    sheet = Sheet(picture_of(law.machine("gstr2b").edition), notes=Notes.NONE, ratio=RATIOS["16:9"])
    told = r"words would have 8\.98 points of 9; choose another ratio, or draw only a part of it"
    with pytest.raises(InputError, match=told):
        check_legible(sheet, 8.98 / TEXT)


def words_of(svg: str) -> set[str]:
    return set(re.findall(r"<text[^>]*>([^<]*)</text>", svg))


@drawable
@pytest.mark.parametrize(
    ("file", "look"),
    [
        ("credit_note", {}),
        ("credit_note.part", {"only": ["no_action", "accepted", "accept", "reject"]}),
        ("credit_note.faq.11", {"highlight": "faq.11", "notes": "none"}),
        ("credit_note.beside-invoice", {"differs_from": "invoice"}),
    ],
)
def test_the_pictures_of_the_guide_are_fresh(published: Path, file: str, look: dict[str, Any]) -> None:
    slides = published.parent / "docs" / "pictures" / "slides"
    for ending, theme in (("", "light"), (".dark", "dark")):
        text = (slides / f"{file}{ending}.svg").read_text("utf-8")
        picture = diagram("credit_note", ratio="16:9", theme=theme, **look)
        drawn_from = {digest(dot_of(replace(picture.sheet, turned=turned))) for turned in (False, True)}
        assert [dot for dot in drawn_from if dot in text], REMEDY
        assert words_of(text) == words_of(picture.svg), REMEDY
    assert f'srcset="pictures/slides/{file}.dark.svg"' in (slides.parents[1] / "writers.md").read_text("utf-8")
