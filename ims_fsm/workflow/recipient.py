"""What a recipient does with his records: acts on one, or with one action on many; asks first.

Imports the store and the law; each function is one use case inside a unit of work.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ims_fsm.errors import InputError, Problem
from ims_fsm.law.refusal import Allowed
from ims_fsm.store import records
from ims_fsm.store.readings import Request, full_reduction
from ims_fsm.store.record import Record
from ims_fsm.store.records import Where
from ims_fsm.terms.money import NIL, Heads
from ims_fsm.terms.vocabulary import Trigger
from ims_fsm.workflow.sentences import RefusedError, RefusedRecord, label, record_fields, told
from ims_fsm.workflow.transitions import consider, fire
from ims_fsm.workflow.two_b import mark_stale
from ims_fsm.workflow.unit import Unit

ACTIONS = (Trigger.ACCEPT, Trigger.REJECT, Trigger.KEEP_PENDING, Trigger.RESET)


@dataclass(frozen=True, slots=True)
class ActionReport:
    """What an action did: the records it was applied to, and those it was refused on with every refusal."""

    trigger: str
    applied: tuple[int, ...]
    refused: tuple[RefusedRecord, ...]

    def by_rule(self) -> dict[str, list[RefusedRecord]]:
        """Return the refused records grouped by the rule of their first refusal."""
        groups: dict[str, list[RefusedRecord]] = {}
        for one in self.refused:
            groups.setdefault(one.refusals[0].rule, []).append(one)
        return groups


def action(trigger: str) -> Trigger:
    """Return a recipient's action by its word; raises `InputError` for anything else."""
    if trigger not in ACTIONS:
        known = ", ".join(ACTIONS)
        raise InputError("action", [Problem(trigger, "is no action of a recipient", f"the actions are {known}")])
    return Trigger(trigger)


def act(unit: Unit, trigger: Trigger, record_id: int, request: Request) -> None:
    """Act on one record (FAQ 10, 12, 30). Raises `RefusedError` with every refusal; nothing is written then."""
    record = unit.held(record_id)
    after = _acted(unit, record, trigger, request, unit.chain_of(record))
    unit.write([(record, after)])
    mark_stale(unit, record.recipient, _decided_otherwise([(record, after)]))


def act_on_many(
    unit: Unit, trigger: Trigger, recipient: str, request: Request, ids: Iterable[int] | None, where: Where
) -> ActionReport:
    """Act on many records with one action: what is allowed is applied, what is refused is reported (FAQ 30).

    Raises `InputError` for an id that is not the recipient's; nothing is written then.
    """
    unit.taxpayer(recipient)
    meant = (
        _by_ids(unit, recipient, ids) if ids is not None else list(records.search(unit.connection, recipient, where))
    )
    chains = unit.chains_of(meant)
    changes: list[tuple[Record, Record]] = []
    refused: list[RefusedRecord] = []
    for record in meant:
        try:
            changes.append((record, _acted(unit, record, trigger, request, chains[record.id])))
        except RefusedError as error:
            refused.append(RefusedRecord(record.id, error.subject, error.refusals))
    unit.write(changes)
    mark_stale(unit, recipient, _decided_otherwise(changes))
    return ActionReport(trigger, tuple(record.id for record, _ in changes), tuple(refused))


def may(unit: Unit, record_id: int, trigger: str, request: Request) -> Allowed | RefusedRecord:
    """Ask whether a trigger may fire on a record; changes nothing."""
    record = unit.record(record_id)
    decision = consider(unit, record, trigger, request)
    if isinstance(decision, Allowed):
        return decision
    refusals = told(decision, record_fields(record, unit.scene(record.recipient)))
    return RefusedRecord(record.id, label(record.document), refusals)


def _acted(unit: Unit, record: Record, trigger: Trigger, request: Request, chain: Sequence[Record]) -> Record:
    detail = {"remarks": request.remarks} if request.remarks else {}
    chosen, declared = declaration_of(record, request) if trigger is Trigger.ACCEPT else (None, NIL)
    if chosen is not None:
        detail["reduction"] = chosen if chosen != "partial" else str(declared)
    after = fire(unit, record, trigger, request, chain, detail)
    return after.changed(acted_at=unit.now, remarks=request.remarks, reduction=chosen, declared=declared)


def declaration_of(record: Record, request: Request) -> tuple[str | None, Heads]:
    """Return what is declared with an acceptance: full, none, partial or nothing, and the amounts in paise."""
    match request.reduce_itc:
        case None:
            return None, NIL
        case "full":
            return "full", full_reduction(record)
        case "none":
            return "none", NIL
        case heads:
            return "full" if heads == full_reduction(record) else "partial", heads


def _by_ids(unit: Unit, recipient: str, ids: Iterable[int]) -> list[Record]:
    wanted = list(dict.fromkeys(ids))
    found = records.find_many(unit.connection, recipient, wanted)
    missing = [
        Problem(str(one), f"is no record of {recipient}", "see ims-fsm list") for one in wanted if one not in found
    ]
    if missing:
        raise InputError("records", missing)
    return [found[one] for one in wanted]


def _decided_otherwise(changes: Sequence[tuple[Record, Record]]) -> list[Record]:
    return [
        before
        for before, after in changes
        if (before.state, before.reduction, before.declared) != (after.state, after.reduction, after.declared)
    ]
