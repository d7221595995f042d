"""A workbook that was written, filled in and given back: what its rows come to, and that nothing of it is lost."""

from __future__ import annotations

import re
from typing import Any

import pytest

from ims_fsm import InputError, Where
from ims_fsm.terms.border import ACTIONS
from ims_fsm.terms.vocabulary import State
from tests.workflow.filled import STANDS, STATUS, Filled

SHEETS = ("B2B", "B2BA", "B2B-DN", "B2B-DNA", "B2B-CN", "B2B-CNA", "ECO", "ECOA")
KINDS = ("invoice", "debit_note", "credit_note", "eco_document")


def records_of(stage: Any) -> list[int]:
    """A saved document, a filed one and its amendment of each kind, each as nothing was done, accepted and pending."""
    for kind in KINDS:
        for action in (None, "accept", "keep_pending"):
            original = stage.document(kind)
            filed = stage.filed(original)
            amended = stage.filed(stage.document(kind, 9_000, amends=original))
            for record in (stage.saved(stage.document(kind)), filed, amended):
                if action and stage.desk.may(action, record):
                    stage.act(action, record)
    return [record.id for record in stage.desk.records()]


@pytest.mark.parametrize("action", ACTIONS)
def test_every_row_comes_to_what_may_be_done_with_its_record(stage, action):
    ids = records_of(stage)
    before = {record: stage.record(record).state for record in ids}
    proposed = [record for record in ids if STANDS[before[record]] != STATUS[action]]
    allowed = {record: bool(stage.desk.may(action, record)) for record in proposed}
    book = Filled(stage.desk)
    for record in proposed:
        book.fill(record, {"Status": STATUS[action]})
    checked = stage.desk.check(book.content)
    assert {row.record_id: row.allowed for row in checked.rows} == allowed
    assert {before[r] == stage.record(r).state for r in ids} == {True}
    for row in checked.refused:
        assert row.refusals == stage.desk.may(action, row.record_id).refusals
    assert all(re.fullmatch(rf"sheet ({'|'.join(SHEETS)}), row \d+", row.place) for row in checked.rows)
    applied = stage.desk.apply(book.content)
    assert (applied.rows, applied.blank) == (checked.rows, len(ids) - len(proposed))
    after = {record: stage.record(record).state for record in ids}
    moved = {record for record in ids if after[record] is not before[record]}
    assert moved == {record for record in proposed if allowed[record]}
    assert {STANDS[after[record]] for record in moved} <= {STATUS[action]}


def test_a_row_whose_record_was_changed_since_is_refused_as_outdated(stage):
    changed, same = stage.filed(), stage.filed()
    book = Filled(stage.desk).fill(changed, {"Status": "Rejected"}).fill(same, {"Status": "Rejected"})
    stage.act("keep_pending", changed)
    judged = stage.desk.apply(book.content)
    (refused,) = judged.refused
    assert (refused.record_id, refused.refusals[0].code) == (changed, "stale_version")
    assert "version" in refused.refusals[0].sentence
    assert (stage.record(changed).state, stage.record(same).state) == (State.PENDING, State.REJECTED)
    # Given once more, what was done is outdated too: nothing is done twice.
    assert len(stage.desk.apply(book.content).refused) == 2


def test_remarks_and_a_declared_reduction_go_with_the_action(stage):
    stage.at("2025-12-01")
    note = stage.filed(stage.document("credit_note", 18_000), "2025-11")
    book = Filled(stage.desk).fill(note, {
        "Status": "Accepted",
        "ITC reduction required": "Yes",
        "Declared Integrated Tax": "100.00",
        "Remarks": "partly availed",
    })  # fmt: skip
    assert stage.desk.apply(book.content).refused == ()
    record = stage.record(note)
    assert (record.state, record.remarks, record.reduction) == (State.ACCEPTED, "partly availed", "partial")
    assert record.declared.igst == 100_00
    # What is so already proposes nothing; another declaration is an action of its own.
    with pytest.raises(InputError, match="proposes nothing"):
        stage.desk.apply(Filled(stage.desk).content)
    again = Filled(stage.desk).fill(
        note, {"ITC reduction required": "No", "Declared Integrated Tax": "", "Remarks": ""}
    )
    assert stage.desk.apply(again.content).refused == ()
    assert stage.record(note).reduction == "none"


def test_what_is_decided_or_not_in_ims_proposes_nothing(stage):
    stage.filed()
    stage.close()
    waiting = stage.filed(period="2024-11")
    book = Filled(stage.desk, Where()).fill(waiting, {"Status": "Accepted"})
    judged = stage.desk.apply(book.content)
    assert ([row.record_id for row in judged.rows], judged.blank) == ([waiting], 1)


def test_a_row_that_was_torn_apart_is_no_row_of_another_record(stage):
    first, second = stage.filed(), stage.filed()
    book = Filled(stage.desk).fill(first, {"Status": "Rejected", "Record": str(second)})
    (row,) = stage.desk.apply(book.content).refused
    assert (row.place, row.record_id, len(row.refusals)) == ("sheet B2B, row 7", None, 1)
    assert {*stage.states().values()} == {"no_action"}


def test_rows_may_be_deleted_and_columns_too(stage):
    first, second = stage.filed(), stage.filed()
    book = Filled(stage.desk).fill(first, {"Status": "Rejected"}).fill(second, {"Status": "Rejected"})
    sheet = book.parts["xl/worksheets/sheet2.xml"]
    for letter in ("D", "E", "F"):
        sheet = re.sub(rf'<c r="{letter}\d+"[^>]*?(?:/>|>.*?</c>)', "", sheet)
    book.parts["xl/worksheets/sheet2.xml"] = re.sub(r'<row r="7".*?</row>', "", sheet)
    assert [row.record_id for row in stage.desk.apply(book.content).rows] == [second]
