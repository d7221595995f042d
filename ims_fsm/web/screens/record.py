"""A record's page: what it is, what may be done with it and what that would come to, its history, its path drawn.

Imports the face and the shell.
"""

from __future__ import annotations

import shutil
from importlib.util import find_spec
from typing import Annotated, Literal

from fastapi import Query, Response

from ims_fsm import Heads, InputError, Problem, RecipientDesk, ReduceItc, RefusedError, detail_in_words
from ims_fsm.terms.money import HEADS, paise
from ims_fsm.web.admission import Admission, Admitted, Buyer
from ims_fsm.web.asked import Asked, NoQuery, RecordId
from ims_fsm.web.problems import STALE
from ims_fsm.web.screens.chosen import Fields, key_of, reduction, text_of
from ims_fsm.web.screens.rows import ACTIONS, STANDING, choices
from ims_fsm.web.screens.shell import Screens, Visit, Visiting

SCREENS = Screens()
_AT = "/recipients/{gstin}/records/{record_id}"
PARTLY = "partial"


class Look(Asked):
    """How the picture looks."""

    theme: Literal["light", "dark", "print"] = "light"


@SCREENS.get(_AT)
def show_record_page(
    admission: Admitted, buyer: Buyer, visit: Visiting, record_id: RecordId, _query: NoQuery
) -> Response:
    """Show a record with what may be done with it, why not and until when, and everything that ever was done to it."""
    return _page(admission, buyer, visit, record_id)


def _page(
    admission: Admission,
    buyer: RecipientDesk,
    visit: Visit,
    record_id: int,
    refused: RefusedError | None = None,
    status: int = 200,
) -> Response:
    view, history = buyer.show(record_id), buyer.history(record_id)
    offered = [choice for choice in choices(view.record.state, view.may) if not choice.refused and not choice.checked]
    law = admission.ims.book.law
    cited = [refusal for refusals in view.may.values() for refusal in refusals]
    cited += list(refused.refusals) if refused else []
    return visit.show(
        "record.html.j2",
        status,
        view=view,
        history=history,
        offered=offered,
        what_if={choice.action: buyer.what_if(choice.action, record_id) for choice in offered},  # type: ignore[arg-type]
        closed=[(choice.action, choice.refusals) for choice in choices(view.record.state, view.may) if choice.refused],
        nothing=[] if view.record.state in STANDING else list(next(iter(view.may.values()), ())),
        quotes={refusal.rule: law.rules[refusal.rule].quote for refusal in cited if refusal.rule in law.rules},
        refused=refused,
        is_stale=refused is not None and refused.code == STALE,
        in_words=detail_in_words,
        may_act=visit.may("act_on_record_page"),
        drawn=can_draw(),
        heads_of=HEADS,
        remarks_limit=admission.ims.book.calendar.remarks_limit,
        content_amounts=lambda content: (
            paise(content.fields["taxable"]),
            Heads.from_rupees({head: content.fields[head] for head in HEADS}),
        ),
    )


@SCREENS.post(_AT)
def act_on_record_page(
    admission: Admitted, buyer: Buyer, visit: Visiting, record_id: RecordId, _query: NoQuery, fields: Fields
) -> Response:
    """Act on the record at the version that was seen (FAQ 10, 12); what is refused is shown on its page."""
    action, version = text_of(fields, "do"), text_of(fields, "version")
    if action not in ACTIONS or not version.isdecimal():
        raise InputError("form", [Problem("the form", "is not as the page made it", "open the page again")])
    try:
        buyer.act(
            action,  # type: ignore[arg-type]  # one of them
            record_id,
            remarks=text_of(fields, "remarks") or None,
            reduce_itc=_reduction(fields) if action == "accept" else None,
            version=int(version),
            key=key_of(fields),
        )
    except RefusedError as error:
        return _page(admission, buyer, visit, record_id, error, 412 if error.code == STALE else 409)
    return visit.go(f"{visit.at('show_record_page')}#stands")


def _reduction(fields: Fields) -> ReduceItc | None:
    """Return what is declared with an acceptance; raises `InputError` for an amount that cannot be read."""
    declared = text_of(fields, "reduce")
    if declared != PARTLY:
        return reduction(declared)
    amounts = {head: text_of(fields, f"reduce.{head}") or "0" for head in HEADS}
    try:
        return Heads.from_rupees(amounts)
    except ValueError as error:
        raise InputError("form", [Problem("the reduction of ITC", str(error), "write rupees like 18000.00")]) from error


@SCREENS.get(f"{_AT}/picture")
def draw_record_page(buyer: Buyer, record_id: RecordId, look: Annotated[Look, Query()]) -> Response:
    """Draw the record's path on its machine's picture."""
    return Response(buyer.diagram(record_id, theme=look.theme), media_type="image/svg+xml")


def can_draw() -> bool:
    """Say whether there is a Graphviz that draws."""
    return bool(shutil.which("dot") or find_spec("pygraphviz"))
