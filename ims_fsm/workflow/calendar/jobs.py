"""The jobs of the calendar done: one shard of recipients at a time, claimed, worked and finished in one transaction.

Imports the store, the planning and the use cases; starts no thread and waits for nothing. A shard that fails is
split until the failing recipient is isolated: they are noted with the error and tried again later, the others are done.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from operator import attrgetter

from ims_fsm.errors import ImsFsmError
from ims_fsm.law.calendar import day_over
from ims_fsm.law.instants import reminder_at
from ims_fsm.law.refusal import Allowed
from ims_fsm.record.record import Record
from ims_fsm.store import cohorts, jobs
from ims_fsm.store.connection import serialise
from ims_fsm.store.events import in_turn
from ims_fsm.store.jobs import JobRun, Reminder
from ims_fsm.terms.period import TaxPeriod, in_india
from ims_fsm.terms.vocabulary import Job, ReminderKind, Trigger
from ims_fsm.workflow.calendar import planning, sweeps
from ims_fsm.workflow.calendar.sweeps import Swept, part_size, sentence
from ims_fsm.workflow.unit import UnitOfWork, consider
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
        remind(unit, gstins)
        return
    drafted = [(swept.recipient, swept.drafted) for swept in _swept(unit, gstins) if swept.drafted]
    announce_drafts(unit, drafted)
    left = _recipients(unit, run) if run.job is Job.DRAFT else ()
    if left:
        what = f"GSTR-2B of {run.period} of {left[0]} is due and was not drafted"
        raise NotDoneError(f"{what}; see ims-fsm 2b generate --gstin {left[0]} --period {run.period}")


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


Subject = tuple[str, ReminderKind, str, datetime]


def remind(unit: UnitOfWork, gstins: Collection[str]) -> None:
    """Give some recipients every reminder that is owed by now; one that was given is not given again."""
    unit.know(gstins)
    stale = jobs.stale(unit.connection, gstins)
    sizes = jobs.sizes(unit.connection, stale) if stale else {}
    about: Counter[Subject] = Counter()
    for gstin, period in stale:
        about[gstin, ReminderKind.TWO_B_STALE, period, _file_by(unit, gstin, period)] = sizes.get((gstin, period), 0)
    for _, waiting in groupby(jobs.pending(unit.connection, gstins), attrgetter("recipient")):
        about.update(_ending(unit, list(waiting)))
    jobs.remind(unit.connection, [
        _reminder(unit, subject, records, days)
        for subject, records in about.items()
        if (days := _days_ahead(unit, subject)) is not None
    ])  # fmt: skip


def announce_drafts(unit: UnitOfWork, drafted: Iterable[tuple[str, TaxPeriod]]) -> None:
    """Tell recipients that their GSTR-2B is drafted (FAQ 23), with the end of the day on which GSTR-3B is due."""
    alike: dict[tuple[TaxPeriod, datetime], list[str]] = {}
    for gstin, period in drafted:
        alike.setdefault((period, _file_by(unit, gstin, period)), []).append(gstin)
    for (period, due_at), gstins in alike.items():
        like = _reminder(unit, (gstins[0], ReminderKind.DRAFT_READY, period, due_at), 0)
        jobs.remind_with_sizes(unit.connection, gstins, like)


def _reminder(unit: UnitOfWork, subject: Subject, records: int, days: int = 0) -> Reminder:
    gstin, kind, what, due_at = subject
    rule = unit.book.calendar.declared.reminder[kind].rule
    return Reminder(
        recipient_gstin=gstin,
        kind=kind,
        subject=what,
        due_at=due_at,
        days=days,
        at=unit.now,
        records=records,
        rule=rule,
    )


def _days_ahead(unit: UnitOfWork, subject: Subject) -> int | None:
    """Return the last of the declared numbers of days whose instant has come, while it is not too late."""
    _, kind, _, due_at = subject
    declared = unit.book.calendar.declared.reminder[kind].days_before
    come = [days for days in declared if reminder_at(due_at, days) <= unit.now < due_at]
    return min(come, default=None)


def _file_by(unit: UnitOfWork, gstin: str, period: TaxPeriod) -> datetime:
    taxpayer = unit.taxpayer(gstin)
    return day_over(unit.book.calendar.due_gstr3b(period, taxpayer.filing, taxpayer.state))


def _ending(unit: UnitOfWork, waiting: Sequence[Record]) -> Iterator[Subject]:
    chains = unit.chains_of(waiting)
    for record in waiting:
        scene = unit.scene(record.recipient)
        if record.cutoff_at is not None and _would(unit, record, Trigger.EXPIRE, record.cutoff_at, chains[record.id]):
            day = in_india(record.cutoff_at).date().isoformat()
            yield record.recipient, ReminderKind.TIME_LIMIT, day, record.cutoff_at
        deadline = scene.pending_until(record)
        if _would(unit, record, Trigger.LAPSE, deadline, chains[record.id]):
            yield record.recipient, ReminderKind.PENDING_DEADLINE, scene.expected_period(record), deadline


def _would(unit: UnitOfWork, record: Record, trigger: Trigger, at: datetime, chain: Sequence[Record]) -> bool:
    """Say whether the clock would end pending of a record at a moment to come, if nothing is done until then."""
    edition = unit.scene(record.recipient).edition(record)
    if unit.now >= at or edition.transition(record.state, trigger) is None:
        return False
    then = UnitOfWork(unit.connection, unit.book, unit.hooks, at, unit.actor)
    return isinstance(consider(then, record, trigger, chain=chain), Allowed)
