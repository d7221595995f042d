"""A chain as it stood when a GSTR-3B was filed, and what that GSTR-3B made of it, worked out again.

Imports the steps and the record; runs no statement. What it gives is held against what is kept by the audit.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from ims_fsm.law.ledger import Outcome, Settled
from ims_fsm.record.chain import versions_of
from ims_fsm.record.record import Record
from ims_fsm.record.returns import Entry, TwoBLine
from ims_fsm.record.scene import Scene
from ims_fsm.record.steps import frozen_by, settled
from ims_fsm.terms.money import NIL, Heads
from ims_fsm.terms.period import TaxPeriod
from ims_fsm.terms.vocabulary import ACTIVE, Disposition, Section, State, SupplierStatus


@dataclass(frozen=True, slots=True)
class Member:
    """A version of a chain as it is kept now, with what its log tells of how it was before (moments in UTC)."""

    record: Record
    #: When it came here.
    since: datetime
    #: The state that its last step left, and when that step was.
    left: State
    moved_at: datetime | None


@dataclass(frozen=True, slots=True)
class Decided:
    """What a GSTR-3B makes of a version: the record after it, its state apart, what that moves, and its lines."""

    after: Record
    moved: Settled
    lines: tuple[TwoBLine, ...]


def decided(chain: Sequence[Member], period: TaxPeriod, carried: Heads, scene: Scene) -> dict[int, Decided]:
    """Return by record id what the GSTR-3B of a period, filed at the scene's moment, decides of a chain.

    `carried` is E of the chain before it, in paise.
    """
    members = [_stood(member, period, carried, scene.now) for member in chain if member.since <= scene.now]
    outcomes = frozen_by(members, period, scene)
    return {member.id: _decided(member, outcomes[member.id], members, period, scene) for member in members
            if member.id in outcomes}  # fmt: skip


def carried_before(chain: Sequence[Record], stated: Mapping[int, Heads]) -> dict[TaxPeriod, Heads]:
    """Return E of a chain before each GSTR-3B that decided one of its versions.

    `stated` is what each record's chain carries by what was stated of its original, where something was.
    """
    carried, before = None, dict[TaxPeriod, Heads]()
    for period in sorted({record.settled_in for record in chain if record.settled_in is not None}):
        before[period] = _stated(chain, stated, period) if carried is None else carried
        here = [record for record in chain if record.settled_in == period]
        counts = [record for record in here if record.disposition is not Disposition.SUPERSEDED]
        carried = counts[-1].carried if counts else carried
    return before


def _stated(chain: Sequence[Record], stated: Mapping[int, Heads], period: TaxPeriod) -> Heads:
    """Return E by what stood stated at a period (`chain.stating`): a version keeps its own once it is superseded."""
    keeps = NIL
    for version in versions_of(chain):
        keeps = stated.get(version.id, keeps)
        if version.disposition is not Disposition.SUPERSEDED or (version.settled_in or period) >= period:
            break
    return keeps


def _stood(member: Member, period: TaxPeriod, carried: Heads, moment: datetime) -> Record:
    record = member.record
    if record.settled_in is not None and record.settled_in < period:
        return record
    stood = record.changed(settled_in=None, disposition=None, carried=carried)
    if record.settled_in is not None and record.in_ims:
        # Whoever was decided later waited then, in whatever state.
        stood = stood.changed(state=member.left if record.settled_in == period else State.PENDING)
    elif record.in_ims and record.state in ACTIVE and _acted_since(member, moment):
        # So did who is not decided yet.
        stood = stood.changed(state=State.PENDING)
    if record.state is State.REMOVED and member.moved_at is not None and member.moved_at > moment:
        stood = stood.changed(state=member.left, removed_for=None)
    if record.filed_at is not None and record.filed_at > moment:
        stood = stood.changed(supplier_status=SupplierStatus.SAVED, filed_at=None, two_b_period=None)
    return stood


def _acted_since(member: Member, moment: datetime) -> bool:
    return member.moved_at is not None and member.moved_at >= moment


def _decided(record: Record, outcome: Outcome, chain: Sequence[Record], period: TaxPeriod, scene: Scene) -> Decided:
    after, moved = settled(record, outcome, chain, period, scene)
    lines = () if outcome is Outcome.SUPERSEDED else tuple(_lines(record, outcome, moved, scene))
    return Decided(after, moved, lines)


def _lines(record: Record, outcome: Outcome, moved: Settled, scene: Scene) -> Iterator[TwoBLine]:
    route, gain = scene.route(record), record.credit - record.carried
    rejected = outcome is Outcome.REJECTED

    def line(entry: Entry, section: Section, tax: Heads, *, counts: bool) -> TwoBLine:
        return TwoBLine(
            record_id=record.id,
            entry=entry,
            section=section,
            decision=str(outcome),
            tax=tax,
            record_version=record.version,
            counts=counts,
        )

    amounts = {
        "self_paid": record.document.credit,
        "shown": record.document.credit,
        "reversed": gain,
        "out_of_time": gain.not_below_zero(),
    }
    section = Section.ITC_REJECTED if rejected else route.section
    yield line("document", section, amounts.get(route.effect, gain if rejected else moved.itc), counts=route.counts)
    if route.effect in {"self_paid", "out_of_time"} and moved.itc != NIL:
        yield line("forward_reduction", Section.ITC_AVAILABLE, moved.itc, counts=True)
    if route.effect == "reversed" and moved.reversal != NIL:
        yield line("reversal_4b1", route.section, moved.reversal, counts=route.counts)
