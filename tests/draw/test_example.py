"""The pictures beside the example of a law of one's own are what it draws now."""

from __future__ import annotations

import re
from pathlib import Path

from ims_fsm.draw.comparison import comparison_sheet, comparisons, markdown, stem_of
from ims_fsm.draw.diagrams import drawings
from ims_fsm.draw.dot import dot_of
from ims_fsm.draw.svg import digest
from ims_fsm.law.loading import load_own

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "examples"
LAW = load_own(FOLDER / "purchase_approval.toml")
(CHANGE,) = comparisons(LAW, "HANDBOOK-2024", "HANDBOOK-2025")
REMEDY = "draw it again: ims-fsm draw docs/examples/purchase_approval.toml --out docs/examples"


def test_the_pictures_are_fresh() -> None:
    fresh = {drawing.stem: dot_of(drawing.picture) for drawing in drawings(LAW)}
    fresh[stem_of(CHANGE)] = dot_of(comparison_sheet(CHANGE))
    for stem, dot in fresh.items():
        assert digest(dot) in (FOLDER / f"{stem}.svg").read_text("utf-8"), f"{stem}: {REMEDY}"


def test_the_table_is_fresh() -> None:
    text = (FOLDER / "HANDBOOK-2024-to-HANDBOOK-2025.md").read_text("utf-8")
    assert text.endswith(markdown([CHANGE])), f"{REMEDY} --compare HANDBOOK-2024 HANDBOOK-2025"


def test_the_page_links_what_is_there() -> None:
    linked = set(re.findall(r"\]\(([^):]+)\)", (FOLDER / "README.md").read_text("utf-8")))
    assert all((FOLDER / name).exists() for name in linked)
