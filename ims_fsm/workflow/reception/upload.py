"""What the portal does not know yet: the records that changed here since it was seen, and the upload of them.

Imports the store, the law and the portal's JSON. An export is noted, so that an answer to it can be understood.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from ims_fsm.formats.gstn.codes import meaning_of
from ims_fsm.formats.gstn.upload import Upload, UploadRecord, write_upload
from ims_fsm.law.refusal import Allowed
from ims_fsm.record.record import Record
from ims_fsm.record.scene import Request
from ims_fsm.record.sighting import declaration_of
from ims_fsm.record.uploaded import Uploaded, UploadRefusal, is_to_upload, known_view, open_refusal
from ims_fsm.record.where import Sort, Where
from ims_fsm.store import listing, uploads
from ims_fsm.store.connection import serialise
from ims_fsm.terms.border import ACTIONS
from ims_fsm.terms.vocabulary import ACTIVE, Form, State, Trigger
from ims_fsm.workflow.reception.placing import Placing, has_gone
from ims_fsm.workflow.unit import UnitOfWork, consider

_NOT_APPLICABLE = "itc_reduction_not_applicable"


@dataclass(frozen=True, slots=True)
class UploadChange:
    """A record whose action or declaration the portal does not show yet, and the action that it has.

    `refused` says why the portal did not take it when it was uploaded before.
    """

    record: Record
    previous: State
    refused: UploadRefusal | None = None

    @property
    def waits_for_download(self) -> bool:
        """Whether the portal would refuse it again, because no download came since that shows what it has."""
        if self.refused is None or meaning_of(self.refused.code, self.refused.message).again != "download":
            return False
        return self.record.portal is None or self.record.portal.seen_at < self.refused.at


@dataclass(frozen=True, slots=True)
class UploadStanding:
    """How a record stands with the portal: whether it is still to be told, and why it was not taken before."""

    to_upload: bool
    refused: UploadRefusal | None


def changed_since_portal(unit: UnitOfWork, recipient: str) -> list[UploadChange]:
    """Return the records whose action or declaration the portal, which has them still, does not have yet.

    What an upload was answered with counts until a download shows the record again.
    """
    uploaded = uploads.of_recipient(unit.connection, recipient)
    return [
        UploadChange(record, view.action, open_refusal(record, uploaded.get(record.id)))
        for record in _to_upload(unit, recipient, Where(), uploaded)
        for view in [known_view(record, uploaded.get(record.id))]
    ]


def matching(
    unit: UnitOfWork,
    recipient: str,
    where: Where,
    limit: int | None = None,
    sort: Sort = "id",
    after: int | None = None,
) -> Iterator[Record]:
    """Give records that match as `UnitOfWork.matching` does, and by whether they are still to be uploaded."""
    if where.to_upload is None:
        return unit.matching(recipient, where, limit, sort, after)
    uploaded = uploads.of_recipient(unit.connection, recipient)
    meant = {record.id for record in _to_upload(unit, recipient, where, uploaded)}
    listed = unit.matching(recipient, where, None, sort, after)
    chosen = (record for record in listed if (record.id in meant) is where.to_upload)
    return islice(chosen, limit)


def _to_upload(unit: UnitOfWork, recipient: str, where: Where, uploaded: Mapping[int, Uploaded]) -> Iterator[Record]:
    newest = Placing(unit, recipient).newest
    states = tuple(state for state in where.states or ACTIVE if state in ACTIVE)
    if not states:
        return
    for record in listing.search(unit.connection, recipient, replace(where, states=states, in_ims=True)):
        if not has_gone(record, newest) and is_to_upload(record, uploaded.get(record.id)):
            yield record


def standing(unit: UnitOfWork, record: Record) -> UploadStanding:
    """Return how a record stands with the portal."""
    uploaded = uploads.of_recipient(unit.connection, record.recipient, record.id).get(record.id)
    is_left = record.state in ACTIVE and record.in_ims and is_to_upload(record, uploaded)
    if not is_left or has_gone(record, Placing(unit, record.recipient).newest):
        return UploadStanding(to_upload=False, refused=None)
    return UploadStanding(to_upload=True, refused=open_refusal(record, uploaded))


def export_upload(unit: UnitOfWork, gstin: str) -> Upload:
    """Return what the portal does not know yet: a SAVE and a RESET, each None where there is nothing of its sort.

    What it names is noted, so that what the portal answers can be understood; an export that nobody sends does no harm.
    Raises `InputError` for a recipient who is not registered here.
    """
    serialise(unit.connection, [gstin])
    changes, before = changed_since_portal(unit, gstin), uploads.of_recipient(unit.connection, gstin)
    chains = unit.chains_of((change.record for change in changes), *ACTIONS)
    upload = write_upload(gstin, [_upload_record(unit, change, chains[change.record.id]) for change in changes])
    noted = [tells_now(unit, change.record, before.get(change.record.id)) for change in changes]
    uploads.put(unit.connection, gstin, noted)
    return upload


def tells_now(unit: UnitOfWork, record: Record, before: Uploaded | None) -> Uploaded:
    """Return what an upload of now tells of a record, with what the portal answered before."""
    declaration = declaration_of(record.state, record.reduction, record.declared, record.remarks)
    now = Uploaded(record_id=record.id, action=record.state, declaration=declaration, at=unit.now)
    return now if before is None else replace(now, taken=before.taken, refusal=before.refusal)


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
