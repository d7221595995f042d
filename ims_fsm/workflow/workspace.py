"""The workspace: a database with its law book, clock and hooks, and the one way in which a use case runs on it.

Imports the store and the unit of work; knows no single use case. A desk is the workspace seen by one taxpayer.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from copy import copy
from datetime import UTC, datetime
from typing import Concatenate, ParamSpec, Self, TypeVar

from ims_fsm.errors import InputError, Problem, StoreError
from ims_fsm.law.book import LawBook, shipped_book
from ims_fsm.law.hooks import Hooks
from ims_fsm.record.moments import machine_clock
from ims_fsm.store import connection as store
from ims_fsm.store import register, schema
from ims_fsm.store.connection import ConflictError, Engine
from ims_fsm.store.failures import told_apart
from ims_fsm.terms.border import Border, checked_actor, checked_key, checked_reason, checked_request
from ims_fsm.terms.period import in_india
from ims_fsm.workflow.keys import once
from ims_fsm.workflow.unit import UnitOfWork

P = ParamSpec("P")
T = TypeVar("T")
Clock = Callable[[], datetime]
RETRIES = 3
FIRST_PAUSE_S = 0.02


# What the law reads where nobody gives another clock.
system_clock = machine_clock


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
        #: What says when a row was written, whatever the law's clock says.
        self.machine_clock: Clock = machine_clock
        self._engine: Engine | None = store.open_engine(database)
        self._is_lent = isinstance(database, Engine)
        self._declarations: Mapping[str, int] = {}
        with self.closed_on_failure(), told_apart(self.engine):
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

    @contextmanager
    def closed_on_failure(self) -> Iterator[None]:
        """Close the database where a block fails in which it is opened: nobody else will."""
        with ExitStack() as closing:
            closing.callback(self.close)
            yield
            closing.pop_all()

    @property
    def in_memory(self) -> bool:
        """Whether the database is in this process's memory, where no other process can open it."""
        return store.in_memory(self.engine)

    @contextmanager
    def asking(self) -> Iterator[UnitOfWork]:
        """Give a unit of work for reading; nothing done in it is kept."""
        with told_apart(self.engine), store.reading(self.engine) as connection:
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

    def run(
        self,
        work: Callable[[UnitOfWork], T],
        *,
        actor: str,
        key: str | None = None,
        backdate: str | None = None,
        retries: int | None = None,
    ) -> T:
        """Run a use case in one transaction, under a key that its transitions are logged with.

        `backdate` is why it is dated back, if it is. Raises `ConflictError` where other writers stood in the way each
        time.
        """
        engine, left = self.engine, self.retries if retries is None else retries
        pause = FIRST_PAUSE_S
        while True:
            try:
                with told_apart(engine), store.writing(engine) as connection:
                    unit = UnitOfWork(
                        connection,
                        self.book,
                        self.hooks,
                        self.now(),
                        actor,
                        key,
                        self._declarations,
                        recorded_at=self.machine_clock(),
                        backdate=backdate,
                    )
                    outcome = work(unit)
                break
            except ConflictError:
                if left <= 0:
                    raise
            time.sleep(pause)
            left, pause = left - 1, 2 * pause
        if unit.declarations:
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


class Desk:
    """The desk of a taxpayer, at which `actor` acts; each call is one transaction."""

    def __init__(
        self, workspace: Workspace, gstin: str, actor: str, request: str | None = None, backdate: str | None = None
    ) -> None:
        """Keep whose desk it is, who acts at it, in which request of a program outside, and why it is dated back.

        Raises `InputError` for an actor, a request or a reason that is not a text of one line.
        """
        self._workspace = workspace
        self.gstin = gstin
        self.actor = checked_actor(actor)
        self.request = checked_request(request)
        self.backdate = checked_reason(backdate)

    def backdated(self, backdate: str | None = None) -> Self:
        """Return this desk for what is dated back, and why; None: it is not. Raises `InputError` as the desk does."""
        desk = copy(self)
        desk.backdate = checked_reason(backdate)
        return desk

    def _asked(self, read: Callable[Concatenate[UnitOfWork, P], T], *args: P.args, **named: P.kwargs) -> T:
        return self._workspace.asked(read, *args, **named)

    def _done(
        self,
        use_case: Callable[Concatenate[UnitOfWork, str, P], T],
        key: str | None = None,
        /,
        *args: P.args,
        **named: P.kwargs,
    ) -> T:
        """Run a use case of this taxpayer; under a key that was used before, return what it answered then."""

        def work(unit: UnitOfWork) -> T:
            if key is not None:
                return once(unit, self.gstin, key, use_case, *args, **named)
            return use_case(unit, self.gstin, *args, **named)

        return self._workspace.run(work, actor=self.actor, key=checked_key(key) or self.request, backdate=self.backdate)
