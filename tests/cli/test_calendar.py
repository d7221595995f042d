"""`sweep`, `scheduler run`, `scheduler status`, and a scheduler that is stopped by a signal."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import ims_fsm
from ims_fsm import IMS
from ims_fsm.workflow.calendar import sweeps

OWN = "27AAPFU0939F1ZV"


def test_what_is_due_is_done_once(run):
    told = run("scheduler", "run", "--once", "--at", "2024-11-14T06:00").ended(0).out
    assert told == "2024-11-14 06:00: 2 shards done for 2 recipients.\n"
    assert run("2b", "show", "--period", "2024-10", "--json").ended(0).json["state"] == "draft"
    told = run("scheduler", "run", "--once", "--at", "2024-11-14T07:00").ended(0).out
    assert told == "2024-11-14 07:00: nothing was due.\n"


def test_it_answers_as_json(run):
    told = run("scheduler", "run", "--once", "--json", "--at", "2024-11-14T06:00").ended(0).json
    counts = {"planned": 2, "shards": 2, "recipients": 2, "failed": 0}
    assert told == {"at": "2024-11-14T06:00:00+05:30", **counts, "fault": None, "signoffs": 0}


def test_who_is_skipped_is_told_with_the_reason(run):
    for day in ("2024-11-14", "2024-12-14"):
        run("scheduler", "run", "--once", "--at", f"{day}T06:00").ended(0)
    told = " ".join(run("scheduler", "status", "--at", "2024-12-14T07:00").ended(0).out.split())
    assert "draft 2024-11, due 2024-12-14 00:00: 0 recipients done, 1 skipped" in told
    assert f"skipped {OWN}: GSTR-3B of 2024-10 is not filed for {OWN} (faq.25); file it first," in told
    found = run("scheduler", "status", "--json", "--at", "2024-12-14T07:00").ended(0).json
    assert (found["failed"], found["late"], found["next"]["job"]) == (False, False, "remind")
    (one,) = [job for job in found["jobs"] if (job["job"], job["period"]) == ("draft", "2024-11")]
    assert (one["shards"], one["skipped"][0]["from"], one["begun_late"]) == ({"skipped": 1}, OWN, True)


def test_what_failed_is_told_with_its_next_try(run, monkeypatch):
    def broken(*_given):
        raise RuntimeError("broken")

    monkeypatch.setattr(sweeps, "sweep_many", broken)
    told = run("scheduler", "run", "--once", "--at", "2024-11-14T00:30").ended(1).out
    assert told == "2024-11-14 00:30: 2 shards done for 1 recipient, failed for 1 recipient, to be retried.\n"
    told = " ".join(run("scheduler", "status", "--at", "2024-11-14T00:31").ended(1).out.split())
    assert (
        f"failed {OWN}: unexpected error (RuntimeError: broken); fix the cause, then it can be tried again "
        "(attempt 1, again from 2024-11-14 00:31)"
    ) in told


def test_old_jobs_are_shown_when_asked_for(run):
    for day in ("03-20", "04-20", "05-20", "06-20"):
        run("scheduler", "run", "--once", "--at", f"2026-{day}T06:00").ended(0)
    short = run("scheduler", "status", "--at", "2026-06-20T07:00").ended(0).out
    assert "older jobs done; --all shows them.\n" in short
    whole = run("scheduler", "status", "--all", "--at", "2026-06-20T07:00").ended(0).out
    assert len(whole.splitlines()) > len(short.splitlines())


def test_what_is_late_is_told_and_the_exit_code_says_so(run):
    told = run("scheduler", "status", "--at", "2024-10-20T10:00").ended(0).out
    assert told == "Nothing was due yet.\nNext: remind 2024-10-31, on 2024-10-31 00:00.\n"
    run("scheduler", "run", "--once", "--at", "2024-11-13T06:00").ended(0)
    told = run("scheduler", "status", "--at", "2024-11-14T01:59").ended(0).out
    assert "draft 2024-10, due 2024-11-14 00:00: 0 recipients done, 1 not planned yet.\n" in told
    told = run("scheduler", "status", "--at", "2024-11-14T02:01").ended(1).out
    assert "draft 2024-10, due 2024-11-14 00:00: 0 recipients done, 1 not planned yet, LATE.\n" in told
    assert told.endswith("Next: remind 2024-11-17, on 2024-11-17 00:00.\n")
    run("scheduler", "run", "--once", "--at", "2024-11-16T06:00").ended(0)
    told = run("scheduler", "status", "--at", "2024-11-16T07:00").ended(0).out
    assert "draft 2024-10, due 2024-11-14 00:00: 1 recipient done by 2024-11-16 06:00, begun on" in told


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--at", "2024-11-14T06:00"), "--at is for rehearsals and stands still; add --once, or leave it out"),
        (
            ("--once", "--workers", "threads"),
            "'threads' names no workers; write inline, processes, processes:4 or dask://HOST:PORT",
        ),
    ],
)
def test_a_wrong_call_is_told(run, arguments, said):
    assert run("scheduler", "run", *arguments).ended(2).err == f"error: {said}\n"


def test_a_rehearsal_takes_every_instant_in_its_turn_and_does_not_go_backwards(run, ids):
    pending = ids("NB2409-064")
    told = run("sweep", "--at", "2024-11-13T10:00", "--until", "2024-12-14T00:00").ended(0).out
    assert told == (
        "2024-11-14 00:00:\n"
        f"{OWN}: GSTR-2B of 2024-10 is drafted (faq.23).\n"
        "4 instants from 2024-11-13 10:00 to 2024-12-14 00:00; the results are written.\n"
    )
    told = run("sweep", "--at", "2025-11-30T10:00", "--until", "2025-12-02T00:00", "--json").ended(0).json
    assert [(one["at"][:10], [swept["expired"] for swept in one["swept"]]) for one in told["instants"]] == [
        ("2025-11-30", []),
        ("2025-12-01", [1]),
        ("2025-12-02", []),
    ]
    assert run("show", pending, "--json").ended(0).json["state"] == "removed"
    told = run("sweep", "--at", "2024-11-14T10:00", "--until", "2024-11-13T00:00").ended(2).err
    assert told == "error: --until 2024-11-13 00:00 is before 2024-11-14 10:00; name a later moment\n"


@pytest.mark.slow
@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGINT])
def test_a_scheduler_runs_until_it_is_told_to_stop(run, end):
    """By the machine's own clock, on which the sample's GSTR-2B is long due."""
    root = Path(ims_fsm.__file__).parents[1]
    with IMS("sqlite:///ims.db") as ims:
        # Another process opens what is really open.
        url = ims._workspace.engine.url.render_as_string(hide_password=False)
    program = [sys.executable, "-m", "ims_fsm", "scheduler", "run", "--json"]
    environment = {**os.environ, "PYTHONPATH": str(root), "IMS_FSM_DB": url}
    running = subprocess.Popen(program, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment)
    told = json.loads(running.stdout.readline())
    assert (told["failed"], told["fault"]) == (0, None)
    assert running.poll() is None
    time.sleep(0.2)
    running.send_signal(end)
    _, said = running.communicate(timeout=60)
    assert (running.returncode, said) == (0, "stopping; work in progress is finished first\n")


def test_a_calendar_reaches_every_command_with_a_database(bare, tmp_path):
    """Also where it is named in the environment; without it what was worked out by it is worked out again."""
    calendar = tmp_path / "calendar.toml"
    calendar.write_text("[[extension]]\nwhat = 'two_b'\nperiod = '2024-10'\ndate = 2024-11-16\nsource = 'a notice'\n")
    bare("taxpayer", "add", OWN, "--filing", "monthly").ended(0)
    sweep = ("sweep", "--at", "2024-11-14T06:00")
    assert bare(*sweep, "--calendar", str(calendar)).ended(0).out == "Nothing was due.\n"
    assert bare(*sweep, IMS_FSM_CALENDAR=str(calendar)).ended(0).out == "Nothing was due.\n"
    assert "GSTR-2B of 2024-10 is drafted" in bare(*sweep).ended(0).out


def test_what_others_still_do_is_no_failure_of_who_is_done(run, monkeypatch):
    """They hold it, and it is late: who finds nothing to claim has done their part."""
    from ims_fsm.workflow.calendar import jobs  # noqa: PLC0415 -- for this test alone

    run("scheduler", "run", "--once", "--at", "2024-11-13T06:00").ended(0)
    with monkeypatch.context() as patch:
        patch.setattr(jobs, "is_due", lambda *_: False)
        run("scheduler", "run", "--once", "--at", "2024-11-14T03:00").ended(0)
    assert "LATE" in run("scheduler", "status", "--at", "2024-11-14T03:00").ended(1).out
