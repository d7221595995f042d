"""What the portal does not know yet: the records that changed here since it was seen, and the upload of them.

Imports the store, the law and the portal's JSON; writes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ims_fsm.formats.gstn.upload import Upload, UploadRecord, write_upload
from ims_fsm.law.refusal import Allowed
from ims_fsm.record.record import Record
from ims_fsm.record.scene import Request
from ims_fsm.record.sighting import last_seen, told_alike
from ims_fsm.record.where import Where
from ims_fsm.store import listing
from ims_fsm.terms.vocabulary import ACTIVE, Form, State, Trigger
from ims_fsm.workflow.reception.placing import Placing, has_gone
from ims_fsm.workflow.unit import UnitOfWork, consider

_NOT_APPLICABLE = "itc_reduction_not_applicable"


@dataclass(frozen=True, slots=True)
class UploadChange:
    """A record whose action or declaration the portal does not show yet, and the action it last showed."""

    record: Record
    previous: State


def changed_since_portal(unit: UnitOfWork, recipient: str) -> list[UploadChange]:
    """Return the records whose action or declaration the portal, which has them still, does not show yet."""
    newest = Placing(unit, recipient).newest
    active = listing.search(unit.connection, recipient, Where(states=ACTIVE, in_ims=True))
    seen = ((record, last_seen(record)) for record in active if not has_gone(record, newest))
    return [UploadChange(record, view.action) for record, view in seen if not told_alike(record, view)]


def export_upload(unit: UnitOfWork, gstin: str) -> Upload:
    """Return what the portal does not know yet: a SAVE and a RESET, each None where there is nothing of its sort.

    Raises `InputError` for a recipient who is not registered here.
    """
    changes = changed_since_portal(unit, gstin)
    chains = unit.chains_of(change.record for change in changes)
    return write_upload(gstin, [_upload_record(unit, change, chains[change.record.id]) for change in changes])


def _upload_record(unit: UnitOfWork, change: UploadChange, chain: Sequence[Record]) -> UploadRecord:
    record = change.record
    specified = record.state is State.ACCEPTED and _asks_for_reduction(unit, record, chain)
    return UploadRecord(
        document=record.document,
        form=record.form,
        return_period=record.return_period,
        previous=change.previous,
        action=record.state,
        specified=specified,
        itc_reduction=None if not specified else "N" if record.reduction == "none" else "Y",
        declared=record.declared if record.reduction == "partial" else None,
        remarks=record.remarks,
        itc_period=record.two_b_period if record.form is Form.ICEGATE else None,
        portal_hash=record.portal.hash if record.portal else None,
    )


def _asks_for_reduction(unit: UnitOfWork, record: Record, chain: Sequence[Record]) -> bool:
    """Say whether accepting the record asks for a declared reduction of ITC (advisory.2025-10.reduction)."""
    decision = consider(unit, record, Trigger.ACCEPT, Request(reduce_itc="full"), chain)
    return isinstance(decision, Allowed) or _NOT_APPLICABLE not in decision.codes
