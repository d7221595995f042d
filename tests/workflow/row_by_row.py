"""The download taken in record by record, in Python: what taking it in as a set must come to, row for row.

Slow and plain on purpose; the sets are compared with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from ims_fsm.errors import InputError, Problem
from ims_fsm.law.refusal import Allowed
from ims_fsm.record.record import PortalView, Record
from ims_fsm.record.refusals import label
from ims_fsm.record.sighting import BY_ACTION, Sighting, declared_by, filled, last_seen, portal_view, told_alike
from ims_fsm.record.steps import filed
from ims_fsm.record.where import Where
from ims_fsm.store import log, records, taxpayers
from ims_fsm.terms.document import Document
from ims_fsm.terms.money import NIL
from ims_fsm.terms.period import TaxPeriod
from ims_fsm.terms.vocabulary import Filing, Form, RemovedFor, Route, State, SupplierStatus, Trigger
from ims_fsm.workflow.calendar.sweeps import next_period
from ims_fsm.workflow.reception.known_records import ACTIVE
from ims_fsm.workflow.returns import mark_stale
from ims_fsm.workflow.supplier import admit, draft
from ims_fsm.workflow.unit import UnitOfWork, fire, pass_over


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
    """Give the originals together, then the amendments one by one, oldest first."""
    in_order = sorted(fresh, key=_turn)
    originals = [one for one in in_order if one.document.amends is None]
    if originals:
        yield originals
    for one in in_order[len(originals) :]:
        yield [one]


def _turn(sighting: Sighting) -> tuple[bool, str, bool]:
    if sighting.document.amends is None:
        return (False, "", False)
    return (True, sighting.return_period, sighting.form is Form.GSTR_1A)


class Reception:
    """One download being taken in."""

    def __init__(self, unit: UnitOfWork, recipient: str) -> None:
        unit.taxpayer(recipient)
        self.unit, self.recipient, self.scene = unit, recipient, unit.scene(recipient)
        self.known = {identity(r.document, r.fy, r): r for r in records.search(unit.connection, recipient, Where())
                      if r.removed_for is not RemovedFor.SUPPLIER_DELETED}  # fmt: skip
        self.owed = next_period(unit, recipient)
        self.done: dict[str, list[int]] = {}
        self.notes: list[str] = []
        self.moved: list[Record] = []
        self.unchanged = 0

    def take_in(self, sightings: Sequence[Sighting], complete: frozenset[str]) -> dict[str, object]:
        refuse_others(self.recipient, sightings)
        shown = [(self._identity(sighting), sighting) for sighting in sightings]
        self._refuse_older(shown)
        reach = max((sighting.return_period for sighting in sightings), default="9")
        fresh: list[Sighting] = []
        seen: set[tuple[str, ...]] = set()
        for key, sighting in shown:
            if key in seen:
                self.notes.append(f"{label(sighting.document)} is shown more than once; the first was taken")
                continue
            seen.add(key)
            if key in self.known:
                self._again(self.known[key], sighting)
            else:
                fresh.append(sighting)
        for key, record in self.known.items():
            # What belongs to a later return than anything shown came after this download was made.
            if key not in seen and record.machine in complete and record.return_period <= reach:
                self._vanished(record)
        for some in in_turn(fresh):
            self._new(some)
        mark_stale(self.unit, self.recipient, self.moved)
        done = {name: tuple(sorted(ids)) for name, ids in self.done.items()}
        return {**done, "unchanged": self.unchanged, "notes": tuple(self.notes)}

    def _identity(self, sighting: Sighting) -> tuple[str, ...]:
        fy = self.unit.book.calendar.financial_year(sighting.document.date)
        return identity(sighting.document, fy, sighting)

    def _refuse_older(self, shown: Sequence[tuple[tuple[str, ...], Sighting]]) -> None:
        problems = [
            Problem(label(sighting.document), "is shown as saved, and is filed already", "take in downloads in turn")
            for key, sighting in shown
            if key in self.known and self.known[key].filed and sighting.supplier_status is SupplierStatus.SAVED
        ]
        if problems:
            raise InputError("a download from before the last one", problems)

    def _vanished(self, record: Record) -> None:
        if record.portal and not record.filed and record.state in ACTIVE:
            after = fire(self.unit, record, Trigger.DELETE)
            self.unit.write([(record, after.changed(removed_for=RemovedFor.SUPPLIER_DELETED))])
            self._note("deleted", record)

    def _new(self, fresh: Sequence[Sighting]) -> None:
        first = self.unit.take_ids(len(fresh))
        entries = [self._entry(first + at, sighting) for at, sighting in enumerate(fresh)]
        admit(self.unit, [entry for entry, _ in entries])
        adopted = [
            (entry, self._adopted(entry, sighting))
            for entry, sighting in entries
            if sighting.action is not State.NO_ACTION
        ]
        self.unit.write(adopted)
        self.moved += [entry for entry, _ in entries if entry.filed]

    def _entry(self, record_id: int, sighting: Sighting) -> tuple[Record, Sighting]:
        record = draft(self.unit, record_id, sighting.document, sighting.form, sighting.return_period)
        # The portal shows it in IMS, whatever the moment of this download would make of it.
        record = record.changed(route=Route.IMS, reduction_blocked=sighting.reduction_blocked)
        if sighting.supplier_status is SupplierStatus.FILED:
            record = self._filed(record, sighting, None)
        self._note("new", record)
        return record.changed(portal=PortalView(State.NO_ACTION, None, sighting.portal_hash, self.unit.now)), sighting

    def _again(self, record: Record, sighting: Sighting) -> None:
        if record.state not in ACTIVE or record.settled_in is not None:
            self.unchanged += 1
            return
        after, changes = record, []
        if filled(sighting.document, record.document).content_hash != record.content_hash:
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
        flags = filled(sighting.document, after.document)
        blocked = sighting.reduction_blocked
        after = after.changed(
            document=after.document.changed(pending_blocked=flags.pending_blocked, supplier_name=flags.supplier_name),
            reduction_blocked=record.reduction_blocked if blocked is None else blocked,
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
            log.append_contents(self.unit.connection, [(after, after.contents)], self.unit.actor, self.unit.now)
        decided = [(one.state, one.reduction, one.declared, one.filed) for one in (record, after)]
        if decided[0] != decided[1]:
            self.moved.append(after)
        for change in changes:
            self._note(change, record)
        self.unchanged += 0 if changes else 1

    def _edited(self, record: Record, sighting: Sighting) -> Record:
        document = filled(sighting.document, record.document)
        calendar = self.unit.book.calendar
        fy = calendar.financial_year(document.date)
        annual = taxpayers.annual_return_at(self.unit.connection, self.recipient, fy)
        after = fire(self.unit, record, Trigger.EDIT).changed(
            document=document,
            fy=fy,
            cutoff_at=calendar.cutoff(document.kind, document.date, annual),
            contents=record.contents + 1,
            content_hash=document.content_hash,
            remarks=None,
            reduction=None,
            declared=NIL,
        )
        return after.changed(portal=PortalView(State.NO_ACTION, None, sighting.portal_hash, self.unit.now))

    def _filed(self, record: Record, sighting: Sighting, before: Record | None) -> Record:
        period = sighting.itc_period or self._earliest_period(record, sighting, before)
        period = self.unit.book.calendar.period_for(period, self.scene.recipient.filing)
        return filed(record, self.scene, self.unit.now, period).changed(route=Route.IMS)

    def _earliest_period(self, record: Record, sighting: Sighting, before: Record | None) -> TaxPeriod:
        """Return the earliest 2B period that a filed record can belong to; no download tells when it was filed."""
        calendar = self.unit.book.calendar
        period = max(calendar.form_period(record.form, record.return_period), calendar.first_period)
        if before is not None and before.portal is not None:
            # It was still unfiled when the portal was last seen, so its window is not before that.
            period = max(period, self._window(record, before.portal.seen_at))
        if sighting.action is not State.PENDING:
            # What a filed GSTR-3B decided has left IMS (FAQ 5), and this has not.
            period = max(period, self.owed)
        return period

    def _action(self, record: Record, sighting: Sighting) -> tuple[Record, str | None]:
        shown, fresh = last_seen(record), portal_view(sighting, record, self.unit.now)
        if (shown.action, shown.declaration) == (fresh.action, fresh.declaration):
            if record.portal is None or shown.hash != fresh.hash or self._in_a_later_window(record, shown):
                record = record.changed(portal=fresh)
            return record, None if told_alike(record, fresh) else "kept"
        if told_alike(record, fresh):
            return record.changed(portal=fresh), None
        if not told_alike(record, shown):
            self.notes.append(f"{label(record.document)} was acted on here and on the portal; the action here stands")
            return record.changed(portal=fresh), "conflicts"
        return self._adopted(record, sighting), "adopted"

    def _in_a_later_window(self, record: Record, shown: PortalView) -> bool:
        """Say whether seeing a record unfiled now tells more than when it was last seen: its window has passed."""
        return not record.filed and self._window(record, shown.seen_at) < self._window(record, self.unit.now)

    def _window(self, record: Record, at: datetime) -> TaxPeriod:
        filing = self.scene.suppliers.get(record.document.supplier, Filing.MONTHLY)
        return self.unit.book.calendar.window_period(record.form, filing, at)

    def _adopted(self, record: Record, sighting: Sighting) -> Record:
        trigger = BY_ACTION[sighting.action]
        move = self.scene.edition(record).transition(str(record.state), trigger)
        assert move is not None
        # What the portal shows has happened; guards say what may be done, not what was.
        after = pass_over(self.unit, record, trigger, Allowed(move.dest, move.rules), {"shown_by": "portal"})
        reduction, declared = declared_by(sighting, record)
        return after.changed(
            acted_at=self.unit.now,
            remarks=sighting.remarks or None,
            reduction=reduction,
            declared=declared,
            portal=portal_view(sighting, record, self.unit.now),
        )

    def _note(self, what: str, record: Record) -> None:
        self.done.setdefault(what, []).append(record.id)
