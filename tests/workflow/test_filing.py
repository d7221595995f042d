"""What a recipient files: GSTR-3B and the annual return; what it decides and adds back."""

from __future__ import annotations

from datetime import date

import pytest

from ims_fsm import Heads, TaxPeriod
from ims_fsm.record.chain import linked
from ims_fsm.terms.vocabulary import State

OCTOBER = TaxPeriod("2024-10")
# What amends a credit note, in paise, each in the return of its month.
SAVED_NOTES = ((300, "2024-11"), (300, "2024-12"), (400, "2025-01"))


def igst(amount: int) -> Heads:
    return Heads(igst=amount)


def filed_3b(stage, period="2024-10", gstin=None):
    return stage.ims.recipient(gstin or stage.buyer, actor="buyer").file_3b(TaxPeriod(period), consent=True)


def test_gstr3b_decides_what_its_2b_shows(stage):
    """FAQ 5, 12, 20: pending and saved stay."""
    accepted, deemed, rejected, pending, saved = (*(stage.filed() for _ in range(4)), stage.saved())
    for record_id, action in ((accepted, "accept"), (rejected, "reject"), (pending, "keep_pending"), (saved, "accept")):
        stage.act(action, record_id)
    stage.at("2024-11-14").draft()
    done = filed_3b(stage)
    assert (done.recipient, done.period, done.added_back) == (stage.buyer, "2024-10", ())
    assert done.decided == {"accepted": 1, "deemed_accepted": 1, "rejected": 1}
    stands = {
        record_id: (str(record.state), record.disposition, record.settled_in)
        for record_id in (accepted, deemed, rejected, pending, saved)
        for record in [stage.record(record_id)]
    }
    assert stands == {
        accepted: ("frozen", "accepted", OCTOBER),
        deemed: ("frozen", "deemed_accepted", OCTOBER),
        rejected: ("frozen", "rejected", OCTOBER),
        pending: ("pending", None, None),
        saved: ("accepted", None, None),
    }
    two_b = stage.desk.two_b(OCTOBER).two_b
    assert (two_b.state, two_b.filed_at) == ("final", stage.now)
    assert not stage.faults()


def test_the_log_says_what_it_was_decided_as(stage):
    record_id = stage.filed(stage.document("credit_note", 100))
    stage.act("reject", record_id)
    stage.close()
    entry = stage.desk.history(record_id).transitions[-1]
    assert (entry.trigger, entry.source, entry.dest, entry.actor) == ("freeze", "rejected", "frozen", "buyer")
    assert entry.detail == '{"added_back": {"igst": 100}, "disposition": "rejected", "itc": {}, "period": "2024-10"}'


def test_a_rejected_credit_note_goes_back_to_the_supplier(stage):
    """FAQ 34: to his next tax period, by head."""
    record_id = stage.filed(stage.document("credit_note", tax=Heads(cgst=100, sgst=100)))
    stage.act("reject", record_id)
    stage.at("2024-11-14").draft()
    (added,) = filed_3b(stage).added_back
    assert (added.supplier, added.supplier_period, added.records) == (stage.seller, "2024-11", 1)
    assert added.tax == Heads(cgst=100, sgst=100)
    (liability,) = stage.shop.liabilities(TaxPeriod("2024-11"))
    assert (liability.recipient, liability.record_id, liability.recipient_period, liability.at) == (
        stage.buyer,
        record_id,
        OCTOBER,
        stage.now,
    )
    assert liability.tax == Heads(cgst=100, sgst=100)
    assert stage.shop.liabilities() == [liability]
    assert stage.shop.liabilities(OCTOBER) == stage.ims.supplier(stage.other, actor="reader").liabilities() == []


def test_what_is_decided_moves_the_rest_of_its_chain(stage):
    """A saved amendment learns what its chain carries; a deleted one is gone for good."""
    original = stage.document(igst=100)
    stage.filed(original)
    waiting = stage.saved(stage.document(igst=80, amends=original), "2024-11")
    gone = stage.saved(stage.document(igst=70, amends=original), "2024-12")
    stage.shop.delete(gone)
    before = stage.record(gone)
    stage.close()
    assert (stage.record(waiting).carried, stage.record(waiting).state) == (igst(100), State.NO_ACTION)
    assert stage.record(gone) == before


def test_what_is_added_back_is_told_to_what_is_only_saved(stage):
    """FAQ 34: what is added back stands at its supplier no more, and a saved version has S of the one before it."""
    note = stage.document("credit_note", 100)
    rejected = stage.filed(note)
    stage.act("reject", rejected)
    first, gone, second = (
        stage.saved(stage.document("credit_note", paise, amends=note), p) for paise, p in SAVED_NOTES
    )
    stage.shop.delete(gone)
    chain = (rejected, first, gone, second)
    assert [stage.record(member).standing for member in chain] == [igst(-100)] * 4
    stage.close()
    assert [stage.record(member).standing for member in chain] == [igst(0)] * 4
    stage.at("2024-12-05").shop.file("GSTR-1", TaxPeriod("2024-11"))
    assert [stage.record(member).standing for member in chain] == [igst(0), *[igst(-300)] * 3]
    assert all(was == now for was, now in linked([stage.record(member) for member in chain]))
    assert not stage.faults()


# --- before registration --------------------------------------------------------------------------------------------


def test_what_is_older_than_registration_counts_as_decided(stage):
    """Its GSTR-3B counts as filed, so the record is decided as it stands when its supplier files."""
    stage.taxpayer(stage.buyer, registered_from="2025-01")
    accepted, _deemed, rejected, pending = (stage.saved() for _ in range(4))
    for record_id, action in ((accepted, "accept"), (rejected, "reject"), (pending, "keep_pending")):
        stage.act(action, record_id)
    stage.shop.file("GSTR-1", OCTOBER)
    assert [(str(r.state), r.disposition, r.settled_in) for r in list(stage.desk.records())] == [
        ("frozen", "accepted", OCTOBER),
        ("frozen", "deemed_accepted", OCTOBER),
        ("frozen", "rejected", OCTOBER),
        ("pending", None, None),
    ]
    assert not stage.faults()


def test_an_amendment_of_what_is_older_than_registration_brings_the_difference(stage):
    stage.taxpayer(stage.buyer, registered_from="2024-11")
    original = stage.document(igst=100)
    stage.saved(original)
    amendment = stage.saved(stage.document(igst=130, amends=original), "2024-11")
    stage.shop.file("GSTR-1", OCTOBER)
    assert stage.record(amendment).carried == igst(100)
    stage.at("2024-12-05").ims.supplier(stage.seller, actor="seller").file("GSTR-1", TaxPeriod("2024-11"))
    stage.close("2024-11")
    assert stage.totals("2024-11") == {"itc_available": igst(30)}


def test_before_registration_too_the_amendment_of_one_2b_period_prevails(stage):
    stage.taxpayer(stage.buyer, registered_from="2024-11")
    original = stage.document(igst=100)
    first, second = stage.saved(original), stage.saved(stage.document(igst=80, amends=original))
    stage.shop.file("GSTR-1", OCTOBER)
    assert [(r.disposition, r.carried) for r in map(stage.record, (first, second))] == [
        ("superseded", Heads()),
        ("deemed_accepted", igst(80)),
    ]


def test_before_registration_what_lacks_its_original_does_not_stop_the_filing(stage):
    stage.taxpayer(stage.buyer, registered_from="2024-11")
    known, unknown = stage.saved(), stage.saved(stage.document(amends=stage.document()))
    stage.shop.file("GSTR-1", OCTOBER)
    assert [stage.record(one).settled_in for one in (known, unknown)] == [OCTOBER, None]


def test_what_is_older_than_ims_is_decided_when_it_is_filed(stage):
    """additional.1: and an amendment in IMS knows what it carries."""
    original = stage.document(igst=100, date=date(2024, 9, 5))
    first = stage.at("2024-10-11").filed(original, "2024-09")
    assert (stage.record(first).settled_in, stage.record(first).carried) == ("2024-09", igst(100))
    stage.at("2024-11-09").filed(stage.document(igst=150, amends=original))
    stage.close()
    assert stage.totals() == {"itc_available": igst(50)}


# --- the annual return ----------------------------------------------------------------------------------------------


def test_the_annual_return_ends_the_time_limit(stage):
    """Section 16(4): for every undecided record of that year that it limits."""
    invoice = stage.filed(stage.document(date=date(2024, 3, 5)))
    saved = stage.saved(stage.document("debit_note", date=date(2024, 3, 5)))
    gone = stage.saved(stage.document(date=date(2024, 3, 6)), "2024-11")
    stage.shop.delete(gone)
    note = stage.filed(stage.document("credit_note", date=date(2024, 3, 5)), form="IFF")
    other_year = stage.filed(stage.document(date=date(2024, 4, 5)), form="IFF")
    before = [stage.record(one) for one in (gone, note, other_year)]
    stage.at("2024-11-10")
    assert stage.desk.file_annual_return("2023-24") == 2
    assert [stage.record(one).cutoff_at for one in (invoice, saved)] == [stage.now, stage.now]
    assert [stage.record(one) for one in (gone, note, other_year)] == before
    with stage.refused("s16_4_expired", "faq.31"):
        stage.act("accept", invoice)


def test_the_annual_return_does_not_move_a_limit_that_has_passed(stage):
    record_id = stage.filed(stage.document(date=date(2024, 3, 5)))
    stage.at("2024-12-10")
    assert stage.desk.file_annual_return("2023-24") == 0
    assert stage.record(record_id).cutoff_at < stage.now


def test_the_annual_return_is_filed_once(stage):
    stage.desk.file_annual_return("2023-24")
    with stage.unreadable(f"2023-24: is already filed as the annual return of {stage.buyer}; nothing is left to file"):
        stage.desk.file_annual_return("2023-24")


@pytest.mark.parametrize("fy", ["2023", "2023-25", "23-24", "", "2023-2024"])
def test_an_annual_return_is_of_a_financial_year(stage, fy):
    with stage.unreadable(f'{fy}: is not a financial year; write it like "2023-24"'):
        stage.desk.file_annual_return(fy)
