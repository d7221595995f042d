"""The dashboard: what is due, at risk and waiting, over all GSTINs that the caller reaches.

Imports the face and what a request may ask; a role sees of it what it may see of one taxpayer.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import Query
from pydantic import Field
from pydantic.json_schema import SkipJsonSchema

from ims_fsm import Concern, Dashboard, Role
from ims_fsm.terms.border import MOST_DAYS
from ims_fsm.terms.principal import Principal, reached
from ims_fsm.terms.vocabulary import EVERYONE
from ims_fsm.web.access import access
from ims_fsm.web.admission import Admission, Admitted
from ims_fsm.web.asked import Asked, Party
from ims_fsm.web.routes import Routes

ROUTES = Routes("dashboard")
MOST_NAMED = 1000


class Selection(Asked):
    """For which taxpayers, and how far ahead."""

    gstin: Annotated[tuple[Party, ...], Field(max_length=MOST_NAMED)] = Field(
        (), description="Only these taxpayers; without one all whom the caller reaches."
    )
    near: int | SkipJsonSchema[None] = Field(
        None,
        ge=0,
        le=MOST_DAYS,
        description="How many days ahead the end of section 16(4) is named; without it as the calendar reminds of it.",
    )


@ROUTES.get("/dashboard")
def show_dashboard(admission: Admitted, asked: Annotated[Selection, Query()]) -> Dashboard:
    """Show what is due, at risk and waiting, the earliest last day first, over all GSTINs that the caller reaches.

    Each item has the filter by which `list_records` lists its records.
    """
    return admission.ims.dashboard(_reached(admission, asked), near=asked.near).only(seen_by(admission.principal))


def seen_by(principal: Principal) -> frozenset[Concern]:
    """Return what somebody may see of a dashboard: what their roles may see taxpayer by taxpayer."""
    roles = frozenset(Role).intersection(principal.roles)
    recipients, suppliers = (access()[operation] & roles for operation in ("list_records", "show_liabilities"))
    return frozenset(concern for concern in Concern if (suppliers if concern.of_supplier else recipients))


def _reached(admission: Admission, asked: Selection) -> list[str] | None:
    who = admission.principal
    if asked.gstin:
        return [reached(who, gstin) for gstin in asked.gstin]
    return None if EVERYONE in who.gstins else sorted(who.gstins)
