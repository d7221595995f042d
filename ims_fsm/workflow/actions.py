"""A recipient's action: on one record, on many in sets, or only asked about, with what it would come to.

Imports the store's sets, the law and the ledger; each function is one use case inside a unit of work.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from ims_fsm.errors import MissingError, Problem
from ims_fsm.law.hooks import Tally
from ims_fsm.law.ledger import Outcome
from ims_fsm.law.refusal import Allowed, Refusal, Refused
from ims_fsm.record.deadlines import Deadlines
from ims_fsm.record.record import Record
from ims_fsm.record.refusals import Answer, RefusedGroup, Told, filled_in, label, record_fields
from ims_fsm.record.scene import Request, declaration_of
from ims_fsm.record.settling import comes_to
from ims_fsm.record.steps import as_acted, is_decided_otherwise, is_over, said
from ims_fsm.record.totals import Totals
from ims_fsm.record.where import Where
from ims_fsm.store import listing, records
from ims_fsm.store.connection import serialise
from ims_fsm.store.sql.moving import ACTED, allowed_saved, allowed_totals, move, pages, refused_alike, said_of
from ims_fsm.store.sql.scene import NAMED, Firing, Scope
from ims_fsm.terms.money import NIL, Heads
from ims_fsm.terms.period import day_in_words, last_day_before
from ims_fsm.terms.vocabulary import Kind, Trigger
from ims_fsm.workflow.calendar.sweeps import next_period
from ims_fsm.workflow.deadlines import deadlines
from ims_fsm.workflow.reception.upload import matching
from ims_fsm.workflow.returns import last_chance, mark_stale, mark_stale_where
from ims_fsm.workflow.unit import UnitOfWork, consider, fire, scope_of, stamp_of, tell_hooks, touched_drafts


def act(unit: UnitOfWork, recipient: str, trigger: Trigger, record_id: int, request: Request) -> Record:
    """Act on one record (FAQ 10, 12, 30) and return it as it then stands.

    Raises `RefusedError` with every refusal; nothing is written then.
    """
    record = unit.held(record_id, recipient)
    after = acted(unit, record, trigger, request, unit.chain_of(record, trigger))
    unit.write([(record, after)])
    unit.tallies.append(Tally(trigger, applied=1, machine=record.machine))
    if recipient not in unit.undrafted:
        mark_stale(unit, recipient, decided_otherwise([(record, after)]))
    return after


def may(unit: UnitOfWork, recipient: str, trigger: str, record_id: int, request: Request) -> Answer:
    """Ask whether a trigger may fire on a record; changes nothing."""
    record = unit.record(record_id, recipient)
    return Answer.of(record, trigger, consider(unit, record, trigger, request), unit.scene(record.recipient))


def acted(unit: UnitOfWork, record: Record, trigger: Trigger, request: Request, chain: Sequence[Record]) -> Record:
    """Return a record as an action leaves it, noted for the log and not yet written; raises `RefusedError`."""
    detail: dict[str, Any] = {"remarks": request.remarks} if request.remarks else {}
    chosen, declared = declaration_of(record, request) if trigger is Trigger.ACCEPT else (None, NIL)
    if chosen is not None:
        detail["reduction"] = chosen if chosen != "partial" else declared.in_paise()
    written = said(record, trigger, request, unit.now)
    return fire(unit, record, trigger, request, chain, detail, version=record.version + 1, **written)


def decided_otherwise(changes: Sequence[tuple[Record, Record]]) -> list[Record]:
    """Return the records, as they were, of which an action or a declaration has changed."""
    return [before for before, after in changes if is_decided_otherwise(before, after)]


EachRefused = Callable[[Answer], object]
EXAMPLES = 5
EVERYTHING = Where()
Key = tuple[tuple[str, ...], ...]


class Report:
    """What an action on many came to, as it is counted."""

    __slots__ = ()
    trigger: str
    applied: int
    refused: tuple[RefusedGroup, ...]

    @property
    def refused_records(self) -> int:
        """How many records or cases it was refused on."""
        return sum(group.count for group in self.refused)

    def by_rule(self) -> dict[str, int]:
        """Return the number of refused ones by rule; what several rules refuse counts under each."""
        counts: Counter[str] = Counter()
        for group in self.refused:
            counts.update(dict.fromkeys((refusal.rule for refusal in group.refusals), group.count))
        return dict(counts)

    @property
    def tally(self) -> Tally:
        """What it came to, for who counts."""
        return Tally(self.trigger, self.applied, self.refused_records, self.by_rule())


@dataclass(frozen=True, slots=True)
class ActionReport(Report):
    """What an action did: to how many records it was applied, and on which it was refused, by what refuses them.

    `saved` of the applied ones are only saved by their suppliers: the action has no effect until they file (FAQ 15).
    """

    trigger: Trigger
    applied: int
    refused: tuple[RefusedGroup, ...] = ()
    saved: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighed:
    """What an action on many records would do: what those add up to that it would be applied to, by kind.

    `refused` are the others, by what refuses them; `saved` of those allowed are only saved by their suppliers. Amounts
    of credit notes are below zero.
    """

    trigger: Trigger
    totals: Mapping[Kind, Totals]
    refused: tuple[RefusedGroup, ...] = ()
    saved: int = 0

    @property
    def allowed(self) -> int:
        """How many records it would be applied to."""
        return sum(of.records for of in self.totals.values())

    @property
    def total(self) -> Totals:
        """What these add up to, all kinds together."""
        return sum(self.totals.values(), Totals())

    @property
    def refused_records(self) -> int:
        """How many records it would be refused on."""
        return sum(group.count for group in self.refused)


def act_on(  # noqa: PLR0913, PLR0917 -- what, on which records, with what
    unit: UnitOfWork,
    recipient: str,
    trigger: Trigger,
    request: Request,
    ids: Sequence[int] | None = None,
    where: Where = EVERYTHING,
    each_refused: EachRefused | None = None,
    read: Scope | None = None,
) -> ActionReport:
    """Act on many records with one action: what is allowed is applied, what is refused is reported (FAQ 30).

    `each_refused` is called with every refused record, page by page, before anything is written. `read` is the
    recipient's scope where their records are held, it was read and nothing has moved since. Raises `InputError` for an
    id that is not the recipient's; nothing is written then.
    """
    firing = _firing_on(unit, recipient, trigger, request, ids, where, read)
    groups = refused_groups(unit, firing, each_refused)
    stale = touched_drafts(unit, recipient, firing, otherwise=True)
    saved = allowed_saved(unit.connection, firing)
    tell_hooks(unit, firing)
    moved = move(unit.connection, firing, {**stamp_of(unit), **said_of(firing)}, ACTED)
    if stale:
        mark_stale_where(unit, recipient, stale.__contains__)
    report = ActionReport(trigger, moved, groups, saved)
    unit.tallies.append(report.tally)
    return report


def weigh(unit: UnitOfWork, recipient: str, trigger: Trigger, request: Request, where: Where) -> Weighed:
    """Work out what `act_on` would do to the records that match; writes nothing. Raises what that raises."""
    firing = _firing_on(unit, recipient, trigger, request, None, where, None)
    totals = allowed_totals(unit.connection, firing)
    saved = allowed_saved(unit.connection, firing)
    return Weighed(trigger=trigger, totals=totals, refused=refused_groups(unit, firing), saved=saved)


def _firing_on(  # noqa: PLR0913, PLR0917 -- what, on which records, with what
    unit: UnitOfWork,
    recipient: str,
    trigger: Trigger,
    request: Request,
    ids: Sequence[int] | None,
    where: Where,
    read: Scope | None,
) -> Firing:
    """Return a trigger on the records that are meant, held for the writer that comes first."""
    if read is None:
        serialise(unit.connection, [recipient])
    unit.taxpayer(recipient)
    if ids is not None:
        _refuse_strangers(unit, recipient, ids)
    elif where.narrows_in_python:
        ids = [record.id for record in matching(unit, recipient, where)]
    narrowed, values = listing.conditions(where) if ids is None else ([NAMED], {"ids": list(ids)})
    if read is not None:
        scope = read.narrowed(*narrowed, **values)
    elif ids is not None or listing.has_index(where):
        scope = scope_of(unit, [recipient], *narrowed, **values)
    else:
        # What no index finds is looked for among all that they have, and so are the chains of all.
        scope = scope_of(unit, [recipient]).narrowed(*narrowed, **values)
    return Firing(trigger=trigger, scope=scope, request=request)


def refused_groups(
    unit: UnitOfWork, firing: Firing, each_refused: EachRefused | None = None
) -> tuple[RefusedGroup, ...]:
    """Return what refuses the trigger on the records of a firing, largest group first; changes nothing."""
    alike = refused_alike(unit.connection, firing)
    if alike and each_refused is not None:
        for page in pages(unit.connection, firing, allowed=False):
            for answer in _refused(unit, firing, page):
                each_refused(answer)
    if not alike:
        return ()
    first = next(pages(unit.connection, firing, allowed=False))
    rarer = records.find_many(unit.connection, firing.scope.recipients[0], [example for _, example in alike.values()])
    examples: dict[Key, list[Answer]] = {}
    for answer in _refused(
        unit, firing, [*first, *(rarer[answer] for answer in sorted(rarer) if answer not in {r.id for r in first})]
    ):
        examples.setdefault(key(answer.refusals), []).append(answer)
    # Guards of several machines refuse by one rule; what they say is then told of the first example.
    counts: Counter[Key] = Counter()
    for refusals, (count, _) in alike.items():
        counts[key(refusals)] += count
    groups = [RefusedGroup(e[0].refusals, counts[of], tuple(e[:EXAMPLES])) for of, e in examples.items()]
    return tuple(sorted(groups, key=lambda group: (-group.count, group.examples[0].record_id)))


def _refused(unit: UnitOfWork, firing: Firing, refusable: Sequence[Record]) -> Iterator[Answer]:
    chains = unit.chains_of(refusable, firing.trigger)
    for record in refusable:
        decision = consider(unit, record, firing.trigger, firing.request, chains[record.id])
        if isinstance(decision, Refused):
            yield Answer.of(record, firing.trigger, decision, unit.scene(record.recipient))


def key(refusals: Iterable[Refusal | Told]) -> Key:
    """Return what records that are refused alike have in common: each refusal's code and citations."""
    return tuple((refusal.code, *refusal.rules) for refusal in refusals)


def _refuse_strangers(unit: UnitOfWork, recipient: str, ids: Iterable[int]) -> None:
    wanted = set(ids)
    strangers = wanted - records.ids_among(unit.connection, recipient, wanted)
    if strangers:
        raise MissingError(
            "records",
            [
                Problem(str(stranger), f"is not a record of {recipient}", "see records()")
                for stranger in sorted(strangers)
            ],
        )


_DONE = {"accept": "accepted", "reject": "rejected", "keep_pending": "kept pending", "reset": "reset"}
_OUTCOMES = {
    str(Outcome.PENDING): "nothing moves yet",
    str(Outcome.DEEMED_ACCEPTED): "deemed accepted",
    str(Outcome.SUPERSEDED): "superseded by its amendment",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class WhatIf:
    """What an action on a record would come to once GSTR-3B is filed on it; amounts in paise.

    `itc` is the entry in the recipient's GSTR-3B, `added_back` the liability that goes back to the supplier
    (FAQ 34), `carried` and `standing` what the chain then stands at; `now_*` is what it comes to as it stands.
    """

    record_id: int
    document: str
    trigger: str
    refusals: tuple[Told, ...]
    outcome: str
    itc: Heads
    added_back: Heads
    carried: Heads
    standing: Heads
    now_outcome: str
    now_itc: Heads
    now_added_back: Heads
    deadlines: Deadlines
    #: The last day on which a GSTR-3B can take its credit, where no later one can (section 16(4)); None: not near.
    last_day: date | None = None
    #: Whether that day is over.
    out_of_time: bool = False

    @property
    def allowed(self) -> bool:
        """Whether the action may be taken now."""
        return not self.refusals

    @property
    def sentence(self) -> str:
        """The comparison in words."""
        done = _DONE[self.trigger]
        then = _effect("" if self.outcome == done else self.outcome, self.itc, self.added_back)
        now = _effect(self.now_outcome, self.now_itc, self.now_added_back)
        return f"If {done}: {then}. If left alone: {now}.{self._limit}"

    @property
    def _limit(self) -> str:
        if self.last_day is None:
            return ""
        word = "could" if self.out_of_time else "can"
        day = day_in_words(self.last_day)
        return f" Its credit {word} be taken only in a GSTR-3B filed by {day} (sec.16_4)."


def what_if(unit: UnitOfWork, recipient: str, trigger: Trigger, record_id: int, request: Request) -> WhatIf:
    """Work out what an action on a record would come to; writes nothing."""
    record = unit.record(record_id, recipient)
    scene, chain = unit.scene(record.recipient), unit.chain_of(record)
    decision = consider(unit, record, trigger, request, chain)
    fields = record_fields(record, scene)
    period = max(scene.expected_period(record), next_period(unit, record.recipient))
    outcome, then = comes_to(as_acted(record, trigger, request, unit.now), chain, scene, period)
    now_outcome, now = comes_to(record, chain, scene, period)
    cutoff = record.cutoff_at
    ends = not is_over(record) and cutoff is not None and cutoff <= last_chance(unit, record.recipient, period)
    at_stake = any(amount > 0 for move in (then, now) for amount in move.itc)
    return WhatIf(
        record_id=record.id,
        document=label(record.document),
        trigger=str(trigger),
        refusals=() if isinstance(decision, Allowed) else filled_in(decision, fields),
        outcome=outcome,
        itc=then.itc,
        added_back=then.add_back,
        carried=then.after.carried,
        standing=then.after.standing,
        now_outcome=now_outcome,
        now_itc=now.itc,
        now_added_back=now.add_back,
        deadlines=deadlines(unit, record.recipient)(record, chain),
        last_day=last_day_before(cutoff) if cutoff is not None and ends and at_stake else None,
        out_of_time=cutoff is not None and ends and at_stake and cutoff <= unit.now,
    )


def _effect(outcome: str, itc: Heads, added_back: Heads) -> str:
    word = _OUTCOMES.get(outcome, outcome)
    if outcome == str(Outcome.PENDING):
        return word
    moves = [f"ITC {itc}" if itc else "ITC unchanged"]
    if added_back:
        moves.append(f"supplier's liability +{added_back}")
    return ", ".join([word, *moves] if word else moves)
