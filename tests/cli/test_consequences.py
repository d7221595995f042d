"""`what-if`."""

from __future__ import annotations

NOW = ("--at", "2024-11-12T10:00")


def test_rejecting_a_credit_note_costs_its_supplier(run, ids):
    told = run("what-if", ids("KCN/24/15"), "reject", *NOW).ended(0).out
    assert told.startswith("reject on credit note KCN/24/15 of 21ZXKCK4821M1ZG: may be done.\n")
    rows = {row.split("  ")[1]: row.split() for row in told.splitlines() if row.startswith("  a")}
    assert rows["as it stands"][3:] == ["deemed", "accepted", "igst", "-5,400.00", "0.00"]
    assert rows["after reject"][2:] == ["rejected", "0.00", "igst", "5,400.00"]


def test_what_is_refused_is_worked_out_too(run, ids):
    told = run("what-if", ids("KCN/24/15"), "keep_pending", *NOW).ended(0).out
    assert "is refused.\n  The portal itself blocks pending" in told
    assert "after keep_pending  pending" in told


def test_what_if_as_json(run, ids):
    record = ids("KCN/24/15")
    answer = run("what-if", record, "reject", "--json", *NOW).ended(0).json
    assert answer.keys() == {
        *("record_id", "document", "trigger", "allowed", "refusals", "outcome", "now_outcome"),
        *("itc", "added_back", "carried", "standing", "now_itc", "now_added_back"),
    }
    assert (answer["record_id"], answer["allowed"], answer["outcome"]) == (record, True, "rejected")
    assert (answer["added_back"]["igst"], answer["now_itc"]["igst"]) == ("5400.00", "-5400.00")
    assert run("history", record, "--json").ended(0).json["transitions"] == []


def test_a_declared_reduction_is_worked_out(bare, samples):
    at = ("--at", "2025-11-12T10:00")
    bare("import", samples / "ims_2025-11.json", *at).ended(0)
    record = bare("list", "--number", "KCN/25/21", "--json", *at).ended(0).json["records"][0]["id"]
    answer = bare("what-if", record, "accept", "--reduce-itc", "none", "--json", *at).ended(0).json
    assert (answer["itc"]["igst"], answer["now_itc"]["igst"]) == ("0.00", "-9000.00")
