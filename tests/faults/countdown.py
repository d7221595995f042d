"""Something happens before the n-th statement that a program sends, or before its n-th step on the disk."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

from sqlalchemy import Engine, event

from tests.faults import disk


def killed(*_what: object) -> None:
    """End this process as a kill from outside does."""
    os.kill(os.getpid(), signal.SIGKILL)


class Countdown:
    """Counts what comes by, and has something happen before the n-th of it."""

    def __init__(self, last: int | None = None, then: Callable[..., object] = killed) -> None:
        self.last, self.then, self.count = last, then, 0

    def __call__(self, *what: object) -> int:
        self.count += 1
        if self.count - 1 == self.last:
            self.then(*what)
        return 0


Counting = Callable[[Countdown], AbstractContextManager[None]]


@contextmanager
def at_statements(countdown: Countdown) -> Iterator[None]:
    """Count the statements that a program sends, its savepoints and commits; each says on which connection."""
    names = ("before_cursor_execute", "commit", "savepoint")
    for name in names:
        event.listen(Engine, name, countdown)
    try:
        yield
    finally:
        for name in names:
            event.remove(Engine, name, countdown)


@contextmanager
def at_writes(countdown: Countdown) -> Iterator[None]:
    """Count what SQLite changes on the disk: writes, syncs, truncations, deletions."""
    with disk.watched(lambda step: 0 if step.what == "read" else countdown(step)):
        yield
