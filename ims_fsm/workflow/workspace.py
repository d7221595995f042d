"""The workspace: a database with its law book, clock and hooks, and the one way in which a use case runs on it.

Imports the store and the unit of work; knows no single use case.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime
from functools import cache
from typing import Any, Concatenate, ParamSpec, TypeVar

from pydantic import TypeAdapter

from ims_fsm.errors import InputError, Problem, StoreError
from ims_fsm.law.book import LawBook, shipped_book
from ims_fsm.law.hooks import Hooks
from ims_fsm.store import connection as store
from ims_fsm.store import register, schema
from ims_fsm.store.connection import ConflictError, Engine
from ims_fsm.store.register import Response
from ims_fsm.terms.border import Border, checked_key
from ims_fsm.terms.period import in_india
from ims_fsm.workflow.unit import UnitOfWork

P = ParamSpec("P")
T = TypeVar("T")
Clock = Callable[[], datetime]
RETRIES = 3
FIRST_PAUSE_S = 0.02


def system_clock() -> datetime:
    """Return the present moment, aware and in UTC; the only place that reads the machine's clock."""
    return datetime.now(UTC)


class Workspace:
    """One database, opened and checked.

    `database` is a URL as SQLAlchemy writes it, or an engine of SQLAlchemy, which is then yours to dispose of; `clock`
    gives aware moments. A use case that another writer stood in the way of is tried again, `retries` times.

    An empty database gets its tables at once. Raises `StoreError` where the database cannot be used, and
    `LawMismatchError` where live records were written under other declarations.
    """

    def __init__(
        self,
        database: str | Engine = "sqlite:///ims.db",
        *,
        clock: Clock = system_clock,
        book: LawBook | None = None,
        hooks: Hooks | None = None,
        retries: int = RETRIES,
    ) -> None:
        """Open the database and check that it fits the declarations."""
        border = Border("IMS")
        if not callable(clock):
            border.wrong("clock", clock, "gives no moments", "give a function that returns an aware datetime")
        if book is not None and not isinstance(book, LawBook):
            border.wrong("book", book, "is not a LawBook", "give one, or leave it out")
        if hooks is not None and not isinstance(hooks, Hooks):
            border.wrong("hooks", hooks, "is not Hooks", "give Hooks, or leave them out")
        if type(retries) is not int or retries < 0:
            border.wrong("retries", retries, "is not a number of retries", "give a whole number from 0")
        border.close()
        self.book = book or shipped_book()
        self.clock = clock
        self.hooks = hooks or Hooks(self.book.law)
        self.retries = retries
        self._engine: Engine | None = store.open_engine(database)
        self._is_lent = isinstance(database, Engine)
        self._declarations: Mapping[str, int] = {}
        with store.told_apart(self.engine):
            schema.prepare(self.engine)
            with store.reading(self.engine) as connection:
                register.check(connection, self.book.law)

    @property
    def engine(self) -> Engine:
        """The database; raises `StoreError` once it is closed."""
        if self._engine is None:
            raise StoreError("this IMS is closed; open another one on its database")
        return self._engine

    def close(self) -> None:
        """Close the database; every call raises `StoreError` afterwards."""
        if self._engine is not None and not self._is_lent:
            self._engine.dispose()
        self._engine = None

    @property
    def in_memory(self) -> bool:
        """Whether the database is in this process's memory, where no other process can open it."""
        return store.in_memory(self.engine)

    @contextmanager
    def asking(self) -> Iterator[UnitOfWork]:
        """Give a unit of work for reading; nothing done in it is kept."""
        with store.told_apart(self.engine), store.reading(self.engine) as connection:
            yield UnitOfWork(connection, self.book, self.hooks, self.now(), "")

    def asked(self, read: Callable[Concatenate[UnitOfWork, P], T], *args: P.args, **named: P.kwargs) -> T:
        """Return what is read in a unit of work; nothing done in it is kept."""
        with self.asking() as unit:
            return read(unit, *args, **named)

    def streamed(self, read: Callable[[UnitOfWork], Iterator[T]]) -> Generator[T, None, None]:
        """Give what is read one by one, all as of one moment; from memory's one connection all of it is read first."""
        with self.asking() as unit:
            if not store.in_memory(self.engine):
                yield from read(unit)
                return
            whole = list(read(unit))
        yield from whole

    def run(  # noqa: PLR0913 -- what, for whom, by whom, under which key
        self,
        use_case: str,
        work: Callable[[UnitOfWork], T],
        kind: type[T],
        *,
        actor: str,
        owner: str = "",
        key: str | None = None,
        arguments: Mapping[str, object] | None = None,
        retries: int | None = None,
    ) -> T:
        """Run a use case in one transaction; under a key of its owner that was used before, return what it answered.

        Raises `IdempotencyError` where the key was used for another request, `ConflictError` where other writers stood
        in the way each time.
        """
        checked_key(key)
        left = self.retries if retries is None else retries
        pause = FIRST_PAUSE_S
        while True:
            try:
                with store.told_apart(self.engine), store.writing(self.engine) as connection:
                    unit = UnitOfWork(connection, self.book, self.hooks, self.now(), actor, key, self._declarations)
                    asked = {"use_case": use_case, "actor": actor, "arguments": arguments or {}}
                    outcome = work(unit) if key is None else _once(unit, owner, key, asked, work, kind)
                break
            except ConflictError:
                if left <= 0:
                    raise
            time.sleep(pause)
            left, pause = left - 1, 2 * pause
        # What was kept in a transaction that failed is not there, so it is remembered when all is well.
        self._declarations = {**self._declarations, **unit.declarations}
        return outcome

    def now(self) -> datetime:
        """Return the clock's moment in UTC; raises `InputError` for one without a time zone."""
        try:
            return in_india(self.clock()).astimezone(UTC)
        except (AttributeError, TypeError, ValueError) as error:
            remedy = "give an aware datetime, like datetime.now(UTC)"
            raise InputError("clock", [Problem("clock", "gave no moment with a time zone", remedy)]) from error


def canonical(value: object) -> Any:
    """Return a request's argument as plain data: what a fingerprint is made of, and must not change between versions.

    A value of the package is a table of its fields, without those that are None; a date is its ISO form, money a table
    of paise by head; a word is its text.

    >>> from ims_fsm import Heads
    >>> canonical({"period": "2024-10", "reduce_itc": Heads(igst=5)})
    {'period': '2024-10', 'reduce_itc': {'igst': 5, 'cgst': 0, 'sgst': 0, 'cess': 0}}
    """
    match value:
        case None | bool() | int():
            return value
        case str():
            return str(value)
        case date():
            return value.isoformat()
        case Mapping():
            return {str(name): canonical(entry) for name, entry in value.items()}
        case _ if is_dataclass(value):
            entries = {field.name: getattr(value, field.name) for field in fields(value)}
            return {name: canonical(entry) for name, entry in entries.items() if entry is not None}
        case Iterable():
            return [canonical(entry) for entry in value]
    raise InputError("request", [Problem(repr(value), "cannot be part of a request", "give text, numbers or dates")])


def fingerprint(asked: Mapping[str, object]) -> str:
    """Return the SHA-256 (64 hex digits) of a request in canonical form, as JSON with sorted keys."""
    text = json.dumps(canonical(asked), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _once(
    unit: UnitOfWork,
    owner: str,
    key: str,
    asked: Mapping[str, object],
    work: Callable[[UnitOfWork], T],
    kind: type[T],
) -> T:
    answers: TypeAdapter[T] = _answers(kind)  # type: ignore[arg-type]  # a type is hashable
    use_case, print_of_request = str(asked["use_case"]), fingerprint(asked)
    answered = register.remembered(unit.connection, owner, key, use_case, print_of_request)
    if answered is not None:
        return answers.validate_json(answered)
    outcome = work(unit)
    response = Response(
        owner=owner,
        key=key,
        use_case=use_case,
        fingerprint=print_of_request,
        outcome=answers.dump_json(outcome).decode(),
        actor=unit.actor,
        at=unit.now,
    )
    register.remember(unit.connection, response)
    return outcome


@cache
def _answers(kind: type[Any]) -> TypeAdapter[Any]:
    return TypeAdapter(kind)
