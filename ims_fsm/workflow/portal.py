"""Takes in what the portal shows of a recipient's IMS, and tells what has changed here since.

Imports the store and the law; what it takes in is any object with the attributes of a `Sighting`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from ims_fsm.law.decision import Allowed
from ims_fsm.store import contents, records
from ims_fsm.store.record import PortalView, Record
from ims_fsm.store.records import Where
from ims_fsm.terms.document import Document
from ims_fsm.terms.money import NIL, Heads
from ims_fsm.terms.period import TaxPeriod
from ims_fsm.terms.vocabulary import Form, RemovedFor, Route, State, SupplierStatus, Trigger
from ims_fsm.workflow.sentences import label
from ims_fsm.workflow.supplier import admit, draft, filed_at
from ims_fsm.workflow.transitions import fire, pass_over
from ims_fsm.workflow.two_b import mark_stale
from ims_fsm.workflow.unit import Unit

ACTIVE = (State.NO_ACTION, State.ACCEPTED, State.REJECTED, State.PENDING)
BY_ACTION = {
    State.ACCEPTED: Trigger.ACCEPT,
    State.REJECTED: Trigger.REJECT,
    State.PENDING: Trigger.KEEP_PENDING,
    State.NO_ACTION: Trigger.RESET,
}


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


@dataclass(frozen=True, slots=True)
class Received:
    """What taking in a download did, by record id: each record is in one list, or unchanged.

    `reset` lost its action because its content changed (FAQ 16); `conflicts` were acted on here and on the
    portal, and the action here stands.
    """

    new: tuple[int, ...] = ()
    filed: tuple[int, ...] = ()
    edited: tuple[int, ...] = ()
    reset: tuple[int, ...] = ()
    deleted: tuple[int, ...] = ()
    adopted: tuple[int, ...] = ()
    kept: tuple[int, ...] = ()
    conflicts: tuple[int, ...] = ()
    unchanged: int = 0
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class UploadChange:
    """A record whose action or declaration the portal does not show yet, and the action it last showed."""

    record: Record
    previous: State


def receive(unit: Unit, recipient: str, sightings: Iterable[Sighting], complete: frozenset[str]) -> Received:
    """Take in what the portal shows; taking in the same again changes nothing (FAQ 6, 16, 19)."""
    return _Reception(unit, recipient).take_in(list(sightings), complete)


def changed_since_portal(unit: Unit, recipient: str) -> list[UploadChange]:
    """Return the records whose action or declaration the portal does not show yet."""
    unit.taxpayer(recipient)
    own = records.search(unit.connection, recipient, Where(states=ACTIVE, in_ims=True))
    shown = ((record, record.portal.action if record.portal else State.NO_ACTION) for record in own)
    return [UploadChange(record, action) for record, action in shown if _differs(record)]


class _Reception:
    """One download being taken in."""

    def __init__(self, unit: Unit, recipient: str) -> None:
        unit.taxpayer(recipient)
        self.unit, self.recipient, self.scene = unit, recipient, unit.scene(recipient)
        self.known = {_identity(r.document, r.fy, r): r for r in records.search(unit.connection, recipient, Where())
                      if r.state is not State.REMOVED}  # fmt: skip
        self.done: dict[str, list[int]] = {}
        self.notes: list[str] = []
        self.unchanged = 0

    def take_in(self, sightings: Sequence[Sighting], complete: frozenset[str]) -> Received:
        fresh: list[Sighting] = []
        seen: set[tuple[str, ...]] = set()
        for sighting in sightings:
            fy = self.unit.book.calendar.financial_year(sighting.document.date)
            key = _identity(sighting.document, fy, sighting)
            if key in seen:
                self.notes.append(f"{label(sighting.document)} is shown more than once; the first was taken")
                continue
            seen.add(key)
            if key in self.known:
                self._again(self.known[key], sighting)
            else:
                fresh.append(sighting)
        self._new(sorted(fresh, key=lambda s: s.document.amends is not None))
        for key, record in self.known.items():
            if key not in seen and record.portal and not record.filed and record.machine in complete:
                after = fire(self.unit, record, Trigger.DELETE)
                self.unit.write([(record, after.changed(removed_for=RemovedFor.SUPPLIER_DELETED))])
                self._note("deleted", record)
        done = {name: tuple(ids) for name, ids in self.done.items()}
        return Received(**done, unchanged=self.unchanged, notes=tuple(self.notes))

    def _new(self, fresh: Sequence[Sighting]) -> None:
        if not fresh:
            return
        first = self.unit.take_ids(len(fresh))
        originals = [s for s in fresh if s.document.amends is None]
        for start, some in ((0, originals), (len(originals), fresh[len(originals) :])):
            entries = [self._entry(first + start + at, sighting) for at, sighting in enumerate(some)]
            admit(self.unit, [entry for entry, _ in entries])
            self.unit.write([])
            for entry, sighting in entries:
                self._adopt_new(entry, sighting)

    def _entry(self, record_id: int, sighting: Sighting) -> tuple[Record, Sighting]:
        record = draft(self.unit, record_id, sighting.document, sighting.form, sighting.return_period)
        # The portal shows it in IMS, whatever the moment of this download would make of it.
        record = record.changed(route=Route.IMS, reduction_blocked=sighting.reduction_blocked)
        if sighting.supplier_status is SupplierStatus.FILED:
            record = self._filed(record, sighting, None)
        self._note("new", record)
        return record.changed(portal=PortalView(State.NO_ACTION, None, sighting.portal_hash, self.unit.now)), sighting

    def _adopt_new(self, entry: Record, sighting: Sighting) -> None:
        if sighting.action is not State.NO_ACTION or sighting.itc_reduction:
            self.unit.write([(entry, self._adopted(entry, sighting))])

    def _again(self, record: Record, sighting: Sighting) -> None:
        if record.state is State.FROZEN:
            self.unchanged += 1
            return
        after, changes = record, []
        if _filled(sighting.document, record.document).content_hash != record.content_hash:
            if record.filed:
                self.notes.append(
                    f"{label(record.document)} is filed, and the portal now shows it otherwise; kept as filed"
                )
            else:
                after = self._edited(record, sighting)
                changes.append("reset" if record.state is not State.NO_ACTION else "edited")
        if sighting.supplier_status is SupplierStatus.FILED and not record.filed:
            after = self._filed(after, sighting, record)
            changes.append("filed")
        after, action = self._action(after, sighting)
        changes += [action] if action else []
        after = after.changed(
            document=after.document.changed(pending_blocked=sighting.document.pending_blocked),
            reduction_blocked=sighting.reduction_blocked,
        )
        self._keep(record, after, changes)

    def _keep(self, record: Record, after: Record, changes: Sequence[str]) -> None:
        if after == record:
            self.unchanged += 1
            if "kept" in changes:
                self._note("kept", record)
            return
        self.unit.write([(record, after)])
        if after.contents != record.contents:
            contents.append(self.unit.connection, [(after, after.contents)], self.unit.actor, self.unit.now)
        if (after.state, after.declared) != (record.state, record.declared):
            mark_stale(self.unit, self.recipient, [after])
        for change in changes:
            self._note(change, record)
        self.unchanged += 0 if changes else 1

    def _edited(self, record: Record, sighting: Sighting) -> Record:
        document = _filled(sighting.document, record.document)
        calendar = self.unit.book.calendar
        after = fire(self.unit, record, Trigger.EDIT).changed(
            document=document,
            fy=calendar.financial_year(document.date),
            contents=record.contents + 1,
            content_hash=document.content_hash,
            remarks=None,
            reduction=None,
            declared=NIL,
        )
        return after.changed(portal=PortalView(State.NO_ACTION, None, sighting.portal_hash, self.unit.now))

    def _filed(self, record: Record, sighting: Sighting, before: Record | None) -> Record:
        calendar, filing = self.unit.book.calendar, self.unit.filing_of(record.document.supplier)
        period = sighting.itc_period or calendar.form_period(record.form, record.return_period)
        if before is not None and before.portal is not None and sighting.itc_period is None:
            # It was still unfiled when the portal was last seen, so its window is not before that.
            period = max(period, calendar.window_period(record.form, filing, before.portal.seen_at))
        period = calendar.period_for(period, self.scene.recipient.filing)
        return filed_at(self.unit, record, self.unit.now, period).changed(route=Route.IMS)

    def _action(self, record: Record, sighting: Sighting) -> tuple[Record, str | None]:
        shown = record.portal
        fresh = PortalView(sighting.action, _declaration_shown(sighting), sighting.portal_hash, self.unit.now)
        if shown and (shown.action, shown.declaration) == (fresh.action, fresh.declaration):
            if shown.hash != fresh.hash or not record.filed:
                record = record.changed(portal=_seen(shown, fresh))
            return record, "kept" if _differs(record) else None
        if sighting.action is record.state and _declaration(record) == fresh.declaration:
            return record.changed(portal=fresh), None
        if shown is not None and _differs(record):
            self.notes.append(f"{label(record.document)} was acted on here and on the portal; the action here stands")
            return record.changed(portal=fresh), "conflicts"
        return self._adopted(record, sighting), "adopted"

    def _adopted(self, record: Record, sighting: Sighting) -> Record:
        shown = PortalView(sighting.action, _declaration_shown(sighting), sighting.portal_hash, self.unit.now)
        trigger = BY_ACTION[sighting.action]
        move = self.scene.edition(record).transition(str(record.state), trigger)
        assert move is not None  # noqa: S101 -- every action is open from every active state
        # What the portal shows has happened; guards say what may be done, not what was.
        after = pass_over(self.unit, record, trigger, Allowed(move.dest, move.rules), {"shown_by": "portal"})
        reduction, declared = _declared_by(sighting)
        return after.changed(
            acted_at=self.unit.now, remarks=sighting.remarks, reduction=reduction, declared=declared, portal=shown
        )

    def _note(self, what: str, record: Record) -> None:
        self.done.setdefault(what, []).append(record.id)


def _seen(shown: PortalView, fresh: PortalView) -> PortalView:
    # The moment is kept while nothing changed, so that the same download again writes nothing.
    return shown if shown.hash == fresh.hash else fresh


def _filled(shown: Document, known: Document) -> Document:
    """Return what is shown, with what this dialect leaves out taken from what is known: that is no edit."""
    return shown.changed(value=known.value if shown.value is None else shown.value, pos=shown.pos or known.pos)


def _identity(document: Document, fy: str, reported: Record | Sighting) -> tuple[str, ...]:
    base = (document.supplier, str(document.kind), document.number, fy)
    if document.amends is None:
        return base
    return (*base, document.amends.number, str(reported.form), str(reported.return_period))


def _declared_by(sighting: Sighting) -> tuple[str | None, Heads]:
    if sighting.itc_reduction is None:
        return None, NIL
    if sighting.itc_reduction == "N":
        return "none", NIL
    return ("full", NIL) if sighting.declared is None else ("partial", sighting.declared)


def _token(reduction: str | None, declared: Heads, remarks: str | None) -> str | None:
    amounts = list(declared) if reduction == "partial" else None
    return None if reduction is None and not remarks else json.dumps([reduction, amounts, remarks or None])


def _declaration_shown(sighting: Sighting) -> str | None:
    return _token(*_declared_by(sighting), sighting.remarks)


def _declaration(record: Record) -> str | None:
    return _token(record.reduction, record.declared, record.remarks)


def _differs(record: Record) -> bool:
    shown = record.portal or PortalView(State.NO_ACTION, None, None, record.acted_at)  # type: ignore[arg-type]
    return (record.state, _declaration(record)) != (shown.action, shown.declaration)
