"""A model of a host's own machine beside the engine: hypothesis drives both, and they must come to the same.

Imports hypothesis (extra `testing`) and the face.
"""

from __future__ import annotations

import atexit
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from itertools import count
from pathlib import Path
from typing import ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import Bundle, MultipleResults, RuleBasedStateMachine, invariant, multiple, rule

from ims_fsm.law.decision import decide
from ims_fsm.law.declaration import ENTRY, OPENED
from ims_fsm.law.loading import load_own
from ims_fsm.law.refusal import Allowed, Decision
from ims_fsm.law.register import Law
from ims_fsm.record.case import entry_of
from ims_fsm.record.refusals import RefusedError
from ims_fsm.terms.period import SettableClock, TaxPeriod, in_india
from ims_fsm.terms.principal import Principal
from ims_fsm.testing import strategies
from ims_fsm.workflow import upkeep
from ims_fsm.workflow.cases.desk import CasesDesk
from ims_fsm.workflow.ims import Scratch

FACTS = st.runner().flatmap(lambda model: strategies.facts(model.desk.machine, whole=False))
ROLES = st.runner().flatmap(lambda model: strategies.roles(model.desk.machine))
ACTORS = st.sampled_from(("asha", "ravi"))
TRIGGERS = st.runner().flatmap(lambda model: strategies.triggers(model.desk.machine))


@dataclass
class Expected:
    """What a case ought to be: where it stands, the facts that stay with it, and each trigger taken, with by whom."""

    state: str
    facts: dict[str, str]
    #: The trigger that opened it, and by whom.
    opened: tuple[str, str]
    taken: list[tuple[str, str]] = field(default_factory=list)


class CaseModel(RuleBasedStateMachine):
    """Opens cases of a machine and fires its triggers, on an engine and on a model beside it; both must agree.

    A host subclasses it with the file and the name of its machine, and has pytest collect its `TestCase`::

        class Leave(CaseModel):
            machines = "leave_request.toml"
            machine = "leave_request"

        TestLeave = Leave.TestCase

    What is checked: the engine decides as the law does and names every reason; a refusal writes nothing; what is
    repeated under its key is done once; a case is opened once under its key; its history is what was taken; and at the
    end the audit replays every log. `expected` holds what ought to be, by the case's id: rules and invariants of the
    host's own may read it. The databases are in memory; override `databases` for others.
    """

    #: The host's law: a file or a folder in the grammar of machines/, or what was read of it.
    machines: ClassVar[str | Path | Law]
    #: The name of the machine that is driven.
    machine: ClassVar[str]

    ids = Bundle("ids")

    def __init__(self) -> None:
        """Open a fresh database."""
        super().__init__()
        self._stack = ExitStack()
        self._numbers = count(1)
        self.clock = SettableClock("2025-01-06 09:00")
        law = self.machines if isinstance(self.machines, Law) else _read(str(self.machines))
        self.engine = self._stack.enter_context(self.databases().ims(clock=self.clock, machines=law))
        self.desk = self.engine.cases(self.machine, actor="tester")
        self.expected: dict[int, Expected] = {}

    @staticmethod
    def databases() -> Scratch:
        """Return what gives a fresh database."""
        return _in_memory()

    @rule(target=ids, facts=FACTS, actor=ACTORS, roles=ROLES)
    def opens(self, facts: dict[str, str], actor: str, roles: frozenset[str]) -> int | MultipleResults[int]:
        """Open a case as the law decides, twice under its key: the second time it is the same one, or refused again."""
        key = f"case {next(self._numbers)}"
        desk = self.engine.cases(self.machine, actor=Principal(actor, roles))
        edition = desk.machine.at(TaxPeriod.of(in_india(self.clock())))
        trigger, dest, _ = entry_of(edition)
        given = _sayable(desk, facts, trigger, OPENED)
        wanted: str | set[str] = dest
        if trigger in edition.triggers:
            who = desk.machine.actor_facts(roles)
            wanted = _outcome(decide(edition, ENTRY, trigger, edition.facts(**{**given, **who})))
        for time in ("first", "second"):
            _same(f"what is opened for the {time} time", _opened(desk, key, given), wanted)
        case = desk.find(key)
        if case is None:
            return multiple()
        self.expected[case.id] = Expected(case.state, given, (trigger, actor))
        return case.id

    @rule(case_id=ids, trigger=TRIGGERS, facts=FACTS, actor=ACTORS, roles=ROLES)
    def fires(self, case_id: int, trigger: str, facts: dict[str, str], actor: str, roles: frozenset[str]) -> None:
        """Fire a trigger, and again under the same key: both decide as the law does, and one step is taken at most."""
        expected = self.expected[case_id]
        desk = self.engine.cases(self.machine, actor=Principal(actor, roles))
        facts = _sayable(desk, facts, trigger)
        decision = self._decided(case_id, trigger, facts, desk.principal)
        wanted = _outcome(decision)
        _same(f"what may says of {trigger}", bool(desk.may(case_id, trigger, facts=facts)), bool(decision))
        key = f"call {next(self._numbers)}"
        for time in ("first", "second"):
            _same(f"{trigger} for the {time} time", _fired(desk, case_id, trigger, facts, key), wanted)
        if isinstance(decision, Allowed):
            expected.state = decision.dest
            expected.facts |= facts
            expected.taken.append((trigger, actor))

    def _decided(self, case_id: int, trigger: str, facts: dict[str, str], by: Principal) -> Decision:
        """Return what the law decides by what the model holds."""
        expected, machine = self.expected[case_id], self.desk.machine
        edition = machine.at(self.desk.case(case_id).period)
        fired = [taken for taken, actor in (expected.opened, *expected.taken) if actor == by.id]
        who = machine.actor_facts(by.roles, fired)
        return decide(edition, expected.state, trigger, edition.facts(**{**expected.facts, **facts, **who}))

    @rule(hours=st.integers(1, 24 * 40))
    def waits(self, hours: int) -> None:
        """Let time pass."""
        self.clock.set(self.clock() + timedelta(hours=hours))

    @invariant()
    def every_case_is_as_expected(self) -> None:
        """Compare what the engine lists with the model."""
        held = {case.id: (case.state, dict(case.facts), case.version) for case in self.desk.list()}
        ought = {number: (case.state, case.facts, 1 + len(case.taken)) for number, case in self.expected.items()}
        _same("what the engine lists", held, ought)

    def teardown(self) -> None:
        """Hold every history to what was taken, and have the audit replay the logs; then close the database."""
        with self._stack:
            for number, expected in self.expected.items():
                _opened, *steps = self.desk.history(number).transitions
                _same(f"the history of case {number}", [(step.trigger, step.actor) for step in steps], expected.taken)
            _same("what the audit finds", upkeep.audit(self.engine).faults, ())


def _sayable(desk: CasesDesk, facts: dict[str, str], *triggers: str) -> dict[str, str]:
    sayable = {fact.name for fact in desk.machine.sayable(*triggers)}
    return {name: value for name, value in facts.items() if name in sayable}


def _outcome(decision: Decision) -> str | set[str]:
    return decision.dest if isinstance(decision, Allowed) else {*decision.codes}


def _opened(desk: CasesDesk, key: str, facts: dict[str, str]) -> str | set[str]:
    try:
        return desk.open(key, facts=facts).state
    except RefusedError as error:
        return {refusal.code for refusal in error.refusals}


def _fired(desk: CasesDesk, case_id: int, trigger: str, facts: dict[str, str], key: str) -> str | set[str]:
    try:
        return desk.fire(case_id, trigger, facts=facts, key=key).state
    except RefusedError as error:
        return {refusal.code for refusal in error.refusals}


def _same(what: str, engine: object, model: object) -> None:
    """Raise `AssertionError` where the engine and the model do not agree."""
    if engine != model:
        raise AssertionError(f"{what}: the engine comes to {engine!r}, the model to {model!r}")


@cache
def _read(path: str) -> Law:
    return load_own(path)


@cache
def _in_memory() -> Scratch:
    databases = Scratch()
    atexit.register(databases.close)
    return databases
