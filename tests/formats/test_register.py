"""Purchase registers as programs export them: read into documents, or refused with every place that is wrong."""

from __future__ import annotations

import io
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from ims_fsm.errors import DeclarationError, ImsFsmError, InputError
from ims_fsm.formats.register.reading import NO_DOCUMENT, NO_GSTIN, read_register
from ims_fsm.formats.register.sample import TitlesError, sample_register
from ims_fsm.formats.register.values import amount_of, day_of
from ims_fsm.law.overlay import Overlay
from ims_fsm.record.register import Booked
from ims_fsm.terms.money import rupees
from ims_fsm.terms.vocabulary import Kind

SELLER, BUYER = "29AABCT1332L1ZA", "27AAPFU0939F1ZV"
TITLES = "Date,Particulars,GSTIN/UIN,Voucher Type,Voucher No.,Supplier Invoice No.,Supplier Invoice Date"
TALLY = f"""\
ABC Traders
Purchase Register
1-Oct-24 to 31-Oct-24

{TITLES},Taxable Value,Integrated Tax,Central Tax,State Tax,Gross Total
5-Oct-24,XYZ,29AABCT1332L1ZA,Purchase,1,INV/001,4-Oct-24,"1,00,000.00 Dr","18,000.00",,,"1,18,000.00"
5-Oct-24,XYZ,29AABCT1332L1ZA,Purchase,1,INV/001,4-Oct-24,"1,000.00",50.00,,,1050
6-Oct-24,XYZ,29AABCT1332L1ZA,Debit Note,2,CN/1,4-Oct-24,(-)500.00,(-)90,,,-590
7-Oct-24,Cash,,Purchase,3,99,4-Oct-24,500.00,90,,,590
,Grand Total,,,,,,"1,01,000.00","18,050.00",,,
"""
OURS = "supplier,kind,number,date,taxable,igst,cgst,sgst,cess\n"
WHOLE = f"{SELLER},invoice,INV/1,2024-10-05,1000.00,180.00,0,0,0\n"


def read(text: str | bytes, **options: Any) -> Any:
    return read_register(text.encode() if isinstance(text, str) else text, "books.csv", **options)


def faults(text: str | bytes) -> list[str]:
    with pytest.raises(InputError) as raised:
        read(text)
    return [str(problem) for problem in raised.value.problems]


def test_tallys_register_is_read_under_its_heading_with_lines_of_one_document_added_up() -> None:
    register = read(TALLY)
    assert register.documents == (
        Booked("", SELLER, Kind.INVOICE, "INV/001", date(2024, 10, 4), 10_100_000, 1_805_000, 0, 0, 0, "line 6", 2),
        Booked("", SELLER, Kind.CREDIT_NOTE, "CN/1", date(2024, 10, 4), 50_000, 9_000, 0, 0, 0, "line 8", 1),
    )
    assert register.passed_over == {NO_GSTIN: 1, NO_DOCUMENT: 1}
    assert (register.unread, register.recipients, register.source) == ((), (), "books.csv")


def test_gstns_columns_are_read_for_several_recipients_and_unknown_titles_are_told() -> None:
    titles = "GSTIN of Recipient;GSTIN of supplier*;Document type*;Document number*;Document date*;Taxable value (₹)"
    register = read(
        f"{titles};Integrated Tax (Rs.);Central Tax;State/UT tax;Cess;Colour\n"
        f"{BUYER};{SELLER};Credit Note;CN/1;04-10-2024;500;90;;;;red\n"
        f"{SELLER};{BUYER};Invoice;7;04/10/2024;500;;45;45;1;\n"
    )
    first, second = register.documents
    assert (first.recipient, first.kind, first.igst) == (BUYER, Kind.CREDIT_NOTE, 9_000)
    assert (second.supplier, second.cgst, second.sgst, second.cess) == (BUYER, 4_500, 4_500, 100)
    assert (register.recipients, register.unread) == ((BUYER, SELLER), ("Colour",))


def workbook(*rows: list[Any]) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"default_date_format": "dd-mm-yyyy"}) as book:
        book.add_worksheet("Read me").write_string(0, 0, "Purchases of October")
        page = book.add_worksheet("Purchases")
        titles = ["GSTIN of supplier", "Invoice No", "Invoice Date", "Taxable Value", "IGST"]
        for number, row in enumerate([["Purchases"], titles, *rows]):
            page.write_row(number, 0, row)
    return out.getvalue()


def test_a_workbook_is_read_with_its_dates_and_numbers() -> None:
    (document,) = read(workbook([SELLER, 4711, datetime(2024, 10, 5), 1000.1 + 0.2, 180])).documents  # noqa: DTZ001
    assert (document.number, document.date, document.taxable, document.igst) == (
        "4711",
        date(2024, 10, 5),
        100_030,
        18_000,
    )
    assert document.place == "sheet Purchases, row 3"


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ([SELLER, 1234567890123456.0, "05-10-2024", 1, 1], "lost digits"),
        ([SELLER, datetime(2024, 10, 5), "05-10-2024", 1, 1], "is a date, and a document's number is text"),  # noqa: DTZ001
        ([SELLER, "A", "05-10-2024", "=1+1", 1], "is a formula"),
        ([SELLER, "A", "05-10-2024", 1.234, 1], "has more than two decimals"),
    ],
)
def test_what_a_spreadsheet_has_spoilt_is_refused(row: list[Any], fault: str) -> None:
    (told,) = faults(workbook(row))
    assert told.startswith("sheet Purchases, row 3, column ")
    assert fault in told


def test_every_row_that_cannot_be_read_is_told_with_its_place() -> None:
    rows = [
        "29AABCT1332,invoice,A,2024-10-05,1,1,0,0,0",
        f"{SELLER},bill,B,2024-10-05,1,1,0,0,0",
        f"{SELLER},invoice,,2024-10-05,1,1,0,0,0",
        f"{SELLER},invoice,C,05-13-2024,1,1,0,0,0",
        f"{SELLER},invoice,D,,1,1,0,0,0",
        f"{SELLER},invoice,E,2024-10-05,one,1.005,0,0,0",
        f"{SELLER},invoice,1.2E+15,2024-10-05,1,1,0,0,0",
        f"{SELLER},invoice,F,2024-10-05,1",
        WHOLE.rstrip(),
    ]
    cells = ((2, 1), (3, 2), (4, 3), (5, 4), (6, 4), (7, 5), (7, 6), (8, 3))
    places = {"line 9", *(f"line {line}, column {column}" for line, column in cells)}
    assert {fault.partition(": ")[0] for fault in faults(OURS + "\n".join(rows))} == places


NOTHING = "has no documents under titles that name a supplier and a document's number"
WRONG = {
    "": NOTHING,
    "a,b\n1,2\n": NOTHING,
    OURS: NOTHING,
    "supplier,number\n29AABCT1332L1ZA,7\n": "no column says the date of a document",
    "supplier,number,date\n29AABCT1332L1ZA,7,2024-10-05\n": "no column has a head of tax",
    OURS + WHOLE + WHOLE.replace("invoice", "debit_note").replace("1000.00", "-5"): "comes to amounts below zero",
    OURS + WHOLE.replace("1000.00", "-5").replace("invoice", ""): "comes to amounts below zero",
    OURS + WHOLE + WHOLE.replace("invoice", ""): "with another word for its kind",
    "\ufeff\x00\x01": "",
}


@pytest.mark.parametrize("text", WRONG)
def test_what_is_no_register_is_refused_with_a_remedy(text: str) -> None:
    assert any(WRONG[text] in fault for fault in faults(text))


@pytest.mark.parametrize("content", [b"PK\x03\x04nothing", b"\xd0\xcf\x11\xe0", b"\xff\xfe\x00", b"\x80\x81,\n"])
def test_hostile_bytes_end_with_a_sentence(content: bytes) -> None:
    assert faults(content)


@given(
    st.binary(max_size=200)
    | st.text(max_size=200).map(str.encode)
    | st.text(max_size=80).map(lambda t: (OURS + t).encode())
)
def test_nothing_but_our_errors_comes_of_any_bytes(content: bytes) -> None:
    try:
        sentence = str(read(content).documents[0].place)
    except ImsFsmError as error:
        sentence = str(error)
    assert all(line.isprintable() for line in sentence.splitlines())


@given(st.integers(-(10**12), 10**12))
def test_an_amount_is_read_as_it_is_written(paise: int) -> None:
    plain = str(rupees(paise))
    assert amount_of(plain) == amount_of(f" {plain} ") == amount_of(rupees(paise)) == paise
    if abs(paise) < 10**11:
        assert amount_of(float(plain)) == paise


@pytest.mark.parametrize("text", ["12,50", "1,0", "1,00,0", "1,000,00.00", ",500", "1000,000", "1,,000"])
def test_a_comma_that_groups_no_digits_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"comma|is not an amount"):
        amount_of(text)
    assert [amount_of(right) for right in ("1,250.00", "1,09,880", "1,234,567.5")] == [125_000, 10_988_000, 123_456_750]


@given(st.dates(date(2017, 7, 1), date(2068, 12, 31)))
def test_a_day_is_read_however_it_is_written(day: date) -> None:
    forms = ("%d-%m-%Y", "%d/%m/%Y", "%Y-%m-%d", "%d-%b-%Y", "%d-%b-%y", "%d.%m.%Y")
    assert {day_of(f"{day:{form}}") for form in forms} == {day}


def test_a_layout_names_titles_of_ones_own(tmp_path: Path) -> None:
    layout = tmp_path / "erp.toml"
    layout.write_text(
        '[read]\nnumber = ["Bill ref"]\ndate = ["Booked on"]\n[kinds]\ninvoice = ["PINV"]\n'
        '[vouchers]\ncredit_note = ["ret"]\n[not_read]\ntitles = ["Colour"]\n'
    )
    text = f"GSTIN,Bill ref,Invoice no,Booked on,Kind,Taxable,IGST,Colour\n{SELLER},A,B,2024-10-05,pinv,1,1,red\n"
    register = read(text, layout=layout)
    assert ([document.number for document in register.documents], register.unread) == (["A"], ())
    layout.write_text('[read]\nnumbers = ["x"]\ndate = "x"\n[titles]\nx = []\n')
    with pytest.raises(DeclarationError) as raised:
        read(text, layout=layout)
    assert len(raised.value.problems) == 3
    with pytest.raises(DeclarationError, match="cannot be read"):
        read(text, layout=tmp_path / "none.toml")


def test_a_layout_that_is_set_is_taken_by_its_titles_and_the_fullest_goes_first():
    columns = '[read]\nnumber = ["Beleg", "Rechnung"]\nsupplier = ["Wer"]\ndate = ["Wann"]\ntaxable = ["Was"]'
    short = Overlay("short", columns)
    full = Overlay("full", short.text + '\nigst = ["Steuer"]')
    other = Overlay("other", full.text + '\ncess = ["Abgabe"]')
    table = b"Wer,Beleg,Wann,Was,Steuer,IGST\n29AABCT1332L1ZA,7,2024-10-05,100,18,5\n"
    register = read_register(table, layouts=[short, full, other])
    assert (register.layout, register.documents[0].igst) == (full, 1_800)
    assert read_register(table, layouts=[short]).documents[0].igst == 500
    assert read_register(table, layouts=[short, full], layout=short).layout == short
    with pytest.raises(TitlesError):
        read_register(table, layouts=[other])


def test_a_title_of_ones_own_means_what_it_is_named_for():
    own = Overlay("own", '[read]\ndate = ["Ref no"]\nnumber = ["Date"]')
    table = b"GSTIN,Ref no,Date,Taxable,IGST\n29AABCT1332L1ZA,2024-10-05,7,100,18\n"
    assert read_register(table, layout=own).documents[0].number == "7"


def test_a_workbook_s_titles_are_sampled_and_guessed(tmp_path):
    book = xlsxwriter.Workbook(tmp_path / "books.xlsx", {"default_date_format": "yyyy-mm-dd"})
    sheet = book.add_worksheet("Einkauf")
    sheet.write_row(0, 0, ["Some house", None, "2024"])
    sheet.write_row(2, 0, ["Wer", "Beleg", "Wann", "Was", "IGSTT", None])
    sheet.write_row(3, 0, ["29AABCT1332L1ZA", "A/7", datetime(2024, 10, 5), 100, 18])  # noqa: DTZ001 -- a cell has no zone
    book.close()
    sample = sample_register(tmp_path / "books.xlsx")
    assert sample.titles == ("Wer", "Beleg", "Wann", "Was", "IGSTT")
    assert sample.guesses() == {"igst": 4, "supplier": 0, "date": 2, "taxable": 3}
    assert sample.examples(2) == ["2024-10-05"]
    layout = Overlay("asked", sample.layout({**sample.guesses(), "number": 1}))
    (booked,) = read_register(tmp_path / "books.xlsx", layout=layout).documents
    assert (booked.number, booked.igst) == ("A/7", 1_800)


@pytest.mark.parametrize("data", [b"", b"\xff\xff", b"PK\x03\x04", b"a,b\n1,2\n", b'"', b"1,2,3,4,5\n" * 99])
def test_what_has_no_titles_has_no_sample(data):
    assert sample_register(data) is None
