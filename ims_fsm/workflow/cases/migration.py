"""Live cases taken over to the declaration of their machine as it is now: what a map says of states and facts is done.

Imports the law, the case and the store's sets. Each case gets a step of its own in the log; where one would strand none
is moved.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from ims_fsm.errors import Problem
from ims_fsm.law.edition import Machine
from ims_fsm.record.case import CARRIED, Case, written
from ims_fsm.store import case_sets, register
from ims_fsm.store.calls import Call
from ims_fsm.store.case_sets import Alike, Step
from ims_fsm.store.cases import CasesWhere
from ims_fsm.workflow.unit import UnitOfWork

#: What becomes of a state ("asked": "requested") and of a fact's value ("days.few": "short").
Mapped = Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class CarriedOver:
    """How many live cases were taken over, by machine, from which state to which; or what would strand, and why."""

    moved: Mapping[str, Mapping[str, int]]
    stranded: tuple[Problem, ...] = ()


def carry_over(unit: UnitOfWork, mapping: Mapped, *, dry_run: bool) -> CarriedOver:
    """Take the live cases of every loaded machine over to its declaration; with `dry_run` nothing is written.

    A fact that is no longer declared is left behind. Where a case stands in a state, or has a fact's value, that is
    neither declared nor mapped, nothing is moved. What a machine still declares is not mapped; no step is dated before
    the newest of its case.
    """
    moved: defaultdict[str, Counter[str]] = defaultdict(Counter)
    problems: Counter[Problem] = Counter()
    steps: list[tuple[CasesWhere, Step, Alike]] = []
    for where, group in _outdated(unit):
        machine = unit.book.law.machine(where.machine)
        state = _mapped(mapping, group.first.state, {declared.name for declared in machine.declaration.state})
        facts = _carried(machine, group.first.facts, mapping)
        stranded = list(_stranded(machine, state, facts))
        problems.update(dict.fromkeys(stranded, group.count))
        if not stranded:
            moved[machine.name][f"{group.first.state} → {state}"] += group.count
            staying = None if facts == group.first.facts else written(facts)
            steps.append((where, _step(unit, machine, state, staying, group.first.last_at), group))
    if problems:
        counted = (Problem(p.where, f"{p.what} ({count:,})", p.remedy) for p, count in problems.items())
        return CarriedOver(moved={}, stranded=tuple(sorted(counted)))
    if not dry_run:
        _write(unit, steps)
    return CarriedOver(moved={name: dict(counts) for name, counts in moved.items()})


def _outdated(unit: UnitOfWork) -> Iterator[tuple[CasesWhere, Alike]]:
    """Give the live cases that stand under another declaration, those as one that stand alike."""
    outdated = register.outdated_cases(unit.connection, unit.book.law)
    live = {(group.declaration_id, group.state) for group in outdated if not group.is_over}
    for owner, name in register.owners_of(unit.connection, {number for number, _ in live}):
        where = CasesWhere(owner=owner, machine=name, facts={}, defaults={})
        case_sets.hold(unit.connection, where)
        for group in case_sets.alike(unit.connection, where, unit.now):
            if (group.first.declaration_id, group.first.state) in live:
                yield from ((where, part) for part in _by_last(unit, where, group))


def _by_last(unit: UnitOfWork, where: CasesWhere, group: Alike) -> Iterator[Alike]:
    """Give a group whole; one whose logs go beyond now in parts that end at the same moment."""
    if group.first.last_at <= unit.now:
        yield group
        return
    parts: defaultdict[datetime, list[Case]] = defaultdict(list)
    for case in case_sets.members(unit.connection, where, [group]):
        parts[case.last_at].append(case)
    yield from map(case_sets.of_ids, parts.values())


def _carried(machine: Machine, facts: Mapping[str, str], mapping: Mapped) -> dict[str, str]:
    values_of = machine.schema.values_of
    return {
        name: _mapped(mapping, value, values_of[name], f"{name}.") for name, value in facts.items() if name in values_of
    }


def _mapped(mapping: Mapped, name: str, declared: Collection[str], of: str = "") -> str:
    return name if name in declared else mapping.get(f"{of}{name}", name)


def _stranded(machine: Machine, state: str, facts: Mapping[str, str]) -> Iterator[Problem]:
    """Give what of a case its machine does not have any more."""
    states = [declared.name for declared in machine.declaration.state]
    where = f"cases of {machine.name}"
    if state not in states:
        what = f"stand in {state}, which is not a state any more"
        yield Problem(where, what, f"map {state} to one of {', '.join(states)}")
    for name, value in facts.items():
        values = machine.schema.values_of[name]
        if value not in values:
            what = f"have {name} = {value}, which is not a value of it any more"
            yield Problem(where, what, f"map {name}.{value} to one of {', '.join(values)}")


def _step(unit: UnitOfWork, machine: Machine, state: str, facts: str | None, last_at: datetime) -> Step:
    declared = next(declared for declared in machine.declaration.state if declared.name == state)
    call = Call(
        trigger=CARRIED,
        dest=state,
        rules=" ".join(declared.rules),
        actor=unit.actor,
        at=max(unit.now, last_at),
        recorded_at=unit.recorded_at,
        request_key=unit.request_key,
        detail=None,
        machine=machine.name,
    )
    return Step(call, unit.declaration_id(machine.name), facts)


def _write(unit: UnitOfWork, steps: list[tuple[CasesWhere, Step, Alike]]) -> None:
    by_owner: defaultdict[tuple[str, str], list[tuple[CasesWhere, Step, Alike]]] = defaultdict(list)
    for where, step, group in steps:
        by_owner[where.owner, where.machine].append((where, step, group))
    for of_owner in by_owner.values():
        alike: defaultdict[Step, list[Alike]] = defaultdict(list)
        for _, step, group in of_owner:
            alike[step].append(group)
        case_sets.move(unit.connection, of_owner[0][0], list(alike.items()))
