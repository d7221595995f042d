"""The jobs of the calendar done: one shard of recipients at a time, claimed, worked and finished in one transaction.

Imports the store, the planning and the use cases; starts no thread and waits for nothing. A shard that fails is
split until the failing recipient is isolated: they are noted with the error and tried again later, the others are done.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta

from ims_fsm.errors import ImsFsmError
from ims_fsm.store import cohorts, jobs
from ims_fsm.store.connection import serialise
from ims_fsm.store.events import in_turn
from ims_fsm.store.jobs import JobRun
from ims_fsm.terms.vocabulary import Job
from ims_fsm.workflow.calendar import planning, reminding, sweeps
from ims_fsm.workflow.calendar.sweeps import Swept, part_size, sentence
from ims_fsm.workflow.unit import UnitOfWork
from ims_fsm.workflow.workspace import Workspace

ACTOR = "clock"
CHUNK = 500
FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=1), timedelta(hours=6)
_DOUBLED_AT_MOST = 20


class NotDoneError(ImsFsmError):
    """A job was done for a recipient and is still due; the message says what to look at."""

    code = "job_not_done"


@dataclass(frozen=True, slots=True)
class Drained:
    """What one worker has done: shards, the recipients in them, and shards that failed and were split or put off."""

    shards: int = 0
    recipients: int = 0
    failed: int = 0

    def __add__(self, other: Drained) -> Drained:
        """Return what two workers have done together."""
        return Drained(self.shards + other.shards, self.recipients + other.recipients, self.failed + other.failed)


def plan(workspace: Workspace, chunk: int = CHUNK) -> int:
    """Write down everything that is due by now; returns how many shards are new to do. Doing it again adds none."""
    return workspace.run(lambda unit: planning.plan(unit, chunk), actor=ACTOR)


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
    """Claim one shard that is due and do it; None where there is none. Raises `StoreError`."""
    if not is_due(workspace, only):
        return None
    claimed: list[JobRun] = []
    try:
        return workspace.run(_claiming(only, claimed), actor=ACTOR)
    except Exception as error:
        # Before anything is claimed the error is not of a shard, and there is nothing to note.
        if not claimed:
            raise
        _note(workspace, claimed[-1], error)
        return Drained(failed=1)


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


def _claiming(only: Collection[Job], claimed: list[JobRun]) -> Callable[[UnitOfWork], Drained | None]:
    def work(unit: UnitOfWork) -> Drained | None:
        # A try before this one may have claimed another shard.
        claimed.clear()
        run = jobs.claim(unit.connection, unit.now, only)
        if run is None:
            return None
        claimed.append(run)
        gstins = _recipients(unit, run)
        serialise(unit.connection, gstins)
        in_turn(unit.connection, gstins)
        _perform(unit, run, gstins)
        jobs.finish(unit.connection, run, unit.now)
        return Drained(shards=1, recipients=len(gstins))

    return work


def _recipients(unit: UnitOfWork, run: JobRun) -> Sequence[str]:
    """Return who in a shard the job is due to now; who is noted alone is left to that shard."""
    cohort = planning.cohort_of(unit.book, run.job, run.period)
    meant = cohort if run.single else jobs.but_noted(run.job, run.period, cohort)
    return cohorts.gstins(unit.connection, meant, run.recipient_gstin, run.through)


def _perform(unit: UnitOfWork, run: JobRun, gstins: Sequence[str]) -> None:
    if run.job is Job.REMIND:
        reminding.remind(unit, gstins)
        return
    drafted = [(swept.recipient, swept.drafted) for swept in _swept(unit, gstins) if swept.drafted]
    reminding.announce_drafts(unit, drafted)
    left = _recipients(unit, run) if run.job is Job.DRAFT else ()
    if left:
        what = f"GSTR-2B of {run.period} of {left[0]} is due and was not drafted"
        raise NotDoneError(f'{what}; see recipient("{left[0]}", …).generate_2b("{run.period}")')


def _swept(unit: UnitOfWork, gstins: Sequence[str]) -> list[Swept]:
    return sweeps.sweep_many(unit, gstins)


def _note(workspace: Workspace, run: JobRun, error: Exception) -> None:
    """Write down that a shard failed, unless another worker has had it since."""

    def work(unit: UnitOfWork) -> None:
        if not jobs.hold(unit.connection, run):
            return
        members = len(_recipients(unit, run))
        if run.single or not members:
            jobs.fail(unit.connection, run, unit.now, sentence(error), unit.now + pause(run.attempt + 1))
            return
        cohort = jobs.but_noted(run.job, run.period, planning.cohort_of(unit.book, run.job, run.period))
        jobs.split(unit.connection, run, cohort, unit.now, part_size(members), sentence(error))

    workspace.run(work, actor=ACTOR)
