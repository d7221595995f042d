"""A row of an IMS section read as a record: which key means which field, for documents and for bills of entry.

Reads rows already unwrapped; opens no file and knows no wrapper.
"""

from __future__ import annotations

from datetime import date
from typing import TypedDict

from ims_fsm.formats.gstn import values
from ims_fsm.formats.gstn.bills import bill_number
from ims_fsm.formats.gstn.record import PortalRecord, YesNo
from ims_fsm.formats.gstn.row import Row
from ims_fsm.formats.gstn.sections import SectionForm
from ims_fsm.terms.document import Document, OriginalReference
from ims_fsm.terms.money import Heads
from ims_fsm.terms.period import TaxPeriod
from ims_fsm.terms.vocabulary import Form, Kind, State, SupplierStatus

NO_DATE = date(2017, 7, 1)  # stands for a date already refused, so that the rest of the row is still read
_TAX = (("iamt", "igst"), ("camt", "cgst"), ("samt", "sgst"), ("cess", "csamt"))
_TAX_OF_IMPORTS = (("igst", "iamt"), (), (), ("cess", "csamt"))
_DECLARED = (("declIgst", "decl_igst"), ("declCgst", "decl_cgst"), ("declSgst", "decl_sgst"), ("declCess", "decl_cess"))
_EARLY_DRAFT = ("ispendactnallwd",)  # its value says that pending is allowed, whatever its name suggests


class _Common(TypedDict):
    action: State
    pending_blocked: bool | None
    reduction_blocked: bool | None
    remarks_blocked: bool | None
    itc_reduction: YesNo | None
    declared: Heads | None
    remarks: str | None
    portal_hash: str | None
    error_message: str | None
    place: str


def read_record(row: Row, form: SectionForm, recipient: str) -> PortalRecord | None:
    """Return the record in a row, or None where something in it was refused (the row's findings say what)."""
    before = row.findings.refused
    reader = _read_import if form.kind is Kind.BILL_OF_ENTRY else _read_document
    record = reader(row, form, recipient)
    return record if row.findings.refused == before else None


def _read_document(row: Row, form: SectionForm, recipient: str) -> PortalRecord:
    day = row.day(form.date) or NO_DATE
    common, taxable = _common(row), row.taxable()
    document = Document(
        kind=form.kind,
        supplier=row.gstin(("stin", "ctin")),
        recipient=recipient,
        number=row.number(form.number),
        date=day,
        taxable=taxable,
        tax=_tax(row, _TAX, taxable),
        value=row.read(values.amount, ("val",), None),
        pos=row.read(values.place_of_supply, ("pos",), None),
        invoice_type=row.read(values.invoice_type, ("inv_typ", "typ"), "R"),
        amends=_original(row, form) if form.amended else None,
        pending_blocked=common["pending_blocked"],
        supplier_name=row.text(("tradenm", "trdnm")) or "",
    )
    return PortalRecord(
        document=document,
        form=row.read(values.form, ("srcform", "rtnTyp"), Form.GSTR_1),
        return_period=_return_period(row, ("rtnprd", "sRtnPrd", "srtinprd"), day),
        supplier_status=_supplier_status(row),
        **common,
    )


def _read_import(row: Row, form: SectionForm, recipient: str) -> PortalRecord:
    day = row.day(form.date) or NO_DATE
    common, taxable = _common(row), row.taxable()
    port = row.text(("portcd", "portcode"))
    if port is None:
        row.refuse("portcd", "the bill of entry has no port code", "give the port's code, like INNSA1")
    number = bill_number(row.number(form.number), port or "")
    itc_period = row.read(lambda text: values.period(values.plain(text), day), ("itcprd",), None)
    document = Document(
        kind=Kind.BILL_OF_ENTRY,
        supplier=row.optional_gstin(("stin", "srcGstin", "ctin")),
        recipient=recipient,
        number=number,
        date=day,
        taxable=taxable,
        tax=_tax(row, _TAX_OF_IMPORTS, taxable),
        invoice_type=form.invoice_type,
        amends=OriginalReference(number, day) if form.amended else None,
        pending_blocked=common["pending_blocked"],
        supplier_name=row.text(("tradenm", "trdnm")) or "",
    )
    return PortalRecord(
        document=document,
        form=Form.ICEGATE,
        return_period=_return_period(row, ("srtinprd", "rtnprd", "itcprd"), day),
        supplier_status=row.read(values.supplier_status, ("srcfilstatus",), SupplierStatus.FILED),
        itc_period=itc_period,
        portal_ref=row.text(("rgstinrefId",)),
        reference_date=row.optional_day(("irefdt", "refdt")),
        **common,
    )


def _tax(row: Row, keys: tuple[tuple[str, ...], ...], taxable: int) -> Heads:
    """Return the tax of a document; a taxable one must name a head, or its credit would be read as nothing."""
    if taxable and not any(map(row.key, keys)):
        heads = ", ".join(names[0] for names in keys if names)
        row.refuse(keys[0][0], "the document is taxable and has no tax", f"give {heads} in rupees, 0 for none")
    return Heads(*map(row.amount, keys))


def _common(row: Row) -> _Common:
    return {
        "action": row.read(values.action, ("action",), State.NO_ACTION),
        "pending_blocked": _pending_blocked(row),
        "reduction_blocked": row.read(values.flag, ("isItcRedReqBlocked", "itcRedReqBlocked"), None),
        "remarks_blocked": row.read(values.flag, ("isRemarksBlocked",), None),
        "itc_reduction": _reduction(row),
        "declared": Heads(*map(row.amount, _DECLARED)) if any(map(row.key, _DECLARED)) else None,
        "remarks": row.text(("remarks",)),
        "portal_hash": row.text(("hash",)),
        "error_message": row.text(("error_msg",)),
        "place": row.place,
    }


def _pending_blocked(row: Row) -> bool | None:
    blocked = row.read(values.flag, ("ispendactblocked",), None)
    if blocked is None:
        allowed = row.read(values.flag, _EARLY_DRAFT, None)
        return None if allowed is None else not allowed
    return blocked


def _reduction(row: Row) -> YesNo | None:
    required = row.read(values.flag, ("itcRedReq", "itc_red_req"), None)
    if required is None:
        return None
    return "Y" if required else "N"


def _original(row: Row, form: SectionForm) -> OriginalReference | None:
    for keys, what in ((form.original_number, "number"), (form.original_date, "date")):
        if row.key(keys) is None:
            row.refuse(keys[0], f"the amendment does not name its original's {what}", "give number and date of both")
    day = row.optional_day(form.original_date)
    return OriginalReference(row.number(form.original_number), day) if day and row.key(form.original_number) else None


def _return_period(row: Row, keys: tuple[str, ...], day: date) -> TaxPeriod:
    """Prefer MMYYYY over a bare MM, whichever key has it; without either the document's own month stands in."""
    whole = tuple(key for key in keys if len(str(row.raw.get(key) or "")) > 4)  # noqa: PLR2004 - MYYYY or MMYYYY
    key = row.key(whole) or row.key(keys)
    if key is not None:
        return row.read(lambda text: values.period(values.plain(text), day), (key,), TaxPeriod.of(day))
    row.warn(
        "no period", keys[0], "the supplier's return period is missing", "the month of the document's date is read"
    )
    return TaxPeriod.of(day)


def _supplier_status(row: Row) -> SupplierStatus:
    """Read saved where the row does not say: a saved record has no effect until it is filed (FAQ 15)."""
    keys = ("srcfilstatus",)
    if row.key(keys) is None:
        row.warn("no status", keys[0], "the filing status is missing", "the record is read as saved, not filed")
    return row.read(values.supplier_status, keys, SupplierStatus.SAVED)
