"""The queue of those who want to write to a SQLite database: one of them looks whether it is free, the others wait.

SQLite lets each look again after ever longer pauses, up to 100 ms: who has waited longest looks least, and starves.
Imports nothing of the package. SQLite's own lock is what keeps writers apart; the queue only makes it fair.
"""

from __future__ import annotations

import os
import sqlite3
import sys
from contextlib import suppress
from time import monotonic, sleep
from typing import Any

if sys.platform != "win32":
    import fcntl

BUSY_TIMEOUT_MS = 30_000
# So many seconds the first one in the queue waits before it looks again, and the others.
_FIRST_S, _OTHERS_S = 0.0004, 0.002


class Queue:
    """The queue before a database, between threads and processes alike.

    It is a lock of the system (flock) on a file beside the database, into which `store.mark` writes; it is held from a
    writer's turn to the moment at which SQLite lets them write: whoever ends, however they end, leaves it. Where there
    is no such file or lock (in memory, a folder that cannot be written, Windows) writers look at the same pace.
    """

    def __init__(self, database: str | None) -> None:
        """Keep the database's path; None for one in memory."""
        self._file = None if database is None or sys.platform == "win32" else f"{database}-queue"

    def begin(self, driver: Any) -> None:
        """Begin a transaction that writes on a connection of the driver.

        Raises what SQLite says where it cannot, SQLITE_BUSY once `BUSY_TIMEOUT_MS` have passed.
        """
        until, place = monotonic() + BUSY_TIMEOUT_MS / 1000, self._place()
        try:
            while place is not None and not _is_first(place) and monotonic() < until:
                sleep(_OTHERS_S)
            driver.execute("PRAGMA busy_timeout=0")
            while not _begun(driver, last=monotonic() >= until):
                sleep(_FIRST_S)
        finally:
            driver.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
            if place is not None:
                os.close(place)

    def _place(self) -> int | None:
        with suppress(OSError):
            # Each waits at a file of their own opening, for two threads of one would not keep each other out.
            return None if self._file is None else os.open(self._file, os.O_RDONLY | os.O_CREAT | os.O_CLOEXEC, 0o666)
        return None


def _is_first(place: int) -> bool:
    try:
        fcntl.flock(place, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        # A file system without such locks has no queue.
        return True
    return True


def _begun(driver: Any, *, last: bool) -> bool:
    try:
        driver.execute("BEGIN IMMEDIATE")
    except sqlite3.OperationalError as error:
        if last or error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
            raise
        return False
    return True
