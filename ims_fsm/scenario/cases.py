"""The steps about cases: opened, fired, expected; each at the desk of their owner.

Imports the declaration, the verbs and the stage. A case's name in a scenario is its key.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, ClassVar, Self

from pydantic import BeforeValidator, model_validator

from ims_fsm.errors import ImsFsmError, Problem
from ims_fsm.law.book import LawBook
from ims_fsm.law.reading import written
from ims_fsm.record.case import Case
from ims_fsm.record.refusals import RefusedError, Told
from ims_fsm.scenario.declaration import Step
from ims_fsm.scenario.expectations import Failure, Wanted, compared, judged
from ims_fsm.scenario.stage import Stage
from ims_fsm.scenario.values import Entry, Name, Period
from ims_fsm.scenario.verbs import Do
from ims_fsm.terms.principal import Principal, read_principal
from ims_fsm.terms.spelling import hinted
from ims_fsm.workflow.cases.desk import CasesDesk
from ims_fsm.workflow.cases.steps import machines_of

#: Who acts where a step does not say.
SOMEBODY = Principal("somebody")


def _facts(value: object) -> dict[str, str]:
    if not isinstance(value, dict) or not all(isinstance(word, str) for word in (*value, *value.values())):
        raise ValueError(f'{value!r} is not a table of facts; write it like {{ days = "many" }}')
    return value


def _who(value: object) -> Principal:
    return read_principal(value if isinstance(value, str) else written(value))


Facts = Annotated[dict[str, str], BeforeValidator(_facts)]
Who = Annotated[Principal, BeforeValidator(_who)]


class Open(Do):
    """Somebody opens a case."""

    subject: ClassVar[str] = "{case}"
    case: Name
    machine: Name
    owner: str = ""
    facts: Facts = {}  # noqa: RUF012 -- pydantic copies it
    period: Period | None = None
    by: Who = SOMEBODY

    def _work(self, stage: Stage, subject: str) -> None:
        desk = stage.ims.cases(self.machine, actor=self.by, owner=self.owner)
        stage.cases[subject] = self.machine, self.owner, desk.open(subject, period=self.period, facts=self.facts).id


class Fire(Do):
    """Somebody fires a trigger on a case; `facts` come with it."""

    subject: ClassVar[str] = "{case}"
    case: Name
    trigger: Name
    facts: Facts = {}  # noqa: RUF012 -- pydantic copies it
    remarks: str | None = None
    by: Who = SOMEBODY

    def _work(self, stage: Stage, subject: str) -> None:
        desk, number = desk_of(stage, subject, self.by)
        desk.fire(number, self.trigger, facts=self.facts, remarks=self.remarks)


class CaseExpectation(Entry):
    """What is expected of a case, or of a trigger on it."""

    case: Name
    state: Name | None = None
    facts: Facts | None = None
    transitions: int | None = None
    trigger: Name | None = None
    given: Facts = {}  # noqa: RUF012 -- pydantic copies it
    allowed: bool | None = None
    refused: str | None = None
    rule: str | None = None
    by: Who = SOMEBODY

    @model_validator(mode="after")
    def _something(self) -> Self:
        if (self.trigger is None) != (self.allowed is None and self.refused is None and self.rule is None):
            raise ValueError(
                "has half of a question; write `trigger` with `allowed`, or with the `refused` it must meet"
            )
        if self.allowed and (self.refused or self.rule):
            raise ValueError("expects that it is allowed and that it is refused; keep one of both")
        if self.trigger is None and {self.state, self.transitions} == {None} and self.facts is None:
            raise ValueError("expects nothing; add what the case should be")
        return self


class ExpectCase(Step):
    """A step that expects something of a case and changes nothing."""

    expect: CaseExpectation


CASE_VERBS: Mapping[str, type[Do]] = {"open": Open, "fire": Fire}


def desk_of(stage: Stage, case: str, actor: Principal) -> tuple[CasesDesk, int]:
    """Return the desk of a case, and its number; raises `RefusedError` for one that was not opened."""
    if case not in stage.cases:
        raise RefusedError(case, "", [Told("not_here", "", (), f"{case} was never opened", "open it first")])
    machine, owner, number = stage.cases[case]
    return stage.ims.cases(machine, actor=actor, owner=owner), number


def case_failures(stage: Stage, step: ExpectCase) -> list[Failure]:
    """Return what was expected of a case and what was found, for each key that does not hold."""
    expect = step.expect
    try:
        desk, number = desk_of(stage, expect.case, expect.by)
    except RefusedError as error:
        return [(f"{expect.case} to be there", str(error))]
    return [*_of_case(expect, desk, desk.case(number)), *_of_trigger(expect, step, desk, number)]


def _of_case(expect: CaseExpectation, desk: CasesDesk, case: Case) -> Iterator[Failure]:
    if expect.state is not None:
        yield from compared(f"state of {expect.case}", expect.state, case.state)
    if expect.transitions is not None:
        length = len(desk.history(case.id).transitions)
        yield from compared(f"transitions of {expect.case}", expect.transitions, length)
    for name, value in (expect.facts or {}).items():
        yield from compared(f"{name} of {expect.case}", value, case.facts.get(name, "nothing"))


def _of_trigger(expect: CaseExpectation, step: Step, desk: CasesDesk, number: int) -> Iterator[Failure]:
    if expect.trigger is None:
        return
    try:
        refusals = desk.may(number, expect.trigger, facts=expect.given).refusals
    except ImsFsmError as error:
        refusals = (Told(error.code, "", (), str(error), ""),)
    wanted = None if expect.allowed else Wanted(expect.refused or step.refused, expect.rule or step.rule)
    yield from judged(f"{expect.trigger} on {expect.case}", refusals, wanted)


def case_problems(steps: Mapping[int, Step], book: LawBook) -> Iterator[Problem]:
    """Give what is wrong with the steps about cases: machines that are not loaded, and cases that none has opened."""
    machines, opened = machines_of(book.law), set[str]()
    for number, step in steps.items():
        match step:
            case Open(case=name, machine=machine):
                if machine not in machines:
                    remedy = hinted(machine, machines, "name its file in `machines` at the top of the scenario")
                    yield Problem(f"step[{number}] machine", f"{machine!r} is not a machine of cases here", remedy)
                opened.add(name)
            case Fire(case=name) | ExpectCase(expect=CaseExpectation(case=name)):
                if name not in opened:
                    remedy = hinted(name, opened, "open it in a step before")
                    yield Problem(f"step[{number}] case", f"{name!r} is not opened before", remedy)
