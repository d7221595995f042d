"""`--backdate`: what is dated before what was done last needs a reason, and `history` shows both moments."""

from __future__ import annotations

BEFORE, NOW, LATER = (("--at", f"2024-11-{day}T10:00") for day in (12, 13, 14))
WHY = ("--backdate", "the papers came late")


def test_an_action_that_is_dated_back_is_refused_and_with_a_reason_done(run, ids):
    record = ids("KCL/24-25/0412")
    run("act", "accept", record, *NOW).ended(0)
    told = run("act", "reject", record, *BEFORE).ended(1).out
    assert "rule.56_8: 1 record\n" in told
    told = " ".join(told.split())
    assert "has a step of 2024-11-13 10:00:00 IST, and this one would be dated 2024-11-12 10:00:00 IST" in told
    assert run("act", "reject", record, *BEFORE, *WHY).ended(0).out == "1 record was rejected.\n"
    told = run("history", record).ended(0).out
    assert told.count("recorded 20") == 3  # two steps and a content
    assert "dated back: the papers came late\n" in told
    steps = run("history", record, "--json").ended(0).json["transitions"]
    assert [step["backdate"] for step in steps] == [None, "the papers came late"]
    assert all(step["recorded_at"] > step["at"] for step in steps)


def test_the_audit_notes_what_is_dated_back(run, ids):
    record = ids("KCL/24-25/0412")
    run("act", "accept", record, *NOW).ended(0)
    run("act", "reject", record, *BEFORE, *WHY).ended(0)
    answer = run("audit", "verify", "--json").ended(0).json
    assert (answer["sound"], answer["faults"]) == (True, [])
    assert any(note["what"].endswith(": the papers came late") for note in answer["notes"])


def test_a_file_of_actions_and_returns_take_a_reason(run, ids, tmp_path):
    record = ids("KCL/24-25/0412")
    run("act", "accept", record, *NOW).ended(0)
    (tmp_path / "actions.csv").write_text(f"id,action\n{record},reject\n", "utf-8")
    assert "rule.56_8" in run("apply", "actions.csv", *BEFORE).ended(1).out
    run("apply", "actions.csv", *BEFORE, *WHY).ended(0)
    run("2b", "generate", "--period", "2024-10", "--at", "2024-11-20T10:00").ended(0)
    told = run("2b", "generate", "--period", "2024-10", *LATER).ended(1)
    assert "GSTR-2B of 2024-10 of 27AAPFU0939F1ZV has a step of 2024-11-20" in told.out + told.err
    run("2b", "generate", "--period", "2024-10", *LATER, *WHY).ended(0)
    told = run("3b", "file", "--period", "2024-10", *LATER).ended(1)
    assert "rule.56_8" in told.out + told.err
    run("3b", "file", "--period", "2024-10", "--yes", *LATER, *WHY).ended(0)
