"""Databases that are thrown away, for rehearsals, stories and tests: each as empty as a new one.

Imports the face and the store's scratch places; knows no single use case.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Self

from ims_fsm.law.book import LawBook
from ims_fsm.law.hooks import Hooks
from ims_fsm.store import scratch
from ims_fsm.workflow.ims import IMS
from ims_fsm.workflow.workspace import Clock, system_clock


class Scratch:
    """Opens fresh databases, each for a `with` block: in memory, or beside what a database URL names.

    In memory the first takes about a tenth of a second and each further one about a millisecond. What the database
    itself holds is never touched. Close it when the last block has ended. Raises `StoreError` for a URL that cannot be
    read.

    >>> with Scratch() as databases, databases.ims() as ims:
    ...     ims.taxpayers()
    []
    """

    def __init__(self, url: str = "sqlite://") -> None:
        """Keep where the databases are made; nothing is opened yet."""
        self._places = scratch.Scratch(url)

    @contextmanager
    def ims(
        self, *, clock: Clock = system_clock, book: LawBook | None = None, hooks: Hooks | None = None
    ) -> Iterator[IMS]:
        """Open a fresh database, which is gone at the end of the block; raises `StoreError`."""
        with self._places.engine() as engine, IMS(engine, clock=clock, book=book, hooks=hooks) as ims:
            yield ims

    def close(self) -> None:
        """Close what is kept open for the next database."""
        self._places.close()

    def __enter__(self) -> Self:
        """Give the object itself; leaving the block closes it."""
        return self

    def __exit__(self, *_error: object) -> None:
        """Close it."""
        self.close()
