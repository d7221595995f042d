"""The facts of a record, read from its row, its chain and the moment: one reading for each declared fact.

Imports the record, its chain and the schema of facts; runs no statement and decides nothing. Its twin in SQL is
`store.sql.facts`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ims_fsm.law.facts import Facts
from ims_fsm.record.chain import is_superseded, original_of
from ims_fsm.record.record import Record, cut_off_by
from ims_fsm.record.scene import NO_REQUEST, ReduceItc, Request, Scene
from ims_fsm.terms.money import NIL, Heads


def full_reduction(record: Record) -> Heads:
    """Return by how much accepting a record lowers the recipient's credit, in paise per head; never negative."""
    return (record.carried - record.credit).not_below_zero()


def record_facts(
    record: Record,
    chain: Sequence[Record],
    scene: Scene,
    request: Request = NO_REQUEST,
    entry: Mapping[str, str] | None = None,
) -> Facts:
    """Return every fact of a record; `chain` holds its version chain, `entry` the facts of a supplier's report."""
    schema = scene.edition(record).schema
    original = original_of(record, chain, scene)
    calendar = scene.book.calendar
    limited = "passed" in schema.values[schema.names.index("pending_window")]
    return schema.facts({
        "supplier_status": str(record.supplier_status),
        "direction": str(record.document.direction_from(original.tax)),
        "original": original.value,
        "same_period": "yes" if original.same_period else "no",
        "superseded": "yes" if is_superseded(record, chain, scene) else "no",
        "route": str(scene.route(record).name),
        "taxpayer": "eligible" if scene.eligible else "not_eligible",
        "ims": "open" if scene.now >= calendar.opens_at else "not_yet",
        "time_limit": "passed" if cut_off_by(record, scene.now) else "open",
        "pending_window": "passed" if limited and scene.now >= scene.pending_until(record) else "open",
        "portal_pending": "blocked" if record.document.pending_blocked else "open",
        "reduction": _reduction(record, scene, request.reduce_itc),
        "seen": "current" if request.chosen_on(record) else "stale",
        "remarks": "too_long" if len(request.remarks or "") > calendar.remarks_limit else "fit",
        **(entry or {}),
    })  # fmt: skip


def _reduction(record: Record, scene: Scene, declared: ReduceItc | None) -> str:
    if declared is None:
        mandatory = scene.now >= scene.book.calendar.declaration_mandatory_from and not record.reduction_blocked
        return "missing" if mandatory else "absent"
    if record.reduction_blocked:
        return "blocked"
    if isinstance(declared, str):
        return declared
    if full_reduction(record).below(declared) or declared.below(NIL):
        return "exceeds"
    return "full" if declared == full_reduction(record) else "partial"


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
