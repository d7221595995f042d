"""A record as the portal shows it, and how that compares with the one that is known here.

Imports the store's values and the terms; writes nothing.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime

from ims_fsm.record.facts import full_reduction
from ims_fsm.record.record import PortalView, Record
from ims_fsm.record.sighting import Sighting
from ims_fsm.terms.document import Document
from ims_fsm.terms.money import NIL, Heads
from ims_fsm.terms.vocabulary import State, Trigger

__all__ = [
    "BY_ACTION",
    "Sighting",
    "declaration_of",
    "declared_by",
    "declared_with",
    "filled",
    "last_seen",
    "portal_view",
    "told_alike",
]

NEVER = datetime.min.replace(tzinfo=UTC)


BY_ACTION = {
    State.ACCEPTED: Trigger.ACCEPT,
    State.REJECTED: Trigger.REJECT,
    State.PENDING: Trigger.KEEP_PENDING,
    State.NO_ACTION: Trigger.RESET,
}


def filled(shown: Document, known: Document) -> Document:
    """Return what is shown, with what this dialect leaves out taken from what is known: that is no edit."""
    return shown.changed(
        value=known.value if shown.value is None else shown.value,
        pos=shown.pos or known.pos,
        pending_blocked=known.pending_blocked if shown.pending_blocked is None else shown.pending_blocked,
        supplier_name=shown.supplier_name or known.supplier_name,
    )


def declared_by(sighting: Sighting, record: Record) -> tuple[str | None, Heads]:
    """Return what is declared with an acceptance that is shown: full, none, partial or nothing; amounts in paise."""
    return declared_with(sighting, full_reduction(record))


def declared_with(sighting: Sighting, full: Heads) -> tuple[str | None, Heads]:
    """Return what is declared with an acceptance that is shown, `full` being the whole reduction in paise per head."""
    if sighting.action is not State.ACCEPTED or sighting.itc_reduction is None:
        return None, NIL
    if sighting.itc_reduction == "N":
        return "none", NIL
    return ("full", full) if sighting.declared in {None, full} else ("partial", sighting.declared or NIL)


def portal_view(sighting: Sighting, record: Record, at: datetime) -> PortalView:
    """Return what the portal shows of a known record, to be kept with it."""
    declaration = declaration_of(sighting.action, *declared_by(sighting, record), sighting.remarks)
    # A dialect that leaves the hash out does not take it back.
    known = sighting.portal_hash or (record.portal.hash if record.portal else None)
    return PortalView(sighting.action, declaration, known, at)


def told_alike(record: Record, shown: PortalView) -> bool:
    """Say whether a record's action, with what was declared, is the one that the portal shows."""
    own = declaration_of(record.state, record.reduction, record.declared, record.remarks)
    return (record.state, own) == (shown.action, shown.declaration)


def last_seen(record: Record) -> PortalView:
    """Return what the portal last showed of a record: no action, where it has not been seen there."""
    return record.portal or PortalView(State.NO_ACTION, None, None, NEVER)


def declaration_of(action: State, reduction: str | None, declared: Heads, remarks: str | None) -> str | None:
    """Return what goes with an action as text, None for nothing; an acceptance without a word reduces in full."""
    said = reduction if reduction in {"none", "partial"} else None
    amounts = list(declared) if said == "partial" else None
    nothing = action is State.NO_ACTION or (said is None and not remarks)
    return None if nothing else json.dumps([said, amounts, remarks or None])
