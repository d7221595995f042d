"""A matching beside a plain reading of its rules, and registers in which thousands share a number or an amount."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event

from ims_fsm import Booked, Heads, Kind, PurchaseRegister
from ims_fsm.resources import machines_folder
from ims_fsm.store.purchases import pairing
from tests.reference.cascade import Paper, pairs

pytestmark = pytest.mark.both
SELLER, SISTER = "29AABCT1332L1ZA", "27AABCT1332L1ZC"
DAY = date(2024, 10, 5)
FEW = 4

PAPERS = st.lists(
    st.builds(
        Paper,
        supplier=st.sampled_from([SELLER, SELLER, SISTER]),
        kind=st.sampled_from(["invoice", "invoice", "credit_note"]),
        number=st.sampled_from(
            [
                "INV/7",
                "INV-7",
                "inv 24-25/07",
                "INV/8",
                "IVN/7",
                "8",
                "A/24-25/18",
                "INV202425008",
                "24-25",
                "--",
                "-/-",
            ]
        ),
        date=st.sampled_from([DAY, DAY, DAY + timedelta(days=1), DAY + timedelta(days=6), DAY + timedelta(days=40)]),
        taxable=st.sampled_from([100_000, 100_000, 100_050, 200_000]),
        tax=st.sampled_from([(18_000, 0, 0, 0), (18_000, 0, 0, 0), (0, 9_000, 9_000, 0)]),
    ),
    max_size=9,
)


def book(paper: Paper, at: int = 0) -> Booked:
    return Booked(
        SELLER[:0],
        paper.supplier,
        Kind(paper.kind),
        paper.number,
        paper.date,
        paper.taxable,
        *paper.tax,
        f"line {at}",
        1,
    )


def register(papers: Sequence[Paper]) -> PurchaseRegister:
    return PurchaseRegister("books.csv", [book(paper, at) for at, paper in enumerate(papers)], {})


def reported(stage: Any, papers: Sequence[Paper]) -> dict[int, Paper]:
    """Have documents reported; returns them by record."""
    stage.taxpayer(SISTER)
    by_id = {}
    for paper in papers:
        content = {"number": paper.number, "date": paper.date, "taxable": paper.taxable, "supplier": paper.supplier}
        record = stage.saved(stage.document(paper.kind, **content, tax=Heads(*paper.tax)))
        by_id[record] = Paper(**{**vars(paper), "id": record})
    return by_id


def once(papers: Sequence[Paper], *, dated: bool) -> list[Paper]:
    """Return papers, each document once: a side has no two of one supplier, kind and number (and date)."""
    return [*{(of.supplier, of.kind, of.written, of.date if dated else None): of for of in papers}.values()]


@pytest.mark.slow
@settings(
    max_examples=4 if os.environ.get("IMS_FSM_TEST_STORE") == "postgresql" else 60,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    deadline=None,
)
@given(records=PAPERS, documents=PAPERS)
def test_the_pairs_are_those_of_a_plain_reading_of_the_rules(
    fresh: Callable[[], Any], records: list[Paper], documents: list[Paper]
) -> None:
    stage = fresh()
    by_id, books = reported(stage, once(records, dated=False)), once(documents, dated=True)
    if not books:
        return
    stage.desk.match(register(books))
    made = {(of.rule, of.document.place, of.record.id) for of in stage.desk.matches() if of.document and of.record}
    wanted = pairs(machines_folder(), books, [*by_id.values()])
    assert made == {(rule, f"line {books.index(document)}", record.id) for rule, document, record in wanted}


# --- crowds ----------------------------------------------------------------------------------------------------------


def few(tmp_path: Path) -> Path:
    path = tmp_path / "few.toml"
    path.write_text(f"[limits]\ncandidates = {FEW}\n")
    return path


def alike(number: str, **content: Any) -> Paper:
    usual = {"supplier": SELLER, "kind": "invoice", "date": DAY, "taxable": 100_000, "tax": (18_000, 0, 0, 0)}
    return Paper(**{**usual, "number": number, **content})


@pytest.fixture
def compared(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """Give what numbers are held against each other."""
    seen = list[tuple[str, str]]()
    plain = pairing.likeness
    monkeypatch.setattr(pairing, "likeness", lambda ours, theirs: (seen.append((ours, theirs)), plain(ours, theirs))[1])
    return seen


def laid(stage: Any) -> list[int]:
    """Return a list that gets how many candidates a rule lays out, rule by rule."""
    counts = list[int]()

    @event.listens_for(stage.ims._workspace.engine, "after_cursor_execute")
    def _count(_connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        if statement.startswith("INSERT INTO candidate"):
            counts.append(cursor.rowcount)

    return counts


@pytest.mark.parametrize("count", [12, 24])
def test_of_one_amount_on_one_day_each_is_held_against_the_nearest_numbers(
    stage: Any, tmp_path: Path, compared: list[Any], count: int
) -> None:
    reported(stage, [alike(f"AL/{100 + at}55") for at in range(count)])
    books = [alike(f"{100 + at}55") for at in range(count)] + [alike(f"ZZ{at}") for at in range(count)]
    matching = stage.desk.match(register(books), rules=few(tmp_path))
    assert 0 < len(compared) <= FEW * len(books)
    assert {kind.name: kind.count for kind in matching.classes} == {
        "look_alike": count,
        "books_only": count,
    }
    for of in stage.desk.matches(classes=["look_alike"]):
        assert of.record.document.number == f"AL/{of.document.number}"
    assert matching.narrowed.count == count
    assert matching.narrowed.examples[0] == f"ZZ0 of {SELLER}"


@pytest.mark.parametrize("count", [12, 24])
def test_of_one_number_each_is_held_against_the_nearest_dates_and_amounts(
    stage: Any, tmp_path: Path, count: int
) -> None:
    forms = [f"{'N' * (at < count // 2)}A{'-' * (at % (count // 2))}1" for at in range(count)]
    reported(stage, [alike(form, taxable=100_000 + at * 1_000) for at, form in enumerate(forms)])
    books = [alike("A1", taxable=100_000 + at * 1_000, date=DAY + timedelta(days=at)) for at in range(count)]
    counts = laid(stage)
    matching = stage.desk.match(register(books), rules=few(tmp_path))
    assert sum(counts) <= FEW * len(books) * 7
    assert matching.narrowed.count == sum(
        of.count for of in matching.classes if of.name in {"books_only", "booked_twice"}
    )


def test_what_few_share_is_in_no_crowd(stage: Any, tmp_path: Path, compared: list[Any]) -> None:
    reported(stage, [alike(f"AL/{at}55") for at in range(FEW)])
    books = [alike(f"ZZ{at}") for at in range(20)]
    assert stage.desk.match(register(books), rules=few(tmp_path)).narrowed.count == 0
    assert len(compared) == FEW * len(books)


def test_a_number_that_very_many_documents_have_is_looked_up_once(stage: Any) -> None:
    reported(stage, [alike("NA")])
    books = [alike("NA", date=DAY + timedelta(days=200 + at)) for at in range(30)] + [alike("N-A")]
    matching = stage.desk.match(register(books))
    assert {kind.name: kind.count for kind in matching.classes} == {"formatting": 1, "booked_twice": 30}
    assert len([*stage.desk.matches(classes=["booked_twice"], limit=5)]) == 5
    assert len([*stage.desk.matches(classes=["booked_twice"])]) == 30


def test_the_same_register_again_writes_no_row(stage: Any) -> None:
    reported(stage, [alike("INV/7"), alike("INV/8")])
    books = [alike("INV/7"), alike("INV-8"), alike("ZZ")]
    stage.desk.match(register(books))
    written = dict[str, int]()

    @event.listens_for(stage.ims._workspace.engine, "after_cursor_execute")
    def _count(_connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        words = statement.split(maxsplit=3)
        table = words[1] if words[0] == "UPDATE" else words[2] if words[0] in {"INSERT", "DELETE"} else ""
        if table.startswith("ims_register"):
            written[table] = written.get(table, 0) + max(cursor.rowcount, 0)

    stage.desk.match(register(books))
    assert sum(written.values()) == 0
    stage.desk.match(register([*books[:2], alike("ZZ", taxable=5)]))
    # One document is taken out and written again; no pair changes.
    assert written == {"ims_register_document": 2, "ims_register_pair": 0}
