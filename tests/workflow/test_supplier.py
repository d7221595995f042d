"""What a supplier does: each use case once; what is refused them is told by the scenarios."""

from __future__ import annotations

from datetime import date

import pytest

from ims_fsm import Form, Heads, Kind, TaxPeriod
from ims_fsm.terms.vocabulary import RemovedFor, State, SupplierStatus

OCTOBER, NOVEMBER = TaxPeriod("2024-10"), TaxPeriod("2024-11")
EIGHTY, HUNDRED = Heads(igst=8_000), Heads(igst=10_000)


def test_a_saved_document_is_in_ims_at_once(stage):
    """FAQ 6, 7: without action, with no 2B period of its own, and without a row in the log."""
    document = stage.document()
    record = stage.record(stage.saved(document))
    assert record.document == document
    assert (record.state, record.supplier_status, record.two_b_period) == (State.NO_ACTION, SupplierStatus.SAVED, None)
    assert (record.seq, record.version, record.contents, record.in_ims) == (0, 1, 1, True)
    assert [(one.number, one.content_hash) for one in stage.desk.history(record.id).contents] == [
        (1, document.content_hash)
    ]
    assert stage.log(record.id) == []


def test_records_are_numbered_through_the_store(stage):
    stage.taxpayer(stage.other)
    assert [stage.saved(), stage.saved(stage.document(recipient=stage.other)), stage.saved()] == [1, 2, 3]


@pytest.mark.parametrize("state", ["saved", "filed", "frozen"])
def test_the_same_document_is_not_reported_twice(stage, state):
    document = stage.document()
    stage.saved(document) if state == "saved" else stage.filed(document)
    if state == "frozen":
        stage.close()
    with stage.refused("duplicate_document", "faq.16.1"):
        stage.saved(document.changed(taxable=1), "2024-11", "IFF")


def test_the_same_number_is_free_in_another_year_kind_and_after_deletion(stage):
    document = stage.document()
    first = stage.saved(document)
    stage.saved(document.changed(date=date(2024, 3, 31)))
    stage.saved(document.changed(kind=Kind.DEBIT_NOTE))
    stage.shop.delete(first)
    again = stage.record(stage.saved(document))
    assert (again.state, stage.record(first).state) == (State.NO_ACTION, State.REMOVED)


def test_a_document_is_amended_once_in_a_form_and_period(stage):
    original = stage.document()
    stage.filed(original)
    amendment = stage.document(amends=original)
    stage.filed(amendment, form="GSTR-1A")
    with stage.refused("duplicate_document", "faq.16.1"):
        stage.saved(amendment, form="GSTR-1A")
    assert stage.record(stage.saved(amendment, "2024-11")).chain_id == 1


def test_the_suppliers_annual_return_ends_the_time_to_amend(stage):
    """Theirs, and of the original's year: neither the recipient's nor another year's ends it."""
    original = stage.document(date=date(2024, 3, 31))
    stage.filed(original)
    stage.desk.file_annual_return("2023-24")
    theirs = stage.ims.recipient(stage.seller, actor="seller")
    theirs.file_annual_return("2022-23")
    saved = stage.saved(stage.document(amends=original), "2024-11")
    theirs.file_annual_return("2023-24")
    with stage.refused("amendment_time_barred", "sec.37_3"):
        stage.saved(stage.document(amends=original), "2024-12")
    assert [answer.record_id for answer in stage.shop.file(Form.GSTR_1, "2024-11").refused] == [saved]


def test_several_refusals_come_together(stage):
    original = stage.document("invoice", date=date(2024, 3, 31))
    stage.at("2024-12-01").filed(original)
    with stage.refused("amendment_time_barred", "faq.32") as found:
        stage.saved(stage.document(amends=original), "2024-12", "ICEGATE")
    assert [refusal.code for refusal in found] == ["not_an_ims_document", "amendment_time_barred"]


# --- edit -----------------------------------------------------------------------------------------------------------


def test_an_edit_takes_the_action_back(stage):
    """FAQ 16: with what was declared and said with it."""
    record_id = stage.saved()
    stage.act("reject", record_id, remarks="not ours")
    assert stage.shop.edit(record_id, {"igst": 20_000, "pos": "27"}) is True
    record = stage.record(record_id)
    assert (record.state, record.remarks, record.contents) == (State.NO_ACTION, None, 2)
    assert (record.document.tax, record.document.pos) == (Heads(igst=20_000), "27")
    assert stage.log(record_id) == ["reject", "edit"]
    assert [one.fields["igst"] for one in stage.desk.history(record_id).contents] == ["180.00", "200.00"]


def test_an_edit_that_changes_nothing_keeps_the_action(stage):
    """FAQ 19.1: filed again with the same detail."""
    record_id = stage.saved()
    stage.act("reject", record_id)
    before = stage.tables()
    assert stage.shop.edit(record_id, {"igst": 18_000, "supplier_name": "Seller"}) is False
    assert stage.tables() == before


def test_an_edit_may_move_the_year_and_the_time_limit(stage):
    record_id = stage.saved()
    stage.shop.edit(record_id, {"date": date(2024, 3, 5)})
    record = stage.record(record_id)
    assert (record.fy, record.cutoff_at.date()) == ("2023-24", date(2024, 11, 30))


def test_an_edit_does_not_take_the_number_of_another(stage):
    first = stage.document()
    stage.saved(first)
    second = stage.saved()
    with stage.refused("duplicate_document", "faq.16.1"):
        stage.shop.edit(second, {"number": first.number})


@pytest.mark.parametrize("change", [{"recipient": "24AAACC1206D1ZM"}, {"amends": None}, {"colour": "red"}])
def test_an_edit_changes_the_content_and_not_the_identity(stage, change):
    record_id = stage.saved()
    (name,) = change
    editable = (
        "cess, cgst, date, igst, ineligible, invoice_type, number, pending_blocked, pos, reverse_charge, sgst, "
        "supplier_name, tax, taxable, value"
    )
    with stage.unreadable(
        f"{name}: is not a field that an edit changes; an edit changes {editable}; "
        "for another, delete the document and save it anew"
    ):
        stage.shop.edit(record_id, change)


def test_what_is_not_here_is_neither_edited_nor_deleted(stage):
    for call in (stage.shop.delete, lambda record_id: stage.shop.edit(record_id, {})):
        with stage.unreadable("7: is not a record here; see records()"):
            call(7)


# --- delete ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("action", [None, "accept", "reject", "keep_pending"])
def test_a_deleted_document_leaves_ims(stage, action):
    """FAQ 16, whatever the recipient has done."""
    record_id = stage.saved()
    if action:
        stage.act(action, record_id)
    stage.shop.delete(record_id)
    record = stage.record(record_id)
    assert (record.state, record.removed_for) == (State.REMOVED, RemovedFor.SUPPLIER_DELETED)
    with stage.refused("removed", "faq.16.2"):
        stage.act("accept", record_id)
    with stage.refused("removed", "faq.16.2"):
        stage.shop.edit(record_id, {"igst": 1})


# --- file -----------------------------------------------------------------------------------------------------------


def test_filing_fixes_the_2b_period_and_keeps_the_action(stage):
    """FAQ 15: what was done on the saved record counts once it is filed; filing is no transition."""
    first, second = stage.saved(), stage.saved()
    stage.act("accept", first)
    other_form, gone = stage.saved(form="IFF"), stage.saved()
    stage.shop.delete(gone)
    filed = stage.shop.file(Form.GSTR_1, OCTOBER)
    assert (filed.supplier, filed.form, filed.period) == (stage.seller, "GSTR-1", "2024-10")
    assert filed.records == {first: "2024-10", second: "2024-10"}
    record = stage.record(first)
    assert (record.state, record.filed, record.two_b_period, record.filed_at) == (
        State.ACCEPTED,
        True,
        OCTOBER,
        stage.now,
    )
    assert (stage.log(first), stage.record(other_form).filed) == (["accept"], False)


def test_filing_again_files_nothing(stage):
    stage.filed()
    before = stage.tables()
    assert stage.shop.file(Form.GSTR_1, OCTOBER).records == {}
    assert stage.tables() == before
