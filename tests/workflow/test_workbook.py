"""The workbook that is written: a row offers what its own record allows, text stays text, sums are those of what-if."""

from __future__ import annotations

import errno
import gc
import io
import re
import tracemalloc
import zipfile
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from ims_fsm import Document, InputError, SettableClock, TaxPeriod, Where
from ims_fsm.errors import FileError
from ims_fsm.formats.workbooks import writer
from ims_fsm.store import records
from ims_fsm.terms.border import ACTIONS
from ims_fsm.terms.money import rupees
from ims_fsm.terms.vocabulary import ACTIVE, State
from ims_fsm.workflow.views import views, workbook

STATUS = {"accept": "Accepted", "reject": "Rejected", "keep_pending": "Pending", "reset": "No Action"}
KINDS = ("invoice", "debit_note", "credit_note", "eco_document")
INVOICE, AMENDED, NOTE = "B2B", "B2BA", "B2B-CN"


@dataclass
class Read:
    """A workbook as a reader has it: the rows of each sheet by title, the lists, the parts of the file."""

    sheets: dict[str, list[dict[str, Any]]]
    lists: dict[str, list[str]]
    parts: dict[str, str]

    def offered(self, row: dict[str, Any]) -> set[str]:
        """What the dropdown of a row offers: its validation looks the list up by the name in the row."""
        return {*self.lists[row["Choices"]]} - {"-"}


def read(content: bytes) -> Read:
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    cells = {name: book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names}
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = {name: archive.read(name).decode() for name in archive.namelist()}
    named = re.findall(r'definedName name="(Allowed_\w+)">lists!\$([A-Z]+)\$1:\$\2\$(\d+)<', parts["xl/workbook.xml"])
    columns = [list(column) for column in zip(*cells.pop("lists", []), strict=True)]
    lists = {name: columns[ord(letter) - ord("A")][: int(end)] for name, letter, end in named}
    rows = {
        name: [dict(zip(sheet[5], row, strict=True)) for row in sheet[6:]]
        for name, sheet in cells.items()
        if len(sheet) > 6
    }
    return Read(rows, lists, parts)


def written(desk: Any, *args: Any, **named: Any) -> Read:
    out = io.BytesIO()
    desk.export_workbook(out, *args, **named)
    return read(out.getvalue())


def versions_of(stage: Any, kind: str, period: str) -> tuple[int, int, int]:
    """A saved document, a filed one, and the amendment of that one."""
    day = date(int(period[:4]), int(period[5:]), 5)
    original = stage.document(kind, date=day)
    filed = stage.filed(original, period)
    amended = stage.filed(stage.document(kind, 9_000, amends=original, date=day), period)
    return stage.saved(stage.document(kind, date=day), period), filed, amended


@pytest.mark.parametrize(
    ("moment", "period", "kinds"),
    [("2024-11-09", "2024-10", KINDS), ("2026-11-09", "2026-10", ("invoice", "credit_note"))],
)
def test_a_row_offers_exactly_what_may_be_done(stage, moment, period, kinds):
    stage.at(moment)
    for kind in kinds:
        for action in (None, *ACTIONS[:3]):
            for record in versions_of(stage, kind, period):
                reduction = stage.desk.may("accept", record, reduce_itc="full") and "full"
                request = {"reduce_itc": reduction} if reduction and action == "accept" else {}
                if action and stage.desk.may(action, record, **request):
                    stage.act(action, record, **request)
    assert {record.state for record in stage.desk.records()} == {*ACTIVE}
    book = written(stage.desk)
    rows = [row for sheet in book.sheets.values() for row in sheet if row.get("Choices")]
    assert len(rows) == len(list(stage.desk.records())) == 12 * len(kinds)
    for row in rows:
        record = int(row["Record"])
        allowed = {action for action in ACTIONS if stage.desk.may(action, record)}
        refused = {STATUS[action] for action in ACTIONS if action not in allowed}
        assert {s for s in STATUS.values() if re.search(rf"(^|\| |, ){s}[,:]", row["Not allowed, and why"])} == refused
        if "accept" not in allowed and stage.desk.may("accept", record, reduce_itc="full"):
            allowed.add("accept")
        assert book.offered(row) == {STATUS[action] for action in allowed}
        assert row["Version"] == stage.record(record).version
        assert row["Status"] == row["Previous Status"]


def test_a_record_that_is_decided_or_gone_offers_nothing_and_has_no_status(stage):
    decided, deleted = stage.filed(), stage.saved()
    stage.shop.delete(deleted)
    stage.close()
    assert INVOICE not in written(stage.desk).sheets
    book = written(stage.desk, Where())
    rows = {int(row["Record"]): row for row in book.sheets[INVOICE]}
    assert {id_: (row["Status"], row["State"], book.offered(row)) for id_, row in rows.items()} == {
        decided: ("", "Frozen: deemed accepted", set()),
        deleted: ("", "Removed: supplier deleted", set()),
    }


def test_one_rule_offers_the_list_of_each_row(stage):
    stage.filed()
    sheet = written(stage.desk).parts["xl/worksheets/sheet2.xml"]
    (rule,) = [rule for rule in re.findall(r"<dataValidation .*?</dataValidation>", sheet) if 'sqref="G7"' in rule]
    choices = re.search(r"INDIRECT\(\$([A-Z]+)7\)", rule)
    assert choices is not None
    assert re.search(rf'r="{choices[1]}6"[^>]*><is><t>Choices<', sheet)
    assert "allowBlank" not in rule


def test_text_is_text_whatever_it_looks_like(stage):
    names = ['=HYPERLINK("http://x")', "+1", "-2", "@SUM(A1)", "1234567890123456", "http://example.com", "{=1}"]
    numbers = ["1234567890123456", "=1+1", "0012", "1E5", "-7", "+8", "@9"]
    for name, number in zip(names, numbers, strict=True):
        stage.filed(stage.document(number=number, supplier_name=name))
    book = written(stage.desk)
    assert [row["Invoice/Note number"] for row in book.sheets[INVOICE]] == numbers
    assert [row["Trade/Legal name"] for row in book.sheets[INVOICE]] == names
    assert "<f>" not in book.parts["xl/worksheets/sheet2.xml"]
    assert "<hyperlink" not in book.parts["xl/worksheets/sheet2.xml"]


def test_the_sums_of_the_summary_are_what_the_actions_come_to(stage):
    for kind in ("invoice", "credit_note"):
        for action in (None, "accept", "reject"):
            record = stage.filed(stage.document(kind, 12_345_67))
            if action:
                stage.act(action, record)
    book = written(stage.desk)
    summary = {row["Sheet"]: row for row in book.sheets["Summary"]}
    for title, kinds in {INVOICE: ("invoice",), NOTE: ("credit_note",), "In all": ("invoice", "credit_note")}.items():
        effects = [
            stage.desk.what_if(STATUS_OF[record.state], record.id)
            for record in stage.desk.records()
            if record.document.kind in kinds
        ]
        assert summary[title]["Your ITC as chosen"] == float(rupees(sum(e.now_itc.total for e in effects)))
        added_back = float(rupees(sum(e.now_added_back.total for e in effects)))
        assert summary[title]["Suppliers' liability as chosen"] == added_back
        assert [summary[title][status] for status in STATUS.values()] == [len(kinds)] * 2 + [0, len(kinds)]
    formula = re.search(r"<f>(SUMIF[^<]*)</f>", book.parts["xl/worksheets/sheet1.xml"])
    assert formula is not None
    assert "'B2B'!$G$7:$G$9" in formula[1]


STATUS_OF = {
    State.ACCEPTED: "accept",
    State.REJECTED: "reject",
    State.PENDING: "keep_pending",
    State.NO_ACTION: "reset",
}


def test_the_days_and_what_it_comes_to_stand_in_the_row(stage):
    stage.at("2025-12-01").filed(stage.document("credit_note", date=date(2025, 11, 5)), "2025-11")
    (row,) = written(stage.desk).sheets[NOTE]
    (listed,) = stage.desk.listed()
    days = listed.deadlines
    assert (row["May be pending until"], row["GSTR-3B due on"]) == (days.pending_until, days.returns.file_by)
    assert row["Deemed accepted on"] == days.returns.drafted_on
    assert (row["Your ITC if accepted"], row["Supplier's liability if rejected"]) == (-180.0, 180.0)
    assert row["2B period"] == "2025-11"


def test_the_two_b_stands_by_section_with_what_it_leaves_out(stage):
    available, pending = stage.filed(), stage.filed()
    stage.act("keep_pending", pending)
    rejected = stage.filed()
    stage.act("reject", rejected)
    stage.at("2024-11-14").draft()
    sheets = written(stage.desk).sheets
    ids = {name: [row["Record"] for row in sheets[name]] for name in sheets if name.startswith("2B ")}
    assert ids == {"2B ITC Available": [available], "2B ITC Rejected": [rejected], "2B left out": [pending]}
    assert sheets["2B left out"][0]["Rule"] == stage.left_out()[pending]
    assert "2B left out" not in written(stage.desk, period=TaxPeriod("2024-11")).sheets


def test_suppliers_have_their_sums_and_a_supplier_has_their_own_workbook(stage):
    stage.filed(stage.document(igst=1_000_00))
    note = stage.filed(stage.document("credit_note", igst=300_00))
    stage.act("reject", note)
    (supplier,) = written(stage.desk).sheets["Suppliers"]
    assert (supplier["Records"], supplier["Rejected"], supplier["IGST"]) == (2, 1, 700.0)
    stage.close()
    sheets = written(stage.shop).sheets
    assert [row["Recipient's action"] for row in sheets["Outward"]] == ["Frozen: deemed accepted", "Frozen: rejected"]
    assert [row["IGST"] for row in sheets["Liabilities"]] == [300.0]
    both = written(stage.ims.recipient(stage.seller, actor="seller"))
    assert len(both.sheets["Outward"]) == 2


def test_amounts_are_grouped_as_in_india_and_keep_their_sign():
    shown = {-12_345_67: "#,##0.00", 1_00_000_00: "#\\,##\\,##0.00", 12_34_56_78_901_23: "#\\,##\\,##\\,##\\,##0.00"}
    with writer.writing(io.BytesIO(), SettableClock("2024-11-09 12:00")(), "x") as book:
        assert {amount: book.money(amount).num_format for amount in shown} == shown


def test_a_sheet_that_is_full_and_a_disk_that_is_full_are_told(stage, monkeypatch):
    stage.filed(), stage.filed()
    monkeypatch.setattr(writer, "MOST_ROWS", 1)
    with stage.unreadable("sheet B2B: would have more than 1 rows; narrow what is written, to a period"):
        stage.desk.export_workbook(io.BytesIO())
    monkeypatch.undo()
    with pytest.raises(FileError, match="free the disk"):
        stage.desk.export_workbook(Full())


def test_nothing_is_written_any_more_once_writing_has_failed(stage, monkeypatch):
    unraised = []
    with pytest.raises(TypeError, match="takes no bytes"):
        stage.desk.export_workbook(OfText())
    monkeypatch.setattr("sys.unraisablehook", unraised.append)
    gc.collect()
    assert unraised == []


class OfText(io.BytesIO):
    def write(self, _data: Any) -> int:
        raise TypeError("takes no bytes")


class Full(io.BytesIO):
    def write(self, _data: Any) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")


def test_nobody_else_is_in_it_and_who_is_not_registered_has_none(stage):
    stage.filed(Document(**{**vars_of(stage.document()), "recipient": stage.seller, "supplier": stage.buyer}))
    assert INVOICE not in written(stage.desk).sheets
    with pytest.raises(InputError, match="is not a taxpayer known here"):
        stage.ims.recipient(stage.other, actor="x").export_workbook(io.BytesIO())


def vars_of(document: Document) -> dict[str, Any]:
    return {name: getattr(document, name) for name in document.__slots__}


def test_amendments_that_ask_for_a_reduction_are_not_looked_up_one_by_one(stage):
    stage.at("2026-11-09")
    counts = []
    for _ in range(2):
        versions_of(stage, "credit_note", "2026-10"), versions_of(stage, "invoice", "2026-10")
        with stage.statements() as run:
            written(stage.desk)
        counts.append(len(run))
    amended = [record for record in stage.desk.records() if record.document.amends]
    assert len([record for record in amended if not stage.desk.may("accept", record.id)]) >= 2
    assert counts[0] == counts[1]


@pytest.mark.long
def test_memory_does_not_grow_with_the_records(staging, tmp_path, monkeypatch):
    for module in (records, views, workbook):
        monkeypatch.setattr(module, "PAGE", 25)
    # In memory the records are read first: a database in a file is read as it is written.
    stage, peaks, rows = staging(f"sqlite:///{tmp_path / 'ims.db'}"), [], []
    for more in (100, 100, 800):
        stage.receive(*(stage.seen(stage.document()) for _ in range(more)))
        with (tmp_path / "ims.xlsx").open("wb") as out:
            tracemalloc.start()
            rows.append(stage.desk.export_workbook(out).sheets[INVOICE])
            peaks.append(tracemalloc.get_traced_memory()[1])
            tracemalloc.stop()
    stage.ims.close()
    assert rows == [100, 200, 1_000]
    # What is loaded once is in the first; a record that is held takes more than a kilobyte.
    assert (peaks[2] - peaks[1]) / 800 < 500, peaks
