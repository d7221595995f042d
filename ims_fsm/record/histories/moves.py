"""What may happen to a chain at a station: every move of supplier, recipient and clock, and what it makes of the chain.

Imports the setting and the record's own steps; decides nothing itself: each move is asked of the declared law.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import NamedTuple

from ims_fsm.law.decision import decide
from ims_fsm.law.declaration import ENTRY
from ims_fsm.law.edition import Edition
from ims_fsm.law.facts import Facts
from ims_fsm.law.ledger import Outcome, Settled
from ims_fsm.law.refusal import Allowed, Decision, Refused
from ims_fsm.record.chain import stating, versions_of
from ims_fsm.record.histories.setting import Content, Setting, Station
from ims_fsm.record.record import Record, cut_off_by
from ims_fsm.record.scene import NO_REQUEST, ReduceItc, Request, Scene, full_reduction, is_ended, record_facts
from ims_fsm.record.steps import (
    ENDINGS,
    carried_on,
    considered,
    filed,
    frozen_by,
    is_decided_otherwise,
    may_amend,
    said,
    saved,
    settled,
    stated,
    waits_for_statement,
)
from ims_fsm.terms.money import NIL, Heads
from ims_fsm.terms.period import TaxPeriod
from ims_fsm.terms.vocabulary import TERMINAL, Disposition, RemovedFor, State, Trigger

Chain = tuple[Record, ...]
ACTIONS = (Trigger.ACCEPT, Trigger.REJECT, Trigger.KEEP_PENDING, Trigger.RESET)
#: The remarks of an acceptance that reduces ITC by less than the document.
NEVER_AVAILED = "never availed"
#: A number of periods that no history has.
NEVER = 99


class Move(NamedTuple):
    """A move: its verb in a scenario, the version that it is about (from 1; 0 for none), and what goes with it."""

    verb: str
    version: int = 0
    said: Content | Request | str | None = None


Step = tuple[Station, Move]


class Happening(NamedTuple):
    """What a move makes of a chain (its number), and the first period, by number, whose draft it makes stale."""

    move: Move
    chain: int
    stale_from: int = NEVER


@dataclass(frozen=True, slots=True)
class Closing:
    """What filing the GSTR-3B of a period makes of a chain: outcomes and what each moved, by record id.

    `after` is None where a record may not freeze; `barred` is that record with the refusals.
    """

    period: TaxPeriod
    scene: Scene
    before: Chain
    outcomes: dict[int, Outcome]
    moved: dict[int, Settled]
    after: Chain | None
    barred: tuple[Record, Refused] | None = None


class Chains:
    """Every chain that was met, by number; equal ones have one number, and the empty chain has 0."""

    def __init__(self) -> None:
        """Begin with the empty chain."""
        self._chains: list[Chain] = [()]
        self._members: list[tuple[int, ...]] = [()]
        self._numbers: dict[tuple[int, ...], int] = {(): 0}
        self._records: dict[Record, int] = {}
        self._kept: list[Record] = []
        #: The number of each kept record by its identity: most of a chain comes back as it was kept.
        self._by_id: dict[int, int] = {}

    def __getitem__(self, number: int) -> Chain:
        """Return the chain of a number."""
        return self._chains[number]

    def __len__(self) -> int:
        """Return how many chains were met."""
        return len(self._chains)

    def members(self, number: int) -> tuple[int, ...]:
        """Return the numbers of the records of a chain."""
        return self._members[number]

    def number(self, chain: Chain) -> int:
        """Return the number of a chain."""
        key = tuple([self._by_id.get(id(record), -1) for record in chain])
        if -1 in key:
            key = tuple(map(self._number_of, chain))
        if key not in self._numbers:
            self._numbers[key] = len(self._chains)
            self._chains.append(tuple([self._kept[number] for number in key]))
            self._members.append(key)
        return self._numbers[key]

    def _number_of(self, record: Record) -> int:
        number = self._records.setdefault(record, len(self._kept))
        if number == len(self._kept):
            self._kept.append(record)
            self._by_id[id(record)] = number
        return number


Made = tuple[Move, Chain, TaxPeriod | None]
#: Hears of every trigger that was asked for, with what comes with it and the decision.
Asked = Callable[[Record, Move, Decision], None]


@dataclass
class Moves:
    """The moves of a setting, at one station after the other; what has been worked out for a chain is kept.

    It is kept over the stations that the law tells apart by nothing: where the expected period of each record, its time
    limit and its pending window stand alike.
    """

    setting: Setting
    chains: Chains = field(default_factory=Chains)
    asked: Asked | None = None
    station: Station = field(init=False)
    scene: Scene = field(init=False)
    _kept: dict[tuple[object, ...], tuple[Happening, ...]] = field(default_factory=dict)
    _here: dict[int, tuple[Happening, ...]] = field(default_factory=dict)
    _ended: dict[int, Happening] = field(default_factory=dict)
    _closings: dict[tuple[object, ...], Closing] = field(default_factory=dict)
    _marks: dict[int, tuple[object, ...]] = field(default_factory=dict)

    def go_to(self, station: Station) -> None:
        """Go on to a station."""
        self.station, self.scene = station, self.setting.scene(station)
        for kept in (self._here, self._ended, self._marks):
            kept.clear()

    def happenings(self, chain: int) -> tuple[Happening, ...]:
        """Return what supplier and recipient may do with a chain here."""
        if chain not in self._here:
            key = ("acts", chain, *self.signature(chain))
            if key not in self._kept:
                self._kept[key] = self._numbered(self._of_the_recipient(self.chains[chain]))
            supplied = self._numbered(self._of_the_supplier(self.chains[chain])) if self.station.opens else ()
            self._here[chain] = (*supplied, *self._kept[key])
        return self._here[chain]

    def ended(self, chain: int) -> Happening:
        """Return a chain as the clock leaves it: what is pending past its time ended."""
        if chain not in self._ended:
            key = ("ends", chain, *self.signature(chain))
            if key not in self._kept:
                self._kept[key] = self._numbered([self._end(self.chains[chain])])
            (self._ended[chain],) = self._kept[key]
        return self._ended[chain]

    def closing(self, chain: int, period: TaxPeriod) -> Closing:
        """Return what the GSTR-3B of a period makes of a chain."""
        meant = tuple([record.id for record in considered(self.chains[chain], period)])
        key = (chain, meant, *self.signature(chain))
        if key not in self._closings:
            self._closings[key] = self._close(self.chains[chain], period)
        return self._closings[key]

    def decided(self, record: Record, chain: Chain, trigger: Trigger, facts: Facts | None = None) -> Decision:
        """Decide a trigger on a record by the declared law."""
        read = record_facts(record, chain, self.scene) if facts is None else facts
        return decide(self.scene.edition(record), record.state.value, trigger.value, read)

    # --- the supplier -------------------------------------------------------------------------------------------------

    def _of_the_supplier(self, chain: Chain) -> Iterator[Made]:
        newest = _newest(chain)
        if newest is not None and not newest.filed:
            if newest.state is not State.REMOVED and isinstance(self.may_enter(newest, chain), Allowed):
                after = filed(newest, self.scene, self.scene.now).changed(filed_at=None)
                yield Move("file", newest.id), _with(chain, after), None
            if self.setting.deletes and isinstance(self.decided(newest, chain, Trigger.DELETE), Allowed):
                gone = newest.changed(state=State.REMOVED, removed_for=RemovedFor.SUPPLIER_DELETED)
                yield Move("delete", newest.id), _with(chain, canonical(gone)), None
            return
        number = len(chain) + 1
        # What was deleted before it was filed is not amended.
        ends = number > self.setting.versions or (chain and newest is None)
        for content in () if ends else self.setting.contents(number):
            record = self.saved(number, content, chain)
            decision, move = self.may_enter(record, (*chain, record)), Move("save", number, content)
            if self.asked is not None:
                self.asked(record, move, decision)
            if isinstance(decision, Allowed):
                yield move, (*chain, record), None

    def saved(self, number: int, content: Content, chain: Chain) -> Record:
        """Return a version of the document as its supplier saves it here; it amends the newest that is not deleted."""
        newest = _newest(chain)
        before = 0 if self.setting.unknown else None
        document = self.setting.document(number, content, newest.id if newest else before)
        return saved(number, document, self.setting.form, self.station.period, self.scene, amended=newest)

    def may_enter(self, record: Record, chain: Chain) -> Decision:
        """Decide whether a document may be reported here: asked when it is saved, of an amendment again when filed."""
        fits = self.setting.book.routing.carries(record.form, record.document.kind)
        entry = {
            "carrier": "fits" if fits else "unfit",
            "identity": "new",
            "amendment_limit": may_amend(record.document, self.scene),
        }
        facts = record_facts(record, chain, self.scene, entry=entry)
        return decide(self.scene.edition(record), ENTRY, Trigger.SAVE.value, facts)

    # --- the recipient ------------------------------------------------------------------------------------------------

    def _of_the_recipient(self, chain: Chain) -> Iterator[Made]:
        versions = versions_of(chain)
        standing = (version for version in versions if version.disposition is not Disposition.SUPERSEDED)
        unknown = versions and versions[0].document.amends and stating(versions) is None
        asked = next(standing, None) if unknown else None
        for record in chain:
            if not is_open(record) or not (record.filed or self.setting.acts_on_saved):
                continue
            since = record.two_b_period if record.filed else None
            if record is asked and not is_ended(record, chain, self.scene):
                yield from self._statements(record, chain)
            yield from ((move, _with(chain, after), since) for move, after in self._actions(record, chain))

    def _actions(self, record: Record, chain: Chain) -> Iterator[tuple[Move, Record]]:
        for request, triggers in self._requests(record):
            facts = record_facts(record, chain, self.scene, request)
            for trigger in triggers:
                decision, move = self.decided(record, chain, trigger, facts), Move(trigger.value, record.id, request)
                if self.asked is not None:
                    self.asked(record, move, decision)
                if isinstance(decision, Allowed):
                    # When it was, and in what words, nothing asks.
                    written = said(record, trigger, request, self.scene.now) | {"acted_at": None, "remarks": None}
                    after = record.changed(state=State(decision.dest), **written)
                    if is_decided_otherwise(record, after):
                        yield move, after

    def _requests(self, record: Record) -> Iterator[tuple[Request, Sequence[Trigger]]]:
        """Give what may go with an action: nothing, or with an acceptance a reduction in full, of half, of nothing."""
        yield NO_REQUEST, ACTIONS
        full = full_reduction(record)
        reductions: list[ReduceItc] = ["none"]
        if full and self.setting.halves:
            reductions.append(Heads(*(amount // 2 for amount in full)))
        # Without a word the reduction is full, until the word is demanded.
        if self.scene.now >= self.setting.book.calendar.declaration_mandatory_from:
            yield Request(reduce_itc="full"), ACTIONS[:1]
        for declared in reductions:
            yield Request(reduce_itc=declared, remarks=NEVER_AVAILED), ACTIONS[:1]

    def _statements(self, record: Record, chain: Chain) -> Iterator[Made]:
        original = self.setting.document(record.id - 1, self.setting.originals[0])
        waiting = [member.two_b_period for member in chain if waits_for_statement(member) and member.filed]
        since = min((period for period in waiting if period is not None), default=None)
        for disposition in (Disposition.ACCEPTED, Disposition.REJECTED):
            move = Move("state_original", record.id, disposition.value)
            yield move, tuple(stated(chain, disposition, original)), since

    # --- the clock, and GSTR-3B ---------------------------------------------------------------------------------------

    def _end(self, chain: Chain) -> Made:
        after, since = list(chain), None
        for at, record in enumerate(chain):
            if record.state is not State.PENDING:
                continue
            declared = self.scene.edition(record).triggers
            for trigger, removed_for in ENDINGS.items():
                decision = self.decided(record, chain, trigger) if trigger in declared else None
                if isinstance(decision, Allowed):
                    after[at] = canonical(record.changed(state=State(decision.dest), removed_for=removed_for))
                    if removed_for is None and record.two_b_period is not None:
                        since = min(record.two_b_period, since or record.two_b_period)
                    break
        return Move("sweep"), tuple(after), since

    def _close(self, chain: Chain, period: TaxPeriod) -> Closing:
        outcomes = frozen_by(chain, period, self.scene)
        moved: dict[int, Settled] = {}
        after = list(chain)
        for at, record in enumerate(chain):
            if record.id not in outcomes:
                continue
            after[at], moved[record.id] = settled(record, outcomes[record.id], chain, period, self.scene)
            if record.in_ims:
                decision = self.decided(record, chain, Trigger.FREEZE)
                if isinstance(decision, Refused):
                    return Closing(period, self.scene, chain, outcomes, moved, None, (record, decision))
                after[at] = after[at].changed(state=State(decision.dest))
        done = tuple(canonical(record) for record in carried_on(after, outcomes))
        return Closing(period, self.scene, chain, outcomes, moved, done)

    # --- what is kept -------------------------------------------------------------------------------------------------

    def _numbered(self, made: Iterator[Made] | Sequence[Made]) -> tuple[Happening, ...]:
        return tuple(
            Happening(move, self.chains.number(after), NEVER if since is None else self.setting.periods.index(since))
            for move, after, since in made
        )

    def signature(self, chain: int) -> tuple[object, ...]:
        """Return all by which the law tells this moment from another for a chain."""
        members = self.chains.members(chain)
        for number, record in zip(members, self.chains[chain], strict=True):
            if number not in self._marks:
                self._marks[number] = self._mark(record) if is_open(record) else ()
        now, calendar = self.scene.now, self.setting.book.calendar
        turns = (now >= calendar.opens_at, now >= calendar.declaration_mandatory_from)
        return (*turns, *[self._marks[number] for number in members])

    def _mark(self, record: Record) -> tuple[object, ...]:
        scene = self.scene
        reads = read_by(scene.edition(record))
        window = "pending_window" in reads and scene.now >= scene.pending_until(record)
        return (scene.expected_period(record), window, cut_off_by(record, scene.now))


@cache
def read_by(edition: Edition) -> frozenset[str]:
    """Return the facts that any guard of an edition reads."""
    return frozenset[str]().union(*(edition.watched(trigger) for trigger in edition.triggers))


def is_open(record: Record) -> bool:
    """Say whether anything can still happen to a record."""
    return record.settled_in is None and record.state not in TERMINAL


def canonical(record: Record) -> Record:
    """Return a record without what nothing asks of one that is decided for good: two that differ there are one."""
    if is_open(record):
        return record
    disposition = Disposition.DEEMED_ACCEPTED if record.disposition is Disposition.ACCEPTED else record.disposition
    period = None if record.settled_in is None else record.two_b_period
    return record.changed(settled_in=period, disposition=disposition, reduction=None, declared=NIL, remarks=None)


def _newest(chain: Chain) -> Record | None:
    """Return the version that the next one amends: the last that its supplier has not deleted."""
    return next((r for r in reversed(chain) if r.removed_for is not RemovedFor.SUPPLIER_DELETED), None)


def _with(chain: Chain, after: Record) -> Chain:
    return tuple([after if record.id == after.id else record for record in chain])
