"""Processes that act on single records of one database at the same time: how long the last waits, and who gets most.

Imports the face of the engine and the fixture; each process is one of its own, as workers and people are.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import cycle
from multiprocessing.synchronize import Barrier
from time import perf_counter
from typing import Any

from sqlalchemy import Engine, func, select

from benchmarks import fixture, proof
from benchmarks.databases import Place, postgresql, sqlite
from benchmarks.measure import Samples, Variant, interleaved, require_equal
from benchmarks.result import Group, Size
from ims_fsm import IMS
from ims_fsm.store.connection import open_engine, reading, writing
from ims_fsm.store.queue import Queue

PROCESSES = {Size.SMALLEST: 2, Size.QUICK: 8, Size.FULL: 8}
ROUNDS = {Size.SMALLEST: 1, Size.QUICK: 3, Size.FULL: 7}
SECONDS = {Size.SMALLEST: 0.2, Size.QUICK: 3.0, Size.FULL: 5.0}
EACH = {Size.SMALLEST: 20, Size.QUICK: 2_000, Size.FULL: 2_000}
LONGEST_MS, UNEVEN = 250.0, 2.0
SHAPE = fixture.Shape("open", "all may be accepted", (("open", 1),))


@dataclass(frozen=True, slots=True)
class Ran:
    """What the processes of one round did: the seconds of each action of each process, in order of size."""

    waits: tuple[tuple[float, ...], ...]

    @property
    def all(self) -> list[float]:
        """The seconds of all actions, in order of size."""
        return sorted(wait for waits in self.waits for wait in waits)

    @property
    def uneven(self) -> float:
        """How many times as often the luckiest process acted as the unluckiest."""
        return max(map(len, self.waits)) / max(1, min(map(len, self.waits)))


def measure(size: Size) -> Group:
    """Measure on SQLite, beside its own way of waiting; on PostgreSQL one recipient beside many, but the smallest."""
    group = Group("at_once", "Eight processes act at once")
    with ExitStack() as stack:
        _on_sqlite(stack.enter_context(sqlite()), group, size)
        if size is not Size.SMALLEST:
            _on_postgresql(stack.enter_context(postgresql()), group, size)
    group.says.append(
        f"{PROCESSES[size]} processes accept and reject single records for {SECONDS[size]:g} s a round, each of a "
        "recipient of its own unless it says otherwise. The longest wait is that of the slowest action of all, from "
        "the call to the answer; it holds what the machine itself keeps a process waiting."
    )
    return group


def _on_sqlite(place: Place, group: Group, size: Size) -> None:
    samples, ran = _measured(place, size, {"ours": (True, False), "busy handler": (False, False)})
    baseline = ("busy handler", "SQLite's own busy handler")
    group.compare("SQLite.longest", "the longest wait of a round, SQLite", samples, baseline)
    _tell(group, "SQLite", ran["ours"], goals=True)
    _tell(group, "SQLite, its own busy handler", ran["busy handler"], goals=False)


def _on_postgresql(place: Place, group: Group, size: Size) -> None:
    _, ran = _measured(place, size, {"apart": (True, False), "same": (True, True)})
    seconds = Samples({name: [SECONDS[size] / len(one.all) for one in rounds] for name, rounds in ran.items()})
    work = "an action on one recipient's records, all processes together, PostgreSQL"
    group.compare("PostgreSQL.same", work, seconds, ("apart", "the same, each on a recipient of its own"), ours="same")
    for name, rounds in ran.items():
        _tell(group, f"PostgreSQL, {name}", rounds, goals=True)


def _tell(group: Group, name: str, rounds: list[Ran], *, goals: bool) -> None:
    key, waits = name.replace(", ", ".").replace(" ", "_"), sorted(wait for ran in rounds for wait in ran.all)
    group.tell(f"{key}.p50", f"{name}: half of all waits are shorter", waits[len(waits) // 2] * 1000, "ms")
    group.tell(f"{key}.p99", f"{name}: 99 % of all waits are shorter", waits[len(waits) * 99 // 100] * 1000, "ms")
    longest = max(waits) * 1000
    group.tell(f"{key}.longest", f"{name}: the longest wait", longest, "ms", LONGEST_MS if goals else None)
    uneven = max(ran.uneven for ran in rounds)
    group.tell(
        f"{key}.uneven", f"{name}: most actions of a process by fewest", uneven, "times", UNEVEN if goals else None
    )


def _measured(place: Place, size: Size, variants: dict[str, tuple[bool, bool]]) -> tuple[Samples, dict[str, list[Ran]]]:
    """Return the longest wait of each round, and what the rounds did; `variants` are queued, and of one recipient."""
    url, processes = place.empty(), PROCESSES[size]
    IMS(url, clock=lambda: fixture.NOW).close()
    engine = open_engine(url)
    with writing(engine) as connection:
        first = fixture.fill(connection, SHAPE, recipients=processes, each=EACH[size])
    place.settled(url)
    ran: dict[str, list[Ran]] = {name: [] for name in variants}

    def variant(name: str) -> Variant:
        def run() -> float:
            ran[name].append(_run(url, size, first, *variants[name]))
            return ran[name][-1].all[-1]

        return run

    samples = interleaved({name: variant(name) for name in variants}, ROUNDS[size])
    done = sum(len(waits) for rounds in ran.values() for one in rounds for waits in one.waits)
    _check(engine, done)
    engine.dispose()
    return samples, ran


def _run(url: str, size: Size, first: int, queued: bool, same: bool) -> Ran:  # noqa: FBT001 -- a variant's two switches
    context, processes, each = multiprocessing.get_context("spawn"), PROCESSES[size], EACH[size]
    results, start = context.Queue(), context.Barrier(processes)
    started = []
    for number in range(processes):
        recipient = 0 if same else number
        share = each // processes
        ids = range(first + number * share, first + (number + 1) * share) if same else _of(first, number, each)
        work = (url, fixture.gstin(recipient), ids, SECONDS[size], queued, start, results)
        started.append(context.Process(target=_act, args=work))
        started[-1].start()
    waits = [results.get(timeout=120) for _ in started]
    for process in started:
        process.join()
        require_equal(process.exitcode, 0, "the exit code of a process")
    return Ran(tuple(waits))


def _of(first: int, number: int, each: int) -> range:
    return range(first + number * each, first + (number + 1) * each)


def _act(url: str, gstin: str, ids: range, seconds: float, queued: bool, start: Barrier, results: Any) -> None:  # noqa: FBT001, PLR0913, PLR0917 -- what a process is started with
    if not queued:
        setattr(Queue, "begin", lambda _queue, driver: driver.execute("BEGIN IMMEDIATE"))  # noqa: B010 -- as it was
    with IMS(url, clock=lambda: fixture.NOW) as ims:
        desk = ims.recipient(gstin, actor=fixture.ACTOR)
        desk.may("accept", ids[0])
        actions = _actions(desk, ids)
        start.wait()
        until, waits = perf_counter() + seconds, []
        while (began := perf_counter()) < until:
            next(actions)
            waits.append(perf_counter() - began)
    results.put(waits)


def _actions(desk: Any, ids: range) -> Iterator[None]:
    for act in cycle((desk.accept, desk.reject)):
        for record_id in ids:
            act(record_id)
            yield


def _check(engine: Engine, done: int) -> None:
    """Check that every action that was answered was done, that no other was, and that the log proves the states."""
    with reading(engine) as connection:
        steps = connection.execute(select(func.sum(fixture.RECORDS.c.seq))).scalar_one()
        require_equal(steps, done, "steps of all records")
        proof.audited(connection)
