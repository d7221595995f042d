"""A record as the portal shows it, flat enough to carry a million of them, and how it compares with the one here.

Imports the record, the document, the money and the words; knows no wire format and no database.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from json.encoder import encode_basestring_ascii as quoted
from typing import Any, Literal, NamedTuple, Protocol, TypeAlias

from ims_fsm.errors import InputError, Problem
from ims_fsm.record.record import PortalView, Record
from ims_fsm.record.scene import full_reduction
from ims_fsm.terms.border import Border
from ims_fsm.terms.document import Document, Ineligible, OriginalReference
from ims_fsm.terms.money import NIL, Heads, rupees
from ims_fsm.terms.period import TaxPeriod
from ims_fsm.terms.vocabulary import Form, Kind, State, SupplierStatus, Trigger

_ZERO, _NULL = "0.00", "null"
YesNo: TypeAlias = Literal["Y", "N"]


class Sighting(Protocol):
    """A record as the portal shows it; `declared` in paise per head, `itc_period` where the portal names it."""

    @property
    def document(self) -> Document:
        """The document's content."""
        ...

    @property
    def form(self) -> Form:
        """The form that carries it."""
        ...

    @property
    def return_period(self) -> TaxPeriod:
        """The supplier's return period."""
        ...

    @property
    def supplier_status(self) -> SupplierStatus:
        """Whether the supplier has filed it."""
        ...

    @property
    def action(self) -> State:
        """The action that the portal shows."""
        ...

    @property
    def reduction_blocked(self) -> bool | None:
        """The portal's flag isItcRedReqBlocked."""
        ...

    @property
    def itc_reduction(self) -> YesNo | None:
        """Whether ITC is to be reduced."""
        ...

    @property
    def declared(self) -> Heads | None:
        """The declared reduction; absent with Y it is full."""
        ...

    @property
    def remarks(self) -> str | None:
        """The remarks."""
        ...

    @property
    def portal_hash(self) -> str | None:
        """The portal's own hash of the record."""
        ...

    @property
    def itc_period(self) -> TaxPeriod | None:
        """The 2B period where the portal names it (imports)."""
        ...


class Shown(NamedTuple):
    """A record as the portal shows it to its recipient: a document's fields, then what the portal says of it."""

    recipient: str
    kind: Kind
    #: The supplier's GSTIN, "" for a bill of entry, and the trade name where the portal gives it.
    supplier: str
    supplier_name: str
    number: str
    date: dt.date
    #: Amounts in paise, without a sign; `value` is the document's total.
    taxable: int
    igst: int
    cgst: int
    sgst: int
    cess: int
    value: int | None
    pos: str | None
    invoice_type: str
    reverse_charge: bool
    ineligible: Ineligible | None
    #: The document that an amendment names: both set, or neither.
    original_number: str | None
    original_date: dt.date | None
    form: Form
    return_period: TaxPeriod
    supplier_status: SupplierStatus
    action: State
    #: The portal's flags ispendactblocked and isItcRedReqBlocked.
    pending_blocked: bool | None
    reduction_blocked: bool | None
    #: Whether ITC is to be reduced, and by how much per head in paise; None with "Y" is the full reduction.
    itc_reduction: YesNo | None
    declared: Heads | None
    remarks: str | None
    #: The portal's own hash of the record.
    portal_hash: str | None
    #: The 2B period where the portal names it (imports).
    itc_period: TaxPeriod | None

    @property
    def document(self) -> Document:
        """The document's content."""
        amends = None
        if self.original_number is not None and self.original_date is not None:
            amends = OriginalReference(self.original_number, self.original_date)
        return Document(
            kind=self.kind,
            supplier=self.supplier,
            recipient=self.recipient,
            number=self.number,
            date=self.date,
            taxable=self.taxable,
            tax=Heads(self.igst, self.cgst, self.sgst, self.cess),
            value=self.value,
            pos=self.pos,
            invoice_type=self.invoice_type,
            reverse_charge=self.reverse_charge,
            ineligible=self.ineligible,
            amends=amends,
            pending_blocked=self.pending_blocked,
            supplier_name=self.supplier_name,
        )


def flat(sighting: Sighting) -> Shown:
    """Return what the portal shows of a record as a flat value; the same where it is one already."""
    if isinstance(sighting, Shown):
        return sighting
    document = sighting.document
    amends = document.amends
    return Shown(
        document.recipient,
        document.kind,
        document.supplier,
        document.supplier_name,
        document.number,
        document.date,
        document.taxable,
        document.tax.igst,
        document.tax.cgst,
        document.tax.sgst,
        document.tax.cess,
        document.value,
        document.pos,
        document.invoice_type,
        document.reverse_charge,
        document.ineligible,
        amends.number if amends else None,
        amends.date if amends else None,
        sighting.form,
        sighting.return_period,
        sighting.supplier_status,
        sighting.action,
        document.pending_blocked,
        sighting.reduction_blocked,
        sighting.itc_reduction,
        sighting.declared,
        sighting.remarks,
        sighting.portal_hash,
        sighting.itc_period,
    )


def checked_sightings(sightings: object) -> Iterator[Shown]:
    """Return what the portal shows, each looked at as it is read; raises `InputError` for anything else."""
    if not isinstance(sightings, Iterable) or isinstance(sightings, (str, bytes)):
        raise InputError("sightings", [Problem(type(sightings).__name__, "is not several sightings", "give a list")])
    return map(_checked, sightings)


def _checked(sighting: Sighting) -> Shown:
    try:
        row = flat(sighting)
    except AttributeError:
        what = "is not what the portal shows of a record"
        raise InputError("sightings", [Problem(repr(sighting), what, "give a Sighting")]) from None
    document = row.document.checked()
    border, blocked = Border("sightings"), row.reduction_blocked
    if (row.original_number is None) is not (row.original_date is None):
        original = row.original_number or row.original_date
        border.wrong("original", original, "names half of an original", "give its number and date, or neither")
    checked = row._replace(
        recipient=document.recipient,
        kind=document.kind,
        supplier=document.supplier,
        form=border.word("form", row.form, Form),
        return_period=border.period("return_period", row.return_period),
        supplier_status=border.word("supplier_status", row.supplier_status, SupplierStatus),
        action=border.word("action", row.action, State),
        reduction_blocked=None if blocked is None else border.flag("reduction_blocked", blocked),
        itc_reduction=None if row.itc_reduction is None else border.choice("itc_reduction", row.itc_reduction, YesNo),
        declared=None if row.declared is None else border.heads("declared", row.declared),
        remarks=border.remarks(row.remarks),
        portal_hash=None if row.portal_hash is None else border.text("portal_hash", row.portal_hash),
        itc_period=None if row.itc_period is None else border.period("itc_period", row.itc_period),
    )
    border.close()
    return checked


def content_of(row: tuple[Any, ...]) -> tuple[str, str]:
    """Return the business content of what is shown, as JSON text, and its hash: those of its document, written at once.

    Only the fields of a document are read, in the order of `Shown`; what is returned is the text that records
    keep and `Document.content_hash`; a test holds them equal.
    """
    (recipient, kind, supplier, _, number, day, taxable, igst, cgst, sgst, cess, value, pos, invoice_type, reverse,
     ineligible, original, original_date, *_) = row  # fmt: skip
    amends = "null"
    if original is not None and original_date is not None:
        amends = f'[{quoted(original)},"{original_date.isoformat()}"]'
    worth = "null" if value is None else f'"{_rupees(value)}"'
    text = (
        f'{{"amends":{amends},"cess":"{_rupees(cess) if cess else _ZERO}","cgst":"{_rupees(cgst) if cgst else _ZERO}",'
        f'"date":"{day.isoformat()}","igst":"{_rupees(igst) if igst else _ZERO}",'
        f'"ineligible":{_NULL if ineligible is None else quoted(ineligible)},"invoice_type":{quoted(invoice_type)},'
        f'"kind":"{kind.value}","number":{quoted(number)},"pos":{_NULL if pos is None else quoted(pos)},'
        f'"recipient":{quoted(recipient)},"reverse_charge":{"true" if reverse else "false"},'
        f'"sgst":"{_rupees(sgst) if sgst else _ZERO}","supplier":{quoted(supplier)},"taxable":"{_rupees(taxable)}",'
        f'"value":{worth}}}'
    )
    return text, hashlib.sha256(text.encode()).hexdigest()


def _rupees(amount: int) -> str:
    return f"{amount // 100}.{amount % 100:02}" if amount >= 0 else str(rupees(amount))


NEVER = datetime.min.replace(tzinfo=UTC)


BY_ACTION = {
    State.ACCEPTED: Trigger.ACCEPT,
    State.REJECTED: Trigger.REJECT,
    State.PENDING: Trigger.KEEP_PENDING,
    State.NO_ACTION: Trigger.RESET,
}


def filled(seen: Document, here: Document) -> Document:
    """Return what is shown, with what this dialect leaves out taken from what is known: that is no edit."""
    return seen.changed(
        value=here.value if seen.value is None else seen.value,
        pos=seen.pos or here.pos,
        pending_blocked=here.pending_blocked if seen.pending_blocked is None else seen.pending_blocked,
        supplier_name=seen.supplier_name or here.supplier_name,
    )


def declared_by(sighting: Sighting, record: Record) -> tuple[str | None, Heads]:
    """Return what is declared with an acceptance that is shown: full, none, partial or nothing; amounts in paise."""
    return declared_with(sighting, full_reduction(record))


def declared_with(sighting: Sighting, full: Heads) -> tuple[str | None, Heads]:
    """Return what is declared with an acceptance that is shown, `full` being the whole reduction in paise per head."""
    if sighting.action is not State.ACCEPTED or sighting.itc_reduction is None:
        return None, NIL
    if sighting.itc_reduction == "N":
        return "none", NIL
    return ("full", full) if sighting.declared in {None, full} else ("partial", sighting.declared or NIL)


#: What the log says beside a step that the portal has shown.
SHOWN_BY = {"shown_by": "portal"}


def logged_with(sighting: Shown | Sighting) -> dict[str, Any]:
    """Return what the log says beside an action that the portal shows: that it does, the remarks, what is declared.

    Amounts are in paise; whether they are all that accepting takes away hangs on what the chain carries.
    """
    beside: dict[str, Any] = {**SHOWN_BY, **({"remarks": sighting.remarks} if sighting.remarks else {})}
    if sighting.action is not State.ACCEPTED or sighting.itc_reduction is None:
        return beside
    if sighting.itc_reduction == "N":
        return beside | {"reduction": "none"}
    return beside | {"reduction": "full" if sighting.declared is None else sighting.declared.in_paise()}


def portal_view(sighting: Sighting, record: Record, at: datetime) -> PortalView:
    """Return what the portal shows of a known record, to be kept with it."""
    declaration = declaration_of(sighting.action, *declared_by(sighting, record), sighting.remarks)
    # A dialect that leaves the hash out does not take it back.
    portal_hash = sighting.portal_hash or (record.portal.hash if record.portal else None)
    return PortalView(sighting.action, declaration, portal_hash, at)


def told_alike(record: Record, view: PortalView) -> bool:
    """Say whether a record's action, with what was declared, is the one that the portal shows."""
    declaration = declaration_of(record.state, record.reduction, record.declared, record.remarks)
    return (record.state, declaration) == (view.action, view.declaration)


def last_seen(record: Record) -> PortalView:
    """Return what the portal last showed of a record: no action, where it has not been seen there."""
    return record.portal or PortalView(State.NO_ACTION, None, None, NEVER)


def declaration_of(action: State, reduction: str | None, declared: Heads, remarks: str | None) -> str | None:
    """Return what goes with an action as text, None for nothing; an acceptance without a word reduces in full."""
    said = reduction if reduction in {"none", "partial"} else None
    amounts = list(declared) if said == "partial" else None
    nothing = action is State.NO_ACTION or (said is None and not remarks)
    return None if nothing else json.dumps([said, amounts, remarks or None])
