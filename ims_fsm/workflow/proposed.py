"""Proposed actions matched to a recipient's records, then applied as one transaction, or only checked.

Imports the proposals and the workflow; opens no file and knows no command line.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from ims_fsm.errors import InputError, Problem
from ims_fsm.formats.proposals import Proposal, ProposedActions
from ims_fsm.record.record import Record
from ims_fsm.record.refusals import Answer, label
from ims_fsm.record.scene import Request
from ims_fsm.record.settling import dest_of
from ims_fsm.record.sighting import last_seen
from ims_fsm.store import records, versions
from ims_fsm.store.connection import serialise
from ims_fsm.store.sql.scene import NAMED
from ims_fsm.terms.vocabulary import TERMINAL, Trigger
from ims_fsm.workflow.actions import act_on
from ims_fsm.workflow.unit import UnitOfWork, scope_of

# What no record has: an action chosen on it is outdated.
NO_VERSION = 0


@dataclass(frozen=True, slots=True)
class Judgement:
    """Every proposal of a file judged."""

    #: The answer to each proposal, in the order of the file; a record is named by one of them at most.
    rows: tuple[Answer, ...]
    #: Where the file has the proposal on a record, by the record's id.
    places: Mapping[int, str]
    #: How many of the records are only saved by their suppliers (FAQ 15).
    saved: int = 0
    #: The titles of columns that mean nothing here, and how many rows propose no action.
    unread: tuple[str, ...] = ()
    blank: int = 0

    @property
    def refused(self) -> tuple[Answer, ...]:
        """The proposals that are refused."""
        return tuple(row for row in self.rows if not row.allowed)


def check(unit: UnitOfWork, recipient: str, file: ProposedActions) -> Judgement:
    """Judge every proposal as if all were applied, and keep nothing (FAQ 10-16).

    What is proposed alike is one bulk action (FAQ 30); they follow each other as the first of each stands in the file.
    `unit` must be one that may write: what is tried is written and taken back.
    Raises `InputError` for a proposal that means no record, more than one, or one that another means already.
    """
    trial = unit.connection.begin_nested()
    try:
        return apply(unit, recipient, file)
    finally:
        trial.rollback()


def apply(unit: UnitOfWork, recipient: str, file: ProposedActions) -> Judgement:
    """Apply what is allowed of the proposals, whatever their actions, and report every refusal.

    Raises `InputError` as `check` does; nothing is written then.
    """
    serialise(unit.connection, [recipient])
    unit.taxpayer(recipient)
    matched = _matched(_named(unit, recipient, file.proposals), file)
    differences = {record.id: "; ".join(_differences(proposal, record)) for proposal, record in matched}
    refused: dict[int, Answer] = {}

    def wanted(pair: tuple[Proposal, Record]) -> tuple[Trigger, Request]:
        proposal, record = pair
        version = NO_VERSION if differences[record.id] else None
        return proposal.trigger, Request(remarks=proposal.remarks, reduce_itc=proposal.reduce_itc, version=version)

    groups: dict[tuple[Trigger, Request], list[int]] = {}
    for pair in matched:
        groups.setdefault(wanted(pair), []).append(pair[1].id)
    named = partial(scope_of, unit, [recipient], NAMED, ids=[record.id for _, record in matched])
    saved, scope = 0, named()
    for (trigger, request), ids in groups.items():
        answers: list[Answer] = []
        report = act_on(unit, recipient, trigger, request, ids, each_refused=answers.append, read=scope)
        saved += report.saved
        if scope.amended and report.applied:
            # What was decided of one may be what an amendment in another group goes by.
            scope = named()
        refused |= {answer.record_id: _explained(answer, differences[answer.record_id]) for answer in answers}
    rows = tuple(refused.get(record.id, _allowed(proposal, record)) for proposal, record in matched)
    places = {record.id: proposal.place for proposal, record in matched}
    return Judgement(rows, places, saved, file.unread, file.blank)


def _allowed(proposal: Proposal, record: Record) -> Answer:
    trigger = proposal.trigger
    return Answer(record_id=record.id, document=label(record.document), trigger=trigger, dest=str(dest_of(trigger)))


def _named(unit: UnitOfWork, gstin: str, proposals: Sequence[Proposal]) -> list[Record]:
    """Return the records that the proposals may mean, by id; none of those that no proposal names is read."""
    ids = {proposal.record_id for proposal in proposals if proposal.record_id is not None}
    numbers = {proposal.number.upper() for proposal in proposals if proposal.record_id is None}
    by_id = records.find_many(unit.connection, gstin, ids)
    by_id |= {record.id: record for record in versions.numbered(unit.connection, gstin, numbers)}
    return [by_id[record_id] for record_id in sorted(by_id)]


def _explained(answer: Answer, difference: str) -> Answer:
    """Say of an outdated proposal what differs."""
    if not difference:
        return answer
    refusals = tuple(
        replace(refusal, sentence=f"{refusal.sentence}: {difference}") if refusal.code == "stale_version" else refusal
        for refusal in answer.refusals
    )
    return replace(answer, refusals=refusals)


def _matched(named: Sequence[Record], file: ProposedActions) -> list[tuple[Proposal, Record]]:
    by_id = {record.id: record for record in named}
    by_number: dict[str, list[Record]] = {}
    for record in named:
        by_number.setdefault(record.document.number.upper(), []).append(record)
    problems: list[Problem] = []
    matched: list[tuple[Proposal, Record]] = []
    places: dict[int, str] = {}
    for proposal in file.proposals:
        meant = _meant(proposal, by_id, by_number)
        if len(meant) != 1:
            problems.append(_mistaken(proposal, meant))
        elif meant[0].id in places:
            what = f"means record {meant[0].id}, as {places[meant[0].id]} does"
            problems.append(Problem(proposal.place, what, "keep one of the two"))
        else:
            places[meant[0].id] = proposal.place
            matched.append((proposal, meant[0]))
    if problems:
        raise InputError(file.source, problems)
    return matched


def _meant(proposal: Proposal, by_id: dict[int, Record], by_number: dict[str, list[Record]]) -> list[Record]:
    if proposal.record_id is not None:
        named = by_id.get(proposal.record_id)
        return [named] if named is not None and _fits(proposal, named) else []
    fitting = [record for record in by_number.get(proposal.number.upper(), []) if _fits(proposal, record)]
    active = [record for record in fitting if record.state not in TERMINAL] or fitting[-1:]
    return [record for record in active if record.document.date == proposal.date] or active


def _fits(proposal: Proposal, record: Record) -> bool:
    document = record.document
    return (
        proposal.recipient in ("", record.recipient)
        and proposal.supplier in ("", document.supplier)
        and proposal.number.upper() in ("", document.number.upper())
        and proposal.machine in (None, record.machine)
    )


def _mistaken(proposal: Proposal, meant: Sequence[Record]) -> Problem:
    by_id = None if proposal.record_id is None else f"with the id {proposal.record_id}"
    of = f"of {proposal.supplier}" if proposal.supplier else None
    named = " ".join(part for part in (proposal.machine, proposal.number, of, by_id) if part)
    if not meant:
        return Problem(proposal.place, f"there is no record {named} of this recipient", "see records()")
    ids = ", ".join(str(record.id) for record in meant)
    return Problem(proposal.place, f"{named} means {len(meant)} records ({ids})", "give the id")


def _differences(proposal: Proposal, record: Record) -> Iterator[str]:
    """Give what differs from what an action was chosen on: the record's version, or what the portal last showed.

    The portal answers IMSSAV0010 to an upload that shows it otherwise.
    """
    if proposal.version is not None:
        if proposal.version != record.version:
            yield f"the file has version {proposal.version} of it, and it is at version {record.version}"
        return
    seen = last_seen(record).action
    if proposal.previous not in (None, seen):
        yield f"the file says {proposal.previous} before, and the portal last showed {seen}"
    document, ours = proposal.document, record.document
    if document is not None and (document.date, document.taxable, document.tax) != (ours.date, ours.taxable, ours.tax):
        yield "its date or amounts are others"
