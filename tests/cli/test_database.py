"""`audit` and `migrate`."""

from __future__ import annotations

import re

import pytest

from ims_fsm.store.schema import NEWEST

NOW = ("--at", "2024-11-12T10:00")


def test_a_sound_store_is_told(run):
    told = run("audit", "verify").ended(0).out
    assert re.fullmatch(r"26 records, \d+ rows of the logs, 0 seals: every state follows from its log\.\n", told)
    answer = run("audit", "verify", "--gstin", "27AAPFU0939F1ZV", "--json").ended(0).json
    assert [*answer] == ["sound", "records", "rows", "seals", "faults"]
    assert (answer["sound"], answer["records"], answer["faults"]) == (True, 26, [])


def test_a_fault_is_told_and_ends_with_1(run, tmp_path, ids, tamper):
    record = ids("SP-1182")
    tamper(tmp_path / "ims.db", "UPDATE record SET state = 'rejected' WHERE number = 'SP-1182'")
    told = run("audit", "verify").ended(1).out
    assert told.startswith(f"FAULT  27AAPFU0939F1ZV record {record}: stands at rejected")
    assert told.endswith("0 seals: 1 fault.\n")
    answer = run("audit", "verify", "--json").ended(1).json
    assert (answer["sound"], [*answer["faults"][0]]) == (False, ["where", "what", "remedy"])


def test_a_seal_is_told_with_its_digest(run):
    first = run("audit", "seal", *NOW).ended(0).out
    assert re.match(
        r"Seal 1 of 27AAPFU0939F1ZV covers \d+ rows of its logs and all earlier seals\.\n[0-9a-f]{64}\n", first
    )
    answer = run("audit", "seal", "--json", *NOW).ended(0).json
    assert [*answer] == ["recipient", "number", "rows", "digest", "at"]
    assert (answer["number"], answer["digest"], answer["at"]) == (1, first.split()[-1], "2024-11-12T10:00:00+05:30")


def test_where_there_is_no_log_nothing_is_sealed(run):
    told = run("audit", "seal", "--gstin", "29AABCT1332L1ZA").ended(2).err
    assert "29AABCT1332L1ZA: has nothing in any log that could be sealed" in told


@pytest.mark.sqlite("on PostgreSQL a test finds the tables there")
def test_a_database_is_begun_and_left_as_it_is(bare):
    assert bare("migrate").ended(0).out == f"The database has version {NEWEST}; it had no tables.\n"
    assert bare("migrate").ended(0).out == f"The database has version {NEWEST}; as before.\n"
    assert bare("migrate", "--json").ended(0).json == {
        "before": NEWEST,
        "after": NEWEST,
        "partitions": {},
        "adopted": None,
        "problems": [],
    }


def test_a_postgresql_database_is_split_by_recipient(bare, databases):
    url = databases.address(databases.make()).render_as_string(hide_password=False)
    told = bare("migrate", "--partitions", "2", "--db", url).ended(0).out
    first = f"The database has version {NEWEST}; as before.\nSplit by recipient into 2 partitions: liability, record, "
    assert told.startswith(first)
    assert bare("migrate", "--db", url).ended(0).out == told
    assert bare("migrate", "--db", url, "--json").ended(0).json["partitions"]["record"] == 2
    told = bare("migrate", "--partitions", "3", "--db", url).ended(2).err
    assert "liability has 2 partitions and not 3" in told


@pytest.mark.sqlite("it has no partitions")
def test_sqlite_is_not_split(bare):
    assert "is SQLite, which has no partitions" in bare("migrate", "--partitions", "2").ended(2).err


def test_what_citus_is_told_is_printed_and_nothing_is_done(bare, tmp_path):
    told = bare("migrate", "--citus", "--partitions", "32").ended(0).out
    assert "SELECT create_distributed_table('record', 'recipient_gstin', shard_count => 32);\n" in told
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def other_law(run, tmp_path, tamper):
    """A database whose invoices were written under another declaration of their machine."""
    tamper(tmp_path / "ims.db", "UPDATE declaration SET fingerprint = 'another' WHERE machine = 'invoice'")
    return run


def test_live_records_are_moved_to_the_law_as_it_is(other_law):
    told = other_law("list").ended(2).err
    assert "live records were written under another declaration of their machine (invoice 12)" in told
    assert "then run ims-fsm migrate --adopt" in told
    told = other_law("migrate", "--adopt").ended(0).out
    assert told == f"The database has version {NEWEST}; as before.\nMoved to the current declarations: invoice 12.\n"
    assert other_law("migrate", "--adopt", "--json").ended(0).json["adopted"] == {}
    other_law("list").ended(0)


def test_what_cannot_be_moved_ends_with_1(other_law, tmp_path, tamper):
    parked = "UPDATE record SET state = 'parked' WHERE machine = 'invoice' AND number = 'SP-1182'"
    tamper(tmp_path / "ims.db", parked)
    told = other_law("migrate", "--adopt").ended(1).out
    assert "Moved to the current declarations: invoice 11.\n" in told
    assert re.search(r"^not moved: invoice: .* parked", told, re.MULTILINE)
