"""`events`: told in lines and as JSON, narrowed, begun behind a cursor, and followed until somebody says stop."""

from __future__ import annotations

import json
import signal
import subprocess
import sys

import pytest

BUYER = "27AAPFU0939F1ZV"
REMEDY = "give the cursor of an event as it was given, or none to begin with the first event"
NOW = ("--at", "2024-11-12T10:00")


def lines(ran):
    return [json.loads(line) for line in ran.ended(0).out.splitlines()]


@pytest.fixture
def acted(run, ids):
    """A database in which a credit note was rejected, and the draft of the 14th generated."""
    note = ids("KCN/24/15")
    run("act", "reject", "--id", note, "--actor", "meera", "--key", "k", *NOW).ended(0)
    run("sweep", "--at", "2024-11-14T06:00").ended(0)
    return note


@pytest.fixture
def last(run, acted):
    """What the last two events are, as JSON."""
    return lines(run("events", "--json"))[-2:]


def test_an_event_as_json_is_one_line(run, acted, last):
    rejected, drafted = last
    cursors = [one.pop("cursor") for one in last]
    assert rejected == {
        "id": f"transition/{BUYER}/{acted}/1",
        "kind": "transition",
        "at": "2024-11-12T10:00:00+05:30",
        "recipient": BUYER,
        "subject": str(acted),
        "seq": 1,
        "trigger": "reject",
        "source": "no_action",
        "dest": "rejected",
        "actor": "meera",
        "rules": ["faq.10.ii", "faq.12"],
        "detail": None,
        "request_key": "k",
    }
    assert (drafted["kind"], drafted["subject"], drafted["trigger"]) == ("two_b", "2024-10", "generate")
    assert [one["id"] for one in lines(run("events", "--json", "--after", cursors[0]))] == [drafted["id"]]
    assert lines(run("events", "--json", "--after", cursors[1])) == []


def test_events_in_words(run, acted, last):
    told = run("events", "--gstin", BUYER, "--kind", "transition", "--kind", "two_b").ended(0).out.splitlines()
    assert told[-3:] == [
        f"2024-11-12 10:00  {BUYER}  record {acted}  reject  no_action → rejected  meera  (faq.10.ii, faq.12)",
        f"2024-11-14 06:00  {BUYER}  GSTR-2B of 2024-10  generate  absent → draft  meera  (faq.23, faq.26, faq.27)",
        f"Continue with --after {last[-1]['cursor']}",
    ]
    assert run("events", "--after", last[-1]["cursor"]).ended(0).out == "No events since.\n"
    assert run("events", "--kind", "reminder").ended(0).out == "No events.\n"


def test_an_add_back_and_a_filing_in_words(run, acted):
    run("3b", "file", "--period", "2024-10", "--actor", "meera", "--at", "2024-11-20T10:00").ended(0)
    told = run("events", "--kind", "add_back", "--kind", "three_b").ended(0).out.splitlines()
    assert told[:-1] == [
        f"2024-11-20 10:00  {BUYER}  record {acted}  add_back",
        f"2024-11-20 10:00  {BUYER}  GSTR-3B of 2024-10  file_3b  draft → final  meera  (faq.5, faq.12, faq.20)",
    ]


def test_a_limit(run, acted):
    every = lines(run("events", "--json"))
    assert lines(run("events", "--json", "--limit", 2)) == every[:2]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (
            ("--follow", "--limit", "1"),
            "--follow goes on until it is interrupted, and --limit ends it; leave out one of them",
        ),
        (
            ("--after", "x"),
            "cursor: 'x': is no cursor of events; " + REMEDY,
        ),
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
        run("act", "reset", "--id", acted, *NOW).ended(0)
        came = {json.loads(following.stdout.readline())["trigger"] for _ in range(2)}
        assert came == {"reset", "change"}
        following.send_signal(getattr(signal, name))
        rest, err = following.communicate(timeout=30)
    finally:
        following.kill()
        following.communicate()
    assert (following.returncode, rest, err) == (0, "", "")
