"""`scheduler`: the calendar run unattended, once or on and on, and how its jobs stand.

Imports Typer and the options; the scheduler when it is run.
"""

from __future__ import annotations

import json
import signal
import sys
from threading import Event
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ims_fsm.cli import options
from ims_fsm.cli.failures import REFUSED, CallError
from ims_fsm.cli.output import counted, emit, say
from ims_fsm.cli.plain import minute, time
from ims_fsm.cli.progress import working
from ims_fsm.cli.scheduled import plain_report, tell_report
from ims_fsm.cli.session import opened

if TYPE_CHECKING:
    from ims_fsm.scheduler import Scheduler, Tick

commands = typer.Typer(no_args_is_help=True, help="The calendar: run it unattended, see how it stands.")

MOST = 5_000
Workers = Annotated[
    str,
    typer.Option(
        "--workers", metavar="WORKERS", help="Who does what is due: inline, processes, processes:4, dask://HOST:PORT."
    ),
]
Chunk = Annotated[
    int | None,
    typer.Option("--chunk", min=1, max=MOST, metavar="N", help="The most recipients that are done in one transaction."),
]
Everything = Annotated[bool, typer.Option("--all", help="Also jobs that were done long ago.")]


@commands.command("run")
def run(
    *,
    once: Annotated[bool, typer.Option("--once", help="Do what is due by now, and end; for cron.")] = False,
    workers: Workers = "inline",
    chunk: Chunk = None,
    db: options.Db = options.DEFAULT_DB,
    as_json: options.AsJson = False,
    at: options.At = None,
) -> None:
    """Do what the calendar owes, at each of its instants and each hour, until told to stop (SIGTERM, SIGINT).

    Any number may run on one database. A stop finishes what is begun. With --once exit 1 where something has failed
    or is late, or where it was stopped; ims-fsm scheduler status says what.
    """
    from ims_fsm.scheduler import Scheduler
    from ims_fsm.workflow.calendar.jobs import CHUNK

    if at is not None and not once:
        raise CallError("--at is for rehearsals and stands still; add --once, or leave it out")

    def told(tick: Tick) -> None:
        if tick:
            _tell_tick(tick, as_json=as_json)

    with opened(db, at) as ims:
        scheduler = Scheduler(ims, workers=workers, chunk=chunk or CHUNK, told=told)
        if once:
            _once(scheduler, as_json=as_json)
        else:
            _on_and_on(scheduler)


@commands.command("status")
def status(
    *,
    everything: Everything = False,
    db: options.Db = options.DEFAULT_DB,
    as_json: options.AsJson = False,
    at: options.At = None,
) -> None:
    """Show what is due, done, skipped and why, failed and when it is tried again; exit 1 for failed or late."""
    from ims_fsm.workflow.calendar.standing import report

    with opened(db, at) as ims:
        found = report(ims)
    if as_json:
        emit(plain_report(found))
    else:
        tell_report(found, everything=everything)
    if found.failed or found.late:
        raise typer.Exit(REFUSED)


def _once(scheduler: Scheduler, *, as_json: bool) -> None:
    stopped = Event()

    def stop(*_signal: object) -> None:
        stopped.set()
        scheduler.stop()

    _on_signals(stop)
    with working("Doing what is due", quiet=as_json):
        tick = scheduler.run_once()
    _tell_tick(tick, as_json=as_json)
    found = scheduler.status()
    if found.failed or found.late or stopped.is_set():
        raise typer.Exit(REFUSED)


def _on_and_on(scheduler: Scheduler) -> None:
    stopped = Event()
    _on_signals(lambda *_signal: stopped.set())
    scheduler.start()
    stopped.wait()
    sys.stderr.write("stopping; what is begun is finished first\n")
    scheduler.stop()


def _on_signals(stop: Any) -> None:
    for one in (signal.SIGTERM, signal.SIGINT):
        signal.signal(one, stop)


def _tell_tick(tick: Tick, *, as_json: bool) -> None:
    done = tick.done
    if as_json:
        told = {"at": time(tick.at), "planned": tick.planned, "shards": done.shards, "recipients": done.recipients}
        sys.stdout.write(json.dumps({**told, "failed": done.failed, "fault": tick.fault}, ensure_ascii=False) + "\n")
    elif tick.fault:
        say(f"{minute(tick.at)}: {tick.fault}.")
    elif tick:
        failed = f", {counted(done.failed, 'shard')} failed and split or put off" if done.failed else ""
        what = f"{counted(done.shards, 'shard')} done for {counted(done.recipients, 'recipient')}"
        say(f"{minute(tick.at)}: {what}{failed}.")
    else:
        say(f"{minute(tick.at)}: nothing was due.")
    sys.stdout.flush()
