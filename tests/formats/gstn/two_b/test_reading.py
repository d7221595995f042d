"""A GSTR-2B read as lines: every block and table, rate lines, and every problem at once."""

from __future__ import annotations

import json
import re
from datetime import date

import pytest

from ims_fsm.errors import InputError, Problem
from ims_fsm.formats.gstn.two_b.files import read_two_b, read_two_bs
from ims_fsm.formats.gstn.two_b.statement import PortalTwoBLine
from ims_fsm.terms.document import OriginalReference
from ims_fsm.terms.money import NIL, Heads
from ims_fsm.terms.period import TaxPeriod
from ims_fsm.terms.vocabulary import Kind, Section

ME, SUPPLIER = "27AAPFU0939F1ZV", "29AABCT1332L1ZA"
GIVE = "give the GSTR-2B as downloaded from the portal"


def invoice(**changes):
    base = {"inum": "S/101", "typ": "R", "dt": "05-10-2024", "val": 118000, "pos": "27", "rev": "N", "itcavl": "Y"}
    base |= {"rsn": "", "txval": 100000, "igst": 18000, "cgst": 0, "sgst": 0, "cess": 0}
    return {key: value for key, value in (base | changes).items() if value is not None}


def note(**changes):
    return invoice(**({"inum": None, "ntnum": "C/7", "typ": "C", "suptyp": "R"} | changes))


def of_supplier(*documents, rows="inv", **changes):
    return {
        "ctin": SUPPLIER,
        "trdnm": "A",
        "supfildt": "09-11-2024",
        "supprd": "102024",
        rows: list(documents),
    } | changes


def statement(docdata=None, **more):
    return json.dumps({"data": {"gstin": ME, "rtnprd": "102024", "gendt": "14-11-2024", "docdata": docdata} | more})


def lines(docdata=None, **more):
    return read_two_b(statement(docdata, **more), "2b.json").lines


def line(docdata=None, **more):
    (found,) = lines(docdata, **more)
    return found


def refused(docdata=None, **more):
    with pytest.raises(InputError) as error:
        lines(docdata, **more)
    assert error.value.subject == "2b.json"
    return list(error.value.problems)


def test_an_invoice_as_the_portal_shows_it():
    two_b = read_two_b(statement({"b2b": [of_supplier(invoice())]}), "2b.json")
    assert (two_b.recipient, two_b.period, two_b.generated_on) == (ME, "2024-10", date(2024, 11, 14))
    assert two_b.lines == (
        PortalTwoBLine(
            section=Section.ITC_AVAILABLE,
            kind=Kind.INVOICE,
            supplier=SUPPLIER,
            supplier_name="A",
            number="S/101",
            date=date(2024, 10, 5),
            taxable=10_000_000,
            tax=Heads(igst=1_800_000),
            value=11_800_000,
            pos="27",
            return_period=TaxPeriod("2024-10"),
            filed_on=date(2024, 11, 9),
        ),
    )


@pytest.mark.parametrize(
    ("letter", "section"),
    [("Y", Section.ITC_AVAILABLE), ("T", Section.ITC_AVAILABLE), ("N", Section.ITC_NOT_AVAILABLE)],
)
def test_availability_decides_the_section(letter, section):
    found = line({"b2b": [of_supplier(invoice(itcavl=letter, rsn="P"))]})
    assert (found.section, found.itc_available, found.reason) == (section, letter, "P")


def test_the_rejected_and_the_reversed_stand_in_blocks_of_their_own():
    rejected = line(None, docRejdata={"b2b": [of_supplier(invoice())]})
    assert (rejected.section, rejected.rejected) == (Section.ITC_REJECTED, True)
    reversed_ = {"b2b": [of_supplier(invoice(txval=None, igst=None, cgst=None, sgst=None, cess=None))]}
    for shape in ([reversed_], reversed_):
        found = line({"itcrev": shape})
        assert (found.section, found.rejected, found.tax) == (Section.ITC_REVERSED, False, NIL)
    assert line(None, docRejdata={"itcrev": [reversed_]}).section is Section.ITC_REJECTED


@pytest.mark.parametrize(("letter", "kind"), [("C", Kind.CREDIT_NOTE), ("D", Kind.DEBIT_NOTE), ("c", Kind.CREDIT_NOTE)])
def test_notes_tell_their_kind(letter, kind):
    found = line({"cdnr": [of_supplier(note(typ=letter, suptyp="SEZWP"), rows="nt")]})
    assert (found.kind, found.number, found.invoice_type) == (kind, "C/7", "SEWP")


def test_the_sign_of_a_credit_note_does_not_matter():
    found = line({"cdnr": [of_supplier(note(txval=-100000, igst=-18000, val=-118000), rows="nt")]})
    assert (found.taxable, found.tax, found.value) == (10_000_000, Heads(igst=1_800_000), 11_800_000)


def test_the_sign_of_any_other_document_does():
    problem = Problem(
        "docdata.b2b[0].inv[0].igst", "-1 is negative", "write every amount, of a credit note too, without a sign"
    )
    assert refused({"b2b": [of_supplier(invoice(igst=-1))]}) == [problem]


ORIGINAL = OriginalReference("S/99", date(2024, 9, 1))
AMENDED = {
    "b2ba": (of_supplier(invoice(oinum="S/99", oidt="01-09-2024")), Kind.INVOICE),
    "cdnra": (of_supplier(note(ontnum="S/99", ontdt="01-09-2024", onttyp="C"), rows="nt"), Kind.CREDIT_NOTE),
    "ecoma": (of_supplier(invoice(oinum="S/99", oidt="01-09-2024")), Kind.ECO_DOCUMENT),
    "isda": (
        of_supplier(
            {
                "doctyp": "ISDI",
                "docnum": "I/1",
                "docdt": "05-10-2024",
                "odocnum": "S/99",
                "odocdt": "01-09-2024",
                "igst": 5,
            },
            rows="doclist",
        ),
        Kind.INVOICE,
    ),
}


@pytest.mark.parametrize("key", AMENDED)
def test_amendments_name_their_original(key):
    row, kind = AMENDED[key]
    found = line({key: [row]})
    assert (found.kind, found.amended, found.original) == (kind, True, ORIGINAL)
    assert line({key[:-1]: [row]}).amended is False


def test_a_document_of_an_input_service_distributor():
    row = {"doctyp": "ISDC", "docnum": "I/1", "docdt": "05-10-2024", "cgst": 200, "sgst": 200, "itcelg": "N"}
    found = line({"isd": [of_supplier(row, rows="doclist")]})
    assert (found.kind, found.invoice_type, found.section) == (Kind.CREDIT_NOTE, "ISD", Section.ITC_NOT_AVAILABLE)
    assert (found.taxable, found.tax) == (0, Heads(cgst=20_000, sgst=20_000))


BILL = {"portcode": "INNSA1", "boenum": "2566282", "boedt": "18-10-2024", "refdt": "19-10-2024", "isamd": "N"}
BILL |= {"txval": 123.02, "igst": "22.14", "cess": 0.5}


def test_bills_of_entry_overseas_and_out_of_a_sez():
    overseas = line({"impg": [BILL]})
    assert (overseas.kind, overseas.number, overseas.supplier) == (Kind.BILL_OF_ENTRY, "2566282/INNSA1", "")
    assert (overseas.taxable, overseas.tax) == (12302, Heads(igst=2214, cess=50))
    assert (overseas.invoice_type, overseas.reference_date, overseas.amended) == ("IMPG", date(2024, 10, 19), False)
    sez = line({"impgsez": [{"ctin": SUPPLIER, "trdnm": "A", "boe": [BILL | {"isamd": "Y"}]}]})
    assert (sez.supplier, sez.invoice_type, sez.amended) == (SUPPLIER, "IMPGSEZ", True)


@pytest.mark.parametrize("key", ["impga", "impgasez", "impgseza"])
def test_amended_bills_in_a_table_of_their_own(key):
    row = BILL if key == "impga" else {"ctin": SUPPLIER, "boe": [BILL]}
    assert line({key: [row]}).amended is True


def test_rate_lines_are_summed_where_the_document_has_no_totals():
    items = [{"rt": 18, "txval": 1000, "igst": 180.50, "cess": 1}, {"rt": 5, "txval": 200.25, "igst": 10, "cgst": 2}]
    bare = dict.fromkeys(("txval", "igst", "cgst", "sgst", "cess"))
    found = line({"b2b": [of_supplier(invoice(items=items, **bare))]})
    assert (found.taxable, found.tax) == (120_025, Heads(igst=19_050, cgst=200, cess=100))
    totals = line({"b2b": [of_supplier(invoice(items=items))]})
    assert totals.taxable == 10_000_000


@pytest.mark.parametrize(
    "tree",
    [
        {"gstin": ME, "rtnprd": "102024", "docdata": {}},
        {"data": {"gstin": ME, "data": {"rtnprd": "102024", "docdata": {}}}},
        {"data": {"gstin": ME, "rtnprd": "102024", "itcsumm": {}}},
        {"gstin": ME, "data": {"rtnprd": 102024, "docdata": {"b2b": None}, "docRejdata": None}},
    ],
    ids=["bare", "wrapped twice", "summary only", "nulls"],
)
def test_wrappers_and_a_statement_without_documents(tree):
    two_b = read_two_b(json.dumps(tree), "2b.json")
    assert (two_b.recipient, two_b.period, two_b.lines) == (ME, "2024-10", ())


def test_the_caller_may_name_the_recipient():
    text = json.dumps({"rtnprd": "102024", "docdata": {}})
    assert read_two_b(text, "2b.json", ME).recipient == ME
    with pytest.raises(InputError, match="neither the file nor the caller names the recipient"):
        read_two_b(text, "2b.json")
    with pytest.raises(InputError, match=f"the file is of {ME}, not of {SUPPLIER}"):
        read_two_b(statement({}), "2b.json", SUPPLIER)


def test_a_table_that_is_none_is_warned_of():
    two_b = read_two_b(statement({"surprise": []}), "2b.json")
    assert two_b.warnings == (
        Problem("docdata.surprise", "surprise is not a table of GSTR-2B", "its content was left out"),
    )


NO_TWO_B = ("it is not a GSTR-2B: it holds no docdata", GIVE)
DOWNLOAD = ("it is an IMS download", f"{GIVE}; a download is imported: ims-fsm import")


@pytest.mark.parametrize(
    ("tree", "told"),
    [
        ([], NO_TWO_B),
        ({"data": None}, NO_TWO_B),
        ({"b2b": [{"ctin": SUPPLIER, "inv": []}]}, NO_TWO_B),
        ({"b2b": []}, DOWNLOAD),
        ({"gstin": ME, "imsDetails": {"b2bcn": [{"stin": SUPPLIER}]}}, DOWNLOAD),
        (
            {"data": "AbC=", "rek": "x"},
            ("it is an encrypted answer of the API", "decrypt it with the session's key first"),
        ),
        (
            {"rek": "x", "result": {"status_cd": "P"}},
            ("it is what the portal answered to an upload", f"{GIVE}; an answer is read: ims-fsm report"),
        ),
        (
            {"imsDetails": {"b2b": [{"error_msg": "Pending is blocked"}]}},
            ("it is the error file of an upload", f"{GIVE}; an error file is read: ims-fsm report"),
        ),
        (
            {"action": "SAVE", "data": {"reqtyp": "SAVE"}},
            ("it is an upload for the portal", f"{GIVE}; an upload is looked at: ims-fsm check"),
        ),
    ],
    ids=repr,
)
def test_another_file_is_named_for_what_it_is(tree, told):
    with pytest.raises(InputError) as error:
        read_two_b(json.dumps(tree), "2b.json")
    assert error.value.problems == (Problem("file", *told),)


PLACE = "docdata.b2b[0].inv[0]"
REFUSED = {
    "tables": ([], Problem("docdata", "a list stands where an object of tables is expected", GIVE)),
    "reversed": (
        {"itcrev": [1]},
        Problem("docdata.itcrev[0]", "1 stands where an object of tables is expected", GIVE),
    ),
    "table": ({"b2b": {}}, Problem("docdata.b2b", "an object stands where a list of rows is expected", GIVE)),
    "row": ({"b2b": [1]}, Problem("docdata.b2b[0]", "1 stands where a row is expected", GIVE)),
    "documents": (
        {"b2b": [{"ctin": SUPPLIER}]},
        Problem("docdata.b2b[0].inv", "the supplier's documents are not a list", GIVE),
    ),
    "document": ({"b2b": [of_supplier("S/101")]}, Problem(PLACE, "'S/101' stands where a document is expected", GIVE)),
    "amounts": (
        {"b2b": [of_supplier({"inum": "S/101", "dt": "05-10-2024"})]},
        Problem(f"{PLACE}.txval", "the document has neither amounts nor rate lines", "give them in rupees"),
    ),
    "availability": (
        {"b2b": [of_supplier(invoice(itcavl="X"))]},
        Problem(f"{PLACE}.itcavl", "'X' does not say whether ITC is available", "write Y, N or T"),
    ),
    "type of note": (
        {"cdnr": [of_supplier(note(typ="X"), rows="nt")]},
        Problem("docdata.cdnr[0].nt[0].typ", "'X' is not a type of the table", "write C or D"),
    ),
    "rate line": (
        {"b2b": [of_supplier(invoice(txval=None, items=[{"txval": "x"}]))]},
        Problem(f"{PLACE}.items[0].txval", "'x' is not an amount", "write rupees as a number or text, like 18000.00"),
    ),
}


@pytest.mark.parametrize(("docdata", "problem"), REFUSED.values(), ids=REFUSED.keys())
def test_what_cannot_be_read_is_told_with_its_place(docdata, problem):
    assert refused(docdata) == [problem]


def test_every_problem_is_told_at_once():
    found = refused({"b2b": [of_supplier(invoice(dt=None, inum=None), supprd="13", ctin=None)]}, rtnprd=None)
    assert [problem.where for problem in found] == [
        "data.rtnprd",
        "docdata.b2b[0].ctin",
        "docdata.b2b[0].inv[0].inum",
        "docdata.b2b[0].inv[0].dt",
        "docdata.b2b[0].supprd",
    ]
    assert found[0] == Problem("data.rtnprd", "the statement names no period", GIVE)


# --- several files ----------------------------------------------------------------------------------------------------


def part(number=None, docs=(), *, where="2b.json", **more):
    """A file of a statement: numbered with its documents, or the summary of all without any."""
    said = {} if number is None else {"file_num": number}
    tables = {"docdata": {"b2b": [of_supplier(*(invoice(inum=each) for each in docs))]}} if docs else {}
    head = {"gstin": ME, "rtnprd": "102024", "gendt": "14-11-2024"}
    content = {key: value for key, value in (head | tables | said | more).items() if value is not None}
    return json.dumps({"data": content}).encode(), where


SUMMARY = part(fc=2, itcsumm={}, cpsumm={"b2b": [{"ctin": SUPPLIER, "ttldocs": 3}]})
ONE, TWO = part(1, ["S/1"]), part("2", ["S/2", "S/3"])


@pytest.mark.parametrize(
    ("files", "partial"),
    [
        ([SUMMARY, ONE, TWO], ""),
        ([TWO, SUMMARY, ONE], ""),
        ([SUMMARY], "lacks files 1, 2 of 2"),
        ([SUMMARY, TWO], "lacks file 1 of 2"),
        ([part(None, ["S/1"], fc=2)], "lacks file 2 of 2"),
        ([part(None, ["S/1"], fc=2), part(None, ["S/2"], fc=2)], ""),
        ([TWO], "lacks file 1"),
        ([ONE], "is one of several files"),
        ([ONE, TWO], ""),
        ([part(None, ["S/1"], where="gstr2b_file2of3.json")], "lacks files 1, 3 of 3"),
        ([part(None, ["S/1"], fc=3, where="2b_part3.json")], "lacks files 1, 2 of 3"),
        ([part(itcsumm={})], "is a summary alone, and lists no document"),
        ([part(cpsumm={"b2b": [{"ttldocs": 3}]}), part(None, ["S/1"])], "lists 1 documents, and its summary counts 3"),
        ([part(cpsumm={"b2b": [{"ttldocs": 1}, 5], "isd": 1}), part(None, ["S/1"])], ""),
        ([part(None, ["S/1"], fc=1)], ""),
        ([part(None, ["S/1"], cpsumm={"b2b": [{"ttldocs": 3}]})], ""),
    ],
)
def test_a_statement_is_whole_or_says_what_is_lacking(files, partial):
    whole = read_two_bs(files)
    assert (whole.partial, whole.recipient, whole.period) == (partial, ME, "2024-10")


def test_files_of_a_statement_are_one():
    whole = read_two_bs([SUMMARY, TWO, ONE, (TWO[0], "again.json")])
    assert [line.number for line in whole.lines] == ["S/2", "S/3", "S/1"]
    assert whole.warnings == (Problem("again.json", "it is the same as 2b.json", "it was read once"),)
    more = read_two_bs([ONE, TWO, part(3, ["S/4"], fc=2)])
    assert [str(warning) for warning in more.warnings] == [
        "files: 3 list documents, and the statement comes in 2; check that all of them are of one generation"
    ]


def test_what_a_file_does_not_say_of_itself_another_says():
    whole = read_two_bs([part(1, ["S/1"], gstin=None, rtnprd=None, gendt=None), SUMMARY, TWO])
    assert (whole.recipient, whole.period, str(whole.generated_on)) == (ME, "2024-10", "2024-11-14")


@pytest.mark.parametrize(
    ("files", "told"),
    [
        (
            [ONE, part(2, ["S/2"], rtnprd="112024")],
            "is the GSTR-2B of 2024-11 of 27AAPFU0939F1ZV; give the files of 20",
        ),
        ([ONE, part(2, ["S/2"], gstin=SUPPLIER)], f"is the GSTR-2B of 2024-10 of {SUPPLIER}; give the files of"),
        (
            [ONE, part(2, ["S/2"], gendt="18-11-2024")],
            "was generated on 2024-11-18, and another of the files on 2024-1",
        ),
        ([ONE, part(1, ["S/2"])], "is file 1, and so is 2b.json, which holds something else; download all its files"),
        ([], "GSTR-2B: files: none is given"),
    ],
)
def test_files_that_are_not_of_one_statement_are_refused(files, told):
    with pytest.raises(InputError, match=re.escape(told)):
        read_two_bs(files)
