"""`Engine`, the face for cases of any declared machine, without a word of GST; `IMS` has all that it has.

Imports the desk of cases and what concerns a database as a whole; a call is one transaction.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from copy import copy
from pathlib import Path
from typing import Self

from ims_fsm.errors import InputError, Problem
from ims_fsm.files.writing import Outputs
from ims_fsm.law.book import LawBook, shipped_book
from ims_fsm.law.edition import Machine
from ims_fsm.law.hooks import Hooks
from ims_fsm.law.register import Law
from ims_fsm.store import backup
from ims_fsm.store.backup import Backup
from ims_fsm.store.connection import Engine as Database
from ims_fsm.terms.border import Border, checked_text
from ims_fsm.terms.event import Event
from ims_fsm.terms.principal import Principal
from ims_fsm.workflow.cases.desk import CasesDesk
from ims_fsm.workflow.cases.steps import AT_A_DESK, Reader, checked_reader, machine_of, machines_of
from ims_fsm.workflow.delivery import Delivered
from ims_fsm.workflow.views import events
from ims_fsm.workflow.workspace import RETRIES, Clock, Workspace, system_clock

#: Laws of a host: files or folders in the grammar of machines/, or what was read of them; one or several.
Machines = str | Path | Law | Iterable[str | Path | Law]


def with_machines(book: LawBook, machines: Machines) -> LawBook:
    """Return a book with the laws of a host beside; raises `DeclarationError` with all that is wrong with one."""
    if isinstance(machines, (str, Path, Law)):
        return book.beside([machines])
    try:
        several = list(machines)
    except TypeError:
        problem = Problem("machines", f"are {machines!r}", "give the path of a file or folder, or several")
        raise InputError("machines", [problem]) from None
    return book.beside(several) if several else book


class Engine:
    """Drives cases of the machines that are declared in `machines`, on one database.

    `database` is a URL as SQLAlchemy writes it (`sqlite:///ims.db`, `postgresql://…`) or an engine of SQLAlchemy; an
    empty one gets its tables at once. `machines` are files or folders in the grammar of machines/. `clock` gives aware
    moments, `hooks` are called at transitions. A call that another writer stood in the way of is tried again, `retries`
    times. `schema` is where the tables are on PostgreSQL, which is made if need be (None: where the path leads); with
    `log_refusals` calls that came to nothing are written down, as events of the kind `refused`. One object serves all
    threads of a process; a process that is forked opens its own.

    Every call raises `StoreError` where the database cannot be used, and `ConflictError` where other writers stood in
    the way each time. Opening raises `DeclarationError` with all that is wrong with a machine, and `LawMismatchError`
    where live cases of one were written under another declaration.

    >>> with Engine("sqlite://") as engine:
    ...     list(engine.events())
    []
    """

    def __init__(  # noqa: PLR0913 -- what a backend may bring
        self,
        database: str | Database = "sqlite:///ims.db",
        *,
        machines: Machines = (),
        clock: Clock = system_clock,
        hooks: Hooks | None = None,
        retries: int = RETRIES,
        schema: str | None = None,
        log_refusals: bool = False,
    ) -> None:
        """Open the database, and check that it fits the declarations."""
        book = with_machines(shipped_book(), machines)
        self._workspace = Workspace(
            database, clock=clock, book=book, hooks=hooks, retries=retries, schema=schema, log_refusals=log_refusals
        )

    def bound(self, connection: object) -> Self:
        """Return this object in your own transaction: what is called on it is kept or undone with what you do there.

        `connection` is yours, to the database of this object: a connection or session of SQLAlchemy (also SQLModel's),
        or a connection of psycopg, sqlite3 or Django. Where no transaction is open it is begun; you commit it. A call
        that raises leaves nothing, and your transaction goes on. No call is tried again: at `ConflictError` roll back,
        and begin anew. What is read is as your transaction sees it. Raises `InputError` for another object and for a
        connection that commits each statement by itself, `StoreError` for one to another kind of database.
        """
        bound = copy(self)
        bound._workspace = self._workspace.bound(connection)  # noqa: SLF001 -- another of this class
        return bound

    @property
    def book(self) -> LawBook:
        """The law by which records and cases are decided."""
        return self._workspace.book

    @property
    def clock(self) -> Clock:
        """What gives the moment at which the law is read."""
        return self._workspace.clock

    @clock.setter
    def clock(self, clock: Clock) -> None:
        """Take the moments from another clock from now on."""
        self._workspace.clock = clock

    @property
    def hooks(self) -> Hooks:
        """Your callbacks before and after transitions."""
        return self._workspace.hooks

    @hooks.setter
    def hooks(self, hooks: Hooks) -> None:
        """Take other callbacks from now on."""
        self._workspace.hooks = hooks

    def close(self) -> None:
        """Close the database; every call raises `StoreError` afterwards. An engine that was given stays open."""
        self._workspace.close()

    def __enter__(self) -> Self:
        """Give the object itself; leaving the block closes it."""
        return self

    def __exit__(self, *_error: object) -> None:
        """Close the database."""
        self.close()

    def cases(
        self,
        machine: str,
        *,
        actor: str | Principal,
        owner: str = "",
        facts: Reader | None = None,
        request: str | None = None,
        backdate: str | None = None,
    ) -> CasesDesk:
        """Return the desk of an owner's cases of a machine, at which `actor` acts.

        What belongs to another owner is not there. `facts` is asked about a case whenever it is decided: a function of
        it that returns facts by name; without one the reader of the machine is (`reads`). `request` and `backdate` are
        those of a recipient's desk. Raises `MissingError` for a machine that is not loaded.
        """
        return CasesDesk(self._workspace, machine, actor, owner=owner, reader=facts, request=request, backdate=backdate)

    def reads(self, machine: str, reader: Reader) -> None:
        """Have a function say the facts of a machine's cases from now on, at every desk for which none is named.

        So it is asked by whatever drives cases on this object: HTTP, the dashboard and scenarios too. It is given the
        case and returns facts by name. Raises `MissingError` for a machine that is not loaded, `InputError` for what is
        no function.
        """
        self._workspace.readers[machine_of(self.book.law, checked_text("machine", machine)).name] = checked_reader(
            reader
        )

    @property
    def machines(self) -> Mapping[str, Machine]:
        """The machines of cases, by name."""
        return {name: machine for name, machine in machines_of(self.book.law).items() if name not in AT_A_DESK}

    def backup(self, path: str | Path, *, replace: bool = False) -> Backup:
        """Copy a SQLite database to a file while it is in use, verify the copy, and put it in place as a whole.

        It has all that was committed when the call began. A file that exists gives way to `replace` alone. Raises
        `StoreError` for PostgreSQL, whose pg_dump does it, and for a database that is damaged, `OutputError` and
        `FileError` where the file cannot be written.
        """
        border = Border("backup")
        file = border.path("path", path)
        border.flag("replace", replace)
        border.close()
        engine = self._workspace.engine
        return backup.backup(engine, file, Outputs(backup.files_of(engine), replace=replace))

    def events(
        self,
        after: str | None = None,
        *,
        limit: int | None = None,
        owner: str | None = None,
        kinds: Collection[str] = (),
    ) -> Iterator[Event]:
        """Give what happened after a cursor (None: from the beginning), in the order in which it was committed.

        Each event bears the cursor to go on from. Kept with what it was read for, in one transaction, that makes every
        event count once. `owner` and `kinds` narrow. Raises `InputError` for what is not a cursor or kind.
        """
        return events.read(self._workspace, after, limit, events.wanted(owner=owner, kinds=kinds))

    def deliver(self) -> Delivered:
        """Call the hooks for after the commit (`ims.hooks.after_commit`) with the events that they were not told yet.

        Every call that writes does so at its end; this is for what others wrote: a process without hooks, your own
        transaction (`bound`), or one that ended before it told them. What a hook raises stands in `failures`.
        """
        return self._workspace.deliver()

    def latest_events(
        self,
        before: str | None = None,
        *,
        limit: int = 100,
        owner: str | None = None,
        kinds: Collection[str] = (),
    ) -> list[Event]:
        """Return what happened last, the newest first, or what happened before a cursor; `events` reads the other way.

        `owner` and `kinds` narrow. Raises `InputError` for what is not a cursor, number or kind.
        """
        return events.read_back(self._workspace, before, limit, events.wanted(owner=owner, kinds=kinds))

    def newest_event(self) -> str | None:
        """Return the cursor of the newest event; None where there is none. What comes after it is new."""
        return self._workspace.asked(lambda unit: events.newest(unit.connection))


def workspace_of(engine: Engine | Workspace) -> Workspace:
    """Return what the face stands on, for the rooms of this package."""
    return engine._workspace if isinstance(engine, Engine) else engine  # noqa: SLF001 -- theirs, and nobody else's
