"""The steps of a sign-off: proposed, passed on, approved and applied, declined, withdrawn, lapsed.

Imports the steps of cases and what applies a file; each function is one use case inside a unit of work.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from ims_fsm.errors import InputError, MissingError, Problem
from ims_fsm.formats.proposals import Proposal, ProposedActions
from ims_fsm.law.book import LawBook
from ims_fsm.law.hooks import Hooks
from ims_fsm.record.case import REMARKS, Case
from ims_fsm.record.log import TransitionEntry
from ims_fsm.record.record import Record
from ims_fsm.record.refusals import Answer, RefusedError, Told
from ims_fsm.store import cases, events, log, proposals, records
from ims_fsm.store.cases import CasesWhere
from ims_fsm.store.connection import serialise
from ims_fsm.store.proposals import Proposed
from ims_fsm.terms.money import Heads
from ims_fsm.terms.principal import CLOCK
from ims_fsm.terms.vocabulary import Trigger
from ims_fsm.workflow import proposed as files
from ims_fsm.workflow.calendar.isolation import Failure
from ims_fsm.workflow.cases import steps
from ims_fsm.workflow.cases.steps import Given, Reader
from ims_fsm.workflow.permits import in_every_role
from ims_fsm.workflow.proposed import Judgement
from ims_fsm.workflow.signoff.limits import MACHINE, ROLE, Limits
from ims_fsm.workflow.unit import UnitOfWork

NO_EVENT = ""
#: Where a sign-off waits for somebody.
OPEN = ("proposed", "approved")


@dataclass(frozen=True, slots=True, kw_only=True)
class Signoff:
    """A sign-off as it stands: its case, the actions, who proposed them, and the newest event that they had seen."""

    case: Case
    proposals: tuple[Proposal, ...]
    proposed_by: str
    #: The cursor of the newest event when it was proposed; "" where there was none.
    cursor: str

    @property
    def id(self) -> int:
        """Its case's id."""
        return self.case.id

    @property
    def state(self) -> str:
        """Where it stands."""
        return self.case.state


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionSum:
    """What the proposed actions of one kind add up to: how many, how many are refused now, and the records' tax."""

    trigger: Trigger
    count: int
    refused: int
    tax: Heads


@dataclass(frozen=True, slots=True, kw_only=True)
class SignoffView:
    """A sign-off with its steps, what each trigger comes to for whoever asks, and what its actions come to now."""

    signoff: Signoff
    transitions: tuple[TransitionEntry, ...]
    answers: Mapping[str, Answer]
    judged: Judgement
    #: By action, in the order of the proposals.
    sums: tuple[ActionSum, ...]
    limits: Limits

    @property
    def case(self) -> Case:
        """Its case."""
        return self.signoff.case


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What comes with a step: remarks, whether four eyes or a limit are overridden, whether it is applied at once."""

    remarks: str | None = None
    override: bool = False
    apply: bool = True


def propose(unit: UnitOfWork, owner: str, file: ProposedActions, limits: Limits) -> Signoff:
    """Propose actions on a recipient's records: each on its record as it stands now.

    Raises `RefusedError` with every reason where one would be refused to whoever may take it.
    """
    if file.pairs:
        what, remedy = "pairs by hand, which nobody signs off", "pair with ims-fsm pair, and clear the column"
        raise InputError(file.source, [Problem(file.pairs[0].place, what, remedy)])
    serialise(unit.connection, [owner])
    steps.machine_of(unit.book.law, MACHINE)
    judged = _judged(unit, owner, file)
    if judged.refused:
        raise RefusedError("the proposal", "propose", _reasons(judged), machine=MACHINE)
    named = records.find_many(unit.connection, owner, [r.record_id for r in judged.rows if r.record_id is not None])
    pinned = tuple(_pinned(file, judged, named))
    content = Proposed(
        actions=_written(pinned),
        law=_print_of(unit.book),
        cursor=events.newest(unit.connection) or NO_EVENT,
        actor=unit.actor,
        at=unit.now,
        recorded_at=unit.recorded_at,
    )
    tax = sum(abs(amount) for record in named.values() for amount in record.document.tax)
    case = steps.open_case(
        unit, owner, MACHINE, content.key, None, {"amount": "small" if tax <= limits.small else "large"}
    )
    proposals.put(unit.connection, owner, case.id, content)
    return _signoff(case, content)


def decide(unit: UnitOfWork, owner: str, trigger: str, case_id: int, asked: Asked, limits: Limits) -> Signoff:
    """Fire a trigger on a sign-off; raises `RefusedError` with every refusal, and nothing is written then.

    What is approved is applied in the same transaction, all of it or none, unless that is left for later.
    """
    serialise(unit.connection, [owner])
    content = _content(unit, owner, case_id)
    reader = _reader(unit, owner, content, limits, asked)
    given = Given(remarks=asked.remarks)
    wanted = (trigger, "apply") if trigger == "approve" and asked.apply else (trigger,)
    case = None
    for name in wanted:
        try:
            case = steps.fire_case(unit, owner, MACHINE, case_id, name, given, reader)
        except RefusedError as error:
            reasons = _reasons(_judged(unit, owner, _file(content))) if name in {"approve", "apply"} else ()
            refusals = dict.fromkeys((*error.refusals, *reasons))
            raise RefusedError(error.subject, error.trigger, tuple(refusals), machine=MACHINE) from error
    assert case is not None  # noqa: S101 -- a trigger was fired
    if wanted[-1] == "apply":
        _apply(unit, owner, case, content)
    return _signoff(case, content)


def show(unit: UnitOfWork, owner: str, case_id: int, limits: Limits) -> SignoffView:
    """Return a sign-off with what may be done with it now; what is tried of its actions is taken back."""
    content = _content(unit, owner, case_id)
    case = steps.found(unit, owner, MACHINE, case_id)
    reader = _reader(unit, owner, content, limits, Asked())
    judged = _judged(unit, owner, _file(content))
    return SignoffView(
        signoff=_signoff(case, content),
        transitions=log.history(unit.connection, owner, case_id),
        answers=steps.answers(unit, owner, MACHINE, case_id, reader),
        judged=judged,
        sums=_sums(unit, owner, judged),
        limits=limits,
    )


def _sums(unit: UnitOfWork, owner: str, judged: Judgement) -> tuple[ActionSum, ...]:
    ids = [row.record_id for row in judged.rows if row.record_id is not None]
    named = records.find_many(unit.connection, owner, ids)
    sums = []
    for trigger in dict.fromkeys(row.trigger for row in judged.rows):
        rows = [row for row in judged.rows if row.trigger == trigger]
        meant = {row.record_id for row in rows}
        tax = sum((named[i].document.credit for i in meant if i in named), Heads())
        refused = sum(not row.allowed for row in rows)
        sums.append(ActionSum(trigger=Trigger(trigger), count=len(rows), refused=refused, tax=tax))
    return tuple(sums)


def counted(unit: UnitOfWork, owner: str, states: Collection[str]) -> int:
    """Return how many sign-offs an owner has in these states, or in any."""
    return cases.count(unit.connection, _meant(owner, states))


def _meant(owner: str, states: Collection[str]) -> CasesWhere:
    return CasesWhere(owner=owner, machine=MACHINE, states=states, facts={}, defaults={})


def listed(
    unit: UnitOfWork, owner: str, states: Collection[str], newest: int | None, after: int = 0, limit: int | None = None
) -> list[Signoff]:
    """Return an owner's sign-offs in these states, or in any: the oldest first, or so many, the newest first."""
    meant = _meant(owner, states)
    standing = list(
        cases.search(unit.connection, meant, after, limit)
        if newest is None
        else cases.newest(unit.connection, meant, newest)
    )
    contents = proposals.find_many(unit.connection, owner, [case.id for case in standing])
    return [_signoff(case, contents[case.id]) for case in standing if case.id in contents]


def overdue(unit: UnitOfWork, owners: Collection[str] | None, limits: Limits) -> list[tuple[str, int]]:
    """Return what nobody has decided in time, of owners or of all: whose it is, and its id."""
    return proposals.overdue(unit.connection, owners, MACHINE, OPEN, unit.now - limits.time)


def lapse_overdue(unit: UnitOfWork, owners: Collection[str], limits: Limits | None) -> list[Failure]:
    """Let what nobody has decided in time lapse, as the clock; returns where that fails, which stops no other.

    Raises what went wrong where the connection is lost: that is the failure of nobody.
    """
    failures: list[Failure] = []
    if limits is None:
        return failures
    for owner, case_id in overdue(unit, owners, limits):
        try:
            with unit.part() as part:
                part.principal = CLOCK
                decide(part, owner, "lapse", case_id, Asked(), limits)
        except Exception as error:
            if unit.connection.invalidated:
                raise
            failures.append(Failure.of(owner, error))
    return failures


def _apply(unit: UnitOfWork, owner: str, case: Case, content: Proposed) -> None:
    """Do the actions in the name of whoever acts, and in the role `signoff` beside their own."""
    with unit.part() as part:
        part.principal = unit.principal.also(ROLE)
        judged = files.apply(part, owner, _file(content), all_or_nothing=True)
    unit.tallies += part.tallies
    if judged.refused:
        subject = f"sign-off {case.key}"
        raise RefusedError(subject, "apply", _reasons(judged), machine=MACHINE)


def _judged(unit: UnitOfWork, owner: str, file: ProposedActions) -> Judgement:
    """Judge actions for whoever may take them: who that is, is asked when they are done. No hook is told."""
    with unit.part() as part:
        part.hooks = Hooks(unit.book.law)
        part.principal = in_every_role(unit)
        return files.check(part, owner, file)


def _reasons(judged: Judgement) -> tuple[Told, ...]:
    return tuple(dict.fromkeys(refusal for row in judged.refused for refusal in row.refusals))


def _pinned(file: ProposedActions, judged: Judgement, named: Mapping[int, Record]) -> Iterator[Proposal]:
    """Give the proposals, each with the record that it means and the version of that: the first of a record has it."""
    seen: set[int] = set()
    for proposal, row in zip(file.proposals, judged.rows, strict=True):
        assert row.record_id is not None  # noqa: S101 -- none of them is refused
        version = None if row.record_id in seen else named[row.record_id].version
        seen.add(row.record_id)
        yield replace(proposal, record_id=row.record_id, version=version, previous=None, document=None)


def _reader(unit: UnitOfWork, owner: str, content: Proposed, limits: Limits, asked: Asked) -> Reader:
    def read(case: Case) -> dict[str, str]:
        ids = {proposal.record_id: proposal.version for proposal in _proposals(content) if proposal.version is not None}
        versions = {r.id: r.version for r in records.find_many(unit.connection, owner, [i for i in ids if i]).values()}
        stands = case.state == "applied" or all(versions.get(i or 0) == version for i, version in ids.items())
        return {
            "law": "same" if content.law == _print_of(unit.book) else "changed",
            "records": "same" if stands else "changed",
            "age": "over" if unit.now >= content.at + limits.time else "open",
            "passed_on": "yes" if unit.actor in _passed_on(unit, owner, case.id) else "no",
            "override": "none" if not asked.override else "explained" if asked.remarks else "unexplained",
        }

    return read


def _passed_on(unit: UnitOfWork, owner: str, case_id: int) -> list[str]:
    """Return to whom it was passed on last."""
    passed = [step for step in log.history(unit.connection, owner, case_id) if step.trigger == "pass_on"]
    return [json.loads(step.detail or "{}").get(REMARKS, "") for step in passed[-1:]]


def _content(unit: UnitOfWork, owner: str, case_id: int) -> Proposed:
    steps.machine_of(unit.book.law, MACHINE)
    content = proposals.find(unit.connection, owner, case_id)
    if content is None:
        raise MissingError("sign-off", [Problem(str(case_id), f"is not a sign-off of {owner} here", "see signoffs")])
    return content


def _signoff(case: Case, content: Proposed) -> Signoff:
    return Signoff(case=case, proposals=_proposals(content), proposed_by=content.actor, cursor=content.cursor)


def _proposals(content: Proposed) -> tuple[Proposal, ...]:
    return tuple(
        Proposal(
            place=row["place"],
            trigger=Trigger(row["action"]),
            record_id=row["record_id"],
            version=row["version"],
            remarks=row["remarks"],
            reduce_itc=Heads(**reduced) if isinstance(reduced := row["reduce_itc"], dict) else reduced,
        )
        for row in json.loads(content.actions)
    )


def _written(pinned: Iterable[Proposal]) -> str:
    """Return actions as they are kept: JSON, amounts in paise."""
    rows = [
        {
            "place": proposal.place,
            "action": str(proposal.trigger),
            "record_id": proposal.record_id,
            "version": proposal.version,
            "remarks": proposal.remarks,
            "reduce_itc": reduced.in_paise() if isinstance(reduced := proposal.reduce_itc, Heads) else reduced,
        }
        for proposal in pinned
    ]
    return json.dumps(rows, ensure_ascii=False, separators=(",", ":"))


def _file(content: Proposed) -> ProposedActions:
    return ProposedActions("the sign-off", _proposals(content))


def _print_of(book: LawBook) -> str:
    prints = sorted(machine.fingerprint for machine in book.law.record_machines)
    return hashlib.sha256(" ".join(prints).encode()).hexdigest()
