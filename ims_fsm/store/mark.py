"""A mark beside a SQLite database: how many rows its logs had when a call was acknowledged last.

A database that has lost its `-wal`, or in whose place an older copy was put, is sound in itself; it has fewer rows than
the mark says. Imports the errors and the names of the logs. The mark stands in the file of the queue of writers. It is
written behind a commit that is on the disk, so that it never says too much; where it cannot be written there is none.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import suppress
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

from ims_fsm.errors import StoreError, printable
from ims_fsm.store.tables import Table
from ims_fsm.store.triggers import APPEND_ONLY

# `PRAGMA synchronous` from which on a commit is on the disk.
_FULL = 2


class Mark:
    """The mark of the database at a path."""

    def __init__(self, path: str) -> None:
        """Keep where it is."""
        self._path = path
        self._file = f"{path}-queue"
        self._written: int | None = None

    def begin(self) -> None:
        """Forget the mark where the database has nothing yet: it is that of one that was there before."""
        if Path(self._file).exists() and not Path(self._path).stat().st_size:
            self._put(0)

    def look(self, driver: Any) -> None:
        """Raise `StoreError` where a connection of the driver sees fewer rows than were acknowledged."""
        acknowledged = self._read()
        if acknowledged and (rows := counted(driver) or 0) < acknowledged:
            path = printable(self._path)
            raise StoreError(
                f"the logs in {path} have {rows:,} rows, and {acknowledged:,} were acknowledged: its log {path}-wal is "
                f"gone, or it is an older copy; put back the newest of both, or go on without what is missing by "
                f"deleting {path}-queue"
            )

    def set(self, driver: Any, rows: int | None) -> None:
        """Write how many rows there are, now that a commit of the driver is kept; as far as it is on the disk."""
        if rows is None or rows == self._written:
            return
        # What is kept is kept, whatever happens to the connection now.
        with suppress(sqlite3.Error):
            if driver.execute("PRAGMA synchronous").fetchone()[0] >= _FULL:
                self._put(rows)
                self._written = rows

    def _read(self) -> int:
        try:
            return int(Path(self._file).read_bytes()[:20] or b"0")
        except (OSError, ValueError):
            return 0

    def _put(self, rows: int) -> None:
        # As long each time, so that what is read is never of two writers.
        with suppress(OSError):
            file = os.open(self._file, os.O_WRONLY | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o666)
            try:
                os.write(file, b"%020d" % rows)
            finally:
                os.close(file)


def counted(driver: Any) -> int | None:
    """Return how many rows the logs have in the transaction of a driver; None where it has none, or failed."""
    try:
        return int(driver.execute(_rows()).fetchone()[0])
    except sqlite3.Error:
        return None


@cache
def _rows() -> str:
    # A program may have loaded no table but these; the modules of tables load this one by themselves.
    import_module("ims_fsm.store.schema")
    # Rows are only added to these, so that the highest rowid never falls. SQLite reads it without reading others.
    logs = [Table.metadata.tables[name] for name in APPEND_ONLY]
    with_rowid = [log.name for log in logs if log.dialect_options["sqlite"]["with_rowid"]]
    return "SELECT " + " + ".join(f"coalesce((SELECT max(rowid) FROM {name}), 0)" for name in with_rowid)  # noqa: S608 -- names of ours
