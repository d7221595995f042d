"""Watching: each call of the face as one line of the log `ims_fsm.calls`, and for whoever watches it.

Imports the hooks. Where nobody watches and that log is off, a call is not looked at.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from time import perf_counter
from typing import Any

from ims_fsm.law.hooks import Call, Hooks

log = logging.getLogger("ims_fsm.calls")
WRITES, READS = logging.INFO, logging.DEBUG


def is_watched(hooks: Hooks, level: int) -> bool:
    """Say whether anybody looks at calls of this level."""
    return bool(hooks.watchers) or log.isEnabledFor(level)


def name_of(work: Callable[..., Any]) -> str:
    """Return the use case that a callable is, or the method of the face in which it is written.

    >>> name_of(partial(name_of, len)), name_of(lambda: 1)
    ('name_of', '<lambda>')
    """
    while isinstance(work, partial):
        work = work.func
    name: str = getattr(work, "__qualname__", type(work).__qualname__)
    return name.partition(".<locals>")[0].rpartition(".")[2].lstrip("_")


@contextmanager
def watched(hooks: Hooks, call: Call) -> Iterator[Call]:
    """Watch a call in a block: one line of the log when it is over, what watches around it."""
    began = perf_counter()
    try:
        with hooks.watching(call):
            yield call
    finally:
        level = WRITES if call.writes else READS
        if log.isEnabledFor(level):
            extra = {**fields(call), "ims_ms": round((perf_counter() - began) * 1000, 1)}
            log.log(level, "%s: %s", call.name, call.code or call.outcome, extra=extra)


def fields(call: Call) -> dict[str, Any]:
    """Return what a record of the log, or a span, has of a call; None is what it does not have."""
    return {
        "ims_event": "call",
        "ims_call": call.name,
        "ims_outcome": call.outcome,
        "ims_code": call.code,
        "ims_request": call.request,
        "ims_machine": one({tally.machine for tally in call.tallies}),
        "ims_trigger": one({tally.trigger for tally in call.tallies}),
        "ims_applied": sum(tally.applied for tally in call.tallies),
        "ims_refused": sum(tally.refused for tally in call.tallies),
        "ims_rules": sorted({rule for tally in call.tallies for rule in tally.by_rule}),
    }


def one(words: set[str]) -> str | None:
    """Return the word that all are; None where there are several, or none."""
    return words.pop() if len(words) == 1 else None
