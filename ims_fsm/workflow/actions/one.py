"""What a recipient does with one record: acts on it, or asks first.

Imports the store and the law; each function is one use case inside a unit of work.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ims_fsm.record.record import Record
from ims_fsm.record.refusals import Answer
from ims_fsm.record.scene import Request, declaration_of
from ims_fsm.terms.money import NIL
from ims_fsm.terms.vocabulary import Trigger
from ims_fsm.workflow.returns.two_b import mark_stale
from ims_fsm.workflow.transitions import consider, fire
from ims_fsm.workflow.unit import UnitOfWork


def act(unit: UnitOfWork, trigger: Trigger, record_id: int, request: Request, recipient: str | None = None) -> Record:
    """Act on one record (FAQ 10, 12, 30) and return it as it then stands.

    Raises `RefusedError` with every refusal; nothing is written then.
    """
    record = unit.held(record_id, recipient)
    after = acted(unit, record, trigger, request, unit.chain_of(record))
    unit.write([(record, after)])
    mark_stale(unit, record.recipient, decided_otherwise([(record, after)]))
    return after


def may(unit: UnitOfWork, record_id: int, trigger: str, request: Request, recipient: str | None = None) -> Answer:
    """Ask whether a trigger may fire on a record; changes nothing."""
    record = unit.record(record_id, recipient)
    return Answer.of(record, trigger, consider(unit, record, trigger, request), unit.scene(record.recipient))


def acted(unit: UnitOfWork, record: Record, trigger: Trigger, request: Request, chain: Sequence[Record]) -> Record:
    """Return a record as an action leaves it, noted for the log and not yet written; raises `RefusedError`."""
    detail: dict[str, Any] = {"remarks": request.remarks} if request.remarks else {}
    chosen, declared = declaration_of(record, request) if trigger is Trigger.ACCEPT else (None, NIL)
    if chosen is not None:
        detail["reduction"] = chosen if chosen != "partial" else declared.in_paise()
    said = {"acted_at": unit.now, "remarks": request.remarks, "reduction": chosen, "declared": declared}
    return fire(unit, record, trigger, request, chain, detail, version=record.version + 1, **said)


def decided_otherwise(changes: Sequence[tuple[Record, Record]]) -> list[Record]:
    """Return the records, as they were, of which an action or a declaration has changed."""
    return [
        before
        for before, after in changes
        if (before.state, before.reduction, before.declared) != (after.state, after.reduction, after.declared)
    ]
