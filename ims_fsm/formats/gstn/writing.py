"""Writes what the recipient did as the portal takes it: a SAVE of actions, a RESET of actions taken back.

Strict where reading is tolerant: one spelling, exact amounts. Knows no store; the caller says what changed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from ims_fsm.errors import InputError, Problem
from ims_fsm.formats.gstn.bills import bill_parts
from ims_fsm.formats.gstn.record import YesNo
from ims_fsm.formats.gstn.sections import SECTIONS, section_of
from ims_fsm.formats.gstn.values import written
from ims_fsm.terms.document import Document
from ims_fsm.terms.money import HEADS, Heads, rupees
from ims_fsm.terms.period import TaxPeriod
from ims_fsm.terms.vocabulary import Form, Kind, State

Request = dict[str, Any]
_CODES = {State.NO_ACTION: "N", State.ACCEPTED: "A", State.REJECTED: "R", State.PENDING: "P"}
_FORMS = {Form.GSTR_1: "R1", Form.IFF: "R1", Form.GSTR_1A: "R1A", Form.GSTR_5: "R5", Form.GSTR_6: "R6"}
_TAX = dict(zip(HEADS, ("iamt", "camt", "samt", "cess"), strict=True))


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadRecord:
    """One record whose action, declaration or remarks the portal does not know yet.

    `previous` is the action last seen on the portal, `action` the one to be told. `specified` says that accepting
    it asks whether ITC is to be reduced (advisory.2025-10); `declared`, in paise, is left out for a full reduction.
    `itc_period`, `portal_ref`, `portal_hash` and `reference_date` are what the portal gave for a bill of entry.
    """

    document: Document
    form: Form
    return_period: TaxPeriod
    previous: State
    action: State
    specified: bool = False
    itc_reduction: YesNo | None = None
    declared: Heads | None = None
    remarks: str | None = None
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
            if state not in _CODES
        ]
    if problems:
        raise InputError("upload", problems)


def _request(kind: Literal["SAVE", "RESET"], recipient: str, records: Sequence[UploadRecord]) -> Request | None:
    if not records:
        return None
    found: dict[str, list[Request]] = {key: [] for key in SECTIONS}
    for record in records:
        found[section_of(record.document).key].append(_row(record) | (_decision(record) if kind == "SAVE" else {}))
    sections = {key: rows for key, rows in found.items() if rows}
    data = {"rtin": recipient, "reqtyp": kind, "invdata": sections}
    return {"action": "SAVE" if kind == "SAVE" else "RESETIMS", "data": data}


def _row(record: UploadRecord) -> Request:
    content = _bill(record) if record.document.kind is Kind.BILL_OF_ENTRY else _document(record)
    return {**content, "prev_status": _CODES[record.previous]}


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
    row: Request = {"action": _CODES[record.action]}
    if record.specified and record.action is State.ACCEPTED and record.itc_reduction is not None:
        row["itcRedReq"] = record.itc_reduction
        if record.itc_reduction == "Y" and record.declared is not None:
            row |= _heads(record.declared, {head: f"decl{head.title()}" for head in HEADS})
    if record.remarks:
        row["remarks"] = record.remarks
    return row


def _heads(amounts: Heads, keys: dict[str, str]) -> dict[str, Decimal]:
    return {keys[head]: amount for head, amount in amounts.in_rupees().items()}
