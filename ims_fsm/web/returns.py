"""A recipient's returns: GSTR-2A, GSTR-2B with its states, GSTR-3B, the annual return.

Imports the face and what a request may ask. Nothing is sent to the portal.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import Path, Query, Response
from pydantic import Field, StrictBool
from pydantic.json_schema import SkipJsonSchema

from ims_fsm import RecipientDesk, TaxPeriod, ThreeBForecast, TwoB, TwoBComparison, dump_two_b
from ims_fsm.web.admission import Buyer
from ims_fsm.web.answering import JSON, streamed
from ims_fsm.web.asked import LARGEST_ID, MOST_ROWS, Asked, Files, Key, NoQuery, Period, key_of, sent
from ims_fsm.web.routes import Routes

ROUTES = Routes("returns")
GenerationNumber = Annotated[int, Field(ge=1, le=LARGEST_ID, examples=[1])]
RecordNumber = Annotated[int, Field(ge=1, le=LARGEST_ID)]
_AT = "/recipients/{gstin}"
FinancialYear = Annotated[
    str, Path(pattern=r"^20[0-9]{2}-[0-9]{2}$", description="The financial year.", examples=["2023-24"])
]


class Detail(Asked):
    """How much of a GSTR-2B is shown."""

    lines: bool = False
    generation: GenerationNumber | SkipJsonSchema[None] = Field(None, description="The generation; the newest without.")
    left_out: bool = Field(default=False, description="Also every record that it leaves out.")


class LinesPage(Asked):
    """A page of lines, by record."""

    generation: GenerationNumber | SkipJsonSchema[None] = Field(None, description="The generation; the newest without.")
    limit: int = Field(100, ge=1, le=MOST_ROWS, description="Lines at most; the last record's are not parted.")
    after: RecordNumber | SkipJsonSchema[None] = Field(None, description="The `next` of the page before.")


class ChangesPage(Asked):
    """A page of what two generations have otherwise, by record."""

    older: GenerationNumber
    newer: GenerationNumber
    limit: int = Field(100, ge=1, le=MOST_ROWS, description="Lines at most; the last record's are not parted.")
    after: RecordNumber | SkipJsonSchema[None] = Field(None, description="The `next` of the page before.")


class Agreed(Asked):
    """Whether whoever asks agrees to what would be asked."""

    consent: bool = False


class Consent(Asked):
    """Whether the filer agrees to what a GSTR-3B leaves out, where that is asked."""

    consent: StrictBool = False


class Adopting(Asked):
    """What comes of a comparison."""

    adopt: bool = Field(default=False, description="Move each open record to the period in which the portal shows it.")


@ROUTES.get(f"{_AT}/2a/{{period}}")
def show_2a(buyer: Buyer, period: Period, _query: NoQuery) -> Response:
    """Give all that suppliers saved or filed for a return period, whatever was done with it (FAQ 28)."""
    return streamed("TwoA", {"recipient": buyer.gstin, "period": period}, buyer.two_a(period))


@ROUTES.get(f"{_AT}/2b")
def list_2b(buyer: Buyer, _query: NoQuery) -> object:
    """List the recipient's GSTR-2Bs, oldest first, with their states: a stale one must be recomputed (FAQ 29)."""
    two_bs: list[TwoB] = buyer.two_bs()
    return {"recipient": buyer.gstin, "two_bs": two_bs}


@ROUTES.get(f"{_AT}/2b/{{period}}")
def show_2b(buyer: Buyer, period: Period, detail: Annotated[Detail, Query()]) -> object:
    """Show a generation of a GSTR-2B: its totals, its days, and of the newest what it leaves out and why."""
    view = buyer.two_b(period, generation=detail.generation, with_lines=detail.lines)
    omissions = list(buyer.left_out(period)) if detail.left_out and view.is_newest else None
    return {"view": view, "lines": view.lines if detail.lines else None, "left_out_records": omissions}


@ROUTES.get(f"{_AT}/2b/{{period}}/lines")
def list_2b_lines(buyer: Buyer, period: Period, page: Annotated[LinesPage, Query()]) -> object:
    """List the lines of a generation of a GSTR-2B by record; a page reads no more than itself."""
    rows = list(buyer.two_b_lines(period, generation=page.generation, after=page.after, limit=page.limit))
    last = rows[-1][1].id if len(rows) >= page.limit else None
    more = last is not None and any(buyer.two_b_lines(period, generation=page.generation, after=last, limit=1))
    head = {"recipient": buyer.gstin, "period": period, "generation": page.generation}
    return {**head, "lines": rows, "next": last if more else None}


@ROUTES.get(f"{_AT}/2b/{{period}}/changes")
def list_2b_changes(buyer: Buyer, period: Period, page: Annotated[ChangesPage, Query()]) -> object:
    """List the lines that two generations of a GSTR-2B have otherwise, by record, each with why it changed."""
    pair = (page.older, page.newer)
    rows = list(buyer.two_b_changes(period, *pair, after=page.after, limit=page.limit))
    last = rows[-1].record.id if len(rows) >= page.limit else None
    more = last is not None and any(buyer.two_b_changes(period, *pair, after=last, limit=1))
    head = {"recipient": buyer.gstin, "period": period, "older": page.older, "newer": page.newer}
    return {**head, "changes": rows, "next": last if more else None}


@ROUTES.change("POST", f"{_AT}/2b/{{period}}")
def generate_2b(buyer: Buyer, period: Period, agreed: Annotated[Agreed, Query()], key: Key = None) -> object:
    """Generate or recompute the GSTR-2B of a period, from the 14th on and until GSTR-3B is filed (FAQ 23-29).

    Where the period is of more than a year ago, `consent` is asked for (409, `consent_needed`).
    """
    done = buyer.generate_2b(period, consent=agreed.consent, key=key_of(key))
    view = buyer.two_b(period, with_lines=False)
    return {"view": view, "expired": done.expired, "lapsed": done.lapsed}


@ROUTES.get(f"{_AT}/2b/{{period}}/export", media=JSON)
def export_2b(buyer: Buyer, period: Period, _query: NoQuery) -> Response:
    """Give the newest GSTR-2B of a period as the portal writes it (JSON, v4)."""
    return Response(dump_two_b(buyer.export_2b(period)), media_type=JSON)


@ROUTES.change("POST", f"{_AT}/2b-comparison")
def compare_2b(buyer: Buyer, files: Files, how: Annotated[Adopting, Query()]) -> TwoBComparison:
    """Compare the portal's GSTR-2B with ours of the same period, document by document."""
    return buyer.compare_2b(sent(files), adopt=how.adopt)


@ROUTES.get(f"{_AT}/3b/{{period}}")
def weigh_3b(buyer: Buyer, period: Period, _query: NoQuery) -> ThreeBForecast:
    """Work out what filing GSTR-3B would do now: what stands in its way, what it decides, what stays for later."""
    return buyer.weigh_3b(period)


@ROUTES.change("POST", f"{_AT}/3b/{{period}}", example={"consent": False})
def file_3b(buyer: Buyer, period: Period, agreed: Consent, _query: NoQuery, key: Key = None) -> object:
    """Record that GSTR-3B was filed: what is in the period's GSTR-2B is decided for good (FAQ 12, 20, 34).

    Where it would leave amendments out, or the period is old, `consent` is asked for (409, `consent_needed`).
    """
    filed = buyer.file_3b(period, consent=agreed.consent, key=key_of(key))
    return {"filed": filed, "original_unknown": _waiting(buyer, period)}


@ROUTES.change("POST", f"{_AT}/annual-returns/{{fy}}")
def file_annual_return(buyer: Buyer, fy: FinancialYear, _query: NoQuery, key: Key = None) -> object:
    """Record that the annual return of a financial year was filed: it ends time limits early (section 16(4))."""
    ended = buyer.file_annual_return(fy, key=key_of(key))
    return {"recipient": buyer.gstin, "fy": fy, "ended": ended}


def _waiting(buyer: RecipientDesk, period: TaxPeriod) -> list[int]:
    reasons = {group.reason for group in buyer.two_b(period, with_lines=False).left_out}
    omissions = buyer.left_out(period) if "original_unknown" in reasons else ()
    return [omission.record.id for omission in omissions if omission.reason == "original_unknown"]
