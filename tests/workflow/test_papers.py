"""Working papers: they have what was done, their figures tie, what does not is told; the same gives the same bytes."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import delete

from ims_fsm import (
    IMS,
    Booked,
    InputError,
    Kind,
    PapersWritten,
    Principal,
    Proposal,
    PurchaseRegister,
    RefusedError,
    SettableClock,
    TaxPeriod,
)
from ims_fsm.formats.workbooks import papers as sheets
from ims_fsm.formats.workbooks.writer import writing as book_writing
from ims_fsm.record.paper import PaperColumn, Part
from ims_fsm.store.connection import writing
from ims_fsm.store.tables import LINES
from ims_fsm.terms.vocabulary import Trigger
from ims_fsm.testing import Stage
from tests.workflow.conftest import OCTOBER

DAY = date(2024, 10, 5)
HOSTILE = "<script>alert(1)</script>"


@pytest.fixture(params=["sqlite", "pg"])
def lived(request: pytest.FixtureRequest) -> Iterator[Stage]:
    """A month with a register, actions, a sign-off with an override, a refusal, two generations, and GSTR-3B filed."""
    url = "sqlite://" if request.param == "sqlite" else request.getfixturevalue("pg_place")
    clock = SettableClock("2024-11-09 12:00")
    with IMS(url, clock=clock, signoff=True, log_refusals=True) as ims:
        stage = Stage(ims, clock)
        first, second, note = (
            stage.filed(stage.document(kind, number=f"{kind}/1", date=DAY))
            for kind in ("invoice", "debit_note", "credit_note")
        )
        row = Booked("", stage.seller, Kind.INVOICE, "invoice/1", DAY, 100_000, 17_000, 0, 0, 0, "line 2", 1)
        stage.desk.match(PurchaseRegister("books.csv", (row,), {}))
        stage.desk.pair(1, first, reason="seen")
        with pytest.raises(RefusedError):
            stage.desk.keep_pending(note)
        preparer = ims.recipient(stage.buyer, actor=Principal("asha", ["preparer"]))
        one = preparer.propose([Proposal(place="line 2", trigger=Trigger.ACCEPT, record_id=first)])
        ims.recipient(stage.buyer, actor=Principal("devi", ["controller"])).approve(one.id, remarks=HOSTILE)
        stage.at("2024-11-14 06:00")
        stage.desk.generate_2b(OCTOBER)
        stage.desk.reject(second, remarks="=HYPERLINK(1)")
        stage.desk.reject(note)
        stage.desk.generate_2b(OCTOBER)
        stage.desk.seal()
        stage.at("2024-11-20 10:00")
        stage.desk.file_3b(OCTOBER)
        yield stage


def made(stage: Any, form: Any = "xlsx", period: TaxPeriod = OCTOBER) -> tuple[PapersWritten, bytes]:
    out = io.BytesIO()
    return stage.desk.papers(out, period, form=form), out.getvalue()


def read(content: bytes) -> dict[str, list[dict[str, Any]]]:
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    cells = {name: book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names}
    return {name: [dict(zip(sheet[5], row, strict=True)) for row in sheet[6:]] for name, sheet in cells.items()}


def test_they_have_what_was_done_by_whom_and_all_ties(lived: Stage) -> None:
    written, content = made(lived)
    parts = read(content)
    assert written.broken == ()
    assert {row["Result"] for row in parts["Checks"]} == {"ties"}
    assert written.parts == {name: len(parts[name]) for name in written.parts}
    assert [row["Otherwise than before"] for row in parts["Generations"]] == [0, 2]
    assert {(row["Before"].partition(",")[0], row["Rule"]) for row in parts["2B changes"]} == {
        ("ITC Available", "faq.10.ii")
    }
    (rejected,) = [row for row in parts["Actions"] if row["Document"] == "debit note" and row["What"] == "reject"]
    assert (rejected["Who"], rejected["Remarks and detail"]) == ("buyer", "remarks =HYPERLINK(1)")
    assert [(row["What"], row["Who"]) for row in parts["Sign-offs"]] == [
        ("propose", "asha"),
        ("approve", "devi"),
        ("apply", "devi"),
    ]
    assert parts["Sign-offs"][0]["Seen up to"]
    (refusal,) = parts["Refusals"]
    assert (refusal["Trigger"], refusal["Rules"].partition(".")[0]) == ("keep_pending".replace("_", " "), "faq")
    assert [row["Reason"] for row in parts["Pairs by hand"]] == ["seen"]
    assert (parts["Differs"][0]["IGST off"], len(parts["Added back"]), len(parts["Seals"])) == (-10.0, 1, 1)


def test_a_page_says_the_same_as_the_workbook_and_runs_nothing(lived: Stage) -> None:
    (by_sheet, _), (by_page, content) = made(lived), made(lived, "html")
    assert by_page == by_sheet
    page = content.decode()
    rows = re.findall(r'<section id="part-\d+">\n<h2>\d+\. .*?</section>', page, re.DOTALL)
    counts = [0 if "There is none." in part else part.count("<tr>") - 1 for part in rows]
    assert counts == list(by_page.parts.values())
    assert "<script" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert not re.search(r'(src|href)="(?!#)|url\(|@import', page)
    assert "\0" not in page


@pytest.mark.parametrize("form", ["xlsx", "html"])
def test_the_same_database_gives_the_same_bytes(lived: Stage, form: str) -> None:
    assert made(lived, form)[1] == made(lived, form)[1]


def test_what_does_not_tie_is_told(lived: Stage) -> None:
    with writing(lived.ims._workspace.engine) as connection:
        connection.execute(delete(LINES).where(LINES.c.record_id == 1))
    written, content = made(lived)
    assert written.broken == (
        "Lines of GSTR-2B: as listed, as its log says",
        "What GSTR-3B was filed on: its digest now (1: the same), its digest then",
    )
    results = {row["What must be the same"]: row["Result"] for row in read(content)["Checks"]}
    assert {what for what, result in results.items() if result == "does not tie"} == {*written.broken}


def test_a_long_part_goes_on_in_another_sheet() -> None:
    """A part of more rows than a sheet may have is in several, each with its titles."""
    out, columns = io.BytesIO(), [PaperColumn("number", "Number", "number")]
    part = Part(name="Long", title="Long", columns=columns, rows=({"number": n} for n in range(5)))
    with pytest.MonkeyPatch.context() as patch, book_writing(out, datetime(2024, 11, 1, tzinfo=UTC), "papers") as book:
        patch.setattr(sheets, "LONGEST", 2)
        assert sheets.WorkbookPaper(book, "papers").part(part) == 5
    parts = read(out.getvalue())
    assert {name: [row["Number"] for row in parts[name]] for name in ("Long", "Long 2", "Long 3")} == {
        "Long": [0, 1],
        "Long 2": [2, 3],
        "Long 3": [4],
    }


def test_a_period_without_anything_has_papers_that_say_so(stage: Any) -> None:
    stage.filed()
    written, content = made(stage, "html", TaxPeriod("2023-01"))
    assert (written.broken, {written.parts[name] for name in ("2B lines", "Actions", "Generations")}) == ((), {0})
    assert "There is none." in content.decode()


def test_another_form_is_not_written(stage: Any) -> None:
    stage.filed()
    with pytest.raises(InputError, match="is not one of the words for it"):
        made(stage, "pdf")
