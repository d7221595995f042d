"""`sweep` and `scheduler`: what the calendar owes, done by hand or unattended, and how its jobs stand.

Imports Typer and the options; the face and the scheduler when it is run.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

import typer

from ims_fsm.cli.call import Call, command, group, stopping
from ims_fsm.cli.failures import REFUSED, CallError
from ims_fsm.cli.options import minute
from ims_fsm.cli.output import counted, say
from ims_fsm.cli.returns import ended
from ims_fsm.terms.period import SettableClock
from ims_fsm.terms.vocabulary import Job, JobStatus

if TYPE_CHECKING:
    from ims_fsm import IMS, SweepReport
    from ims_fsm.scheduler import Report, Standing, Tick

NEWEST = 8
MOST = 5_000
group("scheduler", "The calendar: run it unattended, see how its jobs stand.")


@command("sweep", "gstin", "actor", "db", "at")
def sweep(call: Call, *, until: datetime | None = None, signoff: bool = False) -> None:
    """Do what the calendar owes by now, for one recipient or all: drafts of the 14th, section 16(4), pending's end.

    With --until every instant of the calendar up to there is taken for now in turn; use it on a copy of the database,
    because the results are written. Exit 1 if it failed for a recipient; the others are done.
    """
    course: list[tuple[datetime, SweepReport]] = []
    with call.working("Sweeping") as progress, call.ims(signoff=signoff) as ims:
        moments = _moments(ims, until)
        for place, moment in enumerate(moments):
            progress(f"Sweeping {minute(moment)}", place, len(moments))
            if until is not None:
                ims.clock = SettableClock(moment)
            course.append((moment, ims.sweep([call.gstin] if call.gstin else None, actor=call.actor)))
    instants = [
        {"at": moment, "swept": [swept for swept in report.swept if swept], "failures": report.failures}
        for moment, report in course
    ]
    held = not any(report.failures for _, report in course)
    call.answer(lambda: _tell_course(course, is_rehearsed=until is not None), {"instants": instants}, held=held)


def _moments(ims: IMS, until: datetime | None) -> list[datetime]:
    from ims_fsm.law.instants import instants

    now = ims.clock()
    if until is None:
        return [now]
    if until < now:
        raise CallError(f"--until {minute(until)} is before {minute(now)}; name a later moment")
    due = {instant.at for instant in instants(ims.book, now, until) if instant.job is not Job.REMIND}
    return sorted({now, *due, until})


def _tell_course(course: Sequence[tuple[datetime, SweepReport]], *, is_rehearsed: bool) -> None:
    for moment, report in course:
        lines = [f"{failure.recipient}: failed: {failure.sentence}" for failure in report.failures]
        for swept in report.swept:
            if swept.drafted:
                lines.append(f"{swept.recipient}: GSTR-2B of {swept.drafted} is drafted (faq.23).")
            if swept.to_generate:
                how = f"ims-fsm 2b generate --gstin {swept.recipient} --period {swept.to_generate}"
                lines.append(f"{swept.recipient}: GSTR-2B of {swept.to_generate} is theirs to generate (faq.25): {how}")
            lines += ended(swept.recipient, swept.expired, swept.lapsed)
        if lines and is_rehearsed:
            say(f"{minute(moment)}:")
        say(*(lines if lines or is_rehearsed else ["Nothing was due."]))
    if is_rehearsed:
        first, last = minute(course[0][0]), minute(course[-1][0])
        say(f"{counted(len(course), 'instant')} from {first} to {last}; the results are written.")


@command("scheduler run", "db", "at")
def run(
    call: Call, *, once: bool = False, workers: str = "inline", chunk: int | None = None, signoff: bool = False
) -> None:
    """Do what the calendar owes, at each of its instants and each hour, until stopped (SIGTERM, SIGINT).

    Any number may run on one database. A stop finishes the work in progress. With --once exit 1 if something has
    failed, or if it was stopped; ims-fsm scheduler status says what, and what is late in the hands of others.
    """
    from ims_fsm.scheduler import CHUNK, Scheduler

    if call.at is not None and not once:
        raise CallError("--at is for rehearsals and stands still; add --once, or leave it out")

    def tell(tick: Tick) -> None:
        if tick:
            _tell_tick(call, tick)

    with call.ims(signoff=signoff) as ims:
        scheduler = Scheduler(ims, workers=workers, chunk=chunk or CHUNK, on_tick=tell)
        if not once:
            with stopping() as stopped:
                scheduler.start()
                stopped.wait()
                sys.stderr.write("stopping; work in progress is finished first\n")
                scheduler.stop()
            return
        with stopping(scheduler.stop) as stopped, call.working("Doing what is due"):
            tick = scheduler.run_once()
        _tell_tick(call, tick)
        status = scheduler.status()
    # What is left and has not failed is in the hands of others.
    if status.failed or stopped.is_set():
        raise typer.Exit(REFUSED)


def _tell_tick(call: Call, tick: Tick) -> None:
    done = tick.done
    if tick.fault:
        said = f"{tick.fault}."
    elif tick:
        lapsed = f"; {counted(tick.signoffs, 'sign-off')} lapsed" if tick.signoffs else ""
        failed = f", failed for {counted(done.failed, 'recipient')}, to be retried" if done.failed else ""
        said = f"{counted(done.shards, 'shard')} done for {counted(done.recipients, 'recipient')}{failed}{lapsed}."
    else:
        said = "nothing was due."
    call.answer(lambda: say(f"{minute(tick.at)}: {said}"), tick, indent=None)
    sys.stdout.flush()


@command("scheduler status", "db", "at")
def status(call: Call, *, everything: bool = False) -> None:
    """Show what is due, done, skipped and why, failed and when it is retried; exit 1 if something failed or is late."""
    from ims_fsm.scheduler import Scheduler

    with call.ims() as ims:
        report = Scheduler(ims).status()
    held = not (report.failed or report.late)
    call.answer(lambda: _tell_report(report, everything=everything), report, held=held)


def _tell_report(report: Report, *, everything: bool) -> None:
    jobs = [
        job
        for place, job in enumerate(report.jobs)
        if everything or place < NEWEST or job.open or job.failed or job.late
    ]
    for job in jobs:
        say(f"{job.job} {job.period}, due {minute(job.due_at)}: {_how_far(job)}.", hang=2)
        _tell_runs("failed", job.failed, job.shards.get(JobStatus.FAILED, 0))
        _tell_runs("skipped", job.skipped, job.shards.get(JobStatus.SKIPPED, 0))
    if not report.jobs:
        say("Nothing was due yet.")
    if len(report.jobs) > len(jobs):
        say(f"{counted(len(report.jobs) - len(jobs), 'older job')} done; --all shows them.")
    if report.next is not None:
        say(f"Next: {report.next.job} {report.next.key}, on {minute(report.next.at)}.")


def _how_far(job: Standing) -> str:
    done = job.recipients.get(JobStatus.DONE, 0)
    parts = [f"{counted(done, 'recipient')} done" + (f" by {minute(job.done_at)}" if job.done_at and done else "")]
    for status_, word in ((JobStatus.TODO, "to do"), (JobStatus.FAILED, "failed"), (JobStatus.SKIPPED, "skipped")):
        if number := job.recipients.get(status_, 0):
            parts.append(f"{number:,} {word}")
    if job.unplanned:
        parts.append(f"{job.unplanned:,} not planned yet")
    if job.late:
        parts.append("LATE")
    elif job.delay:
        parts.append(f"begun on {minute(job.planned_at)}")
    return ", ".join(parts)


def _tell_runs(word: str, runs: Sequence[Any], number: int) -> None:
    for run_ in runs:
        whose = run_.recipient_gstin if run_.single else f"{run_.recipient_gstin} to {run_.through}"
        again = f" (attempt {run_.attempt}, again from {minute(run_.not_before)})" if run_.not_before else ""
        say(f"{word}  {whose}: {run_.error}{again}", indent=2, hang=2)
    if number > len(runs):
        say(f"{word}  {number - len(runs):,} more", indent=2)
