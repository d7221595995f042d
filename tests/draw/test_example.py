"""The pictures beside the examples of a law of one's own are what they draw now."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ims_fsm.draw.comparison import comparison_sheet, comparisons, markdown, stem_of
from ims_fsm.draw.diagrams import drawings
from ims_fsm.draw.dot import dot_of
from ims_fsm.draw.svg import digest
from ims_fsm.law.book import shipped_law
from ims_fsm.law.loading import load_own
from ims_fsm.law.modelcheck import check
from ims_fsm.terms.period import TaxPeriod
from ims_fsm.workflow.signoff.limits import shipped

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "examples"
LAW = load_own(FOLDER / "purchase_approval.toml")
(CHANGE,) = comparisons(LAW, "HANDBOOK-2024", "HANDBOOK-2025")
REMEDY = "draw it again: ims-fsm draw docs/examples/purchase_approval.toml --out docs/examples"


def test_the_pictures_are_fresh() -> None:
    fresh = {drawing.stem: dot_of(drawing.picture) for drawing in drawings(LAW)}
    fresh[stem_of(CHANGE)] = dot_of(comparison_sheet(CHANGE))
    for stem, dot in fresh.items():
        assert digest(dot) in (FOLDER / f"{stem}.svg").read_text("utf-8"), f"{stem}: {REMEDY}"


def test_a_period_chooses_the_edition_of_each_machine() -> None:
    (name,) = LAW.machines
    both = shipped_law().beside(LAW, "both")
    drawn = drawings(both, ["credit_note", name], TaxPeriod("2024-11"))
    assert [of.edition.rule_set.id for of in drawn] == ["IMS-2024-10", "HANDBOOK-2024"]


@pytest.mark.parametrize("law", ["leave_request/leave_request.toml", "loan_application"])
def test_the_pictures_of_the_guide_are_fresh(law: str) -> None:
    folder, declared = FOLDER / law.partition("/")[0], load_own(FOLDER / law)
    assert check(declared).holds
    fresh = {drawing.stem: dot_of(drawing.picture) for drawing in drawings(declared)}
    for change in (
        comparisons(declared, *(edition.id for edition in declared.rule_sets)) if declared.rule_sets[1:] else ()
    ):
        fresh[stem_of(change)] = dot_of(comparison_sheet(change))
        assert (folder / "POLICY-2024-to-POLICY-2025-07.md").read_text("utf-8").endswith(markdown([change]))
    for stem, dot in fresh.items():
        assert digest(dot) in (folder / f"{stem}.svg").read_text("utf-8"), f"draw docs/examples/{law} again"


def test_the_table_is_fresh() -> None:
    text = (FOLDER / "HANDBOOK-2024-to-HANDBOOK-2025.md").read_text("utf-8")
    assert text.endswith(markdown([CHANGE])), f"{REMEDY} --compare HANDBOOK-2024 HANDBOOK-2025"


def test_the_page_links_what_is_there() -> None:
    linked = set(re.findall(r"\]\(([^):]+)\)", (FOLDER / "README.md").read_text("utf-8")))
    assert all((FOLDER / name).exists() for name in linked)


def test_the_picture_of_the_sign_off_is_fresh() -> None:
    pictures = FOLDER.parent / "pictures"
    for drawing in drawings(shipped()[0]):
        again = "ims-fsm draw machines/signoff/signoff.toml --out docs/pictures"
        assert digest(dot_of(drawing.picture)) in (pictures / f"{drawing.stem}.svg").read_text("utf-8"), again
