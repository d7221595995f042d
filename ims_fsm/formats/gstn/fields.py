"""A row of an IMS section read with care: which key means which field, for documents and for bills of entry.

Reads rows already unwrapped; opens no file and knows no wrapper. `ordinary` reads most rows by the same keys, at speed.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from ims_fsm.formats.gstn import values
from ims_fsm.formats.gstn.row import Row
from ims_fsm.formats.gstn.sections import SectionForm, bill_number
from ims_fsm.record.sighting import Shown
from ims_fsm.terms.border import LONGEST_REMARKS
from ims_fsm.terms.money import HEADS, Heads
from ims_fsm.terms.period import TaxPeriod
from ims_fsm.terms.vocabulary import Form, Kind, State, SupplierStatus

NO_DATE = date(2017, 7, 1)  # stands for a date already refused, so that the rest of the row is still read
# The keys of each field of a document, whatever its section; the first is the portal's, all are read.
KEYS: dict[str, tuple[str, ...]] = {
    "supplier": ("stin", "ctin"),
    "supplier_name": ("tradenm", "trdnm"),
    "taxable": ("txval",),
    "igst": ("iamt", "igst"),
    "cgst": ("camt", "cgst"),
    "sgst": ("samt", "sgst"),
    "cess": ("cess", "csamt"),
    "value": ("val",),
    "pos": ("pos",),
    "invoice_type": ("inv_typ", "typ"),
    "form": ("srcform", "rtnTyp"),
    "return_period": ("rtnprd", "sRtnPrd", "srtinprd"),
    "supplier_status": ("srcfilstatus",),
    "action": ("action",),
    "pending_blocked": ("ispendactblocked",),
    "reduction_blocked": ("isItcRedReqBlocked", "itcRedReqBlocked"),
    "remarks_blocked": ("isRemarksBlocked",),
    "itc_reduction": ("itcRedReq", "itc_red_req"),
    "remarks": ("remarks",),
    "portal_hash": ("hash",),
}
DECLARED = (("declIgst", "decl_igst"), ("declCgst", "decl_cgst"), ("declSgst", "decl_sgst"), ("declCess", "decl_cess"))
PENDING_ALLOWED = ("ispendactnallwd",)  # of an early draft: its value says that pending is allowed, not that it is not
# What a row does not say of itself.
_BLANK: dict[str, Any] = dict.fromkeys(("value", "pos", "ineligible", "original_number", "original_date", "itc_period"))
_BLANK |= dict.fromkeys(HEADS, 0) | {"reverse_charge": False}  # nothing under reverse charge is in IMS
_TAX = tuple(KEYS[head] for head in HEADS)
_TAX_OF_IMPORTS = (("igst", "iamt"), (), (), KEYS["cess"])


def read_record(row: Row, form: SectionForm, recipient: str) -> Shown | None:
    """Return what a row shows, or None where something in it was refused (the row's findings say what)."""
    before = row.findings.refused
    reader = _read_import if form.kind is Kind.BILL_OF_ENTRY else _read_document
    record = reader(row, form, _read_common(row, form, recipient))
    return record if row.findings.refused == before else None


def _read_common(row: Row, form: SectionForm, recipient: str) -> Shown:
    """Read what documents and bills of entry have in common; the rest is a bill's that amends nothing."""
    day = row.day(form.date) or NO_DATE
    action = row.read(values.action, KEYS["action"], State.NO_ACTION)
    flags = ("pending_blocked", "reduction_blocked", "remarks_blocked", "itc_reduction")
    pending_blocked, reduction_blocked, _, reduced = (_flag(row, field) for field in flags)
    if pending_blocked is None:
        allowed = row.read(values.flag, PENDING_ALLOWED, None)
        pending_blocked = None if allowed is None else not allowed
    declared = Heads(*map(row.amount, DECLARED)) if any(map(row.key, DECLARED)) else None
    remarks = row.text(KEYS["remarks"], LONGEST_REMARKS)
    portal_hash = row.text(KEYS["portal_hash"])
    return Shown(
        recipient=recipient,
        kind=form.kind,
        supplier="",
        supplier_name=row.text(KEYS["supplier_name"]) or "",
        number="",
        date=day,
        taxable=row.taxable(),
        invoice_type=form.invoice_type,
        form=Form.ICEGATE,
        return_period=TaxPeriod.of(day),
        supplier_status=SupplierStatus.FILED,
        action=action,
        pending_blocked=pending_blocked,
        reduction_blocked=reduction_blocked,
        itc_reduction=None if reduced is None else "Y" if reduced else "N",
        declared=declared,
        remarks=remarks,
        portal_hash=portal_hash,
        **_BLANK,
    )


def _read_document(row: Row, form: SectionForm, common: Shown) -> Shown:
    supplier, number = row.gstin(KEYS["supplier"]), row.number(form.number)
    igst, cgst, sgst, cess = _tax(row, _TAX, common.taxable)
    original_number, original_date = _original(row, form) if form.amended else (None, None)
    return common._replace(
        supplier=supplier,
        number=number,
        igst=igst,
        cgst=cgst,
        sgst=sgst,
        cess=cess,
        value=row.read(values.amount, KEYS["value"], None),
        pos=row.read(values.place_of_supply, KEYS["pos"], None),
        invoice_type=row.read(values.invoice_type, KEYS["invoice_type"], "R"),
        original_number=original_number,
        original_date=original_date,
        form=row.read(values.form, KEYS["form"], Form.GSTR_1),
        return_period=_return_period(row, KEYS["return_period"], common.date),
        supplier_status=_supplier_status(row),
    )


def _read_import(row: Row, form: SectionForm, common: Shown) -> Shown:
    day, port = common.date, row.text(("portcd", "portcode"))
    if port is None:
        row.refuse("portcd", "the bill of entry has no port code", "give the port's code, like INNSA1")
    number = bill_number(row.number(form.number), port or "")
    igst, _, _, cess = _tax(row, _TAX_OF_IMPORTS, common.taxable)
    # Nobody asks for these two; what cannot be read in them is a problem all the same.
    row.text(("rgstinrefId",))
    row.optional_day(("irefdt", "refdt"))
    return common._replace(
        supplier=row.optional_gstin(("stin", "srcGstin", "ctin")),
        number=number,
        igst=igst,
        cess=cess,
        original_number=number if form.amended else None,
        original_date=day if form.amended else None,
        return_period=_return_period(row, ("srtinprd", "rtnprd", "itcprd"), day),
        supplier_status=row.read(values.supplier_status, KEYS["supplier_status"], SupplierStatus.FILED),
        itc_period=row.read(lambda text: values.period(values.plain(text), day), ("itcprd",), None),
    )


def _tax(row: Row, keys: tuple[tuple[str, ...], ...], taxable: int) -> list[int]:
    """Return the tax of a document; a taxable one must name a head, or its credit would be read as nothing."""
    if taxable and not any(map(row.key, keys)):
        heads = ", ".join(names[0] for names in keys if names)
        row.refuse(keys[0][0], "the document is taxable and has no tax", f"give {heads} in rupees, 0 for none")
    return [row.amount(names) for names in keys]


def _flag(row: Row, field: str) -> bool | None:
    return row.read(values.flag, KEYS[field], None)


def _original(row: Row, form: SectionForm) -> tuple[str, date] | tuple[None, None]:
    for keys, what in ((form.original_number, "number"), (form.original_date, "date")):
        if row.key(keys) is None:
            row.refuse(keys[0], f"the amendment does not name its original's {what}", "give number and date of both")
    day = row.optional_day(form.original_date)
    return (row.number(form.original_number), day) if day and row.key(form.original_number) else (None, None)


def _return_period(row: Row, keys: tuple[str, ...], day: date) -> TaxPeriod:
    """Prefer MMYYYY over a bare MM, whichever key has it; without either the document's own month stands in."""
    whole = tuple(key for key in keys if names_year(row.raw.get(key)))
    key = row.key(whole) or row.key(keys)
    if key is not None:
        return row.read(lambda text: values.period(values.plain(text), day), (key,), TaxPeriod.of(day))
    what, remedy = "the supplier's return period is missing", "the month of the document's date is read"
    row.warn("no period", keys[0], what, remedy)
    return TaxPeriod.of(day)


def names_year(period: Any) -> bool:
    """Say whether a period is written MMYYYY, even if its leading zero was lost, and not MM."""
    return len(str(period or "")) > 4  # noqa: PLR2004 - MYYYY or MMYYYY


def _supplier_status(row: Row) -> SupplierStatus:
    """Read saved where the row does not say: a saved record has no effect until it is filed (FAQ 15)."""
    keys = KEYS["supplier_status"]
    if row.key(keys) is None:
        row.warn("no status", keys[0], "the filing status is missing", "the record is read as saved, not filed")
    return row.read(values.supplier_status, keys, SupplierStatus.SAVED)
