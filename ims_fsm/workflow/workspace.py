"""The workspace: a database with its law book, clock and hooks, and the one way in which a use case runs on it.

Imports the store and the unit of work; knows no single use case.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from typing import Any, Self, TypeVar

from pydantic import TypeAdapter

from ims_fsm.law.book import LawBook, shipped_book
from ims_fsm.law.hooks import Hooks
from ims_fsm.store import connection as store
from ims_fsm.store import declarations, requests, schema
from ims_fsm.store.connection import in_memory
from ims_fsm.store.requests import Response
from ims_fsm.terms.border import checked_actor, checked_key
from ims_fsm.terms.period import in_india
from ims_fsm.workflow.unit import UnitOfWork

T = TypeVar("T")
Clock = Callable[[], datetime]


def _once(unit: UnitOfWork, key: str, asked: list[object], work: Callable[[UnitOfWork], T], kind: type[T]) -> T:
    answers: TypeAdapter[T] = _answers(kind)  # type: ignore[arg-type]  # a type is hashable
    use_case = str(asked[0])
    fingerprint = hashlib.sha256(json.dumps(asked, default=str, sort_keys=True).encode()).hexdigest()
    answered = requests.remembered(unit.connection, key, use_case, fingerprint)
    if answered is not None:
        return answers.validate_json(answered)
    outcome = work(unit)
    told = answers.dump_json(outcome).decode()
    answer = Response(key=key, use_case=use_case, fingerprint=fingerprint, outcome=told, actor=unit.actor, at=unit.now)
    requests.remember(unit.connection, answer)
    return outcome


@cache
def _answers(kind: type[Any]) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


def system_clock() -> datetime:
    """Return the present moment, aware and in UTC; the only place that reads the machine's clock."""
    return datetime.now(UTC)


class Workspace:
    """One database, opened and checked; `url` as SQLAlchemy writes it, `clock` gives aware moments.

    An empty database gets its tables at once. Raises `StoreError` where the database cannot be used, and
    `LawMismatchError` where live records were written under other declarations.
    """

    def __init__(
        self,
        url: str | store.Engine = "sqlite:///ims.db",
        *,
        clock: Clock = system_clock,
        book: LawBook | None = None,
        hooks: Hooks | None = None,
    ) -> None:
        """Open the database and check that it fits the declarations."""
        self.book = book or shipped_book()
        self.clock = clock
        self.hooks = hooks or Hooks(self.book.law)
        self.engine = store.open_engine(url) if isinstance(url, str) else url
        self._lent = not isinstance(url, str)
        self._declarations: Mapping[str, int] = {}
        schema.prepare(self.engine)
        with store.reading(self.engine) as connection:
            declarations.check(connection, self.book.law)

    def close(self) -> None:
        """Close the database; the object is of no use afterwards. An engine that was given stays open."""
        if not self._lent:
            self.engine.dispose()

    def __enter__(self) -> Self:
        """Give the object itself; leaving the block closes it."""
        return self

    def __exit__(self, *_error: object) -> None:
        """Close the database."""
        self.close()

    @contextmanager
    def asking(self) -> Iterator[UnitOfWork]:
        """Give a unit of work for reading; nothing done in it is kept."""
        with store.reading(self.engine) as connection:
            yield UnitOfWork(connection, self.book, self.hooks, self._now(), "")

    def streamed(self, read: Callable[[UnitOfWork], Iterator[T]]) -> Iterator[T]:
        """Give what is read one by one, all as of one moment; from memory's one connection all of it is read first."""
        with self.asking() as unit:
            if not in_memory(self.engine):
                yield from read(unit)
                return
            whole = list(read(unit))
        yield from whole

    def run(
        self,
        use_case: str,
        actor: str,
        key: str | None,
        arguments: object,
        work: Callable[[UnitOfWork], T],
        kind: type[T],
    ) -> T:
        """Run a use case in one transaction; under a key that was used before, return what it answered then.

        Raises `IdempotencyError` where the key was used for another request.
        """
        actor, key = checked_actor(actor, nobody=True), checked_key(key)
        with store.writing(self.engine) as connection:
            unit = UnitOfWork(connection, self.book, self.hooks, self._now(), actor, key, self._declarations)
            asked = [use_case, actor, arguments]
            outcome = work(unit) if key is None else _once(unit, key, asked, work, kind)
        # What was kept in a transaction that failed is not there, so it is remembered when all is well.
        self._declarations = {**self._declarations, **unit.declarations}
        return outcome

    def _now(self) -> datetime:
        """Return the clock's moment in UTC; raises `ValueError` for one without a time zone."""
        return in_india(self.clock()).astimezone(UTC)
