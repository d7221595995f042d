"""What an action would come to: the numbers are those that then really happen, and nothing is written."""

from __future__ import annotations

from datetime import date
from itertools import product

import pytest

from ims_fsm import Heads, TaxPeriod

ACTIONS = ("accept", "reject", "keep_pending", "reset")
STATES = {"accept": "accepted", "reject": "rejected", "keep_pending": "pending", "reset": "deemed_accepted"}


def igst(amount: int) -> Heads:
    return Heads(igst=amount)


def happens(stage, record_id, period):
    """Close a period and return what it moved of one record: outcome, ITC, liability, E and S."""
    before = stage.record(record_id)
    stage.close(period)
    after = stage.record(record_id)
    added = sum((one.tax for one in stage.shop.liabilities() if one.record_id == record_id), Heads())
    itc = sum((line.tax for line, record in stage.desk.two_b(TaxPeriod(period)).lines
               if record.id == record_id and line.decision != "rejected"), Heads())  # fmt: skip
    assert after.carried - before.carried == itc
    return (str(after.disposition or after.state), itc, added, after.carried, after.standing)


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize(
    ("kind", "on_original", "tax"),
    [*product(("invoice", "credit_note"), ("accept", "reject"), (80, 100, 120)), ("debit_note", None, 100)],
)
def test_it_is_what_then_happens(stage, kind, on_original, tax, action):
    """Annexure-A, from an original and its amendment of the next 2B period."""
    original = stage.document(kind, 100)
    record_id, period = stage.filed(original), "2024-10"
    if on_original:
        stage.act(on_original, record_id)
        stage.close()
        record_id = stage.at("2024-12-05").filed(stage.document(kind, tax, amends=original), "2024-11")
        period = "2024-11"
    before = stage.tables()
    told = stage.desk.what_if(action, record_id)
    assert stage.tables() == before
    assert told.allowed == bool(stage.desk.may(action, record_id))
    assert (told.now_outcome, told.outcome) == ("deemed_accepted", STATES[action])
    if told.allowed:
        stage.act(action, record_id)
        happened = happens(stage, record_id, period)
        assert (told.outcome, told.itc, told.added_back, told.carried, told.standing) == happened
    else:
        assert [refusal.code for refusal in told.refusals] == ["pending_not_allowed"]
        happened = happens(stage, record_id, period)
        assert (told.now_outcome, told.now_itc, told.now_added_back) == happened[:3]


@pytest.mark.parametrize("reduce_itc", [None, "full", "none", igst(30)])
def test_it_knows_what_is_declared(stage, reduce_itc):
    stage.taxpayer(stage.buyer, registered_from="2025-10")
    note = stage.document("credit_note", 100, date=date(2025, 10, 5))
    record_id = stage.at("2025-11-09").filed(note, "2025-10")
    told = stage.desk.what_if("accept", record_id, reduce_itc=reduce_itc)
    assert told.itc == {None: igst(-100), "full": igst(-100), "none": Heads(), igst(30): igst(-30)}[reduce_itc]
    assert told.carried == told.itc


def test_on_a_saved_record_it_is_what_filing_would_make_of_it(stage):
    record_id = stage.saved(stage.document("credit_note", 100))
    told = stage.desk.what_if("reject", record_id)
    assert (told.itc, told.added_back, told.now_itc) == (Heads(), igst(100), igst(-100))


def test_the_comparison_is_a_sentence(stage):
    record_id = stage.filed(stage.document("credit_note", 1_800_000))
    assert stage.desk.what_if("reject", record_id).sentence == (
        "If rejected: ITC unchanged, supplier's liability +18,000.00 IGST. "
        "If left alone: deemed accepted, ITC -18,000.00 IGST."
    )
    assert stage.desk.what_if("keep_pending", record_id).sentence.startswith("If kept pending: nothing moves yet. ")


def test_what_an_amendment_prevails_over_moves_nothing(stage):
    """FAQ 13: in one 2B period."""
    original = stage.document("credit_note", 100)
    record_id = stage.filed(original)
    stage.filed(stage.document("credit_note", 80, amends=original))
    told = stage.desk.what_if("reject", record_id)
    assert (told.outcome, told.itc, told.added_back, told.now_itc) == ("superseded", Heads(), Heads(), Heads())
    assert told.sentence == (
        "If rejected: superseded by its amendment, ITC unchanged. "
        "If left alone: superseded by its amendment, ITC unchanged."
    )
    stage.act("reject", record_id)
    assert happens(stage, record_id, "2024-10")[:3] == ("superseded", Heads(), Heads())


@pytest.mark.parametrize("action", ACTIONS)
def test_of_what_is_gone_it_says_so(stage, action):
    frozen, removed, past = stage.filed(), stage.saved(period="2024-11"), stage.document(reverse_charge=True)
    past = stage.filed(past, form="IFF")
    stage.shop.delete(removed)
    stage.close()
    for record_id, outcome in ((frozen, "deemed_accepted"), (removed, "removed"), (past, "self_paid")):
        told = stage.desk.what_if(action, record_id)
        assert not told.allowed
        assert (told.now_outcome, told.now_itc, told.itc, told.added_back) == (outcome, Heads(), Heads(), Heads())


def test_what_goes_past_ims_is_not_acted_on(stage):
    record_id = stage.filed(stage.document(igst=100, reverse_charge=True))
    told = stage.desk.what_if("accept", record_id)
    assert ([refusal.code for refusal in told.refusals], told.itc) == (["not_in_ims"], Heads())
