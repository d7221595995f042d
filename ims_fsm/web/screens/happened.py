"""What happened to a recipient's records and returns: the events, the newest first, page by page.

Imports the face and the shell.
"""

from __future__ import annotations

import json
from typing import Annotated

from fastapi import Query, Response
from pydantic import Field

from ims_fsm import Event, EventKind, InputError, MissingError, detail_in_words
from ims_fsm.web.admission import Admitted, Buyer
from ims_fsm.web.events import Cursor
from ims_fsm.web.languages import N_
from ims_fsm.web.screens.search import Search
from ims_fsm.web.screens.shell import Screens, Visiting

SCREENS = Screens()
PAGE = 50
#: The kinds of events, in the words of the screen.
TITLES = {
    EventKind.TRANSITION: N_("Actions and moves of records"),
    EventKind.TWO_B: N_("GSTR-2B"),
    EventKind.THREE_B: N_("GSTR-3B"),
    EventKind.ADD_BACK: N_("Added back to a supplier"),
    EventKind.REMINDER: N_("Reminder"),
    EventKind.REFUSED: N_("Refused or failed"),
    EventKind.CASE: N_("Cases"),
}


class Wanted(Search):
    """Which events are meant, and before which the page begins."""

    kind: Annotated[tuple[EventKind, ...], Field(max_length=len(EventKind))] = ()
    after: Cursor = Field(None, description="The cursor of the last event of the page before.")


@SCREENS.get("/recipients/{gstin}/events", title=N_("What happened"))
def show_happened(admission: Admitted, buyer: Buyer, visit: Visiting, asked: Annotated[Wanted, Query()]) -> Response:
    """Show what happened, the newest first: who did what to which record or return, when, by which rules."""
    try:
        read = admission.ims.latest_events(asked.after, limit=PAGE + 1, gstin=buyer.gstin, kinds=asked.kind)
    except InputError as error:
        # A cursor of another database, or of none, names nothing here.
        raise MissingError(error.subject, error.problems) from None
    events = read[:PAGE]
    following = asked.query(after=events[-1].cursor) if len(read) > PAGE else ""
    return visit.show(
        "happened.html.j2",
        events=events,
        asked=asked,
        following=following,
        titles=TITLES,
        in_words=_in_words,
    )


def _in_words(event: Event) -> str:
    return detail_in_words(json.dumps(dict(event.detail))) if event.detail else ""
