"""The timelines and sequences in diagrams/ are what the law draws now."""

from __future__ import annotations

import pytest

from ims_fsm.charts.gallery import examples, sections
from ims_fsm.law.loading import shipped_law

REMEDY = "draw it again: python -m ims_fsm.pages diagrams"
EXAMPLES = examples(shipped_law())


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.stem)
def test_it_is_fresh(published, example):
    for ending, text in example.texts.items():
        assert (published / f"{example.stem}.{ending}").read_bytes() == text, REMEDY


def test_the_newest_rule_set_has_its_own_name():
    assert [example.stem for example in EXAMPLES] == [
        "timeline_monthly",
        "timeline_quarterly",
        "timeline_monthly.IMS-2024-10",
        "sequence_amendment",
        "sequence_rejected_credit_note",
    ]
    assert [example.title for example in EXAMPLES][:3] == [
        "Tax period October 2025",
        "Tax period October to December 2025",
        "Tax period October 2024",
    ]


def test_a_law_of_another_field_has_none(approval):
    assert examples(approval) == []
    assert list(sections(approval)) == []
