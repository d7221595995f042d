"""`list`, `show`, `history` and `original`."""

from __future__ import annotations

import pytest

NOW = ("--at", "2024-11-12T10:00")


def test_a_record_is_listed_with_what_may_be_done_and_why_not(run):
    rows = run("list", *NOW).ended(0).out.splitlines()
    assert " ".join(rows[0].split()) == "id document number supplier date taxable tax supplier has 2B state may"
    (invoice,) = [row for row in rows if " KCL/24-25/0412 " in row]
    shown = "invoice KCL/24-25/0412 21ZXKCK4821M1ZG 2024-10-04 2,50,000.00 45,000.00 IGST filed 2024-10 no action all"
    assert " ".join(invoice.split()[1:]) == shown
    (note,) = [row for row in rows if " KCN/24/15 " in row]
    assert note.endswith("no action  all but pending (faq.11, faq.11.a)")
    (amended,) = [row for row in rows if " KCL/24-25/0219 " in row]
    assert amended.endswith("no action  only reset (faq.13.1)")
    assert rows[-1] == "26 records of 27AAPFU0939F1ZV."


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


def test_a_table_says_what_it_leaves_out_what_is_only_saved_and_every_refusal_as_json(run):
    told = run("list", "--limit", "2", *NOW).ended(0).out
    more = "More are not shown; --limit 0 shows all, --summary counts them."
    assert told.endswith(f"2 records of 27AAPFU0939F1ZV. {more}\n")
    assert len(run("list", "--limit", "0", *NOW).ended(0).out.splitlines()) > len(told.splitlines())
    told = run("list", "--limit", "26", *NOW).ended(0).out
    assert told.endswith("26 records of 27AAPFU0939F1ZV.\n")
    told = run("list", "--state", "removed", *NOW).ended(0).out
    assert told == "No records of 27AAPFU0939F1ZV match; --all also shows what is decided or removed.\n"
    told = run("list", "--status", "saved", *NOW, COLUMNS="90").ended(0).out
    assert "2024-11*" in told
    assert "* saved by its supplier and not filed: the 2B period that filing it now would give." in told
    assert max(map(len, told.splitlines())) <= 90
    answer = run("list", "--number", "KCN/24/15", "--json", *NOW).ended(0).json
    (record,) = answer["records"]
    assert (record["tax"]["igst"], record["expected_period"], record["state"]) == ("5400.00", "2024-10", "no_action")
    assert record["may"]["accept"] == []
    assert [refusal["rule"] for refusal in record["may"]["keep_pending"]] == ["faq.11", "faq.11.a"]


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


def test_a_record_is_shown_with_where_it_would_go_and_what_refuses_its_triggers(run, ids):
    told = run("show", ids("SP-1201"), *NOW).ended(0).out
    assert "saved it in GSTR-1 of 2024-10" in told
    assert "2024-11, if it were filed now; fixed once its supplier files" in told
    assert told.endswith("What may be done with it now:\n  accept, reject, keep_pending, reset: yes\n")
    told = run("show", ids("KCL/24-25/0219"), *NOW).ended(0).out
    assert "  accept, reject, keep_pending: no\n    Amended invoice KCL/24-25/0219 of 21ZXKCK4821M1ZG amends" in told
    assert "which was not known here so what it amends is not known here" in " ".join(told.split())
    assert told.endswith("  reset: yes\n")
    answer = run("show", ids("NBC2409-12"), "--json", *NOW).ended(0).json
    assert answer["amends"] == {"number": "NBC2409-12", "date": "2024-09-28"}
    assert (answer["rule_set"], answer["direction"], answer["original"]) == ("IMS-2024-10", "upward", "unsettled")
    assert (answer["section"], answer["shown_in"]) == ("none", None)
    assert answer["carried"] == dict.fromkeys(("igst", "cgst", "sgst", "cess"), "0.00")
    assert answer["standing"]["igst"] == "-3960.00"
    assert run("show", "4711").ended(2).err == "error: record: 4711: is not a record here; see ims-fsm list\n"


def test_what_is_in_a_statement_says_in_which(run, ids):
    run("act", "accept", "--id", ids("GOS-5533"), "--remarks", "delivered", *NOW).ended(0)
    run("sweep", "--at", "2024-11-14T06:00").ended(0)
    told = run("show", ids("GOS-5533"), *NOW).ended(0).out
    assert "remarks delivered in GSTR-2B 2024-10: itc_available" in " ".join(told.split())


def test_deadlines_are_told_before_they_pass(run, ids):
    days = (
        "pending until 30 November 2025 (faq.31)",
        "ITC until 30 November 2025, in a GSTR-3B filed by then (sec.16_4)",
        "GSTR-2B 2024-10 not generated yet; from 14 November 2024 a filed record with no action is deemed accepted in",
        "GSTR-3B 2024-10 due on 20 November 2024",
    )
    for command in (("show", ids("GOS-5533")), ("what-if", ids("GOS-5533"), "reject")):
        told = " ".join(run(*command, *NOW).ended(0).out.split())
        assert [day for day in days if day not in told] == []
        assert run(*command, "--json", *NOW).ended(0).json["deadlines"] == {
            "period": "2024-10",
            "two_b": "absent",
            "drafted_on": "2024-11-14",
            "file_by": "2024-11-20",
            "pending_until": "2025-11-30",
            "pending_rule": "faq.31",
            "credit_until": "2025-11-30",
        }
    note = run("show", ids("KCN/24/15"), *NOW).ended(0).out
    assert "pending until" not in note
    assert "ITC until" not in note
    run("sweep", "--at", "2024-11-14T06:00").ended(0)
    run("3b", "file", "--period", "2024-10", "--at", "2024-11-20T10:00").ended(0)
    told = run("show", ids("GOS-5533"), *NOW).ended(0).out
    assert "final: its GSTR-3B is filed; it was drafted on 14 November 2024" in told


def test_the_history_has_every_transition_every_content_and_the_chain(run, samples, ids):
    record = ids("SP-1201")
    run("act", "accept", "--id", record, "--remarks", "as ordered", *NOW).ended(0)
    run("import", samples / "ims_2024-11_later.json", "--at", "2024-11-13T10:00").ended(0)
    told = run("history", record).ended(0).out
    assert "accept   no_action → accepted  meera  faq.10.i, faq.12" in told
    assert "edit     accepted → no_action  meera  faq.16.1, faq.19.1" in told
    assert "2  2024-11-13 10:00  meera  1,22,500.00  11,025.00 CGST, 11,025.00 SGST\n" in told
    answer = run("history", record, "--json").ended(0).json
    assert answer["transitions"][0] == {
        "seq": 1,
        "at": "2024-11-12T10:00:00+05:30",
        "actor": "meera",
        "detail": {"remarks": "as ordered"},
        "trigger": "accept",
        "source": "no_action",
        "dest": "accepted",
        "rules": ["faq.10.i", "faq.12"],
    }
    assert [one["content"]["taxable"] for one in answer["contents"]] == ["120000.00", "122500.00"]
    amendment = ids("NB2409-058")
    told = run("history", amendment).ended(0).out
    assert "Transitions: none.\n" in told
    assert told.endswith(f"Its chain, oldest first: records 7, {amendment}.\n")


def test_an_original_that_is_not_here_is_stated(run, ids):
    amendment = ids("KCL/24-25/0219")
    told = run("original", amendment, "accepted", "--igst", "13500.00", *NOW).ended(0).out
    said = f"KCL/24-25/0219 counts as accepted; record {amendment} is an upward amendment of it."
    assert " ".join(told.split()) == f"{said} Open now: accept, reject, keep_pending, reset."
    answer = run("original", amendment, "accepted", "--igst", "15000", "--json", *NOW).ended(0).json
    assert answer == {"record_id": amendment, "original": "accepted", "direction": "downward"}
    assert "downward amendment" in run("original", amendment, "accepted", "--igst", "15000", *NOW).ended(0).out
    told = run("original", ids("VTC/31"), "rejected", *NOW).ended(0).out
    assert "is an amendment that leaves its tax unchanged. Open now: accept, reject, reset." in " ".join(told.split())


STATED = "state only how the unknown original of an undecided amendment was decided: accepted or rejected"


def test_only_an_unknown_original_can_be_stated(run, ids):
    invoice, amendment, known = ids("AL/1024/55"), ids("NB2409-058"), ids("VTD/11")
    told = run("original", invoice, "accepted").ended(2).err
    assert f": amends nothing; {STATED}\n" in told
    told = run("original", amendment, "accepted").ended(2).err
    assert f": amends a document that is known here; {STATED}\n" in told
    run("original", known, "accepted", *NOW).ended(0)
    run("sweep", "--at", "2024-11-14T06:00").ended(0)
    run("3b", "file", "--period", "2024-10", "--at", "2024-11-20T10:00").ended(0)
    told = run("original", known, "rejected").ended(2).err
    assert f": is decided for good; {STATED}\n" in told
