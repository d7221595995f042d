"""Where a measurement was made: the machine, the system, Python and the versions of what was measured.

Imports nothing of the package; asks no network.
"""

from __future__ import annotations

import os
import platform
import sqlite3
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

PACKAGES = (
    "ims-fsm",
    "SQLAlchemy",
    "sqlmodel",
    "psycopg",
    "transitions",
    "typer",
    "python-statemachine",
    "automat",
    "django-fsm-2",
    "dbos",
)
_GIB = 2**30


def described() -> list[str]:
    """Return the sentences that stand at the head of the results."""
    return [
        f"{cores()} cores ({_processor()}), {memory_gib():.0f} GiB of memory, {_system()}",
        f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, {_packages()}",
    ]


def cores() -> int:
    """Return how many processors this process may use."""
    usable = getattr(os, "sched_getaffinity", None)
    return len(usable(0)) if usable else os.cpu_count() or 1


def memory_gib() -> float:
    """Return the memory of the machine in GiB; 0 where the system does not tell."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / _GIB
    except (AttributeError, ValueError, OSError):
        return 0.0


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.machine()
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, platform.machine())


def _system() -> str:
    try:
        told = platform.freedesktop_os_release()["PRETTY_NAME"]
    except (OSError, KeyError, AttributeError):
        told = platform.system()
    return f"{told}, kernel {platform.release()}"


def _packages() -> str:
    found = []
    for name in PACKAGES:
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            continue
    return ", ".join(found)
