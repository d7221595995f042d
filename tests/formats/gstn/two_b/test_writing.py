"""A GSTR-2B written in the portal's newest shape, and read back as it was."""

from __future__ import annotations

from collections import Counter
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ims_fsm.formats.gstn.notation import dumps
from ims_fsm.formats.gstn.two_b.files import read_two_b
from ims_fsm.formats.gstn.two_b.statement import TABLES, PortalTwoB, PortalTwoBLine, table_of
from ims_fsm.formats.gstn.two_b.writing import write_two_b
from ims_fsm.terms.document import OriginalReference
from ims_fsm.terms.money import Heads
from ims_fsm.terms.period import TaxPeriod
from ims_fsm.terms.vocabulary import Kind, Section

ME, SUPPLIER = "27AAPFU0939F1ZV", "29AABCT1332L1ZA"
DAYS = st.dates(date(2017, 7, 1), date(2097, 12, 31))
PERIODS = DAYS.map(TaxPeriod.of)
AMOUNTS = st.integers(0, 10**13)
NUMBERS = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-/", min_size=1, max_size=16)
TEXTS = st.text(max_size=12).map(str.strip)


@st.composite
def supplies(draw, table, kind):
    section = draw(
        st.sampled_from([Section.ITC_AVAILABLE, Section.ITC_NOT_AVAILABLE, Section.ITC_REJECTED, Section.ITC_REVERSED])
    )
    letters = {Section.ITC_AVAILABLE: "YT", Section.ITC_NOT_AVAILABLE: "N"}.get(section, "YNT")
    amended = draw(st.booleans())
    supply = not table.invoice_type
    return PortalTwoBLine(
        section=section,
        kind=kind,
        supplier=draw(st.sampled_from([SUPPLIER, "24ZXNCN5590R1ZI"])),
        supplier_name=draw(st.sampled_from(["", "Konark Castings Pvt Ltd"])),
        number=draw(NUMBERS),
        date=draw(DAYS),
        taxable=draw(AMOUNTS) if supply else 0,
        tax=draw(st.builds(Heads, AMOUNTS, AMOUNTS, AMOUNTS, AMOUNTS)),
        amended=amended,
        original=draw(st.none() | st.builds(OriginalReference, NUMBERS, DAYS)) if amended else None,
        value=draw(st.none() | AMOUNTS) if supply else None,
        pos=draw(st.sampled_from([None, "07", "97"])) if supply else None,
        invoice_type=draw(st.sampled_from(["R", "DE", "SEWP", "SEWOP", "CBW"])) if supply else table.invoice_type,
        reverse_charge=draw(st.booleans()) if supply else False,
        itc_available=draw(st.sampled_from(letters)),
        reason=draw(st.sampled_from(["", "P", "C"])) if supply else "",
        return_period=draw(st.none() | PERIODS),
        filed_on=draw(st.none() | DAYS),
    )


@st.composite
def bills(draw, table):
    sez = table.rows == "boe"
    return PortalTwoBLine(
        section=draw(st.sampled_from([Section.ITC_AVAILABLE, Section.ITC_REJECTED, Section.ITC_REVERSED])),
        kind=Kind.BILL_OF_ENTRY,
        supplier=SUPPLIER if sez else "",
        supplier_name=draw(st.sampled_from(["", "Kandla"])) if sez else "",
        number=f"{draw(st.integers(1, 9999999))}/{draw(st.sampled_from(['INNSA1', 'INMAA1']))}",
        date=draw(DAYS),
        taxable=draw(AMOUNTS),
        tax=draw(st.builds(Heads, igst=AMOUNTS, cess=AMOUNTS)),
        amended=draw(st.booleans()),
        invoice_type=table.invoice_type or "IMPG",
        reference_date=draw(st.none() | DAYS),
    )


LINES = st.one_of(
    *[bills(table) if table.is_import else supplies(table, kind) for table in TABLES for kind in table.kinds.values()]
)
STATEMENTS = st.builds(
    PortalTwoB,
    recipient=st.just(ME),
    period=PERIODS,
    generated_on=st.none() | DAYS,
    lines=st.lists(LINES, max_size=8).map(tuple),
)


@given(STATEMENTS)
def test_what_is_written_reads_back_as_it_was(two_b):
    found = read_two_b(dumps(write_two_b(two_b)), "2b.json")
    assert (found.recipient, found.period, found.generated_on) == (two_b.recipient, two_b.period, two_b.generated_on)
    assert Counter(found.lines) == Counter(two_b.lines)
    assert read_two_b(dumps(write_two_b(found)), "2b.json") == found


def line(**changes):
    base = {
        "section": Section.ITC_AVAILABLE,
        "kind": Kind.INVOICE,
        "supplier": SUPPLIER,
        "supplier_name": "A",
        "number": "S/101",
        "date": date(2024, 10, 5),
        "taxable": 10_000_000,
        "tax": Heads(igst=1_800_000),
        "return_period": TaxPeriod("2024-10"),
        "filed_on": date(2024, 11, 9),
    }
    return PortalTwoBLine(**(base | changes))


def written(*lines):
    two_b = PortalTwoB(recipient=ME, period=TaxPeriod("2024-10"), generated_on=date(2024, 11, 14), lines=lines)
    return write_two_b(two_b)["data"]


def test_the_shape_of_the_statement():
    data = written(line(pos="27", value=11_800_000, invoice_type="SEWP"))
    assert list(data) == [
        *("gstin", "rtnprd", "version", "gendt"),
        *("itcsumm", "cpsumm", "docdata", "docRejdata", "cpSummRej"),
    ]
    assert (data["rtnprd"], data["gendt"]) == ("102024", "14-11-2024")
    document = {"inum": "S/101", "dt": "05-10-2024", "typ": "SEZWP", "val": Decimal("118000.00"), "pos": "27"}
    document |= {"rev": "N", "rsn": "", "diffprcnt": 1, "txval": Decimal("100000.00"), "igst": Decimal("18000.00")}
    document |= {"cgst": Decimal("0.00"), "sgst": Decimal("0.00"), "cess": Decimal("0.00"), "itcavl": "Y"}
    group = {"ctin": SUPPLIER, "trdnm": "A", "supfildt": "09-11-2024", "supprd": "102024", "inv": [document]}
    assert data["docdata"] == {"b2b": [group]}
    assert (data["docRejdata"], data["cpSummRej"]) == ({}, {})


def test_documents_of_one_supplier_and_filing_stand_together():
    later = line(number="S/103", filed_on=date(2024, 11, 10))
    rows = written(line(), line(number="S/102"), later)["docdata"]["b2b"]
    assert [len(row["inv"]) for row in rows] == [2, 1]


def test_the_rejected_and_the_reversed_stand_apart():
    data = written(line(section=Section.ITC_REJECTED), line(section=Section.ITC_REVERSED), line())
    assert list(data["docdata"]) == ["b2b", "itcrev"]
    assert list(data["docdata"]["itcrev"][0]) == list(data["cpsumm"]["itcrev"][0]) == ["b2b"]
    assert list(data["docRejdata"]) == list(data["cpSummRej"]) == ["b2b"]


@pytest.mark.parametrize(
    ("section", "letter", "expected"),
    [
        (Section.ITC_AVAILABLE, "N", "Y or T"),
        (Section.ITC_NOT_AVAILABLE, "T", "N"),
        (Section.ITC_NOT_AVAILABLE, "Y", "N"),
    ],
)
def test_a_line_that_contradicts_its_section_cannot_be(section, letter, expected):
    sentence = f"a line of section {section} cannot have ITC available {letter}; write {expected}"
    with pytest.raises(ValueError, match=sentence):
        line(section=section, itc_available=letter)


def test_a_line_without_a_table_cannot_be_written():
    with pytest.raises(ValueError, match="a eco_document of type ISD has no table in GSTR-2B; correct its type"):
        table_of(line(kind=Kind.ECO_DOCUMENT, invoice_type="ISD"))
