"""The workspace: a database with its law book, clock and hooks, and the one way in which a use case runs on it.

Imports the store and the unit of work; knows no single use case. A desk is the workspace seen by one taxpayer.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from datetime import UTC, datetime
from typing import Concatenate, ParamSpec, TypeVar

from ims_fsm.errors import ImsFsmError, InputError, Problem, StoreError
from ims_fsm.law.book import LawBook, shipped_book
from ims_fsm.law.hooks import Attempt, Call, Hooks, Tally, log
from ims_fsm.record.case import Case
from ims_fsm.record.moments import machine_clock
from ims_fsm.store import attempts, host, register
from ims_fsm.store import connection as store
from ims_fsm.store import schema as tables
from ims_fsm.store.connection import ConflictError, Connection, Engine
from ims_fsm.store.failures import told_apart
from ims_fsm.terms.border import REQUEST, Border, checked_key, checked_reason, checked_request
from ims_fsm.terms.period import in_india
from ims_fsm.terms.principal import NOBODY, Principal, principal_of, reached
from ims_fsm.workflow.delivery import Delivered, Delivery, delivered_or_logged
from ims_fsm.workflow.keys import once
from ims_fsm.workflow.signoff.limits import Limits
from ims_fsm.workflow.unit import UnitOfWork
from ims_fsm.workflow.watching import READS, WRITES, is_watched, name_of, watched

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

    An empty database gets its tables at once, on PostgreSQL in `schema` if one is named. Raises `StoreError` where the
    database cannot be used, and `LawMismatchError` where live records were written under other declarations.
    """

    def __init__(  # noqa: PLR0913 -- what a backend may bring
        self,
        database: str | Engine = "sqlite:///ims.db",
        *,
        clock: Clock = system_clock,
        book: LawBook | None = None,
        hooks: Hooks | None = None,
        retries: int = RETRIES,
        schema: str | None = None,
        log_refusals: bool = False,
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
        if schema is not None:
            border.text("schema", schema, longest=63)
        border.close()
        self.book = book or shipped_book()
        self.clock = clock
        self.hooks = hooks or Hooks(self.book.law)
        self.retries = retries
        #: The limits of sign-offs; None where it is opened without them.
        self.limits: Limits | None = None
        #: Whether calls that came to nothing are written down.
        self.log_refusals = log_refusals
        #: What says when a row was written, whatever the law's clock says.
        self.machine_clock: Clock = machine_clock
        self._engine: Engine | None = store.in_schema(store.open_engine(database), schema)
        self._is_lent = isinstance(database, Engine)
        #: The host's connection, in whose transaction everything is done; None: each call has one of its own.
        self._host: object | None = None
        self._declarations: Mapping[str, int] = {}
        #: What says the facts of a machine's cases, by the machine's name.
        self.readers: dict[str, Callable[[Case], Mapping[str, str]]] = {}
        self._delivery = Delivery()
        with self.closed_on_failure(), told_apart(self.engine):
            tables.prepare(self.engine)
            with store.reading(self.engine) as connection:
                register.check(connection, self.book.law)

    def __reduce__(self) -> str:
        """Raise `TypeError`: it is not sent to another process."""
        raise TypeError("an IMS stays in its process; send the URL of its database, and open it there")

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
    def dialect(self) -> str:
        """Which kind of database it is: "sqlite" or "postgresql"."""
        return self.engine.dialect.name

    @property
    def in_memory(self) -> bool:
        """Whether the database is in this process's memory, where no other process can open it."""
        return store.in_memory(self.engine)

    def bound(self, connection: object) -> Workspace:
        """Return this workspace on the host's connection (`host.part` has what it may be, and what it raises).

        Each call is a part of the host's transaction, and none is tried again: what stood in its way, the host's
        transaction may not see gone.
        """
        bound = object.__new__(type(self))
        bound.__dict__.update(self.__dict__)
        bound._host, bound._is_lent, bound.retries = connection, True, 0
        bound._delivery = Delivery()
        kind = host.connection_of(connection).dialect.name
        if kind != self.dialect:
            raise StoreError(
                f"the connection is to {kind}, and this IMS is on {self.dialect}; bind one to its database"
            )
        with bound.reading() as here:
            tables.check(here)
        return bound

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a connection for reading; nothing done on it is kept."""
        opened = store.reading(self.engine) if self._host is None else self._part(reads=True)
        with told_apart(self.engine), opened as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Give a connection on which all is kept, or nothing: in a transaction, or in a part of the host's."""
        opened = store.writing(self.engine) if self._host is None else self._part(reads=False)
        with told_apart(self.engine), opened as connection:
            yield connection

    def _part(self, *, reads: bool) -> AbstractContextManager[Connection]:
        return host.part(self._host, store.schema_of(self.engine), reads=reads)

    @contextmanager
    def asking(self, principal: Principal = NOBODY) -> Iterator[UnitOfWork]:
        """Give a unit of work for reading, in which somebody asks; nothing done in it is kept."""
        with self.reading() as connection:
            yield UnitOfWork(connection, self.book, self.hooks, self.now(), principal)

    def asked(self, read: Callable[Concatenate[UnitOfWork, P], T], *args: P.args, **named: P.kwargs) -> T:
        """Return what is read in a unit of work; nothing done in it is kept."""
        return self.asked_by(NOBODY, read, *args, **named)

    def asked_by(
        self,
        principal: Principal,
        read: Callable[Concatenate[UnitOfWork, P], T],
        *args: P.args,
        **named: P.kwargs,
    ) -> T:
        """Return what somebody reads in a unit of work; nothing done in it is kept."""
        if not is_watched(self.hooks, READS):
            with self.asking(principal) as unit:
                return read(unit, *args, **named)
        with watched(self.hooks, Call(name=name_of(read), writes=False)), self.asking(principal) as unit:
            return read(unit, *args, **named)

    def tried_by(
        self,
        principal: Principal,
        attempt: Callable[Concatenate[UnitOfWork, P], T],
        *args: P.args,
        **named: P.kwargs,
    ) -> T:
        """Return what somebody finds out by trying, which `attempt` takes back; for who watches it is a read."""

        def work(unit: UnitOfWork) -> T:
            return attempt(unit, *args, **named)

        if not is_watched(self.hooks, READS):
            return self._tried(work, principal, None, None, None)[0]
        with watched(self.hooks, Call(name=name_of(attempt), writes=False)):
            return self._tried(work, principal, None, None, None)[0]

    def streamed(
        self, read: Callable[[UnitOfWork], Iterator[T]], principal: Principal = NOBODY
    ) -> Generator[T, None, None]:
        """Give what is read one by one, all as of one moment; from a connection that others need all is read first."""
        with self.asking(principal) as unit:
            if self._host is None and not store.in_memory(self.engine):
                yield from read(unit)
                return
            whole = list(read(unit))
        yield from whole

    def run(  # noqa: PLR0913 -- who, when, in whose name
        self,
        work: Callable[[UnitOfWork], T],
        *,
        actor: str | Principal,
        key: str | None = None,
        backdate: str | None = None,
        retries: int | None = None,
        request: str | None = None,
        named: Callable[..., object] | None = None,
        owner: str = "",
    ) -> T:
        """Run a use case in one transaction, under a key, or else a request, that its transitions are logged with.

        `backdate` is why it is dated back, if it is; `named` is what it is called where it is watched (None: as `work`
        is), `owner` at whose desk it is called. Raises `ConflictError` where other writers stood in the way each time.
        """
        principal = actor if isinstance(actor, Principal) else Principal(actor)
        called, logged = name_of(work if named is None else named), key or request
        try:
            if not is_watched(self.hooks, WRITES):
                return self._tried(work, principal, logged, backdate, retries)[0]
            outside = None if request is None else request.removeprefix(REQUEST)
            call = Call(name=called, writes=True, request=outside)
            with watched(self.hooks, call):
                outcome, call.tallies = self._tried(work, principal, logged, backdate, retries)
        except Exception as error:
            attempt = Attempt(actor=principal.id, at=self.now(), request_key=logged, error=error)
            self._came_to_nothing(attempt, owner, called)
            raise
        return outcome

    def _tried(
        self,
        work: Callable[[UnitOfWork], T],
        principal: Principal,
        key: str | None,
        backdate: str | None,
        retries: int | None,
    ) -> tuple[T, tuple[Tally, ...]]:
        left = self.retries if retries is None or self._host is not None else retries
        pause = FIRST_PAUSE_S
        while True:
            try:
                outcome, tallies = self._run(work, principal, key, backdate)
                break
            except ConflictError:
                if left <= 0:
                    raise
            time.sleep(pause)
            left, pause = left - 1, 2 * pause
        for tally in tallies:
            self.hooks.counted(tally)
        if self.hooks.subscribers and self._host is None:
            delivered_or_logged(self.deliver)
        return outcome, tallies

    def _came_to_nothing(self, attempt: Attempt, whose: str, called: str) -> None:
        if self.hooks.told_of_refused:
            self.hooks.attempted(attempt)
        if not self.log_refusals:
            return
        try:
            # What it did is undone by now, so this is a transaction of its own; bound, it is a part of the host's.
            with self.writing() as connection:
                attempts.note(connection, whose, called, attempt, self.machine_clock())
        except ImsFsmError:
            log.exception("a call that came to nothing could not be written down")

    def _run(
        self, work: Callable[[UnitOfWork], T], principal: Principal, key: str | None, backdate: str | None
    ) -> tuple[T, tuple[Tally, ...]]:
        with self.writing() as connection:
            begun = self._delivery.begin(connection, self.hooks)
            unit = UnitOfWork(
                connection,
                self.book,
                self.hooks,
                self.now(),
                principal,
                key,
                self._declarations,
                recorded_at=self.machine_clock(),
                backdate=backdate,
            )
            outcome = work(unit)
        # What was kept in a transaction that failed is not there, so it is remembered when all is well.
        self._delivery.committed(begun)
        if unit.declarations:
            self._declarations = {**self._declarations, **unit.declarations}
        return outcome, tuple(unit.tallies)

    def deliver(self) -> Delivered:
        """Tell the hooks for after the commit what they were not told yet."""
        return self._delivery.deliver(self.hooks, self.reading, self.writing)

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
        self,
        workspace: Workspace,
        gstin: str,
        actor: str | Principal,
        request: str | None = None,
        backdate: str | None = None,
    ) -> None:
        """Keep whose desk it is, who acts at it, in which request of a program outside, and why it is dated back.

        Raises `InputError` for an actor, a request or a reason that is not a text of one line, `MissingError` for a
        taxpayer whom the actor does not reach.
        """
        self._workspace = workspace
        self.gstin = gstin
        self.principal = principal_of(actor)
        self._refuse_stranger()
        self.request = checked_request(request)
        self.backdate = checked_reason(backdate)

    def _asked(self, read: Callable[Concatenate[UnitOfWork, P], T], *args: P.args, **named: P.kwargs) -> T:
        return self._workspace.asked_by(self.principal, read, *args, **named)

    def _streamed(self, read: Callable[[UnitOfWork], Iterator[T]]) -> Generator[T, None, None]:
        return self._workspace.streamed(read, self.principal)

    def _refuse_stranger(self) -> None:
        reached(self.principal, self.gstin)

    @property
    def actor(self) -> str:
        """The id of whoever acts here; the log has it."""
        return self.principal.id

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

        return self._workspace.run(
            work,
            actor=self.principal,
            key=checked_key(key),
            request=self.request,
            backdate=self.backdate,
            named=use_case,
            owner=self.gstin,
        )
