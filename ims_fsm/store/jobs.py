"""What the calendar did: job runs.

Imports the tables and the cohorts; knows no job's work and decides nothing. A job is planned once for each period and
shard of recipients, claimed by one worker and finished with its work; a claim lasts as long as its transaction.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, exists, func, literal, or_, select, true

from ims_fsm.store.cohorts import Cohort
from ims_fsm.store.connection import database_of
from ims_fsm.store.job_tables import JobRunRow
from ims_fsm.store.rows import reader
from ims_fsm.store.sql.prepared import counting
from ims_fsm.store.tables import TaxpayerRow, core
from ims_fsm.terms.vocabulary import Job, JobStatus

_table = core(JobRunRow)
_run = _table.c
_taxpayer = core(TaxpayerRow).c
_KEY = ("recipient_gstin", "job", "period", "through")
# In the words of the index over what is open, and its order: however many shards there are, one is found at once.
_OPEN = _run.status.in_([literal(str(status), literal_execute=True) for status in (JobStatus.TODO, JobStatus.FAILED)])
_SKIPPED = _run.status == literal(str(JobStatus.SKIPPED), literal_execute=True)
_IN_TURN = (_run.due_at, _run.job, _run.recipient_gstin)


@dataclass(frozen=True, slots=True, kw_only=True)
class JobRun:
    """A job on a shard: the recipients from `recipient_gstin` to `through`, both included; moments are UTC.

    `attempt` counts the failures, `error` says what went wrong or why it is skipped.
    """

    recipient_gstin: str
    job: Job
    period: str
    through: str
    status: JobStatus
    due_at: datetime
    planned_at: datetime
    recipients: int
    attempt: int
    tried_at: datetime | None
    not_before: datetime | None
    done_at: datetime | None
    error: str | None

    @property
    def single(self) -> bool:
        """Whether the shard has one recipient only."""
        return self.recipient_gstin == self.through


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """The shards of one job and period that stand alike: how many, with how many recipients, since when (UTC)."""

    job: Job
    period: str
    status: JobStatus
    shards: int
    recipients: int
    due_at: datetime
    planned_at: datetime
    done_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A job that is due to a cohort since a moment (UTC); `alone` asks for a shard each."""

    job: Job
    period: str
    due_at: datetime
    cohort: Cohort
    alone: bool = False


def plan(connection: Connection, due: Due, now: datetime, chunk: int) -> int:
    """Write what is due as shards of at most `chunk` recipients to do; returns how many shards are new to do.

    What is there already stays, but for a shard that is over and has come to be due again.
    """
    place = func.row_number().over(order_by=_taxpayer.gstin) - 1
    members = select(_taxpayer.gstin, (place // chunk).label("shard")).where(due.cohort).subquery()
    # SQLite would take ON CONFLICT for a join's ON, were there no WHERE.
    shards = _rows(due, JobStatus.TODO, now, func.min(members.c.gstin), func.max(members.c.gstin), func.count())
    return _insert(connection, shards.where(true()).group_by(members.c.shard))


def skip(connection: Connection, due: Due, now: datetime, why: str) -> int:
    """Write every recipient that a job is due for, and that is not noted yet, as skipped; returns how many.

    `{gstin}` in the reason is theirs.
    """
    same = (_run.job == str(due.job), _run.period == due.period, _own())
    noted = select(_run.recipient_gstin).where(*same)
    reason = func.replace(literal(why), literal("{gstin}"), _taxpayer.gstin)
    rows = _rows(due, JobStatus.SKIPPED, now, _taxpayer.gstin, _taxpayer.gstin, literal(1), reason)
    return _insert(connection, rows.where(due.cohort, _taxpayer.gstin.not_in(noted)))


def say_why(connection: Connection, due: Due, why: str) -> None:
    """Write another reason on those of a cohort who are skipped; `{gstin}` in it is theirs."""
    theirs = _run.recipient_gstin.in_(select(_taxpayer.gstin).where(due.cohort))
    skipped = _table.update().where(_run.job == str(due.job), _run.period == due.period, _SKIPPED, theirs)
    connection.execute(skipped.values(error=func.replace(literal(why), literal("{gstin}"), _run.recipient_gstin)))


def forget(connection: Connection, job: Job, period: str) -> None:
    """Remove what is planned and done of a job and period; it is planned again where it is due."""
    connection.execute(_table.delete().where(_run.job == str(job), _run.period == period))


def withdraw(connection: Connection, now: datetime) -> None:
    """Remove what a clock that ran ahead has planned before its time: it would pass for planned when that comes.

    What is due by now stays, whoever planned it: nothing is taken from a worker whose clock is a little ahead.
    """
    connection.execute(_table.delete().where(_run.due_at > now))


def take_up(connection: Connection, due: Due, waiting: Cohort, now: datetime) -> int:
    """Set the skipped that the job is due for now to do, and close those who do not wait for it any more either."""
    skipped = (_run.job == str(due.job), _run.period == due.period, _SKIPPED)
    theirs = select(_taxpayer.gstin)
    values = {"status": str(JobStatus.TODO), "due_at": due.due_at, "planned_at": now, "error": None}
    come = _run.recipient_gstin.in_(theirs.where(due.cohort))
    number = connection.execute(_table.update().where(*skipped, come).values(values)).rowcount
    gone = _run.recipient_gstin.not_in(theirs.where(waiting))
    connection.execute(_table.update().where(*skipped, gone).values(status=str(JobStatus.DONE), done_at=now))
    return number


def skipped(job: Job, period: str, cohort: Cohort) -> Cohort:
    """Return those of a cohort who are noted as skipped."""
    noted = select(_run.recipient_gstin).where(_run.job == str(job), _run.period == period, _SKIPPED)
    return and_(cohort, _taxpayer.gstin.in_(noted))


def skipped_periods(connection: Connection, job: Job) -> list[str]:
    """Return the periods of a job for which somebody is skipped."""
    query = select(_run.period).distinct().where(_run.job == str(job), _SKIPPED)
    return list(connection.execute(query.order_by(_run.period)).scalars())


def planned(connection: Connection, job: Job) -> set[str]:
    """Return the periods for which a job has been planned."""
    return {*connection.execute(select(_run.period).where(_run.job == str(job)).distinct()).scalars()}


def is_under_way(connection: Connection, job: Job, period: str) -> bool:
    """Say whether a job of a period has open shards of more than one recipient: its planning need not look further."""
    several = (_OPEN, _run.recipient_gstin != _run.through)
    query = select(_run.period).where(_run.job == str(job), _run.period == period, *several).limit(1)
    return connection.execute(query).first() is not None


def but_noted(job: Job, period: str, cohort: Cohort) -> Cohort:
    """Return those of a cohort who are not noted by themselves as to do, failed or skipped."""
    alone = (_run.recipient_gstin == _taxpayer.gstin, _run.through == _taxpayer.gstin)
    noted = exists().where(*alone, _run.job == str(job), _run.period == period, _run.status != str(JobStatus.DONE))
    return and_(cohort, ~noted)


def claim(connection: Connection, now: datetime, only: Collection[Job] = (), *, lock: bool = True) -> JobRun | None:
    """Return a shard that is due, held for the rest of the transaction, or None: earliest first.

    What other workers hold is passed over; `lock=False` only looks.
    """
    query = _due(now, only).order_by(*_IN_TURN).limit(1)
    rows = connection.execute(query.with_for_update(skip_locked=True) if lock else query)
    row = rows.mappings().first()
    return None if row is None else _run_of(row)


def finish(connection: Connection, run: JobRun, now: datetime, recipients: int) -> None:
    """Write that a shard is done, for so many recipients, in the transaction of its work."""
    done = {"status": str(JobStatus.DONE), "recipients": recipients, "done_at": now, "error": None, "not_before": None}
    key = (_run[name] == str(getattr(run, name)) for name in _KEY)
    connection.execute(_table.update().where(*key).values(done))


def fail(  # noqa: PLR0913, PLR0917 -- the columns of a failure
    connection: Connection, run: JobRun, gstin: str, error: str, attempt: int, now: datetime, pause: timedelta
) -> None:
    """Write that the job of a shard has failed for one of its recipients, who is tried again after a pause."""
    failed = {"status": str(JobStatus.FAILED), "recipients": 1, "attempt": attempt, "tried_at": now}
    failed |= {"error": error, "not_before": now + pause, "done_at": None, "due_at": run.due_at}
    key = {"recipient_gstin": gstin, "job": str(run.job), "period": run.period, "through": gstin}
    row = database_of(connection).insert(_table).values(key | failed | {"planned_at": run.planned_at})
    connection.execute(row.on_conflict_do_update(index_elements=list(_KEY), set_=failed))


def next_try(connection: Connection) -> datetime | None:
    """Return the earliest moment at which an open shard may be tried; its due moment where it never failed."""
    earliest = select(func.min(func.coalesce(_run.not_before, _run.due_at))).where(_OPEN)
    moment: datetime | None = connection.execute(earliest).scalar()
    return moment


def summaries(connection: Connection) -> list[Summary]:
    """Return how many shards and recipients of each job and period stand how."""
    grouped = (_run.job, _run.period, _run.status)
    query = select(
        *grouped,
        func.count().label("shards"),
        func.sum(_run.recipients).label("recipients"),
        func.min(_run.due_at).label("due_at"),
        func.min(_run.planned_at).label("planned_at"),
        func.max(_run.done_at).label("done_at"),
    ).group_by(*grouped)
    return list(map(_summary_of, connection.execute(query).mappings()))


def listed(connection: Connection, job: Job, period: str, status: JobStatus, most: int) -> list[JobRun]:
    """Return the first shards of a job and period that stand like this."""
    query = select(_table).where(_run.job == str(job), _run.period == period, _run.status == str(status))
    return [_run_of(row) for row in connection.execute(query.order_by(_run.recipient_gstin).limit(most)).mappings()]


def _due(now: datetime, only: Collection[Job]) -> Select[Any]:
    # A clock that was wrong may have set the next try years ahead: what was tried later than now is tried again.
    patient = or_(_run.not_before.is_(None), _run.not_before <= now, _run.tried_at > now)
    query = select(_table).where(_OPEN, _run.due_at <= now, patient)
    return query.where(_run.job.in_([str(job) for job in only])) if only else query


def _own() -> ColumnElement[bool]:
    alone: ColumnElement[bool] = _run.recipient_gstin == _run.through
    return alone


def _rows(  # noqa: PLR0913, PLR0917 -- the columns of a row
    due: Due, status: JobStatus, now: datetime, first: Any, through: Any, recipients: Any, error: Any = None
) -> Select[Any]:
    columns: dict[str, Any] = {
        "recipient_gstin": first,
        "job": literal(str(due.job)),
        "period": literal(due.period),
        "through": through,
        "status": literal(str(status)),
        "due_at": literal(due.due_at, _run.due_at.type),
        "planned_at": literal(now, _run.planned_at.type),
        "recipients": recipients,
        "attempt": literal(0),
        "error": literal(None, _run.error.type) if error is None else error,
    }
    return select(*(value.label(name) for name, value in columns.items()))


def _insert(connection: Connection, rows: Select[Any]) -> int:
    names = [column.name for column in rows.selected_columns]
    statement = database_of(connection).insert(_table).from_select(names, rows)
    again = {name: statement.excluded[name] for name in names[len(_KEY) :] if name != "attempt"}
    conflict = statement.on_conflict_do_update(
        index_elements=list(_KEY),
        set_={**again, "not_before": None, "done_at": None},
        where=_run.status == str(JobStatus.DONE),
    )
    return connection.execute(counting(conflict)).rowcount


_run_of = reader(JobRun)
_summary_of = reader(Summary, parts={"recipients": lambda row: int(row["recipients"])})
