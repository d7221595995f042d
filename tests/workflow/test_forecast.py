"""The dry run of GSTR-3B: it says what filing does, and keeps nothing."""

from __future__ import annotations

from datetime import date

import pytest

from ims_fsm import ConsentError, Heads, TaxPeriod
from ims_fsm.terms.money import NIL

OCTOBER = TaxPeriod("2024-10")


@pytest.mark.both
def test_it_foresees_what_filing_does_and_keeps_nothing(stage):
    """FAQ 12, 20, 34: every outcome, what freezes, what is added back, what rolls over."""
    accepted, rejected, pending = (stage.filed(stage.document(igst=1_000 * number)) for number in (1, 2, 3))
    note = stage.filed(stage.document("credit_note", igst=700))
    stage.filed(stage.document(igst=50))
    stage.filed(stage.document(igst=60, ineligible="pos"))
    original = stage.document(igst=100)
    stage.filed(original)
    stage.filed(stage.document(igst=80, amends=original))
    moves = (("accept", accepted), ("reject", rejected), ("keep_pending", pending), ("reject", note))
    for action, record in moves:
        stage.act(action, record)
    stage.filed(stage.document(igst=90, amends=stage.document(number="OLD/1", date=date(2024, 9, 1))))
    stage.at("2024-11-14").draft()
    before = stage.tables()
    forecast = stage.desk.weigh_3b(OCTOBER)
    assert stage.tables() == before
    assert (forecast.refusals, forecast.generation, forecast.state) == ((), 1, "draft")
    assert [told.code for told in forecast.consent] == ["consent_needed"]
    assert {of.reason: of.records for of in forecast.rolls_over} == {"pending": 1, "original_unknown": 1}
    filed = stage.desk.file_3b(OCTOBER, consent=True)
    assert {outcome: of.records for outcome, of in forecast.decided.items()} == filed.decided
    assert (forecast.added_back, forecast.time_limited) == (filed.added_back, filed.time_limited)
    frozen = [record for record in stage.desk.records() if record.state == "frozen"]
    assert forecast.frozen == len(frozen) == 6
    assert forecast.itc == Heads(igst=1_000 + 50 + 80)
    after = stage.desk.weigh_3b(OCTOBER)
    assert [told.code for told in after.refusals] == ["three_b_filed"]
    assert (after.decided, after.frozen, after.itc) == ({}, 0, NIL)


def test_what_stands_in_the_way_is_said(stage):
    absent = stage.desk.weigh_3b(OCTOBER)
    assert ([told.code for told in absent.refusals], absent.consent) == (["two_b_missing"], ())
    record = stage.filed()
    stage.at("2024-11-14").draft()
    stage.act("reject", record)
    stale = stage.desk.weigh_3b(OCTOBER)
    assert ([told.rule for told in stale.refusals], stale.decided, stale.state) == (["faq.29"], {}, "stale")


def test_what_is_pending_ends_first_and_that_is_said(stage):
    """FAQ 21: filing ends it, which makes the draft stale; nothing of that is kept either."""
    record = stage.filed(stage.document(date=date(2024, 3, 5)))
    stage.act("keep_pending", record)
    stage.at("2024-11-14").draft()
    forecast = stage.at("2024-12-02").desk.weigh_3b(OCTOBER)
    assert (forecast.expired, forecast.lapsed) == (1, 0)
    assert stage.record(record).state == "pending"


def test_a_gstr_2b_of_long_ago_is_generated_with_consent(stage):
    stage.at("2025-11-01")
    with pytest.raises(ConsentError) as asked:
        stage.desk.generate_2b(OCTOBER)
    assert asked.value.refusals[0].sentence == "2024-10 is more than 12 months ago"
    assert asked.value.refusals[0].remedy.endswith("and generate it all the same with consent=True")
    assert stage.desk.two_bs() == []
    assert stage.desk.generate_2b(OCTOBER, consent=True).generation == 1
