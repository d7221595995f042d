"""What the calendar owes by now: records out of time removed, pending and sign-offs ended, drafts of the 14th made.

Imports the store and the law; a unit sweeps one recipient or a chunk of them, in the same few statements. Where that
fails for a recipient the others are done, and the one is named.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain

from ims_fsm.errors import ImsFsmError
from ims_fsm.law.permission import NOT_PERMITTED
from ims_fsm.law.refusal import Allowed
from ims_fsm.record.returns import TwoB
from ims_fsm.store import records, returns
from ims_fsm.store.connection import serialise
from ims_fsm.store.sql.scene import Scope, alike
from ims_fsm.terms.period import TaxPeriod
from ims_fsm.terms.principal import Principal
from ims_fsm.terms.vocabulary import TwoBState
from ims_fsm.workflow.calendar import reminding
from ims_fsm.workflow.calendar.isolation import Failure, isolated, parted
from ims_fsm.workflow.returns import Ended, Standings, considered, draft, end_alike, is_filed, permit
from ims_fsm.workflow.unit import UnitOfWork
from ims_fsm.workflow.workspace import Workspace

# How many recipients one transaction sweeps; benchmarks/RESULTS.md has the curve.
SWEPT_AT_ONCE = 500
Also = Callable[[UnitOfWork, Sequence[str]], list[Failure]]


@dataclass(frozen=True, slots=True)
class Swept:
    """What a sweep did for one recipient: how many records expired and lapsed, and the period that it drafted.

    `to_generate` is a period whose GSTR-2B the recipient generates, as it was missing on its day (FAQ 25).
    """

    recipient: str
    expired: int
    lapsed: int
    drafted: TaxPeriod | None
    to_generate: TaxPeriod | None = None

    def __bool__(self) -> bool:
        """Say whether anything was done, or is to be done."""
        return bool(self.expired or self.lapsed or self.drafted or self.to_generate)


@dataclass(frozen=True, slots=True)
class SweepReport:
    """What a sweep did: each recipient where it went well, and who failed with what error."""

    swept: tuple[Swept, ...] = ()
    failures: tuple[Failure, ...] = ()


def sweep(workspace: Workspace, recipients: Sequence[str], actor: Principal, also: Also) -> SweepReport:
    """Do what the calendar owes recipients by now, in chunks of a transaction each; who fails stops no other.

    `also` is done in each chunk behind it, and returns who failed.
    """
    report = SweepReport()
    for chunk in parted(recipients, SWEPT_AT_ONCE):
        try:
            done, failed = workspace.run(partial(_isolated, recipients=chunk, also=also), actor=actor, named=sweep)
        except ImsFsmError as error:
            # The database's, and nobody's alone: nothing of the chunk is kept.
            done, failed = [], [Failure.of(recipient, error) for recipient in chunk]
        report = SweepReport((*report.swept, *chain.from_iterable(done)), (*report.failures, *failed))
    return report


def _isolated(unit: UnitOfWork, recipients: Sequence[str], also: Also) -> tuple[list[list[Swept]], list[Failure]]:
    serialise(unit.connection, recipients)
    done, failures = isolated(unit, recipients, sweep_many)
    return done, [*failures, *also(unit, recipients)]


def sweep_many(unit: UnitOfWork, recipients: Sequence[str]) -> list[Swept]:
    """Do what the calendar owes recipients by now (FAQ 21, 23, 25, 27, and the pending deadline of October 2025)."""
    unit.know(recipients)
    owed, missed = _owed(unit, recipients)
    reminding.to_generate(unit, missed.items())
    ended, drafted = dict.fromkeys(recipients, Ended()), dict[str, TaxPeriod]()
    # The chains of recipients who are owed a draft are read anyway, whether anything of theirs is pending or not.
    others = records.with_pending(unit.connection, [recipient for recipient in recipients if recipient not in owed])
    for part in alike(unit.scene, [*owed, *others]):
        done, read = end_alike(unit, part, unit.principal)
        ended |= done
        drafted |= _draft(unit, [recipient for recipient in part if recipient in owed], owed, read)
    return [
        Swept(gstin, ended[gstin].expired, ended[gstin].lapsed, drafted.get(gstin), missed.get(gstin))
        for gstin in recipients
    ]


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


def _owed(unit: UnitOfWork, recipients: Sequence[str]) -> tuple[dict[str, tuple[TwoB, Allowed]], dict[str, TaxPeriod]]:
    """Return the GSTR-2B that each recipient is owed and does not have, with the decision.

    And the period of the one that they generate themselves, as it was missing on its day (FAQ 25).
    """
    standing = returns.standings(unit.connection, recipients)
    owed: dict[str, tuple[TwoB, Allowed]] = {}
    missed: dict[str, TaxPeriod] = {}
    for recipient in recipients:
        period = next_period(unit, recipient, standing)
        two_b = standing[recipient].get(period) or TwoB(recipient=recipient, period=period)
        if two_b.state is TwoBState.ABSENT:
            decision = considered(unit, two_b, "generate", standing, by="clock")
            if isinstance(decision, Allowed):
                owed[recipient] = (two_b, decision)
            elif decision.codes == (NOT_PERMITTED,):
                permit(unit, two_b, "generate", by="clock")
            elif isinstance(considered(unit, two_b, "generate", standing), Allowed):
                missed[recipient] = period
    return owed, missed


def _draft(
    unit: UnitOfWork, recipients: Sequence[str], owed: Mapping[str, tuple[TwoB, Allowed]], read: Scope | None
) -> dict[str, TaxPeriod]:
    """Draft the GSTR-2B that is owed to recipients who share a scene, those of one period at once; returns whose."""
    together: dict[tuple[TaxPeriod, Allowed], list[str]] = {}
    for recipient in recipients:
        two_b, allowed = owed[recipient]
        together.setdefault((two_b.period, allowed), []).append(recipient)
    for (period, allowed), theirs in together.items():
        draft(unit, theirs, period, allowed, read)
    return {recipient: owed[recipient][0].period for recipient in recipients}
