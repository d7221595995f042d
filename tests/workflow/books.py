"""A purchase register as it is read: documents of October 2024 from one supplier, and what differs is said."""

from __future__ import annotations

from datetime import date
from typing import Any

from ims_fsm import Booked, Kind, PurchaseRegister

SELLER, SISTER = "29AABCT1332L1ZA", "27AABCT1332L1ZC"
DAY = date(2024, 10, 5)


def booked(number: str = "S/1", **content: Any) -> Booked:
    usual: dict[str, Any] = {
        "recipient": "",
        "supplier": SELLER,
        "kind": Kind.INVOICE,
        "number": number,
        "date": DAY,
        "taxable": 100_000,
        "igst": 18_000,
        **dict.fromkeys(("cgst", "sgst", "cess"), 0),
        "place": "line 2",
        "lines": 1,
    }
    return Booked(**{**usual, **content})


def register(*documents: Booked) -> PurchaseRegister:
    return PurchaseRegister("books.csv", documents, {})
