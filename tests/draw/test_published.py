"""The folder diagrams/ is what the law draws now, and every process draws the same."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ims_fsm.draw.comparison import comparison_sheet, comparisons, markdown, stem_of
from ims_fsm.draw.diagrams import Drawing, drawings, file_name
from ims_fsm.draw.dot import dot_of
from ims_fsm.draw.mermaid import mermaid_of
from ims_fsm.draw.sheet import Sheet
from ims_fsm.draw.svg import digest
from ims_fsm.draw.theme import DARK, LIGHT, Theme
from ims_fsm.law.book import shipped_book, shipped_law
from ims_fsm.law.comparison import Comparison
from ims_fsm.pages.collection import text_of
from ims_fsm.pages.material import Material
from ims_fsm.pages.publication import shipped_annexure

REMEDY = "draw it again: python -m ims_fsm.pages diagrams"
PAGE = "README.md"
OLD, NEW = "IMS-2024-10", "IMS-2025-10"
DRAWINGS = drawings(shipped_law())
CHANGES = comparisons(shipped_law(), OLD, NEW)

each_drawing = pytest.mark.parametrize("drawing", DRAWINGS, ids=lambda each: each.stem)


@each_drawing
def test_dot_is_fresh(published: Path, drawing: Drawing) -> None:
    assert (published / file_name(drawing.stem, "dot")).read_bytes() == dot_of(drawing.picture).encode(), REMEDY


@each_drawing
def test_mermaid_is_fresh(published: Path, drawing: Drawing) -> None:
    assert (published / file_name(drawing.stem, "mermaid")).read_bytes() == mermaid_of(drawing.picture).encode(), REMEDY


@each_drawing
@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda each: each.name)
def test_svg_was_drawn_from_this_dot(published: Path, drawing: Drawing, theme: Theme) -> None:
    text = (published / file_name(drawing.stem, "svg", theme)).read_text("utf-8")
    assert digest(dot_of(Sheet(drawing.picture, theme))) in text, REMEDY


@pytest.mark.parametrize("comparison", CHANGES, ids=lambda each: each.machine)
@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda each: each.name)
def test_what_a_change_of_law_does_is_fresh(published: Path, comparison: Comparison, theme: Theme) -> None:
    sheet = comparison_sheet(comparison, theme)
    text = (published / file_name(stem_of(comparison), "svg", theme)).read_text("utf-8")
    assert digest(dot_of(sheet)) in text, REMEDY


def test_the_table_of_a_change_of_law_is_fresh(published: Path) -> None:
    assert (published / f"{OLD}-to-{NEW}.md").read_text("utf-8").endswith(markdown(CHANGES)), REMEDY


def test_the_page_is_fresh(published: Path) -> None:
    material = Material(shipped_book(), shipped_annexure(), ())
    assert (published / PAGE).read_text("utf-8") == text_of(material, "diagrams"), REMEDY


def test_the_page_shows_and_links_what_is_there_and_nothing_is_left_over(published: Path) -> None:
    text = (published / PAGE).read_text("utf-8")
    linked = set(re.findall(r"\]\(([^):]+)\)", text)) | set(re.findall(r'src(?:set)?="([^"]+)"', text))
    assert linked | {PAGE} == {file.name for file in published.iterdir()}
