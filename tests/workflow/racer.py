"""One process of a race: does what all the others do at the same time, and tells as JSON what it was answered.

Called with the database's URL, a folder in which the processes wait for each other, its own number and how many there
are. It is a program and no test: the tests of `test_races.py` start it.
"""

from __future__ import annotations

import json
import random
import sys
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

from sqlalchemy import update

from ims_fsm import IMS, Document, Form, Heads, Kind, RefusedError, TaxPeriod
from ims_fsm.store import records
from ims_fsm.store.connection import ConflictError, reading, writing
from ims_fsm.store.tables import RecordRow, core
from ims_fsm.workflow.desks import RecipientDesk

BUYER, SELLER = "27AAPFU0939F1ZV", "29AABCT1332L1ZA"
OCTOBER = TaxPeriod("2024-10")
ACTIONS = ("accept", "reject", "keep_pending", "reset")
NOW = datetime(2024, 11, 15, tzinfo=UTC)
LONGEST = 60


class Racer:
    """One of several processes; every phase begins when all have come to it."""

    def __init__(self, url: str, folder: str, own: str, number: str) -> None:
        self.ims = IMS(url, clock=lambda: NOW)
        self.folder, self.own, self.number = Path(folder), int(own), int(number)
        self.actor = f"p{own}"
        self.random = random.Random(self.own)  # noqa: S311 -- the same race each time, no secret
        self.ids = [record.id for record in self.desk.records()]

    def together(self, phase: str) -> None:
        (self.folder / f"{phase}.{self.own}").touch()
        latest = time.monotonic() + LONGEST
        while len(list(self.folder.glob(f"{phase}.*"))) < self.number:
            if time.monotonic() > latest:
                raise TimeoutError(phase)
            time.sleep(0.001)

    def tried(self, call: Callable[..., object], *given: object, **named: object) -> str:
        try:
            call(*given, **named)
        except ConflictError:
            return "conflict"
        except RefusedError as error:
            return error.code
        return "ok"

    @property
    def desk(self) -> RecipientDesk:
        return self.ims.recipient(BUYER, actor=self.actor)

    def act_at_will(self) -> Counter[str]:
        """Act on a few records again and again: every action is allowed, and each must be in the log."""
        self.together("at_will")
        choose = self.random.choice
        return Counter(self.tried(self.desk.act, choose(ACTIONS), choose(self.ids[:3])) for _ in range(25))

    def act_once(self) -> Counter[str]:
        """Act on each record as it was first seen: of all processes one may win."""
        self.together("once")
        chosen = self.random.sample(self.ids[3:], len(self.ids) - 3)
        return Counter(self.tried(self.desk.act, "accept", one, version=2) for one in chosen)

    def save_the_same(self) -> Counter[str]:
        self.together("save")
        numbers = self.random.sample(range(10), 10)
        shop = self.ims.supplier(SELLER, actor=self.actor)
        return Counter(self.tried(shop.save, document(n), Form.IFF, OCTOBER) for n in numbers)

    def ask_the_same(self) -> Counter[str]:
        """Send one and the same request, and again where another process was first to answer it."""
        self.together("key")
        self.actor, own = "all", self.actor
        while (answer := self.tried(self.desk.act, "reject", self.ids[0], key="one and the same")) == "conflict":
            pass
        self.actor = own
        return Counter([answer])

    def month_end(self) -> Counter[str]:
        """Generate, file and act at the same time: what is filed must be what was acted."""
        self.together("month_end")
        told: Counter[str] = Counter()
        for turn in range(8):
            if self.own == 0:
                told["generate " + self.tried(self.desk.generate_2b, OCTOBER)] += 1
            if self.own == 1 and turn > 1:
                told["file " + self.tried(self.desk.file_3b, OCTOBER)] += 1
            trigger, some = self.random.choice(ACTIONS), self.random.sample(self.ids, 3)
            if self.own > 1:
                told["act " + self.tried(self.desk.act, trigger, some[0])] += 1
            if self.own > 2:
                report = self.desk.act_on(trigger, ids=some)
                told["act ok"] += report.applied
        return told

    def naive(self) -> Counter[str]:
        """Read, wait a moment and write without the version: what every careless backend does."""
        self.together("naive")
        table = core(RecordRow)
        for _ in range(20):
            with reading(self.ims._workspace.engine) as connection:
                record = records.find(connection, self.ids[-1])
            time.sleep(0.001)
            with writing(self.ims._workspace.engine) as connection:
                connection.execute(update(table).where(table.c.id == record.id).values(version=record.version + 1))
        return Counter(ok=20)


def document(number: int) -> Document:
    return Document(
        kind=Kind.INVOICE,
        supplier=SELLER,
        recipient=BUYER,
        number=f"R/{number}",
        date=date(2024, 10, 5),
        taxable=100,
        tax=Heads(igst=18),
    )


def main() -> None:
    racer = Racer(*sys.argv[1:])
    phases = (racer.act_at_will, racer.act_once, racer.save_the_same, racer.ask_the_same, racer.naive, racer.month_end)
    print(json.dumps({phase.__name__: phase() for phase in phases}))  # noqa: T201 -- the answer to the test
    racer.ims.close()


if __name__ == "__main__":
    main()
