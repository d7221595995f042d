"""`show`, `history` and `original`."""

from __future__ import annotations

NOW = ("--at", "2024-11-12T10:00")


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
    assert "in GSTR-2B 2024-10: itc_available" in " ".join(told.split())


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
    run("3b", "file", "--yes", "--period", "2024-10", "--at", "2024-11-20T10:00").ended(0)
    told = run("show", ids("GOS-5533"), *NOW).ended(0).out
    assert "final: its GSTR-3B is filed; it was drafted on 14 November 2024" in told


def test_the_history_has_every_transition_every_content_and_the_chain(run, samples, ids):
    record = ids("SP-1201")
    run("act", "accept", "--id", record, "--remarks", "as ordered", *NOW).ended(0)
    run("import", samples / "ims_2024-11_later.json", "--at", "2024-11-13T10:00").ended(0)
    told = run("history", record).ended(0).out
    assert "accept   no_action → accepted  meera  faq.10.i, faq.12" in told
    assert "edit     accepted → no_action  meera  faq.16.1, faq.19.1" in told
    assert "2  2024-11-13 10:00  meera  1,22,500.00  11,025.00 CGST, 11,025.00 SGST  recorded 20" in told
    answer = run("history", record, "--json").ended(0).json
    first = answer["transitions"][0]
    assert first.pop("recorded_at") > first["at"]
    assert first == {
        "backdate": None,
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


def test_many_originals_are_stated_from_a_list_that_is_filled_in(run, tmp_path):
    told = run("list", "--amended", "--csv", *NOW).ended(0).out.splitlines()
    filled = [f"{row},{'accepted,13500.00' if 'KCL/24-25/0219' in row else ','}" for row in told[1:]]
    rows = [f"{told[0]},decided,original igst", *filled]
    (tmp_path / "originals.csv").write_text("\n".join(rows), "utf-8")
    answer = run("original", "--file", "originals.csv", "--json", *NOW).ended(0).json
    assert answer == {"file": "originals.csv", "recipient": "27AAPFU0939F1ZV", "stated": 1}
    assert run("original", "--file", "originals.csv", *NOW).ended(0).out == "1 original stated.\n"
    for call in (("original",), ("original", "22"), ("original", "22", "accepted", "--file", "originals.csv")):
        assert "or --file alone" in run(*call, *NOW).ended(2).err


STATED = "state only how the unknown original of an undecided amendment was decided: accepted or rejected"


def test_only_an_unknown_original_can_be_stated(run, ids):
    invoice, amendment, known = ids("AL/1024/55"), ids("NB2409-058"), ids("VTD/11")
    told = run("original", invoice, "accepted").ended(2).err
    assert f": amends nothing; {STATED}\n" in told
    told = run("original", amendment, "accepted").ended(2).err
    assert f": amends a document that is known here; {STATED}\n" in told
    run("original", known, "accepted", *NOW).ended(0)
    run("sweep", "--at", "2024-11-14T06:00").ended(0)
    run("3b", "file", "--yes", "--period", "2024-10", "--at", "2024-11-20T10:00").ended(0)
    told = run("original", known, "rejected").ended(2).err
    assert f": is decided for good; {STATED}\n" in told
