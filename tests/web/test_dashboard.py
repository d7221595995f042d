"""`GET /dashboard`: over the GSTINs that the caller reaches, and of the concerns that their roles may see."""

from __future__ import annotations

from ims_fsm.testing import Stage
from tests.web.conftest import OTHER


def concerns(caller, query=""):
    answer = caller.get(f"/dashboard{query}")
    return {(row["gstin"], item["concern"]) for row in answer["rows"] for item in row["items"]}


def test_a_caller_sees_the_gstins_that_they_reach_and_what_their_roles_may(stage: Stage, calling) -> None:
    note = stage.filed(stage.document("credit_note", igst=7_000))
    stage.desk.reject(note)
    stage.close()
    asha = calling("asha")
    assert {gstin for gstin, _ in concerns(asha)} == {stage.buyer}
    assert {gstin for gstin, _ in concerns(calling("other"))} <= {OTHER}
    assert {concern for _, concern in concerns(calling("shop"))} == {"added_back"}
    assert "added_back" not in {concern for _, concern in concerns(calling("operator"))}
    assert {"added_back", "return_due"} <= {concern for _, concern in concerns(calling("all"))}


def test_the_filters_of_an_item_list_its_records(stage: Stage, calling) -> None:
    stage.filed()
    stage.desk.accept(stage.saved())
    asha = calling("asha")
    items = asha.get("/dashboard")["rows"][0]["items"]
    for item in filter(lambda of: of["filters"], items):
        query = "&".join(f"{name}={value}" for name, values in item["filters"].items() for value in values)
        listed = asha.get(f"/recipients/{stage.buyer}/records?{query}")["records"]
        assert len(listed) == item["records"]
    assert {item["concern"] for item in items} == {"return_due", "without_action", "accepted_not_filed"}


def test_anothers_dashboard_is_not_here(stage: Stage, calling) -> None:
    asha = calling("asha")
    assert {row["gstin"] for row in asha.get(f"/dashboard?gstin={stage.buyer}&near=10")["rows"]} == {stage.buyer}
    assert asha("GET", f"/dashboard?gstin={OTHER}", status=404).json()["code"] == "not_here"
    assert asha("GET", "/dashboard?near=-1", status=422).json()["code"]
