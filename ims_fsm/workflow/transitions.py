"""Fires triggers on records: on one through the shared machine and its hooks, or on a scope of them in sets.

Imports the readings, the decision, the machine and the store; writes no record itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from ims_fsm.errors import InputError
from ims_fsm.law.decision import decide
from ims_fsm.law.machine import lifecycle
from ims_fsm.law.refusal import Allowed, Decision, Refused
from ims_fsm.record.record import Record
from ims_fsm.record.refusals import RefusedError, filled_in, label, record_fields
from ims_fsm.record.scene import NO_REQUEST, Request, record_facts
from ims_fsm.store import returns
from ims_fsm.store.sql.facts import Predicate
from ims_fsm.store.sql.moving import Stamp, pages, touches
from ims_fsm.store.sql.scene import Firing, Scope, any_amended, passed_periods, read_chains, saved_periods
from ims_fsm.store.tables import RECORD
from ims_fsm.terms.period import TaxPeriod
from ims_fsm.terms.vocabulary import State, Trigger
from ims_fsm.workflow.unit import UnitOfWork


def consider(
    unit: UnitOfWork, record: Record, trigger: str, request: Request = NO_REQUEST, chain: Sequence[Record] | None = None
) -> Decision:
    """Decide whether a trigger may fire on a record now; changes nothing.

    Raises `InputError` for a trigger that the record's machine does not have.
    """
    scene = unit.scene(record.recipient)
    facts = record_facts(record, unit.chain_of(record) if chain is None else chain, scene, request)
    return decide(scene.edition(record), str(record.state), trigger, facts)


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
    return pass_over(unit, record, trigger, _fired(unit, record, trigger, request, chain), detail, **changes)


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
    return record.changed(state=State(allowed.dest), seq=record.seq + 1, **changes)


def _fired(
    unit: UnitOfWork, record: Record, trigger: Trigger, request: Request, chain: Sequence[Record] | None
) -> Allowed:
    scene = unit.scene(record.recipient)
    facts = record_facts(record, unit.chain_of(record) if chain is None else chain, scene, request)
    machine = lifecycle(scene.edition(record))
    decision = machine.fire(str(record.state), trigger, facts, record=record, hooks=unit.hooks)
    if isinstance(decision, Refused):
        raise RefusedError(label(record.document), trigger, filled_in(decision, record_fields(record, scene)))
    return decision


def tell_hooks(unit: UnitOfWork, firing: Firing, predicate: Predicate) -> None:
    """Fire a trigger for the embedder's hooks on every record on which it may fire, before the set moves.

    Nothing is noted or written. A hook that raises vetoes the whole.
    """
    if not unit.hooks.watch(firing.trigger):
        return
    for page in pages(unit.connection, firing.scope, predicate.allowed):
        chains = unit.chains_of(page)
        for record in page:
            _fired(unit, record, firing.trigger, firing.request, chains[record.id])


def scope_of(unit: UnitOfWork, recipients: Sequence[str]) -> Scope:
    """Return the scope of all records of recipients that share a scene, with their chains read where they have any."""
    scene = unit.scene(recipients[0])
    whose = Scope(recipients=recipients, scene=scene, amended=True)
    scope = replace(
        whose,
        amended=any_amended(unit.connection, whose),
        saved=saved_periods(unit.connection, whose.of(RECORD), scene),
    )
    read_chains(unit.connection, scope)
    return scope


def touched_drafts(
    unit: UnitOfWork, recipient: str, firing: Firing, predicate: Predicate, *conditions: Any
) -> frozenset[TaxPeriod]:
    """Return the periods of a recipient's drafts that a trigger would make stale, before it fires (FAQ 24, 29)."""
    periods = [two_b.period for two_b in returns.drafts(unit.connection, recipient)]
    return frozenset(period for period in periods if touches(unit.connection, firing, predicate, period, *conditions))


def alike(unit: UnitOfWork, recipients: Sequence[str]) -> list[list[str]]:
    """Return the recipients in parts that share a scene: filing as often, eligible alike, with the same deadlines."""
    parts: dict[tuple[object, ...], list[str]] = {}
    deadlines: dict[tuple[str, str], object] = {}
    for gstin in recipients:
        scene = unit.scene(gstin)
        filing, state = scene.recipient.filing, scene.recipient.state
        if (filing, state) not in deadlines:
            try:
                deadlines[filing, state] = passed_periods(scene)
            except InputError:
                deadlines[filing, state] = state
        parts.setdefault((scene.eligible, filing, deadlines[filing, state]), []).append(gstin)
    return list(parts.values())


def stamp_of(unit: UnitOfWork, detail: Any = None, columns: Mapping[str, Any] | None = None) -> Stamp:
    """Return what goes with a trigger that fires on a set in this unit: who, when, the detail, further columns."""
    return Stamp(
        actor=unit.actor,
        at=unit.now,
        request_key=unit.request_key,
        declarations={machine.name: unit.declaration_id(machine.name) for machine in unit.book.law.record_machines},
        detail=detail,
        columns=columns or {},
    )
