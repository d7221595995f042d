"""Opens the IMS that a command works on, with its clock, and finds the recipient it is about.

Imports nothing heavy until a command asks; then the workflow.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from ims_fsm.cli.failures import CallError

if TYPE_CHECKING:
    from ims_fsm.workflow.ims import IMS

_FILE = "sqlite:///"
MOST = 10


@contextmanager
def opened(db: str, at: datetime | None = None, *, create: bool = False) -> Iterator[IMS]:
    """Give the IMS on a database, whose clock stands at `at` (aware) where that is given.

    Raises `CallError` where a SQLite file is not there and the command is none that begins one (`create`).
    """
    from ims_fsm.workflow.ims import IMS
    from ims_fsm.workflow.workspace import system_clock

    if not create:
        require(db)
    with IMS(db, clock=system_clock if at is None else lambda: at) as ims:
        yield ims


def require(db: str) -> None:
    """Raise `CallError` where a SQLite file is named that is not there; looking would make an empty one."""
    path = db.removeprefix(_FILE).partition("?")[0]
    if db.startswith(_FILE) and path not in ("", ":memory:") and not Path(path).exists():
        remedy = "import a download of the portal first (ims-fsm import FILE), or name another with --db"
        raise CallError(f"there is no database {path}; {remedy}")


def recipient(ims: IMS, gstin: str | None) -> str:
    """Return the recipient that a command is about: the one named, or the only one there is.

    Raises `CallError` where none is named and there is none, or more than one.
    """
    if gstin is not None:
        return gstin
    registered = ims.registered()
    found = registered if len(registered) == 1 else ims.recipients()
    if len(found) == 1:
        return found[0]
    if not found:
        raise CallError("the database has no recipient yet; import a download: ims-fsm import FILE --gstin GSTIN")
    named = ", ".join(found[:MOST]) + (", …" if len(found) > MOST else "")
    raise CallError(f"the database has {len(found):,} recipients; name one with --gstin: {named}")


def content(path: Path) -> bytes:
    """Return what a file holds; raises `OSError`, which the command line tells in a sentence."""
    return path.read_bytes()
