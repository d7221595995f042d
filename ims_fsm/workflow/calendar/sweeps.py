"""What the calendar owes by now: records out of time removed, pending ended, drafts of the 14th generated.

Imports the store and the law; a unit sweeps one recipient or a chunk of them, in the same few statements.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from ims_fsm.law.refusal import Allowed
from ims_fsm.record.returns import TwoB
from ims_fsm.store import records, returns
from ims_fsm.store.connection import serialise
from ims_fsm.store.sql.facts import predicate_of
from ims_fsm.store.sql.moving import counts, move
from ims_fsm.store.sql.scene import Firing, Scope
from ims_fsm.store.tables import AT
from ims_fsm.terms.period import TaxPeriod
from ims_fsm.terms.vocabulary import RemovedFor, State, Trigger, TwoBState
from ims_fsm.workflow.calendar.failures import Failure, isolated, parted
from ims_fsm.workflow.returns.two_b import Standings, considered, draft, is_filed, mark_stale_where
from ims_fsm.workflow.transitions import alike, scope_of, stamp_of, tell_hooks, touched_drafts
from ims_fsm.workflow.unit import UnitOfWork
from ims_fsm.workflow.workspace import Workspace

# How many recipients one transaction sweeps; benchmarks/RESULTS.md has the curve.
SWEPT_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Swept:
    """What a sweep did for one recipient: how many records expired and lapsed, and the period that it drafted."""

    recipient: str
    expired: int
    lapsed: int
    drafted: TaxPeriod | None

    def __bool__(self) -> bool:
        """Say whether anything was done."""
        return bool(self.expired or self.lapsed or self.drafted)


@dataclass(frozen=True, slots=True)
class SweepReport:
    """What a sweep did: each recipient where it went well, and who failed with what error."""

    swept: tuple[Swept, ...] = ()
    failures: tuple[Failure, ...] = ()


@dataclass(frozen=True, slots=True)
class Ended:
    """How many pending records of a recipient expired under section 16(4), and how many lapsed at their deadline."""

    expired: int = 0
    lapsed: int = 0


def sweep(workspace: Workspace, recipients: Sequence[str], actor: str) -> SweepReport:
    """Do what the calendar owes recipients by now, in chunks of a transaction each; who fails stops no other."""

    def swept(chunk: Sequence[str]) -> list[Swept]:
        def work(unit: UnitOfWork) -> list[Swept]:
            serialise(unit.connection, chunk)
            return sweep_many(unit, chunk)

        return workspace.run("sweep", work, list[Swept], actor=actor)

    report = SweepReport()
    # A hook that raises is not asked again in the same sweep.
    for chunk in parted(recipients, 1 if workspace.hooks.registered else SWEPT_AT_ONCE):
        done, failed = isolated(chunk, swept)
        report = SweepReport((*report.swept, *done), (*report.failures, *failed))
    return report


def sweep_many(unit: UnitOfWork, recipients: Sequence[str]) -> list[Swept]:
    """Do what the calendar owes recipients by now (FAQ 21, 23, 25, 27, and the pending deadline of October 2025)."""
    unit.know(recipients)
    owed = _owed(unit, recipients)
    ended, drafted = dict.fromkeys(recipients, Ended()), dict[str, TaxPeriod]()
    # The chains of recipients who are owed a draft are read anyway, whether anything of theirs is pending or not.
    others = records.with_pending(unit.connection, [recipient for recipient in recipients if recipient not in owed])
    for part in alike(unit, [*owed, *others]):
        done, read = _end_alike(unit, part)
        ended |= done
        drafted |= _draft(unit, [recipient for recipient in part if recipient in owed], owed, read)
    return [
        Swept(recipient, ended[recipient].expired, ended[recipient].lapsed, drafted.get(recipient))
        for recipient in recipients
    ]


def end_pending(unit: UnitOfWork, recipient: str) -> tuple[Ended, Scope | None]:
    """Remove pending records that section 16(4) has passed, end pending that its deadline has passed.

    Returns with it the scope whose chains were read, where nothing has moved since.
    """
    if not records.with_pending(unit.connection, [recipient]):
        return Ended(), None
    ended, read = _end_alike(unit, [recipient])
    return ended[recipient], read


def _end_alike(unit: UnitOfWork, recipients: Sequence[str]) -> tuple[dict[str, Ended], Scope | None]:
    """End what is pending of recipients who share a scene, and return the scope as `end_pending` does."""
    scope = scope_of(unit, recipients)
    ended = _end(unit, scope.narrowed(AT.state == str(State.PENDING)))
    return ended, scope if all(recipient == Ended() for recipient in ended.values()) else None


def _end(unit: UnitOfWork, scope: Scope) -> dict[str, Ended]:
    expire, lapse = (Firing(trigger=trigger, scope=scope) for trigger in (Trigger.EXPIRE, Trigger.LAPSE))
    out_of_time, past_deadline = predicate_of(expire), predicate_of(lapse)
    expired, lapsed = counts(unit.connection, scope, (out_of_time, past_deadline))
    if expired:
        tell_hooks(unit, expire, out_of_time)
        columns = {"removed_for": str(RemovedFor.SEC_16_4)}
        move(unit.connection, expire, out_of_time, stamp_of(unit, columns=columns))
    stale = {gstin: touched_drafts(unit, gstin, _own(lapse, gstin), past_deadline) for gstin in lapsed}
    if lapsed:
        tell_hooks(unit, lapse, past_deadline)
        move(unit.connection, lapse, past_deadline, stamp_of(unit))
    for recipient, periods in stale.items():
        mark_stale_where(unit, recipient, periods.__contains__)
    return {gstin: Ended(expired.get(gstin, 0), lapsed.get(gstin, 0)) for gstin in scope.recipients}


def _own(firing: Firing, recipient: str) -> Firing:
    return replace(firing, scope=firing.scope.narrowed(AT.recipient_gstin == recipient))


def next_period(unit: UnitOfWork, recipient: str, standing: Standings | None = None) -> TaxPeriod:
    """Return the first tax period whose GSTR-3B the recipient has not filed.

    `standing` has their GSTR-2Bs where they were read already.
    """
    taxpayer = unit.scene(recipient).recipient
    calendar = unit.book.calendar
    standings = returns.standings(unit.connection, [recipient]) if standing is None else standing
    final = [period for period, two_b in standings[recipient].items() if two_b.state is TwoBState.FINAL]
    first = calendar.period_for(max(taxpayer.registered_from, calendar.first_period), taxpayer.filing)
    period = calendar.next(max(final), taxpayer.filing) if final else first
    while is_filed(unit, recipient, period, standings):
        period = calendar.next(period, taxpayer.filing)
    return period


def _owed(unit: UnitOfWork, recipients: Sequence[str]) -> dict[str, tuple[TwoB, Allowed]]:
    """Return the GSTR-2B that each recipient is owed and does not have, with the decision; the others are left out."""
    standing = returns.standings(unit.connection, recipients)
    owed: dict[str, tuple[TwoB, Allowed]] = {}
    for recipient in recipients:
        period = next_period(unit, recipient, standing)
        two_b = standing[recipient].get(period) or TwoB(recipient=recipient, period=period)
        decision = considered(unit, two_b, "generate", standing)
        if two_b.state is TwoBState.ABSENT and isinstance(decision, Allowed):
            owed[recipient] = (two_b, decision)
    return owed


def _draft(
    unit: UnitOfWork, recipients: Sequence[str], owed: Mapping[str, tuple[TwoB, Allowed]], read: Scope | None
) -> dict[str, TaxPeriod]:
    """Draft the GSTR-2B that is owed to recipients who share a scene, those of one period together; returns whose."""
    by_period: dict[TaxPeriod, list[tuple[TwoB, Allowed]]] = {}
    for recipient in recipients:
        by_period.setdefault(owed[recipient][0].period, []).append(owed[recipient])
    for period, allowed in by_period.items():
        draft(unit, allowed, period, read)
    return {recipient: owed[recipient][0].period for recipient in recipients}
