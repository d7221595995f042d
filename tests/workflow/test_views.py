"""What people see: the recipient's and the supplier's view, one record with why, its history."""

from __future__ import annotations

import pytest

from ims_fsm import Heads, InputError, TaxPeriod, Where
from ims_fsm.terms.vocabulary import Kind, State, SupplierStatus

OCTOBER, NOVEMBER = TaxPeriod("2024-10"), TaxPeriod("2024-11")


def ids(records):
    return [record.id for record in records]


def test_the_inward_view_is_the_recipients(stage):
    """FAQ 18: his records, saved and filed, narrowed by what is asked."""
    stage.taxpayer(stage.other)
    first = stage.filed()
    note = stage.filed(stage.document("credit_note", number="CN/1"))
    past = stage.filed(stage.document(reverse_charge=True), "2024-11")
    saved = stage.saved(stage.document(supplier=stage.other), "2024-11")
    stage.saved(stage.document(recipient=stage.other))
    stage.act("reject", note)
    narrowed = {
        Where(): [first, note, past, saved],
        Where(states=(State.REJECTED, State.ACCEPTED)): [note],
        Where(kinds=(Kind.INVOICE,)): [first, past, saved],
        Where(supplier=stage.other): [saved],
        Where(number="CN/1"): [note],
        Where(return_period=NOVEMBER): [past, saved],
        Where(two_b_period=NOVEMBER): [past],
        Where(supplier_status=SupplierStatus.SAVED): [saved],
        Where(in_ims=True): [first, note, saved],
        Where(in_ims=False): [past],
        Where(in_ims=True, kinds=(Kind.INVOICE,), supplier_status=SupplierStatus.FILED): [first],
    }
    assert {where: ids(list(stage.desk.records(where))) for where in narrowed} == narrowed
    assert ids(list(stage.ims.recipient(stage.seller, actor="reader").records())) == []


def test_records_are_given_one_by_one_as_of_one_moment(tmp_path, staging):
    stage = staging(f"sqlite:///{tmp_path / 'ims.db'}")
    first, second, third = (stage.saved() for _ in range(3))
    for records in (stage.desk.records(Where(states=(State.NO_ACTION,))), stage.shop.outward(OCTOBER)):
        assert next(records).id == first
        stage.desk.act("accept" if stage.record(third).state is State.NO_ACTION else "reset", third)
        assert ids(records) == [second, third]
    stage.ims.close()


def test_no_more_are_listed_than_are_asked_for(stage):
    ids = [stage.filed() for _ in range(3)]
    assert [[view.record.id for view in stage.desk.listed(limit=limit)] for limit in (0, 2, None)] == [[], ids[:2], ids]
    with pytest.raises(InputError, match="-1 is not a number of records"):
        list(stage.desk.listed(limit=-1))


def test_the_period_that_is_expected_of_what_is_saved_narrows_like_one_that_is_fixed(stage):
    saved, filed = stage.saved(), stage.filed()
    periods = {view.record.id: view.period for view in stage.desk.listed()}
    for period in {*periods.values(), TaxPeriod("2030-01")}:
        found = [record.id for record in stage.desk.records(Where(expected_period=period))]
        assert found == [record_id for record_id in (saved, filed) if periods[record_id] == period]


def test_who_has_a_record_is_a_recipient(stage):
    stage.taxpayer(stage.other)
    stage.taxpayer(stage.quarterly, filing="quarterly")
    assert stage.ims.recipients() == []
    stage.saved(stage.document(recipient=stage.other))
    stage.saved()
    assert stage.ims.recipients() == [stage.other, stage.buyer]


def test_the_outward_view_is_the_suppliers(stage):
    """FAQ 18: with what the recipients did, whoever they are."""
    stage.taxpayer(stage.other)
    first, elsewhere = stage.filed(), stage.filed(stage.document(recipient=stage.other))
    later = stage.saved(period="2024-11")
    stage.saved(stage.document(supplier=stage.other))
    stage.act("reject", first)
    seen = list(stage.ims.supplier(stage.seller, actor="supplier").outward())
    assert sorted(ids(seen)) == [first, elsewhere, later]
    assert {record.id: record.state for record in seen}[first] == State.REJECTED
    assert ids(list(stage.ims.supplier(stage.seller, actor="supplier").outward(NOVEMBER))) == [later]
    assert list(stage.ims.supplier(stage.buyer, actor="supplier").outward()) == []


def test_a_record_is_shown_with_what_may_be_done_and_why_not(stage):
    record_id = stage.filed(stage.document("credit_note"))
    view = stage.desk.show(record_id)
    assert (view.record, view.in_ims, view.period) == (stage.record(record_id), True, OCTOBER)
    assert (view.rule_set, view.direction, view.original) == ("IMS-2024-10", "original", "none")
    assert (view.shown_in, view.section) == (None, "none")
    assert view.open_actions == ("accept", "reject", "reset")
    assert [refusal.rule for refusal in view.may["keep_pending"]] == ["faq.11.a"]
    stage.act("reject", record_id)
    stage.close()
    view = stage.desk.show(record_id)
    assert (view.shown_in, view.section, view.open_actions) == (OCTOBER, "itc_rejected", ())


def test_a_saved_record_is_read_as_filing_it_now_would_make_it(stage):
    """The rule set too is that of its expected 2B period."""
    record_id = stage.saved()
    seen = []
    for moment in ("2024-11-11 23:59", "2024-11-12 00:00", "2025-11-11 23:59", "2025-11-12"):
        view = stage.at(moment).desk.show(record_id)
        seen.append((view.period, view.rule_set))
    assert seen == [
        ("2024-10", "IMS-2024-10"),
        ("2024-11", "IMS-2024-10"),
        ("2025-10", "IMS-2025-10"),
        ("2025-11", "IMS-2025-10"),
    ]


def test_what_is_not_in_ims_says_so(stage):
    past = stage.filed(stage.document(reverse_charge=True))
    assert stage.desk.show(past).in_ims is False
    stage.taxpayer(stage.buyer, kind="isd")
    assert stage.desk.show(stage.saved()).in_ims is False


def test_the_directions_of_amendments(stage):
    """Where heads move both ways the blocked direction is named (FAQ 11)."""
    both = Heads(cgst=100, sgst=100)
    pairs = [
        ("invoice", both, Heads(cgst=120, sgst=100)),
        ("invoice", both, both),
        ("invoice", both, Heads(cgst=120, sgst=80)),
        ("credit_note", Heads(igst=100), Heads(igst=80, cess=1)),
    ]
    originals = [stage.document(kind, tax=tax) for kind, tax, _ in pairs]
    for original in originals:
        stage.filed(original)
    stage.close()
    amendments = [
        stage.document(kind, tax=tax, amends=original)
        for original, (kind, _, tax) in zip(originals, pairs, strict=True)
    ]
    amendments.append(stage.document(amends=stage.document()))
    seen = [stage.desk.show(stage.saved(one, "2024-11")).direction for one in amendments]
    assert seen == ["upward", "unchanged", "downward", "upward", "unknown"]


def test_the_history_has_everything(stage):
    original = stage.document()
    first = stage.saved(original)
    stage.act("accept", first)
    stage.ims.supplier(stage.seller, actor="seller's clerk").edit(first, {"igst": 5})
    stage.shop.file("GSTR-1", OCTOBER)
    second = stage.saved(stage.document(amends=original), "2024-11")
    history = stage.desk.history(first)
    assert history.record == stage.record(first)
    assert [(one.number, one.actor, one.at) for one in history.contents] == [
        (1, "seller", stage.now),
        (2, "seller's clerk", stage.now),
    ]
    assert [(one.seq, one.trigger, one.actor, one.content_number) for one in history.transitions] == [
        (1, "accept", "buyer", 1),
        (2, "edit", "seller's clerk", 1),
    ]
    assert ids(history.chain) == [first, second]


def test_what_is_not_here_is_not_shown(stage):
    for call in (stage.desk.record, stage.desk.show, stage.desk.history):
        with stage.unreadable("5: is not a record here; see records()"):
            call(5)


def test_gstr_2a_has_all_that_suppliers_report_whatever_was_done_with_it(stage):
    """FAQ 28: saved and filed, in IMS or not, by the return period; what its supplier deleted is gone."""
    stage.taxpayer(stage.other)
    filed = stage.filed()
    note = stage.filed(stage.document("credit_note", number="CN/1"))
    past = stage.filed(stage.document(number="RCM/1", reverse_charge=True))
    saved = stage.saved(stage.document(supplier=stage.other, number="S/9"))
    deleted = stage.saved(stage.document(supplier=stage.other, number="S/10"))
    later = stage.saved(stage.document(supplier=stage.other, number="S/11"), "2024-11")
    stage.saved(stage.document(recipient=stage.other, number="S/12"))
    stage.ims.supplier(stage.other, actor="them").delete(deleted)
    stage.act("reject", note)
    stage.act("keep_pending", filed)
    assert ids(list(stage.desk.two_a(OCTOBER))) == [filed, note, past, saved]
    assert ids(list(stage.desk.two_a(NOVEMBER))) == [later]


def test_the_summary_is_of_what_the_list_has_in_each_period(stage):
    """What is only saved counts in the 2B period that filing it now would give, by how often its supplier files."""
    quarterly = "33AAACP7879D1ZM"
    stage.at("2024-11-12").taxpayer(quarterly, filing="quarterly")
    for supplier in (stage.seller, quarterly):
        stage.saved(stage.document("credit_note", supplier=supplier))
        stage.saved(stage.document(supplier=supplier), form="GSTR-1A")
    stage.act("accept", stage.filed(stage.document(number="A/1")))
    periods = stage.desk.summary().by(lambda group: group.period)
    assert len(periods) > 1
    for period, totals in periods.items():
        listed = list(stage.desk.listed(Where(expected_period=period)))
        assert totals.records == len(listed)
        assert totals.tax == sum((row.record.document.credit for row in listed), Heads())
        assert stage.desk.summary(Where(expected_period=period)).totals == totals
