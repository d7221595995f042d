"""Several processes on one database: nothing is lost, nothing is done twice, and what was answered is in the log.

A variant that reads and writes without the version runs beside the others and must lose: it shows that the race is one.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

import ims_fsm
from ims_fsm import Form, TaxPeriod, Where
from ims_fsm.terms.vocabulary import SupplierStatus

pytestmark = pytest.mark.slow
PROCESSES, RECORDS = 4, 20
OCTOBER = TaxPeriod("2024-10")


@pytest.fixture(
    scope="module",
    params=[
        pytest.param("sqlite", marks=pytest.mark.sqlite("its twin is on PostgreSQL")),
        pytest.param("pg", marks=pytest.mark.long),
    ],
)
def raced(request, staging, tmp_path_factory):
    """Run the race once; give the stage as it was left, and what each process was answered."""
    folder = tmp_path_factory.mktemp("race")
    url = f"sqlite:///{folder / 'ims.db'}" if request.param == "sqlite" else request.getfixturevalue("pg_race")
    stage = staging(url)
    for _ in range(RECORDS):
        stage.saved()
    stage.shop.file(Form.GSTR_1, OCTOBER)
    stage.at("2024-11-15")
    answers = race(url, folder)
    yield stage, answers
    stage.ims.close()


def race(url, folder):
    root = Path(ims_fsm.__file__).parents[1]
    environment = {**os.environ, "PYTHONPATH": str(root), "PYTHONWARNINGS": "error"}
    program = str(Path(__file__).with_name("racer.py"))
    runners = [
        subprocess.Popen(
            [sys.executable, program, url, str(folder), str(own), str(PROCESSES)],
            stdout=subprocess.PIPE,
            env=environment,
            text=True,
        )
        for own in range(PROCESSES)
    ]
    told = [runner.communicate(timeout=120)[0] for runner in runners]
    assert [runner.returncode for runner in runners] == [0] * PROCESSES
    return [json.loads(answer) for answer in told]


def totalled(answers, phase):
    return sum((Counter(answer[phase]) for answer in answers), Counter())


def log(stage):
    records = [*list(stage.desk.records())]
    return [entry for record in records for entry in stage.desk.history(record.id).transitions]


def test_every_action_that_was_answered_is_in_the_log(raced):
    """And no other: none lost, none twice, the numbers without a gap (what `verify` proves)."""
    stage, answers = raced
    told = {
        f"p{own}": answer["act_at_will"].get("ok", 0)
        + answer["act_once"].get("ok", 0)
        + answer["month_end"].get("act ok", 0)
        for own, answer in enumerate(answers)
    }
    found = Counter(entry.actor for entry in log(stage) if entry.trigger != "freeze")
    assert found == {**told, "all": 1}
    assert not stage.faults()


def test_at_will_nobody_is_refused(raced):
    """Each waits for the other; nobody has to try again."""
    _, answers = raced
    assert totalled(answers, "act_at_will") == {"ok": PROCESSES * 25}


def test_an_action_bound_to_a_version_is_taken_once(raced):
    _, answers = raced
    contested = RECORDS - 3
    assert totalled(answers, "act_once") == {"ok": contested, "stale_version": (PROCESSES - 1) * contested}


def test_a_document_is_saved_once(raced):
    stage, answers = raced
    assert totalled(answers, "save_the_same") == {"ok": 10, "duplicate_document": (PROCESSES - 1) * 10}
    saved = list(stage.desk.records(Where(supplier_status=SupplierStatus.SAVED)))
    assert sorted(record.document.number for record in saved) == sorted(f"R/{number}" for number in range(10))


def test_a_key_is_answered_once(raced):
    stage, answers = raced
    assert totalled(answers, "ask_the_same") == {"ok": PROCESSES}
    assert [entry.request_key for entry in log(stage) if entry.actor == "all"] == ["one and the same"]


def test_what_is_filed_is_what_was_acted(raced):
    """GSTR-3B decides each record as it stood, however its actions and the drafts fell together."""
    stage, _ = raced
    if stage.desk.two_b(OCTOBER).two_b.state != "final":
        stage.close()
    words = {"no_action": "deemed_accepted"}
    frozen = [entry for entry in log(stage) if entry.trigger == "freeze"]
    assert frozen
    for entry in frozen:
        assert stage.record(entry.record_id).disposition == words.get(entry.source, entry.source)
    lines = {record.id: line.decision for line, record in stage.desk.two_b(OCTOBER).lines}
    assert lines == {entry.record_id: words.get(entry.source, entry.source) for entry in frozen}
    assert not stage.faults()


def test_without_the_version_writes_are_lost(raced):
    """What the test can see: the naive variant counts to less than it was told."""
    stage, answers = raced
    told = totalled(answers, "naive")["ok"]
    entries = stage.desk.history(RECORDS).transitions
    counted = stage.record(RECORDS).version - 2 - len(entries)
    assert told == PROCESSES * 20
    assert counted < told
