"""Cases of two machines against a model of them in a dict: whatever is done, in any order, they stand alike."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, multiple, rule, run_state_machine_as_test

from ims_fsm import Engine, IdempotencyError, MissingError, RefusedError, SettableClock
from ims_fsm.law.decision import decide
from ims_fsm.law.edition import Machine
from ims_fsm.law.loading import load_own
from ims_fsm.law.refusal import Refused
from ims_fsm.terms.period import TaxPeriod
from ims_fsm.workflow import upkeep
from tests.conftest import ON_POSTGRESQL

NAMES, OWNERS, KEYS = ("leave_request", "purchase_approval"), ("", "north"), ("A", "B", "C")
MONTHS = ("2024-06", "2025-03")


@dataclass
class Modelled:
    """What a case must be."""

    state: str
    facts: dict[str, str]
    opened_with: tuple[dict[str, str], str]
    log: list[tuple[str, str, str]] = field(default_factory=list)


@st.composite
def facts_of(draw: st.DrawFn, machine: Machine) -> dict[str, str]:
    values = machine.schema.values_of
    return draw(st.fixed_dictionaries({}, optional={name: st.sampled_from(of) for name, of in values.items()}))


class Cases(RuleBasedStateMachine):
    """Opens and fires cases of two owners and two machines, alone and in sets, and compares them with a model."""

    laws: Any
    cases = Bundle("cases")

    def __init__(self) -> None:
        super().__init__()
        self.engine = Engine("sqlite://", machines=self.laws, clock=SettableClock("2025-03-10 11:00"))
        self.model: dict[tuple[str, str, str], Modelled] = {}
        self.ids: dict[tuple[str, str, str], int] = {}

    def teardown(self) -> None:
        assert upkeep.audit(self.engine).faults == ()
        self.engine.close()

    def desk(self, owner: str, machine: str) -> Any:
        return self.engine.cases(machine, actor="asha", owner=owner)

    def machine(self, name: str) -> Machine:
        return self.engine.book.law.machine(name)

    def decided(self, key: tuple[str, str, str], trigger: str, facts: dict[str, str]) -> Any:
        modelled, machine = self.model[key], self.machine(key[1])
        edition = machine.at(TaxPeriod(modelled.opened_with[1]))
        return decide(edition, modelled.state, trigger, machine.schema.facts({**modelled.facts, **facts}))

    def follow(self, key: tuple[str, str, str], trigger: str, dest: str, facts: dict[str, str]) -> None:
        modelled = self.model[key]
        modelled.log.append((trigger, modelled.state, dest))
        modelled.state, modelled.facts = dest, {**modelled.facts, **facts}

    @rule(target=cases, owner=st.sampled_from(OWNERS), name=st.sampled_from(NAMES), key=st.sampled_from(KEYS),
          month=st.sampled_from(MONTHS), data=st.data())  # fmt: skip
    def open(self, owner: str, name: str, key: str, month: str, data: st.DataObject) -> Any:
        facts, of = data.draw(facts_of(self.machine(name))), (owner, name, key)
        desk = self.desk(owner, name)
        if of in self.model and self.model[of].opened_with != (facts, month):
            with pytest.raises(IdempotencyError):
                desk.open(key, period=month, facts=facts)
            return of
        try:
            case = desk.open(key, period=month, facts=facts)
        except RefusedError:
            assert name == "leave_request"
            assert facts["balance"] == "spent"
            return multiple()
        if of not in self.model:
            trigger = "request" if name == "leave_request" else "open"
            self.model[of] = Modelled(case.state, facts, (facts, month), [(trigger, "[*]", case.state)])
            self.ids[of] = case.id
        return of

    @rule(key=cases, data=st.data())
    def fire(self, key: tuple[str, str, str], data: st.DataObject) -> None:
        machine = self.machine(key[1])
        trigger = data.draw(st.sampled_from([declared.name for declared in machine.declaration.trigger]))
        facts = data.draw(facts_of(machine))
        decision, desk = self.decided(key, trigger, facts), self.desk(key[0], key[1])
        answer = desk.may(self.ids[key], trigger, facts=facts)
        if isinstance(decision, Refused):
            with pytest.raises(RefusedError) as refused:
                desk.fire(self.ids[key], trigger, facts=facts)
            codes = [told.code for told in refused.value.refusals]
            assert codes == [refusal.code for refusal in decision.refusals]
            assert answer.refusals == refused.value.refusals
            return
        case = desk.fire(self.ids[key], trigger, facts=facts)
        assert (answer.allowed, answer.dest, case.state) == (True, decision.dest, decision.dest)
        self.follow(key, trigger, decision.dest, facts)

    @rule(owner=st.sampled_from(OWNERS), name=st.sampled_from(NAMES), data=st.data())
    def fire_on(self, owner: str, name: str, data: st.DataObject) -> None:
        machine = self.machine(name)
        trigger = data.draw(st.sampled_from([declared.name for declared in machine.declaration.trigger]))
        facts = data.draw(facts_of(machine))
        theirs = [key for key in self.model if key[:2] == (owner, name)]
        decided = {key: self.decided(key, trigger, facts) for key in theirs}
        report = self.desk(owner, name).fire_on(trigger, facts=facts)
        allowed = {key: decision.dest for key, decision in decided.items() if not isinstance(decision, Refused)}
        assert (report.applied, report.refused_records) == (len(allowed), len(theirs) - len(allowed))
        for key, dest in allowed.items():
            self.follow(key, trigger, dest, facts)

    @rule(key=cases)
    def ask_elsewhere(self, key: tuple[str, str, str]) -> None:
        other = next(owner for owner in OWNERS if owner != key[0])
        with pytest.raises(MissingError):
            self.desk(other, key[1]).case(self.ids[key])

    @invariant()
    def they_stand_alike(self) -> None:
        for owner in OWNERS:
            for name in NAMES:
                desk = self.desk(owner, name)
                stand = {(owner, name, case.key): (case.state, dict(case.facts)) for case in desk.list()}
                assert stand == {
                    key: (modelled.state, modelled.facts)
                    for key, modelled in self.model.items()
                    if key[:2] == (owner, name)
                }
        for key, modelled in self.model.items():
            history = self.desk(key[0], key[1]).history(self.ids[key])
            assert [(step.trigger, step.source, step.dest) for step in history.transitions] == modelled.log


def test_cases_stand_as_a_model_of_them(machines: tuple[Path, ...]) -> None:
    class OfTwoMachines(Cases):
        laws = tuple(load_own(path) for path in machines)

    run_state_machine_as_test(
        OfTwoMachines, settings=settings(max_examples=2 if ON_POSTGRESQL else 5, stateful_step_count=12)
    )
