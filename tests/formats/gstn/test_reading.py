"""An IMS download read as records: whose it is, what is odd in it, and every problem at once."""

from __future__ import annotations

import json

import pytest

from ims_fsm.errors import InputError, Problem
from ims_fsm.terms.document import Document
from ims_fsm.terms.money import Heads
from ims_fsm.terms.vocabulary import Form, Kind, State, SupplierStatus


def test_a_record_as_the_portal_shows_it(one, row, recipient, supplier):
    record = one(row(tradenm="Konark Castings Pvt Ltd", hash="1f5f", action="P", cess="12.50"))
    assert record.document == Document(
        kind=Kind.INVOICE,
        supplier=supplier,
        recipient=recipient,
        number="S/101",
        date=record.document.date,
        taxable=10_000_000,
        tax=Heads(igst=1_800_000, cess=1_250),
        value=11_800_000,
        pos="27",
        pending_blocked=False,
        supplier_name="Konark Castings Pvt Ltd",
    )
    assert record.document.date.isoformat() == "2024-10-05"
    assert (record.form, record.return_period) == (Form.GSTR_1, "2024-10")
    assert (record.supplier_status, record.action) == (SupplierStatus.FILED, State.PENDING)
    assert (record.portal_hash, record.place) == ("1f5f", "b2b[0]")


def test_the_place_counts_from_zero_in_its_section(read, row):
    download = read(b2b=[row(), row(inum="S/102")], ecom=[row()])
    assert [record.place for record in download.records] == ["b2b[0]", "b2b[1]", "ecom[0]"]


@pytest.mark.parametrize(
    ("named", "given"), [(True, None), (False, True), (True, True)], ids=["file", "caller", "both agree"]
)
def test_the_recipient_is_named_by_the_file_or_the_caller(named, given, row, recipient, read_download):
    tree = {"gstin": recipient.lower(), "b2b": [row()]} if named else {"b2b": [row()]}
    download = read_download(json.dumps(tree), recipient if given else None, "ims.json")
    assert download.recipient == recipient
    assert {record.document.recipient for record in download.records} == {recipient}


NOBODY = Problem(
    "gstin",
    "neither the file nor the caller names the recipient",
    'import it at the recipient\'s desk, or name them in the file as "gstin"',
)
SOMEBODY_ELSE = Problem(
    "gstin",
    "the file is of 29AABCT1332L1ZA, not of 27AAPFU0939F1ZV",
    "give the file of the recipient asked for, or ask for the file's",
)
NO_GSTIN = "write its 15 characters like 27AAPFU0939F1ZV"


@pytest.mark.parametrize(
    ("named", "given", "problem"),
    [
        (None, None, NOBODY),
        ("29AABCT1332L1ZA", "27AAPFU0939F1ZV", SOMEBODY_ELSE),
        ("27", None, Problem("gstin", "'27' is not a GSTIN", NO_GSTIN)),
        (True, None, Problem("gstin", "true stands where text is expected", "write it in quotes")),
        (None, "me", Problem("recipient", "'me' is not a GSTIN", NO_GSTIN)),
    ],
    ids=["nobody", "somebody else", "malformed in the file", "no text in the file", "malformed by the caller"],
)
def test_a_recipient_that_cannot_be_told(named, given, problem, row, read_download):
    with pytest.raises(InputError) as refused:
        read_download(json.dumps({"gstin": named, "b2b": [row()]}), given, "ims.json")
    assert refused.value.problems == (problem,)


def test_every_problem_is_told_at_once_with_its_place(row, note, read_download):
    tree = {
        "b2b": [row(idt="31-02-2024", txval=None), "a row", row(stin=None, inum="S/2")],
        "b2bcn": [note(nt_num=None, nt_dt=None, iamt=-1)],
        "b2ba": {"inum": "1"},
    }
    with pytest.raises(InputError) as refused:
        read_download(json.dumps(tree), None, "ims.json")
    assert [problem.where for problem in refused.value.problems] == [
        "gstin",
        "b2ba",
        "b2b[0].idt",
        "b2b[0].txval",
        "b2b[1]",
        "b2b[2].stin",
        "b2bcn[0].nt_dt",
        "b2bcn[0].nt_num",
        "b2bcn[0].iamt",
    ]
    assert all(problem.remedy for problem in refused.value.problems)


@pytest.mark.parametrize(
    ("section", "problem"),
    [
        ("S/101", Problem("b2b", "'S/101' stands where records are expected", "give the section as a list")),
        ([["S/101"]], Problem("b2b[0]", "a list stands where a record is expected", "give it as an object")),
    ],
    ids=["section", "row"],
)
def test_a_shape_that_no_section_has(section, problem, problems):
    assert problems(b2b=section) == [problem]


def test_reserved_and_unknown_sections_are_warned_of_only_where_they_hold_something(read, row):
    download = read(b2b=[row()], isd=[{}], surprise=[{}], isdcn=[], other=None, version="1.2", empty={})
    assert download.warnings == (
        Problem("isd", "isd is reserved for input service distributors", "its content was left out"),
        Problem("surprise", "surprise is not a section of IMS", "its content was left out"),
    )
    assert len(download.records) == 1


@pytest.mark.parametrize(("key", "section"), [("dn", "b2bdn"), ("cna", "b2bcna"), ("B2BCN", "b2bcn"), ("eco", "ecom")])
def test_sections_in_other_spellings(key, section, read, note, row):
    maker = row if section == "ecom" else note
    (record,) = read(**{key: [maker(ont_num="1", ont_dt="01-09-2024")]}).records
    assert (record.section.key, record.place) == (section, f"{key}[0]")


def test_a_section_that_is_null_is_not_listed(read, row):
    assert read(b2b=[row()], b2ba=None).sections == ("b2b",)


def test_a_check_digit_that_fails_is_warned_of_once_for_each_gstin(read, row):
    rows = [row(stin="24MAYAS0100J1JD", inum=str(n)) for n in range(3)]
    assert read(b2b=rows).warnings == (
        Problem("b2b[0].stin", "the check digit of 24MAYAS0100J1JD does not hold (3 times)", "check the GSTIN"),
    )


def test_the_recipients_own_check_digit_is_warned_of(row, read_download):
    download = read_download(json.dumps({"gstin": "24MAYAS0100J1JD", "b2b": [row()]}), None, "ims.json")
    assert [warning.where for warning in download.warnings] == ["gstin"]


KEPT = "the filed one was kept, else the later"


def test_a_record_listed_twice_is_kept_once_and_warned_of(read, row):
    download = read(b2b=[row(), row()])
    assert len(download.records) == 1
    what = "S/101 of 29AABCT1332L1ZA is listed again, first at b2b[0]"
    assert download.warnings == (Problem("b2b[1]", what, KEPT),)


@pytest.mark.parametrize(
    ("first", "second", "kept"),
    [("Filed", "Not Filed", 100), ("Not Filed", "Filed", 200), ("Filed", "Filed", 200), ("NF", "NF", 200)],
)
def test_of_two_contents_the_filed_one_is_kept_else_the_later(first, second, kept, read, row):
    download = read(b2b=[row(txval=100, srcfilstatus=first), row(inum="s/101", txval=200, srcfilstatus=second)])
    assert [record.document.taxable for record in download.records] == [kept * 100]
    assert "again with other content" in download.warnings[0].what


def test_an_original_and_its_amendments_under_one_number_are_no_duplicates(read, row):
    amended = row(oinum="S/101", oidt="05-10-2024")
    again = amended | {"rtnprd": "112024"}
    by_1a = amended | {"srcform": "R1A"}
    next_year = row(idt="05-04-2025")
    download = read(b2b=[row(), next_year], b2ba=[amended, again, by_1a])
    assert (len(download.records), download.warnings) == (5, ())
