"""A record as the portal shows it, and how that compares with the one that is known here.

Imports the store's values and the terms; writes nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Literal, Protocol

from ims_fsm.errors import InputError, Problem
from ims_fsm.store.readings import full_reduction
from ims_fsm.store.record import PortalView, Record
from ims_fsm.terms.document import Document
from ims_fsm.terms.money import NIL, Heads
from ims_fsm.terms.period import TaxPeriod
from ims_fsm.terms.vocabulary import Form, State, SupplierStatus
from ims_fsm.workflow.sentences import label

NEVER = datetime.min.replace(tzinfo=UTC)


class Sighting(Protocol):
    """A record as the portal shows it; `declared` in paise per head, `itc_period` where the portal names it."""

    @property
    def document(self) -> Document:
        """The document's content."""
        ...

    @property
    def form(self) -> Form:
        """The form that carries it."""
        ...

    @property
    def return_period(self) -> TaxPeriod:
        """The supplier's return period."""
        ...

    @property
    def supplier_status(self) -> SupplierStatus:
        """Whether the supplier has filed it."""
        ...

    @property
    def action(self) -> State:
        """The action that the portal shows."""
        ...

    @property
    def reduction_blocked(self) -> bool | None:
        """The portal's flag isItcRedReqBlocked."""
        ...

    @property
    def itc_reduction(self) -> Literal["Y", "N"] | None:
        """Whether ITC is to be reduced."""
        ...

    @property
    def declared(self) -> Heads | None:
        """The declared reduction; absent with Y it is full."""
        ...

    @property
    def remarks(self) -> str | None:
        """The remarks."""
        ...

    @property
    def portal_hash(self) -> str | None:
        """The portal's own hash of the record."""
        ...

    @property
    def itc_period(self) -> TaxPeriod | None:
        """The 2B period where the portal names it (imports)."""
        ...


def identity(document: Document, fy: str, reported: Record | Sighting) -> tuple[str, ...]:
    """Return what tells a document from every other of its recipient; an amendment by its form and period too."""
    base = (document.supplier, str(document.kind), document.number.upper(), fy)
    if document.amends is None:
        return base
    return (*base, document.amends.number.upper(), str(reported.form), str(reported.return_period))


def refuse_others(recipient: str, sightings: Sequence[Sighting]) -> None:
    """Refuse a download that shows documents of somebody else; raises `InputError` naming each."""
    problems = [
        Problem(label(s.document), f"is a document for {s.document.recipient}", f"take in what belongs to {recipient}")
        for s in sightings
        if s.document.recipient != recipient
    ]
    if problems:
        raise InputError("download", problems)


def in_turn(fresh: Iterable[Sighting]) -> Iterator[list[Sighting]]:
    """Give sightings in parts, oldest first, so that what an amendment names is in a part before its own."""
    in_order = sorted(fresh, key=lambda s: (s.document.amends is not None, s.return_period, s.form is Form.GSTR_1A))
    part: list[Sighting] = []
    named: set[tuple[str, str, str]] = set()
    for sighting in in_order:
        document, amends = sighting.document, sighting.document.amends
        numbers = {document.number, amends.number if amends else document.number}
        own = {(document.supplier, str(document.kind), number.upper()) for number in numbers}
        if amends is not None and not named.isdisjoint(own):
            yield part
            part, named = [], set()
        part.append(sighting)
        named |= own
    if part:
        yield part


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
    full = full_reduction(record)
    if sighting.action is not State.ACCEPTED or sighting.itc_reduction is None:
        return None, NIL
    if sighting.itc_reduction == "N":
        return "none", NIL
    return ("full", full) if sighting.declared in {None, full} else ("partial", sighting.declared or NIL)


def portal_view(sighting: Sighting, record: Record, at: datetime) -> PortalView:
    """Return what the portal shows of a known record, to be kept with it."""
    declaration = _token(sighting.action, *declared_by(sighting, record), sighting.remarks)
    # A dialect that leaves the hash out does not take it back.
    known = sighting.portal_hash or (record.portal.hash if record.portal else None)
    return PortalView(sighting.action, declaration, known, at)


def told_alike(record: Record, shown: PortalView) -> bool:
    """Say whether a record's action, with what was declared, is the one that the portal shows."""
    own = _token(record.state, record.reduction, record.declared, record.remarks)
    return (record.state, own) == (shown.action, shown.declaration)


def last_seen(record: Record) -> PortalView:
    """Return what the portal last showed of a record: no action, where it has not been seen there."""
    return record.portal or PortalView(State.NO_ACTION, None, None, NEVER)


def _token(action: State, reduction: str | None, declared: Heads, remarks: str | None) -> str | None:
    """Return what goes with an action as text, None for nothing; an acceptance without a word reduces in full."""
    said = reduction if reduction in {"none", "partial"} else None
    amounts = list(declared) if said == "partial" else None
    nothing = action is State.NO_ACTION or (said is None and not remarks)
    return None if nothing else json.dumps([said, amounts, remarks or None])
