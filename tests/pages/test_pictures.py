"""The timelines and sequences in diagrams/ are what the law draws now."""

from __future__ import annotations

from pathlib import Path

import pytest

from ims_fsm.draw.diagrams import file_name
from ims_fsm.draw.theme import DARK, LIGHT, Theme
from ims_fsm.law.book import shipped_book
from ims_fsm.pages.pictures import Chart, Pictures

REMEDY = "draw it again: python -m ims_fsm.pages diagrams"
CHARTS = Pictures(shipped_book()).charts

each_chart = pytest.mark.parametrize(("stem", "chart"), CHARTS.items(), ids=CHARTS)


@each_chart
@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
def test_it_is_fresh(published: Path, stem: str, chart: Chart, theme: Theme) -> None:
    assert (published / file_name(stem, "svg", theme)).read_text("utf-8") == chart.page(theme).svg(), REMEDY


@each_chart
def test_its_mermaid_is_fresh(published: Path, stem: str, chart: Chart) -> None:
    assert not chart.mermaid or (published / f"{stem}.mmd").read_text("utf-8") == chart.mermaid, REMEDY


def test_what_moves_is_fresh(published: Path) -> None:
    moving = Pictures(shipped_book()).moving
    assert {stem: (published / f"{stem}.svg").read_text("utf-8") for stem in moving} == moving, REMEDY


def test_the_newest_rule_set_has_its_own_name() -> None:
    assert {stem: chart.title for stem, chart in CHARTS.items()} == {
        "timeline_monthly": "Tax period October 2025",
        "timeline_quarterly": "Tax period October to December 2025",
        "timeline_monthly.IMS-2024-10": "Tax period October 2024",
        "sequence_amendment": "An amended invoice",
        "sequence_rejected_credit_note": "A rejected credit note",
    }
