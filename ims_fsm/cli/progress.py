"""A progress bar for work that takes long: shown only on a terminal, and only once two seconds have passed.

Imports Rich; measures nothing but time.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Timer
from typing import Protocol

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskProgressColumn, TextColumn, TimeElapsedColumn

PATIENCE_S = 2.0


class Told(Protocol):
    """What a piece of work calls to say what it does, how much is done and how much there is."""

    def __call__(self, what: str, done: int | None = None, of: int | None = None) -> None:
        """Tell it."""


@contextmanager
def working(what: str, *, quiet: bool = False) -> Iterator[Told]:
    """Show a bar on standard error while the block runs; give what the block may call to move it.

    `quiet` shows none: what a program reads is watched by nobody.
    """
    console = Console(file=sys.stderr)
    if quiet or not console.is_terminal:
        yield _silent
        return
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeElapsedColumn(),
    )
    bar = Progress(*columns, console=console, transient=True)
    task = bar.add_task(what, total=None)
    patience = Timer(PATIENCE_S, bar.start)
    patience.daemon = True

    def tell(what: str, done: int | None = None, of: int | None = None) -> None:
        bar.update(task, description=what, completed=done, total=of)

    patience.start()
    try:
        yield tell
    finally:
        patience.cancel()
        patience.join()
        bar.stop()


def _silent(what: str, done: int | None = None, of: int | None = None) -> None:
    pass
