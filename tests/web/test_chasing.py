"""Suppliers to chase over HTTP: listed, written to and logged, payments to hold, and what cannot be asked."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import date

import pytest

from ims_fsm import Booked, Kind, PurchaseRegister
from ims_fsm.testing import Stage
from ims_fsm.web import chasing
from tests.web.conftest import BUYER, SELLER, Caller

AT = f"/recipients/{BUYER}"


@pytest.fixture
def matched(stage: Stage) -> None:
    """One document that is in the books alone, and a record that is only saved."""
    stage.saved(stage.document(number="S/1", igst=100))
    document = Booked("", SELLER, Kind.INVOICE, "B/1", date(2024, 10, 5), 100_000, 18_000, 0, 0, 0, "line 2", 1)
    stage.desk.match(PurchaseRegister("books.csv", [document], {}))


@pytest.mark.usefixtures("matched")
def test_suppliers_and_documents_are_listed(asha: Caller) -> None:
    (of,) = asha.get(f"{AT}/chase")["suppliers"]
    assert (of["supplier"], of["total"]["documents"], of["total"]["tax"]["igst"]) == (SELLER, 2, "181.00")
    assert of["by_reason"]["not_reported"]["tax"]["igst"] == "180.00"
    documents = asha.get(f"{AT}/chase/documents", params={"reason": "saved_not_filed"})["documents"]
    assert [(of["number"], of["asks"].partition(":")[0]) for of in documents] == [
        ("S/1", "file GSTR-1 of October 2024")
    ]
    for narrowed in ({"min_tax": "181.01"}, {"older_than": 100}, {"supplier": BUYER}, {"period": "2024-09"}):
        assert asha.get(f"{AT}/chase", params=narrowed)["suppliers"] == []
    for wrong in ({"reason": "late"}, {"min_tax": "-1"}, {"older_than": -1}, {"later": 1}, {"limit": 0}):
        asha.get(f"{AT}/chase", params=wrong, status=422)
    held = asha.get(f"{AT}/payments-to-hold", params={"reason": "not_reported"})["payments"]
    assert [(of["number"], of["hold"], of["booked"]) for of in held] == [("B/1", "180.00", True)]


@pytest.mark.usefixtures("matched")
def test_letters_come_in_a_zip_and_are_logged_but_for_a_preview(
    asha: Caller, calling: Callable[[str], Caller], monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = asha("POST", f"{AT}/chase/letters", json={"preview": True})
    assert asha.get(f"{AT}/chase/log") == {"chased": []}
    given = asha("POST", f"{AT}/chase/letters", json={"format": "text"})
    assert (given.content, given.headers["Content-Type"]) == (shown.content, "application/zip")
    archive = zipfile.ZipFile(io.BytesIO(given.content))
    assert archive.namelist() == [f"{SELLER}_2024-11-09.txt"]
    assert b"1. Invoice B/1 of 5 October 2024" in archive.read(archive.namelist()[0])
    (logged,) = asha.get(f"{AT}/chase/log")["chased"]
    assert (logged["supplier"], logged["actor"], logged["documents"]) == (SELLER, "asha", 2)
    key = {"Idempotency-Key": '"twice"'}
    asked = {"json": {"again_after": 0}, "headers": key}
    first, second = (asha("POST", f"{AT}/chase/letters", **asked) for _ in range(2))
    assert (first.content, first.headers["Suppliers-Left"]) == (second.content, "0")
    assert len(asha.get(f"{AT}/chase/log")["chased"]) == 2
    assert asha.get(f"{AT}/chase")["suppliers"][0]["chased"]["actor"] == "asha"
    assert calling("operator").get(f"{AT}/chase")["suppliers"][0]["chased"] is None
    monkeypatch.setattr(chasing, "MOST_LETTERS", 0)
    assert asha("POST", f"{AT}/chase/letters", json={"preview": True}).headers["Suppliers-Left"] == "1"
    monkeypatch.undo()
    again = asha("POST", f"{AT}/chase/letters", json={"again_after": 7, "format": "eml"})
    assert zipfile.ZipFile(io.BytesIO(again.content)).namelist() == []
    asha.post(f"{AT}/chase/letters", {"template": "own.j2"}, status=422)
    asha.post(f"{AT}/chase/letters", {"format": "html"}, status=422)


@pytest.mark.usefixtures("matched")
def test_who_only_reads_writes_no_letters(stage: Stage, calling: Callable[[str], Caller]) -> None:
    auditor = calling("auditor")
    assert auditor.get(f"{AT}/chase")["suppliers"]
    auditor.post(f"{AT}/chase/letters", {}, status=403)
    assert stage.desk.chase_log() == []
