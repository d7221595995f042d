"""Settings for people: rules of matching with a preview, the policy, layouts; who set them, when and why.

Imports the face and the shell; whom roles keep from changing them reads them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Query, Response
from pydantic import Field

from ims_fsm import InputError, Matching, Problem, RecipientDesk
from ims_fsm.errors import ProblemsError
from ims_fsm.resources import machines_folder
from ims_fsm.web.admission import Buyer
from ims_fsm.web.asked import NoQuery
from ims_fsm.web.languages import N_
from ims_fsm.web.screens.chosen import Fields, text_of
from ims_fsm.web.screens.search import Search
from ims_fsm.web.screens.shell import Screens, Visit, Visiting

SCREENS = Screens()
_AT = "/recipients/{gstin}/settings"
#: The kinds in the order of the screen, with what they are.
TITLES = {
    "matching": N_("Rules and tolerances of the matching"),
    "policy": N_("Policy of the recommendations"),
    "layout": N_("Layouts of registers"),
}


class Shown(Search):
    """Which layout is shown to be changed, or that it is one that is not there yet: any name may be one's own."""

    layout: Annotated[str, Field(max_length=60)] = ""
    new: bool = False


@dataclass(frozen=True, slots=True)
class Draft:
    """A setting that is not kept: tried, or refused with every fault."""

    kind: str
    name: str
    text: str
    reason: str
    faults: tuple[Problem, ...] = ()
    matching: Matching | None = None


@SCREENS.get(_AT, title=N_("Settings"))
def show_settings(buyer: Buyer, visit: Visiting, asked: Annotated[Shown, Query()]) -> Response:
    """Show what is set, by whom, when and why, and what ships."""
    return _page(buyer, visit, asked.layout, is_new=asked.new)


def _page(
    buyer: RecipientDesk,
    visit: Visit,
    layout: str = "",
    draft: Draft | None = None,
    status: int = 200,
    *,
    is_new: bool = False,
) -> Response:
    stands = {(of.kind, of.name): of for of in buyer.settings()}
    now = buyer.matched() if draft is not None and draft.matching is not None else None
    return visit.show(
        "settings.html.j2",
        status,
        titles=TITLES,
        stands=stands,
        layouts=[of for of in stands.values() if of.kind == "layout"],
        layout=layout,
        is_new=is_new or (draft is not None and draft.kind == "layout"),
        ships={name: (machines_folder() / f"{name}.toml").read_text("utf-8") for name in ("matching", "policy")},
        draft=draft,
        compared=_compared(now, draft.matching) if now and draft and draft.matching else [],
        history=buyer.settings(history=True)[::-1],
        barred=buyer.settings_barred() if visit.may("change_setting_page") else None,
        may_change=visit.may("change_setting_page") and not buyer.settings_barred(),
    )


def _compared(now: Matching, then: Matching) -> list[tuple[str, int, int]]:
    """Return how many each class has now, and would have."""
    counts = [{of.name: of.count for of in matching.classes} for matching in (now, then)]
    names = dict.fromkeys(name for count in counts for name in count)
    return [(name, counts[0].get(name, 0), counts[1].get(name, 0)) for name in names]


@SCREENS.post(_AT)
def change_setting_page(buyer: Buyer, visit: Visiting, fields: Fields, _query: NoQuery) -> Response:
    """Try rules, or keep a setting with its reason; what its reader refuses is shown with every fault, and not kept."""
    kind, name, reason = (text_of(fields, of) for of in ("kind", "name", "reason"))
    text = text_of(fields, "text").replace("\r\n", "\n")
    if kind not in TITLES:
        raise InputError("form", [Problem("kind", "is not a kind of setting", "open the page again")])
    given: dict[str, Any] = {"kind": kind, "name": name, "text": text, "reason": reason}
    try:
        if text_of(fields, "do") == "preview":
            return _page(buyer, visit, draft=Draft(**given, matching=buyer.preview_rules(text)))
        buyer.change_setting(kind, text, name=name, reason=reason)  # type: ignore[arg-type]  # one of the kinds
    except ProblemsError as error:
        return _page(buyer, visit, name, Draft(**given, faults=tuple(error.problems)), 422)
    return visit.go(f"{visit.at('show_settings')}#{kind}")
