"""Calls of the face as they were before the desks, until whoever uses them has gone over to those."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

from ims_fsm.formats.gstn import PortalTwoB, Upload
from ims_fsm.formats.proposals import Proposal
from ims_fsm.record.record import Record
from ims_fsm.record.refusals import Answer
from ims_fsm.record.returns import Liability
from ims_fsm.record.scene import ReduceItc
from ims_fsm.record.sighting import Sighting
from ims_fsm.record.where import Where
from ims_fsm.terms.period import TaxPeriod
from ims_fsm.terms.vocabulary import Trigger
from ims_fsm.workflow.actions.many import ActionReport, EachRefused
from ims_fsm.workflow.actions.proposed import Judgement
from ims_fsm.workflow.actions.what_if import WhatIf
from ims_fsm.workflow.border import checked_action
from ims_fsm.workflow.reception.report import Each, Received
from ims_fsm.workflow.reception.upload import UploadChange
from ims_fsm.workflow.recipient_desk import RecipientDesk
from ims_fsm.workflow.returns.filing import ThreeBFiled
from ims_fsm.workflow.returns.two_b import TwoBGenerated
from ims_fsm.workflow.supplier_desk import SupplierDesk
from ims_fsm.workflow.views.views import History, RecordView, TwoBView
from ims_fsm.workflow.workspace import Workspace

EVERYTHING = Where()
READER = "reader"


class FormerCalls(Workspace, ABC):
    """Calls on all records, which the desks have taken the place of."""

    @abstractmethod
    def recipient(self, gstin: str, *, actor: str) -> RecipientDesk:
        """Return the desk of a recipient."""

    @abstractmethod
    def supplier(self, gstin: str, *, actor: str) -> SupplierDesk:
        """Return the desk of a supplier."""

    @abstractmethod
    def recipient_of(self, record_id: int) -> str:
        """Return whose record an id names."""

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
        """See `RecipientDesk.act`."""
        desk = self.recipient(self.recipient_of(record_id), actor=actor)
        return desk.act(_action(trigger), record_id, remarks=remarks, reduce_itc=reduce_itc, version=version, key=key)

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
        """See `RecipientDesk.act_on`."""
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
        """See `RecipientDesk.may`."""
        desk = self.recipient(self.recipient_of(record_id), actor=READER)
        return desk.may(trigger, record_id, remarks=remarks, reduce_itc=reduce_itc)

    def what_if(
        self, trigger: str, record_id: int, *, remarks: str | None = None, reduce_itc: ReduceItc | None = None
    ) -> WhatIf:
        """See `RecipientDesk.what_if`."""
        desk = self.recipient(self.recipient_of(record_id), actor=READER)
        return desk.what_if(_action(trigger), record_id, remarks=remarks, reduce_itc=reduce_itc)

    def generate_2b(self, gstin: str, period: TaxPeriod, *, actor: str, key: str | None = None) -> TwoBGenerated:
        """See `RecipientDesk.generate_2b`."""
        return self.recipient(gstin, actor=actor).generate_2b(period, key=key)

    def file_3b(self, gstin: str, period: TaxPeriod, *, actor: str, key: str | None = None) -> ThreeBFiled:
        """See `RecipientDesk.file_3b`."""
        return self.recipient(gstin, actor=actor).file_3b(period, key=key)

    def file_annual_return(self, gstin: str, fy: str, *, actor: str, key: str | None = None) -> int:
        """See `RecipientDesk.file_annual_return`."""
        return self.recipient(gstin, actor=actor).file_annual_return(fy, key=key)

    def receive(
        self,
        gstin: str,
        sightings: Iterable[Sighting],
        *,
        actor: str,
        complete: frozenset[str] = frozenset(),
        each: Each | None = None,
    ) -> Received:
        """See `RecipientDesk.receive`."""
        return self.recipient(gstin, actor=actor).receive(sightings, complete=complete, each=each)

    def check(self, gstin: str, proposals: Sequence[Proposal], where: str = "proposals") -> Judgement:
        """See `RecipientDesk.check`."""
        return self.recipient(gstin, actor=READER).check(proposals, where=where)

    def apply(
        self, gstin: str, proposals: Sequence[Proposal], where: str = "proposals", *, actor: str, key: str | None = None
    ) -> Judgement:
        """See `RecipientDesk.apply`."""
        return self.recipient(gstin, actor=actor).apply(proposals, where=where, key=key)

    def export_upload(self, gstin: str) -> Upload:
        """See `RecipientDesk.export_upload`."""
        return self.recipient(gstin, actor=READER).export_upload()

    def statement(self, gstin: str, period: TaxPeriod) -> PortalTwoB:
        """See `RecipientDesk.export_2b`."""
        return self.recipient(gstin, actor=READER).export_2b(period)

    def changed_since_portal(self, gstin: str) -> list[UploadChange]:
        """See `RecipientDesk.changed_since_portal`."""
        return self.recipient(gstin, actor=READER).changed_since_portal()

    def record(self, record_id: int) -> Record:
        """See `RecipientDesk.record`."""
        return self.recipient(self.recipient_of(record_id), actor=READER).record(record_id)

    def show(self, record_id: int) -> RecordView:
        """See `RecipientDesk.show`."""
        return self.recipient(self.recipient_of(record_id), actor=READER).show(record_id)

    def history(self, record_id: int) -> History:
        """See `RecipientDesk.history`."""
        return self.recipient(self.recipient_of(record_id), actor=READER).history(record_id)

    def diagram(self, record_id: int, fmt: str = "svg", *, theme: str = "light", href_base: str | None = None) -> bytes:
        """See `RecipientDesk.diagram`."""
        desk = self.recipient(self.recipient_of(record_id), actor=READER)
        return desk.diagram(record_id, fmt, theme=theme, href_base=href_base)

    def inward(self, gstin: str, where: Where = EVERYTHING) -> list[Record]:
        """See `RecipientDesk.records`."""
        return list(self.recipient(gstin, actor=READER).records(where))

    @contextmanager
    def each(self, gstin: str, where: Where = EVERYTHING) -> Iterator[Iterator[Record]]:
        """See `RecipientDesk.records`."""
        yield self.recipient(gstin, actor=READER).records(where)

    def two_b(self, gstin: str, period: TaxPeriod, *, with_lines: bool = True) -> TwoBView:
        """See `RecipientDesk.two_b`."""
        return self.recipient(gstin, actor=READER).two_b(period, with_lines=with_lines)

    def liabilities(self, supplier: str, period: TaxPeriod | None = None) -> list[Liability]:
        """See `SupplierDesk.liabilities`."""
        return self.supplier(supplier, actor=READER).liabilities(period)


def _action(trigger: str) -> Trigger:
    return checked_action(trigger)
