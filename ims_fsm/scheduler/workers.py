"""Workers: who drains what is due. In this process, in processes beside it, or on a cluster: the same loop everywhere.

Imports the jobs; the cluster only when it is asked for. A worker that dies leaves its shard as it was before.
"""

from __future__ import annotations

import multiprocessing
import os
import pickle
import signal
from collections.abc import Callable, Collection
from contextlib import closing
from dataclasses import dataclass
from multiprocessing.connection import Connection as Pipe
from multiprocessing.process import BaseProcess
from multiprocessing.synchronize import Event
from typing import Protocol

from ims_fsm.errors import ImsFsmError
from ims_fsm.law.book import shipped_book
from ims_fsm.terms.vocabulary import Job, Trigger
from ims_fsm.workflow.calendar import jobs
from ims_fsm.workflow.calendar.isolation import sentence
from ims_fsm.workflow.calendar.jobs import Drained
from ims_fsm.workflow.engine import workspace_of
from ims_fsm.workflow.ims import IMS
from ims_fsm.workflow.workspace import Clock, Workspace, system_clock

Opener = Callable[[], IMS | Workspace]
Stop = Callable[[], bool]
ROUNDS = 3
LOOK_S = 0.2
_SPAWN = multiprocessing.get_context("spawn")
_REMEDY = "give the scheduler an opener, a function of a module that opens it as you do"
DATABASE = "IMS_FSM_DB"
_INLINE, _PROCESSES, _DASK = "inline", "processes", "dask://"


class WorkersError(ImsFsmError):
    """Workers cannot be started, or did not do what is due; the message says why and what to do."""

    code = "workers_unusable"


class Workers(Protocol):
    """Some workers: `round` has all of them drain what is due, once, and says what was done and what went wrong."""

    def round(self, only: Collection[Job], stop: Stop) -> tuple[Drained, list[str]]:
        """Drain until nothing is left to claim, or `stop` says so; faults are sentences, one for each worker lost."""


def drain(workspace: Workspace, workers: Workers, only: Collection[Job] = (), stop: Stop = lambda: False) -> Drained:
    """Have workers drain what is due; workers that were lost are started again, a few times.

    Raises `WorkersError` where shards are left because workers are lost again and again; they stay to be done.
    """
    total, faults = Drained(), list[str]()
    for _ in range(ROUNDS):
        if stop() or not jobs.is_due(workspace, only):
            return total
        done, faults = workers.round(only, stop)
        total += done
        if not faults:
            return total
    if jobs.is_due(workspace, only) and not stop():
        raise WorkersError(f"workers were lost {ROUNDS} times ({faults[0]}); what they left is done at the next look")
    return total


def named(text: str, workspace: Workspace, opener: Opener | None = None) -> Workers:
    """Return the workers that a text names: `inline`, `processes`, `processes:4`, or `dask://HOST:PORT`.

    Raises `WorkersError` for anything else, and where other processes cannot open what the workspace has open.
    """
    if text == _INLINE:
        return Inline(workspace)
    if text.startswith(_DASK):
        # The cluster's library is an extra, and slow to load.
        from ims_fsm.scheduler.cluster import Dask  # noqa: PLC0415

        return Dask(text.removeprefix(_DASK), opener or elsewhere(opening_of(workspace)))
    name, _, number = text.partition(":")
    if name == _PROCESSES and (not number or (number.isdecimal() and int(number) > 0)):
        return Processes(opener or opening_of(workspace), int(number or os.cpu_count() or 1))
    raise WorkersError(f"{text!r} names no workers; write inline, processes, processes:4 or dask://HOST:PORT")


@dataclass(frozen=True, slots=True)
class Opening:
    """Opens a database by its URL with a clock; a call gives an IMS, which whoever calls closes.

    `overlay` is TOML laid over the calendar, `roles` TOML that keeps triggers to roles.
    """

    url: str
    clock: Clock = system_clock
    overlay: str | None = None
    roles: str | None = None

    def __call__(self) -> IMS:
        """Open the database; raises `StoreError`."""
        return IMS(self.url, clock=self.clock, book=shipped_book(self.overlay, self.roles))


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Opens, on whatever machine it is called, the database that the environment there names (IMS_FSM_DB).

    So no URL, and no password in it, is sent to a cluster. Raises `WorkersError` where the environment names none.
    """

    clock: Clock = system_clock
    overlay: str | None = None
    roles: str | None = None

    def __call__(self) -> IMS:
        """Open the database; raises `StoreError`."""
        url = os.environ.get(DATABASE)
        if not url:
            remedy = f"start it with {DATABASE}=URL, the database as this machine reaches it"
            raise WorkersError(f"a worker has no {DATABASE} in its environment; {remedy}")
        return Opening(url, self.clock, self.overlay, self.roles)()


def elsewhere(opening: Opening) -> Elsewhere:
    """Return how other machines open what this one does."""
    return Elsewhere(opening.clock, opening.overlay, opening.roles)


def opening_of(workspace: Workspace) -> Opening:
    """Return how another process opens what a workspace has open.

    Raises `WorkersError` for a database in memory, and for a law, a clock or hooks of the clock's triggers that another
    process would not have.
    """
    if workspace.in_memory:
        raise WorkersError("a database in memory is seen by one process alone; use a file or PostgreSQL")
    if workspace.book is not shipped_book(workspace.book.overlay, workspace.book.roles):
        raise WorkersError(f"other processes would work by the law that ships and not by yours; {_REMEDY}")
    moved = {machine.name for machine in workspace.book.law.record_machines}
    if any(workspace.hooks.watch(trigger, moved) for trigger in (Trigger.EXPIRE, Trigger.LAPSE)):
        raise WorkersError(f"other processes would not call your hooks; {_REMEDY}")
    url = workspace.engine.url.render_as_string(hide_password=False)
    opening = Opening(url, workspace.clock, workspace.book.overlay, workspace.book.roles)
    try:
        pickle.dumps(opening)
    except (pickle.PicklingError, AttributeError, TypeError) as error:
        raise WorkersError(f"your clock cannot be handed to another process ({error}); {_REMEDY}") from error
    return opening


def drained(opener: Opener, only: Collection[Job], stop: Stop) -> tuple[Drained, str | None]:
    """Open the database, drain what is due, and close it again; says what was done, or what went wrong in a sentence.

    What fails for recipients is isolated and noted by the jobs; a fault here is the worker's own.
    """
    try:
        workspace = workspace_of(opener())
        with closing(workspace):
            return jobs.drain(workspace, only, stop), None
    except Exception as error:  # noqa: BLE001 -- it is told to the scheduler, and the other workers go on
        return Drained(), sentence(error)


@dataclass(frozen=True, slots=True)
class Inline:
    """One worker, in this thread."""

    workspace: Workspace

    def round(self, only: Collection[Job], stop: Stop) -> tuple[Drained, list[str]]:
        """Drain here; raises `StoreError` where the database cannot be used."""
        return jobs.drain(self.workspace, only, stop), []


@dataclass(frozen=True, slots=True)
class Processes:
    """Workers in processes of their own, started for a round and gone after it; each opens the database itself."""

    opener: Opener
    number: int

    def round(self, only: Collection[Job], stop: Stop) -> tuple[Drained, list[str]]:
        """Start the processes, wait for them, and tell what they have done; one that was killed is a fault."""
        stopping = _SPAWN.Event()
        started = [_start(self.opener, only, stopping) for _ in range(self.number)]
        total, faults = Drained(), list[str]()
        for process, pipe in started:
            while process.is_alive() and not pipe.poll(LOOK_S):
                if stop():
                    stopping.set()
            done, fault = _answer(process, pipe)
            total += done
            faults += [fault] if fault else []
        return total, faults


def _start(opener: Opener, only: Collection[Job], stopping: Event) -> tuple[BaseProcess, Pipe]:
    here, there = _SPAWN.Pipe(duplex=False)
    process = _SPAWN.Process(target=_apart, args=(opener, tuple(only), stopping, there, os.getpid()))
    process.start()
    there.close()
    return process, here


def _answer(process: BaseProcess, pipe: Pipe) -> tuple[Drained, str | None]:
    try:
        done, fault = pipe.recv()
    except EOFError:
        done, fault = Drained(), None
    finally:
        pipe.close()
        process.join()
    return done, fault or (f"a worker ended with {process.exitcode}" if process.exitcode else None)


def _apart(opener: Opener, only: tuple[Job, ...], stopping: Event, pipe: Pipe, parent: int) -> None:
    # Whoever is asked to stop is the scheduler; it tells its workers, which finish their shards.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    with pipe:
        pipe.send(drained(opener, only, lambda: stopping.is_set() or os.getppid() != parent))
