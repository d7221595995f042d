"""What the calendar owes by now: records out of time removed, pending ended, drafts of the 14th generated.

Imports the store and the law; one recipient is one unit of work, so one that fails stops no other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ims_fsm.law.refusal import Allowed
from ims_fsm.store import records, returns
from ims_fsm.store.record import Record
from ims_fsm.terms.period import TaxPeriod
from ims_fsm.terms.vocabulary import RemovedFor, Trigger, TwoBState
from ims_fsm.workflow.transitions import consider, fire
from ims_fsm.workflow.two_b import considered, generate, is_filed, mark_stale
from ims_fsm.workflow.unit import Unit


@dataclass(frozen=True, slots=True)
class Swept:
    """What a sweep did for one recipient: records expired and lapsed, and the period that it drafted, if any."""

    recipient: str
    expired: tuple[int, ...]
    lapsed: tuple[int, ...]
    drafted: str | None

    def __bool__(self) -> bool:
        """Say whether anything was done."""
        return bool(self.expired or self.lapsed or self.drafted)


def sweep(unit: Unit, recipient: str) -> Swept:
    """Do what the calendar owes a recipient by now (FAQ 21, 23, 25, 27, and the pending deadline of October 2025)."""
    expired, lapsed = end_pending(unit, recipient)
    return Swept(recipient, expired, lapsed, _draft(unit, recipient))


def end_pending(unit: Unit, recipient: str) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Remove pending records that section 16(4) has passed, end pending that its deadline has passed.

    Returns the ids of both.
    """
    waiting = list(records.pending(unit.connection, recipient))
    chains = unit.chains_of(waiting)
    expired = [r for r in waiting if _may(unit, r, Trigger.EXPIRE, chains[r.id])]
    lapsed = [r for r in waiting if r not in expired and _may(unit, r, Trigger.LAPSE, chains[r.id])]
    changes = [
        (r, fire(unit, r, Trigger.EXPIRE, chain=chains[r.id]).changed(removed_for=RemovedFor.SEC_16_4)) for r in expired
    ]
    changes += [(r, fire(unit, r, Trigger.LAPSE, chain=chains[r.id])) for r in lapsed]
    if changes:
        unit.write(changes)
        mark_stale(unit, recipient, lapsed)
    return tuple(r.id for r in expired), tuple(r.id for r in lapsed)


def next_period(unit: Unit, recipient: str) -> TaxPeriod:
    """Return the first tax period whose GSTR-3B the recipient has not filed."""
    taxpayer = unit.scene(recipient).recipient
    calendar = unit.book.calendar
    final = [two_b.period for two_b in returns.two_bs(unit.connection, recipient) if two_b.state is TwoBState.FINAL]
    first = calendar.period_for(max(taxpayer.registered_from, calendar.first_period), taxpayer.filing)
    period = calendar.next(max(final), taxpayer.filing) if final else first
    while is_filed(unit, recipient, period):
        period = calendar.next(period, taxpayer.filing)
    return period


def _draft(unit: Unit, recipient: str) -> str | None:
    two_b = returns.two_b(unit.connection, recipient, next_period(unit, recipient))
    if two_b.state is not TwoBState.ABSENT or not considered(unit, two_b, "generate"):
        return None
    return str(generate(unit, recipient, two_b.period).period)


def _may(unit: Unit, record: Record, trigger: Trigger, chain: Sequence[Record]) -> bool:
    declared = unit.scene(record.recipient).edition(record).triggers
    return trigger in declared and isinstance(consider(unit, record, trigger, chain=chain), Allowed)
