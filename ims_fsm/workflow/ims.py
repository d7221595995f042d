"""`IMS`: the face of the engine for a backend that embeds it. A call is one transaction, and says who acts.

Imports the use cases; every writing call takes `actor` and an optional idempotency `key`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager

from ims_fsm.errors import InputError, Problem
from ims_fsm.formats.gstn import PortalTwoB, Upload, read_two_b
from ims_fsm.formats.gstn.download import Source
from ims_fsm.formats.proposals import Proposal
from ims_fsm.record.record import Record
from ims_fsm.record.refusals import Answer
from ims_fsm.record.returns import Liability
from ims_fsm.record.scene import ReduceItc, Request
from ims_fsm.record.sighting import Sighting
from ims_fsm.record.taxpayer import Taxpayer
from ims_fsm.record.where import Where
from ims_fsm.store import connection as store
from ims_fsm.store import records, taxpayers
from ims_fsm.terms.event import Event
from ims_fsm.terms.gstin import checked_gstin
from ims_fsm.terms.period import TaxPeriod
from ims_fsm.terms.vocabulary import Trigger
from ims_fsm.workflow.actions import one as recipient
from ims_fsm.workflow.actions import proposed, what_if
from ims_fsm.workflow.actions.many import ActionReport, EachRefused
from ims_fsm.workflow.actions.proposed import Judgement
from ims_fsm.workflow.actions.what_if import WhatIf
from ims_fsm.workflow.calendar import sweeps
from ims_fsm.workflow.calendar.sweeps import Swept
from ims_fsm.workflow.reception import upload as portal
from ims_fsm.workflow.reception.importing import AS_USUAL, Imported, Registration, import_download
from ims_fsm.workflow.reception.registration import register
from ims_fsm.workflow.reception.upload import Each, Received, UploadChange
from ims_fsm.workflow.recipient_desk import RecipientDesk
from ims_fsm.workflow.returns.filing import ThreeBFiled
from ims_fsm.workflow.returns.two_b import TwoBGenerated
from ims_fsm.workflow.supplier_desk import SupplierDesk
from ims_fsm.workflow.unit import UnitOfWork
from ims_fsm.workflow.views import diagram, events, views
from ims_fsm.workflow.views.statement import TwoBComparison, compare_two_b, statement_of
from ims_fsm.workflow.views.views import History, RecordView, TwoBView
from ims_fsm.workflow.workspace import Workspace

EVERYTHING = Where()
# How many recipients one transaction sweeps; benchmarks/RESULTS.md has the curve.
SWEPT_AT_ONCE = 500


class IMS(Workspace):
    """An Invoice Management System on one database: opened as a `Workspace` is, with a call for every use case."""

    def recipient(self, gstin: str, *, actor: str) -> RecipientDesk:
        """Return the desk of a recipient, at which `actor` acts; raises `InputError` for what is not a GSTIN."""
        return RecipientDesk(self, _gstin(gstin), actor)

    def supplier(self, gstin: str, *, actor: str) -> SupplierDesk:
        """Return the desk of a supplier, at which `actor` acts; "" is customs, whose bills of entry have none.

        Raises `InputError` for what is not a GSTIN.
        """
        return SupplierDesk(self, gstin and _gstin(gstin), actor)

    def recipient_of(self, record_id: int) -> str:
        """Return whose record an id names, for an operator who may see all; raises `InputError` for an unknown id."""
        with self.asking() as unit:
            return unit.record(record_id).recipient

    # --- taxpayers ----------------------------------------------------------------------------------------------------

    def register(self, taxpayer: Taxpayer) -> None:
        """Register a taxpayer, or correct what is known of them (`registration.register` has what it raises)."""
        self.run("register", "", None, [], lambda unit: register(unit, taxpayer), Taxpayer)

    def taxpayer(self, gstin: str) -> Taxpayer | None:
        """Return a registered taxpayer, or None."""
        with store.reading(self.engine) as connection:
            return taxpayers.find(connection, gstin)

    def taxpayers(self) -> list[Taxpayer]:
        """Return every registered taxpayer, by GSTIN."""
        with store.reading(self.engine) as connection:
            return taxpayers.everyone(connection)

    def registered(self) -> list[str]:
        """Return the GSTIN of every registered taxpayer, in order."""
        with store.reading(self.engine) as connection:
            return taxpayers.gstins(connection)

    # --- the recipient ------------------------------------------------------------------------------------------------

    def act(  # noqa: PLR0913 -- what, on which record, with what, and who says so
        self,
        trigger: str,
        record_id: int,
        *,
        actor: str,
        remarks: str | None = None,
        reduce_itc: ReduceItc | None = None,
        version: int | None = None,
        key: str | None = None,
    ) -> Record:
        """Act on one record: accept, reject, keep_pending or reset (FAQ 10, 12); returns it as it now stands.

        `reduce_itc` is "full", "none" or heads in paise (from 2B period 2025-10); `version` is the
        record's version that the action was chosen on, where it must still be that. Raises `RefusedError`.
        """
        request = Request(remarks=remarks, reduce_itc=reduce_itc, version=version)

        acted: list[Record] = []

        def work(unit: UnitOfWork) -> None:
            acted.append(recipient.act(unit, _action(trigger), record_id, request))

        self.run("act", actor, key, [trigger, record_id, request], work, type(None))
        # A call that repeats a key has not acted now.
        return acted[0] if acted else self.record(record_id)

    def act_on_many(  # noqa: PLR0913 -- what, on which records, with what, and who says so
        self,
        trigger: str,
        gstin: str,
        *,
        actor: str,
        ids: Iterable[int] | None = None,
        where: Where = EVERYTHING,
        remarks: str | None = None,
        reduce_itc: ReduceItc | None = None,
        key: str | None = None,
        each_refused: EachRefused | None = None,
    ) -> ActionReport:
        """Act on many records of a recipient with one action (FAQ 30), named by id or by filter.

        What is allowed is applied, what is refused comes back counted by the rules that refuse it, with examples;
        `each_refused` is called with every refused record in turn, before anything is written, and not again when a
        key's answer is repeated. Raises `InputError` for an id that is not his; then nothing is written.
        """
        desk = self.recipient(gstin, actor=actor)
        return desk.act_on(
            _action(trigger),
            ids=ids,
            where=where,
            remarks=remarks,
            reduce_itc=reduce_itc,
            key=key,
            each_refused=each_refused,
        )

    def may(
        self, trigger: str, record_id: int, *, remarks: str | None = None, reduce_itc: ReduceItc | None = None
    ) -> Answer:
        """Ask whether a trigger may fire on a record; changes nothing. The answer is truthy exactly when it may."""
        request = Request(remarks=remarks, reduce_itc=reduce_itc)
        with self.asking() as unit:
            return recipient.may(unit, record_id, trigger, request)

    def what_if(
        self, trigger: str, record_id: int, *, remarks: str | None = None, reduce_itc: ReduceItc | None = None
    ) -> WhatIf:
        """Work out the credit and the supplier's liability that an action would come to; changes nothing."""
        request = Request(remarks=remarks, reduce_itc=reduce_itc)
        with self.asking() as unit:
            return what_if.what_if(unit, record_id, _action(trigger), request)

    # --- returns and the clock ----------------------------------------------------------------------------------------

    def generate_2b(self, gstin: str, period: TaxPeriod, *, actor: str, key: str | None = None) -> TwoBGenerated:
        """Generate or recompute the GSTR-2B of a period (FAQ 23-29). Raises `RefusedError`."""
        return self.recipient(gstin, actor=actor).generate_2b(period, key=key)

    def file_3b(self, gstin: str, period: TaxPeriod, *, actor: str, key: str | None = None) -> ThreeBFiled:
        """File GSTR-3B: what is in the period's GSTR-2B is decided for good (FAQ 12, 20). Raises `RefusedError`."""
        return self.recipient(gstin, actor=actor).file_3b(period, key=key)

    def file_annual_return(self, gstin: str, fy: str, *, actor: str, key: str | None = None) -> int:
        """File the annual return of a financial year ("2023-24"); returns how many time limits it ended."""
        return self.recipient(gstin, actor=actor).file_annual_return(fy, key=key)

    def sweep(self, gstins: Sequence[str] | None = None, *, actor: str = "clock") -> list[Swept]:
        """Do what the calendar owes by now, for the named recipients or for all, in chunks of a transaction each.

        Where a chunk fails its recipients are taken one by one, so that one who fails stops no other; the first failure
        is raised when all are through.
        """
        wanted = self.registered() if gstins is None else list(gstins)
        swept: list[Swept] = []
        failures: list[Exception] = []
        # A hook that raises is not asked again in the same sweep.
        at_once = 1 if self.hooks.registered else SWEPT_AT_ONCE
        for chunk in (wanted[start : start + at_once] for start in range(0, len(wanted), at_once)):
            try:
                swept += self._sweep(chunk, actor)
            except Exception as error:  # noqa: BLE001 -- a hook of the embedder may raise anything
                if len(chunk) == 1:
                    failures.append(error)
                    continue
                for gstin in chunk:
                    try:
                        swept += self._sweep([gstin], actor)
                    except Exception as own:  # noqa: BLE001 -- the rest of the chunk goes on
                        failures.append(own)
        if failures:
            raise failures[0]
        return swept

    def _sweep(self, gstins: list[str], actor: str) -> list[Swept]:
        def work(unit: UnitOfWork) -> list[Swept]:
            store.serialise(unit.connection, gstins)
            return sweeps.sweep_many(unit, gstins)

        return self.run("sweep", actor, None, gstins, work, list[Swept])

    # --- the portal ---------------------------------------------------------------------------------------------------

    def receive(
        self,
        gstin: str,
        sightings: Iterable[Sighting],
        *,
        actor: str,
        complete: frozenset[str] = frozenset(),
        each: Each | None = None,
    ) -> Received:
        """Take in what the portal shows of a recipient's IMS; taking in the same again changes nothing.

        `complete` names the machines of which everything is shown: a saved record of theirs that is not shown
        was deleted by its supplier (FAQ 16). `each` is told what happened, by the name of `Received`, to which record.
        """
        return self.recipient(gstin, actor=actor).receive(sightings, complete=complete, each=each)

    def import_download(  # noqa: PLR0913 -- what, of whom, by whom, and who wants to know
        self,
        source: Source,
        where: str = "download",
        *,
        gstin: str | None = None,
        actor: str,
        registration: Registration = AS_USUAL,
        each: Each | None = None,
        progress: Callable[[int], None] | None = None,
    ) -> Imported:
        """Take in a download of the portal; the recipient is registered where they are not known here (FAQ 6, 16)."""

        def run(work: Callable[[UnitOfWork], Imported]) -> Imported:
            return self.run("receive", actor, None, [where], work, Imported)

        return import_download(run, source, where, gstin=gstin, registration=registration, each=each, progress=progress)

    def check(self, gstin: str, proposals: Sequence[Proposal], where: str = "proposals") -> Judgement:
        """Judge every proposal as if all were applied, and keep nothing (FAQ 10-16)."""
        return self.run("check", "", None, [], lambda unit: proposed.check(unit, gstin, proposals, where), Judgement)

    def apply(
        self, gstin: str, proposals: Sequence[Proposal], where: str = "proposals", *, actor: str, key: str | None = None
    ) -> Judgement:
        """Apply what is allowed of the proposals, in one transaction, and report every refusal."""

        def work(unit: UnitOfWork) -> Judgement:
            return proposed.apply(unit, gstin, proposals, where)

        asked = [gstin, [proposal.canonical() for proposal in proposals]]
        return self.run("apply", actor, key, asked, work, Judgement)

    def export_upload(self, gstin: str) -> Upload:
        """Return what the portal is still to be told: a SAVE and a RESET, each None where there is nothing to say."""
        with self.asking() as unit:
            return portal.export_upload(unit, gstin)

    def statement(self, gstin: str, period: TaxPeriod) -> PortalTwoB:
        """Return the newest generation of a GSTR-2B as `write_two_b` takes it."""
        with self.asking() as unit:
            return statement_of(unit, gstin, period)

    def compare_2b(self, data: bytes, where: str = "GSTR-2B", *, gstin: str | None = None) -> TwoBComparison:
        """Compare the portal's GSTR-2B with ours of the same recipient and period, document by document."""
        theirs = read_two_b(data, where, gstin)
        with self.asking() as unit:
            return compare_two_b(unit, theirs)

    def changed_since_portal(self, gstin: str) -> list[UploadChange]:
        """Return the records whose action or declaration the portal does not show yet, with what it last showed."""
        with self.asking() as unit:
            return portal.changed_since_portal(unit, gstin)

    # --- views --------------------------------------------------------------------------------------------------------

    def record(self, record_id: int) -> Record:
        """Return a record; raises `InputError` for an id that is not here."""
        with self.asking() as unit:
            return unit.record(record_id)

    def show(self, record_id: int) -> RecordView:
        """Return a record with what may be done with it and why not."""
        with self.asking() as unit:
            return views.view(unit, record_id)

    def history(self, record_id: int) -> History:
        """Return everything that was ever done to a record."""
        with self.asking() as unit:
            return views.history(unit, record_id)

    def diagram(self, record_id: int, fmt: str = "svg", *, theme: str = "light", href_base: str | None = None) -> bytes:
        """Draw a record's path on its machine's picture: what it took, what it may do next, what it may not and why.

        `fmt` is svg, png, pdf, dot or mermaid (text is UTF-8), `theme` light, dark or print; with `href_base` the parts
        lead to their lines on that page. Raises `InputError`, and what drawing raises where no Graphviz is installed.
        """
        with self.asking() as unit:
            return diagram.diagram(unit, record_id, fmt, theme, href_base)

    def inward(self, gstin: str, where: Where = EVERYTHING) -> list[Record]:
        """Return a recipient's records that are meant, by id (FAQ 18)."""
        with self.asking() as unit:
            return list(views.inward(unit, gstin, where))

    @contextmanager
    def each(self, gstin: str, where: Where = EVERYTHING) -> Iterator[Iterator[Record]]:
        """Give, for a `with` block, a recipient's records that are meant one by one, all as of one moment (FAQ 18).

        However many there are, no more than a page of them is held. What the block writes meanwhile is not seen; to a
        database in memory, which has one connection, it cannot write.
        """
        with self.asking() as unit:
            yield views.inward(unit, gstin, where)

    def recipients(self) -> list[str]:
        """Return the GSTINs of the registered taxpayers who have a record, in order."""
        with store.reading(self.engine) as connection:
            return records.recipients(connection)

    def two_b(self, gstin: str, period: TaxPeriod, *, with_lines: bool = True) -> TwoBView:
        """Return the newest generation of a GSTR-2B with its lines, totals and what it leaves out.

        A million lines are a million objects: without them (`with_lines=False`) the view says how many they are.
        """
        with self.asking() as unit:
            return views.two_b_view(unit, gstin, period, with_lines=with_lines)

    def events(
        self,
        after: str | None = None,
        *,
        limit: int | None = None,
        gstin: str | None = None,
        kinds: Collection[str] = (),
    ) -> Iterator[Event]:
        """Give what happened after a cursor (None: from the beginning), in the order in which it was committed.

        Transitions, moves of GSTR-2B, GSTR-3B filings, add-backs, reminders; each event bears the cursor to go on from.
        Kept with what it was read for, in one transaction, that makes every event count once. `gstin` and `kinds`
        narrow. Raises `InputError` for what is no cursor, GSTIN or kind.
        """
        return events.read(self.engine, after, limit, events.wanted(gstin, kinds))

    def liabilities(self, supplier: str, period: TaxPeriod | None = None) -> list[Liability]:
        """Return the liability added back to a supplier, in one of his periods or in all (FAQ 34)."""
        with self.asking() as unit:
            return views.added_back(unit, supplier, period)


def _gstin(gstin: str) -> str:
    try:
        return checked_gstin(gstin)
    except ValueError as error:
        remedy = "write its 15 characters like 27AAPFU0939F1ZV"
        raise InputError("taxpayer", [Problem(repr(gstin), "is not a GSTIN", remedy)]) from error


def _action(trigger: str) -> Trigger:
    return recipient.action(trigger)
