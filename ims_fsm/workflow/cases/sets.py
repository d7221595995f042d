"""A trigger fired on many cases: what is alike is decided once, and what is allowed is written by statements.

Imports the steps of single cases, which say the same case by case, and the store's sets.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import cache

from ims_fsm.errors import MissingError, Problem
from ims_fsm.law.edition import Machine
from ims_fsm.law.machine import lifecycle
from ims_fsm.law.refusal import Allowed, Decision
from ims_fsm.record.case import Case, written
from ims_fsm.record.moments import latest_before
from ims_fsm.record.refusals import RefusedGroup
from ims_fsm.store import case_sets, cases
from ims_fsm.store.calls import Call
from ims_fsm.store.case_sets import Alike, Step
from ims_fsm.store.cases import CasesWhere
from ims_fsm.workflow.actions import EXAMPLES, Key, Report, key
from ims_fsm.workflow.cases.steps import (
    NOTHING,
    Basis,
    Given,
    Reader,
    answered,
    decided_on,
    detail_of,
    judged,
    machine_of,
    standing_under,
)
from ims_fsm.workflow.unit import UnitOfWork


@dataclass(frozen=True, slots=True)
class CaseReport(Report):
    """What a trigger did on many cases: on how many it fired, and on which it was refused, by what refuses them."""

    trigger: str
    applied: int
    refused: tuple[RefusedGroup, ...] = ()


@dataclass(frozen=True, slots=True)
class _Judged:
    """Cases that are decided alike: which they are, what they are decided on, and how."""

    cases: Alike
    basis: Basis
    decision: Decision

    @property
    def first(self) -> Case:
        return self.cases.first


def fire_cases(
    unit: UnitOfWork,
    _owner: str,
    trigger: str,
    where: CasesWhere,
    given: Given = NOTHING,
    reader: Reader | None = None,
) -> CaseReport:
    """Fire a trigger on all cases that are meant and on which it may fire; what is refused is reported.

    What ended under an earlier declaration is left out.
    """
    machine = machine_of(unit.book.law, where.machine)
    case_sets.hold(unit.connection, where)
    groups = _judged(unit, machine, trigger, where, given, reader)
    report = _report(unit, machine, trigger, where, groups)
    allowed = [group for group in groups if isinstance(group.decision, Allowed)]
    _tell_hooks(unit, machine, trigger, where, allowed)
    steps: defaultdict[Step, list[Alike]] = defaultdict(list)
    for group in allowed:
        steps[_step(unit, machine, trigger, group, given)].append(group.cases)
    case_sets.move(unit.connection, where, list(steps.items()))
    unit.tallies.append(replace(report.tally, machine=machine.name))
    return report


def weigh_cases(
    unit: UnitOfWork,
    _owner: str,
    trigger: str,
    where: CasesWhere,
    given: Given = NOTHING,
    reader: Reader | None = None,
) -> CaseReport:
    """Work out what `fire_cases` would do; writes nothing."""
    machine = machine_of(unit.book.law, where.machine)
    return _report(unit, machine, trigger, where, _judged(unit, machine, trigger, where, given, reader))


def _judged(
    unit: UnitOfWork, machine: Machine, trigger: str, where: CasesWhere, given: Given, reader: Reader | None
) -> list[_Judged]:
    """Return the cases that are meant in groups, each of which is decided once.

    Raises `MissingError` for an id that is not here.
    """
    _refuse_strangers(unit, where)
    machine.check_said(given.facts, trigger)
    if reader is None and not machine.about_firing:
        latest = latest_before(unit.now) if unit.backdate is None else None
        alike = case_sets.alike(unit.connection, where, latest)
        is_current = _current(unit, machine)
        bases = [
            (group, decided_on(unit, machine, group.first, given.facts, None))
            for group in alike
            if is_current(group.first.declaration_id)
        ]
    else:
        bases = list(_read(unit, machine, where, given, reader))
    return [
        _Judged(group, basis, judged(unit, machine.at(group.first.period), group.first, trigger, basis, given))
        for group, basis in bases
    ]


def _current(unit: UnitOfWork, machine: Machine) -> Callable[[int], bool]:
    """Return what says whether a declaration is the one that is loaded; each is looked up once."""

    @cache
    def is_current(declaration_id: int) -> bool:
        return standing_under(unit, machine, declaration_id) is machine

    return is_current


def _refuse_strangers(unit: UnitOfWork, where: CasesWhere) -> None:
    if where.ids is None:
        return
    there = cases.ids_among(unit.connection, where)
    strangers = [number for number in sorted(where.ids) if number not in there]
    if strangers:
        what = f"is not a case of {where.machine} here"
        raise MissingError("cases", [Problem(str(stranger), what, "see list()") for stranger in strangers])


def _read(
    unit: UnitOfWork, machine: Machine, where: CasesWhere, given: Given, reader: Reader | None
) -> Iterable[tuple[Alike, Basis]]:
    """Give the cases in groups, of which a reader says the same."""
    groups: dict[tuple[object, ...], tuple[list[Case], Basis]] = {}
    is_current = _current(unit, machine)
    for case in list(cases.search(unit.connection, where)):
        if not is_current(case.declaration_id):
            continue
        basis = decided_on(unit, machine, case, given.facts, reader)
        is_late = unit.backdate is None and case.last_at > latest_before(unit.now)
        said = tuple(sorted(basis.passing.items()))
        of = (case.declaration_id, case.period, case.state, case.content_hash, said, is_late)
        groups.setdefault(of, ([], basis))[0].append(case)
    return ((case_sets.of_ids(members), basis) for members, basis in groups.values())


def _step(unit: UnitOfWork, machine: Machine, trigger: str, group: _Judged, given: Given) -> Step:
    assert isinstance(group.decision, Allowed)  # noqa: S101 -- the others are left out before
    call = Call(
        trigger=trigger,
        dest=group.decision.dest,
        rules=" ".join(group.decision.rules),
        actor=unit.actor,
        at=unit.now,
        recorded_at=unit.recorded_at,
        request_key=unit.request_key,
        detail=detail_of(group.basis, given),
        backdate=unit.backdate,
        machine=machine.name,
    )
    stays = group.basis.case.contents == group.first.contents
    return Step(call, unit.declaration_id(machine.name), None if stays else written(group.basis.case.facts))


def _tell_hooks(
    unit: UnitOfWork, machine: Machine, trigger: str, where: CasesWhere, allowed: Iterable[_Judged]
) -> None:
    """Fire the trigger for the embedder's hooks on every case on which it may fire; a hook that raises vetoes all."""
    if not unit.hooks.watch(trigger, {machine.name}):
        return
    for group in allowed:
        drive = lifecycle(machine.at(group.first.period))
        for case in case_sets.members(unit.connection, where, [group.cases]):
            drive.fire(case.state, trigger, group.basis.facts, record=case, hooks=unit.hooks)


def _report(
    unit: UnitOfWork, machine: Machine, trigger: str, where: CasesWhere, groups: Iterable[_Judged]
) -> CaseReport:
    """Return how many cases a trigger fires on, and what refuses it on the others, largest group first."""
    applied, refused = 0, defaultdict[Key, list[_Judged]](list)
    for group in groups:
        if isinstance(group.decision, Allowed):
            applied += group.cases.count
        else:
            refused[key(group.decision.refusals)].append(group)
    alike = [_refused(unit, machine, trigger, where, by) for by in refused.values()]
    in_order = sorted(alike, key=lambda group: (-group.count, group.examples[0].record_id))
    return CaseReport(trigger, applied, tuple(in_order))


def _refused(
    unit: UnitOfWork, machine: Machine, trigger: str, where: CasesWhere, groups: list[_Judged]
) -> RefusedGroup:
    examples = [
        (case, group.decision)
        for group in groups
        for case in case_sets.members(unit.connection, where, [group.cases], EXAMPLES)
    ]
    first = sorted(examples, key=lambda example: example[0].id)[:EXAMPLES]
    answers = tuple(answered(unit, machine, case, trigger, decision) for case, decision in first)
    return RefusedGroup(answers[0].refusals, sum(group.cases.count for group in groups), answers)
