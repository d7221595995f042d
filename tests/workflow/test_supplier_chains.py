"""Amendments and their originals: linked, waiting for one that is not here, stated by hand."""

from __future__ import annotations

from datetime import date
from itertools import permutations

import pytest

from ims_fsm import Form, Heads, InputError, OriginalReference, TaxPeriod
from ims_fsm.terms.vocabulary import Disposition

OCTOBER, NOVEMBER = TaxPeriod("2024-10"), TaxPeriod("2024-11")
EIGHTY, HUNDRED = Heads(igst=8_000), Heads(igst=10_000)


# --- amendments and their originals ---------------------------------------------------------------------------------


def test_an_amendment_joins_the_chain_of_its_original(stage):
    original = stage.document(igst=10_000)
    first = stage.filed(original)
    stage.close()
    second = stage.record(stage.saved(stage.document(igst=8_000, amends=original), "2024-11"))
    assert (second.chain_id, second.machine) == (first, "invoice_amendment")
    assert (second.carried, second.standing) == (HUNDRED, HUNDRED)
    third = stage.record(stage.saved(stage.document(igst=7_000, amends=second.document), "2024-12"))
    assert third.chain_id == first


def test_an_amendment_of_a_document_that_was_deleted_and_saved_again(stage):
    """The deleted record stands no more for the document."""
    original = stage.document()
    gone = stage.saved(original)
    stage.shop.delete(gone)
    again = stage.filed(original)
    amendment = stage.record(stage.saved(stage.document(amends=original), "2024-11"))
    assert amendment.chain_id == again


def test_a_deleted_amendment_is_no_version(stage):
    original = stage.document()
    first = stage.filed(original)
    gone = stage.saved(stage.document(amends=original), "2024-11")
    stage.shop.delete(gone)
    assert stage.record(stage.saved(stage.document(amends=original), "2024-11")).chain_id == first


def test_two_amendments_of_an_unknown_document_are_one_chain(stage):
    unknown = stage.document()
    first = stage.saved(stage.document(amends=unknown))
    second = stage.record(stage.saved(stage.document(amends=unknown), "2024-11"))
    assert second.chain_id == first


def test_an_original_that_comes_later_takes_its_amendments_in(stage):
    """The remedy of `original_unknown`: the original may be reported here after its amendment."""
    original = stage.document(igst=10_000)
    one = stage.document(igst=8_000, amends=original)
    first, second = stage.saved(one, "2024-11"), stage.saved(stage.document(amends=one), "2024-12")
    late = stage.filed(original)
    assert [stage.record(each).chain_id for each in (first, second)] == [late, late]
    assert [member.id for member in stage.desk.history(first).chain] == [late, first, second]
    view = stage.desk.show(first)
    assert (view.original, view.direction) == ("unsettled", "downward")
    stage.close()
    assert stage.record(first).carried == HUNDRED
    assert not stage.faults()


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_versions_are_one_chain_whichever_is_reported_first(stage, order):
    """S of what is only saved is that of the version before it, once that is filed."""
    original = stage.document(igst=10_000)
    amendment = stage.document(igst=8_000, amends=original)
    last = stage.document(igst=7_000, amends=amendment)
    reported = [(original, "2024-10"), (amendment, "2024-11"), (last, "2024-12")]
    made = {at: stage.saved(*reported[at]) for at in order}
    ids = [made[at] for at in range(3)]
    chain = stage.desk.history(ids[0]).chain
    assert ([member.id for member in chain], {member.chain_id for member in chain}) == (ids, {ids[0]})
    for period, stands in ((OCTOBER, HUNDRED), (NOVEMBER, EIGHTY)):
        stage.shop.file(Form.GSTR_1, period)
        assert stage.record(ids[2]).standing == stands
    assert not stage.faults()


def test_an_amendment_that_was_deleted_belongs_to_the_original_that_comes_later(stage):
    original = stage.document()
    gone = stage.saved(stage.document(amends=original), "2024-11")
    stage.shop.delete(gone)
    late = stage.filed(original)
    assert stage.record(gone).chain_id == late
    assert not stage.faults()


def test_the_original_is_deleted_and_saved_again_after_its_amendment(stage):
    original = stage.document(igst=10_000)
    gone, amendment = stage.saved(original), stage.saved(stage.document(amends=original), "2024-11")
    stage.shop.delete(gone)
    assert stage.record(amendment).chain_id == amendment
    again = stage.filed(original)
    assert stage.record(amendment).chain_id == again
    assert stage.record(amendment).standing == HUNDRED
    assert not stage.faults()


def test_an_edit_gives_the_number_that_an_amendment_names(stage):
    waited_for, misread = stage.document(), stage.saved()
    amendment = stage.saved(stage.document(amends=waited_for), "2024-11")
    stage.shop.edit(misread, {"number": waited_for.number})
    assert stage.record(amendment).chain_id == misread
    assert not stage.faults()


@pytest.mark.parametrize(
    ("disposition", "kind", "igst", "stands"),
    [
        ("accepted", "invoice", 8_000, (HUNDRED, "accepted", "downward")),
        ("accepted", "invoice", 12_000, (HUNDRED, "accepted", "upward")),
        ("deemed_accepted", "credit_note", 8_000, (-HUNDRED, "accepted", "downward")),
        ("rejected", "invoice", 8_000, (Heads(), "rejected", "unchanged")),
    ],
)
@pytest.mark.parametrize("when", ["saved", "filed"])
def test_the_original_may_be_stated(stage, disposition, kind, igst, stands, when):
    """FAQ 13: then the amendment is acted on as if it had been decided here, saved or filed."""
    original = stage.document(kind, 10_000)
    amendment = stage.document(kind, igst, amends=original)
    record_id = stage.saved(amendment) if when == "saved" else stage.filed(amendment)
    stage.desk.state_original(record_id, Disposition(disposition), original)
    if when == "saved":
        stage.shop.file(Form.GSTR_1, OCTOBER)
    view = stage.desk.show(record_id)
    assert (view.record.carried, view.original, view.direction) == stands
    stage.close()
    assert stage.totals() == {"itc_available": amendment.credit - stands[0]}


def test_pending_of_a_stated_original_follows_its_tax(stage):
    """FAQ 11.D reads the stated tax, also once the amendment is filed."""
    original = stage.document(igst=10_000)
    record_id = stage.filed(stage.document(igst=8_000, amends=original))
    stage.desk.state_original(record_id, Disposition.ACCEPTED, original)
    with stage.refused("pending_not_allowed", "faq.11.d"):
        stage.act("keep_pending", record_id)


def test_a_stated_original_without_content_had_the_same_tax(stage):
    record_id = stage.saved(stage.document(igst=8_000, amends=stage.document()))
    stage.desk.state_original(record_id, Disposition.ACCEPTED)
    assert stage.record(record_id).carried == EIGHTY


def test_a_rejected_credit_note_that_is_stated_was_added_back(stage):
    record_id = stage.saved(stage.document("credit_note", 8_000, amends=stage.document()))
    stage.desk.state_original(record_id, Disposition.REJECTED)
    record = stage.record(record_id)
    assert (record.carried, record.standing) == (Heads(), Heads())


def test_what_is_stated_again_is_no_news(stage):
    record_id = stage.filed(stage.document(igst=8_000, amends=stage.document()))
    stage.desk.state_original(record_id, Disposition.ACCEPTED, stage.document(igst=10_000))
    before = stage.tables()
    stage.desk.state_original(record_id, Disposition.ACCEPTED, stage.document(igst=10_000))
    assert stage.tables() == before
    stage.desk.state_original(record_id, Disposition.ACCEPTED)
    assert stage.log(record_id) == ["state_original", "state_original"]


def test_stating_the_original_makes_the_draft_stale(stage):
    record_id = stage.filed(stage.document(amends=stage.document()))
    stage.at("2024-11-14").draft()
    stage.desk.state_original(record_id, Disposition.REJECTED)
    assert stage.desk.two_b(OCTOBER).two_b.state == "stale"


@pytest.mark.parametrize(("disposition", "gained"), [("accepted", -2_000), ("rejected", 8_000)])
def test_the_original_is_stated_of_what_prevailed_over_the_oldest_version(stage, disposition, gained):
    """FAQ 13: a version under reverse charge is superseded by one that waits itself, which asks as long as it waits."""
    original = stage.document(igst=10_000)
    first = stage.document(amends=original, reverse_charge=True)
    over, waiting = stage.filed(first, "2024-09"), stage.filed(stage.document(igst=8_000, amends=first))
    stage.close()
    assert stage.record(over).disposition == "superseded"
    stage.desk.state_original(waiting, Disposition(disposition), original)
    assert stage.desk.show(waiting).original == disposition
    stage.act("accept", waiting)
    assert not stage.faults()
    stage.close("2024-11")
    assert stage.totals("2024-11") == {"itc_available": Heads(igst=gained)}
    assert not stage.faults()


@pytest.mark.parametrize("again", [True, False])
def test_what_was_stated_of_a_superseded_version_holds_until_it_is_stated_again(stage, again):
    original = stage.document(igst=10_000)
    first = stage.document(amends=original)
    over, waiting = stage.filed(first, "2024-09"), stage.filed(stage.document(igst=12_000, amends=first))
    stage.desk.state_original(over, Disposition.ACCEPTED, original)
    stage.act("keep_pending", waiting)
    stage.close()
    frozen = stage.record(over)
    assert frozen.disposition == "superseded"
    if again:
        stage.desk.state_original(waiting, Disposition.REJECTED)
    assert stage.record(over) == frozen
    assert stage.desk.show(waiting).original == ("rejected" if again else "accepted")
    stage.act("accept", waiting)
    third = stage.saved(stage.document(igst=13_000, amends=first), "2024-12")
    assert stage.record(third).carried == stage.record(waiting).carried
    assert not stage.faults()
    stage.close("2024-11")
    assert stage.totals("2024-11") == {"itc_available": Heads(igst=12_000 if again else 2_000)}
    assert not stage.faults()


def test_nothing_else_may_be_stated(stage):
    remedy = "state only how the unknown original of an undecided amendment was decided: accepted or rejected"
    original = stage.document()
    first = stage.filed(original)
    second = stage.filed(stage.document(amends=original))
    unknown = stage.saved(stage.document(amends=stage.document()), "2024-11")
    gone = stage.saved(stage.document(amends=stage.document(number="S/X")), "2024-11")
    stage.shop.delete(gone)
    cases = [
        (first, Disposition.ACCEPTED, None, "invoice S/1 of {}: amends nothing"),
        (second, Disposition.ACCEPTED, None, "amended invoice S/2 of {}: amends a document that is known here"),
        (
            unknown,
            Disposition.SUPERSEDED,
            None,
            "amended invoice S/4 of {}: amends a document that no GSTR-3B has decided on, being superseded",
        ),
        (
            unknown,
            Disposition.ACCEPTED,
            stage.document("debit_note"),
            "amended invoice S/4 of {}: amends a document of another kind than debit_note",
        ),
        (gone, Disposition.ACCEPTED, None, "amended invoice S/6 of {}: is decided for good"),
    ]
    for record_id, disposition, content, sentence in cases:
        with stage.unreadable(f"{sentence.format(stage.seller)}; {remedy}"):
            stage.desk.state_original(record_id, disposition, content)


def test_a_bill_of_entry_and_its_amendment_are_one_chain(stage):
    stage.at("2025-11-09")
    bill = stage.document("bill_of_entry", supplier="", number="INBOM4-1234567", date=date(2025, 10, 5))
    first = stage.filed(bill, "2025-10", "ICEGATE")
    again = bill.changed(amends=OriginalReference(bill.number, bill.date), igst=20_000)
    second = stage.record(stage.saved(again, "2025-11", "ICEGATE"))
    assert (second.chain_id, second.machine) == (first, "bill_of_entry")


def test_nothing_is_stated_of_what_a_decided_version_has_ended(stage):
    """FAQ 32: with the version under reverse charge decided nothing is carried, whatever the original was."""
    first = stage.document(amends=stage.document())
    waiting = stage.filed(first)
    stage.at("2024-11-20").desk.generate_2b("2024-10")
    stage.desk.file_3b("2024-10", consent=True)
    stage.filed(stage.document(amends=first, reverse_charge=True), "2024-11")
    stage.at("2024-12-20").desk.generate_2b("2024-11")
    stage.desk.file_3b("2024-11", consent=True)
    with pytest.raises(InputError, match="is of a chain of which GSTR-3B has decided a version"):
        stage.desk.state_original(waiting, Disposition.ACCEPTED)
