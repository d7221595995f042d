"""The file of a SQLite database: whether the one that is open is still the one at its path.

SQLite goes on writing into a file that was deleted or replaced, and says nothing. Imports the errors; asks the file
system, which takes some microseconds a transaction.
"""

from __future__ import annotations

import os
from typing import Any

from ims_fsm.errors import StoreError, printable
from ims_fsm.store.mark import Mark

_KEY = "ims_fsm_file"
_REMEDY = "nothing of this call was kept; close the database, see what is there, and open it again"


class File:
    """The files of one connection, the database and its log (`-wal`), by their inodes."""

    def __init__(self, path: str) -> None:
        """Keep which files are at a path (absolute) now that they are open."""
        self._path, self._inode, self.mark = path, _inode(path), Mark(path)
        self._log: tuple[int, int] | None = None

    @classmethod
    def of(cls, info: dict[str, Any]) -> File | None:
        """Return the files of a connection by what the pool keeps of it; None for one in memory."""
        return info.get(_KEY)

    def keep(self, info: dict[str, Any]) -> None:
        """Have the pool keep it with its connection."""
        info[_KEY] = self

    def look(self, *, writes: bool) -> None:
        """Raise `StoreError` where the files at the path are not those that are open.

        One that `writes` is refused too where the file has a second name: SQLite keeps a log for each.
        """
        looks = _looks(self._path)
        if looks is None or (looks.st_dev, looks.st_ino) != self._inode:
            what = "deleted" if looks is None else "replaced"
            raise StoreError(f"the database {printable(self._path)} was {what} while it was open; {_REMEDY}")
        if writes and looks.st_nlink > 1:
            what = f"the file {printable(self._path)} has {looks.st_nlink} names (hard links)"
            raise StoreError(f"{what}, and SQLite keeps a log for each; remove the others, or work on a backup")
        self._look_at_log()

    def _look_at_log(self) -> None:
        log = f"{self._path}-wal"
        inode = _inode(log)
        if self._log is not None and inode != self._log:
            raise StoreError(f"{printable(log)} was deleted or replaced while the database was open; {_REMEDY}")
        self._log = inode


def _inode(path: str) -> tuple[int, int] | None:
    looks = _looks(path)
    return None if looks is None else (looks.st_dev, looks.st_ino)


def _looks(path: str) -> os.stat_result | None:
    try:
        return os.stat(path)  # noqa: PTH116 -- a path takes as long to make as to look at
    except OSError:
        return None
