"""What it costs to watch an action: the log of calls, and spans of OpenTelemetry.

Imports the face of the engine, telemetry and the fixture; the action is that of the group `action`.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial

from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.trace import NoOpTracerProvider

from benchmarks import fixture, proof
from benchmarks.databases import sqlite
from benchmarks.groups.action import ACTIONS, ROUNDS
from benchmarks.measure import Variant, interleaved, require, timed
from benchmarks.result import Group, Size
from ims_fsm import IMS
from ims_fsm.store.connection import reading, writing
from ims_fsm.telemetry import opentelemetry
from ims_fsm.workflow.engine import workspace_of

_WATCHED = {
    "logging": "each call logged, written to /dev/null",
    "no-op": "a span by the API of OpenTelemetry alone",
    "SDK": "a span by the SDK of OpenTelemetry, not exported",
}
_CALLS = logging.getLogger("ims_fsm.calls")


def measure(size: Size) -> Group:
    """Measure the same action, watched in one way or another, on one SQLite database."""
    group = Group("watched", "One action that is watched: logged, or a span of OpenTelemetry")
    actions, rounds = ACTIONS[size], ROUNDS[size]
    names, gstin = ("ours", *_WATCHED), fixture.gstin(0)
    shape = fixture.Shape("open", "all may be accepted", (("open", 1),))
    with ExitStack() as stack:
        place = stack.enter_context(sqlite())
        ims = stack.enter_context(IMS(place.empty(), clock=lambda: fixture.NOW))
        engine = workspace_of(ims).engine
        with writing(engine) as connection:
            at = fixture.fill(connection, shape, each=len(names) * actions * rounds)
        _log_to_nowhere(stack)
        variants: dict[str, Variant] = {}
        for name in names:
            host = stack.enter_context(IMS(engine, clock=lambda: fixture.NOW))
            if name in {"no-op", "SDK"}:
                opentelemetry(host, NoOpTracerProvider() if name == "no-op" else TracerProvider(shutdown_on_exit=False))
            starts = iter(range(at, at + actions * rounds, actions))
            level = logging.INFO if name == "logging" else logging.WARNING
            variants[name] = partial(_seconds, host, level, starts, actions)
            at += actions * rounds
        samples = interleaved(variants, rounds)
        with reading(engine) as connection:
            proof.every_acceptance_logged(connection, gstin, len(names) * actions * rounds)
            proof.audited(connection)
    for name, said in _WATCHED.items():
        group.compare(name, f"accept one record, {said}", samples, ("ours", "the same, not watched"), ours=name)
    group.says.append("Not watched, a call looks whether anybody watches, and no more; that is in both.")
    return group


def _log_to_nowhere(stack: ExitStack) -> None:
    nowhere = logging.FileHandler(os.devnull)
    stack.callback(nowhere.close)
    nowhere.setFormatter(logging.Formatter("%(message)s %(ims_outcome)s %(ims_trigger)s %(ims_applied)s"))
    _CALLS.addHandler(nowhere)
    stack.callback(_CALLS.removeHandler, nowhere)


def _seconds(ims: IMS, level: int, starts: Iterator[int], actions: int) -> float:
    """Return the seconds of one action, over the next ids."""
    first, gstin = next(starts), fixture.gstin(0)
    _CALLS.setLevel(level)

    def act() -> None:
        for record_id in range(first, first + actions):
            accepted = ims.recipient(gstin, actor=fixture.ACTOR).accept(record_id)
            require(accepted.recipient == gstin, f"record {record_id} was acted on")

    return timed(act)[0] / actions
