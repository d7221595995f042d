"""The stage for tests, as a backend that embeds the engine uses it."""

from __future__ import annotations

import pytest

from ims_fsm import TaxPeriod
from ims_fsm.terms.vocabulary import State
from ims_fsm.testing import Scratch, SettableClock, Stage


@pytest.fixture
def stage(ims, ims_clock) -> Stage:
    return Stage(ims, ims_clock)


def test_a_document_is_saved_and_filed(stage):
    saved, filed = stage.saved(), stage.filed(stage.document("credit_note"), period="2024-11")
    assert [stage.desk.record(record).filed for record in (saved, filed)] == [False, True]
    assert stage.desk.record(saved).document.number != stage.desk.record(filed).document.number


def test_an_amendment_names_its_original(stage):
    original = stage.document()
    amendment = stage.document(amends=original, igst=20_000)
    assert (amendment.amends.number, amendment.tax.igst) == (original.number, 20_000)


def test_a_closed_period_is_decided(stage):
    record = stage.filed()
    stage.close()
    assert stage.desk.record(record).state is State.FROZEN
    assert stage.ims.clock() == stage.ims.book.calendar.two_b_opens(TaxPeriod("2024-10"))


def test_the_clock_is_set_by_the_day_and_by_the_minute(stage):
    assert stage.at("2024-11-14").ims.clock().isoformat() == "2024-11-14T06:30:00+00:00"
    assert stage.at("2024-11-14 06:00").ims.clock().isoformat() == "2024-11-14T00:30:00+00:00"


def test_a_refusal_is_expected_by_its_code_and_rule(stage):
    note = stage.filed(stage.document("credit_note"))
    with stage.refused("pending_not_allowed", "faq.11") as refusals:
        stage.desk.keep_pending(note)
    assert [refusal.code for refusal in refusals] == ["pending_not_allowed"]


@pytest.mark.parametrize(
    ("code", "rule", "trigger", "happened"),
    [
        ("frozen", None, "keep_pending", r"a refusal with frozen; got pending_not_allowed \(faq\.11\.a\)"),
        ("pending_not_allowed", "faq.12", "keep_pending", "citing faq.12; got pending_not_allowed"),
        ("frozen", None, "accept", "got none"),
    ],
)
def test_another_refusal_or_none_is_a_failure(stage, code, rule, trigger, happened):
    note = stage.filed(stage.document("credit_note"))
    with pytest.raises(AssertionError, match=happened), stage.refused(code, rule):
        stage.desk.act(trigger, note)


def test_databases_may_be_open_side_by_side():
    clock = SettableClock("2024-11-09 12:00")
    with Scratch() as databases, databases.ims(clock=clock) as ims:
        Stage(ims, clock)
        with databases.ims() as other:
            assert other.taxpayers() == []
        assert len(ims.taxpayers()) == 2
