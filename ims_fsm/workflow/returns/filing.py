"""What a recipient files: GSTR-3B, which decides for good, and the annual return, which ends time limits early.

Imports the store and the law. What a GSTR-3B decides freezes where it is in IMS, and moves E and S of its chain.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from ims_fsm.errors import InputError, Problem
from ims_fsm.law.ledger import Outcome, Settled
from ims_fsm.record.record import Record
from ims_fsm.record.returns import TwoB
from ims_fsm.record.settling import outcome_of, settlement_of, why_left_out
from ims_fsm.store import records, returns, taxpayers, versions
from ims_fsm.store.sql import filing
from ims_fsm.store.sql.facts import predicate_of
from ims_fsm.store.sql.moving import pages
from ims_fsm.store.sql.scene import Firing
from ims_fsm.terms.money import Heads
from ims_fsm.terms.period import TaxPeriod
from ims_fsm.terms.vocabulary import Disposition, Route, Trigger, TwoBState
from ims_fsm.workflow.returns.two_b import move, permit
from ims_fsm.workflow.transitions import fire, scope_of, stamp_of, tell_hooks
from ims_fsm.workflow.unit import UnitOfWork


@dataclass(frozen=True, slots=True)
class ThreeBFiled:
    """What filing GSTR-3B did: records decided, by disposition, and what was added back to suppliers."""

    recipient: str
    period: TaxPeriod
    decided: dict[str, int]
    added_back: tuple[AddedBack, ...]


@dataclass(frozen=True, slots=True)
class AddedBack:
    """Liability added back to a supplier for so many rejected records, in paise (FAQ 34)."""

    supplier: str
    supplier_period: TaxPeriod
    records: int
    tax: Heads


def file_3b(unit: UnitOfWork, recipient: str, period: TaxPeriod) -> ThreeBFiled:
    """File the GSTR-3B of a period: everything in its GSTR-2B is decided for good (FAQ 5, 12, 20, 34).

    Raises `RefusedError` while the GSTR-2B is missing or stale, the previous GSTR-3B is not filed, or it is filed.
    """
    before = returns.two_b(unit.connection, recipient, period)
    allowed = permit(unit, before, "file_3b")
    count, added = _settled_of(unit, recipient, period)
    move(unit, before, replace(before, filed_at=unit.now), "file_3b", allowed, {"decided": count})
    return ThreeBFiled(recipient, period, count, added)


def _settled_of(unit: UnitOfWork, recipient: str, period: TaxPeriod) -> tuple[dict[str, int], tuple[AddedBack, ...]]:
    """Settle what the GSTR-2B holds, in sets."""
    connection, scope = unit.connection, scope_of(unit, [recipient])
    count = filing.lay_out(connection, scope, period)
    firing = Firing(trigger=Trigger.FREEZE, scope=scope)
    predicate, freezing = predicate_of(firing), replace(firing, scope=filing.freezing(scope))
    for barred in pages(connection, freezing.scope, ~predicate.allowed):
        fire(unit, barred[0], Trigger.FREEZE)
    tell_hooks(unit, freezing, predicate)
    filing.settle(connection, firing, predicate, stamp_of(unit, filing.detail(period)), period)
    due = filing.add_back(connection, period, unit.now, lambda suppliers: _supplier_periods(unit, suppliers, period))
    return count, tuple(AddedBack(supplier, TaxPeriod(owed), size, Heads(*tax)) for supplier, owed, size, tax in due)


def file_annual_return(unit: UnitOfWork, recipient: str, fy: str) -> int:
    """File the annual return of a financial year; returns how many records' time limit it ended (section 16(4)).

    Raises `InputError` where it is already filed, and for what names no financial year.
    """
    unit.taxpayer(recipient)
    if not unit.book.calendar.is_financial_year(fy):
        problem = Problem(fy, "is not a financial year", 'write it like "2023-24"')
        raise InputError("annual return", [problem])
    if taxpayers.annual_return_at(unit.connection, recipient, fy) is not None:
        problem = Problem(fy, f"is already filed as the annual return of {recipient}", "nothing is left to file")
        raise InputError("annual return", [problem])
    taxpayers.put_annual_return(unit.connection, recipient, fy, unit.now)
    return records.cut_off(unit.connection, recipient, fy, unit.now)


def _supplier_periods(unit: UnitOfWork, suppliers: Collection[str], period: TaxPeriod) -> dict[str, TaxPeriod]:
    """Return each supplier's tax period after the recipient's, the next whose GSTR-3B they have not filed (FAQ 34)."""
    unit.know(suppliers)
    standing = returns.standings(unit.connection, sorted(suppliers))
    return {supplier: _supplier_period(unit, supplier, period, standing[supplier]) for supplier in suppliers}


def _supplier_period(
    unit: UnitOfWork, supplier: str, period: TaxPeriod, standing: Mapping[TaxPeriod, TwoB]
) -> TaxPeriod:
    calendar, filing = unit.book.calendar, unit.filing_of(supplier)
    next_period = calendar.period_for(period.plus(1), filing)
    while next_period in standing and standing[next_period].state is TwoBState.FINAL:
        next_period = calendar.next(next_period, filing)
    return next_period


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
                _settle(unit, fresh, outcome, period, chains[fresh.id])


def _settle(unit: UnitOfWork, record: Record, outcome: Outcome, period: TaxPeriod, chain: Sequence[Record]) -> None:
    """Settle a record, and pass E on to those of its chain that wait."""
    settled = settlement_of(record, outcome, unit.scene(record.recipient))
    changes = [(record, _settled(unit, record, outcome, settled, period, chain))]
    carried = settled.after.carried
    if outcome is not Outcome.SUPERSEDED:
        changes += [
            (member, member.changed(carried=carried))
            for member in chain
            if member.settled_in is None and member.id != record.id and member.removed_for is None
            if member.carried != carried
        ]
    unit.write(changes)


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


def chains_with_amendments(unit: UnitOfWork, given: Sequence[Record]) -> dict[int, Sequence[Record]]:
    """Return the whole chain of each record, amendments that wait outside the list included."""
    chains: dict[int, Sequence[Record]] = {}
    for recipient in {record.recipient for record in given}:
        theirs = [record for record in given if record.recipient == recipient]
        loaded = versions.chains(unit.connection, recipient, {record.chain_id for record in theirs})
        chains |= {record.id: loaded[record.chain_id] for record in theirs}
    return chains
