"""`2b` and `3b`."""

from __future__ import annotations

import json
from collections import Counter

import pytest

from ims_fsm.cli import returns

FOURTEENTH, OCTOBER = ("--at", "2024-11-14T10:00"), ("--period", "2024-10")


@pytest.fixture
def drafted(run):
    run("2b", "generate", *OCTOBER, *FOURTEENTH).ended(0)
    return run


def test_a_draft_is_told_with_its_totals_and_what_it_leaves_out(run):
    told = run("2b", "generate", *OCTOBER, *FOURTEENTH).ended(0).out
    head = "GSTR-2B of 2024-10 of 27AAPFU0939F1ZV: draft, generated 2024-11-14 10:00 IST, generation 1.\n"
    assert told.startswith(head)
    rows = [" ".join(row.split()) for row in told.splitlines()]
    assert "ITC available 1,08,980.00 7,821.00 7,821.00 0.00" in rows
    assert "ITC rejected (for view only) 0.00 2,466.00 2,466.00 0.00" in rows
    assert "13 lines." in rows
    assert "The day of GSTR-2B of 2024-10 is 14 November 2024; its GSTR-3B is due on 20 November 2024." in rows
    assert "Left out: 7 records." in rows
    until = "it comes in once it is accepted or rejected, or its pending ends"
    assert f"1 it is pending; {until} (faq.14.iii)" in rows
    alone = "\nThis is only recorded here: nothing is sent to the portal.\n"
    assert told.endswith(alone)
    told = told.removesuffix(alone)
    shown = run("2b", "show", *OCTOBER, "--left-out", *FOURTEENTH).ended(0).out
    assert shown.startswith(told.rstrip("\n"))
    rows = [" ".join(row.split()) for row in shown.removeprefix(told.rstrip("\n")).splitlines()]
    assert sum(row[:1].isdigit() for row in rows) == 7
    assert sum(row.endswith(" it is pending") for row in rows) == 1


def test_a_statement_as_json_and_its_lines_when_asked_for(drafted):
    answer = drafted("2b", "show", *OCTOBER, "--json").ended(0).json
    assert (answer["recipient"], answer["period"]) == ("27AAPFU0939F1ZV", "2024-10")
    stands = (answer["state"], answer["generation"], answer["generated_at"], answer["filed_at"])
    assert stands == ("draft", 1, "2024-11-14T10:00:00+05:30", None)
    tax = {"igst": "108980.00", "cgst": "7821.00", "sgst": "7821.00", "cess": "0.00"}
    assert answer["totals"]["itc_available"] == tax
    days = {"drafted_on": "2024-11-14", "file_by": "2024-11-20"}
    assert answer["dates"] == {"period": "2024-10", "two_b": "draft", **days}
    assert (answer["size"], answer["lines"], answer["left_out_records"]) == (13, None, None)
    asked = drafted("2b", "show", *OCTOBER, "--lines", "--left-out", "--json").ended(0).json
    assert answer == asked | {"lines": None, "left_out_records": None}
    assert len(asked["lines"]) == 13
    left_out = Counter(record["rule"] for record in asked["left_out_records"])
    assert {group["rule"]: group["records"] for group in answer["left_out"]} == left_out
    told = drafted("2b", "show", *OCTOBER, "--lines").ended(0).out
    (row,) = [" ".join(row.split()) for row in told.splitlines() if "KCN/24/15 " in row]
    assert row.endswith("credit note KCN/24/15 itc_available deemed_accepted -5,400.00 0.00 0.00 0.00")


def test_a_statement_is_absent_and_refused_before_the_14th(run):
    told = run("2b", "show", "--period", "2024-12").ended(0).out
    days = "The day of GSTR-2B of 2024-12 is 14 January 2025; its GSTR-3B is due on 22 January 2025."
    assert told == f"GSTR-2B of 2024-12 of 27AAPFU0939F1ZV was never generated.\n{days}\n"
    told = run("2b", "generate", *OCTOBER, "--at", "2024-11-13T23:59").ended(1).err
    remedy = "generate it on or after that day"
    assert told == f"error: GSTR-2B of 2024-10 is not generated before 14 November 2024 (faq.23); {remedy}\n"


def test_a_stale_statement_says_what_to_do(drafted, ids):
    drafted("act", "reject", "--id", ids("KCN/24/15"), "--at", "2024-11-18T10:00").ended(0)
    told = drafted("2b", "show", *OCTOBER).ended(0).out
    assert told.endswith("Actions were changed since; recompute it before GSTR-3B (faq.29): ims-fsm 2b generate.\n")


def test_the_export_is_the_portals_json_and_says_the_same_as_ours(drafted, tmp_path):
    drafted("2b", "export", *OCTOBER, "--out", "2b.json").ended(0)
    data = json.loads((tmp_path / "2b.json").read_text("utf-8"))["data"]
    assert (data["gstin"], data["rtnprd"], data["gendt"]) == ("27AAPFU0939F1ZV", "102024", "14-11-2024")
    net = data["itcsumm"]["itcavl"]["nonrevsup"]["igst"] - data["itcsumm"]["itcavl"]["othersup"]["igst"]
    assert net == 108_980
    told = drafted("2b", "compare", "2b.json").ended(0).out
    assert told.endswith("13 documents here, 13 on the portal.\nNo differences.\n")
    assert json.loads(drafted("2b", "export", *OCTOBER).ended(0).out)["data"]["rtnprd"] == "102024"
    answer = drafted("2b", "export", *OCTOBER, "--out", "2b.json", "--force", "--json").ended(0).json
    assert answer == {"recipient": "27AAPFU0939F1ZV", "period": "2024-10", "path": "2b.json", "lines": 13}


def test_every_difference_from_the_portals_is_told_and_ends_with_1(drafted, samples):
    told = drafted("2b", "compare", samples / "gstr2b_2024-10.json").ended(1).out
    words = " ".join(told.split())
    assert "13 documents here, 20 on the portal. 8 differences." in words
    assert "- invoice KCL/24-25/0437 of 21ZXKCK4821M1ZG: IGST 33,120.00 here and 33,210.00 on the portal" in words
    apart = words.partition("Not through IMS by law, and so not a difference: 4 documents. ")[2]
    assert "tax 750.00 IGST: Documents under reverse charge are not in IMS; they stay in GSTR-2B (faq.17)" in apart
    answer = drafted("2b", "compare", samples / "gstr2b_2024-10.json", "--json").ended(1).json
    assert answer["differences"][0] == {
        "what": "igst",
        "supplier": "21ZXKCK4821M1ZG",
        "number": "KCL/24-25/0437",
        "ours": "33120.00",
        "theirs": "33210.00",
        "sentence": "invoice KCL/24-25/0437 of 21ZXKCK4821M1ZG: IGST 33,120.00 here and 33,210.00 on the portal",
        "rule": None,
    }
    assert sorted(line["rule"] for line in answer["not_through_ims"]) == ["faq.17", "faq.4.i", "faq.8.1", "faq.8.2"]


def test_a_part_of_the_portals_statement_says_so_and_is_no_difference(drafted, tmp_path):
    drafted("2b", "export", *OCTOBER, "--out", "2b.json").ended(0)
    part = json.loads((tmp_path / "2b.json").read_text("utf-8"))
    part["data"] |= {"fc": 2, "docdata": {"b2b": part["data"]["docdata"]["b2b"]}}
    (tmp_path / "2b_file1.json").write_text(json.dumps(part), "utf-8")
    told = " ".join(drafted("2b", "compare", "2b_file1.json").ended(0).out.split())
    assert "note: the portal's lacks file 2 of 2, so what it leaves out is not a difference. 6 documents of" in told
    answer = drafted("2b", "compare", "2b_file1.json", "--json").ended(0).json
    assert (answer["partial"], answer["unlisted"]) == ("lacks file 2 of 2", 6)


def test_there_must_be_a_statement_to_compare_with(run, samples):
    told = run("2b", "compare", samples / "gstr2b_2024-10.json").ended(2).err
    remedy = "generate it first: ims-fsm 2b generate --gstin 27AAPFU0939F1ZV --period 2024-10"
    assert told == f"error: GSTR-2B: 2024-10: was never generated here for 27AAPFU0939F1ZV; {remedy}\n"


def test_a_download_is_no_statement(drafted, samples):
    told = drafted("2b", "compare", samples / "ims_2024-11.json").ended(2).err
    assert "it is an IMS download; give the GSTR-2B as downloaded from the portal" in told


def test_filing_decides_for_good_and_adds_back(run, ids):
    note = ids("KCN/24/15")
    run("act", "reject", "--id", note, "--at", "2024-11-12T10:00").ended(0)
    assert run("sweep", "--at", "2024-11-14T06:00").ended(0).out == (
        "27AAPFU0939F1ZV: GSTR-2B of 2024-10 is drafted (faq.23).\n"
    )
    told = run("3b", "file", "--yes", *OCTOBER, "--at", "2024-11-20T10:00").ended(0).out
    assert "a GSTR-3B filed by 30 November 2024; this one is in time (sec.16_4)." in " ".join(told.split())
    assert told.startswith(
        "GSTR-3B of 2024-10 of 27AAPFU0939F1ZV is filed.\n"
        "This is only recorded here: nothing is sent to the portal; file it there too.\n"
        "Decided for good: 1 accepted, 10 deemed accepted, 2 rejected, 2 superseded.\n"
        "1 record of 21ZXKCK4821M1ZG rejected: 5,400.00 IGST is added to their liability in 2024-11"
    )
    told = run("3b", "file", "--yes", *OCTOBER, "--at", "2024-11-21T10:00").ended(1).err
    assert told.startswith("error: GSTR-3B of 2024-10 is already filed for 27AAPFU0939F1ZV (faq.26);")


def test_filing_as_json(run, ids):
    note = ids("KCN/24/15")
    run("act", "reject", "--id", note, "--at", "2024-11-12T10:00").ended(0)
    swept = run("sweep", "--json", "--at", "2024-11-14T06:00").ended(0).json
    done = {"recipient": "27AAPFU0939F1ZV", "expired": 0, "lapsed": 0, "drafted": "2024-10", "to_generate": None}
    assert swept == {"instants": [{"at": "2024-11-14T06:00:00+05:30", "swept": [done], "failures": []}]}
    answer = run("3b", "file", "--yes", *OCTOBER, "--json", "--at", "2024-11-20T10:00").ended(0).json
    tax = {"igst": "5400.00", "cgst": "0.00", "sgst": "0.00", "cess": "0.00"}
    assert answer == {
        "recipient": "27AAPFU0939F1ZV",
        "period": "2024-10",
        "decided": {"accepted": 1, "deemed_accepted": 10, "rejected": 2, "superseded": 2},
        "added_back": [
            {"supplier": "21ZXKCK4821M1ZG", "supplier_period": "2024-11", "records": 1, "tax": tax},
        ],
        "original_unknown": [22, 23, 25, 26],
        "time_limited": answer["time_limited"],
    }
    assert all(ending["passed"] is False for ending in answer["time_limited"])


def test_filing_says_which_amendments_wait_for_an_original(run):
    run("sweep", "--at", "2024-11-14T06:00").ended(0)
    told = run("3b", "file", "--yes", *OCTOBER, "--at", "2024-11-20T10:00").ended(0).out
    assert "Left out: 4 amendments in no GSTR-2B, because how the original was decided is not known" in " ".join(
        told.split()
    )


def test_a_stale_statement_is_not_filed_on(run, ids):
    run("sweep", "--at", "2024-11-14T06:00").ended(0)
    run("act", "reject", "--id", ids("KCN/24/15"), "--at", "2024-11-18T10:00").ended(0)
    told = run("3b", "file", "--yes", *OCTOBER, "--json", "--at", "2024-11-18T11:00").ended(1).json
    assert told["error"]["code"] == "two_b_stale"
    assert told["error"]["refusals"][0]["rule"] == "faq.29"


def test_a_statement_is_drafted_only_once_and_what_is_pending_too_long_is_told(run, ids):
    run("sweep", "--at", "2024-11-14T06:00").ended(0)
    assert run("sweep", "--at", "2024-11-14T07:00").ended(0).out == "Nothing was due.\n"
    assert ids("NB2409-064")
    told = run("sweep", "--at", "2025-12-01T00:00").ended(0).out
    assert "1 record removed, pending past section 16(4) (faq.21).\n" in told


def test_what_lapses_is_told(bare, samples):
    at = ("--at", "2025-11-12T10:00")
    bare("import", samples / "ims_2025-11.json", *at).ended(0)
    record = bare("list", "--number", "KCN/25/21", "--json", *at).ended(0).json["records"][0]["id"]
    bare("act", "keep_pending", "--id", record, *at).ended(0)
    told = bare("sweep", "--at", "2025-12-21T00:00").ended(0).out
    words = "1 record back to no action, pending past the deadline (advisory.2025-10.deadline)."
    assert words in " ".join(told.split())


def test_gstr_2a_has_what_suppliers_report_with_the_recipients_action(run, ids):
    note = ids("KCN/24/15")
    before = run("2a", "show", *OCTOBER, "--json").ended(0).json
    run("act", "reject", "--id", note, "--at", "2024-11-12T10:00").ended(0)
    told = run("2a", "show", *OCTOBER).ended(0).out
    after = run("2a", "show", *OCTOBER, "--json").ended(0).json
    assert [record["id"] for record in before["records"]] == [record["id"] for record in after["records"]]
    (row,) = [line for line in told.splitlines() if "KCN/24/15" in line]
    assert row.split()[-1] == "rejected"
    assert told.endswith(f"{len(after['records'])} documents; no action changes GSTR-2A (faq.28).\n")
    none = run("2a", "show", "--period", "2024-08").ended(0).out
    assert none == f"GSTR-2A of 2024-08 of {after['recipient']}: suppliers have reported nothing.\n"


def test_filing_past_amendments_wants_a_yes(drafted):
    """It names them with their tax; nobody is there to be asked, so it is refused without --yes."""
    call = ("3b", "file", *OCTOBER, "--at", "2024-11-20T10:00")
    told = drafted(*call).ended(1).err
    assert told.startswith("error: 4 amendments are in no GSTR-2B, with tax of ")
    assert "invoice KCL/24-25/0219 of 21ZXKCK4821M1ZG (record 22, 14,400.00 IGST)" in told
    assert told.endswith(
        "(faq.13.1); state how it was decided with: ims-fsm original, or file it all the same with --yes\n"
    )
    answer = drafted(*call, "--json").ended(1).json["error"]
    assert (answer["code"], len(answer["left_out"])) == ("consent_needed", 4)
    assert answer["left_out"][0]["tax"]["igst"] == "14400.00"
    told = drafted(*call, "--yes").ended(0).out
    alone = "This is only recorded here: nothing is sent"
    assert told.startswith(f"GSTR-3B of 2024-10 of 27AAPFU0939F1ZV is filed.\n{alone}")


def test_a_terminal_is_asked(drafted, monkeypatch):
    asked = []
    monkeypatch.setattr(returns, "at_a_terminal", lambda: True)
    monkeypatch.setattr(returns.typer, "confirm", lambda text: asked.append(text) or len(asked) > 1)
    call = ("3b", "file", *OCTOBER, "--at", "2024-11-20T10:00")
    assert "amendments are in no GSTR-2B" in drafted(*call).ended(1).out
    assert "is filed." in drafted(*call).ended(0).out
    assert asked == ["File it all the same?"] * 2


def test_older_generations_are_shown_compared_and_written(run, tmp_path):
    later = ("--at", "2024-11-15T10:00")
    run("2b", "generate", *OCTOBER, *FOURTEENTH).ended(0)
    assert "generation 1 to 1: 0 changes." in run("2b", "diff", *OCTOBER).ended(0).out
    record = run("2b", "show", *OCTOBER, "--lines", "--json").ended(0).json["lines"][0]
    run("act", "reject", str(record["record_id"]), *later).ended(0)
    run("2b", "generate", *OCTOBER, *later).ended(0)
    told = run("2b", "show", *OCTOBER, "--generation", "1").ended(0).out
    assert "draft, generated 2024-11-14 10:00 IST, generation 1 of 2." in told
    assert "Left out" not in told
    answer = run("2b", "show", *OCTOBER, "--generation", "1", "--left-out", "--lines", "--json").ended(0).json
    assert (answer["generation"], answer["left_out"], answer["left_out_records"]) == (1, [], None)
    assert answer["lines"][0] == record
    assert [(of["number"], of["changed"]) for of in answer["generations"]] == [(1, 0), (2, 1)]
    told = " ".join(run("2b", "diff", *OCTOBER).ended(0).out.split())
    assert "GSTR-2B of 2024-10 of 27AAPFU0939F1ZV, generation 1 to 2: 1 change." in told
    answer = run("2b", "diff", *OCTOBER, "--from", "1", "--to", "2", "--json").ended(0).json
    (change,) = answer["changes"]
    assert (change["record_id"], change["reason"], change["by"]) == (record["record_id"], "action", record["record_id"])
    assert (change["step"]["trigger"], change["after"]["section"]) == ("reject", "itc_rejected")
    for generation, name in ((1, "old.json"), (2, "new.json")):
        run("2b", "export", *OCTOBER, "--generation", str(generation), "--out", name).ended(0)
    assert (tmp_path / "old.json").read_text("utf-8") != (tmp_path / "new.json").read_text("utf-8")
    assert "take one from 1 to 2" in run("2b", "show", *OCTOBER, "--generation", "3").ended(2).err


def test_a_dry_run_of_gstr_3b_says_what_it_would_do_and_does_nothing(drafted):
    told = drafted("3b", "file", *OCTOBER, "--dry-run", *FOURTEENTH).ended(0).out
    rows = [" ".join(row.split()) for row in told.splitlines()]
    assert rows[0] == "Nothing is done. What filing GSTR-3B of 2024-10 of 27AAPFU0939F1ZV would do:"
    answer = drafted("3b", "file", *OCTOBER, "--dry-run", "--json", *FOURTEENTH).ended(0).json
    assert drafted("2b", "show", *OCTOBER, "--json").ended(0).json["state"] == "draft"
    assert "It would ask for your consent:" in rows
    assert [told["code"] for told in answer["consent"]] == ["consent_needed"]
    assert any(row.startswith("Stays for later: 1 record: it is pending") for row in rows)
    filed = drafted("3b", "file", *OCTOBER, "--yes", "--json", *FOURTEENTH).ended(0).json
    assert {outcome: of["records"] for outcome, of in answer["decided"].items()} == filed["decided"]
    again = drafted("3b", "file", *OCTOBER, "--dry-run", *FOURTEENTH).ended(1)
    assert "faq.26" in again.out + again.err


def test_a_gstr_2b_of_long_ago_is_asked_for(run):
    late = ("--at", "2025-11-01T10:00")
    assert "2024-10 is more than 12 months ago" in run("2b", "generate", *OCTOBER, *late).ended(1).err
    run("2b", "generate", *OCTOBER, "--yes", *late).ended(0)
