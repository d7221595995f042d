"""Workbooks that people and programs give: rows with their places, and whatever the file is, an end with a sentence."""

from __future__ import annotations

import io
import struct
import time
import zipfile
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from ims_fsm.errors import InputError
from ims_fsm.formats.columns import ACTIONS
from ims_fsm.formats.gstn.row import Findings
from ims_fsm.formats.proposals import read_proposals
from ims_fsm.formats.table import TableRow
from ims_fsm.formats.workbooks import parsing, reader
from ims_fsm.formats.workbooks.parsing import RefusedError
from ims_fsm.terms.vocabulary import State, Trigger

XMLNS = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
SHEET, INDEX = "xl/worksheets/sheet1.xml", "xl/workbook.xml"
TITLES = ("Invoice number", "GSTIN of supplier", "Status", "Remarks")
SELLER = "29AABCT1332L1ZA"


def parts_of(rows: str, *, head: str = "") -> dict[str, str | bytes]:
    """The parts of a workbook with one sheet of these rows."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as workbook:
        workbook.add_worksheet("B2B")
    with zipfile.ZipFile(out) as archive:
        parts: dict[str, str | bytes] = {name: archive.read(name).decode() for name in archive.namelist()}
    return {**parts, SHEET: f"{head}<worksheet {XMLNS}><sheetData>{rows}</sheetData></worksheet>"}


def packed(parts: Mapping[str, str | bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def cell(address: str, text: str = "x", more: str = "") -> str:
    return f'<c r="{address}" t="inlineStr" {more}><is><t>{text}</t></is></c>'


def sheet(*rows: list[Any], above: int = 0, name: str = "B2B", titles: Any = TITLES) -> bytes:
    """A workbook as a spreadsheet program writes it, with these rows under the titles."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"default_date_format": "dd-mm-yyyy"}) as workbook:
        workbook.add_worksheet("Home").write_string(0, 0, "How to use this tool")
        page = workbook.add_worksheet(name)
        for number, row in enumerate([titles, *rows], start=above):
            page.write_row(number, 0, row)
    return out.getvalue()


def read(content: bytes) -> tuple[list[TableRow], list[str]]:
    findings = Findings("book.xlsx")
    rows = list(reader.workbook_rows(content, findings, ACTIONS))
    return rows, [str(problem) for problem in findings.problems]


def test_rows_stand_under_the_titles_of_their_sheet_and_say_where():
    rows, problems = read(sheet(["INV/1", SELLER, "Rejected"], [], ["INV/2", SELLER, "-", 7.5], above=5))
    assert (problems, [row.place for row in rows]) == ([], ["sheet B2B, row 7", "sheet B2B, row 9"])
    assert [list(row.cells) for row in rows] == [["INV/1", SELLER, "Rejected", None], ["INV/2", SELLER, None, 7.5]]
    assert (rows[0].header.place, rows[0].header.name, rows[0].at(2)) == (
        "sheet B2B, row 6",
        "B2B",
        "sheet B2B, row 7, column C",
    )


def test_titles_in_two_rows_are_read_as_those_of_the_offline_tool():
    titles = ["GSTIN of supplier", "Invoice number", "Status", "Declared", None, "Remarks"]
    below = [None, None, None, "Declared IGST", "Declared CGST", None]
    rows, _ = read(sheet(below, [SELLER, "INV/1", "Accepted", 9, 8, "short"], titles=titles, above=5))
    (row,) = rows
    assert row.header.titles[2:] == ("Status", "Declared IGST", "Declared CGST", "Remarks")
    assert (row.place, list(row.cells)[3:]) == ("sheet B2B, row 8", [9.0, 8.0, "short"])


def test_what_stands_first_below_the_titles_is_a_row_if_it_names_a_record():
    rows, _ = read(sheet(["INV/1"], ["INV/2", None, "Accepted"]))
    assert [row.place for row in rows] == ["sheet B2B, row 2", "sheet B2B, row 3"]


def test_blanks_that_are_not_seen_do_not_hide_a_title():
    titles = [None, "\u00a0Invoice\u200b number* ", "GSTIN of supplier", "\ufeffStatus"]
    (row,), _ = read(sheet([None, "INV/1", SELLER, "Rejected"], titles=titles))
    assert (row.cells[1], row.at(1)) == ("INV/1", "sheet B2B, row 2, column B")


def test_a_formula_and_an_error_are_refused_where_something_is_read_with_their_cells():
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as workbook:
        page = workbook.add_worksheet("B2B")
        page.write_row(0, 0, [*TITLES, "Taxable value"])
        page.write_string(1, 0, "INV/1")
        page.write_formula(1, 2, '="Rej"&"ected"', None, "Rejected")
        page.write_formula(1, 4, "=1+1", None, 2)
        page.write_formula(2, 0, "=1/0", None, "#DIV/0!")
        page.write_string(2, 2, "Rejected")
    rows, problems = read(out.getvalue())
    remedy = "write what it comes to: copy the cells, and paste them as values"
    assert problems == [f"sheet B2B, row {n}, column {c}: is a formula; {remedy}" for n, c in ((2, "C"), (3, "A"))]
    assert [(row.cells[2], row.cells[4]) for row in rows] == [(None, None), ("Rejected", None)]


@pytest.mark.parametrize("before", range(parsing._CHUNK - 60, parsing._CHUNK + 5, 7))
def test_a_formula_is_seen_wherever_the_file_is_cut(before):
    head = f'<worksheet {XMLNS}><sheetData><row r="1">'
    filling = cell("A1", "y" * (before - len(head) - len(cell("A1", ""))))
    content = packed(parts_of(f'<row r="1">{filling}<c r="G7" s="1"><f>1+1</f><v>2</v></c></row>'))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert parsing._looked_through(archive, SHEET) == {7: [(6, "formula")]}


def test_numbers_that_were_text_are_refused_with_their_cells():
    content = sheet([1234567890123456, SELLER, "Rejected"], [date(2024, 10, 5), SELLER, "Rejected"])
    with pytest.raises(InputError) as caught:
        read_proposals(content, "book.xlsx")
    assert [problem.where for problem in caught.value.problems] == [
        "sheet B2B, row 2, column A",
        "sheet B2B, row 3, column A",
    ]
    assert "lost digits" in str(caught.value)
    assert "is a date" in str(caught.value)


def test_sixteen_digits_that_are_text_stay_text_and_a_sheet_says_the_kind():
    content = sheet(["1234567890123456", SELLER, "Rejected", "no"], [77, SELLER, "Pending"], name="B2B-CN")
    proposed = read_proposals(content, "book.xlsx").proposals
    assert [(p.number, p.machine, p.trigger, p.place) for p in proposed] == [
        ("1234567890123456", "credit_note", Trigger.REJECT, "sheet B2B-CN, row 2"),
        ("77", "credit_note", Trigger.KEEP_PENDING, "sheet B2B-CN, row 3"),
    ]


def test_a_sheet_that_is_passed_over_is_told():
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as workbook:
        for name, titles in {
            "Home": ["How to"],
            "May": TITLES,
            "June": ["Invoice number", "Stat"],
            "Blank": [],
        }.items():
            page = workbook.add_worksheet(name)
            page.write_row(0, 0, titles)
            page.write_row(1, 0, ["INV/1", SELLER, "Rejected"] if titles else [])
    assert read_proposals(out.getvalue(), "book.xlsx").unread == ("sheet June",)


def test_what_stands_as_it_was_proposes_nothing():
    titles = [*TITLES, "Previous Status", "Version", "Record"]
    rows = [["A/1", SELLER, "Pending", None, "Pending", 3, 7], ["A/2", SELLER, "No Action", None, "Accepted", 4, 8]]
    proposed = read_proposals(sheet(*rows, titles=titles), "book.xlsx")
    assert [(p.record_id, p.trigger, p.version, p.previous) for p in proposed.proposals] == [
        (8, Trigger.RESET, 4, State.ACCEPTED)
    ]
    assert proposed.blank == 1


# --- what is no workbook, or would be the end of whoever reads it -----------------------------------------------------

ROW = f'<row r="1">{cell("A1")}</row>'
SMALL = parts_of(ROW)
REFUSED = {
    "has a cell at XFD1048576 or beyond": parts_of(f"{ROW}<row>{cell('XFD1048576')}</row>"),
    "has a cell at xfd1 or beyond": parts_of(ROW + cell("xfd1")),
    "has a cell at CA1 or beyond": parts_of(f"<x:row>{cell('A1')}<x:c\n s='1'\tr = 'CA1'/></x:row>"),
    "has a cell at 200000 or beyond": parts_of(f'{ROW}<row spans="1:1" r="200000"><c><v>1</v></c></row>'),
    "has a cell at A00000000200000 or beyond": parts_of(ROW + cell("A00000000200000")),
    "has declarations or comments": parts_of(ROW, head='<!DOCTYPE x [<!ENTITY a "b">]>'),
    "which no spreadsheet program writes": {**SMALL, INDEX: f"<!-- -->{SMALL[INDEX]}"},
    "is not in UTF-8": {**SMALL, SHEET: str(SMALL[SHEET]).encode("utf-16")},
    "sheet1.xml is not in UTF-8": parts_of(ROW, head='<?xml version="1.0" encoding="UTF-16"?>'),
    "sheet1.xml is packed more than 200 times": parts_of(ROW + " " * (2 << 20)),
    "../evil is a part outside": {**SMALL, "../evil": "x"},
    "/etc/passwd is a part outside": {**SMALL, "/etc/passwd": "x"},
    "is an archive that is no workbook": {"ims.json": "{}"},
    "of more than 2,000 parts": {**SMALL, **{f"xl/media/{number}": "" for number in range(2_000)}},
    "a formula in a cell that does not say where": parts_of("<row r='1'><c><f>1</f></c></row>"),
    "is not XML": {**SMALL, INDEX: "<workbook"},
}


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_what_is_packed_otherwise_than_workbooks_are_is_refused(method):
    with pytest.raises(RefusedError, match="is packed by another method than Deflate"):
        list(parsing.lines(io.BytesIO(packed(SMALL, method))))


@pytest.mark.parametrize("says", REFUSED)
def test_what_is_hostile_is_refused_before_it_is_read(says):
    began = time.process_time()
    with pytest.raises(RefusedError) as caught:
        list(parsing.lines(io.BytesIO(packed(REFUSED[says]))))
    assert says in " ".join(caught.value.args)
    assert time.process_time() - began < 2


def lying(content: bytes, says: int) -> bytes:
    """The archive with another size of its sheet in its directory than there is."""
    at = content.rindex(SHEET.encode()) - 46
    assert content[at : at + 4] == b"PK\x01\x02"
    return content[: at + 24] + struct.pack("<I", says) + content[at + 28 :]


def wide_and_tall() -> bytes:
    """Cells that do not say where they are: the first row is wide and the last one far down."""
    first = f'<row r="1">{"<c/>" * 16_000}{cell("A1")}</row>'
    return packed(parts_of(f'{first}<row r="199999">{cell("A199999")}{"<c><v>1</v></c>" * 16_000}</row>'))


UNREADABLE = {
    "bomb": (lambda: lying(packed(SMALL), 600 << 20), "unpacks to 629,"),
    "lying": (lambda: lying(packed(SMALL), 10), "cannot be read"),
    "cut": (lambda: packed(SMALL)[:-30], "cannot be read"),
    "noise": (lambda: b"PK\x03\x04" + b"x" * 1_000, "cannot be read"),
    "old": (lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "is an old workbook (.xls), or locked"),
    "not XML": (lambda: packed({**SMALL, SHEET: "<worksheet"}), "cannot be read"),
    "no titles": (lambda: packed(SMALL), "has no sheet whose titles name a record and an action"),
    "wide and tall": (wide_and_tall, "cannot be read"),
}


@pytest.mark.parametrize(("content", "says"), UNREADABLE.values(), ids=[*UNREADABLE])
def test_whatever_the_file_is_reading_ends_with_a_sentence(content, says):
    with pytest.raises(InputError) as caught:
        read(content())
    assert says in str(caught.value)
    assert "Traceback" not in str(caught.value)


def test_reading_that_takes_too_long_is_ended(monkeypatch, tmp_path: Path):
    slow = tmp_path / "slow.py"
    slow.write_text('import time\nprint(\'{"sheet": "B2B"}\', flush=True)\ntime.sleep(60)\n')
    monkeypatch.setattr(reader, "_PARSING", slow)
    monkeypatch.setattr(reader, "_SECONDS", 0.5)
    with pytest.raises(InputError, match="within the time and the memory"):
        read(packed(SMALL))


PAIRS = ("Invoice number", "Status", "Pair with", "Reason for the pair")


@pytest.mark.parametrize(
    ("other", "what"),
    [
        ("=1+1", "is a formula"),
        (date(2024, 10, 5), "is a date, and a document's number is text"),
        (1234567890123456789, "is a document's number that lost digits"),
        ("#\t1", "has control characters"),
        ("1" * 300, "has 300 characters"),
    ],
)
def test_a_pair_that_is_no_number_of_a_document_is_refused_with_its_cell(other: object, what: str) -> None:
    with pytest.raises(InputError) as error:
        read_proposals(sheet(["INV/1", "Accepted", other, "why"], titles=PAIRS), "book.xlsx")
    (problem,) = error.value.problems
    assert problem.where == "sheet B2B, row 2, column C"
    assert what in problem.what


def test_a_pair_may_be_a_whole_number_and_stand_without_an_action():
    proposed = read_proposals(sheet(["INV/1", None, 12, "why"], ["INV/2", None, None, None], titles=PAIRS), "book.xlsx")
    (pair,) = proposed.pairs
    assert (pair.other, pair.reason, pair.number, proposed.proposals, proposed.blank) == ("12", "why", "INV/1", (), 2)
