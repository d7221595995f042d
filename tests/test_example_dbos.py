"""The example in docs/examples/dbos as it stands: killed at every point, it tells each supplier once and acts once."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import date
from pathlib import Path

import pytest

from ims_fsm import IMS, Document, Form, Heads, Kind, SettableClock, Taxpayer, TaxPeriod

PROGRAM = Path(__file__).parent.parent / "docs" / "examples" / "dbos" / "credit_note_review.py"
BUYER, SELLER = "27AAPFU0939F1ZV", "29AABCT1332L1ZA"
NOON = "2024-11-12 12:00"
LONGEST_S, KILLED = 60.0, 9

pytestmark = [
    pytest.mark.slow,
    pytest.mark.sqlite("the example opens its files itself"),
    pytest.mark.skipif(not PROGRAM.exists(), reason="the example lies in the checkout"),
]


class Desk:
    """A folder in which the example works, with the database of the IMS that it reacts to."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.ims = IMS(f"sqlite:///{folder / 'ims.db'}", clock=SettableClock(NOON))
        for gstin in (BUYER, SELLER):
            self.ims.register(Taxpayer(gstin=gstin, registered_from=TaxPeriod("2024-10")))

    def rejected(self, number: str, kind: Kind = Kind.CREDIT_NOTE) -> int:
        document = Document(
            kind=kind,
            supplier=SELLER,
            recipient=BUYER,
            number=number,
            date=date(2024, 10, 5),
            taxable=100,
            tax=Heads(igst=18),
        )
        record_id = self.ims.supplier(document.supplier, actor="seller").save(
            document, Form.GSTR_1, TaxPeriod("2024-10")
        )
        self.ims.recipient(BUYER, actor="asha").act("reject", record_id)
        return record_id

    @contextmanager
    def started(self, *arguments: str, **env: str) -> Iterator[subprocess.Popen[str]]:
        """Run the example; whatever becomes of the test, nothing of it is left running."""
        program = subprocess.Popen(
            [sys.executable, str(PROGRAM), *arguments],
            cwd=self.folder,
            env={**os.environ, "REVIEW_AT": NOON, "PYTHONPATH": str(PROGRAM.parents[3]), **env},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        try:
            yield program
        finally:
            program.kill()
            program.communicate()

    def ran(self, *arguments: str, ends: int = 0, **env: str) -> list[str]:
        with self.started(*arguments, **env) as program:
            said = program.communicate(timeout=LONGEST_S)[0]
        assert program.returncode == ends, said
        return said.split()

    def killed_at(self, point: str) -> None:
        self.ran("work", ends=KILLED, REVIEW_CRASH_AT=point)

    @contextmanager
    def working(self) -> Iterator[None]:
        with self.started("work") as worker:
            yield
            worker.send_signal(signal.SIGTERM)
            said = worker.communicate(timeout=LONGEST_S)[0]
        assert worker.returncode == 0, said

    def told(self) -> list[tuple[str, str]]:
        with closing(sqlite3.connect(self.folder / "reviews.db")) as store:
            there = store.execute("SELECT 1 FROM sqlite_master WHERE name = 'told'").fetchone()
            return store.execute("SELECT event, message FROM told ORDER BY event").fetchall() if there else []

    def log(self, record_id: int) -> list[tuple[str, str]]:
        return [
            (entry.trigger, entry.actor)
            for entry in self.ims.recipient(BUYER, actor="reader").history(record_id).transitions
        ]


def until(comes: Callable[[], bool]) -> None:
    latest = time.monotonic() + LONGEST_S
    while not comes():
        assert time.monotonic() < latest, "it does not come"
        time.sleep(0.1)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    pytest.importorskip("dbos", reason="install ims-fsm[example]")
    made = Desk(tmp_path)
    yield made
    made.ims.close()


@pytest.mark.long
def test_killed_at_every_point_it_tells_and_acts_once(desk: Desk) -> None:
    notes = [desk.rejected("CN/1"), desk.rejected("CN/2")]
    invoice = desk.rejected("INV/1", Kind.INVOICE)
    reviews = [f"transition/{BUYER}/{note}/1" for note in notes]
    for point in ("read", "started", "told"):
        desk.killed_at(point)
    with desk.working():
        until(lambda: len(desk.told()) == len(notes))
    assert desk.told() == [
        (review, f"{BUYER} rejected your credit note {number} of 2024-10-05")
        for review, number in zip(reviews, ("CN/1", "CN/2"), strict=True)
    ]
    assert desk.ran("open") == reviews
    desk.ran("answer", reviews[0], "accept")
    desk.killed_at("acted")
    with desk.working():
        until(lambda: desk.ran("open") == reviews[1:])
    assert desk.log(notes[0]) == [("reject", "asha"), ("accept", "tax officer")]
    assert desk.log(notes[1]) == desk.log(invoice) == [("reject", "asha")]
    assert len(desk.told()) == len(notes)


def test_what_is_rejected_again_is_reviewed_again(desk: Desk) -> None:
    note = desk.rejected("CN/1")
    desk.ims.recipient(BUYER, actor="asha").act("accept", note)
    desk.ims.recipient(BUYER, actor="asha").act("reject", note)
    with desk.working():
        until(lambda: len(desk.told()) == 2)
    assert [event for event, _ in desk.told()] == [f"transition/{BUYER}/{note}/{seq}" for seq in (1, 3)]
