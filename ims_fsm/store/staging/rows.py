"""Reads a staged row back as what the portal showed.

Imports the terms; runs no statement.
"""

from __future__ import annotations

import json
from typing import Any

from ims_fsm.record.sighting import Shown
from ims_fsm.terms.money import Heads
from ims_fsm.terms.period import TaxPeriod
from ims_fsm.terms.vocabulary import Form, Kind, State, SupplierStatus


def shown_of(row: Any, recipient: str) -> Shown:
    """Return what a staged row shows."""
    itc_reduction, declared, remarks = json.loads(row.told) if row.told else (None, None, None)
    return Shown(
        recipient=recipient,
        kind=Kind(row.kind),
        supplier=row.supplier_gstin,
        supplier_name=row.supplier_name,
        number=row.number,
        date=row.document_date,
        taxable=row.taxable,
        igst=row.igst,
        cgst=row.cgst,
        sgst=row.sgst,
        cess=row.cess,
        value=row.document_value,
        pos=row.pos,
        invoice_type=row.invoice_type,
        reverse_charge=row.reverse_charge,
        ineligible=row.ineligible,
        original_number=row.original_number,
        original_date=row.original_date,
        form=Form(row.form),
        return_period=TaxPeriod(row.return_period),
        supplier_status=SupplierStatus(row.supplier_status),
        action=State(row.action),
        pending_blocked=row.pending_blocked,
        reduction_blocked=row.reduction_blocked,
        itc_reduction=itc_reduction,
        declared=None if declared is None else Heads(*declared),
        remarks=remarks,
        portal_hash=row.portal_hash,
        itc_period=None if row.itc_period is None else TaxPeriod(row.itc_period),
    )
