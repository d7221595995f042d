"""`audit` and `migrate`."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing

import pytest

NOW = ("--at", "2024-11-12T10:00")


def altered(path, *statements):
    with closing(sqlite3.connect(path)) as connection, connection:
        for statement in statements:
            connection.execute(statement)


def test_a_sound_store_is_told(run):
    told = run("audit", "verify").ended(0).out
    assert re.fullmatch(r"26 records, \d+ rows of the logs, 0 seals: every state follows from its log\.\n", told)
    answer = run("audit", "verify", "--gstin", "27AAPFU0939F1ZV", "--json").ended(0).json
    assert [*answer] == ["sound", "records", "rows", "seals", "faults"]
    assert (answer["sound"], answer["records"], answer["faults"]) == (True, 26, [])


def test_a_fault_is_told_and_ends_with_1(run, tmp_path, ids):
    record = ids("SP-1182")
    altered(tmp_path / "ims.db", "UPDATE record SET state = 'rejected' WHERE number = 'SP-1182'")
    told = run("audit", "verify").ended(1).out
    assert told.startswith(f"FAULT  27AAPFU0939F1ZV record {record}: stands at rejected")
    assert told.endswith("0 seals: 1 fault.\n")
    answer = run("audit", "verify", "--json").ended(1).json
    assert (answer["sound"], [*answer["faults"][0]]) == (False, ["where", "what", "remedy"])


def test_a_seal_is_told_with_its_digest(run):
    first = run("audit", "seal", *NOW).ended(0).out
    assert re.match(
        r"Seal 1 of 27AAPFU0939F1ZV covers \d+ rows of its logs, with those before\.\n[0-9a-f]{64}\n", first
    )
    answer = run("audit", "seal", "--json", *NOW).ended(0).json
    assert [*answer] == ["recipient", "number", "rows", "digest", "at"]
    assert (answer["number"], answer["digest"], answer["at"]) == (1, first.split()[-1], "2024-11-12T10:00:00+05:30")


def test_where_there_is_no_log_nothing_is_sealed(run):
    told = run("audit", "seal", "--gstin", "29AABCT1332L1ZA").ended(2).err
    assert "29AABCT1332L1ZA: has nothing in any log that could be sealed" in told


def test_a_database_is_begun_and_left_as_it_is(bare):
    assert bare("migrate").ended(0).out == "The database has version 0001; it had no tables.\n"
    assert bare("migrate").ended(0).out == "The database has version 0001; as before.\n"
    assert bare("migrate", "--json").ended(0).json == {
        "before": "0001",
        "after": "0001",
        "adopted": None,
        "problems": [],
    }


@pytest.fixture
def other_law(run, tmp_path):
    """A database whose invoices were written under another declaration of their machine."""
    with closing(sqlite3.connect(tmp_path / "ims.db")) as connection:
        found = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'declaration'"
        names = [row[0] for row in connection.execute(found)]
    changed = "UPDATE declaration SET fingerprint = 'another' WHERE machine = 'invoice'"
    altered(tmp_path / "ims.db", *(f"DROP TRIGGER {name}" for name in names), changed)
    return run


def test_live_records_are_moved_to_the_law_as_it_is(other_law):
    told = other_law("list").ended(2).err
    assert "live records were written under another declaration of their machine (invoice 12)" in told
    assert "then run ims-fsm migrate --adopt" in told
    told = other_law("migrate", "--adopt").ended(0).out
    assert told == "The database has version 0001; as before.\nMoved to the current declarations: invoice 12.\n"
    assert other_law("migrate", "--adopt", "--json").ended(0).json["adopted"] == {}
    other_law("list").ended(0)


def test_what_cannot_be_moved_ends_with_1(other_law, tmp_path):
    parked = "UPDATE record SET state = 'parked' WHERE machine = 'invoice' AND number = 'SP-1182'"
    altered(tmp_path / "ims.db", "PRAGMA ignore_check_constraints = ON", parked)
    told = other_law("migrate", "--adopt").ended(1).out
    assert "Moved to the current declarations: invoice 11.\n" in told
    assert re.search(r"^not moved: invoice: .* parked", told, re.MULTILINE)
