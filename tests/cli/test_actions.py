"""`act` and `what-if`."""

from __future__ import annotations

import json

import pytest

NOW = ("--at", "2024-11-12T10:00")
OPEN = ("--where", "state=no_action")


def test_one_record_is_accepted(run, ids):
    record = ids("KCL/24-25/0412")
    assert run("act", "accept", "--id", record, *NOW).ended(0).out == "1 record was accepted.\n"
    assert run("show", record, "--json", *NOW).ended(0).json["state"] == "accepted"


def test_a_bulk_action_applies_what_is_allowed_and_reports_the_rest_by_rule(run, ids):
    amended = ids("KCL/24-25/0219")
    told = run("act", "accept", "--where", "kind=invoice", *OPEN, *NOW).ended(1).out
    assert told.startswith("10 records were accepted.\n3 of them are only saved by their suppliers: ")
    assert f"Refused: 1 record.\n\nfaq.13.1: 1 record\n  record {amended}: Amended invoice KCL/24-25/0219 of" in told
    assert told.endswith("    → import the original, or state how it was decided with: ims-fsm original.\n")


def test_a_record_stands_under_every_rule_that_refuses_it(run, ids):
    note = ids("KCN/24/15")
    answer = run("act", "keep_pending", "--id", note, "--json", *NOW).ended(1).json
    assert (answer["trigger"], answer["applied"], answer["refused"]) == ("keep_pending", 0, 1)
    assert answer["refused_by_rule"] == {"faq.11": 1, "faq.11.a": 1}
    (group,) = answer["groups"]
    (refused,) = group["examples"]
    assert (group["count"], group["refusals"]) == (1, refused["refusals"])
    assert (refused["record_id"], refused["document"]) == (note, "credit note KCN/24/15 of 21ZXKCK4821M1ZG")
    assert [one["code"] for one in refused["refusals"]] == ["pending_not_allowed", "pending_not_allowed"]
    assert run("act", "keep_pending", "--id", note, *NOW).ended(1).out.startswith("No record was kept pending.\n")


TOO_EARLY = ("--at", "2024-10-13T10:00", "--backdate", "before IMS opened")


def test_many_refusals_are_told_in_part_and_written_to_a_file_in_full(run, tmp_path):
    told = run("act", "accept", "--where", "kind=invoice", *OPEN, *TOO_EARLY).ended(1).out
    assert "faq.3: 11 records\n" in told
    assert "  … and 6 more; --refused-to FILE lists all.\n" in told
    run("act", "accept", "--where", "kind=invoice", *OPEN, "--refused-to", "no.jsonl", *TOO_EARLY).ended(1)
    refused = [json.loads(line) for line in (tmp_path / "no.jsonl").read_text("utf-8").splitlines()]
    assert [one["record_id"] for one in refused] == sorted(one["record_id"] for one in refused)
    assert len(refused) == 11
    assert {refusal["rule"] for one in refused for refusal in one["refusals"]} >= {"faq.3"}


def test_a_reduction_is_declared_by_head_and_refused_by_its_rule(bare, samples):
    at = ("--at", "2025-11-12T10:00")
    bare("import", samples / "ims_2025-11.json", *at).ended(0)
    told = bare("act", "accept", "--where", "kind=credit_note", "--reduce-itc", "igst=9000", *at).ended(1).out
    assert "takes away.\n    → declare at most 2,520.00 IGST.\n" in told
    at = ("--at", "2025-11-12T10:00")
    bare("import", samples / "ims_2025-11.json", *at).ended(0)
    record = bare("list", "--number", "KCN/25/21", "--json", *at).ended(0).json["records"][0]["id"]
    answer = bare("what-if", record, "accept", "--reduce-itc", "none", "--json", *at).ended(0).json
    assert (answer["itc"]["igst"], answer["now_itc"]["igst"]) == ("0.00", "-9000.00")
    at = ("--at", "2025-11-12T10:00")
    bare("import", samples / "ims_2025-11.json", *at).ended(0)
    record = bare("list", "--number", "KCN/25/21", "--json", *at).ended(0).json["records"][0]["id"]
    bare("act", "accept", "--id", record, "--reduce-itc", "igst=4500.00", "--remarks", "half", *at).ended(0)
    shown = bare("list", "--number", "KCN/25/21", "--json", *at).ended(0).json["records"][0]
    assert shown["declared"] == {"igst": "4500.00", "cgst": "0.00", "sgst": "0.00", "cess": "0.00"}
    assert "ITC reduced 4,500.00 IGST" in " ".join(bare("show", record, *at).ended(0).out.split())


def test_an_expected_period_can_be_meant_and_no_record_too(run, ids):
    answer = run("act", "reject", "--where", "period=2024-11", "--where", "kind=invoice", "--json", *NOW).ended(0).json
    assert answer["applied"] == 3
    assert run("act", "accept", "--where", "state=frozen", *NOW).ended(0).out == "No records match.\n"
    told = run("act", "reject", "--id", ids("SP-1182"), "--remarks", "x" * 251, *NOW).ended(1).out
    assert "advisory.2025-10.remarks: 1 record\n" in told


def test_an_action_after_the_draft_says_that_it_is_stale(run, ids):
    run("sweep", "--at", "2024-11-14T06:00").ended(0)
    told = run("act", "reject", "--id", ids("KCN/24/15"), "--at", "2024-11-18T10:00").ended(0).out
    stale = "GSTR-2B of 2024-10 is stale now; recompute it before GSTR-3B (faq.29): ims-fsm 2b generate.\n"
    assert told == f"1 record was rejected.\n{stale}"


def test_the_same_call_under_a_key_does_nothing_more(run, ids):
    record = ids("KCL/24-25/0412")
    for _ in range(2):
        run("act", "accept", "--id", record, "--key", "k1", *NOW).ended(0)
    assert len(run("history", record, "--json").ended(0).json["transitions"]) == 1
    told = run("act", "reject", "--id", record, "--key", "k1", *NOW).ended(2).err
    assert "the idempotency key 'k1' belongs to an earlier request" in told


ONE_WAY = "name the records in one way: by their ids, or by options like --kind; see ims-fsm act --help"
WORDS = "--reduce-itc: 'half' is "
SIGN = "--reduce-itc: a reduction of -1.00 IGST is below zero; write how much ITC is to be reduced, without a sign"


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("", ONE_WAY),
        ("--id 1 --where kind=invoice", ONE_WAY),
        ("--id 1 --reduce-itc half", WORDS),
        ("--id 1 --reduce-itc igst=-1", SIGN),
        ("--id 4711", "records: 4711: is not a record of 27AAPFU0939F1ZV; see ims-fsm list"),
    ],
)
def test_a_wrong_call_changes_nothing(run, given, message):
    assert run("act", "accept", *given.split(), *NOW).ended(2).err.startswith(f"error: {message}")


def test_what_an_action_would_come_to_is_worked_out_and_nothing_is_changed(run, ids):
    told = run("what-if", ids("KCN/24/15"), "reject", *NOW).ended(0).out
    assert told.startswith("reject on credit note KCN/24/15 of 21ZXKCK4821M1ZG: allowed.\n")
    rows = {row.split("  ")[1]: row.split() for row in told.splitlines() if row.startswith(("  if", "  after"))}
    assert rows["if left alone"][3:] == ["deemed", "accepted", "-5,400.00", "IGST", "0.00"]
    assert rows["after reject"][2:] == ["rejected", "0.00", "5,400.00", "IGST"]
    record = ids("KCN/24/15")
    answer = run("what-if", record, "reject", "--json", *NOW).ended(0).json
    assert (answer["record_id"], answer["allowed"], answer["outcome"]) == (record, True, "rejected")
    assert (answer["added_back"]["igst"], answer["now_itc"]["igst"]) == ("5400.00", "-5400.00")
    assert run("history", record, "--json").ended(0).json["transitions"] == []
    told = run("what-if", ids("KCN/24/15"), "keep_pending", *NOW).ended(0).out
    assert "refused.\n  The portal itself blocks pending" in told
    assert "after keep_pending  pending" in told
