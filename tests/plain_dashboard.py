"""A dashboard read plainly: record by record, through the deadlines and the readings of one record."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import Any

from ims_fsm import Concern, Dashboard, Heads, State, TaxPeriod, TwoBState, Where
from ims_fsm.law.calendar import month_number
from ims_fsm.record.record import Record
from ims_fsm.record.scene import is_superseded
from ims_fsm.record.settling import held_back, waits_for_unknown
from ims_fsm.store import returns
from ims_fsm.terms.border import ACTIONS
from ims_fsm.terms.period import in_india, last_day_before
from ims_fsm.terms.vocabulary import Filing
from ims_fsm.workflow.calendar.sweeps import next_period
from ims_fsm.workflow.deadlines import deadlines
from ims_fsm.workflow.reception import upload
from ims_fsm.workflow.unit import UnitOfWork
from ims_fsm.workflow.views.dashboard import dashboard

Items = dict[tuple[Any, ...], list[Any]]


def is_the_plain_one(unit: UnitOfWork, gstins: Collection[str], near: int) -> Dashboard:
    """Hold the dashboard to the plain reading, and each item's filter to the records that it counts; returns it."""
    read = dashboard(unit, gstins, near)
    items = [item for row in read.rows for item in row.items]
    given = {
        (of.gstin, of.concern, of.period or (of.by if of.where else None)): [of.records, of.tax, of.by, of.held]
        for of in items
        if of.concern is not Concern.ADDED_BACK
    }
    assert len(given) == len([of for of in items if of.concern is not Concern.ADDED_BACK])
    one_by_one = plain(unit, gstins, near)
    keys = given.keys() | one_by_one.keys()
    differ = {key: (given.get(key), one_by_one.get(key)) for key in keys if given.get(key) != one_by_one.get(key)}
    assert not differ, differ
    today = in_india(unit.now).date()
    for of in items:
        assert of.passed == (of.by is not None and of.by < today)
        if of.where is not None:
            listed = list(upload.matching(unit, of.gstin, of.where.checked()))
            assert (len(listed), _tax(listed)) == (of.records, of.tax), of
    added = {(of.gstin, of.period): (of.records, of.tax) for of in items if of.concern is Concern.ADDED_BACK}
    assert added == _added_back(unit, gstins)
    order = [(of.by is None, of.by) for row in read.rows for of in row.items[:1]]
    assert order == sorted(order)
    return read


def plain(unit: UnitOfWork, gstins: Collection[str], near: int) -> Items:
    unit.know(gstins)
    items: Items = {}
    for gstin in gstins:
        if unit._known(gstin) is not None and unit.scene(gstin).eligible:
            items |= _returns(unit, gstin)
            records = list(unit.matching(gstin, Where()))
            for (concern, key), alike in _groups(unit, gstin, records, near).items():
                items[gstin, concern, key] = [len(alike), _tax([record for record, _, _ in alike]), *_ends(alike)]
    return items


def _returns(unit: UnitOfWork, gstin: str) -> Items:
    items: Items = {}
    calendar, scene = unit.book.calendar, unit.scene(gstin)
    filing, period = scene.recipient.filing, next_period(unit, gstin)
    running = calendar.period_for(TaxPeriod.of(in_india(unit.now).date()), filing)
    first = period
    while period == first or period < running:
        due = calendar.due_gstr3b(period, *scene.recipient.due_by)
        items[gstin, Concern.RETURN_DUE, period] = [0, Heads(), due, 0]
        if returns.two_b(unit.connection, gstin, period).state is TwoBState.STALE:
            items[gstin, Concern.STALE_2B, period] = [0, Heads(), due, 0]
        period = calendar.next(period, filing)
    return items


def _groups(unit: UnitOfWork, gstin: str, records: Sequence[Record], near: int) -> dict[tuple[Any, Any], list[Any]]:
    """Return the records of each item with the day by which, and whether it is held, of each."""
    scene, days, calendar = unit.scene(gstin), deadlines(unit, gstin), unit.book.calendar
    today, groups = in_india(unit.now).date(), defaultdict(list)
    following = next_period(unit, gstin)

    def decided_by(period: TaxPeriod) -> Any:
        opens = calendar.two_b_day(period)
        return opens if today < opens else calendar.due_gstr3b(period, *scene.recipient.due_by)

    for record in records:
        chain, period = unit.chain_of(record, *ACTIONS), scene.expected_period(record)
        if waits_for_unknown(record, chain, scene):
            by = decided_by(following)
            groups[Concern.ORIGINAL_UNKNOWN, by].append((record, by, False))
        limit = record.cutoff_at and last_day_before(record.cutoff_at)
        creditable = record.in_ims and record.state in {State.NO_ACTION, State.ACCEPTED, State.PENDING}
        if creditable and limit and limit <= today + timedelta(days=near):
            groups[Concern.CREDIT_ENDING, limit].append((record, limit, False))
        match record.in_ims and (record.state, record.filed):
            case (State.PENDING, _):
                groups[Concern.PENDING, period].append((record, days(record, chain).pending_until, False))
            case (State.NO_ACTION, True):
                decided = calendar.period_for(max(period, following), scene.recipient.filing)
                held = _is_held(unit, record, decided)
                groups[Concern.WITHOUT_ACTION, period].append((record, decided_by(decided), held))
            case (State.ACCEPTED, False):
                filing = scene.suppliers.get(record.document.supplier, Filing.MONTHLY)
                last = calendar.windows[record.form, filing].last_day(month_number(period))
                groups[Concern.ACCEPTED_NOT_FILED, period].append((record, last, False))
    return groups


def _is_held(unit: UnitOfWork, record: Record, decided: TaxPeriod) -> bool:
    scene, whole = unit.scene(record.recipient), unit.chain_of(record)
    held = record.settled_in is None and bool(held_back(record, whole, scene))
    return held or is_superseded(record, whole, scene, decided)


def _ends(alike: Sequence[tuple[Record, Any, bool]]) -> tuple[Any, int]:
    return min((by for _, by, _ in alike if by), default=None), sum(held for _, _, held in alike)


def _added_back(unit: UnitOfWork, gstins: Collection[str]) -> dict[tuple[str, TaxPeriod], tuple[int, Heads]]:
    added: dict[tuple[str, TaxPeriod], tuple[int, Heads]] = {}
    for gstin in gstins:
        for back in returns.liabilities(unit.connection, gstin, None):
            if returns.two_b(unit.connection, gstin, back.supplier_period).state is not TwoBState.FINAL:
                records, tax = added.get((gstin, back.supplier_period), (0, Heads()))
                added[gstin, back.supplier_period] = records + 1, tax + back.tax
    return added


def _tax(records: Sequence[Record]) -> Heads:
    return sum((record.document.credit for record in records), Heads())
