"""What the clock owes by now, planned once as shards of recipients, and how that stands: due, done, failed, late.

Imports the store and the law; does none of the jobs. What is due is read from the tables and the calendar alone, so it
does not matter when, how often or by how many it is planned.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import chain

from ims_fsm.law.book import LawBook
from ims_fsm.law.calendar import day_over, month_named, month_number
from ims_fsm.law.decision import decide
from ims_fsm.law.instants import Instant, latest, next_instant, on_day, time_limit
from ims_fsm.law.refusal import Refused
from ims_fsm.record.refusals import filled_in, return_fields
from ims_fsm.record.returns import MACHINE
from ims_fsm.record.scene import Scene
from ims_fsm.record.taxpayer import Taxpayer
from ims_fsm.store import cohorts, jobs, reminders
from ims_fsm.store.cohorts import Cohort, Draft
from ims_fsm.store.connection import serialise
from ims_fsm.store.jobs import Due, JobRun, Summary
from ims_fsm.terms.period import TaxPeriod, in_india
from ims_fsm.terms.vocabulary import Filing, Job, JobStatus, ReminderKind, TwoBState
from ims_fsm.workflow.calendar import reminding
from ims_fsm.workflow.unit import UnitOfWork
from ims_fsm.workflow.workspace import Workspace

_ONE_PLANS_AT_A_TIME = "job_run"
_UNREADABLE = "what is kept of the taxpayer {gstin} cannot be read; correct its row in the table taxpayer"


def plan(unit: UnitOfWork, chunk: int) -> int:
    """Write down everything that is due as shards of at most `chunk` recipients; returns how many are new.

    Those whose previous GSTR-3B is not filed are noted as skipped with the reason. Who files it on the 14th still is
    taken up, who files it later is reminded to generate that GSTR-2B (FAQ 25).
    """
    serialise(unit.connection, [_ONE_PLANS_AT_A_TIME])
    jobs.withdraw(unit.connection, unit.now)
    planned = _take_up(unit)
    for item in due(unit):
        planned += jobs.plan(unit.connection, item, unit.now, 1 if item.alone else chunk)
    _note_waiting(unit)
    _remind_who_was_late(unit)
    return planned


def due(unit: UnitOfWork) -> Iterator[Due]:
    """Give what is due by now and not planned, in the order in which it is to be done."""
    yield from _by_day(unit, Job.EXPIRE)
    yield from _early_returns(unit)
    yield from _by_day(unit, Job.LAPSE)
    yield from _drafts(unit)
    yield from _by_day(unit, Job.REMIND)


def cohort_of(book: LawBook, job: Job, period: str) -> Cohort:
    """Return the recipients that a job of a period is for, as the tables stand now."""
    if job is Job.DRAFT:
        return cohorts.to_draft(_drafts_of(book, TaxPeriod(period)))
    # A financial year is not a day: such a shard holds only the recipient who filed that annual return.
    return cohorts.in_groups(on_day(book, job, period), book.calendar.states)


def _by_day(unit: UnitOfWork, job: Job) -> Iterator[Due]:
    for instant in latest(unit.book, unit.now, job, jobs.planned(unit.connection, job)):
        cohort = cohorts.in_groups(instant.groups, unit.book.calendar.states)
        yield Due(job=job, period=instant.key, due_at=instant.at, cohort=cohort)


def _early_returns(unit: UnitOfWork) -> Iterator[Due]:
    for fy in cohorts.annual_returns(unit.connection):
        limit = _limit_of(unit, fy)
        if limit is not None:
            cohort = cohorts.early_return(fy, min(limit - timedelta.resolution, unit.now))
            yield Due(job=Job.EXPIRE, period=fy, due_at=unit.now, cohort=cohort, alone=True)


def _limit_of(unit: UnitOfWork, fy: str) -> datetime | None:
    # What is kept of one annual return may be broken, and must not keep the others from being planned.
    if not unit.book.calendar.is_financial_year(fy):
        return None
    return time_limit(unit.book, date(int(fy[:4]), 12, 31))


def _drafts(unit: UnitOfWork) -> Iterator[Due]:
    book = unit.book
    for period in _without_a_draft(unit):
        if not jobs.is_under_way(unit.connection, Job.DRAFT, period):
            cohort = jobs.but_noted(Job.DRAFT, period, cohort_of(book, Job.DRAFT, period))
            yield Due(job=Job.DRAFT, period=period, due_at=book.calendar.two_b_opens(period), cohort=cohort)


def _without_a_draft(unit: UnitOfWork) -> list[TaxPeriod]:
    """Return the tax periods whose day has come and which are somebody's next, without a GSTR-2B."""
    standings = cohorts.standings(unit.connection, unit.book.routing.eligible)
    return sorted({period for standing in standings for period in _next(unit, standing)})


def _next(unit: UnitOfWork, standing: cohorts.Standing) -> Iterator[TaxPeriod]:
    calendar = unit.book.calendar
    first = calendar.period_for(max(standing.registered_from, calendar.first_period), standing.filing)
    period = first if standing.filed is None else max(first, calendar.next(standing.filed, standing.filing))
    if calendar.two_b_opens(period) <= unit.now and (standing.newest is None or standing.newest < period):
        yield period


def _drafts_of(book: LawBook, period: TaxPeriod) -> list[Draft]:
    return [_draft_of(book, period, f) for f in Filing if book.calendar.is_period_end(period, f)]


def _draft_of(book: LawBook, period: TaxPeriod, filing: Filing) -> Draft:
    previous = book.calendar.previous(period, filing)
    kinds, until = frozenset(map(str, book.routing.eligible)), day_over(book.calendar.two_b_day(period))
    return Draft(period=period, previous=previous, until=until, filing=filing, kinds=kinds)


def to_take_up(unit: UnitOfWork) -> Iterator[Due]:
    """Give the drafts that were skipped, and are due since the reason has gone (FAQ 25)."""
    for period in jobs.skipped_periods(unit.connection, Job.DRAFT):
        skipped = jobs.skipped(Job.DRAFT, period, cohort_of(unit.book, Job.DRAFT, period))
        yield Due(job=Job.DRAFT, period=period, due_at=unit.now, cohort=skipped)


def _take_up(unit: UnitOfWork) -> int:
    planned = 0
    for skipped in to_take_up(unit):
        waiting = cohorts.waiting(_drafts_of(unit.book, TaxPeriod(skipped.period)))
        planned += jobs.take_up(unit.connection, skipped, cohorts.either(waiting, cohorts.unreadable()), unit.now)
    return planned


def _note_waiting(unit: UnitOfWork) -> None:
    for filing in Filing:
        period = _newest_due(unit, filing)
        if period is not None:
            waiting = cohorts.waiting([_draft_of(unit.book, period, filing)])
            _note(unit, period, waiting, _why_waiting(unit, period, filing, "not_filed"))
            _note(unit, period, cohorts.unreadable(), _UNREADABLE)


def _remind_who_was_late(unit: UnitOfWork) -> None:
    """Remind who has filed the previous GSTR-3B after the day of a draft, and note that as the reason (FAQ 25)."""
    for draft, late, gstins in late_and_unaware(unit):
        unit.know(gstins)
        reminding.to_generate(unit, [(gstin, draft.period) for gstin in gstins])
        why = _why_waiting(unit, draft.period, draft.filing, "filed_late")
        jobs.say_why(unit.connection, Due(job=Job.DRAFT, period=draft.period, due_at=unit.now, cohort=late), why)


def late_and_unaware(unit: UnitOfWork) -> Iterator[tuple[Draft, Cohort, Sequence[str]]]:
    """Give each draft that recipients were too late for, with them, and those who were not reminded of it yet."""
    for period in _without_a_draft(unit):
        for draft in _drafts_of(unit.book, period):
            late = cohorts.to_generate([draft])
            unaware = reminders.but_reminded(ReminderKind.TWO_B_TO_GENERATE, period, late)
            if gstins := cohorts.gstins(unit.connection, unaware):
                yield draft, late, gstins


def _note(unit: UnitOfWork, period: TaxPeriod, cohort: Cohort, why: str) -> None:
    opens = unit.book.calendar.two_b_opens(period)
    jobs.skip(unit.connection, Due(job=Job.DRAFT, period=period, due_at=opens, cohort=cohort), unit.now, why)


def _newest_due(unit: UnitOfWork, filing: Filing) -> TaxPeriod | None:
    calendar = unit.book.calendar
    first, last = month_number(calendar.first_period), month_number(TaxPeriod.of(in_india(unit.now).date()))
    periods = (month_named(number) for number in range(last, first - 1, -1))
    due = (p for p in periods if calendar.is_period_end(p, filing) and calendar.two_b_opens(p) <= unit.now)
    return next(due, None)


def _why_waiting(unit: UnitOfWork, period: TaxPeriod, filing: Filing, previous_3b: str) -> str:
    """Return why the machine does not let the clock draft a GSTR-2B of the recipient `{gstin}`."""
    edition = unit.book.law.machine(MACHINE).at(period)
    facts = edition.facts(
        two_b_day="come", previous_3b=previous_3b, generated_by="clock", period="whole", taxpayer="eligible"
    )
    decision = decide(edition, str(TwoBState.ABSENT), "generate", facts)
    someone = Taxpayer(gstin="{gstin}", filing=filing, registered_from=period)
    fields = return_fields(Scene(now=unit.now, book=unit.book, recipient=someone), period)
    return "; ".join(str(refusal) for refusal in filled_in(decision, fields)) if isinstance(decision, Refused) else ""


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
    for item in chain(to_take_up(unit), due(unit)):
        number = cohorts.size(unit.connection, item.cohort)
        if number:
            late = unit.now - item.due_at > GRACE
            yield Standing(job=item.job, period=item.period, due_at=item.due_at, unplanned=number, late=late)


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
