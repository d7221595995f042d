"""Which key of a row means which field, with what is optional, tolerated, or refused with its sentence."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ims_fsm.errors import InputError, Problem
from ims_fsm.formats.gstn.download import read_carefully
from ims_fsm.formats.gstn.row import Findings
from ims_fsm.formats.gstn.sections import SECTIONS
from ims_fsm.terms.document import OriginalReference
from ims_fsm.terms.money import NIL, Heads
from ims_fsm.terms.vocabulary import Form, Kind, State, SupplierStatus

MINIMAL = ("stin", "inum", "idt", "txval", "iamt")


def test_only_number_date_supplier_taxable_value_and_a_head_are_needed(read, row):
    (record,) = (download := read(b2b=[{key: row()[key] for key in MINIMAL}])).records
    assert (record.form, record.action, record.return_period) == (Form.GSTR_1, State.NO_ACTION, "2024-10")
    assert (record.document.tax, record.document.value, record.document.pos) == (Heads(1_800_000), None, None)
    assert (record.pending_blocked, record.reduction_blocked) == (None, None)
    assert record.supplier_status is SupplierStatus.SAVED
    assert download.warnings == (
        Problem("b2b[0].rtnprd", "the supplier's return period is missing", "the month of the document's date is read"),
        Problem("b2b[0].srcfilstatus", "the filing status is missing", "the record is read as saved, not filed"),
    )


NO_TAX = "the document is taxable and has no tax"
NO_HEADS = dict.fromkeys(("iamt", "camt", "samt", "cess"))


def test_a_taxable_document_without_any_head_is_refused(problems, row, bill):
    remedy = "give iamt, camt, samt, cess in rupees, 0 for none"
    assert problems(b2b=[row(**NO_HEADS)]) == [Problem("b2b[0].iamt", NO_TAX, remedy)]
    remedy = "give igst, cess in rupees, 0 for none"
    assert problems(impg=[bill(igst=None, cess=None)]) == [Problem("impg[0].igst", NO_TAX, remedy)]


def test_a_taxable_value_that_cannot_be_read_is_said_once(problems, row):
    assert len(problems(b2b=[row(**NO_HEADS, txval="ten")])) == 1


@pytest.mark.parametrize("head", NO_HEADS)
def test_one_head_is_enough_and_the_others_are_zero(one, row, head):
    assert sum(one(row(**(NO_HEADS | {head: 5}))).document.tax) == 500


def test_what_is_not_taxable_needs_no_head(one, row):
    assert one(row(**NO_HEADS, txval=0)).document.tax == NIL


def test_a_period_that_is_no_text_is_shown_as_json_has_it(problems, row):
    assert problems(b2b=[row(rtnprd=True)])[0].what == "true stands where text is expected"


@pytest.mark.parametrize("nothing", [None, "", "  "], ids=repr)
def test_null_and_blank_count_as_left_out(nothing, one, row):
    record = one(row() | {"remarks": nothing, "iamt": nothing, "val": nothing, "itcRedReq": nothing})
    assert (record.remarks, record.document.tax, record.document.value) == (None, NIL, None)
    assert record.itc_reduction is None


KINDS = {
    "b2b": Kind.INVOICE,
    "b2bdn": Kind.DEBIT_NOTE,
    "b2bcn": Kind.CREDIT_NOTE,
    "ecom": Kind.ECO_DOCUMENT,
}


@pytest.mark.parametrize("section", KINDS)
def test_each_section_has_its_kind_and_its_amendments(section, one, row):
    raw = row(oinum="S/99", oidt="01-09-2024")
    original, amended = one(raw, section), one(raw, f"{section}a")
    assert (original.document.kind, original.document.amends) == (KINDS[section], None)
    assert amended.document.kind is KINDS[section]
    assert amended.document.amends == OriginalReference("S/99", date(2024, 9, 1))
    assert (original.section.amended, amended.section.amended) == (False, True)


def test_notes_go_by_their_own_keys(one, note):
    document = one(note(ont_num="S/99", ont_dt="01-09-2024"), "b2bcna").document
    assert (document.number, document.amends) == ("S/101", OriginalReference("S/99", date(2024, 9, 1)))


@pytest.mark.parametrize(
    ("keys", "blocked"),
    [
        ({"ispendactblocked": "Y"}, True),
        ({"ispendactblocked": "N"}, False),
        ({"ispendactblocked": True}, True),
        ({"ispendactblocked": "true"}, True),
        ({"ispendactblocked": None, "ispendactnallwd": "N"}, True),
        ({"ispendactblocked": None, "ispendactnallwd": "Y"}, False),
        ({"ispendactblocked": "Y", "ispendactnallwd": "Y"}, True),
        ({"ispendactblocked": None}, None),
    ],
    ids=repr,
)
def test_pending_is_blocked_or_by_the_early_draft_allowed(keys, blocked, one, row):
    record = one(row(**keys))
    assert record.pending_blocked is blocked
    assert record.document.pending_blocked is blocked


def test_the_declaration_in_both_spellings(one, note):
    api = {"itcRedReq": "Y", "declIgst": 9000, "isItcRedReqBlocked": "N", "isRemarksBlocked": "Y", "remarks": "Half"}
    offline = {
        "itc_red_req": "Y",
        "decl_igst": 9000,
        "itcRedReqBlocked": "N",
        "isRemarksBlocked": True,
        "remarks": "Half",
    }
    for keys in (api, offline):
        record = one(note(**keys), "b2bcn")
        assert (record.itc_reduction, record.declared) == ("Y", Heads(igst=900_000))
        assert (record.reduction_blocked, record.remarks) == (False, "Half")


def test_a_full_reduction_declares_no_heads_and_none_is_n(one, note):
    full, none = one(note(itcRedReq="Y"), "b2bcn"), one(note(itcRedReq="N"), "b2bcn")
    assert [(full.itc_reduction, full.declared), (none.itc_reduction, none.declared)] == [("Y", None), ("N", None)]


@pytest.mark.parametrize(
    ("keys", "period"),
    [
        ({"rtnprd": "10", "sRtnPrd": "10"}, "2024-10"),
        ({"rtnprd": "11", "sRtnPrd": "112025"}, "2025-11"),
        ({"rtnprd": None, "sRtnPrd": "11"}, "2024-11"),
        ({"rtnprd": 92024}, "2024-09"),
    ],
    ids=repr,
)
def test_the_return_period_with_or_without_its_year(keys, period, one, row):
    assert one(row(**keys)).return_period == period


def test_the_offline_tool_names_the_form_otherwise(one, row):
    assert one(row(srcform=None, rtnTyp="R1A")).form is Form.GSTR_1A


def test_a_bare_number_is_taken_and_warned_of(read, row):
    (record,) = (download := read(b2b=[row(inum=1234567890123456)])).records
    assert record.document.number == "1234567890123456"
    what = "1234567890123456 is not in quotes"
    assert download.warnings == (Problem("b2b[0].inum", what, "check that no leading zero was lost"),)


def test_a_long_number_is_warned_of(read, row):
    (warning,) = read(b2b=[row(inum="ABCDEFGHIJKLMNOPQ")]).warnings
    what = "'ABCDEFGHIJKLMNOPQ' has more than the portal's 16 characters"
    assert warning == Problem("b2b[0].inum", what, "check the number")


REFUSED = {
    "no number": ({"inum": None}, "inum", "the document has no number", "give its number as text"),
    "blank number": ({"inum": "  "}, "inum", "the document has no number", "give its number as text"),
    "number of another type": ({"inum": []}, "inum", "a list stands where text is expected", "write it in quotes"),
    "no date": ({"idt": None}, "idt", "the document has no date", "write it dd-mm-yyyy, like 05-10-2024"),
    "bad date": (
        {"idt": "31-02-2024"},
        "idt",
        "'31-02-2024' is not a date of the portal",
        "write it dd-mm-yyyy, like 05-10-2024",
    ),
    "date of another type": ({"idt": 5102024}, "idt", "5102024 stands where text is expected", "write it in quotes"),
    "no supplier": ({"stin": None}, "stin", "the supplier has no GSTIN", "give the supplier's 15 characters"),
    "bad supplier": ({"stin": "29"}, "stin", "'29' is not a GSTIN", "write its 15 characters like 27AAPFU0939F1ZV"),
    "no taxable value": (
        {"txval": None},
        "txval",
        "the document has no taxable value",
        "give it in rupees, 0 for none",
    ),
    "bad amount": (
        {"camt": "ten"},
        "camt",
        "'ten' is not an amount",
        "write rupees as a number or text, like 18000.00",
    ),
    "bad flag": ({"isRemarksBlocked": "?"}, "isRemarksBlocked", "'?' is not a flag", "write Y or N"),
    "bad period": (
        {"rtnprd": "132024"},
        "rtnprd",
        "'132024' is not a return period of the portal",
        'it writes them like "102024"',
    ),
    "remarks of another type": ({"remarks": 1}, "remarks", "1 stands where text is expected", "write it in quotes"),
}


@pytest.mark.parametrize(("keys", "key", "what", "remedy"), REFUSED.values(), ids=REFUSED.keys())
def test_a_value_that_cannot_be_read(keys, key, what, remedy, problems, row):
    assert problems(b2b=[row(**keys)]) == [Problem(f"b2b[0].{key}", what, remedy)]


@pytest.mark.parametrize(
    ("keys", "key", "what"),
    [
        ({"oidt": "01-09-2024"}, "oinum", "the amendment does not name its original's number"),
        ({"oinum": "S/99"}, "oidt", "the amendment does not name its original's date"),
    ],
    ids=["number", "date"],
)
def test_an_amendment_must_name_its_original(keys, key, what, problems, row):
    assert problems(b2ba=[row(**keys)]) == [Problem(f"b2ba[0].{key}", what, "give number and date of both")]


def test_a_bill_of_entry(one, bill):
    record = one(bill(cess=10), "impg")
    document = record.document
    assert (document.kind, document.supplier, document.number) == (Kind.BILL_OF_ENTRY, "", "2566282/INNSA1")
    assert (document.tax, document.invoice_type) == (Heads(igst=15_120_000, cess=1_000), "IMPG")
    assert (record.form, record.supplier_status) == (Form.ICEGATE, SupplierStatus.FILED)
    assert (record.itc_period, record.return_period) == ("2025-10", "2025-10")


@pytest.mark.parametrize("key", ["stin", "srcGstin", "ctin"])
def test_a_bill_out_of_a_sez_may_name_its_supplier(key, one, bill, supplier):
    record = one(bill(**{key: supplier}), "impgsez")
    assert (record.document.supplier, record.section.key) == (supplier, "impgsez")


@pytest.mark.parametrize("section", ["impg", "impga", "impgsez", "impgseza"])
def test_a_bill_keeps_its_section(section, one, bill):
    record = one(bill(), section)
    assert record.section.key == section
    assert (record.document.amends is not None) == record.section.amended


def test_a_bill_without_its_source_period_has_the_credits(one, bill):
    assert one(bill(srtinprd=None, itcprd="112025"), "impg").return_period == "2025-11"


def test_a_bill_must_name_its_port(problems, bill):
    expected = Problem("impg[0].portcd", "the bill of entry has no port code", "give the port's code, like INNSA1")
    assert problems(impg=[bill(portcd=None)]) == [expected]


def test_a_bill_without_a_date_does_not_hide_its_other_faults(problems, bill):
    found = problems(impg=[bill(boedt=None, itcprd="10", txval="x")])
    assert [problem.where for problem in found] == ["impg[0].boedt", "impg[0].txval"]


@given(data=st.data())
def test_no_value_of_any_type_makes_reading_fail_otherwise(data):
    keys = [
        "stin",
        "inum",
        "nt_num",
        "idt",
        "rtnprd",
        "txval",
        "iamt",
        "action",
        "itcRedReq",
        "hash",
        "boenum",
        "portcd",
    ]
    junk = st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.just([]) | st.just({})
    form = data.draw(st.sampled_from(sorted(SECTIONS)))
    findings = Findings("x")
    raw = data.draw(st.dictionaries(st.sampled_from(keys), junk))
    record = read_carefully(raw, form, SECTIONS[form], "27AAPFU0939F1ZV", findings)
    assert bool(record) != bool(findings.problems)
    if findings.problems:
        with pytest.raises(InputError):
            findings.raise_problems()
