"""What the calendar owes by now: records out of time removed, pending ended, drafts of the 14th generated.

Imports the store and the law; a unit sweeps one recipient or a chunk of them, in the same few statements. Where that
fails for a recipient the others are done, and the one is named.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from math import isqrt
from typing import TypeVar

from ims_fsm.errors import ImsFsmError
from ims_fsm.law.refusal import Allowed
from ims_fsm.record.returns import TwoB
from ims_fsm.store import records, returns
from ims_fsm.store.connection import serialise
from ims_fsm.store.sql.scene import Scope
from ims_fsm.terms.period import TaxPeriod
from ims_fsm.terms.vocabulary import TwoBState
from ims_fsm.workflow.calendar import reminding
from ims_fsm.workflow.returns import Ended, Standings, considered, draft, end_alike, is_filed
from ims_fsm.workflow.unit import UnitOfWork, alike
from ims_fsm.workflow.workspace import Workspace

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Failure:
    """A recipient where something could not be done, and why."""

    recipient: str
    #: The error's code, "unexpected" for one that is not ours.
    code: str
    #: What went wrong, in one line.
    sentence: str
    #: The error itself, as it was raised.
    error: Exception = field(compare=False, repr=False)

    @classmethod
    def of(cls, recipient: str, error: Exception) -> Failure:
        """Return the failure that an error is."""
        code = error.code if isinstance(error, ImsFsmError) else "unexpected"
        return cls(recipient, code, sentence(error), error)


def isolated(recipients: Sequence[str], work: Callable[[Sequence[str]], Sequence[T]]) -> tuple[list[T], list[Failure]]:
    """Work on recipients together, and where that fails in smaller parts, down to the one recipient where it fails.

    `work` keeps all of what it does for some recipients, or nothing. Returns what it answered and who failed.
    """
    try:
        return list(work(recipients)), []
    except Exception as error:  # noqa: BLE001 -- a hook of the embedder may raise anything, and the others go on
        if len(recipients) == 1:
            return [], [Failure.of(recipients[0], error)]
    done: list[T] = []
    failures: list[Failure] = []
    for part in parted(recipients, part_size(len(recipients))):
        answered, failed = isolated(part, work)
        done += answered
        failures += failed
    return done, failures


def parted(recipients: Sequence[str], size: int) -> list[Sequence[str]]:
    """Return recipients in parts of at most so many, in their order."""
    return [recipients[start : start + size] for start in range(0, len(recipients), size)]


def part_size(recipients: int) -> int:
    """Return how many recipients a part of a failed shard has: the root, so that few tries find who fails."""
    return isqrt(recipients)


def sentence(error: BaseException) -> str:
    """Return what went wrong in one line, of an error that nobody expected too."""
    if isinstance(error, ImsFsmError):
        return " ".join(str(error).split())
    first = next(iter(str(error).splitlines()), "")
    return f"unexpected error ({type(error).__name__}: {first}); fix the cause, then it can be tried again"


# How many recipients one transaction sweeps; benchmarks/RESULTS.md has the curve.
SWEPT_AT_ONCE = 500


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


def sweep(workspace: Workspace, recipients: Sequence[str], actor: str) -> SweepReport:
    """Do what the calendar owes recipients by now, in chunks of a transaction each; who fails stops no other."""

    def swept(chunk: Sequence[str]) -> list[Swept]:
        def work(unit: UnitOfWork) -> list[Swept]:
            serialise(unit.connection, chunk)
            return sweep_many(unit, chunk)

        return workspace.run(work, actor=actor)

    report = SweepReport()
    # A hook that raises is not asked again in the same sweep.
    for chunk in parted(recipients, 1 if workspace.hooks.registered else SWEPT_AT_ONCE):
        done, failed = isolated(chunk, swept)
        report = SweepReport((*report.swept, *done), (*report.failures, *failed))
    return report


def sweep_many(unit: UnitOfWork, recipients: Sequence[str]) -> list[Swept]:
    """Do what the calendar owes recipients by now (FAQ 21, 23, 25, 27, and the pending deadline of October 2025)."""
    unit.know(recipients)
    owed, missed = _owed(unit, recipients)
    reminding.to_generate(unit, missed.items())
    ended, drafted = dict.fromkeys(recipients, Ended()), dict[str, TaxPeriod]()
    # The chains of recipients who are owed a draft are read anyway, whether anything of theirs is pending or not.
    others = records.with_pending(unit.connection, [recipient for recipient in recipients if recipient not in owed])
    for part in alike(unit, [*owed, *others]):
        done, read = end_alike(unit, part)
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
            elif isinstance(considered(unit, two_b, "generate", standing), Allowed):
                missed[recipient] = period
    return owed, missed


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
