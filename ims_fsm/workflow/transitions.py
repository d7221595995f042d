"""Fires triggers on records: one at a time through the shared machine and its hooks, or by the decision alone.

Imports the readings, the decision and the machine; writes nothing itself, the unit of work does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ims_fsm.law.decision import decide
from ims_fsm.law.machine import lifecycle
from ims_fsm.law.refusal import Allowed, Decision, Refused
from ims_fsm.record.record import Record
from ims_fsm.record.refusals import RefusedError, filled_in, label, record_fields
from ims_fsm.record.scene import NO_REQUEST, Request, record_facts
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
    scene = unit.scene(record.recipient)
    facts = record_facts(record, unit.chain_of(record) if chain is None else chain, scene, request)
    machine = lifecycle(scene.edition(record))
    decision = machine.fire(str(record.state), trigger, facts, record=record, hooks=unit.hooks)
    if isinstance(decision, Refused):
        raise RefusedError(label(record.document), trigger, filled_in(decision, record_fields(record, scene)))
    return pass_over(unit, record, trigger, decision, detail, **changes)


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
