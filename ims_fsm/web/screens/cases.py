"""Cases of declared machines for people: the machines, their cases, a case with what may be fired on it, and its path.

Imports the face and the shell; a case is looked up at the desk of its owner.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from typing import Annotated

from fastapi import Query, Response
from pydantic import Field
from pydantic.json_schema import SkipJsonSchema

from ims_fsm import CasesDesk, InputError, Problem, RefusedError, detail_in_words
from ims_fsm.law.declaration import FactDeclaration
from ims_fsm.law.edition import Machine as Declared
from ims_fsm.terms.border import LARGEST_ID, LONGEST_REMARKS
from ims_fsm.web.admission import Admission, Admitted
from ims_fsm.web.cases import OWNER, CaseId, CaseView, LookOfOwner, desk_of
from ims_fsm.web.languages import N_
from ims_fsm.web.law import Machine
from ims_fsm.web.problems import STALE, status_of
from ims_fsm.web.screens.chosen import Fields, key_of, text_of
from ims_fsm.web.screens.record import can_draw
from ims_fsm.web.screens.search import Search, Text
from ims_fsm.web.screens.shell import Screens, Visit, Visiting

SCREENS = Screens()
PAGE = 50
_AT, _OF = "/cases/{machine}", "/cases/{machine}/{case_id}"
FACT = "f."


class Whose(Search):
    """Whose cases are meant."""

    owner: Annotated[str, Field(pattern=OWNER)] = ""


class Sought(Whose):
    """A page of cases: in a state, with facts (`f.days=many`), after one of them."""

    state: Text | SkipJsonSchema[None] = None
    fact: Annotated[tuple[Text, ...], Field(max_length=50)] = ()
    after: Annotated[int, Field(ge=1, le=LARGEST_ID)] | SkipJsonSchema[None] = None

    @property
    def facts(self) -> dict[str, str]:
        """The facts that are wanted, by name."""
        return {name: value for name, _, value in (fact.partition("=") for fact in self.fact) if value}


@dataclass(frozen=True, slots=True)
class Choice:
    """A fact that may be chosen: its declaration, and the values that it can take in this machine."""

    declared: FactDeclaration
    values: tuple[str, ...]

    @property
    def name(self) -> str:
        """Its name."""
        return self.declared.name


def _choices(machine: Declared) -> Sequence[Choice]:
    of = zip(machine.facts, machine.schema.values, strict=False)
    return [Choice(fact, values) for fact, values in of if len(values) > 1]


def _sayable(machine: Declared, *triggers: str) -> Sequence[Choice]:
    """Return the facts that may be given with one of these triggers."""
    names = {fact.name for fact in machine.sayable(*triggers)}
    return [choice for choice in _choices(machine) if choice.name in names]


def _titles(machine: Declared) -> Mapping[str, str]:
    states = machine.declaration.state
    return {state.name: state.title or state.name.replace("_", " ") for state in states}


def has_machines(admission: Admission) -> bool:
    """Say whether there is a machine of cases, and so anything to show."""
    return bool(admission.ims.machines)


@SCREENS.get("/cases", title=N_("Cases"), when=has_machines)
def show_cases(admission: Admitted, visit: Visiting, asked: Annotated[Whose, Query()]) -> Response:
    """Show the machines of cases, each with the number of its cases by state."""
    desks = [desk_of(admission, name, asked.owner) for name in admission.ims.machines]
    counts = {desk.machine.name: desk.count() for desk in desks}
    return visit.show("cases.html.j2", desks=desks, counts=counts, asked=asked)


@SCREENS.get(_AT)
def show_case_list(
    admission: Admitted, visit: Visiting, machine: Machine, asked: Annotated[Sought, Query()]
) -> Response:
    """Show the cases of a machine by number, and what opens a new one."""
    return _list(desk_of(admission, machine, asked.owner), visit, asked)


def _list(
    desk: CasesDesk, visit: Visit, asked: Sought, refused: RefusedError | None = None, status: int = 200
) -> Response:
    states = () if asked.state is None else (asked.state,)
    with closing(desk.list(states=states, where=asked.facts, after=asked.after)) as cases:
        read = list(islice(cases, PAGE + 1))
    rows = read[:PAGE]
    return visit.show(
        "case_list.html.j2",
        status,
        desk=desk,
        cases=rows,
        asked=asked,
        following=asked.query(after=rows[-1].id) if len(read) > PAGE else "",
        choices=_choices(desk.machine),
        sayable=_sayable(desk.machine, *desk.machine.opening),
        titles=_titles(desk.machine),
        refused=refused,
    )


@SCREENS.post(_AT)
def open_case_page(
    admission: Admitted, visit: Visiting, machine: Machine, fields: Fields, asked: Annotated[Whose, Query()]
) -> Response:
    """Open a case under the key that the form has, and go to it."""
    desk = desk_of(admission, machine, asked.owner)
    case = desk.open(text_of(fields, "name"), facts=_facts(fields))
    return visit.go(f"{visit.at('show_case_page', case_id=case.id)}{asked.query()}")


@SCREENS.get(_OF)
def show_case_page(
    admission: Admitted, visit: Visiting, machine: Machine, case_id: CaseId, asked: Annotated[Whose, Query()]
) -> Response:
    """Show a case: where it stands, its facts, what may be fired on it and what not and why, its history, its path."""
    return _page(admission, desk_of(admission, machine, asked.owner), visit, case_id, asked)


@SCREENS.post(_OF)
def fire_case_page(
    admission: Admitted,
    visit: Visiting,
    machine: Machine,
    case_id: CaseId,
    fields: Fields,
    asked: Annotated[Whose, Query()],
) -> Response:
    """Fire a trigger on a case at the version that was seen; what is refused is said on its page."""
    desk = desk_of(admission, machine, asked.owner)
    version = text_of(fields, "version")
    if not (version.isdecimal() and 0 < int(version) <= LARGEST_ID):
        raise InputError("form", [Problem("the form", "is not as the page made it", "open the page again")])
    try:
        desk.fire(
            case_id,
            text_of(fields, "do"),
            facts=_facts(fields),
            remarks=text_of(fields, "remarks") or None,
            version=int(version),
            key=key_of(fields),
        )
    except RefusedError as error:
        return _page(admission, desk, visit, case_id, asked, error)
    return visit.go(f"{visit.at('show_case_page')}{asked.query()}#stands")


def _page(
    admission: Admission,
    desk: CasesDesk,
    visit: Visit,
    case_id: int,
    asked: Whose,
    refused: RefusedError | None = None,
) -> Response:
    view, law = CaseView.of(desk, case_id), admission.ims.book.law
    machine = desk.machine_of(case_id)
    edition = machine.at(view.case.period)
    return visit.show(
        "case.html.j2",
        200 if refused is None else status_of(refused),
        desk=desk,
        case=view.case,
        view=view,
        edition=edition,
        history=desk.history(case_id),
        choices=_choices(machine),
        sayable=_sayable(machine, *view.may),
        titles={**_titles(desk.machine), **_titles(machine)},
        asked=asked,
        refused=refused,
        is_stale=refused is not None and refused.code == STALE,
        known=law.rules,
        in_words=detail_in_words,
        drawn=can_draw(),
        remarks_limit=LONGEST_REMARKS,
    )


def _facts(fields: Fields) -> dict[str, str]:
    """Return the facts that were chosen; one that was left as it stands is none."""
    names = [name for name in fields if name.startswith(FACT)]
    return {name.removeprefix(FACT): value for name in names if (value := text_of(fields, name))}


@SCREENS.get(f"{_OF}/picture")
def draw_case_page(
    admission: Admitted, machine: Machine, case_id: CaseId, look: Annotated[LookOfOwner, Query()]
) -> Response:
    """Draw a case's path on its machine's picture."""
    picture = desk_of(admission, machine, look.owner).diagram(case_id, theme=look.theme)
    return Response(picture, media_type="image/svg+xml")
