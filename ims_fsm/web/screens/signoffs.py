"""Sign-offs for people: the queue, one of them with its sums, and what its reader may do with it and why not.

Imports the face and the shell; they are there where the store was opened with `signoff=`.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import Annotated, Any

from fastapi import Query, Response
from pydantic import Field
from pydantic.json_schema import SkipJsonSchema

from ims_fsm import InputError, Problem, RecipientDesk, RefusedError, SignoffView, detail_in_words
from ims_fsm.terms.border import LONGEST_REMARKS
from ims_fsm.web.admission import Admission, Admitted
from ims_fsm.web.asked import LARGEST_ID, NoQuery, sent
from ims_fsm.web.languages import N_
from ims_fsm.web.problems import status_of
from ims_fsm.web.screens.chosen import Fields, key_of, text_of
from ims_fsm.web.screens.files import MOST_SHOWN, Form, files_of
from ims_fsm.web.screens.search import Search
from ims_fsm.web.screens.shell import Screens, Visit, Visiting
from ims_fsm.web.signoffs import Signing, SignoffId, has_signoffs, machine_of

SCREENS = Screens()
_AT, _OF = "/recipients/{gstin}/signoffs", "/recipients/{gstin}/signoffs/{signoff_id}"
#: What people fire, in this order; that one lapses is the clock's.
BUTTONS = ("approve", "apply", "decline", "withdraw", "pass_on")
OPEN = ("proposed", "approved")
#: So many are judged for a page of the queue; so many are listed of what is decided.
PAGE, MOST = 25, 50


class QueuePage(Search):
    """A page of the queue."""

    after: Annotated[int, Field(ge=1, le=LARGEST_ID)] | SkipJsonSchema[None] = None


@SCREENS.get(_AT, title=N_("Sign-off"), when=has_signoffs)
def show_signoffs(
    admission: Admitted, buyer: Signing, visit: Visiting, page: Annotated[QueuePage, Query()]
) -> Response:
    """Show a page of the queue, of it what is refused first, and the newest of those that are decided."""
    standing = buyer.signoffs(states=OPEN, after=page.after or 0, limit=PAGE + 1)
    waiting = [buyer.signoff(signoff.id) for signoff in standing[:PAGE]]
    number = buyer.count_signoffs(states=OPEN)
    ended = buyer.signoffs(states=[state for state in _titles(admission) if state not in OPEN], newest=MOST)
    queue = sorted(waiting, key=lambda view: not _exceptions(view))
    return visit.show(
        "signoffs.html.j2",
        queue=[(view, _exceptions(view)) for view in queue],
        ended=ended,
        number=number,
        begun=page.after is not None,
        following=f"?after={standing[PAGE - 1].id}" if len(standing) > PAGE else "",
        titles=_titles(admission),
        may_propose=visit.may("propose_signoff_page"),
    )


def _exceptions(view: SignoffView) -> list[str]:
    """Return why it could not be approved now by whoever looks, each sentence once."""
    asked = [view.answers[name].refusals for name in ("approve", "apply") if name in view.answers]
    refusals = chain(*asked[:1], *(row.refusals for row in view.judged.refused))
    return list(dict.fromkeys(refusal.sentence for refusal in refusals))


@SCREENS.post(_AT)
def propose_signoff_page(buyer: Signing, visit: Visiting, _query: NoQuery, form: Form) -> Response:
    """Propose a file of actions, and go to what it became."""
    files: Sequence[Any] = files_of(form)
    signoff = buyer.propose(sent(files[:1])[0], key=key_of(form))
    return visit.go(visit.at("show_signoff_page", signoff_id=signoff.id))


@SCREENS.get(_OF)
def show_signoff_page(
    admission: Admitted, buyer: Signing, visit: Visiting, signoff_id: SignoffId, _query: NoQuery
) -> Response:
    """Show a sign-off: its sums, its actions, the limit, what may be done with it and why not, its history."""
    return _page(admission, buyer, visit, signoff_id)


@SCREENS.post(_OF)
def decide_signoff_page(
    admission: Admitted, buyer: Signing, visit: Visiting, signoff_id: SignoffId, fields: Fields, _query: NoQuery
) -> Response:
    """Do with a sign-off what was chosen; what is refused is said on its page."""
    try:
        _decide(buyer, signoff_id, fields)
    except RefusedError as error:
        return _page(admission, buyer, visit, signoff_id, error)
    return visit.go(f"{visit.at('show_signoff_page')}#stands")


def _decide(buyer: RecipientDesk, signoff_id: int, fields: Fields) -> None:
    remarks, key = text_of(fields, "remarks") or None, key_of(fields)
    match text_of(fields, "do"):
        case "approve":
            buyer.approve(signoff_id, remarks=remarks, override=bool(text_of(fields, "override")), key=key)
        case "apply":
            buyer.apply_signoff(signoff_id, key=key)
        case "decline":
            buyer.decline(signoff_id, remarks=remarks, key=key)
        case "withdraw":
            buyer.withdraw(signoff_id, remarks=remarks, key=key)
        case "pass_on":
            buyer.pass_on(signoff_id, text_of(fields, "to"), key=key)
        case _:
            raise InputError("form", [Problem("do", "names no action", "choose one of the buttons")])


def _page(
    admission: Admission, buyer: RecipientDesk, visit: Visit, signoff_id: int, refused: RefusedError | None = None
) -> Response:
    view, law = buyer.signoff(signoff_id), admission.ims.book.law
    return visit.show(
        "signoff.html.j2",
        200 if refused is None else status_of(refused),
        view=view,
        signoff=view.signoff,
        rows=sorted(view.judged.rows, key=lambda row: row.allowed)[:MOST_SHOWN],
        may={name: view.answers[name] for name in BUTTONS if name in view.answers},
        edition=machine_of(admission).at(view.case.period),
        titles=_titles(admission),
        refused=refused,
        known=law.rules,
        in_words=detail_in_words,
        remarks_limit=LONGEST_REMARKS,
    )


def _titles(admission: Admission) -> dict[str, str]:
    states = machine_of(admission).declaration.state
    return {state.name: state.title or state.name for state in states}
