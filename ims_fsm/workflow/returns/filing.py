"""What a recipient files: GSTR-3B, which decides for good, and the annual return, which ends time limits early.

Imports the store, the law and the settlement; each function is one use case inside a unit of work.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from ims_fsm.errors import InputError, Problem
from ims_fsm.law.ledger import Outcome
from ims_fsm.record.record import Record
from ims_fsm.record.returns import Liability, TwoB
from ims_fsm.store import records, returns, taxpayers
from ims_fsm.store.sql import filing
from ims_fsm.store.sql.facts import predicate_of
from ims_fsm.store.sql.scene import Firing
from ims_fsm.terms.money import Heads
from ims_fsm.terms.period import TaxPeriod
from ims_fsm.terms.vocabulary import Trigger, TwoBState
from ims_fsm.workflow.returns.settling import SettledRecord, chains_with_amendments, settle_all
from ims_fsm.workflow.returns.two_b import left_out, move, permit
from ims_fsm.workflow.scopes import scope_of, stamp_of
from ims_fsm.workflow.transitions import fire
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
    if unit.hooks.watch(Trigger.FREEZE):
        count, added = _settled_one_by_one(unit, recipient, period)
    else:
        count, added = _settled(unit, recipient, period)
    move(unit, before, replace(before, filed_at=unit.now), "file_3b", allowed, {"decided": count})
    return ThreeBFiled(recipient, period, count, added)


def _settled(unit: UnitOfWork, recipient: str, period: TaxPeriod) -> tuple[dict[str, int], tuple[AddedBack, ...]]:
    """Settle what the GSTR-2B holds, in sets."""
    connection, scope = unit.connection, scope_of(unit, [recipient])
    count = filing.lay_out(connection, scope, period)
    firing = Firing(trigger=Trigger.FREEZE, scope=scope)
    predicate = predicate_of(firing)
    barred = filing.barred(connection, firing, predicate)
    if barred is not None:
        fire(unit, barred, Trigger.FREEZE)
    filing.settle(connection, firing, predicate, stamp_of(unit, filing.detail(period)), period)
    due = filing.add_back(connection, period, unit.now, lambda suppliers: _supplier_periods(unit, suppliers, period))
    return count, tuple(AddedBack(supplier, TaxPeriod(owed), size, Heads(*tax)) for supplier, owed, size, tax in due)


def _settled_one_by_one(
    unit: UnitOfWork, recipient: str, period: TaxPeriod
) -> tuple[dict[str, int], tuple[AddedBack, ...]]:
    """Settle what the GSTR-2B holds one record after the other, each through its machine and the embedder's hooks."""
    decided = [*_in_two_b(unit, recipient, period), *_superseded(unit, recipient, period)]
    settled = settle_all(unit, decided, period, chains_with_amendments(unit, [record for record, _ in decided]))
    liabilities = _liabilities(unit, settled, period)
    returns.add_liabilities(unit.connection, liabilities)
    count = {str(outcome): sum(decision.outcome is outcome for decision in settled) for outcome in Outcome}
    due: dict[tuple[str, TaxPeriod], list[Heads]] = {}
    for liability in liabilities:
        due.setdefault((liability.supplier, liability.supplier_period), []).append(liability.tax)
    added = tuple(AddedBack(*key, len(taxes), sum(taxes, Heads())) for key, taxes in sorted(due.items()))
    return {name: number for name, number in count.items() if number}, added


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


def _in_two_b(unit: UnitOfWork, recipient: str, period: TaxPeriod) -> Sequence[tuple[Record, Outcome]]:
    lines = [line for line in returns.lines(unit.connection, recipient, period) if line.entry == "document"]
    by_id = records.find_many(unit.connection, recipient, [line.record_id for line in lines])
    return [(by_id[line.record_id], Outcome(line.decision)) for line in lines]


def _superseded(unit: UnitOfWork, recipient: str, period: TaxPeriod) -> Sequence[tuple[Record, Outcome]]:
    hidden = left_out(unit, recipient, period)
    return [(left.record, Outcome.SUPERSEDED) for left in hidden if left.reason == "superseded"]


def _liabilities(unit: UnitOfWork, settled: Sequence[SettledRecord], period: TaxPeriod) -> list[Liability]:
    periods = _supplier_periods(
        unit, {record.record.document.supplier for record in settled if record.moved.add_back}, period
    )
    return [
        Liability(
            recipient=record.record.recipient,
            record_id=record.record.id,
            supplier=record.record.document.supplier,
            supplier_period=periods[record.record.document.supplier],
            recipient_period=period,
            at=unit.now,
            tax=record.moved.add_back,
        )
        for record in settled
        if record.moved.add_back
    ]


def _supplier_periods(unit: UnitOfWork, suppliers: Collection[str], period: TaxPeriod) -> dict[str, TaxPeriod]:
    """Return each supplier's tax period after the recipient's, the next whose GSTR-3B he has not filed (FAQ 34)."""
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
