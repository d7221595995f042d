"""The unit of work: one transaction, one moment, one actor, and how triggers fire in it, on one record or on a scope.

Imports the readings, the decision, the machine and the store; knows no single use case.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import islice
from typing import Any

from ims_fsm.errors import MissingError, Problem
from ims_fsm.law.book import LawBook
from ims_fsm.law.decision import decide
from ims_fsm.law.hooks import Hooks, Tally
from ims_fsm.law.machine import lifecycle
from ims_fsm.law.refusal import Allowed, Decision, Refused
from ims_fsm.record.log import TransitionEntry
from ims_fsm.record.moments import Moments, machine_clock, runs_back
from ims_fsm.record.record import Record
from ims_fsm.record.refusals import RefusedError, filled_in, label, out_of_turn, record_fields
from ims_fsm.record.scene import NO_REQUEST, Request, Scene, record_facts
from ims_fsm.record.settling import waits_for_unknown
from ims_fsm.record.taxpayer import Taxpayer
from ims_fsm.record.where import Sort, Where
from ims_fsm.store import listing, log, records, register, returns, step, taxpayers, versions
from ims_fsm.store.connection import Connection, savepoint, serialise
from ims_fsm.store.records import Found
from ims_fsm.store.register import declaration_id, declaration_ids
from ims_fsm.store.sql.chains import read_chains
from ims_fsm.store.sql.moving import pages, touches
from ims_fsm.store.sql.scene import BY_LATER, Firing, Scope, any_amended, saved_periods, watched
from ims_fsm.terms.border import ACTIONS, checked_id, unknown_taxpayer
from ims_fsm.terms.period import TaxPeriod
from ims_fsm.terms.principal import Principal
from ims_fsm.terms.vocabulary import Filing, State, Trigger


@dataclass(slots=True)
class UnitOfWork:
    """One transaction of one actor at one moment: `now` aware and in UTC, `recorded_at` by the machine's own clock.

    `declarations` holds the ids of the machines' declarations that were read in it, `remembered` those of units before;
    `undrafted` the recipients who are held and have no GSTR-2B in draft; `tallies` what its actions came to. `backdate`
    is why what is done is dated back, where whoever does it says so, `restating` why what is told may be older than
    what was told last (docs/adr/0019).
    """

    connection: Connection
    book: LawBook
    hooks: Hooks
    now: datetime
    principal: Principal
    request_key: str | None = None
    remembered: Mapping[str, int] = field(default_factory=dict)
    declarations: dict[str, int] = field(default_factory=dict)
    undrafted: set[str] = field(default_factory=set)
    recorded_at: datetime = field(default_factory=machine_clock)
    backdate: str | None = None
    restating: str | None = None
    tallies: list[Tally] = field(default_factory=list)
    _taxpayers: dict[str, Taxpayer | None] = field(default_factory=dict)
    _scenes: dict[str, Scene] = field(default_factory=dict)
    _log: list[TransitionEntry] = field(default_factory=list)

    @property
    def actor(self) -> str:
        """The id of whoever acts."""
        return self.principal.id

    @property
    def moments(self) -> Moments:
        """The moment at which it is dated, and that of the machine's own clock."""
        return self.now, self.recorded_at

    @contextmanager
    def part(self) -> Iterator[UnitOfWork]:
        """Give a unit within this one: all of it is kept, or where it raises nothing, and this one goes on."""
        with savepoint(self.connection):
            part = UnitOfWork(
                self.connection,
                self.book,
                self.hooks,
                self.now,
                self.principal,
                self.request_key,
                {**self.remembered, **self.declarations},
                recorded_at=self.recorded_at,
                backdate=self.backdate,
                restating=self.restating,
            )
            yield part
        self.declarations |= part.declarations

    def taxpayer(self, gstin: str) -> Taxpayer:
        """Return a taxpayer; raises `MissingError` for one that is not registered here."""
        registered = self._known(gstin)
        if registered is None:
            raise unknown_taxpayer(gstin)
        return registered

    def know(self, gstins: Collection[str]) -> None:
        """Read these taxpayers at once, so that none of them is read alone."""
        self._taxpayers |= taxpayers.find_many(self.connection, gstins)

    def forget(self, gstin: str) -> None:
        """Forget what was read of a taxpayer: it was written otherwise since."""
        self._taxpayers.pop(gstin, None)
        self._scenes.pop(gstin, None)

    def filing_of(self, gstin: str) -> Filing:
        """Return how often a taxpayer files; monthly where the taxpayer is not known here."""
        registered = self._known(gstin)
        return Filing.MONTHLY if registered is None else registered.filing

    def scene(self, recipient: str) -> Scene:
        """Return what a recipient's records are read against in this unit."""
        if recipient not in self._scenes:
            self._scenes[recipient] = Scene(
                now=self.now,
                book=self.book,
                recipient=self.taxpayer(recipient),
                suppliers=_WhenAsked(self._known),
                backdated=(self.backdate or self.restating) is not None,
                principal=self.principal,
            )
        return self._scenes[recipient]

    def record(self, record_id: int, recipient: str | None = None) -> Record:
        """Return a record; raises `MissingError` for an id that is not here, or not this recipient's."""
        return self._found(record_id, recipient).record

    def matching(
        self, recipient: str, where: Where, limit: int | None = None, sort: Sort = "id", after: int | None = None
    ) -> Iterator[Record]:
        """Give a recipient's records that match, in an order, so many at most, behind one of theirs where it is named.

        Raises `InputError` for an unknown recipient or record.
        """
        self.taxpayer(recipient)
        if after is not None and records.find(self.connection, after, recipient) is None:
            self.record(after, recipient)  # says what is wrong with it
        if where.expected_period is None and where.original_unknown is None:
            return listing.search(self.connection, recipient, where, limit, sort, after)
        matching = listing.search(self.connection, recipient, where, None, sort, after)
        return islice((record for record in matching if self._meets(record, where)), limit)

    def _meets(self, record: Record, where: Where) -> bool:
        """Say whether a record meets what a filter narrows by in Python."""
        scene = self.scene(record.recipient)
        if where.expected_period not in {None, scene.expected_period(record)}:
            return False
        unknown = where.original_unknown
        return unknown is None or waits_for_unknown(record, self.chain_of(record, *ACTIONS), scene) is unknown

    def held(self, record_id: int, recipient: str | None = None, supplier: str | None = None) -> Record:
        """Return a record to write on, with its recipient's records held.

        Raises `InputError` for an id that is not here, or not one of this recipient's or supplier's.
        """
        if recipient is None:
            records.hold(self.connection, checked_id(record_id))
        else:
            serialise(self.connection, [recipient])
        read = self._found(record_id, recipient, supplier)
        if not read.drafted:
            self.undrafted.add(read.record.recipient)
        return read.record

    def chains_of(self, chosen: Iterable[Record], *triggers: str) -> dict[int, Sequence[Record]]:
        """Return the version chain of each record, oldest first, by record id.

        For triggers on which no guard reads what a later version does to a record, what amends nothing stands for its
        own chain, and that is not read.
        """
        given, wanted, loaded = list(chosen), dict[str, set[int]](), dict[int, list[Record]]()
        whole = not triggers or any(BY_LATER in watched(self.book, trigger) for trigger in triggers)
        for record in given:
            if whole or record.document.amends is not None:
                wanted.setdefault(record.recipient, set()).add(record.chain_id)
        for recipient, chain_ids in wanted.items():
            loaded |= versions.chains(self.connection, recipient, chain_ids)
        return {record.id: loaded.get(record.chain_id, [record]) for record in given}

    def chain_of(self, record: Record, *triggers: str) -> Sequence[Record]:
        """Return the version chain of one record, as `chains_of` does."""
        return self.chains_of([record], *triggers)[record.id]

    def take_ids(self, count: int) -> int:
        """Return the first of so many new record ids."""
        return register.take_numbers(self.connection, "record", count)

    def declaration_id(self, machine: str) -> int:
        """Return the id under which the machine's declaration, as it is now, is kept in the store."""
        if machine not in self.declarations:
            kept = declaration_id(self.connection, self.book.law.machine(machine), self.recorded_at)
            self.declarations[machine] = kept
        return self.declarations[machine]

    def moved(
        self, before: Record, trigger: str, dest: str, rules: Sequence[str], detail: Mapping[str, Any] | None = None
    ) -> TransitionEntry:
        """Note a transition that fired, to be written to the log with `write`; returns its entry."""
        entry = TransitionEntry(
            recipient_gstin=before.recipient,
            record_id=before.id,
            seq=before.seq + 1,
            trigger=trigger,
            source=str(before.state),
            dest=dest,
            actor=self.actor,
            at=self.now,
            recorded_at=self.recorded_at,
            rules=tuple(rules),
            record_version=before.version,
            content_number=before.contents,
            declaration_id=self._declaration_read(before),
            detail=json.dumps(detail, sort_keys=True, default=str) if detail else None,
            request_key=self.request_key,
            backdate=self.reason(before.last_at),
        )
        self._log.append(entry)
        return entry

    def restate(self, why: str) -> None:
        """Let what is told from now on be older than what was told last: then the log says why."""
        self.restating = why
        self._scenes.clear()

    def reason(self, last_at: datetime | None) -> str | None:
        """Return why a step behind those of a log up to `last_at` is dated back; None where it is not."""
        return self.backdate or (self.restating if runs_back(self.now, last_at) else None)

    def write(self, changes: Sequence[tuple[Record, Record]]) -> None:
        """Write changed records, each by the version its guards read, and the transitions noted since."""
        step.write(self.connection, changes, self._log)
        self._log = []

    def write_contents(self, contents: Sequence[tuple[Record, int]]) -> None:
        """Write the content that each record has now, under its number."""
        log.append_contents(self.connection, contents, self.actor, self.moments, self.reason)

    def _found(self, record_id: int, recipient: str | None = None, supplier: str | None = None) -> Found:
        read = records.find_with_recipient(self.connection, checked_id(record_id))
        # Another's record is answered like one that does not exist, so that nobody can tell the two apart.
        if (
            read is None
            or recipient not in {None, read.record.recipient}
            or supplier not in {None, read.record.document.supplier}
        ):
            raise _no_record(record_id)
        self._taxpayers[read.record.recipient] = read.recipient
        return read

    def _declaration_read(self, record: Record) -> int:
        # An id remembered from an earlier unit is good where the record itself says so; else the store is asked.
        if self.remembered.get(record.machine) == record.declaration_id:
            return record.declaration_id
        return self.declaration_id(record.machine)

    def _known(self, gstin: str) -> Taxpayer | None:
        if gstin not in self._taxpayers:
            self._taxpayers[gstin] = taxpayers.find(self.connection, gstin)
        return self._taxpayers[gstin]


def _no_record(record_id: int) -> MissingError:
    return MissingError("record", [Problem(str(record_id), "is not a record here", "see records()")])


@dataclass(frozen=True, slots=True)
class _WhenAsked:
    """How often suppliers file, each read when they are asked for: a recipient has few of all that there are."""

    registered: Callable[[str], Taxpayer | None]

    def get(self, gstin: str, default: Filing, /) -> Filing:
        taxpayer = self.registered(gstin)
        return default if taxpayer is None else taxpayer.filing


def consider(
    unit: UnitOfWork, record: Record, trigger: str, request: Request = NO_REQUEST, chain: Sequence[Record] | None = None
) -> Decision:
    """Decide whether a trigger may fire on a record now; changes nothing.

    Raises `InputError` for a trigger that the record's machine does not have.
    """
    scene = unit.scene(record.recipient)
    facts = record_facts(record, unit.chain_of(record, trigger) if chain is None else chain, scene, request)
    decision = decide(scene.edition(record), str(record.state), trigger, facts)
    return decision if (late := out_of_turn(record.last_at, scene)) is None else late


def fire(
    unit: UnitOfWork,
    record: Record,
    trigger: Trigger,
    request: Request = NO_REQUEST,
    chain: Sequence[Record] | None = None,
    detail: Mapping[str, Any] | None = None,
    **changes: Any,
) -> Record:
    """Fire a trigger on a record and note it for the log; returns the record in its new state, not yet written.

    `changes` are what else it brings to the record's fields.

    The embedder's hooks run here; one that raises vetoes. Raises `RefusedError` with every refusal.
    """
    scene = unit.scene(record.recipient)
    return pass_over(unit, record, trigger, _fired(unit, record, trigger, request, chain, scene), detail, **changes)


def pass_over(
    unit: UnitOfWork,
    record: Record,
    trigger: str,
    allowed: Allowed,
    detail: Mapping[str, Any] | None = None,
    **changes: Any,
) -> Record:
    """Note an allowed transition for the log; returns the record in its new state, not yet written."""
    unit.moved(record, trigger, allowed.dest, allowed.rules, detail)
    return record.stepped(unit.now, state=State(allowed.dest), **changes)


def _fired(
    unit: UnitOfWork,
    record: Record,
    trigger: Trigger,
    request: Request,
    chain: Sequence[Record] | None,
    scene: Scene,
) -> Allowed:
    decision: Decision | None = out_of_turn(record.last_at, scene)
    if decision is None:
        facts = record_facts(record, unit.chain_of(record, trigger) if chain is None else chain, scene, request)
        machine = lifecycle(scene.edition(record))
        decision = machine.fire(str(record.state), trigger, facts, record=record, hooks=unit.hooks)
    if isinstance(decision, Refused):
        said = filled_in(decision, record_fields(record, scene))
        raise RefusedError(label(record.document), trigger, said, machine=record.machine)
    return decision


def tell_hooks(unit: UnitOfWork, firing: Firing) -> None:
    """Fire a trigger for the embedder's hooks on every record on which it may fire, before the set moves.

    Nothing is noted or written. A hook that raises vetoes the whole.
    """
    if not unit.hooks.watch(firing.trigger, {machine.name for machine in unit.book.law.record_machines}):
        return
    for page in pages(unit.connection, firing, allowed=True):
        chains = unit.chains_of(page, firing.trigger)
        for record in page:
            scene = replace(unit.scene(record.recipient), principal=firing.scope.scene.principal)
            _fired(unit, record, firing.trigger, firing.request, chains[record.id], scene)


def scope_of(unit: UnitOfWork, recipients: Sequence[str], *conditions: Any, **values: Any) -> Scope:
    """Return the scope of records of recipients that share a scene, with their chains read where they have any.

    It is narrowed by conditions by which an index finds the records, with the values that they name: then only the
    chains of those are read.
    """
    scope = unread_scope(unit, recipients, *conditions, **values)
    return replace(scope, amended=read_chains(unit.connection, scope))


def unread_scope(unit: UnitOfWork, recipients: Sequence[str], *conditions: Any, **values: Any) -> Scope:
    """Return the scope as `scope_of` does, for a statement that reads the chains itself."""
    whose = Scope(recipients=recipients, scene=unit.scene(recipients[0]), amended=True).narrowed(*conditions, **values)
    return replace(whose, amended=any_amended(unit.connection, whose), saved=saved_periods(unit.connection, whose))


def touched_drafts(
    unit: UnitOfWork, recipient: str, firing: Firing, *, otherwise: bool = False
) -> frozenset[TaxPeriod]:
    """Return the periods of a recipient's drafts that a trigger would make stale, before it fires (FAQ 24, 29).

    `otherwise` asks only for records that are then decided otherwise, or with another declaration.
    """
    periods = [two_b.period for two_b in returns.drafts(unit.connection, recipient)]
    return frozenset(period for period in periods if touches(unit.connection, firing, period, otherwise=otherwise))


def stamp_of(unit: UnitOfWork) -> dict[str, Any]:
    """Return what the log says of all that fires in this unit: who, in which request, under which declarations."""
    if not unit.declarations.keys() >= {machine.name for machine in unit.book.law.record_machines}:
        unit.declarations |= declaration_ids(unit.connection, unit.book.law.record_machines, unit.recorded_at)
    declared = {f"declaration_{machine}": kept for machine, kept in unit.declarations.items()}
    said = {"actor": unit.actor, "recorded_at": unit.recorded_at, "request_key": unit.request_key}
    return {**said, "backdate": unit.backdate, **declared}
