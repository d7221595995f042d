"""What a download does to records that are known here, one record at a time.

Imports the store and the law; writes a page of records at once. The newest sighting decides form, period, content and
action of what is saved; an older one only adds what it alone tells.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from ims_fsm.law.refusal import Allowed
from ims_fsm.record.moments import newest
from ims_fsm.record.record import PortalView, Record
from ims_fsm.record.sighting import (
    BY_ACTION,
    SHOWN_BY,
    Shown,
    declared_by,
    filled,
    last_seen,
    logged_with,
    portal_view,
    told_alike,
)
from ims_fsm.record.steps import filed
from ims_fsm.store import records, sightings
from ims_fsm.terms.period import TaxPeriod
from ims_fsm.terms.vocabulary import Correction, RemovedFor, Route, State, SupplierStatus, Trigger
from ims_fsm.workflow.reception.placing import Placing
from ims_fsm.workflow.reception.report import Tally
from ims_fsm.workflow.supplier import edited
from ims_fsm.workflow.unit import UnitOfWork, fire, pass_over


class KnownRecords:
    """The known records of a recipient, as a download shows them; `seen_at` is when the portal did.

    `touched` is the earliest 2B period of a record that GSTR-2B may now show otherwise, `chains` has the chains whose
    versions may stand in another order, or otherwise. Where the download is `dated`, another may be of the same moment.
    """

    def __init__(
        self, unit: UnitOfWork, recipient: str, seen_at: datetime, placing: Placing, tally: Tally, *, dated: bool
    ) -> None:
        """Begin with nothing changed."""
        self._unit, self._recipient, self._seen_at, self._dated = unit, recipient, seen_at, dated
        self.chains: set[int] = set()
        self._placing, self._tally = placing, tally
        self._scene = unit.scene(recipient)
        self._changes: list[tuple[Record, Record]] = []
        self._contents: list[tuple[Record, int]] = []
        self.touched: TaxPeriod | None = None

    def again(self, page: Sequence[tuple[int, Shown, int]]) -> None:
        """Take in records that are shown again: each with its place in the download, and its id."""
        by_id = records.find_many(self._unit.connection, self._recipient, {record_id for _, _, record_id in page})
        deleted = [(r.id, r.seq) for r in by_id.values() if r.removed_for is RemovedFor.SUPPLIER_DELETED]
        before = sightings.sources(self._unit.connection, self._recipient, deleted)
        for _, sighting, record_id in page:
            self._again(by_id[record_id], sighting, before.get(record_id))
        self._write()

    def vanished(self, ids: Iterable[int]) -> None:
        """Take out saved records that are no longer shown: their suppliers have deleted them (FAQ 16)."""
        for record in records.find_many(self._unit.connection, self._recipient, ids).values():
            after = self._fire(record, Trigger.DELETE)
            self._changes.append((record, after.changed(removed_for=RemovedFor.SUPPLIER_DELETED)))
            self.chains.add(record.chain_id)
            self._tally.name("deleted", [record.id])
        self._write()

    def _write(self) -> None:
        self._unit.write(self._changes)
        self._unit.write_contents(self._contents)
        self._changes, self._contents = [], []

    def _fire(self, record: Record, trigger: Trigger) -> Record:
        if record.document.amends is not None:
            # Its chain is read, and must be as this download has left it so far.
            self._write()
        return fire(self._unit, record, trigger)

    def _again(self, record: Record, sighting: Shown, before_deletion: str | None) -> None:
        newer = self._is_newer(record, sighting)
        after, changes = record, list[str]()
        if before_deletion is not None:
            # What a later whole download did not show is taken out again.
            stays = self._seen_at >= self._placing.newest.get(record.machine, self._seen_at)
            if not newer or (not stays and self._is_as_shown(record, sighting)):
                self._tally.count("unchanged", 1)
                return
            after = self._restored(record, State(before_deletion))
            if stays:
                changes.append("restored")
                self._tally.contradict("deletion_undone", [record.id])
        after, change = self._content(after, sighting, newer=newer)
        changes += change
        if newer and not record.filed:
            moved = (after.form, after.return_period) != (sighting.form, sighting.return_period)
            # What is filed elsewhere as it was saved is told as filed, as it is where nobody has to look at it.
            if moved and (change or sighting.supplier_status is SupplierStatus.SAVED):
                changes.append("moved")
            after = after.changed(form=sighting.form, return_period=sighting.return_period)
        named = (sighting.itc_period, after.named_period)
        after = after.changed(named_period=(named[0] or named[1]) if newer else (named[1] or named[0]))
        if sighting.supplier_status is SupplierStatus.FILED and not record.filed:
            after = self._filed(after, sighting, None if record.portal is None else record.portal.seen_at)
            changes.append("filed")
        after, action = self._action(after, sighting, newer=newer)
        changes += [action] if action else []
        self._keep(record, self._flagged(after, sighting, newer=newer), changes)

    def _is_newer(self, record: Record, sighting: Shown) -> bool:
        """Say whether a sighting prevails over the newest; of two of one moment always the same does."""
        newest = record.portal
        if newest is None or newest.seen_at != self._seen_at or not self._dated:
            return newest is None or newest.seen_at <= self._seen_at
        fresh = portal_view(sighting, record, self._seen_at)
        filed, turn = sighting.supplier_status is SupplierStatus.FILED, (sighting.return_period, sighting.form)
        digest = filled(sighting.document, record.document).content_hash
        there = (filed, *turn, digest, fresh.action, fresh.declaration or "")
        here = (record.return_period, record.form, record.content_hash, newest.action, newest.declaration or "")
        return there >= (record.filed, *here)

    def _is_as_shown(self, record: Record, sighting: Shown) -> bool:
        """Say whether a record is shown just as it was when it was deleted: then nothing comes of it."""
        view = record.portal
        return (
            view is not None
            and sighting.supplier_status is SupplierStatus.SAVED
            and (sighting.form, sighting.return_period) == (record.form, record.return_period)
            and filled(sighting.document, record.document) == record.document
            and portal_view(sighting, record, view.seen_at) == view
            and self._flagged(record, sighting, newer=True) == record
        )

    def _restored(self, record: Record, state: State) -> Record:
        """Return a record as it stood before it was taken as deleted, which it was not."""
        self._unit.moved(record, Correction.RESTORE, str(state), ("faq.16.2",), SHOWN_BY)
        return record.stepped(self._unit.now, state=state, removed_for=None)

    def _content(self, record: Record, sighting: Shown, *, newer: bool) -> tuple[Record, list[str]]:
        """Return a record with the content that is shown; what one of both leaves out is no change."""
        document = filled(sighting.document, record.document)
        if document.content_hash == record.content_hash:
            return record, []
        if document.content_hash == filled(record.document, sighting.document).content_hash:
            content = {"content_hash": document.content_hash, "contents": record.contents + 1}
            last_at = newest(record.last_at, self._unit.now)
            return record.changed(document=document, last_at=last_at, **content), []
        if not newer:
            return record, []
        if record.filed:
            self._tally.contradict("filed_is_changed", [record.id])
            return record, []
        after = edited(self._unit, self._fire(record, Trigger.EDIT), document)
        view = PortalView(State.NO_ACTION, None, sighting.portal_hash, self._seen_at)
        return after.changed(acted_at=None, portal=view), ["reset" if record.state is not State.NO_ACTION else "edited"]

    def _filed(self, record: Record, sighting: Shown, saved_at: datetime | None) -> Record:
        """Return a record as filed, which was last seen as saved at a moment before this download, if at all."""
        # An older sighting as saved proves something, a later one contradicts this one.
        unfiled_at = saved_at if saved_at is not None and saved_at <= self._seen_at else None
        record = record.changed(form=sighting.form, return_period=sighting.return_period, unfiled_at=unfiled_at)
        pending = State.PENDING if sighting.action is State.PENDING else record.state
        period = self._placing.period_of(record.changed(filed_at=self._seen_at, state=pending))
        after = filed(record, self._unit.scene(record.recipient), self._seen_at, period)
        return after.changed(route=Route.IMS)

    def _flagged(self, record: Record, sighting: Shown, *, newer: bool) -> Record:
        """Return a record with the portal's flags and the supplier's name; the newest sighting that has one counts."""
        document, blocked = record.document, sighting.reduction_blocked
        pair = (sighting.document, document) if newer else (document, sighting.document)
        flags = filled(*pair)
        kept = record.reduction_blocked
        kept = (kept if blocked is None else blocked) if newer else (blocked if kept is None else kept)
        document = document.changed(pending_blocked=flags.pending_blocked, supplier_name=flags.supplier_name)
        return record.changed(document=document, reduction_blocked=kept)

    def _keep(self, record: Record, after: Record, changes: Sequence[str]) -> None:
        if after == record:
            self._tally.count("unchanged", 1)
            if "kept" in changes:
                self._tally.name("kept", [record.id])
            return
        self._changes.append((record, after))
        places = [(version.turn, version.filed, version.removed_for) for version in (record, after)]
        if places[0] != places[1]:
            self.chains.add(record.chain_id)
        if after.contents != record.contents:
            self._contents.append((after, after.contents))
        decided = [(moment.state, moment.reduction, moment.declared, moment.filed) for moment in (record, after)]
        if decided[0] != decided[1] and after.filed and after.two_b_period is not None:
            self.touched = min(self.touched or after.two_b_period, after.two_b_period)
        for change in changes:
            self._tally.name(change, [record.id])
        if not changes:
            self._tally.count("unchanged", 1)

    def _action(self, record: Record, sighting: Shown, *, newer: bool) -> tuple[Record, str | None]:
        before, fresh = last_seen(record), portal_view(sighting, record, self._seen_at)
        if not newer:
            return self._with_hash(record, sighting), None
        if (before.action, before.declaration) == (fresh.action, fresh.declaration):
            if record.portal is None or before.hash != fresh.hash:
                record = record.changed(portal=fresh)
            return record, None if told_alike(record, fresh) else "kept"
        if told_alike(record, fresh):
            return record.changed(portal=fresh), None
        if not told_alike(record, before):
            self._tally.contradict("acted_otherwise", [record.id])
            return record.changed(portal=fresh), "conflicts"
        return self._adopted(record, sighting), "adopted"

    @staticmethod
    def _with_hash(record: Record, sighting: Shown) -> Record:
        view = record.portal
        if view is None or view.hash is not None or not sighting.portal_hash:
            return record
        return record.changed(portal=PortalView(view.action, view.declaration, sighting.portal_hash, view.seen_at))

    def _adopted(self, record: Record, sighting: Shown) -> Record:
        trigger = BY_ACTION[sighting.action]
        move = self._scene.edition(record).transition(str(record.state), trigger)
        assert move is not None  # noqa: S101 -- every action is open from every active state
        # What the portal shows has happened; guards say what may be done, not what was.
        after = pass_over(self._unit, record, trigger, Allowed(move.dest, move.rules), logged_with(sighting))
        reduction, declared = declared_by(sighting, record)
        return after.changed(
            # No download tells when an action was taken there.
            acted_at=None,
            remarks=sighting.remarks or None,
            reduction=reduction,
            declared=declared,
            portal=portal_view(sighting, record, self._seen_at),
        )
