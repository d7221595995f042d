"""`scenario run`."""

from __future__ import annotations

import pytest

HOLDS = """title = "Nothing happens"
rules = ["faq.1"]

[[taxpayer]]
name = "buyer"
gstin = "27AAPFU0939F1ZV"

[[step]]
at = 2024-11-09T11:00:00
expect = { recipient = "buyer", period = "2024-10", two_b = "absent" }
"""


def test_scenarios_are_run_and_summed(bare, tmp_path):
    (tmp_path / "a.toml").write_text(HOLDS, "utf-8")
    told = bare("scenario", "run", tmp_path).ended(0).out
    assert (
        told == f"held        {tmp_path}/a.toml: Nothing happens (1 step)\n1 scenario: 1 held, 0 failed, 0 unreadable\n"
    )
    (tmp_path / "a.toml").write_text(HOLDS, "utf-8")
    (outcome,) = bare("scenario", "run", "a.toml", "--json").ended(0).json
    assert (outcome["path"], outcome["title"], outcome["held"]) == ("a.toml", "Nothing happens", True)


def test_one_that_fails_ends_with_1_and_one_that_cannot_be_read_with_2(bare, tmp_path):
    (tmp_path / "a.toml").write_text(HOLDS.replace("absent", "draft"), "utf-8")
    told = bare("scenario", "run", "a.toml").ended(1).out
    assert "    a.toml: step 1 (2024-11-09 11:00:00 IST): expected two_b" in told
    (tmp_path / "b.toml").write_text("title", "utf-8")
    told = bare("scenario", "run", "a.toml", "b.toml", "gone.toml").ended(2).out
    assert told.endswith("3 scenarios: 0 held, 1 failed, 2 unreadable\n")


@pytest.mark.sqlite("a file")
def test_a_database_lends_a_place_and_is_left_alone(run, tmp_path):
    (tmp_path / "a.toml").write_text(HOLDS, "utf-8")
    before = (tmp_path / "ims.db").read_bytes()
    run("scenario", "run", "a.toml", "--db", "sqlite:///ims.db").ended(0)
    assert (tmp_path / "ims.db").read_bytes() == before
    assert "'x' is not a database URL" in run("scenario", "run", "a.toml", "--db", "x").ended(2).err


def test_what_failed_and_what_cannot_be_read_as_json(bare, tmp_path):
    (tmp_path / "a.toml").write_text(HOLDS.replace("absent", "draft"), "utf-8")
    (tmp_path / "b.toml").write_text("title = 5", "utf-8")
    failed, unreadable = bare("scenario", "run", "a.toml", "b.toml", "--json").ended(2).json
    (failure,) = failed["failures"]
    assert (failure["step"], failure["at"], failure["happened"]) == (1, "2024-11-09T11:00:00+05:30", "found absent")
    assert [problem["where"] for problem in unreadable["problems"]] == ["title", "step"]


NOTED = f"""{HOLDS}
[[taxpayer]]
name = "seller"
gstin = "29AABCT1332L1ZA"
{
    "".join(
        f'''
[[document]]
name = "{name}"
kind = "{kind}"
supplier = "seller"
recipient = "buyer"
number = "S/{name}"
date = 2024-10-05
taxable = "1000.00"
igst = "180.00"
'''
        for name, kind in (("INV", "invoice"), ("CN", "credit_note"))
    )
}
[[step]]
at = 2024-11-10T10:00:00
do = "save"
documents = ["INV", "CN"]
form = "GSTR-1"
period = "2024-10"

[[step]]
at = 2024-11-10T11:00:00
do = "keep_pending"
documents = ["INV", "CN"]
"""


def test_what_a_bulk_action_was_refused_on_is_noted_and_the_scenario_holds(bare, tmp_path):
    (tmp_path / "a.toml").write_text(NOTED, "utf-8")
    (outcome,) = bare("scenario", "run", "a.toml", "--json").ended(0).json
    (note,) = outcome["notes"]
    assert (outcome["held"], outcome["ran"], outcome["failures"], outcome["problems"]) == (True, 3, [], [])
    assert list(note) == ["step", "at", "told"]
    assert (note["step"], note["at"]) == (3, "2024-11-10T11:00:00+05:30")
    assert note["told"].startswith("keep_pending of CN was refused with pending_not_allowed (faq.11.a")
    shown = bare("scenario", "run", "a.toml").ended(0).out.splitlines()
    assert shown == [
        "held        a.toml: Nothing happens (3 steps)",
        f"    step 3 (2024-11-10 11:00:00 IST): {note['told']}",
        "1 scenario: 1 held, 0 failed, 0 unreadable",
    ]
