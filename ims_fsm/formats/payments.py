"""The payments to hold as a table that an ERP reads: one row a document, amounts in rupees, titles in the first row.

Knows no SQL; the columns are documented in docs/chasing.md, and stand in this order.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from typing import BinaryIO

from ims_fsm.record.chasing import HeldPayment
from ims_fsm.terms.characters import inert
from ims_fsm.terms.money import rupees

Cell = str | int | date | None
#: What is in each column; whole numbers are paise.
COLUMNS: Mapping[str, Callable[[HeldPayment], Cell]] = {
    "supplier_gstin": lambda of: of.supplier,
    "document_number": lambda of: of.number,
    "document_date": lambda of: of.date,
    "document_kind": lambda of: str(of.kind),
    "in_books": lambda of: "yes" if of.booked else "no",
    "igst": lambda of: of.tax.igst,
    "cgst": lambda of: of.tax.cgst,
    "sgst": lambda of: of.tax.sgst,
    "cess": lambda of: of.tax.cess,
    "tax_at_stake": lambda of: of.tax.total,
    "hold_amount": lambda of: of.hold,
    "reason_code": lambda of: of.reason,
    "release_condition": lambda of: of.release,
    "rule": lambda of: of.rule,
    "credit_until": lambda of: of.credit_until,
}


def cells_of(payment: HeldPayment) -> Iterator[Cell]:
    """Give what is in each column of a payment's row."""
    return (read(payment) for read in COLUMNS.values())


def write_csv(out: BinaryIO, payments: Iterable[HeldPayment]) -> int:
    """Write payments as CSV in UTF-8, none of it a formula; returns how many there are."""
    text, count = io.StringIO(), 0
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for payment in payments:
        count += 1
        writer.writerow(rupees(cell) if isinstance(cell, int) else inert(cell) for cell in cells_of(payment))
        out.write(text.getvalue().encode())
        text.seek(0)
        text.truncate()
    out.write(text.getvalue().encode())
    return count
