"""Cases of declared machines over HTTP: listed, opened, asked about, fired, with their history and their picture.

Imports the face and what a request may ask; every case is looked up at the desk of its owner.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from typing import Annotated, Any

from fastapi import Depends, Path, Query, Response
from pydantic import Field, StrictBool, StringConstraints
from pydantic.json_schema import SkipJsonSchema

from ims_fsm import Answer, Case, CaseHistory, CasesDesk, MissingError, Problem
from ims_fsm.law.edition import Machine as Declared
from ims_fsm.terms.border import LARGEST_ID, LONGEST_REMARKS
from ims_fsm.web.admission import Admitted
from ims_fsm.web.asked import MOST_ROWS, NAME, TEXT, Asked, IfMatch, Key, Line, NoQuery, PeriodText, key_of, version_of
from ims_fsm.web.law import Machine
from ims_fsm.web.records import Look
from ims_fsm.web.routes import Routes

ROUTES = Routes("cases")
_AT = "/cases/{machine}"
_OF = f"{_AT}/{{case_id}}"
OWNER = r"^[A-Za-z0-9._:@-]{0,64}$"
CaseId = Annotated[int, Path(ge=1, le=LARGEST_ID, description="The case's number.", examples=[7])]
Word = Annotated[str, Field(pattern=NAME)]
Facts = Annotated[dict[Word, Line], Field(max_length=50)]


class OfOwner(Asked):
    """Whose cases are meant."""

    owner: str = Field("", pattern=OWNER, description="Whose cases; without one those that have no owner.")


class LookOfOwner(OfOwner, Look):
    """Whose case is drawn, and how it looks."""


class Wanted(OfOwner):
    """A page of cases: in a state, with facts, of a month."""

    state: Annotated[tuple[Word, ...], Field(max_length=50)] = ()
    where: Annotated[
        tuple[Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]{1,60}=[A-Za-z0-9_.-]{1,60}$")], ...],
        Field(max_length=50),
    ] = Field((), description="A fact that stays with them, like days=many; several values of one are alternatives.")
    period: PeriodText | SkipJsonSchema[None] = None
    limit: int = Field(100, ge=1, le=MOST_ROWS)
    after: Annotated[int, Field(ge=1, le=LARGEST_ID)] | SkipJsonSchema[None] = Field(
        None, description="The `next` of the page before."
    )

    @property
    def facts(self) -> Mapping[str, list[str]]:
        """The facts that are wanted, each with the values that it may have."""
        facts: dict[str, list[str]] = {}
        for text in self.where:
            name, _, value = text.partition("=")
            facts.setdefault(name, []).append(value)
        return facts


class Opening(Asked):
    """A case to be opened."""

    key: Line = Field(description="What you know it by; the same key with the same facts is the same case.")
    facts: Facts = Field(default={})
    period: PeriodText | None = Field(None, description="The month that chooses the edition; null is the month of now.")


class Firing(Asked):
    """A trigger, with the facts that come with it and stay with the case."""

    trigger: Word
    facts: Facts = Field(default={})
    remarks: Annotated[str, StringConstraints(pattern=TEXT, max_length=LONGEST_REMARKS)] | None = None


class FiringOn(Firing):
    """A trigger on all cases that are meant."""

    state: Annotated[list[Word], Field(max_length=50)] = Field(default=[])
    where: Annotated[dict[Word, Annotated[list[Line], Field(min_length=1, max_length=50)]], Field(max_length=50)] = (
        Field(default={})
    )
    period: PeriodText | None = None
    dry_run: StrictBool = Field(default=False, description="Only say where it would fire.")


@dataclass(frozen=True, slots=True)
class CaseView:
    """A case with what each trigger comes to that leads anywhere from where it stands."""

    case: Case
    may: Mapping[str, Answer]
    rule_set: str

    @classmethod
    def of(cls, desk: CasesDesk, case_id: int) -> CaseView:
        """Return the view of a case at a desk."""
        case = desk.case(case_id)
        return cls(case, desk.answers(case_id), desk.machine.at(case.period).rule_set.id)


@dataclass(frozen=True, slots=True)
class CaseMachine:
    """A machine of cases, for whoever fires its triggers; facts about who acts are none that can be given."""

    name: str
    title: str
    says: str
    states: list[str]
    triggers: list[str]
    facts: dict[str, list[str]]

    @classmethod
    def of(cls, machine: Declared) -> CaseMachine:
        """Return what is said of a machine."""
        declared = machine.declaration
        given = zip(machine.facts, machine.schema.values, strict=False)
        return cls(
            name=machine.name,
            title=machine.title,
            says=declared.says,
            states=[state.name for state in declared.state],
            triggers=[trigger.name for trigger in declared.trigger],
            facts={fact.name: list(values) for fact, values in given},
        )


def desk_of(admission: Admitted, machine: str, owner: str) -> CasesDesk:
    """Return the desk of an owner's cases; of one whom the caller does not reach nothing is here."""
    if not admission.principal.reaches(owner):
        what = "is not here, or not for you"
        raise MissingError("owner", [Problem(owner or "no owner", what, "name one whom you reach")])
    return admission.ims.cases(machine, owner=owner, **admission.whose)


async def _desk(admission: Admitted, machine: Machine, asked: Annotated[OfOwner, Query()]) -> CasesDesk:
    return desk_of(admission, machine, asked.owner)


Desk = Annotated[CasesDesk, Depends(_desk)]


@ROUTES.get("/cases")
def list_case_machines(admission: Admitted, _query: NoQuery) -> object:
    """List the machines of cases: their states, triggers, and the values that each fact can take."""
    return {"machines": [CaseMachine.of(machine) for machine in admission.ims.machines.values()]}


@ROUTES.get(_AT)
def list_cases(admission: Admitted, machine: Machine, wanted: Annotated[Wanted, Query()]) -> object:
    """List cases of a machine by number: those in a state, with facts, of a month."""
    desk = desk_of(admission, machine, wanted.owner)
    with closing(desk.list(states=wanted.state, where=wanted.facts, period=wanted.period, after=wanted.after)) as cases:
        read = list(islice(cases, wanted.limit + 1))
    rows = read[: wanted.limit]
    following = rows[-1].id if len(read) > wanted.limit else None
    return {"machine": machine, "owner": desk.owner, "cases": rows, "next": following}


@ROUTES.change("POST", _AT, example={"key": "LR-17", "facts": {"days": "few"}})
def open_case(desk: Desk, opening: Opening) -> Case:
    """Open a case under a key of yours; the same key with the same facts answers with the same case."""
    return desk.open(opening.key, period=opening.period, facts=opening.facts)


@ROUTES.change("POST", f"{_AT}/fire-on", example={"trigger": "take", "state": ["approved"]})
def fire_cases(desk: Desk, firing: FiringOn, key: Key = None) -> object:
    """Fire a trigger on all cases that are meant: where it may fire it does, refused groups come with their rules."""
    meant: dict[str, Any] = {
        "states": firing.state,
        "where": firing.where,
        "period": firing.period,
        "facts": firing.facts,
    }
    report = (
        desk.weigh(firing.trigger, **meant)
        if firing.dry_run
        else desk.fire_on(firing.trigger, **meant, remarks=firing.remarks, key=key_of(key))
    )
    return {"report": report, "machine": desk.machine.name, "owner": desk.owner, "done": not firing.dry_run}


@ROUTES.get(_OF, versioned="case.version")
def show_case(desk: Desk, case_id: CaseId) -> CaseView:
    """Show a case with what may be fired on it and what not, and why. The ETag is its version, for If-Match."""
    return CaseView.of(desk, case_id)


@ROUTES.change("POST", f"{_OF}/may", example={"trigger": "approve"})
def ask_case(desk: Desk, case_id: CaseId, firing: Firing) -> Answer:
    """Ask whether a trigger may fire on a case now; changes nothing."""
    return desk.may(case_id, firing.trigger, facts=firing.facts)


@ROUTES.change(
    "POST", f"{_OF}/fire", versioned="version", also=(412,), example={"trigger": "approve", "facts": {"days": "few"}}
)
def fire_case(desk: Desk, case_id: CaseId, firing: Firing, if_match: IfMatch = None, key: Key = None) -> Case:
    """Fire a trigger on a case.

    If-Match names the version that it was chosen on: where the case has moved since, it is refused (412). A refusal by
    the law is 409, with every rule and remedy; by the roles of whoever calls, 403. Nothing is written then.
    """
    version = None if if_match is None else version_of(if_match)
    return desk.fire(
        case_id, firing.trigger, facts=firing.facts, remarks=firing.remarks, version=version, key=key_of(key)
    )


@ROUTES.get(f"{_OF}/history")
def show_case_history(desk: Desk, case_id: CaseId) -> CaseHistory:
    """Show everything that was ever done to a case: its steps, and the facts that stayed with it."""
    return desk.history(case_id)


@ROUTES.get(f"{_OF}/diagram", media="image/svg+xml")
def draw_case(
    admission: Admitted, machine: Machine, case_id: CaseId, look: Annotated[LookOfOwner, Query()]
) -> Response:
    """Draw a case's path on its machine's picture: what it took, what it may do next, what it may not and why."""
    desk = desk_of(admission, machine, look.owner)
    return Response(desk.diagram(case_id, theme=look.theme), media_type="image/svg+xml")
