"""The processes of a PostgreSQL server on this machine that work for its clients, and their seconds on cores.

Imports the driver; reads /proc. Of a server elsewhere, or on a system without /proc, nothing is counted.
"""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

_PROC = Path("/proc")
_ENDED = (13, 14)  # of `stat`, behind the name: seconds of children that have ended, in ticks
_BACKGROUND = "SELECT pid FROM pg_stat_activity WHERE backend_type <> 'client backend'"


@dataclass(frozen=True, slots=True)
class Server:
    """A server by the number of its first process, and the processes of its own housekeeping, which are left out."""

    postmaster: int | None
    background: frozenset[int]

    @classmethod
    def of(cls, connection: psycopg.Connection[Any]) -> Server:
        """Find the server behind a connection."""
        pid = connection.info.backend_pid
        stat = _stat(pid) if connection.info.host.startswith("/") or connection.info.hostaddr == "127.0.0.1" else None
        background = frozenset(int(pid) for (pid,) in connection.execute(_BACKGROUND))
        return cls(None if stat is None else int(stat[1]), background)

    def __call__(self) -> float:
        """Return the seconds on cores of all who work, or worked, for a client; only differences mean anything."""
        if self.postmaster is None:
            return 0.0
        stat = _stat(self.postmaster) or []
        ended = sum(int(stat[at]) for at in _ENDED) / os.sysconf("SC_CLK_TCK") if stat else 0.0
        return ended + sum(_running(pid) for pid in self._children() if pid not in self.background)

    def _children(self) -> list[int]:
        listed = _PROC / f"{self.postmaster}/task/{self.postmaster}/children"
        with suppress(OSError):
            return [int(pid) for pid in listed.read_text(encoding="ascii").split()]
        numbers = (int(path.name) for path in _PROC.iterdir() if path.name.isdigit())
        return [pid for pid in numbers if (stat := _stat(pid)) and int(stat[1]) == self.postmaster]


def _running(pid: int) -> float:
    with suppress(OSError, IndexError):  # it has just ended
        return int((_PROC / f"{pid}/schedstat").read_text(encoding="ascii").split()[0]) / 1e9
    return 0.0


def _stat(pid: int) -> list[str] | None:
    """Return the fields behind the process's name, its state first, its parent second."""
    with suppress(OSError):
        return (_PROC / f"{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return None
