"""The last matching: pages by key, candidates, the class as a filter, rules that are tried; on both databases."""

from __future__ import annotations

from typing import Any

import pytest

from ims_fsm import DeclarationError, InputError, Where
from tests.workflow.books import DAY, SISTER, register
from tests.workflow.test_purchases import OTHER, booked

pytestmark = pytest.mark.both
STRICT = '[[match]]\nname = "same_number_other_amounts"\noff = true\n'


@pytest.fixture
def records(stage: Any) -> list[int]:
    """Records that the books have as they are, with other amounts, and not at all; and two documents more."""
    made = [stage.filed(stage.document(number=number, date=DAY)) for number in ("INV/1", "INV/2", "INV/3")]
    others = [booked("Z/9", supplier=SISTER, taxable=90_000), booked("Y/8", supplier=OTHER, taxable=1)]
    stage.desk.match(register(booked("INV/1"), booked("INV/2", igst=20_000), *others))
    return made


def test_the_class_is_a_filter(stage: Any, records: list[int]) -> None:
    def listed(*names: str) -> list[int]:
        return [row.record.id for row in stage.desk.listed(Where(match=names))]

    assert listed("exact") == records[:1]
    assert listed("amount_off", "portal_only") == records[1:]
    assert listed("books_only") == []
    assert stage.desk.act_on("accept", where=Where(match=["exact", "portal_only"])).applied == 2
    assert [stage.desk.record(record).state for record in records] == ["accepted", "no_action", "accepted"]
    assert stage.desk.summary(Where(match=["amount_off"])).totals.records == 1


def test_a_page_begins_behind_the_key_of_a_match(stage: Any, records: list[int]) -> None:
    whole = list(stage.desk.matches())
    for place, of in enumerate(whole):
        assert list(stage.desk.matches(after=of.key)) == whole[place + 1 :]
        assert list(stage.desk.matches(after=of.key, limit=1)) == whole[place + 1 : place + 2]
    assert [of.record.id for of in stage.desk.matches(records=records[1:])] == records[1:]
    advice = [of.match.key for of in stage.desk.recommend()]
    assert [of.match.key for of in stage.desk.recommend(after=advice[0])] == advice[1:]
    assert [of.record.id for of in stage.desk.recommend(records=records[2:])] == records[2:]
    for wrong in ((-1, 0), (1,), "1-2", None):
        with pytest.raises(InputError, match="is not the key of a match"):
            stage.desk.matches(after=wrong)


def test_candidates_are_of_the_same_pan_or_value_the_nearest_first(stage: Any, records: list[int]) -> None:
    near = stage.desk.candidates(record_id=records[2])
    assert [(of.document.number, of.class_name) for of in near] == [("Z/9", "books_only")]
    sought = stage.desk.candidates(record_id=records[2], number="/")
    assert [of.document.number for of in sought] == ["INV/1", "INV/2", "Z/9", "Y/8"]
    back = stage.desk.candidates(document_id=near[0].document.id)
    assert [of.record.id for of in back] == records[2:]
    assert stage.desk.candidates(document_id=sought[-1].document.id) == []


def test_rules_are_tried_and_nothing_is_kept(stage: Any, records: list[int]) -> None:
    before = list(stage.desk.matches())
    tried = {of.name: of.count for of in stage.desk.preview_rules(STRICT).classes}
    assert tried == {"exact": 1, "portal_only": 2, "books_only": 3}
    assert list(stage.desk.matches()) == before
    assert {of.name: of.count for of in stage.desk.matched().classes} == {
        "exact": 1,
        "amount_off": 1,
        "portal_only": 1,
        "books_only": 2,
    }
    assert stage.desk.preview_rules("").classes == stage.desk.match().classes
    with pytest.raises(DeclarationError):
        stage.desk.preview_rules("[[match]]\nname = 1")
    assert stage.desk.registers()[0].documents == 4
