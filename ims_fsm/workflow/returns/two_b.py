"""GSTR-2B of a tax period: what goes into it, with which amount, what is left out and why; generated and recomputed.

Imports the store, the law and the ledger; writes lines and moves the return's own machine.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ims_fsm.law.decision import decide
from ims_fsm.law.refusal import Allowed, Refused
from ims_fsm.record.record import Record
from ims_fsm.record.refusals import RefusedError, filled_in, return_fields
from ims_fsm.record.returns import TwoB
from ims_fsm.record.settling import LeftOut, why_left_out
from ims_fsm.store import returns, versions
from ims_fsm.store.sql.scene import Scope
from ims_fsm.store.sql.settling import write_lines
from ims_fsm.terms.period import TaxPeriod
from ims_fsm.terms.vocabulary import TwoBState
from ims_fsm.workflow.transitions import scope_of
from ims_fsm.workflow.unit import UnitOfWork


@dataclass(frozen=True, slots=True)
class TwoBGenerated:
    """A GSTR-2B as a call left it, and how many pending records' time had run out by then (FAQ 21)."""

    recipient: str
    period: TaxPeriod
    state: TwoBState
    generation: int
    expired: int = 0
    lapsed: int = 0


MACHINE = "gstr2b"
# The GSTR-2Bs of recipients, by recipient and period.
Standings = Mapping[str, Mapping[TaxPeriod, TwoB]]


def left_out(unit: UnitOfWork, recipient: str, period: TaxPeriod) -> tuple[LeftOut, ...]:
    """Return what a period's GSTR-2B considers as the actions stand, and does not show (FAQ 13, 14, 15, 23).

    No more is held than what is left out and a page of what might be.
    """
    scene = unit.scene(recipient)
    hidden: list[LeftOut] = []
    for page in versions.perhaps_left_out(unit.connection, recipient, period):
        chains = unit.chains_of(page)
        hidden += filter(None, (why_left_out(record, chains[record.id], scene) for record in page))
    return tuple(hidden)


def generate(unit: UnitOfWork, recipient: str, period: TaxPeriod, read: Scope | None = None) -> TwoB:
    """Generate or recompute the GSTR-2B of a period (FAQ 23-27, 29); `read` as `draft` takes it.

    Raises `RefusedError` before the 14th, while the previous GSTR-3B is not filed, after its own, and for a
    month inside a quarter.
    """
    before = returns.two_b(unit.connection, recipient, period)
    allowed = permit(unit, before, "generate")
    return draft(unit, [(before, allowed)], period, read)[0]


def draft(
    unit: UnitOfWork, permitted: Sequence[tuple[TwoB, Allowed]], period: TaxPeriod, read: Scope | None = None
) -> list[TwoB]:
    """Write the lines of GSTR-2Bs of one period that may be generated, and move each; the recipients are alike.

    `read` is the scope whose chains were read last, where nothing has moved since; it is used where it is theirs.
    """
    recipients = [before.recipient for before, _ in permitted]
    scope = read if read is not None and list(read.recipients) == recipients else scope_of(unit, recipients)
    written = write_lines(unit.connection, scope, period)
    drafted = []
    for before, allowed in permitted:
        after = replace(before, generation=before.generation + 1, generated_at=unit.now)
        detail = {"generation": after.generation, "lines": written[before.recipient]}
        drafted.append((before, *moved(unit, before, after, "generate", allowed, detail)))
    returns.move_two_bs(unit.connection, drafted)
    unit.undrafted.difference_update(recipients)
    return [after for _, after, _ in drafted]


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


def permit(unit: UnitOfWork, two_b: TwoB, trigger: str) -> Allowed:
    """Return the decision that a trigger may fire on a GSTR-2B; raises `RefusedError` with every refusal."""
    decision = considered(unit, two_b, trigger)
    if isinstance(decision, Refused):
        scene = unit.scene(two_b.recipient)
        subject = f"GSTR-2B of {two_b.period} of {two_b.recipient}"
        raise RefusedError(subject, trigger, filled_in(decision, return_fields(scene, two_b.period)))
    return decision


def considered(unit: UnitOfWork, two_b: TwoB, trigger: str, standing: Standings | None = None) -> Allowed | Refused:
    """Decide whether a trigger may fire on a GSTR-2B now; changes nothing."""
    scene, period = unit.scene(two_b.recipient), two_b.period
    calendar, filing = unit.book.calendar, scene.recipient.filing
    edition = unit.book.law.machine(MACHINE).at(period)
    whole = calendar.is_period_end(period, filing)
    filed = is_filed(unit, two_b.recipient, calendar.previous(period, filing), standing)
    facts = edition.facts(
        two_b_day="come" if unit.now >= calendar.two_b_opens(period) else "not_yet",
        previous_3b="filed" if filed else "not_filed",
        period="whole" if whole else "inside_quarter",
        taxpayer="eligible" if scene.eligible else "not_eligible",
    )
    state = TwoBState.FINAL if period < scene.recipient.registered_from and whole else two_b.state
    return decide(edition, str(state), trigger, facts)


def is_filed(unit: UnitOfWork, recipient: str, period: TaxPeriod, standing: Standings | None = None) -> bool:
    """Say whether the GSTR-3B of a period is filed; one before registration counts as filed (FAQ 25).

    `standing` has the recipient's GSTR-2Bs where they were read already.
    """
    taxpayer = unit.scene(recipient).recipient
    first = unit.book.calendar.period_for(taxpayer.registered_from, taxpayer.filing)
    if period < first:
        return True
    if standing is not None:
        return period in standing[recipient] and standing[recipient][period].state is TwoBState.FINAL
    return returns.two_b(unit.connection, recipient, period).state is TwoBState.FINAL


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
        "rules": allowed.rules,
        "detail": detail,
        "request_key": unit.request_key,
    }
    return replace(after, state=TwoBState(allowed.dest), seq=before.seq + 1), entry
