"""What a supplier reports and sees: documents saved, edited, deleted and filed, the outward view, liabilities.

Imports the face and what a request may ask; finds no record but those that the supplier reported.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import Path, Query, Response
from pydantic import Field, StrictBool

from ims_fsm import Document, Filed, Form, Heads, Kind, OriginalReference, TaxPeriod
from ims_fsm.terms.money import paise
from ims_fsm.web.admission import Seller
from ims_fsm.web.answering import streamed
from ims_fsm.web.asked import (
    Amounts,
    Asked,
    Day,
    Key,
    Line,
    NoQuery,
    Party,
    Period,
    PeriodText,
    RecordId,
    Rupees,
    key_of,
)
from ims_fsm.web.portal import OfPeriod
from ims_fsm.web.routes import Routes

ROUTES = Routes("suppliers")
_AT = "/suppliers/{gstin}"
FormName = Annotated[Form, Path(description="The form of the return.")]


class Amended(Asked):
    """The document that an amendment names."""

    number: Line
    date: Day


class Written(Asked):
    """What a supplier writes on a document; amounts in rupees."""

    number: Line
    date: Day
    taxable: Rupees
    tax: Amounts = Field(default_factory=Amounts)
    value: Rupees | None = None
    pos: Line | None = None
    reverse_charge: StrictBool = False
    ineligible: Literal["pos", "sec_16_4", "rule_37a"] | None = None


class SavedDocument(Written):
    """A document that a supplier saves in a form of a return period."""

    form: Form
    return_period: PeriodText
    kind: Kind
    recipient: Party
    amends: Amended | None = None
    supplier_name: Line | None = None

    def document(self, supplier: str) -> Document:
        """Return it as the face takes it."""
        return Document(
            kind=self.kind,
            supplier=supplier,
            recipient=self.recipient,
            amends=OriginalReference(self.amends.number, self.amends.date) if self.amends else None,
            supplier_name=self.supplier_name or "",
            **_written(self),
        )


def _written(content: Written) -> dict[str, Any]:
    return {
        "number": content.number,
        "date": content.date,
        "taxable": paise(content.taxable),
        "tax": content.tax.heads,
        "value": None if content.value is None else paise(content.value),
        "pos": content.pos,
        "reverse_charge": content.reverse_charge,
        "ineligible": content.ineligible,
    }


_EXAMPLE = {"number": "S/1", "date": "2024-10-05", "taxable": "100000.00", "tax": {"igst": "18000.00"}}


@ROUTES.change(
    "POST",
    f"{_AT}/documents",
    example={
        **_EXAMPLE, "form": "GSTR-1", "return_period": "2024-10", "kind": "invoice", "recipient": "27AAPFU0939F1ZV"
    },
)  # fmt: skip
def save_document(seller: Seller, saved: SavedDocument, _query: NoQuery, key: Key = None) -> object:
    """Save a document in a form of a return period (FAQ 4, 6)."""
    period = TaxPeriod(saved.return_period)
    return {"record_id": seller.save(saved.document(seller.gstin), saved.form, period, key=key_of(key))}


@ROUTES.change("PUT", f"{_AT}/documents/{{record_id}}", example=_EXAMPLE)
def edit_document(seller: Seller, record_id: RecordId, content: Written, _query: NoQuery, key: Key = None) -> object:
    """Write a saved document anew; an action that was taken on it is taken back by the change (FAQ 16)."""
    changed = seller.edit(record_id, _written(content), key=key_of(key))
    return {"record_id": record_id, "changed": changed}


@ROUTES.change("DELETE", f"{_AT}/documents/{{record_id}}")
def delete_document(seller: Seller, record_id: RecordId, _query: NoQuery, key: Key = None) -> object:
    """Delete a saved document (FAQ 16)."""
    seller.delete(record_id, key=key_of(key))
    return {"record_id": record_id}


@ROUTES.change("POST", f"{_AT}/returns/{{form}}/{{period}}")
def file_form(
    seller: Seller,
    form: FormName,
    period: Period,
    _query: NoQuery,
    key: Key = None,
) -> Filed:
    """File a form of a return period: everything saved in it counts from now on (FAQ 15)."""
    return seller.file(form, period, key=key_of(key))


@ROUTES.get(f"{_AT}/outward")
def show_outward(seller: Seller, asked: Annotated[OfPeriod, Query()]) -> Response:
    """Give what the supplier has reported, with what recipients did (FAQ 18)."""
    return streamed("SupplierView", {"supplier": seller.gstin}, seller.outward(_period(asked)))


@ROUTES.get(f"{_AT}/liabilities")
def show_liabilities(seller: Seller, asked: Annotated[OfPeriod, Query()]) -> object:
    """Give what recipients' rejections added to the supplier's liability (FAQ 34)."""
    added = seller.liabilities(_period(asked))
    total = sum((liability.tax for liability in added), Heads())
    return {"supplier": seller.gstin, "liabilities": added, "total": total}


def _period(asked: OfPeriod) -> TaxPeriod | None:
    return None if asked.period is None else TaxPeriod(asked.period)
