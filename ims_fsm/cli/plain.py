"""Records, returns and refusals as plain data, for `--json` and for tables: rupees as text, times in India.

Imports the store's values and the workflow's views; prints nothing.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from ims_fsm.terms.money import Heads, rupees
from ims_fsm.terms.period import in_india

if TYPE_CHECKING:
    from ims_fsm.record.log import Content, TransitionEntry
    from ims_fsm.record.record import Record
    from ims_fsm.record.returns import Liability
    from ims_fsm.record.taxpayer import Taxpayer

Plain = dict[str, Any]


def heads(amounts: Heads) -> Plain:
    """Return every head of tax in rupees, as text with two places."""
    return {head: str(amount) for head, amount in amounts.in_rupees().items()}


def time(at: datetime | None) -> str | None:
    """Return a moment in Indian time, as ISO 8601 with its offset."""
    return None if at is None else in_india(at).isoformat(timespec="seconds")


def minute(at: datetime | None) -> str:
    """Return a moment in Indian time for people, to the minute."""
    return "" if at is None else f"{in_india(at):%Y-%m-%d %H:%M}"


def record(one: Record) -> Plain:
    """Return a record with its document."""
    document = one.document
    return {
        "id": one.id,
        "machine": one.machine,
        "kind": str(document.kind),
        "amended": document.amends is not None,
        "supplier": document.supplier,
        "supplier_name": document.supplier_name,
        "recipient": document.recipient,
        "number": document.number,
        "date": document.date.isoformat(),
        "amends": None
        if document.amends is None
        else {"number": document.amends.number, "date": document.amends.date.isoformat()},
        "taxable": str(rupees(document.taxable)),
        "tax": heads(document.tax),
        "form": str(one.form),
        "return_period": str(one.return_period),
        "supplier_status": str(one.supplier_status),
        "two_b_period": text(one.two_b_period),
        "in_ims": one.in_ims,
        "route": str(one.route),
        "state": str(one.state),
        "disposition": text(one.disposition),
        "removed_for": text(one.removed_for),
        "settled_in": text(one.settled_in),
        "remarks": one.remarks,
        "reduce_itc": one.reduction if one.reduction != "partial" else heads(one.declared),
    }


def taxpayer(one: Taxpayer) -> Plain:
    """Return a taxpayer."""
    return {
        "gstin": one.gstin,
        "name": one.name,
        "kind": str(one.kind),
        "filing": str(one.filing),
        "registered_from": str(one.registered_from),
    }


def transition(entry: TransitionEntry) -> Plain:
    """Return a row of the transition log."""
    return {
        "seq": entry.seq,
        "at": time(entry.at),
        "trigger": entry.trigger,
        "source": entry.source,
        "dest": entry.dest,
        "actor": entry.actor,
        "rules": list(entry.rules),
        "detail": entry.detail,
    }


def version(one: Content) -> Plain:
    """Return a content that a record has had."""
    return {"number": one.number, "at": time(one.at), "actor": one.actor, "content": one.fields}


def liability(one: Liability) -> Plain:
    """Return a liability added back to a supplier."""
    return {
        "supplier": one.supplier,
        "supplier_period": str(one.supplier_period),
        "recipient": one.recipient,
        "recipient_period": str(one.recipient_period),
        "record_id": one.record_id,
        "at": time(one.at),
        "tax": heads(one.tax),
    }


def text(value: object | None) -> str | None:
    """Return a word of a closed set as text, or None."""
    return None if value is None else str(value)
