"""How a record lies in its row: its columns, and the record that a row holds.

Imports the record; runs no statement.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields
from datetime import date
from functools import lru_cache, partial
from operator import attrgetter
from typing import Any

from sqlalchemy import RowMapping

from ims_fsm.record.record import PortalView, Record
from ims_fsm.terms.document import Document, OriginalReference
from ims_fsm.terms.money import Heads
from ims_fsm.terms.period import TaxPeriod
from ims_fsm.terms.vocabulary import Disposition, Form, Kind, RemovedFor, Route, State, SupplierStatus


def to_row(record: Record) -> dict[str, Any]:
    """Return the values of a record's row, by column."""
    row = {name: _plain(value) for name, value in zip(_OWN_COLUMN, _own(record), strict=True)}
    for name, columns in _SEVERAL_COLUMNS.items():
        row.update(columns(getattr(record, name)))
    return row


def changed_columns(before: Record, after: Record) -> dict[str, Any]:
    """Return the columns in which two values of one record differ, as the later one has them."""
    plain = zip(_OWN_COLUMN, _own(before), _own(after), strict=True)
    row = {name: _plain(new) for name, old, new in plain if new != old}
    for name, columns in _SEVERAL_COLUMNS.items():
        old, new = getattr(before, name), getattr(after, name)
        if new is not old:
            held = columns(old)
            row |= {column: value for column, value in columns(new).items() if value != held[column]}
    return row


def in_columns(prefix: str, heads: Heads) -> dict[str, int]:
    """Return the heads as columns of a prefix, in paise."""
    return {
        f"{prefix}igst": heads.igst,
        f"{prefix}cgst": heads.cgst,
        f"{prefix}sgst": heads.sgst,
        f"{prefix}cess": heads.cess,
    }


def from_columns(prefix: str, row: RowMapping) -> Heads:
    """Return the heads that stand in the columns of a prefix, in paise."""
    return Heads(row[f"{prefix}igst"], row[f"{prefix}cgst"], row[f"{prefix}sgst"], row[f"{prefix}cess"])


def _document_columns(document: Document) -> dict[str, Any]:
    original = document.amends
    return {
        "recipient_gstin": document.recipient,
        "kind": str(document.kind),
        "supplier_gstin": document.supplier,
        "supplier_name": document.supplier_name,
        "number": document.number,
        "document_date": document.date,
        "taxable": document.taxable,
        **in_columns("", document.tax),
        "document_value": document.value,
        "pos": document.pos,
        "invoice_type": document.invoice_type,
        "reverse_charge": document.reverse_charge,
        "ineligible": document.ineligible,
        "original_number": original.number if original else None,
        "original_date": original.date if original else None,
        "pending_blocked": document.pending_blocked,
    }


def _portal_columns(portal: PortalView | None) -> dict[str, Any]:
    return {
        "portal_action": str(portal.action) if portal else None,
        "portal_declaration": portal.declaration if portal else None,
        "portal_hash": portal.hash if portal else None,
        "portal_seen_at": portal.seen_at if portal else None,
    }


def _plain(value: object) -> object:
    # A word of the field and a tax period are text, and a driver would look for a way to write each of them.
    return str(value) if isinstance(value, str) else value


_SEVERAL_COLUMNS: Mapping[str, Callable[[Any], dict[str, Any]]] = {
    "document": _document_columns,
    "carried": partial(in_columns, "carried_"),
    "standing": partial(in_columns, "standing_"),
    "declared": partial(in_columns, "declared_"),
    "portal": _portal_columns,
}


_OWN_COLUMN = tuple(field.name for field in fields(Record) if field.name not in _SEVERAL_COLUMNS)


_own = attrgetter(*_OWN_COLUMN)


def from_row(row: RowMapping) -> Record:
    """Return the record that a row holds."""
    return Record(
        id=row["id"],
        document=_document(row),
        fy=row["fy"],
        form=Form(row["form"]),
        return_period=_tax_period(row["return_period"]),
        supplier_status=SupplierStatus(row["supplier_status"]),
        filed_at=row["filed_at"],
        two_b_period=_period(row["two_b_period"]),
        route=Route(row["route"]),
        cutoff_at=row["cutoff_at"],
        chain_id=row["chain_id"],
        amends_id=row["amends_id"],
        stated_original=Disposition(row["stated_original"]) if row["stated_original"] else None,
        carried=from_columns("carried_", row),
        standing=from_columns("standing_", row),
        state=State(row["state"]),
        seq=row["seq"],
        version=row["version"],
        contents=row["contents"],
        content_hash=row["content_hash"],
        machine=row["machine"],
        declaration_id=row["declaration_id"],
        acted_at=row["acted_at"],
        remarks=row["remarks"],
        reduction=row["reduction"],
        declared=from_columns("declared_", row),
        disposition=Disposition(row["disposition"]) if row["disposition"] else None,
        removed_for=RemovedFor(row["removed_for"]) if row["removed_for"] else None,
        settled_in=_period(row["settled_in"]),
        reduction_blocked=row["reduction_blocked"],
        portal=_portal(row),
    )


def _document(row: RowMapping) -> Document:
    original: date | None = row["original_date"]
    amends = OriginalReference(row["original_number"], original) if original else None
    return Document(
        kind=Kind(row["kind"]),
        supplier=row["supplier_gstin"],
        recipient=row["recipient_gstin"],
        number=row["number"],
        date=row["document_date"],
        taxable=row["taxable"],
        tax=from_columns("", row),
        value=row["document_value"],
        pos=row["pos"],
        invoice_type=row["invoice_type"],
        reverse_charge=row["reverse_charge"],
        ineligible=row["ineligible"],
        amends=amends,
        pending_blocked=row["pending_blocked"],
        supplier_name=row["supplier_name"],
    )


def _portal(row: RowMapping) -> PortalView | None:
    if row["portal_seen_at"] is None:
        return None
    return PortalView(State(row["portal_action"]), row["portal_declaration"], row["portal_hash"], row["portal_seen_at"])


def _period(text: str | None) -> TaxPeriod | None:
    return None if text is None else _tax_period(text)


_tax_period = lru_cache(maxsize=1024)(TaxPeriod)
