"""The law on a sheet of A2: everything is on it, is read from a wall, and lies on the paper."""

from __future__ import annotations

import importlib.util
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from ims_fsm.charts.poster.differences import columns, differences
from ims_fsm.charts.poster.drawing import poster
from ims_fsm.draw.conversion import words_digest
from ims_fsm.draw.theme import PRINT
from ims_fsm.errors import InputError
from ims_fsm.law.book import LawBook, shipped_book
from ims_fsm.law.edition import Edition
from ims_fsm.terms.period import TaxPeriod

drawable = pytest.mark.skipif(
    shutil.which("dot") is None and importlib.util.find_spec("pygraphviz") is None, reason="no Graphviz is installed"
)
NEW, OLD = TaxPeriod("2025-10"), TaxPeriod("2024-10")
SVG = "{http://www.w3.org/2000/svg}"
# How high capitals are in parts of the font's size, and a millimetre in points.
CAPITAL, MM = 0.716, 72 / 25.4


def editions(book: LawBook, period: TaxPeriod = NEW) -> list[Edition]:
    return [machine.at(period) for machine in book.law.record_machines]


@pytest.fixture(scope="module")
def svg() -> str:
    return poster(shipped_book()).svg()


def words(element: ET.Element, scale: float, x: float = 0, y: float = 0) -> Iterator[tuple[float, float, float, str]]:
    """Give each line of words on the sheet, in points of the paper: where it ends, its baseline, its size, itself."""
    if element.tag == f"{SVG}svg" and element.get("x"):
        own = float(element.get("viewBox").split()[2])
        x, y = x + float(element.get("x")) * scale, y + float(element.get("y")) * scale
        scale *= float(element.get("width")) / own
    if element.tag == f"{SVG}text":
        left = {"middle": 0.5, "end": 0.0}.get(element.get("text-anchor"), 1.0) * float(element.get("textLength"))
        end, size = x + (float(element.get("x")) + left) * scale, float(element.get("font-size")) * scale
        yield end, y + float(element.get("y")) * scale, size, element.text
    for child in element:
        yield from words(child, scale, x, y)


@drawable
@pytest.mark.parametrize(("period", "theme"), [(NEW, PRINT), (OLD, PRINT)], ids=["new", "old"])
def test_it_is_a2_and_every_word_lies_on_it_with_capitals_of_two_and_a_half_millimetres(book, period, theme) -> None:
    page = poster(book, period, theme)
    root = ET.fromstring(page.svg())  # noqa: S314 - our own
    wide, tall = (float(root.get(side).removesuffix("pt")) for side in ("width", "height"))
    assert (round(wide / MM), round(tall / MM)) == (594, 420)
    lines = [*words(root, page.scale)]
    assert min(size for *_, size, _ in lines) * CAPITAL / MM >= 2.49
    assert [line for line in lines if line[0] > wide or line[1] > tall] == []


@drawable
def test_every_machine_is_on_it_and_every_sentence_that_differs_with_its_citation(svg: str, book: LawBook) -> None:
    told = " ".join(re.findall(r">([^<]+)</text>", svg)).replace("\N{NO-BREAK SPACE}", " ")
    for machine in book.law.machines.values():
        for word in machine.title.removesuffix(" amendment").split():
            assert word in told
    for difference in differences(editions(book)):
        assert difference.says in told
        assert not difference.cited or difference.cited in told


@drawable
def test_the_published_one_says_what_the_law_says_now(svg: str, published: Path) -> None:
    kept = (published / "poster.svg").read_text("utf-8")
    remedy = "draw it again: python -m ims_fsm.pages diagrams"
    assert re.findall(r">([^<]+)</text>", kept) == re.findall(r">([^<]+)</text>", svg), remedy
    assert words_digest(kept).encode() in (published / "poster.pdf").read_bytes(), remedy


def test_each_machine_has_a_column_and_the_invoice_the_first(book: LawBook) -> None:
    listed = columns(editions(book), "invoice")
    names = [edition.name for column in listed for edition in column.editions]
    assert sorted(names) == sorted(machine.name for machine in book.law.record_machines)
    assert names[:2] == ["invoice", "invoice_amendment"]
    assert names[-1] == "bill_of_entry"


def test_what_is_told_is_true_of_some_machines_and_not_of_all(book: LawBook) -> None:
    listed = differences(editions(book))
    assert all(0 < len(difference.machines) < len(book.law.record_machines) for difference in listed)
    (limit,) = [of for of in listed if of.says.startswith("The time limit of section 16(4) has passed for this record")]
    assert limit.machines == {
        "invoice", "invoice_amendment", "debit_note", "debit_note_amendment", "eco_document", "eco_document_amendment",
    }  # fmt: skip
    (lapse,) = [of for of in listed if of.says.startswith("Pending → No action.")]
    assert (lapse.triggers, lapse.cited) == ("lapse", "Advisory 2025-10")
    assert "credit_note" in lapse.machines
    never = {of.triggers: of.machines for of in listed if of.says == "Always refused."}
    assert never["reject"] == {"bill_of_entry"}


def test_another_rule_set_is_told_as_it_was(book: LawBook) -> None:
    never = {of.triggers: of.machines for of in differences(editions(book, OLD)) if of.says == "Always refused."}
    assert "credit_note" in never["keep pending"]


def test_before_ims_there_is_none(book: LawBook) -> None:
    with pytest.raises(InputError, match="poster: 2024-09: lies before IMS, which begins with 2B period 2024-10"):
        poster(book, TaxPeriod("2024-09"))
