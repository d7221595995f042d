"""A workbook beside a purchase register: what stands in it, what it recommends, and pairs that people make in it."""

from __future__ import annotations

import io
from datetime import date
from typing import Any

import pytest

from ims_fsm import Booked, InputError, Kind, PurchaseRegister
from ims_fsm.terms.vocabulary import State
from tests.workflow.filled import Filled
from tests.workflow.test_workbook import read, written

pytestmark = pytest.mark.both
DAY = date(2024, 10, 5)
NAMES = ("same", "small", "large", "none")
BOOKS = (("same/1", 18_000), ("small/1", 18_900), ("large/1", 30_000), ("alone/9", 700))


def booked(stage: Any, number: str, igst: int, kind: Kind = Kind.INVOICE, supplier: str = "") -> Booked:
    return Booked("", supplier or stage.seller, kind, number, DAY, 100_000, igst, 0, 0, 0, "line 2", 1)


@pytest.fixture
def ids(stage: Any) -> dict[str, int]:
    """Records that the register has, has otherwise and does not have; by what begins their numbers."""
    records = {name: stage.filed(stage.document(number=f"{name}/1", date=DAY)) for name in NAMES}
    stage.desk.match(PurchaseRegister("books.csv", tuple(booked(stage, *row) for row in BOOKS), {}))
    return records


def refused(stage: Any, book: Filled) -> list[tuple[str, str]]:
    before = stage.tables()
    with pytest.raises(InputError) as error:
        stage.desk.apply(book.content)
    assert stage.tables() == before
    return [(problem.where, problem.what) for problem in error.value.problems]


def test_each_row_says_how_the_register_has_it_and_what_is_recommended(stage: Any, ids: dict[str, int]) -> None:
    book = written(stage.desk)
    rows = {row["Invoice/Note number"].partition("/")[0]: row for row in book.sheets["B2B"]}
    shown = ("Match", "Register document", "Register number", "Difference in Integrated Tax", "Recommended", "Status")
    alike = {name: tuple(rows[name][title] for title in shown) for name in NAMES}
    assert alike == {
        "same": ("exact", "#1", "same/1", "", "Accepted", "No Action"),
        "small": ("amount_off", "#2", "small/1", 9.0, "Accepted", "No Action"),
        "large": ("amount_off", "#3", "large/1", 120.0, "Ask a person", "No Action"),
        "none": ("portal_only", "", "", "", "Pending", "No Action"),
    }
    assert rows["small"]["Rule of the match"] == "same_number_other_amounts"
    (alone,) = book.sheets["Only in the books"]
    age = (stage.clock().date() - DAY).days
    assert (alone["Register document"], alone["Number"], alone["IGST"], alone["Age in days"]) == (
        "#4",
        "alone/9",
        7.0,
        age,
    )
    sums = {row["Match"]: row["Count"] for row in book.sheets["Match"]}
    assert sums == {"exact": 1, "amount_off": 2, "portal_only": 1, "books_only": 1, "In all": 5}


def test_without_a_register_nothing_is_beside_and_nothing_can_be_filled_in(stage: Any) -> None:
    stage.filed()
    book = written(stage.desk)
    assert "Match" not in book.sheets["B2B"][0]
    assert not {"Match", "Only in the books"} & book.sheets.keys()
    with pytest.raises(InputError, match="has no purchase register here"):
        stage.desk.export_workbook(io.BytesIO(), fill=True)


def test_what_is_recommended_is_filled_in_when_asked_and_then_applied(stage: Any, ids: dict[str, int]) -> None:
    with pytest.raises(InputError, match="proposes nothing"):
        stage.desk.check(Filled(stage.desk).content)
    out = io.BytesIO()
    stage.desk.export_workbook(out, fill=True)
    summary = next(row for row in read(out.getvalue()).sheets["Summary"] if row["Sheet"] == "B2B")
    assert (summary["Accepted"], summary["Pending"], summary["No Action"]) == (2, 1, 1)
    assert {*stage.states().values()} == {"no_action"}
    judged = stage.desk.apply(out.getvalue())
    assert (judged.refused, judged.count, judged.blank) == ((), 3, 1)
    states = {name: stage.record(record).state for name, record in ids.items()}
    done = (State.ACCEPTED, State.ACCEPTED, State.NO_ACTION, State.PENDING)
    assert states == dict(zip(NAMES, done, strict=True))


def test_a_refusal_that_made_it_another_stands_beside(stage: Any) -> None:
    """Before 2B period 2025-10 a credit note cannot be kept pending (FAQ 11)."""
    stage.filed(stage.document("credit_note", number="CN/1", date=DAY))
    stage.desk.match(PurchaseRegister("books.csv", (booked(stage, "X/1", 5),), {}))
    (row,) = written(stage.desk).sheets["B2B-CN"]
    assert row["Recommended"] == "Ask a person"
    assert "; Pending is refused: " in row["Recommended because"]
    assert "(faq.11" in row["Recommended because"]


@pytest.mark.parametrize("other", ["#4", "4", "alone/9", " ALONE/9 "])
def test_a_pair_made_in_the_workbook_is_decided_as_pair_decides(stage: Any, ids: dict[str, int], other: str) -> None:
    book = Filled(stage.desk).fill(ids["none"], {"Pair with": other, "Reason for the pair": "the same goods"})
    checked = stage.desk.check(book.content)
    assert (checked.paired, checked.count, stage.desk.match_decisions()) == (1, 0, [])
    assert stage.desk.apply(book.content).paired == 1
    (decision,) = stage.desk.match_decisions()
    assert (decision.document, decision.record_id, decision.reason) == ("alone/9", ids["none"], "the same goods")
    (pair,) = stage.desk.matches(classes=["manual"])
    assert (pair.document.id, pair.record.id) == (4, ids["none"])
    # Given once more it says what stands so already.
    assert stage.desk.apply(book.content).paired == 0
    assert len(stage.desk.match_decisions()) == 1


def test_a_pair_is_parted_and_an_action_of_the_row_is_done_too(stage: Any, ids: dict[str, int]) -> None:
    cells = {"Pair with": "Split", "Reason for the pair": "another delivery", "Status": "Rejected"}
    judged = stage.desk.apply(Filled(stage.desk).fill(ids["same"], cells).content)
    assert (judged.paired, judged.applied, stage.record(ids["same"]).state) == (1, 1, State.REJECTED)
    (decision,) = stage.desk.match_decisions()
    assert (decision.decision, decision.document) == ("split", "same/1")
    assert {of.record.id for of in stage.desk.matches(classes=["portal_only"])} == {ids["same"], ids["none"]}


NO_DOCUMENT = "is not a document of the register from the supplier of record 4"
FAULTS = {
    "no reason": ({"Pair with": "#4", "Reason for the pair": ""}, "says nothing, and the log keeps why somebody pairs"),
    "a reason alone": ({"Pair with": ""}, "is a reason, and no pair stands beside it"),
    "no document": ({"Pair with": "#99"}, f"'#99' {NO_DOCUMENT}"),
    "no number": ({"Pair with": "nil/1"}, f"'nil/1' {NO_DOCUMENT}"),
    "digits lost": ({"Pair with": "1.2E+17"}, "'1.2E+17' is a document's number that lost digits"),
    "too large": ({"Pair with": "#" + "9" * 60}, f"'#{'9' * 60}' {NO_DOCUMENT}"),
    "nothing to part": ({"Pair with": "split"}, "parts record 4, which nothing is paired with"),
    "another record": ({"Pair with": "#4", "Record": "3"}, "Invoice none/1 of {} with id 3 is not a record of {} here"),
    "another version": ({"Pair with": "#4", "Version": "7"}, "is of version 7 of record 4, which is at version 2"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_named_by_its_cell_and_nothing_is_done(stage: Any, ids: dict[str, int], fault: str) -> None:
    cells, what = {"Reason for the pair": "why"} | FAULTS[fault][0], FAULTS[fault][1]
    # What is right beside it is not done either.
    right = {"Pair with": "split", "Reason for the pair": "why", "Status": "Accepted"}
    book = Filled(stage.desk).fill(ids["none"], cells).fill(ids["same"], right)
    ((where, sentence),) = refused(stage, book)
    assert where.startswith("sheet B2B, row 10, column A")
    assert sentence == what.format(stage.seller, stage.buyer)


def test_a_document_of_another_kind_is_not_paired(stage: Any, ids: dict[str, int]) -> None:
    note = stage.filed(stage.document("credit_note", number="CN/1", date=DAY))
    book = Filled(stage.desk).fill(note, {"Pair with": "#4", "Reason for the pair": "why"})
    ((_, what),) = refused(stage, book)
    assert what.startswith(f"document #4 is of the kind invoice, and record {note} of the kind credit note")


def test_what_a_person_decided_is_not_filled_over(stage: Any, ids: dict[str, int]) -> None:
    stage.act("reject", ids["same"])
    out = io.BytesIO()
    stage.desk.export_workbook(out, fill=True)
    rows = {row["Invoice/Note number"]: row["Status"] for row in read(out.getvalue()).sheets["B2B"]}
    assert (rows["same/1"], rows["small/1"]) == ("Rejected", "Accepted")


def test_one_document_is_of_one_record_and_one_record_of_one_document(stage: Any, ids: dict[str, int]) -> None:
    why = {"Reason for the pair": "why"}
    book = Filled(stage.desk)
    for name, other in (("none", "#4"), ("large", "alone/9")):
        book.fill(ids[name], {"Pair with": other, **why})
    ((where, what),) = refused(stage, book)
    assert "row 10" in where
    assert what.startswith("is of document of the register 4, as sheet B2B, row 9")


def test_a_number_that_the_register_has_twice_is_asked_for_by_its_place(stage: Any, ids: dict[str, int]) -> None:
    # The register's third document is another's number here.
    rows = (*(booked(stage, *row) for row in BOOKS), booked(stage, "3", 100))
    stage.desk.match(PurchaseRegister("books.csv", rows, {}))
    book = Filled(stage.desk).fill(ids["none"], {"Pair with": "3", "Reason for the pair": "why"})
    ((_, what),) = refused(stage, book)
    assert what == "'3' may mean several documents of the register (#9, #3)"
