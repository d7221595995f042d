"""GSTR-3B: what filing it decides for good, what stands in its way, its confirmation and outcome; the annual return.

Imports the face and the shell (FAQ 5, 12, 20, 25, 29, 34). Nothing is sent to the portal.
"""

from __future__ import annotations

from typing import Any

from fastapi import Response

from ims_fsm import (
    ConsentError,
    InputError,
    Problem,
    RecipientDesk,
    RefusedError,
    TaxPeriod,
    TwoBState,
)
from ims_fsm.web.admission import Admission, Admitted, Buyer
from ims_fsm.web.asked import NoQuery, Period
from ims_fsm.web.languages import N_
from ims_fsm.web.screens.chosen import Fields, key_of, text_of
from ims_fsm.web.screens.shell import Screens, Visit, Visiting
from ims_fsm.web.screens.two_b import TOTALS, periods_of

SCREENS = Screens()
_AT = "/recipients/{gstin}/3b"


@SCREENS.get(_AT, title=N_("GSTR-3B"))
def show_three_bs(admission: Admitted, buyer: Buyer, visit: Visiting, _query: NoQuery) -> Response:
    """Show the GSTR-3B of every period, filed or due."""
    return _list(admission, buyer, visit)


def _list(admission: Admission, buyer: RecipientDesk, visit: Visit, fy: str = "", ended: int = 0) -> Response:
    periods = periods_of(admission, buyer)
    may_file = visit.may("file_annual_return_page")
    return visit.show("three_bs.html.j2", periods=periods, fy=fy, ended=ended, may_file=may_file)


@SCREENS.get(f"{_AT}/{{period}}")
def show_three_b_page(admission: Admitted, buyer: Buyer, visit: Visiting, period: Period, _query: NoQuery) -> Response:
    """Show what filing the GSTR-3B of a period decides, and with what sums, and what stands in its way."""
    return _page(admission, buyer, visit, period)


def _page(
    admission: Admission, buyer: RecipientDesk, visit: Visit, period: TaxPeriod, status: int = 200, **said: Any
) -> Response:
    view = buyer.two_b(period, with_lines=False)
    older = [
        before
        for before, two_b, dates in periods_of(admission, buyer)
        if before < period and dates is not None and two_b.state is not TwoBState.FINAL
    ]
    forecast = buyer.weigh_3b(period) if said.get("asks") else None
    return visit.show(
        "three_b.html.j2",
        status,
        **{"refused": None, "filed": None, "asks": False, "changed": False, **said},
        view=view,
        two_b=view.two_b,
        period=period,
        forecast=forecast,
        consents=forecast is not None and bool(forecast.consent),
        older=sorted(older),
        unknown=[group for group in view.left_out if group.reason == "original_unknown"],
        titles=TOTALS,
        states=TwoBState,
        may_file=visit.may("file_three_b"),
    )


@SCREENS.post(f"{_AT}/{{period}}")
def file_three_b(
    admission: Admitted, buyer: Buyer, visit: Visiting, period: Period, _query: NoQuery, fields: Fields
) -> Response:
    """Record that GSTR-3B was filed, once that is confirmed and, where it is asked, consented to (FAQ 12, 20, 34).

    The confirmation holds for the GSTR-2B that it showed: one that was computed since is shown and asked of again.
    """
    generation = str(buyer.two_b(period, with_lines=False).two_b.generation)
    has_changed = bool(text_of(fields, "confirmed")) and text_of(fields, "generation") != generation
    if has_changed or not text_of(fields, "confirmed"):
        return _page(admission, buyer, visit, period, asks=True, changed=has_changed)
    try:
        filed = buyer.file_3b(period, consent=bool(text_of(fields, "consent")), key=key_of(fields))
    except ConsentError as error:
        return _page(admission, buyer, visit, period, 409, refused=error, asks=True)
    except RefusedError as error:
        return _page(admission, buyer, visit, period, 409, refused=error)
    return _page(admission, buyer, visit, period, filed=filed)


@SCREENS.post("/recipients/{gstin}/annual-returns")
def file_annual_return_page(
    admission: Admitted, buyer: Buyer, visit: Visiting, _query: NoQuery, fields: Fields
) -> Response:
    """Record that the annual return of a financial year was filed: it ends time limits early (section 16(4))."""
    fy = text_of(fields, "fy")
    if not text_of(fields, "confirmed"):
        what, remedy = "is not said to be filed on the portal", "tick that it is, once it is"
        raise InputError("annual return", [Problem(fy or "it", what, remedy)])
    ended = buyer.file_annual_return(fy, key=key_of(fields))
    return _list(admission, buyer, visit, fy, ended)
