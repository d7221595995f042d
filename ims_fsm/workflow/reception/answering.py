"""What the portal answered to an upload, taken in: which records it refused, and which it took, as far as it says so.

Imports the store and the portal's answers. Nothing that was done on a record is changed by an answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from ims_fsm.errors import Problem
from ims_fsm.formats.gstn.answer import AnsweredRow, PortalAnswer, Sort
from ims_fsm.formats.gstn.codes import meaning_of
from ims_fsm.record.record import Record
from ims_fsm.record.refusals import label
from ims_fsm.record.uploaded import Taken, Uploaded, UploadRefusal, is_to_upload
from ims_fsm.record.where import Where
from ims_fsm.store import records, uploads, versions
from ims_fsm.store.connection import serialise
from ims_fsm.terms.vocabulary import ACTIVE, Kind, State, UploadStatus
from ims_fsm.workflow.reception.upload import changed_since_portal, tells_now
from ims_fsm.workflow.unit import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class NotTaken:
    """A record that the portal did not take: which, why in its own words, what that means, and what to do."""

    #: Where the file has it.
    place: str
    document: str
    #: The record; None where none here, or more than one, is meant.
    record_id: int | None
    code: str
    message: str
    means: str
    remedy: str
    #: Whether it is still to be uploaded.
    to_upload: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadReport:
    """What the portal answered to an upload, and what it comes to here."""

    recipient: str
    where: str
    status: UploadStatus
    #: Whether a SAVE or a RESET was answered; None where it is not said.
    sort: Sort | None
    #: The portal's own counts; None where it gives none.
    processed: int | None
    errors: int | None
    #: Of the whole upload, where it was refused as a whole.
    code: str
    message: str
    means: str
    remedy: str
    not_taken: tuple[NotTaken, ...] = ()
    #: The records that it is known to have taken: no upload names them again.
    taken: tuple[int, ...] = ()
    #: Why it is not known which records it took; "" where it is.
    uncertain: str = ""
    #: How many records are still to be uploaded now.
    to_upload: int = 0
    warnings: tuple[Problem, ...] = field(default=())

    @property
    def all_taken(self) -> bool:
        """Whether the portal took all that was uploaded."""
        return self.status is UploadStatus.PROCESSED


def take_answer(unit: UnitOfWork, recipient: str, answer: PortalAnswer) -> UploadReport:
    """Note what the portal took and what it did not: the next upload names again what it did not take.

    What it did not take stays so until a download shows the action, or a later answer takes it. What it took is known
    where its counts are those of the last export. Raises `InputError` for a recipient who is not registered here.
    """
    serialise(unit.connection, [recipient])
    unit.taxpayer(recipient)
    upload = _Upload(unit, recipient, answer)
    if answer.status is UploadStatus.IN_PROGRESS:
        return upload.report()
    if answer.status is UploadStatus.REFUSED:
        upload.refuse_all()
    else:
        upload.refuse_rows()
        upload.take_others()
    uploads.put(unit.connection, recipient, upload.changes.values())
    return upload.report()


class _Upload:
    """An upload that the portal answered, as it was exported last; where none was, as an export would be now."""

    def __init__(self, unit: UnitOfWork, recipient: str, answer: PortalAnswer) -> None:
        self._unit, self._recipient, self._answer = unit, recipient, answer
        self._before = uploads.of_recipient(unit.connection, recipient)
        self._named = self._told()
        self.changes: dict[int, Uploaded] = {}
        self._not_taken: list[NotTaken] = []
        self._taken: list[int] = []
        self._uncertain = ""

    def _told(self) -> dict[int, Uploaded]:
        """Return what the upload that is answered told of each record."""
        waiting = [upload for upload in self._before.values() if not upload.answered]
        last = max((upload.at for upload in waiting), default=None)
        told_last = {upload.record_id: upload for upload in waiting if upload.at == last}
        told_last = told_last or {
            change.record.id: tells_now(self._unit, change.record, self._before.get(change.record.id))
            for change in changed_since_portal(self._unit, self._recipient)
        }
        sort = self._answer.sort
        return {
            record_id: upload
            for record_id, upload in told_last.items()
            if sort is None or (sort == "reset") is (upload.action is State.NO_ACTION)
        }

    def refuse_all(self) -> None:
        """Note that nothing of the upload was taken."""
        answer = self._answer
        named = records.find_many(self._unit.connection, self._recipient, self._named)
        for _, record in sorted(named.items()):
            self._refuse(record, "", answer.code, answer.message)

    def refuse_rows(self) -> None:
        """Note each record that the portal says it did not take, with all that it says of it."""
        numbers = {row.number.upper() for row in self._answer.rows}
        listed = list(versions.numbered(self._unit.connection, self._recipient, numbers))
        if any(row.form and row.form.kind is Kind.BILL_OF_ENTRY and "/" not in row.number for row in self._answer.rows):
            # The portal numbers a bill of entry within its port; here its number has both.
            listed += self._unit.matching(self._recipient, Where(kinds=(Kind.BILL_OF_ENTRY,)))
        alike: dict[tuple[object, ...], list[AnsweredRow]] = {}
        for row in self._answer.rows:
            alike.setdefault((row.form, row.supplier, row.number.upper(), row.return_period), []).append(row)
        for rows in alike.values():
            meant = self._meant(rows[0], listed)
            code = ", ".join(dict.fromkeys(row.code for row in rows if row.code))
            message = "; ".join(dict.fromkeys(row.message for row in rows if row.message))
            if len(meant) == 1:
                self._refuse(meant[0], rows[0].place, code, message)
            else:
                self._not_taken.append(_unknown(rows[0], code, message, meant))

    def _meant(self, row: AnsweredRow, listed: Sequence[Record]) -> Sequence[Record]:
        """Return the records that a row may mean: those of its return period, then those that were uploaded."""
        fitting = [record for record in listed if _fits(row, record)]
        for narrower in (
            [record for record in fitting if record.return_period == row.return_period],
            [record for record in fitting if record.id in self._named],
            [record for record in fitting if record.state in ACTIVE],
        ):
            if len(fitting) > 1 and narrower:
                fitting = narrower
        return fitting

    def _refuse(self, record: Record, place: str, code: str, message: str) -> None:
        before = self._named.get(record.id) or self._before.get(record.id)
        upload = before or tells_now(self._unit, record, None)
        refusal = UploadRefusal(action=upload.action, code=code, message=message, at=self._unit.now)
        taken = upload.taken
        if taken is not None and (taken.action, taken.declaration) == (upload.action, upload.declaration):
            # An earlier answer said that it was taken, and this one knows better.
            taken = None
        upload = replace(upload, answered=True, refusal=refusal, taken=taken)
        self.changes[record.id] = upload
        meaning = meaning_of(code.partition(",")[0], message)
        to_upload = record.state in ACTIVE and record.in_ims and is_to_upload(record, upload)
        remedy = meaning.remedy.format(id=record.id) if to_upload else _nothing_left(record)
        self._not_taken.append(
            NotTaken(
                place=place,
                document=label(record.document),
                record_id=record.id,
                code=code,
                message=message,
                means=meaning.means,
                remedy=remedy,
                to_upload=to_upload,
            )
        )

    def take_others(self) -> None:
        """Note that the portal took what it does not name, where its counts are those of the upload."""
        self._uncertain = self._doubt()
        if self._uncertain:
            return
        for record_id in sorted(self._named.keys() - self.changes.keys()):
            upload = self._named[record_id]
            taken = Taken(upload.action, upload.declaration, self._unit.now)
            self.changes[record_id] = replace(upload, answered=True, taken=taken, refusal=None)
            self._taken.append(record_id)

    def _doubt(self) -> str:
        """Return why it is not known that the portal took what it does not name; "" where it is."""
        processed, refused, named = self._answer.processed, len(self._not_taken), len(self._named)
        if processed is None:
            return "it does not count what it took"
        errors = refused if self._answer.errors is None else self._answer.errors
        if not named:
            return f"it is about {_records(processed + errors)}, and no upload from here waits for an answer"
        if processed + errors != named:
            return f"it is about {_records(processed + errors)}, and the last upload from here named {named:,}"
        if errors != refused:
            return f"it counts {_records(errors)} not taken, and names {refused:,}"
        is_named = len(self.changes) == refused and self.changes.keys() <= self._named.keys()
        return "" if is_named else "it names what the last upload from here did not"

    def report(self) -> UploadReport:
        """Return what it comes to."""
        answer = self._answer
        whole = meaning_of(answer.code, answer.message) if answer.code or answer.message else None
        return UploadReport(
            recipient=self._recipient,
            where=answer.where,
            status=answer.status,
            sort=answer.sort,
            processed=answer.processed,
            errors=answer.errors,
            code=answer.code,
            message=answer.message,
            means=whole.means if whole else "",
            remedy=whole.remedy.format(id="…") if whole else "",
            not_taken=tuple(self._not_taken),
            taken=tuple(self._taken),
            uncertain=self._uncertain,
            to_upload=len(changed_since_portal(self._unit, self._recipient)),
            warnings=answer.warnings,
        )


def _fits(row: AnsweredRow, record: Record) -> bool:
    document, form = record.document, row.form
    number, wanted = document.number.upper(), row.number.upper()
    if document.kind is Kind.BILL_OF_ENTRY and "/" not in wanted:
        number = number.partition("/")[0]
    return (
        number == wanted
        and row.supplier in ("", document.supplier)
        and (form is None or (form.kind, form.amended) == (document.kind, document.amends is not None))
    )


def _unknown(row: AnsweredRow, code: str, message: str, meant: Sequence[Record]) -> NotTaken:
    meaning = meaning_of(code.partition(",")[0], message)
    amended = "amended " if row.form and row.form.amended else ""
    kind = row.form.kind.in_words if row.form else "document"
    ids = ", ".join(str(record.id) for record in meant)
    remedy = "import the IMS download that has it" if not meant else f"look at the records {ids}"
    return NotTaken(
        place=row.place,
        document=f"{amended}{kind} {row.number or 'without a number'} of {row.supplier or 'no supplier'}",
        record_id=None,
        code=code,
        message=message,
        means=meaning.means,
        remedy=f"it is not a record here: {remedy}" if not meant else f"it may be any of {len(meant)}: {remedy}",
        to_upload=False,
    )


def _nothing_left(record: Record) -> str:
    if record.state not in ACTIVE or not record.in_ims:
        return "nothing of it is left to be uploaded: it is decided, or not in IMS any more"
    return "nothing of it is left to be uploaded: it stands here as the portal has it"


def _records(count: int) -> str:
    return "1 record" if count == 1 else f"{count:,} records"
