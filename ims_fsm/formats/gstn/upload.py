"""The portal's upload: a SAVE of actions, a RESET of actions taken back; written, cut to size, and read.

Writing is strict where reading is tolerant: one spelling, exact amounts. The caller says what changed; an upload that
some other tool made is read to be examined before it is sent.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from ims_fsm.errors import InputError, Problem
from ims_fsm.formats.gstn import values
from ims_fsm.formats.gstn.download import read_carefully
from ims_fsm.formats.gstn.notation import dumps
from ims_fsm.formats.gstn.row import Findings, Row, recipient_of
from ims_fsm.formats.gstn.sections import SECTIONS, SectionForm, bill_parts, section_named, section_of
from ims_fsm.formats.gstn.values import CODES, written
from ims_fsm.record.sighting import BY_ACTION, Shown, YesNo
from ims_fsm.terms.document import Document
from ims_fsm.terms.money import HEADS, Heads, rupees
from ims_fsm.terms.period import TaxPeriod
from ims_fsm.terms.vocabulary import Form, Kind, State, Trigger

Request = dict[str, Any]
_FORMS = {Form.GSTR_1: "R1", Form.IFF: "R1", Form.GSTR_1A: "R1A", Form.GSTR_5: "R5", Form.GSTR_6: "R6"}
_TAX = dict(zip(HEADS, ("iamt", "camt", "samt", "cess"), strict=True))
_RESET = frozenset({"RESET", "RESETIMS"})
# The portal's limit on one request, in bytes.
LIMIT = 4_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadRecord:
    """One record whose action, declaration or remarks the portal does not know yet."""

    document: Document
    form: Form
    return_period: TaxPeriod
    #: The action last seen on the portal.
    previous: State
    #: The action that the portal is to know.
    action: State
    #: Whether accepting it asks if ITC is to be reduced (advisory.2025-10).
    specified: bool = False
    itc_reduction: YesNo | None = None
    #: The reduction in paise per head; left out for a full one.
    declared: Heads | None = None
    remarks: str | None = None
    # What the portal gave for a bill of entry.
    itc_period: TaxPeriod | None = None
    portal_ref: str | None = None
    portal_hash: str | None = None
    reference_date: date | None = None


@dataclass(frozen=True, slots=True)
class Upload:
    """The requests to send, each as the API takes it; None where there is nothing of its sort."""

    save: Request | None = None
    reset: Request | None = None


def write_upload(recipient: str, changes: Sequence[UploadRecord]) -> Upload:
    """Return the SAVE and the RESET for the records given, which should be only those that changed.

    Going back to no action is a RESET and carries no action; a record that had none before either is left out.
    Raises `InputError` for a record of another recipient or in a state that the portal has no code for.
    """
    _check(recipient, changes)
    saved = [record for record in changes if record.action is not State.NO_ACTION]
    reset = [
        record for record in changes if record.action is State.NO_ACTION and record.previous is not State.NO_ACTION
    ]
    return Upload(_request("SAVE", recipient, saved), _request("RESET", recipient, reset))


def offline_file(request: Request) -> Request:
    """Return what the portal's own upload page takes: the request without the API's wrapper."""
    data: Request = request["data"]
    return data


def _check(recipient: str, changes: Sequence[UploadRecord]) -> None:
    problems = []
    for record in changes:
        place = f"{record.document.supplier} {record.document.number}".strip()
        if record.document.recipient != recipient:
            what = f"it belongs to {record.document.recipient}, not to {recipient}"
            problems.append(Problem(place, what, "upload each recipient's records apart"))
        if record.form is Form.ICEGATE and record.document.kind is not Kind.BILL_OF_ENTRY:
            problems.append(Problem(place, "ICEGATE sends bills of entry only", "give the supplier's form"))
        problems += [
            Problem(place, f"the portal has no code for {state}", "leave out records that have left IMS")
            for state in (record.previous, record.action)
            if state not in CODES
        ]
    if problems:
        raise InputError("upload", problems)


def _request(kind: Literal["SAVE", "RESET"], recipient: str, records: Sequence[UploadRecord]) -> Request | None:
    if not records:
        return None
    rows_of: dict[str, list[Request]] = {key: [] for key in SECTIONS}
    for record in records:
        rows_of[section_of(record.document).key].append(_row(record) | (_decision(record) if kind == "SAVE" else {}))
    sections = {key: rows for key, rows in rows_of.items() if rows}
    data = {"rtin": recipient, "reqtyp": kind, "invdata": sections}
    return {"action": "SAVE" if kind == "SAVE" else "RESETIMS", "data": data}


def _row(record: UploadRecord) -> Request:
    content = _bill(record) if record.document.kind is Kind.BILL_OF_ENTRY else _document(record)
    return {**content, "prev_status": CODES[record.previous]}


def _document(record: UploadRecord) -> Request:
    document, form = record.document, section_of(record.document)
    row: Request = {"stin": document.supplier, form.number[0]: document.number}
    if document.amends is not None:
        row[form.original_number[0]] = document.amends.number
        row[form.original_date[0]] = written(document.amends.date)
    if document.kind is not Kind.ECO_DOCUMENT:
        row["inv_typ"] = document.invoice_type
    row |= {"srcform": _FORMS[record.form], "rtnprd": record.return_period.wire, form.date[0]: written(document.date)}
    if document.value is not None:
        row["val"] = rupees(document.value)
    if document.pos is not None:
        row["pos"] = document.pos
    return row | {"txval": rupees(document.taxable)} | _heads(document.tax, _TAX)


def _bill(record: UploadRecord) -> Request:
    document = record.document
    number, port = bill_parts(document.number)
    optional = {
        "rgstinrefId": record.portal_ref,
        "irefdt": written(record.reference_date) if record.reference_date else None,
        "itcprd": record.itc_period.wire if record.itc_period else None,
        "stin": document.supplier or None,
        "hash": record.portal_hash,
    }
    return {
        **{key: value for key, value in optional.items() if value is not None},
        "portcd": port,
        "boenum": number,
        "boedt": written(document.date),
        "srtinprd": record.return_period.wire,
        "txval": rupees(document.taxable),
        "igst": rupees(document.tax.igst),
        "cess": rupees(document.tax.cess),
    }


def _decision(record: UploadRecord) -> Request:
    row: Request = {"action": CODES[record.action]}
    if record.specified and record.action is State.ACCEPTED and record.itc_reduction is not None:
        row["itcRedReq"] = record.itc_reduction
        if record.itc_reduction == "Y" and record.declared is not None:
            row |= _heads(record.declared, {head: f"decl{head.title()}" for head in HEADS})
    if record.remarks:
        row["remarks"] = record.remarks
    return row


def _heads(amounts: Heads, keys: dict[str, str]) -> dict[str, Decimal]:
    return {keys[head]: amount for head, amount in amounts.in_rupees().items()}


def chunks(upload: Upload, limit: int = LIMIT) -> Iterator[Upload]:
    """Give the upload in parts of which each request, written by `dumps`, stays within `limit` bytes.

    The portal commits record by record, so the parts may be sent one after the other. Raises `ValueError` for a
    limit that not even one record fits in.
    """
    if upload.save:
        yield from (Upload(save=part) for part in _parts(upload.save, limit))
    if upload.reset:
        yield from (Upload(reset=part) for part in _parts(upload.reset, limit))


def _parts(request: Request, limit: int) -> Iterator[Request]:
    data = request["data"]
    room = limit - len(dumps({**request, "data": {**data, "invdata": {key: [] for key in data["invdata"]}}}))
    part: dict[str, list[Request]] = {}
    used = 0
    for key, rows in data["invdata"].items():
        for row in rows:
            size = len(dumps(row)) + 1
            if size > room:
                raise ValueError(f"one record needs {size} bytes and {limit} leave {room} for it; raise the limit")
            if used + size > room:
                yield {**request, "data": {**data, "invdata": part}}
                part, used = {}, 0
            part.setdefault(key, []).append(row)
            used += size
    yield {**request, "data": {**data, "invdata": part}}


@dataclass(frozen=True, slots=True)
class UploadRow:
    """One row of an upload that was read: its place, what it says of the record, the trigger, and `prev_status`."""

    place: str
    record: Shown
    trigger: Trigger
    previous: State | None


def is_upload(tree: Any) -> bool:
    """Say whether parsed JSON is an upload for the portal: sections under `invdata`, with or without a wrapper."""
    return isinstance(_opened(tree).get("invdata"), dict)


def read_upload(tree: Any, where: str, gstin: str | None) -> tuple[UploadRow, ...]:
    """Return the rows of a parsed upload; `gstin` is whose it must be, where that is known.

    Raises `InputError` with every problem: a value that cannot be read, a row without an action, another recipient.
    """
    request = _opened(tree)
    findings = Findings(where)
    recipient = recipient_of(request.get("rtin") or request.get("gstin"), gstin, findings)
    sections = tuple(_sections(request["invdata"], findings))
    reset = str(request.get("reqtyp", "")).upper() in _RESET
    places = [(form, raw, f"{key}[{index}]") for form, key, rows in sections for index, raw in enumerate(rows)]
    records = [(raw, place, read_carefully(raw, place, form, recipient, findings)) for form, raw, place in places]
    rows = tuple(
        _read(record, Row(raw, place, findings), reset=reset) for raw, place, record in records if record is not None
    )
    if not any(isinstance(raw, dict) for _, raw, _ in places):
        findings.refuse("invdata", "holds no record", "give an upload that tells the portal something")
    findings.raise_problems()
    return rows


def _opened(tree: Any) -> dict[str, Any]:
    inner = tree.get("data") if isinstance(tree, dict) else None
    request = inner if isinstance(inner, dict) else tree
    return request if isinstance(request, dict) else {}


def _sections(invdata: dict[str, Any], findings: Findings) -> Iterator[tuple[SectionForm, str, list[Any]]]:
    for key, rows in invdata.items():
        form = section_named(key)
        if form is None or not isinstance(rows, list):
            findings.refuse(key, "is not a section of IMS with a list of records", "correct the name of the section")
        else:
            yield form, key, rows


def _read(record: Shown, row: Row, *, reset: bool) -> UploadRow:
    if not reset and row.key(("action",)) is None:
        row.refuse("action", "the record says no action", "write A, R or P, or put it into a RESET")
    previous = row.read(values.action, ("prev_status",), None)
    return UploadRow(row.place, record, Trigger.RESET if reset else BY_ACTION[record.action], previous)


@dataclass(frozen=True, slots=True)
class UploadFile:
    """A file for the portal: its name, its text, and how many records are in it."""

    name: str
    text: str
    records: int


def upload_files(upload: Upload, gstin: str, *, offline: bool = False, limit: int = LIMIT) -> Iterator[UploadFile]:
    """Give the files that an upload of a recipient is sent as, each request within `limit` bytes.

    `offline` leaves out the API's wrapper, as the portal's upload page takes it.
    """
    requests = [
        (name, request)
        for part in chunks(upload, limit)
        for name, request in (("save", part.save), ("reset", part.reset))
        if request is not None
    ]
    names = [name for name, _ in requests]
    for number, (name, request) in enumerate(requests, start=1):
        ending = "" if names.count(name) == 1 else f"_{number:03}"
        content = offline_file(request) if offline else request
        readable = dumps(content, indent=1)
        # The portal's limit is on what is sent, blanks included.
        text = (readable if len(readable) < limit else dumps(content)) + "\n"
        yield UploadFile(f"ims_{name}_{gstin}{ending}.json", text, sum(map(len, request["data"]["invdata"].values())))
