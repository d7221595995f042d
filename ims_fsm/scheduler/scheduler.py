"""The scheduler: APScheduler wakes it at the start, each hour and at the instants of the calendar, to do what is due.

Imports APScheduler, which keeps nothing. A wake-up that is late, doubled or missed does no harm: what is due is read
from the tables.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Event
from typing import Any

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.jobstores.memory import MemoryJobStore
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.combining import OrTrigger
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.date import DateTrigger
from apscheduler.triggers.interval import IntervalTrigger

from ims_fsm.law.book import LawBook
from ims_fsm.law.instants import next_instant
from ims_fsm.scheduler.workers import Opener, drain, named
from ims_fsm.terms.period import IST, in_india
from ims_fsm.terms.vocabulary import Job
from ims_fsm.workflow.calendar import jobs
from ims_fsm.workflow.calendar.isolation import sentence
from ims_fsm.workflow.calendar.jobs import CHUNK, Drained
from ims_fsm.workflow.calendar.planning import Report, report
from ims_fsm.workflow.engine import workspace_of
from ims_fsm.workflow.ims import IMS
from ims_fsm.workflow.workspace import Workspace, system_clock

log = logging.getLogger("ims_fsm.scheduler")
# What another worker holds, or has failed, is looked at again; never sooner than after a minute.
_SOONEST = timedelta(minutes=1)
_REGULAR, _FIRST, _AGAIN = "regular", "first", "again"


@dataclass(frozen=True, slots=True)
class Tick:
    """One wake-up: when (UTC), how many shards were planned, what was done, what went wrong as a whole.

    `signoffs` is how many lapsed as nobody had decided them in time.
    """

    at: datetime
    planned: int
    done: Drained
    fault: str | None = None
    signoffs: int = 0

    def __bool__(self) -> bool:
        """Say whether there was anything to do, or anything wrong."""
        return bool(self.planned or self.done.shards or self.done.failed or self.fault or self.signoffs)


class Scheduler:
    """Runs the calendar of one database: drafts, time limits, deadlines and reminders, each once.

    Any number of them, on any number of machines, may share a database. `workers` is `inline`, `processes`,
    `processes:N` or `dask://HOST:PORT`; `chunk` is the most recipients of a shard; `every` wakes it at another interval
    than on each full hour; `opener` opens the database in other processes where the law, the clock or the hooks are
    your own; `on_tick` is called after each wake-up. Raises `WorkersError`.
    """

    def __init__(
        self,
        ims: IMS | Workspace,
        *,
        workers: str = "inline",
        chunk: int = CHUNK,
        every: timedelta | None = None,
        opener: Opener | None = None,
        on_tick: Callable[[Tick], None] = lambda _tick: None,
    ) -> None:
        """Keep the database and who works on it; nothing runs yet."""
        self._ims = workspace_of(ims)
        self._workers = named(workers, self._ims, opener)
        self._chunk = chunk
        self._every = every
        self._on_tick = on_tick
        self._stopping = Event()
        self._timer: Any = None

    def start(self) -> None:
        """Do what is due at once and from then on, in a thread of its own; does nothing where it runs already."""
        if self._timer is not None:
            return
        self._stopping.clear()
        self._timer = BackgroundScheduler(
            timezone=IST,
            jobstores={"default": MemoryJobStore()},
            # One thread: wake-ups follow each other, and none is lost while another one works.
            executors={"default": ThreadPoolExecutor(1)},
            job_defaults={"coalesce": True, "misfire_grace_time": None, "max_instances": 1},
        )
        self._timer.add_job(self._wake_up, id=_FIRST)
        self._timer.add_job(self._wake_up, OrTrigger([self._interval(), _AtInstants(self._ims.book)]), id=_REGULAR)
        self._timer.start()

    def stop(self) -> None:
        """Wake up no more; returns when the shards that are worked on are finished."""
        self._stopping.set()
        if self._timer is not None:
            self._timer.shutdown(wait=True)
            self._timer = None
            # Whoever stopped it may still call `run_once`.
            self._stopping.clear()

    def run_once(self, only: Collection[Job] = ()) -> Tick:
        """Plan and do what is due by now, and return when nothing is left that can be claimed.

        Raises `StoreError` where the database cannot be used, `WorkersError` where workers are lost.
        """
        at = self._ims.clock()
        planned = jobs.plan(self._ims, self._chunk)
        done = drain(self._ims, self._workers, only, self._stopping.is_set)
        return Tick(at, planned, done, signoffs=0 if only else jobs.lapse_signoffs(self._ims))

    def status(self) -> Report:
        """Return what is due, done, skipped with the reason, failed with the error, and late."""
        return report(self._ims)

    def _wake_up(self) -> None:
        try:
            tick = self.run_once()
        except Exception as error:  # noqa: BLE001 -- the next wake-up tries again; whoever runs it hears of it
            tick = Tick(self._ims.clock(), 0, Drained(), sentence(error))
            log.error("%s", tick.fault, extra={"ims_event": "tick_failed"})  # noqa: TRY400 -- a sentence, and no traceback
        self._on_tick(tick)
        self._look_again(tick)

    def _look_again(self, tick: Tick) -> None:
        pause = _SOONEST if tick.fault else jobs.wait(self._ims)
        if pause is not None and not self._stopping.is_set():
            # By the machine's clock, as all that APScheduler does; ours may be one for rehearsals.
            at = system_clock() + max(pause, _SOONEST)
            self._timer.add_job(self._wake_up, DateTrigger(at, IST), id=_AGAIN, replace_existing=True)

    def _interval(self) -> Any:
        if self._every is None:
            return CronTrigger(minute=0, timezone=IST)
        return IntervalTrigger(seconds=self._every.total_seconds(), timezone=IST)


class _AtInstants(BaseTrigger):  # type: ignore[misc]  # APScheduler carries no types
    """Wakes it at the instants of the calendar."""

    def __init__(self, book: LawBook) -> None:
        self._book = book

    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> datetime | None:
        instant = next_instant(self._book, previous_fire_time or now)
        return None if instant is None else in_india(instant.at)
