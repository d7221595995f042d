"""How the jobs of the calendar stand, as plain data and for people.

Imports the standing's values; prints, and asks no database.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ims_fsm.cli.output import counted, say
from ims_fsm.cli.plain import Plain, minute, time
from ims_fsm.terms.vocabulary import JobStatus

if TYPE_CHECKING:
    from ims_fsm.store.jobs import JobRun
    from ims_fsm.workflow.calendar.standing import Report, Standing

SHOWN = 8


def plain_report(found: Report) -> Plain:
    """Return how everything stands, as plain data; times in India."""
    following = found.next
    return {
        "at": time(found.at),
        "failed": found.failed,
        "late": found.late,
        "next": None
        if following is None
        else {"job": str(following.job), "period": following.key, "at": time(following.at)},
        "jobs": [_plain(one) for one in found.jobs],
    }


def tell_report(found: Report, *, everything: bool = False) -> None:
    """Print how everything stands: what is open, failed or skipped always, what is done while it is new."""
    shown = [
        one for place, one in enumerate(found.jobs) if everything or place < SHOWN or one.open or one.failed or one.late
    ]
    for one in shown:
        _tell(one)
    if not found.jobs:
        say("Nothing was due yet.")
    if len(found.jobs) > len(shown):
        say(f"{counted(len(found.jobs) - len(shown), 'older job')} done; --all shows them.")
    if found.next is not None:
        say(f"Next: {found.next.job} {found.next.key}, on {minute(found.next.at)}.")


def _tell(one: Standing) -> None:
    say(f"{one.job} {one.period}, due {minute(one.due_at)}: {_how_far(one)}.", hang=2)
    _each("failed", one.failed, one.shards.get(JobStatus.FAILED, 0))
    _each("skipped", one.skipped, one.shards.get(JobStatus.SKIPPED, 0))


def _how_far(one: Standing) -> str:
    done = one.recipients.get(JobStatus.DONE, 0)
    parts = [f"{counted(done, 'recipient')} done" + (f" by {minute(one.done_at)}" if one.done_at and done else "")]
    for status, word in ((JobStatus.TODO, "to do"), (JobStatus.FAILED, "failed"), (JobStatus.SKIPPED, "skipped")):
        if number := one.recipients.get(status, 0):
            parts.append(f"{number:,} {word}")
    if one.unplanned:
        parts.append(f"{one.unplanned:,} not planned yet")
    if one.late:
        parts.append("LATE")
    elif one.delay:
        parts.append(f"begun on {minute(one.planned_at)}")
    return ", ".join(parts)


def _each(word: str, runs: Sequence[JobRun], number: int) -> None:
    for run in runs:
        whose = run.recipient_gstin if run.single else f"{run.recipient_gstin} to {run.through}"
        again = f" (attempt {run.attempt}, again from {minute(run.not_before)})" if run.not_before else ""
        say(f"{word}  {whose}: {run.error}{again}", indent=2, hang=2)
    if number > len(runs):
        say(f"{word}  {number - len(runs):,} more", indent=2)


def _plain(one: Standing) -> Plain:
    return {
        "job": str(one.job),
        "period": one.period,
        "due_at": time(one.due_at),
        "planned_at": time(one.planned_at),
        "done_at": time(one.done_at),
        "late": one.late,
        "begun_late": bool(one.delay),
        "unplanned": one.unplanned,
        "shards": {str(status): number for status, number in one.shards.items()},
        "recipients": {str(status): number for status, number in one.recipients.items()},
        "failed": [_plain_run(run) for run in one.failed],
        "skipped": [_plain_run(run) for run in one.skipped],
    }


def _plain_run(run: JobRun) -> Plain:
    return {
        "from": run.recipient_gstin,
        "through": run.through,
        "error": run.error,
        "attempt": run.attempt,
        "not_before": time(run.not_before),
    }
