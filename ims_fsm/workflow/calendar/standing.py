"""How the jobs of the calendar stand: due, done, skipped and why, failed and when they are tried again, late.

Imports the store and the planning; changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import chain

from ims_fsm.law.instants import Instant, next_instant
from ims_fsm.store import cohorts, jobs
from ims_fsm.store.jobs import JobRun, Summary
from ims_fsm.terms.vocabulary import Job, JobStatus
from ims_fsm.workflow.calendar import planning
from ims_fsm.workflow.unit import UnitOfWork
from ims_fsm.workflow.workspace import Workspace

# A scheduler rings each hour; what a second ring has not done is late.
GRACE = timedelta(hours=2)
MOST_NAMED = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One job of one period: since when it is due, when it was planned and last done (UTC), and how far it has come.

    `shards` and `recipients` count by status; `unplanned` are recipients to whom it is due and not planned. `failed`
    and `skipped` are the first of those shards. `late` says that some of it is due for longer than two hours.
    """

    job: Job
    period: str
    due_at: datetime
    planned_at: datetime | None = None
    done_at: datetime | None = None
    shards: Mapping[JobStatus, int] = field(default_factory=dict)
    recipients: Mapping[JobStatus, int] = field(default_factory=dict)
    unplanned: int = 0
    failed: Sequence[JobRun] = ()
    skipped: Sequence[JobRun] = ()
    late: bool = False

    @property
    def open(self) -> int:
        """How many recipients are still to be done, failed ones included, skipped ones not."""
        waiting = (self.recipients.get(status, 0) for status in (JobStatus.TODO, JobStatus.FAILED))
        return sum(waiting) + self.unplanned

    @property
    def delay(self) -> timedelta:
        """How long after it was due it was planned first; zero where that was within the two hours."""
        after = timedelta() if self.planned_at is None else self.planned_at - self.due_at
        return after if after > GRACE else timedelta()


@dataclass(frozen=True, slots=True)
class Report:
    """How everything stands at a moment (UTC), newest first, and the next instant of the calendar."""

    at: datetime
    jobs: tuple[Standing, ...]
    next: Instant | None

    @property
    def failed(self) -> bool:
        """Whether anything has failed and is not done since."""
        return any(job.shards.get(JobStatus.FAILED) for job in self.jobs)

    @property
    def late(self) -> bool:
        """Whether anything is late."""
        return any(job.late for job in self.jobs)


def report(workspace: Workspace) -> Report:
    """Return how the jobs of the calendar stand now."""
    with workspace.asking() as unit:
        standings = sorted(
            _standings(unit), key=lambda standing: (standing.due_at, standing.job, standing.period), reverse=True
        )
        return Report(unit.now, tuple(standings), next_instant(unit.book, unit.now))


def _standings(unit: UnitOfWork) -> Iterator[Standing]:
    by_job: dict[tuple[Job, str], list[Summary]] = {}
    for summary in jobs.summaries(unit.connection):
        by_job.setdefault((summary.job, summary.period), []).append(summary)
    for (job, period), rows in by_job.items():
        yield _planned(unit, job, period, rows)
    for due in chain(planning.to_take_up(unit), planning.due(unit)):
        number = cohorts.size(unit.connection, due.cohort)
        if number:
            late = unit.now - due.due_at > GRACE
            yield Standing(job=due.job, period=due.period, due_at=due.due_at, unplanned=number, late=late)


def _planned(unit: UnitOfWork, job: Job, period: str, rows: Sequence[Summary]) -> Standing:
    open_ones = [row for row in rows if row.status in {JobStatus.TODO, JobStatus.FAILED}]
    statuses = {row.status for row in rows}

    def listed(status: JobStatus) -> Sequence[JobRun]:
        return jobs.listed(unit.connection, job, period, status, MOST_NAMED) if status in statuses else ()

    return Standing(
        job=job,
        period=period,
        due_at=min(row.due_at for row in rows),
        planned_at=min(row.planned_at for row in rows),
        done_at=max((row.done_at for row in rows if row.done_at is not None), default=None),
        shards={row.status: row.shards for row in rows},
        recipients={row.status: row.recipients for row in rows},
        failed=listed(JobStatus.FAILED),
        skipped=listed(JobStatus.SKIPPED),
        late=any(unit.now - row.due_at > GRACE for row in open_ones),
    )
