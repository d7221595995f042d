"""The jobs of the calendar done: one shard of recipients at a time, claimed, worked and finished in one transaction.

Imports the store, the planning and the use cases; starts no thread and waits for nothing. Who fails in a shard is
isolated, noted with the error and tried again later; the others are done.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial

from ims_fsm.errors import ImsFsmError
from ims_fsm.store import cohorts, jobs
from ims_fsm.store.connection import serialise
from ims_fsm.store.events import in_turn
from ims_fsm.store.jobs import JobRun
from ims_fsm.terms.principal import CLOCK
from ims_fsm.terms.vocabulary import Job
from ims_fsm.workflow.calendar import planning, reminding, sweeps
from ims_fsm.workflow.calendar.isolation import Failure, isolated
from ims_fsm.workflow.signoff import steps as signoffs
from ims_fsm.workflow.unit import UnitOfWork
from ims_fsm.workflow.workspace import Workspace

log = logging.getLogger("ims_fsm.scheduler")
CHUNK = 500
FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=1), timedelta(hours=6)
_DOUBLED_AT_MOST = 20


class NotDoneError(ImsFsmError):
    """A job was done for a recipient and is still due; the message says what to look at."""

    code = "job_not_done"


@dataclass(frozen=True, slots=True)
class Drained:
    """What workers have done: shards, the recipients done in them, and those for whom it failed."""

    shards: int = 0
    recipients: int = 0
    failed: int = 0

    def __add__(self, other: Drained) -> Drained:
        """Return what two workers have done together."""
        return Drained(self.shards + other.shards, self.recipients + other.recipients, self.failed + other.failed)


def plan(workspace: Workspace, chunk: int = CHUNK) -> int:
    """Write down everything that is due by now; returns how many shards are new to do. Doing it again adds none."""
    return workspace.run(lambda unit: planning.plan(unit, chunk), actor=CLOCK)


def lapse_signoffs(workspace: Workspace) -> int:
    """Let sign-offs lapse that nobody has decided in time, where the database is opened with them; returns how many.

    Where that fails it is logged, stops no other, and is tried at the next wake-up.
    """
    if workspace.limits is None:
        return 0
    with workspace.asking() as unit:
        late = signoffs.overdue(unit, None, workspace.limits)
    owners = sorted({owner for owner, _ in late})
    if not owners:
        return 0

    def work(unit: UnitOfWork) -> list[Failure]:
        serialise(unit.connection, owners)
        return signoffs.lapse_overdue(unit, owners, workspace.limits)

    failures = workspace.run(work, actor=CLOCK)
    for failure in failures:
        log.error("%s: %s", failure.recipient, failure.sentence, extra={"ims_event": "signoff_not_lapsed"})
    return len(late) - len(failures)


def drain(workspace: Workspace, only: Collection[Job] = (), stop: Callable[[], bool] = lambda: False) -> Drained:
    """Claim and do what is due, shard after shard, until nothing is left or `stop` says so; says what was done.

    Any number of workers may drain one database at once. Raises `StoreError` where it cannot be used.
    """
    total = Drained()
    while not stop():
        done = work(workspace, only)
        if done is None:
            return total
        total += done
    return total


def work(workspace: Workspace, only: Collection[Job] = ()) -> Drained | None:
    """Claim one shard that is due and do it; None where there is none. Raises `StoreError`, `ConflictError`."""
    return workspace.run(partial(_worked, only=only), actor=CLOCK) if is_due(workspace, only) else None


def is_due(workspace: Workspace, only: Collection[Job] = ()) -> bool:
    """Say whether a shard is due, in whoever's hands it is."""
    with workspace.asking() as unit:
        return jobs.claim(unit.connection, unit.now, only, lock=False) is not None


def wait(workspace: Workspace) -> timedelta | None:
    """Return how long until an open shard may be tried (zero: by now, others hold it); None where none is open."""
    with workspace.asking() as unit:
        earliest = jobs.next_try(unit.connection)
        return None if earliest is None else max(earliest - unit.now, timedelta())


def pause(attempt: int) -> timedelta:
    """Return how long to wait after so many failures: a minute, then twice as long each time, up to six hours."""
    doubled: timedelta = FIRST_PAUSE * (1 << min(attempt - 1, _DOUBLED_AT_MOST))
    return min(doubled, LONGEST_PAUSE)


def _worked(unit: UnitOfWork, only: Collection[Job]) -> Drained | None:
    run = jobs.claim(unit.connection, unit.now, only)
    if run is None:
        return None
    gstins = _recipients(unit, run)
    serialise(unit.connection, gstins)
    in_turn(unit.connection, gstins)
    _, failures = isolated(unit, gstins, partial(_perform, run))
    done = len(gstins) - len(failures)
    jobs.finish(unit.connection, run, unit.now, done)
    attempt = run.attempt + 1 if run.single else 1
    for failure in failures:
        jobs.fail(unit.connection, run, failure.recipient, failure.sentence, attempt, unit.now, pause(attempt))
    return Drained(1, done, len(failures))


def _recipients(unit: UnitOfWork, run: JobRun) -> Sequence[str]:
    """Return who in a shard the job is due to now; who is noted alone is left to that shard."""
    cohort = planning.cohort_of(unit.book, run.job, run.period)
    meant = cohort if run.single else jobs.but_noted(run.job, run.period, cohort)
    return cohorts.gstins(unit.connection, meant, run.recipient_gstin, run.through)


def _perform(run: JobRun, unit: UnitOfWork, gstins: Sequence[str]) -> None:
    if run.job is Job.REMIND:
        reminding.remind(unit, gstins)
        return
    drafted = [(swept.recipient, swept.drafted) for swept in sweeps.sweep_many(unit, gstins) if swept.drafted]
    reminding.announce_drafts(unit, drafted)
    part = replace(run, recipient_gstin=gstins[0], through=gstins[-1])
    left = _recipients(unit, part) if run.job is Job.DRAFT else ()
    if left:
        what = f"GSTR-2B of {run.period} of {left[0]} is due and was not drafted"
        raise NotDoneError(f'{what}; see recipient("{left[0]}", …).generate_2b("{run.period}")')
