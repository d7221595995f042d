"""Processes that work on one recipient's records at once, some of them killed, and what must hold when they are done.

Eight writers act under keys on records of their own and on a few that all want; beside them others act in bulk, import
a download, generate the GSTR-2B until they can file GSTR-3B on it, and run the scheduler. What was acknowledged is
noted outside of the database. A calm run then does the same calls one by one, in the order in which they were kept.
"""

from __future__ import annotations

import json
import multiprocessing
import signal
import time
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, nullcontext
from functools import partial
from multiprocessing.connection import wait
from pathlib import Path
from random import Random
from typing import Any

from sqlalchemy import select

from ims_fsm import IMS, Document, Form, Heads, Kind, RefusedError, SettableClock, Where
from ims_fsm.scheduler import Scheduler
from ims_fsm.store.connection import reading
from ims_fsm.store.tables import CALL
from ims_fsm.workflow.upkeep import audit
from tests.faults import month
from tests.faults.countdown import Countdown, at_statements
from tests.faults.month import BUYER, OCTOBER, SELLER, Call, acted, desk, imported, registered, repeated

WRITERS, CALLS, BULKS, WANTED = 8, 10, 5, 3
SAVED, NOW = "2024-11-09 11:00", "2024-11-15 10:00"
ACTIONS = ("accept", "reject", "keep_pending", "reset")
DEBIT_NOTES = Where(kinds=(Kind.DEBIT_NOTE,), supplier=SELLER)
#: Changes the program for a block; a broken one must be caught.
Variant = Callable[[], AbstractContextManager[None]]


def document(kind: Kind, number: str) -> Document:
    """Return a document of the seller."""
    of = {"kind": kind, "supplier": SELLER, "recipient": BUYER, "number": number, "taxable": 100_000}
    return Document(**of, date=month.date(2024, 10, 5), tax=Heads(igst=18_000))


def prepared(ims: IMS) -> None:
    """Save and file what the processes work on: two invoices of each writer, a few for all, debit notes."""
    ims.clock = SettableClock(SAVED)
    registered(ims, "")
    shop = ims.supplier(SELLER, actor="seller")
    numbers = [f"W{writer}/{number}" for writer in range(WRITERS) for number in range(2)]
    for number in (*numbers, *(f"ALL/{number}" for number in range(WANTED))):
        shop.save(document(Kind.INVOICE, number), Form.GSTR_1, OCTOBER)
    for number in range(4):
        shop.save(document(Kind.DEBIT_NOTE, f"D/{number}"), Form.GSTR_1, OCTOBER)
    shop.file(Form.GSTR_1, OCTOBER)


def written(writer: int, chance: Random) -> Iterator[Call]:
    """Give the calls of a writer: actions on records of their own, and as many on those that all want."""
    for number in range(CALLS):
        name = chance.choice([f"W{writer}/{chance.randrange(2)}", f"ALL/{chance.randrange(WANTED)}"])
        yield Call(f"writer {writer} {number}", NOW, acted(name, chance.choice(ACTIONS)))


def bulk(number: int) -> Call:
    """Return an action on all debit notes."""
    trigger = ("accept", "reject")[number % 2]
    return Call(f"bulk {number}", NOW, lambda ims, key: desk(ims).act_on(trigger, where=DEBIT_NOTES, key=key))


GENERATED = Call("2b", NOW, lambda ims, _key: desk(ims).generate_2b(OCTOBER), keyed=False)
FILED = Call("3b", NOW, lambda ims, key: desk(ims).file_3b(OCTOBER, consent=True, key=key))
IMPORTED = Call("portal", NOW, imported("ims_2024-11.json"), keyed=False)


class Race:
    """A race on a database: a process for each name, the calls of those who act under keys, and what they noted."""

    def __init__(self, url: str, folder: Path, chance: Random, variant: Variant = nullcontext) -> None:
        self.url, self.folder, self.variant = url, folder, variant
        folder.mkdir()
        self.calls = {f"writer {writer}": [*written(writer, chance)] for writer in range(WRITERS)}
        self.calls["bulk"] = [bulk(number) for number in range(BULKS)]
        self.doomed = {name: chance.randrange(5, 80) for name in chance.sample([*self.calls], 4)}
        others = {"portal": IMPORTED, "scheduler 1": None, "scheduler 2": None}
        self.works: dict[str, Callable[[IMS], None]] = {
            **{name: partial(self.work, name) for name in self.calls},
            **{name: partial(self.single, call) for name, call in others.items()},
            "closer": self.close,
        }

    def noted(self, name: str) -> dict[str, str | None]:
        """Return what a process was answered, by key; None is a refusal."""
        file = self.folder / name
        return dict(map(json.loads, file.read_text("utf-8").splitlines())) if file.exists() else {}

    def run(self) -> None:
        """Have all work at once; who was killed begins again. Raises `AssertionError` where a process fails."""
        running = {self.started(name): name for name in self.works}
        try:
            while running:
                assert wait([process.sentinel for process in running], timeout=120), "nobody comes to an end"
                for process in [process for process in running if not process.is_alive()]:
                    name = running.pop(process)
                    assert process.exitcode in {0, -signal.SIGKILL}, name
                    if process.exitcode:
                        assert self.doomed.pop(name), name
                        running[self.started(name)] = name
        finally:
            for process in running:
                process.kill()
                process.join()

    def started(self, name: str) -> Any:
        """Start a process."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # of threads; the child only works and dies
            process = multiprocessing.get_context("fork").Process(target=self.live, args=(name,))
            process.start()
        return process

    def live(self, name: str) -> None:
        """Do the work of a process."""
        with ExitStack() as stack:
            stack.enter_context(self.variant())
            if name in self.doomed:
                stack.enter_context(at_statements(Countdown(self.doomed[name])))
            ims = stack.enter_context(repeated(lambda: IMS(self.url, clock=SettableClock(NOW)), lambda _error: None))
            self.works[name](ims)

    def work(self, name: str, ims: IMS) -> None:
        """Do calls, or have them answered again, each until it is answered, and note the answers."""
        before = self.noted(name)
        with (self.folder / name).open("a", encoding="utf-8", buffering=1) as file:
            for call in self.calls[name]:
                answer = repeated(partial(answered, ims, call), lambda _error: None)
                assert before.get(call.name, answer) == answer
                if call.name not in before:
                    file.write(json.dumps([call.name, answer]) + "\n")

    def single(self, call: Call | None, ims: IMS) -> None:
        """Do one call, or what a scheduler has to do."""
        repeated(partial(call or self.scheduled, ims), lambda _error: None)

    def scheduled(self, ims: IMS) -> None:
        """Have a scheduler look for work some times."""
        for _ in range(4):
            Scheduler(ims).run_once()

    def close(self, ims: IMS) -> None:
        """File GSTR-3B when half of the writers' calls are answered, on a GSTR-2B that nobody has made stale."""
        while sum(len(self.noted(name)) for name in self.calls) < WRITERS * CALLS / 2:
            time.sleep(0.01)
        while True:
            repeated(partial(GENERATED, ims), lambda _error: None)
            if (answer := repeated(partial(answered, ims, FILED), lambda _error: None)) is not None:
                (self.folder / "closer").write_text(json.dumps([FILED.name, answer]) + "\n", "utf-8")
                return

    def held(self, calm_url: str) -> None:
        """Assert that nothing was lost, doubled or half, and that all comes to what it comes to calmly."""
        notes = {name: answer for process in (*self.calls, "closer") for name, answer in self.noted(process).items()}
        calls = {call.name: call for call in (*(call for calls in self.calls.values() for call in calls), FILED)}
        assert notes.keys() == calls.keys()
        done = {name for name, answer in notes.items() if answer is not None}
        with self.variant(), IMS(self.url, clock=SettableClock(NOW)) as ims:
            assert audit(ims).faults == ()
            with reading(ims._workspace.engine) as connection:
                keys = connection.execute(select(CALL.c.request_key).where(CALL.c.trigger != "freeze")).scalars()
                moved = {name for name in done - {FILED.name} if json.loads(notes[name]).get("applied", 1)}
                assert Counter(key for key in keys if key) == dict.fromkeys(moved, 1)
            assert month.kept(ims) == dict.fromkeys(done, 1)
            assert {name: answered(ims, calls[name]) for name in done} == {name: notes[name] for name in done}
            found, order = standing(ims), [event.request_key or event.actor for event in ims.events()]
        with IMS(calm_url) as calm:
            prepared(calm)
            for name in dict.fromkeys(order):
                if name == FILED.name:
                    GENERATED(calm)
                if call := {**calls, "portal": IMPORTED}.get(str(name)):
                    call(calm)
            assert standing(calm) == found


def answered(ims: IMS, call: Call) -> str | None:
    """Return what a call answers; None where the rules refuse it."""
    try:
        return call(ims)
    except RefusedError:
        return None


def standing(ims: IMS) -> object:
    """Return how each document of the buyer stands, and what their GSTR-2B shows as filed."""
    lines = {record.document.number: line.decision for line, record in desk(ims).two_b(OCTOBER).lines}
    records = [
        (record.document.supplier, record.document.number, record.state, record.seq, record.disposition)
        for record in desk(ims).records()
    ]
    return sorted(records), lines
