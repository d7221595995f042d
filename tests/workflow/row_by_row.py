"""The download taken in record by record, in Python: what taking it in as a set must come to, row for row.

Slow and plain on purpose; the sets are compared with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from operator import itemgetter

from ims_fsm.errors import InputError, Problem
from ims_fsm.formats.gstn.sections import sections_of
from ims_fsm.law.refusal import Allowed
from ims_fsm.record.chain import linked
from ims_fsm.record.moments import newest
from ims_fsm.record.record import PortalView, Record
from ims_fsm.record.refusals import label
from ims_fsm.record.sighting import (
    BY_ACTION,
    Sighting,
    declared_by,
    filled,
    last_seen,
    logged_with,
    portal_view,
    told_alike,
)
from ims_fsm.record.steps import filed
from ims_fsm.record.where import Where
from ims_fsm.store import listing, log, records, sightings, taxpayers
from ims_fsm.store.tables import AT, RECORD
from ims_fsm.terms.document import Document
from ims_fsm.terms.money import NIL
from ims_fsm.terms.vocabulary import ACTIVE, Form, RemovedFor, Route, State, SupplierStatus, Trigger
from ims_fsm.workflow.reception.placing import Placing
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
        self.everything = sorted(
            listing.search(unit.connection, recipient, Where()), key=lambda r: (_is_there(r), r.id)
        )
        self.known = {identity(r.document, r.fy, r): r for r in self.everything}
        self.done: dict[str, list[int]] = {}
        self.notes: list[str] = []
        self.moved: list[Record] = []
        self.seen: set[int] = set()
        self.unchanged = 0

    def take_in(self, shown: Sequence[Sighting], complete: frozenset[str]) -> dict[str, object]:
        refuse_others(self.recipient, shown)
        if complete:
            keys = " ".join(sorted(section for machine in complete for section in sections_of(machine)))
            sightings.put_download(self.unit.connection, self.recipient, self.unit.now, keys, 1, 1)
        self.placing = Placing(self.unit, self.recipient)
        matched, fresh = self._matched(shown)
        for record, sighting in matched:
            self._again(record, sighting)
        self._see()
        for some in in_turn(fresh):
            self._new(some)
        for record in listing.search(self.unit.connection, self.recipient, Where()):
            if record.filed and record.portal and record.state in ACTIVE and record.settled_in is None:
                self._place(record)
        for record in list(listing.search(self.unit.connection, self.recipient, Where())):
            self._vanished(record)
        for members in self._chains():
            self.unit.write([(was, now) for was, now in linked(members) if was != now])
        mark_stale(self.unit, self.recipient, self.moved)
        done = {name: tuple(sorted(ids)) for name, ids in self.done.items()}
        return {**done, "unchanged": self.unchanged, "notes": tuple(self.notes)}

    def _matched(self, shown: Sequence[Sighting]) -> tuple[list[tuple[Record, Sighting]], list[Sighting]]:
        """Return what is known of what is shown, each document once, and what is not."""
        matched: dict[int, tuple[Record, Sighting]] = {}
        fresh: list[tuple[int, Sighting]] = []
        taken: set[tuple[str, ...]] = set()
        for place, sighting in enumerate(shown):
            key = self._identity(sighting)
            if key in taken:
                self.notes.append(f"{label(sighting.document)} is shown more than once; the first was taken")
            elif key in self.known:
                matched[place] = (self.known[key], sighting)
            else:
                fresh.append((place, sighting))
            taken.add(key)
        taken = {known.id for known, _ in matched.values()}
        moved = [
            (max(turns(pair)), min(turns(pair)), place, pair)
            for place, one in fresh
            for record in self.everything
            if record.id not in taken and self._is_moved(*(pair := (record, one)))
        ]
        for _, _, place, (record, one) in sorted(sorted(moved, key=itemgetter(1), reverse=True), key=itemgetter(0)):
            if record.id not in taken and (place, one) in fresh:
                taken.add(record.id)
                matched[place] = (record, one)
                fresh.remove((place, one))
        return [matched[place] for place in sorted(matched)], [sighting for _, sighting in fresh]

    def _is_moved(self, record: Record, sighting: Sighting) -> bool:
        """Say whether an amendment that was saved in one return is shown in a later one."""
        document, here = sighting.document, record.document
        if document.amends is None or here.amends is None or record.portal is None or record.filed:
            return False
        if not turns((record, sighting))[0] < turns((record, sighting))[1]:
            return False
        names = [(d.supplier, d.kind, d.number, d.amends.number) for d in (document, here)]
        return names[0] == names[1] and self._identity(sighting)[3] == record.fy

    def _chains(self) -> list[list[Record]]:
        """Return all records in chains, worked out from what each names."""
        year = self.unit.book.calendar.financial_year
        chains: list[tuple[set[object], list[Record]]] = []
        everything = list(listing.search(self.unit.connection, self.recipient, Where()))
        documents = set(map(_names, everything))
        for record in everything:
            keys: set[object] = {_names(record), record.chain_id}
            if (amends := record.document.amends) is not None:
                whose = (record.document.supplier, record.document.kind, amends.number.upper())
                keys |= {(*whose, amends.date)} | ({(*whose, year(amends.date))} & documents)
            same = [chain for chain in chains if chain[0] & keys]
            chains = [chain for chain in chains if not chain[0] & keys]
            chains.append((keys.union(*(k for k, _ in same)), [*(r for _, members in same for r in members), record]))
        return [members for _, members in chains]

    def _identity(self, sighting: Sighting) -> tuple[str, ...]:
        fy = self.unit.book.calendar.financial_year(sighting.document.date)
        return identity(sighting.document, fy, sighting)

    def _see(self) -> None:
        at = {"portal_seen_at": self.unit.now}
        for record_id in self.seen:
            self.unit.connection.execute(
                RECORD.update().where(AT.id == record_id, AT.portal_seen_at < self.unit.now).values(at)
            )

    def _place(self, record: Record) -> None:
        period = self.placing.period_of(record)
        if period != record.two_b_period:
            self.unit.write([(record, record.changed(two_b_period=period))])
            self.moved += [record, record.changed(two_b_period=period)]

    def _vanished(self, record: Record) -> None:
        since = self.placing.newest.get(record.machine)
        gone = since is not None and record.portal is not None and record.portal.seen_at < since
        if gone and not record.filed and record.state in ACTIVE:
            after = fire(self.unit, record, Trigger.DELETE)
            self.unit.write([(record, after.changed(removed_for=RemovedFor.SUPPLIER_DELETED))])
            self._note("deleted", record)

    def _new(self, fresh: Sequence[Sighting]) -> None:
        first = self.unit.take_ids(len(fresh))
        drafted = [self._entry(first + at, sighting) for at, sighting in enumerate(fresh)]
        admit(self.unit, drafted)
        entries = [(entry, sighting) for (entry, _), sighting in zip(drafted, fresh, strict=True)]
        linked_by_now = records.find_many(self.unit.connection, self.recipient, [entry.id for entry, _ in entries])
        adopted = [
            (entry, self._adopted(entry, sighting))
            for entry, sighting in ((linked_by_now[entry.id], sighting) for entry, sighting in entries)
            if sighting.action is not State.NO_ACTION
        ]
        self.unit.write(adopted)
        self.moved += [entry for entry, _ in entries if entry.filed]

    def _entry(self, record_id: int, sighting: Sighting) -> tuple[Record, list[int]]:
        record, chains = draft(self.unit, record_id, sighting.document, sighting.form, sighting.return_period)
        # The portal shows it in IMS, whatever the moment of this download would make of it.
        record = record.changed(route=Route.IMS, reduction_blocked=sighting.reduction_blocked)
        record = record.changed(named_period=sighting.itc_period)
        if sighting.supplier_status is SupplierStatus.FILED:
            record = self._filed(record, sighting, None)
        self._note("new", record)
        return record.changed(portal=PortalView(State.NO_ACTION, None, sighting.portal_hash, self.unit.now)), chains

    def _again(self, record: Record, sighting: Sighting) -> None:
        deleted = record.removed_for is RemovedFor.SUPPLIER_DELETED
        if (record.state not in ACTIVE and not deleted) or record.settled_in is not None:
            self.unchanged += 1
            return
        self.seen.add(record.id)
        if record.filed and sighting.supplier_status is SupplierStatus.SAVED:
            self.unchanged += 1
            return
        after, changes = record, []
        if deleted:
            after = self._restored(record)
            changes.append("restored")
        after, change = self._content(after, sighting)
        changes += change
        if not record.filed:
            if (record.form, record.return_period) != (sighting.form, sighting.return_period):
                changes += [] if sighting.supplier_status is SupplierStatus.FILED and not change else ["moved"]
            after = after.changed(form=sighting.form, return_period=sighting.return_period)
        after = after.changed(named_period=sighting.itc_period or record.named_period)
        if sighting.supplier_status is SupplierStatus.FILED and not record.filed:
            after = self._filed(after, sighting, record.portal)
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

    def _restored(self, record: Record) -> Record:
        source = log.history(self.unit.connection, self.recipient, record.id)[-1].source
        self.unit.moved(record, "restore", source, ("faq.16.2",), {"shown_by": "portal"})
        return record.stepped(self.unit.now, state=State(source), removed_for=None)

    def _content(self, record: Record, sighting: Sighting) -> tuple[Record, list[str]]:
        document = filled(sighting.document, record.document)
        if document.content_hash == record.content_hash:
            return record, []
        if document.content_hash == filled(record.document, sighting.document).content_hash:
            digest, contents = document.content_hash, record.contents + 1
            last_at = newest(record.last_at, self.unit.now)
            return record.changed(document=document, content_hash=digest, contents=contents, last_at=last_at), []
        if record.filed:
            return record, []
        return self._edited(record, sighting), ["reset" if record.state is not State.NO_ACTION else "edited"]

    def _keep(self, record: Record, after: Record, changes: Sequence[str]) -> None:
        if after == record:
            self.unchanged += 1
            if "kept" in changes:
                self._note("kept", record)
            return
        self.unit.write([(record, after)])
        if after.contents != record.contents:
            self.unit.write_contents([(after, after.contents)])
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
            acted_at=None,
            remarks=None,
            reduction=None,
            declared=NIL,
        )
        return after.changed(portal=PortalView(State.NO_ACTION, None, sighting.portal_hash, self.unit.now))

    def _filed(self, record: Record, sighting: Sighting, before: PortalView | None) -> Record:
        record = record.changed(unfiled_at=before.seen_at if before else None, filed_at=self.unit.now)
        state = State.PENDING if sighting.action is State.PENDING else record.state
        period = self.placing.period_of(record.changed(state=state))
        return filed(record, self.scene, self.unit.now, period).changed(route=Route.IMS)

    def _action(self, record: Record, sighting: Sighting) -> tuple[Record, str | None]:
        shown, fresh = last_seen(record), portal_view(sighting, record, self.unit.now)
        if (shown.action, shown.declaration) == (fresh.action, fresh.declaration):
            if record.portal is None or shown.hash != fresh.hash:
                record = record.changed(portal=fresh)
            return record, None if told_alike(record, fresh) else "kept"
        if told_alike(record, fresh):
            return record.changed(portal=fresh), None
        if not told_alike(record, shown):
            return record.changed(portal=fresh), "conflicts"
        return self._adopted(record, sighting), "adopted"

    def _adopted(self, record: Record, sighting: Sighting) -> Record:
        trigger = BY_ACTION[sighting.action]
        move = self.scene.edition(record).transition(str(record.state), trigger)
        assert move is not None
        # What the portal shows has happened; guards say what may be done, not what was.
        after = pass_over(self.unit, record, trigger, Allowed(move.dest, move.rules), logged_with(sighting))
        reduction, declared = declared_by(sighting, record)
        return after.changed(
            acted_at=None,
            remarks=sighting.remarks or None,
            reduction=reduction,
            declared=declared,
            portal=portal_view(sighting, record, self.unit.now),
        )

    def _note(self, what: str, record: Record) -> None:
        self.done.setdefault(what, []).append(record.id)


def turns(pair: tuple[Record, Sighting]) -> tuple[tuple[str, str], tuple[str, str]]:
    record, sighting = pair
    return (record.return_period, record.form), (sighting.return_period, sighting.form)


def _names(record: Record) -> tuple[object, ...]:
    """Return the document that a record is."""
    return (record.document.supplier, record.document.kind, record.document.number.upper(), record.fy)


def _is_there(record: Record) -> bool:
    return record.removed_for is not RemovedFor.SUPPLIER_DELETED
