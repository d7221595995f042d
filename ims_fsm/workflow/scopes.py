"""Opens a scope of records for statements in sets: whose they are, what they share, what their chains say.

Imports the store; no use case of its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from ims_fsm.errors import InputError
from ims_fsm.store import returns
from ims_fsm.store.sql.facts import Predicate
from ims_fsm.store.sql.moving import Stamp, touches
from ims_fsm.store.sql.scene import Firing, Scope, any_amended, passed_periods, read_chains, saved_periods
from ims_fsm.store.tables import RECORD
from ims_fsm.terms.period import TaxPeriod
from ims_fsm.workflow.unit import UnitOfWork


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
