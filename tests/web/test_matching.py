"""The purchase register over HTTP: taken in, matched, listed by the page, paired and parted, recommended, filtered."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ims_fsm.testing import Stage
from tests.web.conftest import BUYER, SELLER, Caller

AT = f"/recipients/{BUYER}"
TITLES = "Supplier GSTIN,Number,Date,Kind,Taxable,IGST,CGST,SGST\n"
REASON = {"reason": "the supplier has confirmed it"}


def books(*rows: str) -> dict[str, Any]:
    """Return a register of the seller's invoices, as a file that is sent."""
    lines = "".join(f"{SELLER},{row}\n" for row in rows)
    return {"file": ("books.csv", (TITLES + lines).encode(), "text/csv")}


@pytest.fixture
def matched(stage: Stage, asha: Caller) -> dict[str, int]:
    """Three records: the books have one as it is, one with other amounts, and not the third; and one document more."""
    made = {
        name: stage.filed(stage.document(number=name, taxable=100_000, igst=18_000)) for name in ("A-1", "B-2", "C-3")
    }
    rows = ["A-1,2024-10-05,Invoice,1000.00,180.00,0,0", "B-2,2024-10-05,Invoice,2000.00,360.00,0,0"]
    files = books(*rows, "Z-9,2024-10-05,Invoice,1000.00,180.00,0,0")
    matching = asha("POST", f"{AT}/matching", files=files, data={"period": "2024-10"}).json()
    assert (matching["kept"]["documents"], matching["kept"]["new"], matching["period"]) == (3, 3, "2024-10")
    assert classes(matching) == {"exact": 1, "amount_off": 1, "portal_only": 1, "books_only": 1}
    return made


def classes(matching: Any) -> dict[str, int]:
    return {of["name"]: of["count"] for of in matching["classes"]}


def test_matches_go_on_page_by_page_in_the_order_of_all(matched: dict[str, int], asha: Caller) -> None:
    whole = asha.get(f"{AT}/matches")
    assert whole["next"] is None
    assert [(of["class"], of["tax_off"]["igst"]) for of in whole["matches"]] == [
        *(("exact", "0.00"), ("amount_off", "180.00"), ("books_only", "0.00"), ("portal_only", "0.00")),
    ]
    read, after = [], {}
    while after is not None:
        page = asha.get(f"{AT}/matches", params={"limit": 1, "period": "2024-10", **after})
        read += page["matches"]
        after = page["next"] and {"after": page["next"]}
    assert read == whole["matches"]
    (alone,) = asha.get(f"{AT}/matches", params={"match": "books_only"})["matches"]
    assert (alone["document"]["number"], alone["record"]) == ("Z-9", None)
    assert asha.get(f"{AT}/matches", params={"match": "no_class"}, status=422)["code"] == "input_invalid"
    assert asha.get(f"{AT}/matches", params={"after": "9"}, status=422)["errors"]


def test_a_pair_by_hand_stands_until_it_is_left_to_the_rules(matched: dict[str, int], asha: Caller) -> None:
    (alone,) = asha.get(f"{AT}/matches", params={"match": "books_only"})["matches"]
    ends = {"document_id": alone["document"]["id"], "record_id": matched["C-3"]}
    near = asha.get(f"{AT}/matches/candidates", params={"document_id": ends["document_id"]})["matches"]
    assert [(of["record"]["id"], of["class"]) for of in near] == [(matched["C-3"], "portal_only")]
    again = {"Idempotency-Key": "k-1"}
    made = asha.post(f"{AT}/matches/pair", {**ends, **REASON}, headers=again)
    assert (made["decision"], made["actor"], made["number"]) == ("pair", "asha", 1)
    assert asha.post(f"{AT}/matches/pair", {**ends, **REASON}, headers=again) == made
    assert classes(asha.get(f"{AT}/matching"))["manual"] == 1
    assert classes(asha.post(f"{AT}/matching/again", {"period": "2024-10"}))["manual"] == 1
    asha.post(f"{AT}/matches/split", {**ends, **REASON})
    asha.post(f"{AT}/matches/free", {**ends, **REASON})
    decided = asha.get(f"{AT}/match-decisions")["decisions"]
    assert [of["decision"] for of in decided] == ["pair", "split", "free"]
    assert asha.post(f"{AT}/matches/pair", {**ends, "document_id": 99, **REASON}, status=404)["code"] == "not_here"
    assert asha.post(f"{AT}/matches/pair", {**ends, "reason": ""}, status=422)["errors"]


def test_candidates_are_the_nearest_of_the_other_side(stage: Stage, matched: dict[str, int], asha: Caller) -> None:
    near = asha.get(f"{AT}/matches/candidates", params={"record_id": matched["C-3"]})["matches"]
    assert [(of["document"]["number"], of["class"], of["taxable_off"]) for of in near] == [
        ("Z-9", "books_only", "0.00")
    ]
    sought = asha.get(f"{AT}/matches/candidates", params={"record_id": matched["C-3"], "number": "b-"})["matches"]
    assert [(of["document"]["number"], of["class"]) for of in sought] == [("B-2", "amount_off")]
    for none in ({}, {"record_id": 1, "document_id": 1}):
        assert (
            "give document_id or record_id" in asha.get(f"{AT}/matches/candidates", params=none, status=422)["remedy"]
        )
    asha.get(f"{AT}/matches/candidates", params={"document_id": 77}, status=404)
    other = stage.filed(stage.document(number="D-4", taxable=100_000, igst=18_100))
    document = asha.get(f"{AT}/matches", params={"match": "books_only"})["matches"][0]["document"]["id"]
    near = asha.get(f"{AT}/matches/candidates", params={"document_id": document})["matches"]
    assert [of["record"]["id"] for of in near] == [matched["C-3"], other]


def test_what_is_recommended_comes_by_the_page_and_does_nothing(
    stage: Stage, matched: dict[str, int], asha: Caller
) -> None:
    whole = asha.get(f"{AT}/recommendations")["recommendations"]
    assert [(of["record_id"], of["action"]) for of in whole] == [
        *((matched["A-1"], "accept"), (matched["B-2"], "ask"), (matched["C-3"], "keep_pending")),
    ]
    first = asha.get(f"{AT}/recommendations", params={"limit": 2, "period": "2024-10"})
    rest = asha.get(f"{AT}/recommendations", params={"after": first["next"]})
    assert [*first["recommendations"], *rest["recommendations"]] == whole
    assert rest["next"] is None
    assert {stage.desk.record(record).state for record in matched.values()} == {"no_action"}


def test_the_class_is_a_filter_of_lists_and_of_actions(matched: dict[str, int], asha: Caller, stage: Stage) -> None:
    def listed(*names: str) -> list[int]:
        return [of["id"] for of in asha.get(f"{AT}/records", params={"match": names})["records"]]

    assert listed("exact", "portal_only") == [matched["A-1"], matched["C-3"]]
    assert listed("manual") == []
    assert asha.get(f"{AT}/summary", params={"match": "amount_off"})["totals"]["records"] == 1
    acted = asha.post(f"{AT}/actions/by-filter", {"action": "accept", "where": {"match": ["exact"]}})
    assert acted["applied"] == 1
    assert stage.desk.record(matched["A-1"]).state == "accepted"


def test_an_auditor_reads_and_pairs_nothing(matched: dict[str, int], calling: Callable[[str], Caller]) -> None:
    auditor = calling("auditor")
    assert auditor.get(f"{AT}/matching")["kept"] is None
    ends = {"document_id": 3, "record_id": matched["C-3"]}
    assert auditor.post(f"{AT}/matches/pair", {**ends, **REASON}, status=403)["code"] == "role_lacking"
