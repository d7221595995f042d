"""The town: who lives in it, what they know, and how the store is asked about them. What they do is beside.

A doing is a function of the town; everything is drawn from its seed, and what the store answers.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

from ims_fsm import IMS, Checkpoint, Filing, Record, Taxpayer, TaxPeriod, check_proof
from ims_fsm.terms.period import in_india
from ims_fsm.terms.vocabulary import TERMINAL
from ims_fsm.workflow.calendar.sweeps import next_period
from tests.workflow.portal_history import gstin

from .faults import Faults
from .portal import Portal
from .world import World

# Recipients whose suppliers are here too, one of them quarterly; and one who knows of theirs by downloads alone.
BUYER, QUARTERLY, OUTSIDER = gstin("27", 1), gstin("33", 2), gstin("29", 3)
RECIPIENTS = (BUYER, QUARTERLY, OUTSIDER)
HERE = (BUYER, QUARTERLY)
SELLER, OTHER = gstin("29", 11), gstin("24", 12)
SELLERS = (SELLER, OTHER)
ELSEWHERE = (gstin("07", 21), gstin("19", 22))


class Town:
    """People on one store; `chance` decides what they do."""

    def __init__(self, url: str, seed: int, start: TaxPeriod, faults: Faults) -> None:
        self.chance, self.start = Random(f"town {seed}"), start  # noqa: S311 -- the same each time
        self.world = World(url, f"{start.plus(1)}-01 00:00", faults)
        self.portal = Portal(OUTSIDER, ELSEWHERE)
        self.numbers = 0
        self.checkpoints: list[Any] = []
        self.feed: list[Any] = []
        self.register()

    def register(self) -> None:
        """Register everyone but the outsider, whose first download does it, now and then."""
        for person in (*HERE, *SELLERS, *((OUTSIDER,) if self.chance.random() < 0.7 else ())):
            filing = Filing.QUARTERLY if person in {QUARTERLY, OTHER} else Filing.MONTHLY
            taxpayer = Taxpayer(gstin=person, filing=filing, registered_from=self.start)
            self.world.call(lambda ims: ims.register(taxpayer))  # noqa: B023 -- called at once

    @property
    def ims(self) -> IMS:
        return self.world.ims

    def month(self, back: int = 0) -> TaxPeriod:
        return TaxPeriod.of(in_india(self.world.clock()).date()).plus(-back)

    def records(self, *recipients: str) -> list[Record]:
        """Return the records of recipients, of all of them where none is named."""
        known = set(self.ims.recipients())
        return [
            record
            for recipient in recipients or RECIPIENTS
            if recipient in known
            for record in list(self.ims.recipient(recipient, actor="reader").records())
        ]

    def pick(self, wanted: Callable[[Record], bool], *recipients: str) -> Record | None:
        """Draw a record that is wanted, mostly of what is not decided."""
        records = [record for record in self.records(*recipients) if wanted(record)]
        open_ones = [record for record in records if record.state not in TERMINAL]
        if open_ones and self.chance.random() < 0.85:
            return self.chance.choice(open_ones)
        return self.chance.choice(records) if records else None

    def owed(self, recipient: str) -> TaxPeriod:
        """Return the first period whose GSTR-3B a recipient has not filed."""
        return self.ims._workspace.asked(lambda unit: next_period(unit, recipient))

    def decided(self, recipient: str) -> None:
        """What a GSTR-3B has decided is gone from the portal's IMS."""
        names = {
            (record.document.supplier, record.document.number, record.document.amends is not None)
            for record in self.records(recipient)
            if record.settled_in is not None
        }
        for paper in self.portal.papers:
            paper.gone |= (paper.supplier, paper.number, paper.amends is not None) in names

    def prove(self, record: Record, earlier: str | None) -> None:
        """Prove a record by the newest seal, and hold the proof against a checkpoint that was kept outside."""
        desk = self.ims.recipient(record.recipient, actor="auditor")
        checkpoint = None if earlier is None else Checkpoint.read(earlier)
        proof = desk.prove(record.id, checkpoint=checkpoint)
        checked = check_proof(proof, checkpoint=checkpoint)
        assert checked.holds, [statement.says for statement in checked.statements if statement.holds is False]
