"""Faults that meet a call: at its n-th statement, at its commit, in a file that it reads or writes.

Imports SQLAlchemy; knows no use case. Everything is drawn from the seed.
"""

from __future__ import annotations

import errno
import io
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from random import Random
from typing import Any
from unittest.mock import patch

from sqlalchemy import Engine, event

STATEMENTS = ("do_execute", "do_executemany", "do_execute_no_params")
# A call that fails at a statement; one whose connection is lost there; a program that ends there; and at the commit,
# before it or after it: whoever called cannot tell the two apart.
KINDS = ("statement", "connection", "interrupt", "commit", "committed")


class EndedError(BaseException):
    """The program ends here, as on Ctrl-C: nothing of it goes on."""


def refusal_of(engine: Engine) -> Exception:
    """Return what the driver raises where the disk fails."""
    if engine.dialect.name == "sqlite":
        error = sqlite3.OperationalError("disk I/O error")
        error.sqlite_errorcode = sqlite3.SQLITE_IOERR
        return error
    from psycopg.errors import IoError  # noqa: PLC0415 -- an extra

    return IoError("could not write")


@dataclass
class Fault:
    """One fault of a kind at the n-th statement of a call, or at its commit; `fired` once it has met the call."""

    kind: str
    at: int
    fired: bool = False
    statements: int = 0

    @contextmanager
    def over(self, engine: Engine) -> Iterator[None]:
        """Have it meet whatever runs in the block."""
        dialect: Any = engine.dialect
        for name in STATEMENTS:
            event.listen(engine, name, self._statement)
        self._engine, self._commits = engine, dialect.do_commit
        try:
            with patch.object(dialect, "do_commit", self._commit):
                yield
        finally:
            for name in STATEMENTS:
                event.remove(engine, name, self._statement)

    def _statement(self, cursor: Any, *_rest: Any) -> None:
        self.statements += 1
        if self.fired or self.statements != self.at or self.kind in {"commit", "committed"}:
            return
        self.fired = True
        if self.kind == "interrupt":
            raise EndedError
        if self.kind == "statement":
            raise refusal_of(self._engine)
        cursor.connection.close()

    def _commit(self, connection: Any) -> None:
        if self.kind == "connection" and not self.fired:
            self.fired = True
            connection.driver_connection.close()
        fires = self.kind in {"commit", "committed"} and not self.fired
        self.fired = self.fired or fires
        if not fires or self.kind == "committed":
            self._commits(connection)
        if fires:
            raise refusal_of(self._engine)


class Faults:
    """Draws which call meets which fault; with `often` 0 none does."""

    def __init__(self, seed: int, often: float) -> None:
        self.chance, self.often = Random(f"faults {seed}"), often  # noqa: S311 -- the same each time
        self.met = dict.fromkeys((*KINDS, "file"), 0)

    def drawn(self) -> Fault | None:
        """Draw the fault of a call, mostly none; early statements are met more often, for few calls have many."""
        if self.chance.random() >= self.often:
            return None
        return Fault(self.chance.choice(KINDS), self.chance.randint(1, self.chance.choice((4, 16, 64))))

    def file(self) -> Broken | None:
        """Draw a file that fails, mostly none."""
        return Broken(self.chance.randint(1, 8)) if self.chance.random() < 2 * self.often else None


class Broken(io.BytesIO):
    """An open file that cannot be read, and fails when it is written for the n-th time."""

    def __init__(self, at: int) -> None:
        super().__init__()
        self.left = at

    def read(self, _size: int | None = -1, /) -> bytes:
        self.left = 0
        raise OSError(errno.EIO, "it fails here")

    def write(self, content: Any, /) -> int:
        self.left -= 1
        if self.left == 0:
            raise OSError(errno.ENOSPC, "it fails here")
        return super().write(content)
