"""The steps of single cases: opened, fired, asked about; each function is one use case inside a unit of work.

Imports the law, the case and the store; a case is decided by facts that came with the call, stay with it, or are read.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

from ims_fsm.errors import InputError, MissingError, Problem
from ims_fsm.law.decision import decide
from ims_fsm.law.declaration import ENTRY, OPENED, STATE
from ims_fsm.law.edition import Edition, Machine, shown
from ims_fsm.law.facts import Facts
from ims_fsm.law.hooks import Tally
from ims_fsm.law.machine import lifecycle
from ims_fsm.law.permission import SETTINGS, SIGNOFF
from ims_fsm.law.refusal import Allowed, Decision, Refused
from ims_fsm.law.register import Law
from ims_fsm.record import returns
from ims_fsm.record.case import (
    FACTS,
    KEY,
    PERIOD,
    REMARKS,
    Case,
    CaseHistory,
    entry_of,
    facts_of,
    fields_of,
    hash_of,
    label,
    moved_since,
    out_of_turn,
    over,
)
from ims_fsm.record.log import TransitionEntry
from ims_fsm.record.moments import runs_back
from ims_fsm.record.refusals import Answer, RefusedError, filled_in
from ims_fsm.store import cases, log, register
from ims_fsm.store.register import IdempotencyError
from ims_fsm.terms.border import Border
from ims_fsm.terms.period import TaxPeriod, in_india
from ims_fsm.workflow.unit import UnitOfWork

#: The machines that ship and are driven by calls of a recipient's desk alone, with what is called there.
AT_A_DESK = {SIGNOFF: "propose, approve, decline, …", SETTINGS: "change_setting"}
#: What a host says of a case when it is asked: facts by name.
Reader = Callable[[Case], Mapping[str, str]]
NO_FACTS: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class Given:
    """What comes with a call on a case: facts, which stay with it, remarks, and the version that it was chosen on."""

    facts: Mapping[str, str] = field(default_factory=dict)
    remarks: str | None = None
    version: int | None = None


NOTHING = Given()


def machine_of(law: Law, name: str) -> Machine:
    """Return a machine of cases; raises `MissingError` for none, and for one that moves records or returns."""
    machines = machines_of(law)
    if name not in machines:
        others = ", ".join(machines)
        remedy = f"{f'use {others}, or ' if others else ''}give machines= where the store is opened"
        raise MissingError("machine", [Problem(name, "is not a machine of cases here", remedy)])
    return machines[name]


def machines_of(law: Law) -> dict[str, Machine]:
    """Return the machines of cases by name: all but those that move records or returns."""
    apart = {machine.name for machine in law.record_machines} | {returns.MACHINE}
    return {name: machine for name, machine in law.machines.items() if name not in apart}


def found(unit: UnitOfWork, owner: str, machine: str, case_id: int, *, hold: bool = False) -> Case:
    """Return an owner's case of a machine; raises `MissingError` for an id that is not theirs."""
    case = cases.find(unit.connection, owner, machine, case_id, hold=hold)
    if case is None:
        raise MissingError("case", [Problem(str(case_id), f"is not a case of {machine} here", "see list()")])
    return case


@dataclass(frozen=True, slots=True)
class Basis:
    """What a step of a case is decided on: the facts, the case with those that will stay, and what the log says."""

    facts: Facts
    case: Case
    #: The facts that do not stay, as the log has them.
    passing: Mapping[str, str]


def decided_on(
    unit: UnitOfWork, machine: Machine, case: Case, given: Mapping[str, str], reader: Reader | None
) -> Basis:
    """Return what a step of a case is decided on.

    What is read goes before what is given, and that before what stays; what is about who acts is read here. What is
    given otherwise than it is read does not stay. Raises `InputError` for a fact or value that the machine does not
    have, and for one about who acts that somebody gives.
    """
    read = {} if reader is None else checked_facts(reader(case), NO_FACTS)
    facts_of(machine, given)
    staying = case.with_facts({name: value for name, value in given.items() if read.get(name, value) == value})
    layers = {**staying.facts, **read, **about_actor(unit, machine, case, {**read, **given})}
    passing = {name: value for name, value in layers.items() if staying.facts.get(name) != value}
    return Basis(facts_of(machine, layers), staying, passing)


def about_actor(unit: UnitOfWork, machine: Machine, case: Case, given: Mapping[str, str]) -> dict[str, str]:
    """Return the facts about whoever acts; the log has who fired what. Raises `InputError` where `given` has one."""
    fired: Collection[str] = ()
    if machine.about_firing and case.seq:
        fired = cases.fired_by(unit.connection, case.owner, case.id, unit.actor)
    facts = machine.actor_facts(unit.principal.roles, fired)
    about = sorted(facts.keys() & given)
    if about:
        what = "is about who acts, and nobody gives it"
        raise InputError("facts", [Problem(name, what, "leave it out") for name in about])
    return facts


def detail_of(basis: Basis, given: Given) -> str | None:
    """Return what the log says beside a step, as JSON: the facts that do not stay, and the remarks."""
    detail: dict[str, object] = {FACTS: dict(basis.passing)} if basis.passing else {}
    detail |= {REMARKS: given.remarks} if given.remarks else {}
    return json.dumps(detail, sort_keys=True, ensure_ascii=False) if detail else None


def open_case(
    unit: UnitOfWork,
    owner: str,
    machine_name: str,
    key: str,
    period: TaxPeriod | None = None,
    given: Mapping[str, str] = NO_FACTS,
) -> Case:
    """Open a case, or return the one that was opened under its key with the same facts.

    Raises `IdempotencyError` where it was opened with others, `RefusedError` where the machine declares how a case
    comes into being and a guard refuses it.
    """
    machine = machine_of(unit.book.law, machine_name)
    facts_of(machine, given)
    there = cases.find_by_key(unit.connection, owner, machine.name, key)
    if there is not None:
        return _the_same(unit, there, period, given)
    case = Case(
        id=unit.take_ids(1),
        owner=owner,
        machine=machine.name,
        declaration_id=unit.declaration_id(machine.name),
        key=key,
        period=period or TaxPeriod.of(in_india(unit.now)),
        state=ENTRY,
        seq=0,
        facts=dict(given),
        contents=1,
        content_hash=hash_of(given),
        opened_at=unit.now,
        last_at=unit.now,
    )
    edition, about = machine.at(case.period), about_actor(unit, machine, case, given)
    trigger, dest, rules = entry_of(edition)
    machine.check_said(given, trigger, OPENED)
    if trigger in edition.triggers:
        allowed = _fired(unit, edition, case, trigger, facts_of(machine, given, about))
        dest, rules = allowed.dest, allowed.rules
    passing = {FACTS: about} if about else {}
    detail = json.dumps({KEY: key, PERIOD: str(case.period), **passing}, ensure_ascii=False)
    entry, after = _stepped(unit, case, case, trigger, Allowed(dest, rules), detail)
    cases.open_with(unit.connection, after, entry)
    return after


def _the_same(unit: UnitOfWork, case: Case, period: TaxPeriod | None, given: Mapping[str, str]) -> Case:
    first = log.contents_of(unit.connection, case.owner, case.id)[0].fields
    if first == dict(given) and period in {None, case.period}:
        return case
    raise IdempotencyError(case.key, _opening(given, period), f"case {case.id}, {_opening(first, case.period)}")


def _opening(facts: Mapping[str, str], period: TaxPeriod | None) -> str:
    said = [f"{name}={value}" for name, value in sorted(facts.items())]
    return ", ".join([*said, *([f"of {period}"] if period else [])]) or "without facts"


def fire_case(  # noqa: PLR0913, PLR0917 -- what, on which case, with what
    unit: UnitOfWork,
    owner: str,
    machine_name: str,
    case_id: int,
    trigger: str,
    given: Given = NOTHING,
    reader: Reader | None = None,
) -> Case:
    """Fire a trigger on a case and return it as it then stands.

    Raises `RefusedError` with every refusal; nothing is written then.
    """
    machine = machine_of(unit.book.law, machine_name)
    case = found(unit, owner, machine.name, case_id, hold=True)
    basis, decision = _considered(unit, machine, case, trigger, given, reader)
    if isinstance(decision, Refused):
        raise refusal_of(unit, machine, case, trigger, decision)
    assert basis is not None  # noqa: S101 -- what is decided on nothing is refused
    allowed = _fired(unit, machine.at(case.period), case, trigger, basis.facts)
    entry, after = _stepped(unit, case, basis.case, trigger, allowed, detail_of(basis, given))
    cases.write(unit.connection, case, after, entry)
    unit.tallies.append(Tally(trigger, applied=1, machine=machine.name))
    return after


def may(  # noqa: PLR0913, PLR0917 -- what, on which case, with what
    unit: UnitOfWork,
    owner: str,
    machine_name: str,
    case_id: int,
    trigger: str,
    given: Given = NOTHING,
    reader: Reader | None = None,
) -> Answer:
    """Ask whether a trigger may fire on a case; changes nothing."""
    machine = machine_of(unit.book.law, machine_name)
    case = found(unit, owner, machine.name, case_id)
    return answered(unit, machine, case, trigger, _considered(unit, machine, case, trigger, given, reader)[1])


def _considered(
    unit: UnitOfWork, machine: Machine, case: Case, trigger: str, given: Given, reader: Reader | None
) -> tuple[Basis, Decision] | tuple[None, Refused]:
    """Return what a trigger on a case is decided on, and how; what is over is decided on nothing."""
    ended = over_before(unit, machine, case)
    if ended is not None:
        return None, ended
    machine.check_said(given.facts, trigger)
    basis = decided_on(unit, machine, case, given.facts, reader)
    return basis, judged(unit, machine.at(case.period), case, trigger, basis, given)


def judged(unit: UnitOfWork, edition: Edition, case: Case, trigger: str, basis: Basis, given: Given) -> Decision:
    """Decide a trigger on a case that is not over: by its version and its log first, then by the law."""
    edition.check(case.state, trigger, basis.facts)
    if given.version not in {None, case.version}:
        return moved_since(case, edition)
    if runs_back(unit.now, case.last_at) and unit.backdate is None:
        return out_of_turn(case, edition)
    return decide(edition, case.state, trigger, basis.facts)


def answers(
    unit: UnitOfWork, owner: str, machine_name: str, case_id: int, reader: Reader | None = None
) -> dict[str, Answer]:
    """Return what each trigger comes to on a case now (`decisions` has which)."""
    machine = machine_of(unit.book.law, machine_name)
    case = found(unit, owner, machine.name, case_id)
    return {
        trigger: answered(unit, machine, case, trigger, decision)
        for trigger, decision in decisions(unit, machine, case, reader).items()
    }


def decisions(unit: UnitOfWork, machine: Machine, case: Case, reader: Reader | None) -> dict[str, Decision]:
    """Return what each trigger comes to now; left out is one that leads nowhere from there, and no guard says why."""
    if over_before(unit, machine, case) is not None:
        return {}
    facts, edition = decided_on(unit, machine, case, {}, reader).facts, machine.at(case.period)
    of_the_state = {guard.name for guard in edition.guards if STATE in guard.refuse_when}
    decided = dict[str, Decision]()
    for trigger in edition.triggers:
        decision = decide(edition, case.state, trigger, facts)
        leads = edition.transition(case.state, trigger) is not None
        if leads or (isinstance(decision, Refused) and any(r.guard in of_the_state for r in decision.refusals)):
            decided[trigger] = decision
    return decided


def history(unit: UnitOfWork, owner: str, machine_name: str, case_id: int) -> CaseHistory:
    """Return everything that was ever done to a case."""
    case = found(unit, owner, machine_of(unit.book.law, machine_name).name, case_id)
    return CaseHistory(
        case=case,
        transitions=log.history(unit.connection, owner, case.id),
        contents=log.contents_of(unit.connection, owner, case.id),
    )


def standing_under(unit: UnitOfWork, machine: Machine, declaration_id: int) -> Machine:
    """Return the machine as a declaration has it that a case was last written under: as it is loaded, or as kept."""
    if unit.remembered.get(machine.name) == declaration_id:
        return machine
    return register.declared_as(unit.connection, machine, declaration_id)


def shown_as(unit: UnitOfWork, machine: Machine, case: Case) -> Machine:
    """Return the machine under which a case stands, with its prose: of what is not declared any more names stand."""
    then = standing_under(unit, machine, case.declaration_id)
    return then if then is machine else shown(then, machine)


def over_before(unit: UnitOfWork, machine: Machine, case: Case) -> Refused | None:
    """Return the refusal of whatever is done to a case under a declaration that is not current; None for another.

    A store in which such a case is live is not opened: it is over.
    """
    then = standing_under(unit, machine, case.declaration_id)
    return None if then is machine else over(case, then.at(case.period))


def answered(unit: UnitOfWork, machine: Machine, case: Case, trigger: str, decision: Decision) -> Answer:
    """Return the answer that a decision gives on a case."""
    if isinstance(decision, Refused):
        return Answer.refused(case.id, refusal_of(unit, machine, case, trigger, decision))
    document = label(machine, case.key)
    return Answer(record_id=case.id, document=document, trigger=trigger, dest=decision.dest, rules=decision.rules)


def refusal_of(unit: UnitOfWork, machine: Machine, case: Case, trigger: str, refused: Refused) -> RefusedError:
    """Return the error that says why a trigger is refused on a case."""
    fields = fields_of(case, machine, unit.now)
    return RefusedError(label(machine, case.key), trigger, filled_in(refused, fields), machine=machine.name)


def _fired(unit: UnitOfWork, edition: Edition, case: Case, trigger: str, facts: Facts) -> Allowed:
    decision = lifecycle(edition).fire(case.state, trigger, facts, record=case, hooks=unit.hooks)
    if isinstance(decision, Refused):
        raise refusal_of(unit, edition.machine, case, trigger, decision)
    return decision


def _stepped(
    unit: UnitOfWork, case: Case, staying: Case, trigger: str, allowed: Allowed, detail: str | None
) -> tuple[TransitionEntry, Case]:
    """Return the entry of a step for the log, and the case as the step leaves it."""
    declared = case.declaration_id
    if unit.remembered.get(case.machine) != declared:
        declared = unit.declaration_id(case.machine)
    entry = TransitionEntry(
        recipient_gstin=case.owner,
        record_id=case.id,
        seq=case.seq + 1,
        trigger=trigger,
        source=case.state,
        dest=allowed.dest,
        actor=unit.actor,
        at=unit.now,
        recorded_at=unit.recorded_at,
        rules=allowed.rules,
        record_version=case.version,
        content_number=staying.contents,
        declaration_id=declared,
        detail=detail,
        request_key=unit.request_key,
        backdate=unit.backdate,
        machine=case.machine,
    )
    return entry, staying.stepped(unit.now, state=allowed.dest, declaration_id=declared)


def checked_reader(reader: object) -> Reader:
    """Return a reader of facts; raises `InputError` for what is no function."""
    if not callable(reader):
        raise InputError("cases", [Problem("facts", f"{reader!r} gives no facts", "give a function of a case")])
    return reader


def checked_facts(given: object, further: Mapping[str, object]) -> dict[str, str]:
    """Return the facts of a call, those in a mapping and those by name; raises `InputError` for what is not text."""
    if given is not None and not isinstance(given, Mapping):
        raise InputError("facts", [Problem("facts", "are not a mapping", 'give them by name, like {"days": "few"}')])
    border = Border("facts")
    facts = {
        border.text("name", name): border.text(name if isinstance(name, str) else repr(name), value)
        for name, value in {**(given or {}), **further}.items()
    }
    border.close()
    return facts
