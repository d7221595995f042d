"""Settles records: the GSTR-3B that decides them freezes those in IMS and moves E and S of their chains.

Imports the store and the ledger; the use cases that file call it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ims_fsm.law.ledger import Outcome, Settled
from ims_fsm.record.record import Record
from ims_fsm.record.settling import outcome_of, settlement_of, why_left_out
from ims_fsm.store import versions
from ims_fsm.terms.money import Heads
from ims_fsm.terms.period import TaxPeriod
from ims_fsm.terms.vocabulary import Disposition, Route, Trigger
from ims_fsm.workflow.transitions import fire
from ims_fsm.workflow.unit import UnitOfWork


@dataclass(frozen=True, slots=True)
class SettledRecord:
    """A record that a GSTR-3B decided: what it was decided as, and what that moved (paise)."""

    record: Record
    outcome: Outcome
    moved: Settled


def settle_all(
    unit: UnitOfWork,
    decided: Sequence[tuple[Record, Outcome]],
    period: TaxPeriod,
    chains: Mapping[int, Sequence[Record]],
) -> list[SettledRecord]:
    """Settle records as the GSTR-3B of a period decides them, and pass E on to the rest of each chain.

    Raises `RefusedError` where the machine does not let a record be frozen.
    """
    done: list[SettledRecord] = []
    changes: list[tuple[Record, Record]] = []
    for record, outcome in decided:
        settled = settlement_of(record, outcome, unit.scene(record.recipient))
        changes.append((record, _settled(unit, record, outcome, settled, period, chains[record.id])))
        done.append(SettledRecord(record, outcome, settled))
    ids = {record.id for record, _ in decided}
    carried = {s.record.chain_id: s.moved.after.carried for s in done if s.outcome is not Outcome.SUPERSEDED}
    changes += _passed_on(carried, chains, ids)
    unit.write(changes)
    return done


def settle_before_registration(unit: UnitOfWork, filed: Sequence[Record]) -> None:
    """Settle at once what belongs to a tax period before the recipient owed a GSTR-3B: it counts as decided.

    What no GSTR-2B of that period would have shown (pending, or without its original) waits for the first one.
    """
    for record in filed:
        scene = unit.scene(record.recipient)
        first = unit.book.calendar.period_for(scene.recipient.registered_from, scene.recipient.filing)
        period = scene.expected_period(record)
        if period < first or record.route is Route.BEFORE_IMS:
            fresh = unit.record(record.id, record.recipient)
            chains = chains_with_amendments(unit, [fresh])
            reason = why_left_out(fresh, chains[fresh.id], scene)
            if reason is None or reason.reason == "superseded":
                outcome = outcome_of(fresh, scene) if reason is None else Outcome.SUPERSEDED
                settle_all(unit, [(fresh, outcome)], period, chains)


def _settled(
    unit: UnitOfWork, record: Record, outcome: Outcome, settled: Settled, period: TaxPeriod, chain: Sequence[Record]
) -> Record:
    after = record.changed(settled_in=period, carried=settled.after.carried, standing=settled.after.standing)
    if not record.in_ims:
        gave = unit.scene(record.recipient).route(record).effect == "credit" and outcome is not Outcome.SUPERSEDED
        superseded = Disposition.SUPERSEDED if outcome is Outcome.SUPERSEDED else None
        return after.changed(disposition=Disposition.DEEMED_ACCEPTED if gave else superseded)
    detail = {"disposition": str(outcome), "period": period, "itc": settled.itc.in_paise()}
    if settled.add_back:
        detail["added_back"] = settled.add_back.in_paise()
    frozen = fire(unit, record, Trigger.FREEZE, chain=chain, detail=detail)
    return after.changed(state=frozen.state, seq=frozen.seq, disposition=Disposition(str(outcome)))


def _passed_on(
    carried: Mapping[int, Heads], chains: Mapping[int, Sequence[Record]], settled: set[int]
) -> list[tuple[Record, Record]]:
    waiting = {
        member.id: member
        for chain in chains.values()
        for member in chain
        if member.chain_id in carried and member.settled_in is None and member.id not in settled
        if member.removed_for is None
    }
    return [
        (member, member.changed(carried=carried[member.chain_id]))
        for member in waiting.values()
        if member.carried != carried[member.chain_id]
    ]


def chains_with_amendments(unit: UnitOfWork, given: Sequence[Record]) -> dict[int, Sequence[Record]]:
    """Return the whole chain of each record, amendments that wait outside the list included."""
    chains: dict[int, Sequence[Record]] = {}
    for recipient in {record.recipient for record in given}:
        theirs = [record for record in given if record.recipient == recipient]
        loaded = versions.chains(unit.connection, recipient, {record.chain_id for record in theirs})
        chains |= {record.id: loaded[record.chain_id] for record in theirs}
    return chains
