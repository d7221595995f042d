"""The shipped samples: readable without a warning, arithmetically right, and telling the story they are for."""

from __future__ import annotations

from collections import Counter
from importlib.resources import files

import pytest

from ims_fsm.formats.gstn.envelope import Dialect
from ims_fsm.formats.gstn.notation import dumps, loads
from ims_fsm.formats.gstn.sections import SECTIONS
from ims_fsm.formats.gstn.two_b.comparison import What, compare
from ims_fsm.formats.gstn.two_b.files import read_two_b
from ims_fsm.formats.gstn.two_b.statement import PortalTwoBLine
from ims_fsm.formats.gstn.two_b.writing import write_two_b
from ims_fsm.terms.border import check_digit_holds
from ims_fsm.terms.money import Heads
from ims_fsm.terms.vocabulary import Form, Kind, Section, State, SupplierStatus

SAMPLES = files("ims_fsm.formats") / "samples"
ME = "27AAPFU0939F1ZV"
NAMES = {
    "ims_2024-11.json": Dialect.DATA,
    "ims_2024-11_later.json": Dialect.DATA,
    "ims_2025-11.json": Dialect.OFFLINE,
    "imports_2025-11.json": Dialect.DATA,
}


@pytest.fixture
def sample(read_download):
    return lambda name: read_download((SAMPLES / name).read_bytes(), None, name)


def by_key(download):
    return {record.identity: record for record in download.records}


@pytest.mark.parametrize("name", NAMES)
def test_each_reads_without_a_warning(name, sample):
    download = sample(name)
    assert (download.recipient, download.dialect, download.warnings) == (ME, NAMES[name], ())


@pytest.mark.parametrize("name", NAMES)
def test_firms_are_invented_and_amounts_are_right(name, sample):
    for record in sample(name).records:
        document = record.document
        if document.kind is Kind.BILL_OF_ENTRY:
            continue
        assert check_digit_holds(document.supplier)
        assert document.supplier[2:4] == "ZX"
        assert document.value == document.taxable + document.tax.total
        intra = document.supplier[:2] == ME[:2]
        assert bool(document.tax.igst) != intra
        assert (document.tax.cgst, document.tax.igst) == (document.tax.sgst, 0 if intra else document.tax.igst)
        assert document.tax.total * 100 in (document.taxable * 5, document.taxable * 18)
        assert not document.reverse_charge


def test_the_first_inbox_has_every_section_and_both_statuses(sample):
    records = sample("ims_2024-11.json").records
    assert {record.section.key for record in records} == {key for key in SECTIONS if not key.startswith("impg")}
    assert len({record.document.supplier for record in records}) >= 6
    assert {record.supplier_status for record in records} == set(SupplierStatus)
    assert {record.form for record in records} == {Form.GSTR_1, Form.GSTR_1A, Form.IFF}
    assert Counter(record.action for record in records if record.action is not State.NO_ACTION).total() == 3
    assert all(record.pending_blocked for record in records if record.section.key == "b2bcn")
    assert not any(record.pending_blocked for record in records if record.section.key == "b2b")


def test_some_originals_are_in_the_inbox_and_some_are_unknown(sample):
    records = sample("ims_2024-11.json").records
    numbers = {(record.document.kind, record.document.number) for record in records if not record.section.amended}
    amended = [record.document for record in records if record.document.amends]
    known = [document.number for document in amended if (document.kind, document.amends.number) in numbers]
    assert known == ["NB2409-058", "NBC2409-12"]
    assert len(amended) > len(known)


def test_two_weeks_later_one_is_edited_one_gone_one_filed_and_two_are_new(sample):
    first, later = by_key(sample("ims_2024-11.json")), by_key(sample("ims_2024-11_later.json"))
    both = first.keys() & later.keys()
    hashes = {key: (first[key].document.content_hash, later[key].document.content_hash) for key in both}
    statuses = {key: (first[key].supplier_status, later[key].supplier_status) for key in both}
    assert [first[key].document.number for key in both if len(set(hashes[key])) > 1] == ["SP-1201"]
    assert [first[key].document.number for key in both if len(set(statuses[key])) > 1] == ["DS/INV/2210"]
    assert [(first[key].document.number, first[key].supplier_status) for key in first.keys() - both] == [
        ("GOS-5571", SupplierStatus.SAVED)
    ]
    assert sorted(later[key].document.number for key in later.keys() - both) == ["NB2411-003", "SP-1215"]


def test_the_second_rule_set_has_declarations_and_old_and_new_credit_notes(sample):
    records = {record.document.number: record for record in sample("ims_2025-11.json").records}
    assert (records["SPC-077"].itc_reduction, records["SPC-077"].declared) == ("Y", Heads(0, 45_000, 45_000))
    assert (records["DS/CN/164"].itc_reduction, records["DS/CN/164"].declared) == ("N", None)
    assert records["NBC2509-08"].form is Form.GSTR_1A
    assert {record.return_period for record in records.values()} == {"2025-09", "2025-10"}
    assert [number for number, record in records.items() if record.pending_blocked] == ["GCN-12"]
    assert records["VT/2025/207"].remarks == "Goods not received yet"


def test_the_imports_fill_all_four_sections(sample):
    records = sample("imports_2025-11.json").records
    assert {record.section.key for record in records} == {key for key in SECTIONS if key.startswith("impg")}
    assert all(record.itc_period == "2025-10" for record in records)
    assert [record.action for record in records].count(State.PENDING) == 1


def two_b():
    return read_two_b((SAMPLES / "gstr2b_2024-10.json").read_bytes(), "gstr2b")


def test_the_statement_is_what_its_own_lines_write():
    found = two_b()
    assert (found.recipient, found.period, found.warnings) == (ME, "2024-10", ())
    assert {line.section for line in found.lines} == set(Section) - {Section.ITC_REVERSED}
    written = loads(dumps(write_two_b(found)), "written")["data"]
    shipped = loads((SAMPLES / "gstr2b_2024-10.json").read_bytes(), "shipped")["data"]
    for key in ("docdata", "docRejdata", "cpsumm", "cpSummRej"):
        assert written[key] == shipped[key]


def test_the_statement_differs_from_the_inbox_where_the_demonstration_needs_it(sample):
    theirs = two_b().lines
    inbox = sample("ims_2024-11.json").records
    superseded = {"NB2409-058", "NBC2409-12"}
    ours = [
        PortalTwoBLine(
            section=Section.ITC_REJECTED if record.action is State.REJECTED else Section.ITC_AVAILABLE,
            kind=record.document.kind,
            amended=record.section.amended,
            supplier=record.document.supplier,
            number=record.document.number,
            date=record.document.date,
            taxable=record.document.taxable,
            tax=record.document.tax,
        )
        for record in inbox
        if record.supplier_status is SupplierStatus.FILED
        and record.action is not State.PENDING
        and (record.section.amended or record.document.number not in superseded)
    ]
    found = [(one.what, one.number) for one in compare(ours, theirs).differences if one.what is not What.TOTAL]
    assert found == [
        (What.IGST, "KCL/24-25/0437"),
        (What.LOOKS_THE_SAME, "VT/2024/318"),
        (What.MISSING_THERE, "MM-EC-90021"),
        (What.MISSING_HERE, "AL/RC/1024/8"),
        (What.MISSING_HERE, "CS-3307"),
        (What.MISSING_HERE, "YGS/ISD/24/10"),
        (What.MISSING_HERE, "3318245/INNSA1"),
    ]
