"""A month over HTTP: imported, acted on, generated, filed; files down and up; events followed."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ims_fsm.testing import Stage
from tests.web.conftest import Caller

SAMPLES = Path(__file__).resolve().parents[2] / "ims_fsm" / "formats" / "samples"


@pytest.fixture
def at(stage: Stage) -> str:
    return f"/recipients/{stage.buyer}"


def test_a_month_from_document_to_filed(stage: Stage, asha: Caller, at: str, calling: Callable[[str], Caller]) -> None:
    shop = calling("shop")
    document = {"number": "S/1", "date": "2024-10-05", "taxable": "100000.00", "tax": {"igst": "18000.00"}}
    saved = {"form": "GSTR-1", "return_period": "2024-10", "kind": "invoice", "recipient": stage.buyer}
    record = shop.post(f"/suppliers/{stage.seller}/documents", {**document, **saved})["record_id"]
    edited = shop("PUT", f"/suppliers/{stage.seller}/documents/{record}", json={**document, "pos": "27"}).json()
    assert edited == {"record_id": record, "changed": True}
    assert shop.post(f"/suppliers/{stage.seller}/returns/GSTR-1/2024-10")["records"] == {str(record): "2024-10"}
    listed = asha.get(f"{at}/records", params={"kind": "invoice", "supplier": stage.seller})["records"][0]
    assert (listed["tax"]["igst"], listed["may"]["accept"], listed["version"]) == ("18000.00", [], 3)
    assert asha.post(f"{at}/records/{record}/may", {"action": "accept"})["dest"] == "accepted"
    effect = asha.post(f"{at}/records/{record}/what-if", {"action": "reject"})
    assert effect["added_back"]["igst"] == "0.00"
    done = asha.post(f"{at}/actions/by-filter", {"action": "reject", "where": {"number": "S/*"}, "remarks": "no goods"})
    assert (done["applied"], done["refused"]) == (1, 0)
    stage.at("2024-11-14 06:00")
    assert asha.post(f"{at}/2b/2024-10")["state"] == "draft"
    chosen = {"record_id": record, "version": listed["version"] + 1, "action": "accept"}
    assert asha.post(f"{at}/actions/by-id", {"actions": [chosen], "dry_run": True})["allowed"] == 1
    assert asha.post(f"{at}/actions/by-id", {"actions": [chosen]})["applied"] == 1
    judged = asha.post(f"{at}/actions/by-id", {"actions": [chosen]})
    assert [row["refusals"][0]["code"] for row in judged["refused"]] == ["stale_version"]
    assert asha.get(f"{at}/2b")["two_bs"][0]["state"] == "stale"
    assert asha.post(f"{at}/3b/2024-10", {}, status=409)["rule"] == "faq.29"
    asha.post(f"{at}/2b/2024-10")
    assert asha.get(f"{at}/2b/2024-10", params={"lines": "true"})["lines"][0]["record_id"] == record
    page = asha.get(f"{at}/2b/2024-10/lines", params={"limit": 1, "generation": 1})
    assert ([line["section"] for line in page["lines"]], page["next"]) == (["itc_rejected"], None)
    changes = asha.get(f"{at}/2b/2024-10/changes", params={"older": 1, "newer": 2})
    assert [(change["reason"], change["step"]["trigger"]) for change in changes["changes"]] == [("action", "accept")]
    assert changes["next"] is None
    assert asha.post(f"{at}/3b/2024-10", {"consent": False})["decided"] == {"accepted": 1}
    assert asha.get(f"{at}/records/{record}/history")["transitions"][-1]["dest"] == "frozen"
    outward = shop.get(f"/suppliers/{stage.seller}/outward")["records"]
    assert [(entry["id"], entry["disposition"]) for entry in outward] == [(record, "accepted")]
    assert shop.get(f"/suppliers/{stage.seller}/liabilities")["liabilities"] == []
    assert asha.get(f"{at}/2a/2024-10")["records"][0]["id"] == record
    assert calling("auditor").get(f"{at}/audit")["faults"] == []


def test_a_download_comes_in_and_its_workbook_goes_out_and_back(asha: Caller, at: str, stage: Stage) -> None:
    stage.at("2024-11-13 10:00")
    whole = (SAMPLES / "ims_2024-11_later.json").read_bytes()
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("part.json", whole)
    files: Any = [("files", ("ims.zip", packed.getvalue()))]
    taken = asha("POST", f"{at}/imports", files=files, data={"complete": "true"}).json()["imports"][0]
    assert (taken["files"], taken["recipient"]) == (["ims.zip"], stage.buyer)
    assert len(taken["new"]) == taken["records"] > 3
    book = asha("GET", f"{at}/workbook", params={"kind": "invoice"}).content
    judged = asha("POST", f"{at}/actions/by-file", files={"file": ("ims.xlsx", book)}, status=422).json()
    assert "proposes no action" in judged["detail"] or judged["code"] == "input_invalid"
    table = f"id,action\n{taken['new'][0]},accept\n".encode()
    asha("POST", f"{at}/actions/by-file", files={"file": ("a.csv", table)}, params={"dry_run": "true"})
    assert asha.get(f"{at}/records/{taken['new'][0]}")["state"] == "no_action"
    done = asha("POST", f"{at}/actions/by-file", files={"file": ("a.csv", table)}).json()
    assert (done["file"], done["applied"]) == ("a.csv", 1)
    assert [change["record"]["id"] for change in asha.get(f"{at}/uploads")["changes"]] == [taken["new"][0]]
    requests = asha.post(f"{at}/uploads")["files"]
    assert [json.loads(file["text"])["action"] for file in requests] == ["SAVE"]
    assert asha.get(f"{at}/summary")["totals"]["records"] == taken["records"]


def test_a_zip_that_unpacks_without_end_is_refused(asha: Caller, at: str) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb.json", b"0" * (64 << 20))
    said = asha("POST", f"{at}/imports", files={"files": ("bomb.zip", packed.getvalue())}, status=422).json()
    assert said["detail"] == "bomb.json: it unpacks to more than 200 times its size"


def test_events_are_read_page_by_page_and_followed(asha: Caller, at: str, stage: Stage) -> None:
    record = stage.filed()
    stage.desk.accept(record)
    stage.desk.reset(record)
    page = asha.get(f"{at}/events", params={"limit": 1})
    rest = asha.get(f"{at}/events", params={"after": page["next"]})
    cursors = [event["cursor"] for event in (*page["events"], *rest["events"])]
    assert rest["events"][-1]["trigger"] == "reset"
    stream = asha("GET", f"{at}/events/stream")
    assert stream.headers["content-type"].startswith("text/event-stream")
    ids = [line[4:] for line in stream.text.splitlines() if line.startswith("id: ")]
    assert ids == cursors
    resumed = asha("GET", f"{at}/events/stream", headers={"Last-Event-ID": cursors[-1]}).text
    assert "id: " not in resumed
    assert asha("GET", f"{at}/events/stream", params={"after": "zzz"}, status=404).json()["code"] == "not_here"


def test_a_seal_is_made_and_a_record_proved_by_it(asha: Caller, at: str, stage: Stage, calling: Any) -> None:
    record = stage.filed()
    sealed = calling("auditor").post(f"{at}/seals")
    assert calling("auditor").get(f"{at}/seals")["seals"] == [sealed]
    assert sealed["digest"] in sealed["checkpoint"] or sealed["checkpoint"]
    proof = asha("GET", f"{at}/records/{record}/proof").json()
    assert str(record) in json.dumps(proof)
    kept = calling("auditor").get(f"{at}/audit", params={"digest": sealed["digest"]})
    assert kept["faults"] == []
    lost = calling("auditor").get(f"{at}/audit", params={"digest": "0" * 64})
    assert lost["sound"] is False


def test_a_picture_is_an_svg(asha: Caller, at: str, stage: Stage) -> None:
    pytest.importorskip("pygraphviz")
    svg = asha("GET", f"{at}/records/{stage.filed()}/diagram", params={"theme": "dark"})
    assert svg.headers["content-type"] == "image/svg+xml"
    assert svg.text.lstrip().startswith("<")


def test_a_taxpayer_is_registered_and_corrected(calling: Callable[[str], Caller]) -> None:
    operator, gstin = calling("operator"), "29AABCU9603R1ZX"
    assert operator("GET", f"/taxpayers/{gstin}", status=404).json()["remedy"] == (
        f"have them registered: PUT /taxpayers/{gstin}"
    )
    made = operator("PUT", f"/taxpayers/{gstin}", json={"name": "Rao", "filing": "quarterly"}).json()
    assert (made["name"], made["filing"], made["guessed"]) == ("Rao", "quarterly", True)
    fixed = operator("PUT", f"/taxpayers/{gstin}", json={"registered_from": "2024-10"}).json()
    assert (fixed["name"], fixed["registered_from"], fixed["guessed"]) == ("Rao", "2024-10", False)
    assert gstin in [who["gstin"] for who in operator.get("/taxpayers")["taxpayers"]]
    assert [who["gstin"] for who in calling("asha").get("/taxpayers")["taxpayers"]] == [Stage.buyer]
    assert operator.post(f"/recipients/{gstin}/sweep")["failures"] == []


def test_the_law_is_explained(asha: Caller) -> None:
    rules = asha.get("/law/rules", params={"rule": "faq.11"})["rules"]
    assert [rule["id"] for rule in rules][:2] == ["faq.11", "faq.11.a"]
    explained = asha.get("/law/machines/credit_note/triggers/keep_pending", params={"period": "2024-10"})
    assert "pending_not_allowed" in [guard["code"] for guard in explained["guards"]]
    path = "/law/machines/credit_note/triggers/keep_pending/decision"
    decision = asha.post(path, {"facts": {"direction": "original"}, "period": "2024-10"})
    assert (decision["allowed"], decision["refusals"][0]["rules"][0]["id"]) == (False, "faq.11.a")
    assert asha.post(path, {"facts": {"x": "y"}}, status=422)["code"] == "input_invalid"
    for nothing in ("/law/rules?rule=faq.99", "/law/machines/x/triggers/accept", "/law/machines/invoice/triggers/x"):
        assert asha("GET", nothing, status=404).json()["code"] == "not_here"
    pytest.importorskip("pygraphviz")
    assert "<svg" in asha("GET", "/law/machines/invoice/diagram").text
