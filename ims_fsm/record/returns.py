"""GSTR-2B with its lines, and liabilities added back to suppliers, as values; may a GSTR-2B move?

Imports the law and the scene; runs no statement.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from ims_fsm.law.decision import decide
from ims_fsm.law.refusal import Decision
from ims_fsm.record.scene import Scene
from ims_fsm.terms.money import Heads
from ims_fsm.terms.period import TaxPeriod
from ims_fsm.terms.vocabulary import Section, TwoBState

Entry = Literal["document", "forward_reduction", "reversal_4b1"]
MACHINE = "gstr2b"


@dataclass(frozen=True, slots=True, kw_only=True)
class TwoB:
    """The GSTR-2B of a period as it stands; `generation` counts how often it was generated.

    `last_at` is the newest moment in its log.
    """

    recipient: str
    period: TaxPeriod
    state: TwoBState = TwoBState.ABSENT
    seq: int = 0
    generation: int = 0
    generated_at: datetime | None = None
    filed_at: datetime | None = None
    last_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TwoBLine:
    """What one record brings into one section of GSTR-2B, in paise; `counts` says whether the total has it."""

    record_id: int
    entry: Entry
    section: Section
    decision: str
    tax: Heads
    record_version: int
    counts: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class DecidedAlike:
    """How many records of a GSTR-2B its GSTR-3B decides alike in a section, and their tax there in paise."""

    section: Section
    decision: str
    records: int
    tax: Heads


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeLimited:
    """Credit in a GSTR-2B whose time ends before the next one: taken by a GSTR-3B filed on `last_day` at the latest.

    `records` is how many there are, `examples` the ids of the first, `tax` their credit in paise, `passed` whether that
    day is over (section 16(4)).
    """

    last_day: date
    passed: bool
    records: int
    examples: tuple[int, ...]
    tax: Heads


@dataclass(frozen=True, slots=True, kw_only=True)
class Liability:
    """Liability added back to a supplier in one of their periods, in paise (FAQ 34)."""

    recipient: str
    record_id: int
    supplier: str
    supplier_period: TaxPeriod
    recipient_period: TaxPeriod
    at: datetime
    tax: Heads


def first_owed(scene: Scene) -> TaxPeriod:
    """Return the first tax period whose GSTR-3B a recipient owes; earlier ones count as filed (FAQ 25)."""
    return scene.book.calendar.period_for(scene.recipient.registered_from, scene.recipient.filing)


def decide_return(
    two_b: TwoB, trigger: str, scene: Scene, previous_3b: str = "filed", by: str = "recipient"
) -> Decision:
    """Decide whether a trigger may fire on a GSTR-2B at the scene's moment (FAQ 23-27, 29); changes nothing.

    `previous_3b` is the fact how the GSTR-3B of the tax period before stands, `by` whether the recipient or the clock
    generates.
    """
    calendar, period = scene.book.calendar, two_b.period
    edition = scene.book.law.machine(MACHINE).at(period)
    whole = calendar.is_period_end(period, scene.recipient.filing)
    facts = edition.facts(
        two_b_day="come" if scene.now >= calendar.two_b_opens(period) else "not_yet",
        previous_3b=previous_3b,
        generated_by=by,
        period="whole" if whole else "inside_quarter",
        taxpayer="eligible" if scene.eligible else "not_eligible",
        **edition.machine.actor_facts(scene.principal.roles),
    )
    state = TwoBState.FINAL if period < scene.recipient.registered_from and whole else two_b.state
    return decide(edition, str(state), trigger, facts)
