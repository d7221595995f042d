"""Between the portal's files and an IMS: takes a download in, and says what the portal is still to be told.

Imports the portal's JSON, the workflow and the store's values; opens no file and knows no command line.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from ims_fsm.errors import InputError, Problem
from ims_fsm.exchange.gstn_json import (
    Dialect,
    Download,
    PortalRecord,
    Upload,
    UploadRecord,
    read_download,
    write_upload,
)
from ims_fsm.exchange.gstn_json.record import YesNo
from ims_fsm.exchange.gstn_json.sections import SECTIONS
from ims_fsm.law.calendar import Calendar
from ims_fsm.law.refusal import Allowed
from ims_fsm.store import taxpayers
from ims_fsm.store.connection import serialise
from ims_fsm.store.readings import Request
from ims_fsm.store.record import Record
from ims_fsm.store.taxpayers import Taxpayer
from ims_fsm.terms.period import TaxPeriod
from ims_fsm.terms.vocabulary import Filing, Form, Kind, State, SupplierStatus, TaxpayerKind, Trigger
from ims_fsm.workflow import portal
from ims_fsm.workflow.ims import IMS
from ims_fsm.workflow.portal import Received, UploadChange
from ims_fsm.workflow.transitions import consider
from ims_fsm.workflow.unit import Unit

NOT_APPLICABLE = "itc_reduction_not_applicable"


@dataclass(frozen=True, slots=True)
class Registration:
    """How to register a recipient who is not known here: his kind and how often he files; None is the usual."""

    kind: TaxpayerKind | None = None
    filing: Filing | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What importing a download did: whose it is, how many records it shows, what was received, what to warn of.

    `registered` is the taxpayer where he was registered with it.
    """

    recipient: str
    records: int
    received: Received
    registered: Taxpayer | None
    warnings: tuple[Problem, ...]


AS_USUAL = Registration()


def import_download(
    ims: IMS, data: bytes, where: str, *, gstin: str | None = None, actor: str, registration: Registration = AS_USUAL
) -> Imported:
    """Read a download in any dialect of the portal and take it in; importing the same again changes nothing.

    `where` names the file in errors. Raises `InputError` for what cannot be read; nothing is written then.
    """
    return take_in(ims, read_download(data, gstin, where), actor=actor, registration=registration)


def take_in(ims: IMS, download: Download, *, actor: str, registration: Registration = AS_USUAL) -> Imported:
    """Take in a download that was read, and register its recipient where he is not known here (FAQ 6, 16).

    He is a normal taxpayer who files monthly unless told otherwise, and owes GSTR-3B from the earliest 2B period
    among the records. Raises `InputError` where he is known otherwise than `registration` says.
    """
    registered: list[Taxpayer] = []

    def work(unit: Unit) -> Received:
        serialise(unit.connection, [download.recipient])
        known = taxpayers.find(unit.connection, download.recipient)
        if known is None:
            _refuse_nobody(download)
            registered.append(_newcomer(unit.book.calendar, download, registration, unit.now))
            taxpayers.put(unit.connection, registered[0])
        else:
            _refuse_contradiction(known, registration)
        return portal.receive(unit, download.recipient, download.records, complete_machines(download))

    received = ims.run("receive", actor, None, [download.recipient], work, Received)
    return Imported(
        recipient=download.recipient,
        records=len(download.records),
        received=received,
        registered=registered[0] if registered else None,
        warnings=download.warnings,
    )


def _refuse_nobody(download: Download) -> None:
    if not download.records:
        remedy = f"register him first: ims-fsm taxpayer {download.recipient} --from 2024-10"
        problem = Problem(download.recipient, "is not known here, and the download shows no record of his", remedy)
        raise InputError("download", [problem])


def complete_machines(download: Download) -> frozenset[str]:
    """Return the machines of which the download shows every record: all their sections are in it.

    Only of those does a saved record's absence mean that its supplier deleted it (FAQ 16).
    """
    if download.dialect is Dialect.OFFLINE_ERRORS:
        return frozenset()
    wanted: dict[str, set[str]] = {}
    for key, form in SECTIONS.items():
        amended = form.amended and form.kind is not Kind.BILL_OF_ENTRY
        wanted.setdefault(f"{form.kind}_amendment" if amended else str(form.kind), set()).add(key)
    return frozenset(machine for machine, keys in wanted.items() if keys <= set(download.sections))


def export_upload(ims: IMS, gstin: str) -> Upload:
    """Return what the portal is still to be told: a SAVE and a RESET, each None where there is nothing of its sort.

    Raises `InputError` for a recipient who is not known here.
    """
    with ims.asking() as unit:
        changes = portal.changed_since_portal(unit, gstin)
        chains = unit.chains_of(change.record for change in changes)
        return write_upload(gstin, [_upload_record(unit, change, chains[change.record.id]) for change in changes])


def _upload_record(unit: Unit, change: UploadChange, chain: Sequence[Record]) -> UploadRecord:
    record = change.record
    specified = record.state is State.ACCEPTED and _asks_for_reduction(unit, record, chain)
    return UploadRecord(
        document=record.document,
        form=record.form,
        return_period=record.return_period,
        previous=change.previous,
        action=record.state,
        specified=specified,
        itc_reduction=_reduction(record) if specified else None,
        declared=record.declared if record.reduction == "partial" else None,
        remarks=record.remarks,
        itc_period=record.two_b_period if record.form is Form.ICEGATE else None,
        portal_hash=record.portal.hash if record.portal else None,
    )


def _asks_for_reduction(unit: Unit, record: Record, chain: Sequence[Record]) -> bool:
    """Say whether accepting the record asks for a declared reduction of ITC (advisory.2025-10.reduction)."""
    decision = consider(unit, record, Trigger.ACCEPT, Request(reduce_itc="full"), chain)
    return isinstance(decision, Allowed) or NOT_APPLICABLE not in decision.codes


def _reduction(record: Record) -> YesNo:
    return "N" if record.reduction == "none" else "Y"


def _newcomer(calendar: Calendar, download: Download, registration: Registration, now: datetime) -> Taxpayer:
    filing = registration.filing or Filing.MONTHLY
    return Taxpayer(
        gstin=download.recipient,
        kind=registration.kind or TaxpayerKind.NORMAL,
        filing=filing,
        registered_from=calendar.period_for(_earliest(calendar, download.records, now), filing),
    )


def _earliest(calendar: Calendar, shown: Sequence[PortalRecord], now: datetime) -> TaxPeriod:
    def expected(record: PortalRecord) -> TaxPeriod:
        period = record.itc_period or calendar.form_period(record.form, record.return_period)
        if record.supplier_status is SupplierStatus.FILED:
            return period
        return max(period, calendar.window_period(record.form, Filing.MONTHLY, now))

    return max(min(map(expected, shown)), calendar.first_period)


def _refuse_contradiction(known: Taxpayer, told: Registration) -> None:
    pairs = (("kind", known.kind, told.kind), ("filing", known.filing, told.filing))
    problems = [
        Problem(known.gstin, f"is known here as {here}, not as {there}", _correct(known, f"--{name} {there}"))
        for name, here, there in pairs
        if there is not None and here != there
    ]
    if problems:
        raise InputError("taxpayer", problems)


def _correct(known: Taxpayer, option: str) -> str:
    return f"correct it first: ims-fsm taxpayer {known.gstin} {option}"
