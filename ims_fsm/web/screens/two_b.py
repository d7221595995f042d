"""GSTR-2B: its periods, and one of them with its sections, lines and what it leaves out; recomputed, and given as JSON.

Imports the face and the shell (FAQ 23-29).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Annotated, Any, TypeVar

from fastapi import Query, Response
from pydantic import Field

from ims_fsm import (
    ChangeReason,
    Concern,
    ConsentError,
    RecipientDesk,
    RefusedError,
    ReturnDates,
    TaxPeriod,
    TwoB,
    TwoBGenerated,
    TwoBState,
    dump_two_b,
)
from ims_fsm.web.admission import Admission, Admitted, Buyer
from ims_fsm.web.answering import JSON
from ims_fsm.web.asked import LARGEST_ID, Asked, NoQuery, Period
from ims_fsm.web.languages import N_
from ims_fsm.web.portal import PapersForm, kept, papers_of
from ims_fsm.web.screens.chosen import Fields, key_of, text_of
from ims_fsm.web.screens.shell import Screens, Visit, Visiting

SCREENS = Screens()
_AT = "/recipients/{gstin}/2b"
T = TypeVar("T")
LINES = 100
#: The totals in the order in which they are read, in the words of the portal.
TOTALS: Mapping[str, str] = {
    "itc_available": N_("ITC available"),
    "itc_not_available": N_("ITC not available"),
    "itc_rejected": N_("ITC rejected (for view only)"),
    "itc_reversed": N_("ITC reversed"),
    "reverse_charge": N_("Reverse charge (apart)"),
    "reversal_4b1": N_("To be reversed by you in 4(B)(1)"),
}


#: Why a line changed, in a few words.
REASONS: Mapping[ChangeReason, str] = {
    ChangeReason.ACTION: N_("Action"),
    ChangeReason.IMPORT: N_("Shown by a download"),
    ChangeReason.AMENDMENT: N_("Amended by its supplier"),
    ChangeReason.ORIGINAL: N_("Its original was decided"),
    ChangeReason.TIME_LIMIT: N_("Section 16(4) has passed"),
    ChangeReason.DEADLINE: N_("The deadline of what is pending has passed"),
    ChangeReason.CALENDAR: N_("Another calendar"),
    ChangeReason.OTHER: N_("Not known"),
}
Number = Annotated[int, Field(ge=1, le=LARGEST_ID)]


class Lines(Asked):
    """Which generation is shown, and behind which record its lines begin."""

    generation: Number | None = None
    after: Number | None = None


NEWEST = Lines()


class Between(Asked):
    """Which generations are compared, and behind which record the page begins."""

    older: Number
    newer: Number
    after: Number | None = None


def periods_of(admission: Admission, buyer: RecipientDesk) -> list[tuple[TaxPeriod, TwoB, ReturnDates | None]]:
    """Return the tax periods, newest first: those with a GSTR-2B, and those whose GSTR-3B is due; with its days."""
    rows = admission.ims.dashboard([buyer.gstin]).only({Concern.RETURN_DUE}).rows
    due = {item.dates.period: item.dates for row in rows for item in row.items if item.dates is not None}
    there = {two_b.period: two_b for two_b in buyer.two_bs()}
    absent = {period: TwoB(recipient=buyer.gstin, period=period) for period in due}
    return [(period, two_b, due.get(period)) for period, two_b in sorted({**absent, **there}.items(), reverse=True)]


@SCREENS.get(_AT, title=N_("GSTR-2B"))
def show_two_bs(admission: Admitted, buyer: Buyer, visit: Visiting, _query: NoQuery) -> Response:
    """Show the GSTR-2B of every period with its state (FAQ 23, 29)."""
    return visit.show("two_bs.html.j2", periods=periods_of(admission, buyer))


@SCREENS.get(f"{_AT}/{{period}}")
def show_two_b_page(buyer: Buyer, visit: Visiting, period: Period, lines: Annotated[Lines, Query()]) -> Response:
    """Show a GSTR-2B of a period: its days, sections, lines and generations, and what it leaves out and why."""
    return _page(buyer, visit, period, lines)


def _page(
    buyer: RecipientDesk, visit: Visit, period: TaxPeriod, page: Lines = NEWEST, status: int = 200, **said: Any
) -> Response:
    view = buyer.two_b(period, generation=page.generation, with_lines=False)
    of = partial(buyer.two_b_lines, period, generation=page.generation)
    lines, following = _page_of(of, page.after, lambda line: line[1].id)
    may = {name: visit.may(name) for name in ("recompute_two_b", "give_two_b", "give_papers", "show_inward")}
    return visit.show(
        "two_b.html.j2",
        status,
        **{"refused": None, "done": None, **said},
        consents=isinstance(said.get("refused"), ConsentError),
        view=view,
        two_b=view.two_b,
        period=period,
        lines=lines,
        page=page,
        following=following,
        titles=TOTALS,
        states=TwoBState,
        may=may,
    )


def _page_of(read: Callable[..., Iterable[T]], after: int | None, record_of: Callable[[T], int]) -> tuple[list[T], int]:
    """Return a page of what is read by record, and the record behind which the next one begins; 0 where none does."""
    entries = list(read(after=after, limit=LINES))
    last = record_of(entries[-1]) if len(entries) >= LINES else 0
    return entries, last if last and any(read(after=last, limit=1)) else 0


@SCREENS.post(f"{_AT}/{{period}}")
def recompute_two_b(buyer: Buyer, visit: Visiting, period: Period, _query: NoQuery, fields: Fields) -> Response:
    """Generate or recompute the GSTR-2B of a period (FAQ 23-29); what is refused is shown on its page."""
    try:
        done: TwoBGenerated = buyer.generate_2b(period, consent=bool(text_of(fields, "consent")), key=key_of(fields))
    except RefusedError as error:
        return _page(buyer, visit, period, status=409, refused=error)
    return _page(buyer, visit, period, done=done)


@SCREENS.get(f"{_AT}/{{period}}/changes")
def show_two_b_changes(buyer: Buyer, visit: Visiting, period: Period, between: Annotated[Between, Query()]) -> Response:
    """Show what two generations of a GSTR-2B have otherwise, line by line, and why each line changed."""
    of = partial(buyer.two_b_changes, period, between.older, between.newer)
    changes, following = _page_of(of, between.after, lambda change: change.record.id)
    return visit.show(
        "two_b_changes.html.j2",
        view=buyer.two_b(period, with_lines=False),
        period=period,
        between=between,
        changes=changes,
        following=following,
        titles=TOTALS,
        reasons=REASONS,
    )


@SCREENS.get(f"{_AT}/{{period}}/json")
def give_two_b(buyer: Buyer, period: Period, _query: NoQuery) -> Response:
    """Give the newest GSTR-2B of a period as the portal writes it (JSON, v4)."""
    return kept(dump_two_b(buyer.export_2b(period)), f"returns_{period}_{buyer.gstin}_GSTR2B.json", JSON)


@SCREENS.get(f"{_AT}/{{period}}/papers")
def give_papers(buyer: Buyer, period: Period, asked: Annotated[PapersForm, Query()]) -> Response:
    """Give the working papers of a period: a workbook, or a page to be printed."""
    return papers_of(buyer, period, asked.form)
