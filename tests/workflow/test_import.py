"""A download entered as it goes by is the download laid out and compared first: the same records, answers, refusals."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from datetime import datetime
from importlib.resources import files
from itertools import permutations
from pathlib import Path

import pytest

from ims_fsm.errors import InputError
from ims_fsm.store import audit
from ims_fsm.store.connection import reading
from ims_fsm.terms.period import indian

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = files("ims_fsm.formats") / "samples"
ME, SELLER = "27AAPFU0939F1ZV", "29AABCT1332L1ZA"
NAMES = ("ims_2024-11.json", "ims_2024-11_later.json", "ims_2025-11.json", "imports_2025-11.json")


def row(**changes):
    base = {
        "stin": SELLER,
        "inum": "S/1",
        "idt": "05-10-2024",
        "txval": 1000.5,
        "iamt": 180,
        "rtnprd": "102024",
        "srcform": "R1",
        "srcfilstatus": "Filed",
        "action": "N",
    }
    return {key: value for key, value in (base | changes).items() if value is not None}


def amendment(**changes):
    return row(**({"oinum": "S/1", "oidt": "05-10-2024"} | changes))


@pytest.fixture
def pair(ims_scratch):
    """Two stores at the same moment."""

    def clock():
        return indian(datetime.fromisoformat("2025-12-01T10:00"))

    with ims_scratch.ims(clock=clock) as one, ims_scratch.ims(clock=clock) as other:
        yield one, other


def taken_in(ims, text, import_it):
    """Tell what importing a text comes to, and everything that the store then holds."""
    try:
        done = import_it(ims, text)
    except InputError as error:
        return str(error), ims.taxpayers()
    with reading(ims._workspace.engine) as connection:
        assert not audit.verify(connection).faults
    # Numbers are taken by the block where that is quicker, and declarations are numbered in the order of asking.
    records = list(ims.recipient(done.recipient, actor="reader").records())
    turn = {record.id: number for number, record in enumerate(records)} | {None: None}
    own = ("id", "chain_id")
    held = [
        replace(record, declaration_id=0, **{name: turn[getattr(record, name)] for name in own}) for record in records
    ]
    logs = [ims.recipient(ME, actor="reader").history(record.id) for record in records]
    entries = [
        [replace(entry, declaration_id=0, record_id=turn[entry.record_id]) for entry in log.transitions] for log in logs
    ]
    named = {what: tuple(turn[one] for one in ids) for what, ids in done.received.examples.items()}
    done = replace(done, received=replace(done.received, examples=named))
    return done, held, entries, [log.contents for log in logs], ims.taxpayers()


def going_by(ims, text):
    return ims.import_download(text.encode(), "file", actor="me")


def whole(ims, text):
    """Lay the download out and compare it with itself and what is known, whatever the store holds."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("ims_fsm.workflow.reception.importing.is_empty", lambda *_: False)
        return going_by(ims, text)


@pytest.mark.parametrize("order", [*permutations(NAMES, 2)])
def test_the_samples_come_to_the_same_one_after_the_other(pair, order):
    for name in (*order, order[0]):
        text = (SAMPLES / name).read_text("utf-8")
        assert taken_in(pair[0], text, going_by) == taken_in(pair[1], text, whole), name


@pytest.mark.parametrize(
    "sections",
    [
        {"b2b": [row(), row(action="A")]},
        {"b2b": [row(srcfilstatus="Not Filed", hash="1"), row(inum="S/2"), row(hash="2"), row(hash="3")]},
        {"b2b": [row(hash="1"), row(srcfilstatus="Not Filed", hash="2")]},
        {"b2b": [row(inum="s/1"), row(inum="S/1", txval=7)]},
        {"b2b": [row(inum="S/2"), row(inum="s/1")], "b2ba": [amendment(inum="S/9"), amendment(inum="S/9", hash="2")]},
        {"b2b": [row()], "b2ba": [amendment(), amendment(rtnprd="112024"), amendment(oinum="S/8", hash="2")]},
        {"b2ba": [amendment(srcform="R1A"), amendment(inum="S/2"), amendment(oinum="S/2")], "b2b": [row()]},
        {"b2b": [], "b2ba": []},
        {"b2b": [row(action="Q"), row(stin="X")], "b2ba": {}},
    ],
)
@pytest.mark.parametrize("behind", [False, True])
def test_what_is_listed_twice_or_in_any_order_comes_to_the_same(pair, sections, behind):
    tree = {"data": sections, "gstin": ME} if behind else {"gstin": ME, "data": sections}
    text = json.dumps(tree)
    for _ in range(2):
        assert taken_in(pair[0], text, going_by) == taken_in(pair[1], text, whole)


def test_each_record_is_told_by_name_and_how_far_reading_has_come(pair, tmp_path):
    path = tmp_path / "ims.json"
    path.write_text(json.dumps({"gstin": ME, "b2b": [row(), row(inum="S/2", action="A")]}))
    named, read = [], []
    pair[0].import_download(path, "ims.json", actor="me", each=lambda *one: named.append(one), progress=read.append)
    assert named == [("new", 1), ("new", 2)]
    assert set(read) == {path.stat().st_size}


def test_what_fails_after_records_were_entered_leaves_nothing(pair):
    text = json.dumps({"gstin": ME, "b2b": [row(inum=f"S/{number}") for number in range(2_000)]})
    with pytest.raises(InputError, match="it is not valid JSON here"):
        going_by(pair[0], text[:-9])
    assert pair[0].taxpayers() == []
    assert going_by(pair[0], text).received.new == 2_000


MEASURED = """
import resource, sys
from datetime import UTC, datetime
from pathlib import Path
from ims_fsm import IMS
from ims_fsm.store.staging import loading
from benchmarks.portal_json import write_download

# The database's own room (96 MiB, then no more) fills in its own time; what is measured is the program's.
loading._ROOM_KIB = loading._USUAL_KIB
small, large = Path("small.json"), Path("large.json")
write_download(small, 2_000, gstin="27AAPFU0939F1ZV")
write_download(large, 40_000, gstin="29AABCT1332L1ZA", shape=sys.argv[1])
with IMS("sqlite:///ims.db", clock=lambda: datetime(2024, 11, 12, tzinfo=UTC)) as ims:
    ims.import_download(small, "small", actor="me")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert ims.import_download(large, "large", actor="me").received.new == 40_000
    assert ims.import_download(large, "large", actor="me").received.unchanged == 40_000
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


@pytest.mark.slow
@pytest.mark.long
@pytest.mark.sqlite("its pages are in this process")
@pytest.mark.parametrize("shape", ["ordinary", "amendments"])
def test_memory_does_not_grow_with_the_download(tmp_path, shape):
    """Forty thousand records take less than a kilobyte each, where each took four before."""
    done = subprocess.run(
        [sys.executable, "-c", MEASURED, shape],
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    units_a_kilobyte = 1024 if sys.platform == "darwin" else 1
    assert int(done.stdout) / units_a_kilobyte < 40_000
