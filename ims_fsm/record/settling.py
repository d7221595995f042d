"""What a return makes of a record: its outcome, what settling it moves (E and S), why a GSTR-2B leaves it out.

Imports the law and the record; runs no statement. Its twin in SQL is `store.sql.settling`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from ims_fsm.law.ledger import Outcome, Settled, Standing, settle
from ims_fsm.law.routing import LeftOutReason
from ims_fsm.record.record import Record
from ims_fsm.record.scene import Scene, is_superseded, original_of
from ims_fsm.terms.money import NIL, Heads
from ims_fsm.terms.period import TaxPeriod, last_day_before
from ims_fsm.terms.vocabulary import RemovedFor, State, Trigger


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A record that GSTR-2B considers and does not show: why, the rule, and which event brings it in."""

    record: Record
    reason: LeftOutReason
    why: str
    rule: str
    until: str


@dataclass(frozen=True, slots=True)
class LeftOutGroup:
    """How many records GSTR-2B considers and does not show for one reason: why, the rule, and what brings them in."""

    reason: LeftOutReason
    records: int
    why: str
    rule: str
    until: str


def outcome_of(record: Record, scene: Scene) -> Outcome:
    """Return what GSTR-3B makes of a record as it stands (FAQ 10, 14; its route's effect where it is not in IMS)."""
    if record.in_ims and record.state is not State.NO_ACTION:
        return Outcome(str(record.state))
    effects = {"reversed": Outcome.REVERSED, "shown": Outcome.PENDING}
    return effects.get(scene.route(record).effect, Outcome.DEEMED_ACCEPTED)


def settlement_of(record: Record, outcome: Outcome, chain: Sequence[Record], scene: Scene) -> Settled:
    """Return what settling a record as this outcome moves, in paise; writes nothing (Annexure-A)."""
    credit = record.credit
    before = Standing(record.carried, credit, original_of(record, chain, scene).unreduced)
    if scene.route(record).effect == "out_of_time":
        # Credit out of time is not gained; what an amendment takes back is taken back.
        return settle(before, credit - (credit - record.carried).not_below_zero(), outcome)
    return settle(before, credit, outcome, declared_reduction(record))


def declared_reduction(record: Record) -> Heads | None:
    """Return the reduction that was declared with an acceptance, in paise; None is the full one."""
    return None if record.reduction in {None, "full"} else record.declared


def why_left_out(record: Record, chain: Sequence[Record], scene: Scene, period: TaxPeriod) -> LeftOut | None:
    """Return why the GSTR-2B of a period considers a record and does not show it; None where it does (FAQ 13, 14)."""
    reason = _reason(record, chain, scene, period)
    if reason is None:
        return None
    declared = scene.book.routing.left_out[reason]
    return LeftOut(record, reason, declared.says, declared.rule, declared.until)


def _reason(record: Record, chain: Sequence[Record], scene: Scene, period: TaxPeriod) -> LeftOutReason | None:
    if record.removed_for is RemovedFor.SEC_16_4:
        assert record.cutoff_at is not None  # noqa: S101 -- what section 16(4) removed has its limit
        return "out_of_time" if period <= last_in_time(record.cutoff_at, scene) else None
    if is_superseded(record, chain, scene, period):
        return "superseded"
    if held := held_back(record, chain, scene):
        return held
    return "pending" if record.in_ims and record.state is State.PENDING else None


def last_in_time(cutoff: datetime, scene: Scene) -> TaxPeriod:
    """Return the tax period in which a time limit ended: the GSTR-2Bs up to its own say what became of the record."""
    period = TaxPeriod.of(last_day_before(cutoff))
    return scene.book.calendar.period_for(period, scene.recipient.filing)


def held_back(
    record: Record, chain: Sequence[Record], scene: Scene
) -> Literal["original_waits", "original_unknown"] | None:
    """Return why an amendment waits whole, shown in no GSTR-2B and decided by no GSTR-3B; None where it does not.

    What gives no credit waits for nobody (FAQ 4, 8): it goes straight to its section.
    """
    if not scene.route(record).waits:
        return None
    original = original_of(record, chain, scene)
    if original.value == "unknown":
        return "original_unknown"
    unsettled = original.value.startswith("unsettled")
    return "original_waits" if unsettled and not original.same_period else None


def waits_for_unknown(record: Record, chain: Sequence[Record], scene: Scene) -> bool:
    """Say whether a filed record that is not decided waits because it is not known how its original was (FAQ 13)."""
    is_open = record.filed and record.settled_in is None and record.state is not State.REMOVED
    return is_open and held_back(record, chain, scene) == "original_unknown"


def dest_of(trigger: Trigger) -> State:
    """Return the state that a recipient's action leads to (FAQ 10)."""
    return {
        Trigger.ACCEPT: State.ACCEPTED,
        Trigger.REJECT: State.REJECTED,
        Trigger.KEEP_PENDING: State.PENDING,
        Trigger.RESET: State.NO_ACTION,
    }[trigger]


def comes_to(
    record: Record, chain: Sequence[Record], scene: Scene, period: TaxPeriod | None = None
) -> tuple[str, Settled]:
    """Return what the GSTR-3B of a period, filed on a record as it stands, makes of it and moves, in paise.

    Without a period it is one after all versions of the chain.
    """
    stays = Settled(NIL, NIL, Standing(record.carried, record.standing))
    if record.state is State.REMOVED:
        return str(record.state), stays
    if record.settled_in is not None:
        return str(record.disposition or scene.route(record).effect), stays
    outcome = Outcome.SUPERSEDED if is_superseded(record, chain, scene, period) else outcome_of(record, scene)
    return str(outcome), settlement_of(record, outcome, chain, scene)
