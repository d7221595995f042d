"""`list`."""

from __future__ import annotations

import pytest

NOW = ("--at", "2024-11-12T10:00")
RECORD = {
    *("id", "machine", "kind", "amended", "supplier", "supplier_name", "recipient", "number", "date", "amends"),
    *("taxable", "tax", "form", "return_period", "supplier_status", "two_b_period", "in_ims", "route", "state"),
    *("disposition", "removed_for", "settled_in", "remarks", "reduce_itc", "expected_period", "may"),
}


def test_a_record_is_listed_with_what_may_be_done_and_why_not(run):
    rows = run("list", *NOW).ended(0).out.splitlines()
    assert " ".join(rows[0].split()) == "id document number supplier date taxable tax supplier has 2B state may"
    (invoice,) = [row for row in rows if " KCL/24-25/0412 " in row]
    shown = "invoice KCL/24-25/0412 21ZXKCK4821M1ZG 2024-10-04 2,50,000.00 45,000.00 filed 2024-10 no action all"
    assert " ".join(invoice.split()[1:]) == shown
    (note,) = [row for row in rows if " KCN/24/15 " in row]
    assert note.endswith("no action  all but pending (faq.11, faq.11.a)")
    (amended,) = [row for row in rows if " KCL/24-25/0219 " in row]
    assert amended.endswith("no action  only reset (faq.13.1)")
    assert rows[-1] == "26 records of 27AAPFU0939F1ZV."


def test_json_holds_every_refusal(run):
    answer = run("list", "--number", "KCN/24/15", "--json", *NOW).ended(0).json
    (record,) = answer["records"]
    assert record.keys() == RECORD
    assert (record["tax"]["igst"], record["expected_period"], record["state"]) == ("5400.00", "2024-10", "no_action")
    assert record["may"]["accept"] == []
    assert [refusal["rule"] for refusal in record["may"]["keep_pending"]] == ["faq.11", "faq.11.a"]
    assert [*record["may"]["keep_pending"][1]] == ["code", "rule", "rules", "sentence", "remedy"]


@pytest.mark.parametrize(
    ("filters", "count"),
    [
        (("--kind", "credit_note"), 6),
        (("--kind", "credit_note", "--kind", "debit_note"), 9),
        (("--state", "rejected"), 1),
        (("--supplier", "21zxkck4821m1zg"), 5),
        (("--period", "2024-11"), 6),
        (("--status", "saved"), 6),
        (("--status", "saved", "--kind", "eco_document"), 1),
        (("--all",), 26),
        (("--state", "frozen"), 0),
    ],
)
def test_filters_hold_together(run, filters, count):
    assert len(run("list", *filters, "--json", *NOW).ended(0).json["records"]) == count


def test_what_is_only_saved_is_marked_where_there_is_little_room(run):
    told = run("list", "--status", "saved", *NOW, COLUMNS="90").ended(0).out
    assert "2024-11*" in told
    assert "* saved by its supplier and not filed: the 2B period that filing it now would give." in told
    assert max(map(len, told.splitlines())) <= 90


def test_a_long_table_says_what_it_leaves_out(run):
    told = run("list", "--limit", "2", *NOW).ended(0).out
    assert told.endswith("26 records of 27AAPFU0939F1ZV. 24 more are not shown; --limit 0 shows all.\n")
    assert len(run("list", "--limit", "0", *NOW).ended(0).out.splitlines()) > len(told.splitlines())


def test_where_none_is_meant_it_says_so(run):
    told = run("list", "--state", "removed", *NOW).ended(0).out
    assert told == "No record of 27AAPFU0939F1ZV is meant; --all also shows what is decided or removed.\n"


def test_the_summary_counts_by_kind(run):
    rows = run("list", "--summary", *NOW).ended(0).out.splitlines()
    assert rows[0].split() == ["records", "saved", "filed", "no", "action", "accepted", "rejected", "pending"]
    assert rows[-1].split() == ["in", "all", "26", "6", "20", "23", "1", "1", "1"]
    kinds = run("list", "--summary", "--json", *NOW).ended(0).json["kinds"]
    assert kinds["credit note"] == {
        "records": 4,
        "saved": 1,
        "filed": 3,
        "no action": 4,
        **dict.fromkeys(("accepted", "rejected", "pending", "frozen", "removed"), 0),
    }


def test_nothing_may_be_done_with_what_is_decided(run, ids):
    note = ids("KCN/24/15")
    run("sweep", "--at", "2024-11-14T06:00").ended(0)
    run("3b", "file", "--period", "2024-10", "--at", "2024-11-20T10:00").ended(0)
    (row,) = [row for row in run("list", "--all", *NOW).ended(0).out.splitlines() if row.startswith(f"{note} ")]
    assert row.endswith("frozen (deemed accepted)  nothing (faq.12)")
