"""What a supplier does: each use case once, each refusal once, and that a refused call writes nothing."""

from __future__ import annotations

from datetime import date

import pytest

from ims_fsm import Form, Heads, Kind, TaxPeriod
from ims_fsm.terms.vocabulary import RemovedFor, Route, State, SupplierStatus

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


def test_a_form_carries_only_its_own_kinds(stage):
    with stage.refused("not_an_ims_document", "faq.1"):
        stage.saved(stage.document("bill_of_entry"))


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


def test_amending_ends_with_november_after_the_year(stage):
    """Section 39(9): 30 November 2024 itself is in time for a document of 2023-24."""
    original = stage.document(date=date(2024, 3, 31))
    stage.filed(original)
    stage.at("2024-11-30 23:59").saved(stage.document(amends=original), "2024-11")
    stage.at("2024-12-01 00:00")
    with stage.refused("amendment_time_barred", "sec.37_3"):
        stage.saved(stage.document(amends=original), "2024-12")


def test_an_amendment_saved_in_time_and_filed_late_stays_saved(stage):
    """Sections 37(3), 39(9): rectified is what is filed in time; what else is in the form is filed all the same."""
    original = stage.document(date=date(2024, 3, 31))
    stage.filed(original)
    late = stage.at("2024-11-30 23:59").saved(stage.document(amends=original), "2024-11")
    other = stage.saved(stage.document(), "2024-11")
    before = stage.record(late)
    filed = stage.at("2024-12-10").shop.file(Form.GSTR_1, "2024-11")
    assert (list(filed.records), [answer.record_id for answer in filed.refused]) == ([other], [late])
    assert [(told.code, told.rule) for told in filed.refused[0].refusals] == [("amendment_time_barred", "sec.37_3")]
    assert (stage.record(late), before.filed) == (before, False)


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


def test_an_edit_may_take_a_document_out_of_ims(stage):
    record_id = stage.saved()
    stage.shop.edit(record_id, {"reverse_charge": True})
    assert stage.record(record_id).route is Route.REVERSE_CHARGE


def test_an_edit_does_not_take_the_number_of_another(stage):
    first = stage.document()
    stage.saved(first)
    second = stage.saved()
    with stage.refused("duplicate_document", "faq.16.1"):
        stage.shop.edit(second, {"number": first.number})


def test_a_filed_document_is_not_edited(stage):
    record_id = stage.filed()
    with stage.refused("supplier_record_filed", "faq.19.2"):
        stage.shop.edit(record_id, {"igst": 1})


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


def test_a_filed_document_is_not_deleted(stage):
    record_id = stage.filed()
    with stage.refused("supplier_record_filed", "faq.16.2"):
        stage.shop.delete(record_id)


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


@pytest.mark.parametrize(
    ("form", "moment", "period"),
    [
        ("GSTR-1", "2024-11-11 23:59", "2024-10"),
        ("GSTR-1", "2024-11-12 00:00", "2024-11"),
        ("IFF", "2024-11-13 23:59", "2024-10"),
        ("IFF", "2024-11-14 00:00", "2024-11"),
        ("GSTR-1A", "2024-11-11", "2024-11"),
    ],
)
def test_the_moment_of_filing_chooses_the_2b_period(stage, form, moment, period):
    assert stage.at(moment).record(stage.filed(form=form)).two_b_period == period


def test_a_quarterly_recipient_gets_the_quarter(stage):
    """FAQ 27: the quarter is named by its last month."""
    stage.taxpayer(stage.quarterly, filing="quarterly")
    assert stage.record(stage.filed(stage.document(recipient=stage.quarterly))).two_b_period == "2024-12"


def test_a_quarterly_supplier_has_two_days_more(stage):
    stage.taxpayer(stage.seller, filing="quarterly")
    assert stage.at("2024-11-13 23:59").record(stage.filed()).two_b_period == "2024-10"


def test_filing_again_files_nothing(stage):
    stage.filed()
    before = stage.tables()
    assert stage.shop.file(Form.GSTR_1, OCTOBER).records == {}
    assert stage.tables() == before


def test_filing_after_the_time_limit_leads_past_ims(stage):
    """FAQ 4.ii: saved in time, filed after 30 November of the year after."""
    record_id = stage.saved(stage.document(date=date(2024, 3, 5)), "2024-11")
    assert stage.record(record_id).in_ims
    stage.at("2024-12-01 00:00").ims.supplier(stage.seller, actor="seller").file(Form.GSTR_1, NOVEMBER)
    assert stage.record(record_id).route is Route.SEC_16_4
    with stage.refused("not_in_ims", "faq.4.ii"):
        stage.act("accept", record_id)
