"""`IMS`, the face of the engine for a backend that embeds it; `Scratch`, the same on databases that are thrown away.

Imports the desks and the use cases that concern nobody in particular; a call is one transaction.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Unpack

from ims_fsm.errors import InputError, Problem
from ims_fsm.formats.gstn.parts import Sources
from ims_fsm.law.book import LawBook, book_with, overlay_of
from ims_fsm.law.edition import Machine
from ims_fsm.law.hooks import Hooks
from ims_fsm.record.dashboard import Dashboard
from ims_fsm.record.taxpayer import Taxpayer
from ims_fsm.store import records, scratch, taxpayers
from ims_fsm.store.connection import Engine as Database
from ims_fsm.terms.border import (
    checked_parties,
    checked_party,
    checked_reason,
    checked_value,
    looked_at,
)
from ims_fsm.terms.event import Event
from ims_fsm.terms.principal import CLOCK, NOBODY, Principal, principal_of, reached
from ims_fsm.workflow.calendar import change, sweeps
from ims_fsm.workflow.calendar.sweeps import SweepReport
from ims_fsm.workflow.desks import RecipientDesk
from ims_fsm.workflow.engine import Engine, Machines, with_machines
from ims_fsm.workflow.reception.importing import Imported, Importing, import_download
from ims_fsm.workflow.registration import register
from ims_fsm.workflow.signoff.limits import MACHINE as SIGNOFF
from ims_fsm.workflow.signoff.limits import read, shipped
from ims_fsm.workflow.signoff.steps import lapse_overdue
from ims_fsm.workflow.supplier_desk import SupplierDesk
from ims_fsm.workflow.tokens import Tokens
from ims_fsm.workflow.unit import UnitOfWork
from ims_fsm.workflow.views import dashboard, events, statement
from ims_fsm.workflow.views.statement import TwoBComparison
from ims_fsm.workflow.workspace import RETRIES, Clock, Workspace, system_clock


class IMS(Engine):
    """An Invoice Management System on one database; what concerns a recipient or a supplier is done at their desk.

    `database` is a URL as SQLAlchemy writes it (`sqlite:///ims.db`, `postgresql://…`) or an engine of SQLAlchemy; an
    empty one gets its tables at once. `clock` gives aware moments, `book` is the law, `machines` laws of your own to be
    beside it (`cases`), `calendar` a TOML file laid over its calendar, `roles` one that keeps triggers to roles
    (docs/permissions.md), `hooks` are called at transitions. Where a database was last opened with another calendar,
    what was worked out from that is worked out again. A call that another writer stood in the way of is tried again,
    `retries` times. `schema` is where the tables are on PostgreSQL, which is made if need be (None: where the path
    leads); with `log_refusals` calls that came to nothing are written down, as events of the kind `refused`; with
    `signoff` actions may be proposed, by the machine that ships or one in a folder (docs/signoff.md). One object
    serves all threads of a process; a process that is forked opens its own.

    Every call raises `StoreError` where the database cannot be used, and `ConflictError` where other writers stood in
    the way each time. Opening raises `LawMismatchError` where live records were written under other declarations.

    >>> with IMS("sqlite://") as ims:
    ...     ims.registered()
    []
    """

    def __init__(  # noqa: PLR0913 -- what a backend may bring
        self,
        database: str | Database = "sqlite:///ims.db",
        *,
        machines: Machines = (),
        clock: Clock = system_clock,
        book: LawBook | None = None,
        calendar: str | Path | None = None,
        roles: str | Path | None = None,
        hooks: Hooks | None = None,
        retries: int = RETRIES,
        schema: str | None = None,
        log_refusals: bool = False,
        signoff: bool | str | Path = False,
    ) -> None:
        """Open the database, check that it fits the declarations, and have it stand by the calendar."""
        if calendar is not None or roles is not None:
            if book is not None:
                what, remedy = "is given beside a book, which has its own", "lay the file over the book yourself"
                name = "calendar" if roles is None else "roles"
                raise InputError("IMS", [Problem(name, what, f"{remedy} (shipped_book), or leave the book out")])
            book = book_with(calendar, None if machines or signoff is not False else roles)
        law = with_machines(book_with(None) if book is None else book, machines)
        limits = None
        if signoff is not False:
            machine, limits = shipped() if signoff is True else read(Path(signoff))
            law = law.beside([machine])
        if roles is not None and law.roles is None:
            law = law.permitting(overlay_of(roles, "roles"))
        self._workspace = Workspace(
            database, clock=clock, book=law, hooks=hooks, retries=retries, schema=schema, log_refusals=log_refusals
        )
        self._workspace.limits = limits
        with self._workspace.closed_on_failure():
            change.follow(self._workspace)

    @property
    def tokens(self) -> Tokens:
        """The tokens by which programs and people outside are known (`ims-fsm serve`)."""
        return Tokens(self._workspace)

    @property
    def signoff(self) -> Machine | None:
        """The machine of sign-offs; None where the store was opened without."""
        return self.book.law.machines.get(SIGNOFF)

    # --- desks --------------------------------------------------------------------------------------------------------

    def recipient(
        self, gstin: str, *, actor: str | Principal, request: str | None = None, backdate: str | None = None
    ) -> RecipientDesk:
        """Return the desk of a recipient, at which `actor` acts; raises `InputError` for what is not a GSTIN.

        `actor` is a `Principal`, or the id of somebody without roles. Raises `MissingError` for a taxpayer whom they do
        not reach.
        `request` is what a program outside calls the request by: the log has it where a call has no key of its own.
        `backdate` is why what is done at the desk is dated back: the log has it, and without it nothing may be dated
        before what was done last to a record or a GSTR-2B (`dated_back`).
        """
        return RecipientDesk(self._workspace, checked_party(gstin), actor, request, backdate)

    def supplier(
        self, gstin: str, *, actor: str | Principal, request: str | None = None, backdate: str | None = None
    ) -> SupplierDesk:
        """Return the desk of a supplier, as `recipient` does; "" is customs, whose bills of entry have none."""
        whose = "" if gstin == "" else checked_party(gstin)
        return SupplierDesk(self._workspace, whose, actor, request, backdate)

    def recipient_of(self, record_id: int) -> str:
        """Return whose record an id names, for an operator who may see all; raises `InputError` for an unknown id."""
        return self._workspace.asked(UnitOfWork.record, record_id).recipient

    # --- taxpayers ----------------------------------------------------------------------------------------------------

    def register(self, taxpayer: Taxpayer) -> None:
        """Register a taxpayer, or correct what is known of them (`registration.register` has what it raises)."""
        checked = checked_value(taxpayer, Taxpayer)
        self._workspace.run(lambda unit: register(unit, checked), actor="")

    def taxpayer(self, gstin: str) -> Taxpayer | None:
        """Return a registered taxpayer, or None; raises `InputError` for what is not a GSTIN."""
        return self._workspace.asked(lambda unit: taxpayers.find(unit.connection, checked_party(gstin)))

    def taxpayers(self) -> list[Taxpayer]:
        """Return every registered taxpayer, by GSTIN."""
        return self._workspace.asked(lambda unit: taxpayers.everyone(unit.connection))

    def registered(self) -> list[str]:
        """Return the GSTIN of every registered taxpayer, in order."""
        return self._workspace.asked(lambda unit: taxpayers.gstins(unit.connection))

    def recipients(self) -> list[str]:
        """Return the GSTINs of the registered taxpayers who have a record, in order."""
        return self._workspace.asked(lambda unit: records.recipients(unit.connection))

    def dashboard(self, gstins: Iterable[str] | None = None, *, near: int | None = None) -> Dashboard:
        """Return what is due, at risk and waiting, over all registered GSTINs or over those that are named.

        One that is not registered here has only what was added back to it as a supplier. `near` is how many days ahead
        the end of section 16(4) is named (None: as the calendar reminds of it). Raises `InputError` for what is no
        GSTIN or number of days.
        """
        wanted = None if gstins is None else checked_parties(gstins)
        days = looked_at("dashboard", lambda border: border.days("near", near))
        return self._workspace.asked(dashboard.dashboard, wanted, days)

    # --- the portal, the calendar, events -----------------------------------------------------------------------------

    def import_download(
        self,
        sources: Sources,
        where: str | None = None,
        *,
        gstin: str | None = None,
        actor: str | Principal,
        backdate: str | None = None,
        **how: Unpack[Importing],
    ) -> Imported:
        """Take in a download as `RecipientDesk.import_download` does; without a GSTIN the file says whose it is.

        `backdate` is why it is dated back, as at a desk.
        """
        owner = None if gstin is None else checked_party(gstin)
        dated = {"backdate": checked_reason(backdate)}
        return import_download(self._workspace, sources, where, owner, principal_of(actor), **dated, **how)

    def compare_2b(
        self,
        sources: Sources,
        where: str | None = None,
        *,
        gstin: str | None = None,
        adopt: bool = False,
        actor: str | Principal = "",
        backdate: str | None = None,
    ) -> TwoBComparison:
        """Compare the portal's GSTR-2B as `RecipientDesk.compare_2b` does; the files say whose it is.

        `actor` is who has it adopted, `backdate` why that is dated back, as at a desk.
        """
        theirs = statement.read(sources, where, None if gstin is None else checked_party(gstin))
        principal = principal_of(actor) if adopt or isinstance(actor, Principal) else NOBODY
        recipient = reached(principal, theirs.recipient)
        if not adopt:
            return self._workspace.asked(statement.compare_two_b, theirs)
        work = partial(statement.adopt_two_b, recipient=recipient, theirs=theirs)
        return self._workspace.run(work, actor=principal, backdate=checked_reason(backdate))

    def sweep(self, gstins: Iterable[str] | None = None, *, actor: str | Principal = CLOCK) -> SweepReport:
        """Do what the calendar owes by now, for the named recipients or for all registered (FAQ 21, 23, 25, 27).

        Sign-offs that nobody has decided in time lapse, as the clock. Where something fails for a recipient the others
        are still done; the report names the recipient and the error.
        """
        principal = principal_of(actor)
        if gstins is None:
            wanted = [gstin for gstin in self.registered() if principal.reaches(gstin)]
        else:
            wanted = [reached(principal, gstin) for gstin in checked_parties(gstins)]
        lapse = partial(lapse_overdue, limits=self._workspace.limits)
        return sweeps.sweep(self._workspace, wanted, principal, lapse)

    def events(
        self,
        after: str | None = None,
        *,
        limit: int | None = None,
        gstin: str | None = None,
        owner: str | None = None,
        kinds: Collection[str] = (),
    ) -> Iterator[Event]:
        """Give what happened after a cursor (None: from the beginning), in the order in which it was committed.

        Transitions of records and cases, moves of GSTR-2B, GSTR-3B filings, add-backs, reminders; each event bears the
        cursor to go on from. Kept with what it was read for, in one transaction, that makes every event count once.
        `gstin` (or the `owner` of cases) and `kinds` narrow. Raises `InputError` for what is not a cursor, GSTIN or
        kind.
        """
        return events.read(self._workspace, after, limit, events.wanted(gstin, kinds, owner))

    def latest_events(
        self,
        before: str | None = None,
        *,
        limit: int = 100,
        gstin: str | None = None,
        owner: str | None = None,
        kinds: Collection[str] = (),
    ) -> list[Event]:
        """Return what happened last, the newest first, or what happened before a cursor; `events` reads the other way.

        `gstin` (or the `owner` of cases) and `kinds` narrow. Raises `InputError` for what is not a cursor, number,
        GSTIN or kind.
        """
        return events.read_back(self._workspace, before, limit, events.wanted(gstin, kinds, owner))


class Scratch(scratch.Scratch):
    """Opens fresh databases, each for a `with` block: in memory, or beside what a database URL names.

    In memory the first takes about a tenth of a second and each further one about a millisecond. What the database
    itself holds is never touched. Close it when the last block has ended. Raises `StoreError` for a URL that cannot be
    read.

    >>> with Scratch() as databases, databases.ims() as ims:
    ...     ims.taxpayers()
    []
    """

    @contextmanager
    def ims(
        self,
        *,
        machines: Machines = (),
        clock: Clock = system_clock,
        book: LawBook | None = None,
        hooks: Hooks | None = None,
        signoff: bool | str | Path = False,
    ) -> Iterator[IMS]:
        """Open a fresh database, which is gone at the end of the block; raises `StoreError`."""
        with (
            self.engine() as engine,
            IMS(engine, machines=machines, clock=clock, book=book, hooks=hooks, signoff=signoff) as ims,
        ):
            yield ims
