"""Every picture fits a printed column, and nothing in it is too small to be read there."""

from __future__ import annotations

import importlib.util
import re
import shutil
from xml.etree import ElementTree as ET

import pytest

from ims_fsm.draw import measure
from ims_fsm.draw.comparison import comparison_sheet, comparisons
from ims_fsm.draw.diagrams import drawings, drawn
from ims_fsm.draw.measure import balanced, folded
from ims_fsm.draw.sheet import Sheet
from ims_fsm.draw.theme import PRINT
from ims_fsm.law.book import shipped_law
from ims_fsm.resources import machines_folder

# An A4 page less 14 mm at either end.
PAGE = (297 - 2 * 14) / 25.4 * 72
drawable = pytest.mark.skipif(
    shutil.which("dot") is None and importlib.util.find_spec("pygraphviz") is None, reason="no Graphviz is installed"
)
SHEETS = [Sheet(drawing.picture, PRINT) for drawing in drawings(shipped_law())]
SHEETS += [
    comparison_sheet(each, PRINT)
    for each in comparisons(shipped_law(), "IMS-2024-10", "IMS-2025-10", shipped_law().machines)
]


@pytest.fixture(scope="module")
def printed() -> dict[str, str]:
    return {sheet.name: svg.decode() for sheet, svg in zip(SHEETS, drawn(SHEETS, "svg"), strict=True)}


@drawable
@pytest.mark.parametrize("name", [sheet.name for sheet in SHEETS])
def test_it_fits_the_column_and_the_page_and_nothing_is_smaller_than_seven_points(printed, name) -> None:
    svg = printed[name]
    width, height = map(float, re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', svg).groups())
    smallest = min(map(float, re.findall(r'font-size="([\d.]+)"', svg)))
    assert width <= measure.COLUMN + 0.1
    assert height <= PAGE
    assert smallest >= measure.SMALLEST


@drawable
@pytest.mark.parametrize("name", [sheet.name for sheet in SHEETS])
def test_every_line_of_words_carries_its_length_and_lies_on_the_page(printed, name) -> None:
    root = ET.fromstring(printed[name])  # noqa: S314 - our own picture
    width = float(root.get("viewBox").split()[2])
    for text in root.iter("{http://www.w3.org/2000/svg}text"):
        length, anchor = float(text.get("textLength")), text.get("text-anchor", "start")
        left = float(text.get("x")) - {"start": 0, "middle": length / 2, "end": length}[anchor]
        bold = text.get("font-weight") == "bold"
        assert length == pytest.approx(measure.width(text.text, float(text.get("font-size")), bold=bold), abs=0.06)
        assert left >= 0
        assert left + length <= width


@drawable
def test_a_screen_shows_it_larger_than_print(printed) -> None:
    (light,) = drawn([Sheet(SHEETS[0].picture)], "svg")
    wide = float(re.search(r'width="([\d.]+)pt"', light.decode())[1])
    assert wide == pytest.approx(1.4 * float(re.search(r'width="([\d.]+)pt"', printed[SHEETS[0].name])[1]), abs=1)


@pytest.mark.parametrize("words", ["a record that is gone", "one", "a b c d e f g h", "unbreakable-and-long-word x"])
def test_balanced_lines_are_no_more_than_folded_ones_and_say_the_same(words) -> None:
    for points in (10, 30, 55, 500):
        assert " ".join(balanced(words, points)) == " ".join(folded(words, points)) == words
        assert len(balanced(words, points)) == len(folded(words, points))


def test_a_line_is_no_wider_than_it_may_be() -> None:
    words = "The recipient defers it; it is in no GSTR-2B and no GSTR-3B, and stays in IMS until it is decided."
    assert all(measure.width(line) <= 70 for line in balanced(words, 70))


@pytest.mark.parametrize("face", ["Regular", "Bold"])
def test_the_widths_are_those_of_the_font_that_ships(face) -> None:
    ttf = pytest.importorskip("fontTools.ttLib")
    font = ttf.TTFont(measure.FONTS / f"Arimo-{face}.ttf")
    for code, glyph in font.getBestCmap().items():
        advance = font["hmtx"][glyph][0] / font["head"].unitsPerEm
        assert measure.width(chr(code), 1, bold=face == "Bold") == advance


def test_the_font_has_every_character_that_the_declarations_use() -> None:
    texts = [path.read_text("utf-8") for path in machines_folder().glob("*.toml")]
    assert {character for text in texts for character in text if not measure.is_measurable(character)} <= {"\n"}
