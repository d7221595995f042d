"""The returns: GSTR-2B generated, recomputed and moved; GSTR-3B, which decides for good; the annual return.

Imports the store, the law and the ledger. What a GSTR-3B decides freezes where it is in IMS, and moves E and S of its
chain; an annual return ends time limits early.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from ims_fsm.errors import InputError, Problem
from ims_fsm.law.calendar import day_over
from ims_fsm.law.ledger import Outcome
from ims_fsm.law.refusal import Allowed, Refused
from ims_fsm.record.moments import newest
from ims_fsm.record.record import Record
from ims_fsm.record.refusals import RefusedError, dated, filled_in, out_of_turn, return_fields
from ims_fsm.record.returns import MACHINE, TimeLimited, TwoB, decide_return, first_owed
from ims_fsm.record.steps import carried_on, decided_as, settled
from ims_fsm.store import generations, records, returns, taxpayers
from ims_fsm.store.connection import serialise
from ims_fsm.store.sql import filing, moving, settling
from ims_fsm.store.sql.scene import OF_ONE, PENDING, Firing, Scope
from ims_fsm.terms.money import Heads
from ims_fsm.terms.period import TaxPeriod, last_day_before
from ims_fsm.terms.principal import SCHEDULER, Principal
from ims_fsm.terms.vocabulary import Route, Trigger, TwoBState
from ims_fsm.workflow.permits import in_every_role, refuse_barred
from ims_fsm.workflow.unit import (
    UnitOfWork,
    fire,
    scope_of,
    stamp_of,
    tell_hooks,
    touched_drafts,
)

# So many of the records whose credit ends are named.
EXAMPLES = 20


@dataclass(frozen=True, slots=True)
class TwoBGenerated:
    """A GSTR-2B as a call left it, and how many pending records' time had run out by then (FAQ 21)."""

    recipient: str
    period: TaxPeriod
    state: TwoBState
    generation: int
    expired: int = 0
    lapsed: int = 0


# The GSTR-2Bs of recipients, by recipient and period.
Standings = Mapping[str, Mapping[TaxPeriod, TwoB]]


@dataclass(frozen=True, slots=True)
class Ended:
    """How many pending records of a recipient expired under section 16(4), and how many lapsed at their deadline."""

    expired: int = 0
    lapsed: int = 0


def end_pending(unit: UnitOfWork, recipient: str) -> tuple[Ended, Scope | None]:
    """Remove pending records that section 16(4) has passed, end pending that its deadline has passed.

    Returns with it the scope whose chains were read, where nothing has moved since.
    """
    if not records.with_pending(unit.connection, [recipient]):
        return Ended(), None
    # What time ends is the calendar's, in whoever's call it comes to light.
    ended, read = end_alike(unit, [recipient], unit.principal.also(SCHEDULER))
    return ended[recipient], read


def end_alike(
    unit: UnitOfWork, recipients: Sequence[str], principal: Principal
) -> tuple[dict[str, Ended], Scope | None]:
    """End what is pending of recipients who share a scene, and return the scope as `end_pending` does.

    Raises `RefusedError` where `principal` may not end what is to end.
    """
    scope = scope_of(unit, recipients)
    ended = _end(unit, replace(scope, scene=replace(scope.scene, principal=principal)).narrowed(PENDING))
    return ended, scope if all(recipient == Ended() for recipient in ended.values()) else None


def _end(unit: UnitOfWork, scope: Scope) -> dict[str, Ended]:
    expire, lapse = (Firing(trigger=trigger, scope=scope) for trigger in (Trigger.EXPIRE, Trigger.LAPSE))
    refuse_barred(unit, expire, lapse)
    expired, lapsed = moving.counts(unit.connection, (expire, lapse))
    if expired:
        tell_hooks(unit, expire)
        moving.move(unit.connection, expire, stamp_of(unit), moving.EXPIRED)
    stale = {gstin: touched_drafts(unit, gstin, _of(lapse, gstin)) for gstin in lapsed}
    if lapsed:
        tell_hooks(unit, lapse)
        moving.move(unit.connection, lapse, stamp_of(unit))
    for recipient, periods in stale.items():
        mark_stale_where(unit, recipient, periods.__contains__)
    return {gstin: Ended(expired.get(gstin, 0), lapsed.get(gstin, 0)) for gstin in scope.recipients}


def _of(firing: Firing, recipient: str) -> Firing:
    return replace(firing, scope=firing.scope.narrowed(OF_ONE, of_one=recipient))


def generate_2b(unit: UnitOfWork, recipient: str, period: TaxPeriod) -> TwoBGenerated:
    """Generate or recompute the GSTR-2B of a period, pending ended before it (FAQ 23-27, 29).

    Raises `RefusedError` before the 14th, while the previous GSTR-3B is not filed, after its own, and for a
    month inside a quarter.
    """
    serialise(unit.connection, [recipient])
    unit.taxpayer(recipient)
    ended, read = end_pending(unit, recipient)
    before = returns.two_b(unit.connection, recipient, period)
    allowed = permit(unit, before, "generate")
    after = replace(before, generation=before.generation + 1, generated_at=unit.now)
    detail = {"generation": after.generation, **_write_lines(unit, read or scope_of(unit, [recipient]), before)}
    done = move(unit, before, after, "generate", allowed, detail)
    unit.undrafted.discard(recipient)
    return TwoBGenerated(recipient, done.period, done.state, done.generation, ended.expired, ended.lapsed)


def _write_lines(unit: UnitOfWork, scope: Scope, before: TwoB) -> dict[str, Any]:
    """Write the lines of a GSTR-2B as the actions stand; returns what the log says of them (docs/adr/0020)."""
    if not before.generation:
        return {"lines": settling.write_lines(unit.connection, scope, before.period)}
    lines = settling.write_lines(unit.connection, scope, before.period, generations.drafted(unit.connection))
    digest = generations.replace(unit.connection, before.recipient, before.period, before.generation)
    return {"lines": lines, "digest": digest}


def draft(
    unit: UnitOfWork, recipients: Sequence[str], period: TaxPeriod, allowed: Allowed, read: Scope | None = None
) -> None:
    """Draft the first GSTR-2B of a period for recipients who are alike and may have it generated.

    `read` is the scope whose chains were read last, where nothing has moved since; it is used where it is theirs.
    """
    scope = read if read is not None and list(read.recipients) == list(recipients) else scope_of(unit, recipients)
    settling.write_lines(unit.connection, scope, period)
    absent = TwoB(recipient=recipients[0], period=period)
    first = replace(absent, generation=1, generated_at=unit.now)
    returns.write_drafts(unit.connection, recipients, *moved(unit, absent, first, "generate", allowed, None))
    unit.undrafted.difference_update(recipients)


def mark_stale(unit: UnitOfWork, recipient: str, changed: Sequence[Record]) -> None:
    """Mark every draft stale to which a changed record belongs (FAQ 24, 29)."""
    filed = [record.two_b_period for record in changed if record.filed and record.two_b_period is not None]
    if filed:
        mark_stale_where(unit, recipient, lambda period: period >= min(filed))


def mark_stale_where(unit: UnitOfWork, recipient: str, touched: Callable[[TaxPeriod], bool]) -> None:
    """Mark every draft stale of which `touched` says so."""
    if recipient in unit.undrafted:
        return
    for two_b in returns.drafts(unit.connection, recipient):
        if touched(two_b.period):
            move(unit, two_b, two_b, "change", permit(unit, two_b, "change"), None)


def permit(unit: UnitOfWork, two_b: TwoB, trigger: str, by: str = "recipient") -> Allowed:
    """Return the decision that a trigger may fire on a GSTR-2B; raises `RefusedError` with every refusal."""
    decision = considered(unit, two_b, trigger, by=by)
    if isinstance(decision, Refused):
        scene = unit.scene(two_b.recipient)
        subject = f"GSTR-2B of {two_b.period} of {two_b.recipient}"
        fields = {**return_fields(scene, two_b.period), "document": subject, **dated(two_b.last_at, scene)}
        raise RefusedError(subject, trigger, filled_in(decision, fields), machine=MACHINE)
    return decision


def considered(
    unit: UnitOfWork, two_b: TwoB, trigger: str, standing: Standings | None = None, by: str = "recipient"
) -> Allowed | Refused:
    """Decide whether a trigger may fire on a GSTR-2B now; `by` the recipient, or by the clock. Changes nothing."""
    before, scene = _previous_3b(unit, two_b, standing), unit.scene(two_b.recipient)
    if trigger == "change":
        # It follows from an action that was permitted; nobody asks for it.
        scene = replace(scene, principal=in_every_role(unit))
    decision = decide_return(two_b, trigger, scene, before, by)
    return decision if (late := out_of_turn(two_b.last_at, scene)) is None else late


def is_filed(unit: UnitOfWork, recipient: str, period: TaxPeriod, standing: Standings | None = None) -> bool:
    """Say whether the GSTR-3B of a period is filed; one before registration counts as filed (FAQ 25).

    `standing` has the recipient's GSTR-2Bs where they were read already.
    """
    if period < first_owed(unit.scene(recipient)):
        return True
    return _standing(unit, recipient, period, standing).state is TwoBState.FINAL


def _previous_3b(unit: UnitOfWork, two_b: TwoB, standing: Standings | None) -> str:
    """Return the fact whether the GSTR-3B before a GSTR-2B is filed, and whether by the day of the draft (FAQ 25)."""
    calendar, recipient = unit.book.calendar, two_b.recipient
    previous = calendar.previous(two_b.period, unit.scene(recipient).recipient.filing)
    if previous < first_owed(unit.scene(recipient)):
        return "filed"
    before = _standing(unit, recipient, previous, standing)
    if before.state is not TwoBState.FINAL or before.filed_at is None:
        return "not_filed"
    return "filed_late" if before.filed_at >= day_over(calendar.two_b_day(two_b.period)) else "filed"


def _standing(unit: UnitOfWork, recipient: str, period: TaxPeriod, standing: Standings | None) -> TwoB:
    if standing is None:
        return returns.two_b(unit.connection, recipient, period)
    return standing[recipient].get(period) or TwoB(recipient=recipient, period=period)


def move(
    unit: UnitOfWork, before: TwoB, after: TwoB, trigger: str, allowed: Allowed, detail: dict[str, Any] | None
) -> TwoB:
    """Write a moved GSTR-2B with its log row; returns it as it now stands."""
    stands, entry = moved(unit, before, after, trigger, allowed, detail)
    returns.move_two_bs(unit.connection, [(before, stands, entry)])
    return stands


def moved(
    unit: UnitOfWork, before: TwoB, after: TwoB, trigger: str, allowed: Allowed, detail: dict[str, Any] | None
) -> tuple[TwoB, dict[str, Any]]:
    """Return a GSTR-2B as it stands once moved, and its log entry; writes nothing."""
    entry = {
        "trigger": trigger,
        "actor": unit.actor,
        "at": unit.now,
        "recorded_at": unit.recorded_at,
        "rules": allowed.rules,
        "detail": detail,
        "request_key": unit.request_key,
        "backdate": unit.reason(before.last_at),
    }
    last_at = newest(before.last_at, unit.now)
    return replace(after, state=TwoBState(allowed.dest), seq=before.seq + 1, last_at=last_at), entry


@dataclass(frozen=True, slots=True)
class ThreeBFiled:
    """What filing GSTR-3B did: records decided, by disposition, and what was added back to suppliers."""

    recipient: str
    period: TaxPeriod
    decided: dict[str, int]
    added_back: tuple[AddedBack, ...]
    #: Credit that it was the last to carry, or that section 16(4) bars by now.
    time_limited: tuple[TimeLimited, ...] = ()


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
    serialise(unit.connection, [recipient])
    unit.taxpayer(recipient)
    # A draft from before a deadline does not hold what the deadline has decided since.
    end_pending(unit, recipient)
    before = returns.two_b(unit.connection, recipient, period)
    allowed = permit(unit, before, "file_3b")
    count, added = _settled_of(unit, recipient, period)
    digest = returns.digest(unit.connection, recipient, period)
    detail = {"decided": count, "digest": digest}
    move(unit, before, replace(before, filed_at=unit.now), "file_3b", allowed, detail)
    return ThreeBFiled(recipient, period, count, added, time_limited(unit, recipient, period))


def time_limited(unit: UnitOfWork, recipient: str, period: TaxPeriod) -> tuple[TimeLimited, ...]:
    """Return the credit of a GSTR-2B that no later GSTR-3B can take (section 16(4)), by its last day.

    The portal does not hold it back when GSTR-3B is late, so it is named before that day and after it.
    """
    until = last_chance(unit, recipient, period)
    return tuple(
        TimeLimited(last_day=last_day_before(end), passed=end <= unit.now, records=count, examples=ids, tax=tax)
        for end, count, tax, ids in returns.ending(unit.connection, recipient, period, until, EXAMPLES)
    )


def last_chance(unit: UnitOfWork, recipient: str, period: TaxPeriod) -> datetime:
    """Return the moment (UTC) by which credit must have ended that this period's GSTR-3B is the last to carry."""
    calendar = unit.book.calendar
    following = calendar.two_b_opens(calendar.next(period, unit.scene(recipient).recipient.filing))
    return max(following, unit.now)


def _settled_of(unit: UnitOfWork, recipient: str, period: TaxPeriod) -> tuple[dict[str, int], tuple[AddedBack, ...]]:
    """Settle what the GSTR-2B holds, in sets."""
    connection, scope = unit.connection, scope_of(unit, [recipient])
    count = filing.lay_out(connection, scope, period)
    firing = Firing(trigger=Trigger.FREEZE, scope=scope)
    freezing = replace(firing, scope=filing.freezing(scope))
    for barred in moving.pages(connection, freezing, allowed=False):
        fire(unit, barred[0], Trigger.FREEZE)
    tell_hooks(unit, freezing)
    filing.settle(connection, firing, stamp_of(unit), period)
    due = filing.add_back(connection, scope, period, lambda suppliers: supplier_periods(unit, suppliers, period))
    return count, tuple(AddedBack(supplier, TaxPeriod(owed), size, Heads(*tax)) for supplier, owed, size, tax in due)


def file_annual_return(unit: UnitOfWork, recipient: str, fy: str) -> int:
    """File the annual return of a financial year; returns how many records' time limit it ended (section 16(4)).

    Raises `InputError` where it is already filed, and for what names no financial year.
    """
    serialise(unit.connection, [recipient])
    unit.taxpayer(recipient)
    if not unit.book.calendar.is_financial_year(fy):
        problem = Problem(fy, "is not a financial year", 'write it like "2023-24"')
        raise InputError("annual return", [problem])
    if taxpayers.annual_return_at(unit.connection, recipient, fy) is not None:
        problem = Problem(fy, f"is already filed as the annual return of {recipient}", "nothing is left to file")
        raise InputError("annual return", [problem])
    taxpayers.put_annual_return(unit.connection, recipient, fy, unit.actor, unit.moments)
    return records.cut_off(unit.connection, recipient, fy, unit.now)


def supplier_periods(unit: UnitOfWork, suppliers: Collection[str], period: TaxPeriod) -> dict[str, TaxPeriod]:
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
        period = scene.expected_period(record)
        if period < first_owed(scene) or record.route is Route.BEFORE_IMS:
            fresh = unit.record(record.id, record.recipient)
            chain = unit.chain_of(fresh)
            outcome = decided_as(fresh, chain, scene, period)
            if outcome is not None:
                _settle(unit, fresh, outcome, period, chain)


def _settle(unit: UnitOfWork, record: Record, outcome: Outcome, period: TaxPeriod, chain: Sequence[Record]) -> None:
    """Settle a record, and pass E on to those of its chain that wait."""
    frozen = _frozen(unit, record, outcome, period, chain)
    after = carried_on([frozen if member.id == record.id else member for member in chain], {record.id: outcome})
    unit.write([(was, now) for was, now in zip(chain, after, strict=True) if was != now])


def _frozen(unit: UnitOfWork, record: Record, outcome: Outcome, period: TaxPeriod, chain: Sequence[Record]) -> Record:
    after, moved = settled(record, outcome, chain, period, unit.scene(record.recipient))
    if not record.in_ims:
        return after
    detail = {"disposition": str(outcome), "period": period, "itc": moved.itc.in_paise()}
    if moved.add_back:
        detail["added_back"] = moved.add_back.in_paise()
    frozen = fire(unit, record, Trigger.FREEZE, chain=chain, detail=detail)
    return after.changed(state=frozen.state, seq=frozen.seq, last_at=frozen.last_at)
