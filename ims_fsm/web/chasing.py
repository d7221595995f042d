"""Suppliers to chase over HTTP: whom for what, letters to them, payments to hold, who was written to.

Imports the face and what a request may ask; nothing here acts on a record, and nothing is sent.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable
from dataclasses import replace
from typing import Annotated, Any, Literal

from fastapi import Query, Response
from pydantic import Field, StrictBool
from pydantic.json_schema import SkipJsonSchema

from ims_fsm import Letter, RecipientDesk, SupplierToChase, TaxPeriod
from ims_fsm.terms.border import MOST_DAYS
from ims_fsm.terms.money import paise
from ims_fsm.web.access import admits
from ims_fsm.web.admission import Buyer
from ims_fsm.web.answering import streamed
from ims_fsm.web.asked import LARGEST_ID, MOST_ROWS, NAME, Asked, Key, NoQuery, Party, PeriodText, Rupees, key_of
from ims_fsm.web.portal import kept
from ims_fsm.web.routes import Routes

ROUTES = Routes("suppliers to chase")
ZIP = "application/zip"
MOST_LETTERS = 500
_AT = "/recipients/{gstin}"
#: The earliest day that an archive can name: its bytes hang on the letters alone.
_UNDATED = (1980, 1, 1, 0, 0, 0)
ReasonName = Annotated[str, Field(pattern=NAME)]
Days = Annotated[int, Field(ge=0, le=MOST_DAYS)]


class Chase(Asked):
    """Which documents suppliers are chased for; what is left out narrows nothing."""

    period: PeriodText | SkipJsonSchema[None] = Field(None, description="Of the register, or of the return.")
    reason: Annotated[tuple[ReasonName, ...], Field(max_length=50)] = Field(
        (), description="Reasons of machines/chasing.toml, like not_reported."
    )
    supplier: Annotated[tuple[Party, ...], Field(max_length=MOST_ROWS)] = ()
    min_tax: Rupees | SkipJsonSchema[None] = Field(None, description="Tax at stake that a supplier has at least.")
    older_than: Days | SkipJsonSchema[None] = Field(None, description="Days since its date.")
    again_after: Days | SkipJsonSchema[None] = Field(
        None, description="Leave out who was written to within so many days."
    )

    @property
    def only(self) -> dict[str, Any]:
        """What narrows a chase, as the face takes it."""
        return {
            "period": None if self.period is None else TaxPeriod(self.period),
            "reasons": self.reason,
            "suppliers": self.supplier,
            "min_tax": 0 if self.min_tax is None else paise(self.min_tax),
            "older_than": self.older_than,
            "again_after": self.again_after,
        }


class ChaseList(Chase):
    """The first of them."""

    limit: Annotated[int, Field(ge=1, le=LARGEST_ID)] | SkipJsonSchema[None] = Field(
        None, description="At most; without it all are given."
    )


class Written(Chase):
    """To whom letters are written, in JSON, and how."""

    period: PeriodText | None = None
    min_tax: Rupees | None = None
    older_than: Annotated[Days, Field(strict=True)] | None = None
    again_after: Annotated[Days, Field(strict=True)] | None = None
    format: Literal["text", "eml"] = "text"
    preview: StrictBool = Field(default=False, description="Write them, and do not log who was written to.")


@ROUTES.get(f"{_AT}/chase")
def list_to_chase(buyer: Buyer, asked: Annotated[ChaseList, Query()]) -> Response:
    """List the suppliers to chase, who has most tax at stake first: by reason, by the band of age, in sums."""
    suppliers: Iterable[SupplierToChase] = buyer.chase(limit=asked.limit, **asked.only)
    if not admits("list_chased", buyer.principal.roles):
        suppliers = (replace(of, chased=None) for of in suppliers)
    return streamed("SuppliersToChase", {"recipient": buyer.gstin}, suppliers)


@ROUTES.get(f"{_AT}/chase/documents")
def list_documents_to_chase(buyer: Buyer, asked: Annotated[ChaseList, Query()]) -> Response:
    """List the documents that suppliers are chased for, each with why, what is at stake and what they are asked."""
    documents = buyer.chase_documents(limit=asked.limit, **asked.only)
    return streamed("DocumentsToChase", {"recipient": buyer.gstin}, documents)


@ROUTES.change("POST", f"{_AT}/chase/letters", media=ZIP, example={"again_after": 7, "format": "eml"})
def write_letters(buyer: Buyer, asked: Written, _query: NoQuery, key: Key = None) -> Response:
    """Give a letter to each supplier to chase in a zip, and log who was written to; nothing is sent.

    At most 500 suppliers, those with most at stake; the header Suppliers-Left says how many more there are: leave out
    who was written to, and ask again.
    """
    return letters_of(buyer, asked.format, asked.only, preview=asked.preview, key=key_of(key))


@ROUTES.get(f"{_AT}/chase/log")
def list_chased(buyer: Buyer, _query: NoQuery) -> object:
    """List the newest 1,000 letters that were written to suppliers, the newest first."""
    return {"chased": buyer.chase_log(limit=MOST_ROWS)}


@ROUTES.get(f"{_AT}/payments-to-hold")
def list_payments_to_hold(buyer: Buyer, asked: Annotated[Chase, Query()]) -> Response:
    """List the payments to hold until their suppliers have done what they are asked for: of what has tax at stake."""
    return streamed("HeldPayments", {"recipient": buyer.gstin}, buyer.payments_to_hold(**asked.only))


def letters_of(
    buyer: RecipientDesk,
    fmt: Literal["text", "eml"],
    only: dict[str, Any],
    *,
    preview: bool = False,
    key: str | None = None,
) -> Response:
    """Return the letters to suppliers in a zip to be kept, and log them unless they are a preview.

    The same key again logs nothing more.
    """
    letters = list(buyer.letters(fmt=fmt, limit=MOST_LETTERS, key=key, **only))
    left = buyer.chase_totals(key=key, **only).suppliers - len(letters) if len(letters) == MOST_LETTERS else 0
    if not preview:
        buyer.chased(letters, key=key)
    return kept(_zipped(letters), "letters.zip", ZIP, **{"Suppliers-Left": str(left)})


def _zipped(letters: Iterable[Letter]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for letter in letters:
            archive.writestr(zipfile.ZipInfo(letter.name, _UNDATED), letter.content, zipfile.ZIP_DEFLATED)
    return file.getvalue()
