"""One action on many records of a recipient, in sets: what is allowed is applied, what is refused is counted and told.

Imports the store's sets and the law. An embedder's hooks that watch the action hear of every record before it moves.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from ims_fsm.errors import InputError, Problem
from ims_fsm.law.refusal import Refusal, Refused
from ims_fsm.record.record import Record
from ims_fsm.record.refusals import Answer, RefusedGroup, Told
from ims_fsm.record.scene import Request
from ims_fsm.record.where import Where
from ims_fsm.store import records
from ims_fsm.store.connection import among
from ims_fsm.store.sql.facts import Predicate, predicate_of
from ims_fsm.store.sql.moving import (
    acted_columns,
    acted_detail,
    allowed_saved,
    decides_otherwise,
    move,
    pages,
    refused_alike,
)
from ims_fsm.store.sql.scene import Firing, Scope
from ims_fsm.store.tables import AT
from ims_fsm.terms.vocabulary import Trigger
from ims_fsm.workflow.returns.two_b import mark_stale_where
from ims_fsm.workflow.transitions import consider, scope_of, stamp_of, tell_hooks, touched_drafts
from ims_fsm.workflow.unit import UnitOfWork

EachRefused = Callable[[Answer], object]
EXAMPLES = 5
Key = tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class ActionReport:
    """What an action did: to how many records it was applied, and on which it was refused, by what refuses them.

    `saved` of the applied ones are only saved by their suppliers: the action has no effect until they file (FAQ 15).
    """

    trigger: str
    applied: int
    refused: tuple[RefusedGroup, ...] = ()
    saved: int = 0

    @property
    def refused_records(self) -> int:
        """How many records it was refused on."""
        return sum(group.count for group in self.refused)

    def by_rule(self) -> dict[str, int]:
        """Return the number of refused records by rule; a record counts under every rule that refuses it."""
        counts: Counter[str] = Counter()
        for group in self.refused:
            counts.update(dict.fromkeys((refusal.rule for refusal in group.refusals), group.count))
        return dict(counts)


def act_on_many(  # noqa: PLR0913, PLR0917 -- what, on which records, with what
    unit: UnitOfWork,
    trigger: Trigger,
    recipient: str,
    request: Request,
    ids: Sequence[int] | None,
    where: Where,
    each_refused: EachRefused | None = None,
    read: Scope | None = None,
) -> ActionReport:
    """Act on many records with one action: what is allowed is applied, what is refused is reported (FAQ 30).

    `each_refused` is called with every refused record, page by page, before anything is written. `read` is the
    recipient's scope where it was read and nothing has moved since. Raises `InputError` for an id that is not the
    recipient's; nothing is written then.
    """
    unit.taxpayer(recipient)
    if ids is not None:
        _refuse_strangers(unit, recipient, ids)
    elif where.expected_period is not None:
        ids = [record.id for record in unit.matching(recipient, where)]
    chosen = records.conditions(where) if ids is None else [among(AT.id, list(ids))]
    firing = Firing(trigger=trigger, scope=(read or scope_of(unit, [recipient])).narrowed(*chosen), request=request)
    predicate = predicate_of(firing)
    groups = refused_groups(unit, firing, predicate, each_refused)
    otherwise = decides_otherwise(firing, predicate)
    stale = touched_drafts(unit, recipient, firing, predicate, otherwise)
    saved = allowed_saved(unit.connection, firing, predicate)
    tell_hooks(unit, firing, predicate)
    stamp = stamp_of(unit, acted_detail(firing), acted_columns(firing, unit.now))
    moved = move(unit.connection, firing, predicate, stamp)
    mark_stale_where(unit, recipient, stale.__contains__)
    return ActionReport(trigger, moved, groups, saved)


def refused_groups(
    unit: UnitOfWork, firing: Firing, predicate: Predicate, each_refused: EachRefused | None = None
) -> tuple[RefusedGroup, ...]:
    """Return what refuses the trigger on the records of a firing, largest group first; changes nothing."""
    alike = refused_alike(unit.connection, firing, predicate)
    if alike and each_refused is not None:
        for page in pages(unit.connection, firing.scope, ~predicate.allowed):
            for answer in _refused(unit, firing, page):
                each_refused(answer)
    if not alike:
        return ()
    first = next(pages(unit.connection, firing.scope, ~predicate.allowed))
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
    chains = unit.chains_of(refusable)
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
        raise InputError(
            "records",
            [
                Problem(str(stranger), f"is not a record of {recipient}", "see ims-fsm list")
                for stranger in sorted(strangers)
            ],
        )
