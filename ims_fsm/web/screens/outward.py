"""What a supplier sees: the documents that they reported with what recipients did, and what was added back to them.

Imports the face and the shell (FAQ 18, 34).
"""

from __future__ import annotations

from contextlib import closing
from itertools import islice
from typing import Annotated

from fastapi import Query, Response
from pydantic import Field
from pydantic.json_schema import SkipJsonSchema

from ims_fsm import Form, Heads, TaxPeriod
from ims_fsm.terms.border import LARGEST_ID, checked_period
from ims_fsm.web.admission import Admitted, Seller
from ims_fsm.web.languages import N_
from ims_fsm.web.portal import workbook_of
from ims_fsm.web.screens.search import Search, Text
from ims_fsm.web.screens.shell import Screens, Visiting

SCREENS = Screens()
PAGE = 50
_AT = "/suppliers/{gstin}"
#: The question by which a rejection comes back to its supplier.
ADDED_BACK = "faq.34"


class OfPeriod(Search):
    """One return period of the supplier, or all."""

    period: Text | SkipJsonSchema[None] = None

    @property
    def chosen(self) -> TaxPeriod | None:
        """The period; raises `InputError` for what is not one."""
        return None if self.period is None else checked_period(self.period)


class Reported(OfPeriod):
    """A page of what was reported, in a period and a form or in all."""

    form: Form | SkipJsonSchema[None] = None
    after: Annotated[int, Field(ge=1, le=LARGEST_ID)] | SkipJsonSchema[None] = None


@SCREENS.get(f"{_AT}/outward", title=N_("Outward supplies"))
def show_reported(seller: Seller, visit: Visiting, asked: Annotated[Reported, Query()]) -> Response:
    """Show what a supplier has reported, by return period and form, with what recipients did (FAQ 18)."""
    with closing(seller.outward(asked.chosen, form=asked.form, after=asked.after)) as reported:
        read = list(islice(reported, PAGE + 1))
    records = read[:PAGE]
    following = asked.query(after=records[-1].id) if len(read) > PAGE else ""
    return visit.show("outward.html.j2", records=records, asked=asked, following=following, forms=tuple(Form))


@SCREENS.get(f"{_AT}/liabilities", title=N_("Liabilities"))
def show_added_back(
    admission: Admitted, seller: Seller, visit: Visiting, asked: Annotated[OfPeriod, Query()]
) -> Response:
    """Show what recipients' rejections added to a supplier's liability, why and when (FAQ 34)."""
    added = seller.liabilities(asked.chosen)
    total = sum((liability.tax for liability in added), Heads())
    rule = admission.ims.book.law.rules.get(ADDED_BACK)
    return visit.show("liabilities.html.j2", added=added, total=total, asked=asked, rule=rule)


@SCREENS.get(f"{_AT}/outward/workbook")
def give_reported(seller: Seller, asked: Annotated[OfPeriod, Query()]) -> Response:
    """Give what a supplier reported, and what was added back to them, as a workbook."""
    return workbook_of(seller, period=asked.chosen)
