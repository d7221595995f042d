"""Suppliers to chase, for people: whom for what and since when, their documents, letters and payments to hold.

Imports the face and the shell. Nothing is sent.
"""

from __future__ import annotations

from io import BytesIO
from typing import Annotated, Literal

from fastapi import Query, Response
from pydantic import Field
from pydantic.json_schema import SkipJsonSchema

from ims_fsm.web.admission import Buyer
from ims_fsm.web.asked import NAME, Asked, NoQuery, Party, Rupees
from ims_fsm.web.chasing import MOST_LETTERS, Chase, letters_of
from ims_fsm.web.languages import N_
from ims_fsm.web.portal import kept
from ims_fsm.web.screens.chosen import Fields, key_of, text_of
from ims_fsm.web.screens.shell import Screens, Visiting

SCREENS = Screens()
_AT = "/recipients/{gstin}/chase"
MOST, MOST_DOCUMENTS = 100, 200
#: The ages by which the screen narrows, in days.
AGES = (30, 60, 90, 180)
#: The days for which nobody is written to again, as the screen offers them.
PAUSES = (3, 7, 14, 30)


class Narrowed(Asked):
    """What the screen shows: one reason or all, from an age and an amount on, without who was written to lately."""

    reason: Annotated[str, Field(pattern=NAME)] | Literal[""] = ""
    older_than: Annotated[int, Field(ge=0, le=3660)] | Literal[""] = ""
    min_tax: Rupees | Literal[""] = ""
    again_after: Annotated[int, Field(ge=0, le=3660)] | Literal[""] = ""
    supplier: Party | SkipJsonSchema[None] = None

    @property
    def chase(self) -> Chase:
        """The same, as the API takes it."""
        return Chase(
            reason=(self.reason,) if self.reason else (),
            period=None,
            older_than=None if self.older_than == "" else self.older_than,
            again_after=None if self.again_after == "" else self.again_after,
            min_tax=self.min_tax or None,
            supplier=(self.supplier,) if self.supplier else (),
        )


@SCREENS.get(_AT, title=N_("Suppliers to chase"))
def show_chase(buyer: Buyer, visit: Visiting, asked: Annotated[Narrowed, Query()]) -> Response:
    """Show the suppliers to chase with what is at stake, and the documents of one of them."""
    only = asked.chase.only
    may = {name: visit.may(name) for name in ("give_letters", "give_payments", "write_letters", "list_chased")}
    totals = buyer.chase_totals(**only)
    documents = list(buyer.chase_documents(limit=MOST_DOCUMENTS, **only)) if asked.supplier else []
    letter = next(buyer.letters(**only), None) if asked.supplier and may["write_letters"] else None
    return visit.show(
        "chase.html.j2",
        asked=asked,
        totals=totals,
        suppliers=list(buyer.chase(limit=MOST, **only)),
        documents=documents,
        letter=letter.content.decode() if letter else "",
        ages=AGES,
        pauses=PAUSES,
        most_letters=MOST_LETTERS,
        may=may,
    )


@SCREENS.post(f"{_AT}/letters")
def give_letters(buyer: Buyer, fields: Fields, _query: NoQuery) -> Response:
    """Give the letters to the suppliers that the screen shows, in a zip, and log who was written to."""
    names = ("reason", "older_than", "min_tax", "again_after", "supplier")
    asked = Narrowed.model_validate({name: text for name in names if (text := text_of(fields, name))})
    fmt: Literal["text", "eml"] = "eml" if text_of(fields, "format") == "eml" else "text"
    # A page has two buttons and one key; letters in the other format are another request.
    key = key_of(fields)
    return letters_of(buyer, fmt, asked.chase.only, key=key and f"{key}.{fmt}")


@SCREENS.get(f"{_AT}/payments")
def give_payments(buyer: Buyer, asked: Annotated[Narrowed, Query()]) -> Response:
    """Give the payments to hold as CSV."""
    file = BytesIO()
    buyer.write_payments_to_hold(file, **asked.chase.only)
    return kept(file.getvalue(), "payments_to_hold.csv", "text/csv; charset=utf-8")
