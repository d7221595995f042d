"""`migrate` and `events`."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from ims_fsm import Engine
from ims_fsm.store.partitions import keyed
from ims_fsm.store.schema import NEWEST

LEAVE = Path(__file__).resolve().parents[2] / "docs" / "examples" / "leave_request" / "leave_request.toml"
NOW = ("--at", "2024-11-12T10:00")


@pytest.mark.sqlite("on PostgreSQL a test finds the tables there")
def test_a_database_is_begun_and_left_as_it_is(bare):
    assert bare("migrate").ended(0).out == f"The database has version {NEWEST}; it had no tables.\n"
    assert bare("migrate").ended(0).out == f"The database has version {NEWEST}; as before.\n"
    answer = {"before": NEWEST, "after": NEWEST, "partitions": {}, "adopted": None, "problems": []}
    assert bare("migrate", "--json").ended(0).json == answer


def test_a_postgresql_database_is_split_by_recipient(bare, databases):
    url = databases.address(databases.make()).render_as_string(hide_password=False)
    told = bare("migrate", "--partitions", "2", "--db", url).ended(0).out
    tables = ", ".join(sorted(keyed()))
    whole = f"The database has version {NEWEST}; as before. Split by recipient into 2 partitions: {tables}."
    assert " ".join(told.split()) == whole
    assert bare("migrate", "--db", url).ended(0).out == told
    assert bare("migrate", "--db", url, "--json").ended(0).json["partitions"]["ims_record"] == 2
    told = bare("migrate", "--partitions", "3", "--db", url).ended(2).err
    assert f"{min(keyed())} has 2 partitions and not 3" in told


@pytest.mark.sqlite("it has no partitions")
def test_sqlite_is_not_split(bare):
    assert "is SQLite, which has no partitions" in bare("migrate", "--partitions", "2").ended(2).err


def test_what_citus_is_told_is_printed_and_nothing_is_done(bare, tmp_path):
    told = bare("migrate", "--citus", "--partitions", "32").ended(0).out
    assert "SELECT create_distributed_table('ims_record', 'recipient_gstin', shard_count => 32);\n" in told
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def other_law(run, tmp_path, tamper):
    """A database whose invoices were written under another declaration of their machine."""
    tamper(tmp_path / "ims.db", "UPDATE ims_declaration SET fingerprint = 'another' WHERE machine = 'invoice'")
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
    parked = "UPDATE ims_record SET state = 'parked' WHERE machine = 'invoice' AND number = 'SP-1182'"
    tamper(tmp_path / "ims.db", parked)
    told = other_law("migrate", "--adopt").ended(1).out
    assert "Moved to the current declarations: invoice 11.\n" in told
    assert re.search(r"^not moved: invoice: .* parked", told, re.MULTILINE)


BUYER = "27AAPFU0939F1ZV"
REMEDY = "give the cursor of an event as it was given, or none to begin with the first event"
NOW = ("--at", "2024-11-12T10:00")


def lines(ran):
    return [json.loads(line) for line in ran.ended(0).out.splitlines()]


@pytest.fixture
def acted(run, ids):
    """A database in which a credit note was rejected, and the draft of the 14th generated."""
    note = ids("KCN/24/15")
    run("act", "reject", "--id", note, "--as", "meera", "--key", "k", *NOW).ended(0)
    run("sweep", "--at", "2024-11-14T06:00").ended(0)
    return note


@pytest.fixture
def last(run, acted):
    """What the last two events are, as JSON."""
    return lines(run("events", "--json"))[-2:]


def test_an_event_as_json_is_one_line_and_a_limit_holds(run, acted, last):
    rejected, drafted = last
    cursors = [one.pop("cursor") for one in last]
    assert rejected == {
        "id": f"transition/{BUYER}/{acted}/1",
        "kind": "transition",
        "at": "2024-11-12T10:00:00+05:30",
        "recipient": BUYER,
        "subject": str(acted),
        "seq": 1,
        "actor": "meera",
        "request_key": "k",
        "trigger": "reject",
        "source": "no_action",
        "dest": "rejected",
        "rules": ["faq.10.ii", "faq.12"],
        "detail": None,
        "machine": None,
    }
    assert (drafted["kind"], drafted["subject"], drafted["trigger"]) == ("two_b", "2024-10", "generate")
    assert [one["id"] for one in lines(run("events", "--json", "--after", cursors[0]))] == [drafted["id"]]
    assert lines(run("events", "--json", "--after", cursors[1])) == []
    every = lines(run("events", "--json"))
    assert lines(run("events", "--json", "--limit", 2)) == every[:2]


def test_events_in_words(run, acted, last):
    told = run("events", "--gstin", BUYER, "--kind", "transition", "--kind", "two_b").ended(0).out.splitlines()
    assert told[-3:] == [
        f"2024-11-12 10:00  {BUYER}  record {acted}  reject  no_action → rejected  meera  (faq.10.ii, faq.12)",
        f"2024-11-14 06:00  {BUYER}  GSTR-2B of 2024-10  generate  absent → draft  meera  (faq.23, faq.26, faq.27)",
        f"Continue with --after {last[-1]['cursor']}",
    ]
    assert run("events", "--after", last[-1]["cursor"]).ended(0).out == "No events since.\n"
    assert run("events", "--kind", "reminder").ended(0).out == "No events.\n"
    run("3b", "file", "--yes", "--period", "2024-10", "--as", "meera", "--at", "2024-11-20T10:00").ended(0)
    told = run("events", "--kind", "add_back", "--kind", "three_b").ended(0).out.splitlines()
    assert told[:-1] == [
        f"2024-11-20 10:00  {BUYER}  record {acted}  add_back",
        f"2024-11-20 10:00  {BUYER}  GSTR-3B of 2024-10  file_3b  draft → final  meera  (faq.5, faq.12, faq.20)",
    ]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (
            ("--follow", "--limit", "1"),
            "--follow goes on until it is interrupted, and --limit ends it; leave out one of them",
        ),
        (("--after", "x"), "cursor: 'x': is not a cursor of events; " + REMEDY),
    ],
)
def test_what_cannot_be_told(run, arguments, sentence):
    assert run("events", *arguments).ended(2).err == f"error: {sentence}\n"


@pytest.mark.sqlite("numbers of transactions are PostgreSQL's")
def test_after_a_restore_there_is_nothing_to_do_on_sqlite(run):
    told = "The numbers of new events come after the existing ones.\n"
    assert run("events", "--restored").ended(0).out == told
    assert run("events", "--restored", "--json").ended(0).json == {"raised": 0}


@pytest.mark.slow
@pytest.mark.sqlite("the program that follows opens the file itself")
@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT"])
def test_following_until_somebody_says_stop(run, acted, tmp_path, name):
    """What is there is told at once, what comes is told as it comes, and a signal ends it well."""
    url = f"sqlite:///{tmp_path / 'ims.db'}"
    program = [sys.executable, "-m", "ims_fsm", "events", "--follow", "--json", "--db", url]
    every = lines(run("events", "--json"))
    following = subprocess.Popen(program, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        assert [json.loads(following.stdout.readline()) for _ in every] == every
        run("act", "reset", "--id", acted, "--at", "2024-11-14T10:00").ended(0)
        came = {json.loads(following.stdout.readline())["trigger"] for _ in range(2)}
        assert came == {"reset", "change"}
        following.send_signal(getattr(signal, name))
        rest, err = following.communicate(timeout=30)
    finally:
        following.kill()
        following.communicate()
    assert (following.returncode, rest, err) == (0, "", "")


def test_live_cases_are_taken_over_to_a_law_as_it_is_now_or_none_is(bare, tmp_path):
    text = LEAVE.read_text("utf-8")
    older = text.replace('"escalated"', '"passed_on"').replace("{ few", '{ none = "none at all", few')
    for name, law in {"old": older, "new": text}.items():
        (tmp_path / name).mkdir()
        (tmp_path / name / LEAVE.name).write_text(law, "utf-8")
    with Engine("sqlite:///ims.db", machines="old") as engine:
        leaves = engine.cases("leave_request", actor="asha")
        leaves.open("LR-1", days="none")
        leaves.fire(leaves.open("LR-2", days="many").id, "escalate")
    told = bare("migrate", "--machines", "new", "--dry-run").ended(1).out
    assert told.startswith("No case is moved, for these would strand:\n  cases of leave_request: have days = none, ")
    assert "stand in passed_on, which is not a state any more (1); map passed_on to" in told
    told = bare("verify", "new", "--against", "old", "--db", "sqlite:///ims.db").ended(1).out
    assert "\nLive cases:\nNo case is moved, for these would strand:\n" in told
    mapped = ("migrate", "--machines", "new", "--map", "days.none=few", "--map", "passed_on=escalated")
    way = "  leave_request  passed_on → escalated      1\n"
    assert bare(*mapped, "--dry-run").ended(0).out.startswith("Would be taken over:\n")
    told = bare(*mapped).ended(0).out
    assert told.startswith("Taken over:\n")
    assert way in told
    assert bare(*mapped, "--json").ended(0).json == {"moved": {}, "stranded": []}
    assert bare(*mapped).ended(0).out == "Every live case stands under the law as it is.\n"
    for wrong in (("migrate", "--map", "a=b"), ("verify", "--db", "sqlite:///ims.db")):
        assert "name the " in bare(*wrong).ended(2).err
