"""The home screen: what is due, at risk and waiting, the taxpayers whom the caller reaches; and a language chosen.

Imports the face and the shell.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import Form, Query, Response
from pydantic import StringConstraints
from pydantic.json_schema import SkipJsonSchema

from ims_fsm import Dashboard
from ims_fsm.terms.vocabulary import EVERYONE
from ims_fsm.web.admission import Admission, Admitted
from ims_fsm.web.asked import Asked
from ims_fsm.web.dashboard import seen_by
from ims_fsm.web.languages import COOKIE, LANGUAGES, N_
from ims_fsm.web.screens.concerns import GROUPS, TITLES, groups_of, totals_of
from ims_fsm.web.screens.shell import ENTRIES, Screens, Visiting

SCREENS = Screens()
MOST_LISTED = 100
_YEAR_S = 365 * 24 * 3600


class Sought(Asked):
    """Which taxpayers are looked for, by a part of the GSTIN or the name."""

    find: Annotated[str, StringConstraints(max_length=100, strip_whitespace=True)] | SkipJsonSchema[None] = None


@SCREENS.get("/", title=N_("Dashboard"))
def show_home(admission: Admitted, visit: Visiting, sought: Annotated[Sought, Query()]) -> Response:
    """Show what is due, at risk and waiting for the taxpayers whom the caller reaches, and their screens (FAQ 2)."""
    words = (sought.find or "").casefold()
    reached = [
        who
        for who in admission.ims.taxpayers()
        if admission.principal.reaches(who.gstin) and words in f"{who.gstin} {who.name}".casefold()
    ]
    read = _due(admission, words, [who.gstin for who in reached])
    links = [entry for entry in ENTRIES if "{gstin}" in entry.path and visit.may(entry.operation)]
    return visit.show(
        "home.html.j2",
        taxpayers=reached[:MOST_LISTED],
        number=len(reached),
        links=links,
        read=read,
        due=[(row, groups_of(visit, row, read.today)) for row in read.rows[:MOST_LISTED]],
        totals=totals_of(read),
        groups=[title for title, _ in GROUPS],
        titles=TITLES,
        find=sought.find or "",
        searched=bool(words) or len(reached) > MOST_LISTED // 4,
    )


def _due(admission: Admission, words: str, reached: list[str]) -> Dashboard:
    """Return the dashboard of those who are looked for, of what the caller's roles may see of it."""
    principal = admission.principal
    # One who is registered nowhere has no name to be found by, and may have what was added back to them.
    theirs = {gstin for gstin in principal.gstins if gstin != EVERYONE and words in gstin.casefold()}
    everyone = EVERYONE in principal.gstins and not words
    read = admission.ims.dashboard(None if everyone else sorted(theirs.union(reached)))
    return read.only(seen_by(principal))


@SCREENS.post("/language")
def choose_language(
    visit: Visiting, language: Annotated[str, Form(max_length=10)], back: Annotated[str, Form(max_length=2000)] = "/"
) -> Response:
    """Keep the language that the reader chose, and go back to where they were."""
    answer = visit.go(back)
    if language in LANGUAGES:
        secure = visit.request.url.scheme == "https"
        answer.set_cookie(COOKIE, language, max_age=_YEAR_S, httponly=True, samesite="lax", secure=secure)
    return answer
