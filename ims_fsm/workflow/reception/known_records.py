"""What a download does to records that are known here, one record at a time, and the report of all that it did.

Imports the store and the law; writes a page of records at once. The report holds no list that grows with the download.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from ims_fsm.law.refusal import Allowed
from ims_fsm.record.record import PortalView, Record
from ims_fsm.record.refusals import label
from ims_fsm.record.sighting import BY_ACTION, Shown, declared_by, filled, last_seen, portal_view, told_alike
from ims_fsm.record.steps import filed
from ims_fsm.store import log, records
from ims_fsm.store.staging import entering
from ims_fsm.store.staging.entering import Sort
from ims_fsm.terms.period import TaxPeriod
from ims_fsm.terms.vocabulary import Filing, Form, RemovedFor, Route, State, SupplierStatus, Trigger
from ims_fsm.workflow.supplier import edited
from ims_fsm.workflow.unit import UnitOfWork, fire, pass_over

EXAMPLES = 10
NOTES = 100
Each = Callable[[str, int], None]


@dataclass(frozen=True, slots=True)
class Received:
    """What taking in a download did, in numbers of records; a record may be counted in several."""

    new: int = 0
    filed: int = 0
    #: Shown with other content, and those of them that lost their action by it (FAQ 16).
    edited: int = 0
    reset: int = 0
    deleted: int = 0
    #: The portal's action was taken over.
    adopted: int = 0
    #: An action that the portal does not show yet.
    kept: int = 0
    #: An action taken here while another was taken on the portal: the action here stands.
    conflicts: int = 0
    #: All others.
    unchanged: int = 0
    #: The first ids of each of these.
    examples: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    #: Sentences about single records; the first hundred are kept, `more_notes` counts the others.
    notes: tuple[str, ...] = ()
    more_notes: int = 0


class Tally:
    """Counts while a download is taken in; `notify` is called with every record that is counted by name, in turn."""

    def __init__(self, notify: Each | None = None) -> None:
        """Begin at nothing."""
        self._notify = notify
        self._counts: dict[str, int] = defaultdict(int)
        self._examples: dict[str, list[int]] = defaultdict(list)
        self._notes: list[tuple[int, str]] = []
        self._noted = 0

    def count(self, what: str, number: int) -> None:
        """Count records that are not named."""
        self._counts[what] += number

    def name(self, what: str, record_ids: Iterable[int]) -> None:
        """Count records by name."""
        examples = self._examples[what]
        for record_id in record_ids:
            self._counts[what] += 1
            if len(examples) < EXAMPLES:
                examples.append(record_id)
            if self._notify is not None:
                self._notify(what, record_id)

    def note(self, ordinal: int, text: str) -> None:
        """Note a sentence about what was shown as the n-th."""
        self._noted += 1
        if len(self._notes) < NOTES:
            self._notes.append((ordinal, text))

    def received(self) -> Received:
        """Return what was counted."""
        notes = tuple(text for _, text in sorted(self._notes))
        examples = {what: tuple(ids) for what, ids in self._examples.items() if ids}
        return Received(**self._counts, examples=examples, notes=notes, more_notes=self._noted - len(notes))


ACTIVE = (State.NO_ACTION, State.ACCEPTED, State.REJECTED, State.PENDING)
SHOWN_BY = {"shown_by": "portal"}


class KnownRecords:
    """The known records of a recipient, as a download shows them; `owed` is the first 2B period not yet filed.

    `touched` is the earliest 2B period of a record that GSTR-2B may now show otherwise.
    """

    def __init__(self, unit: UnitOfWork, recipient: str, owed: TaxPeriod, tally: Tally) -> None:
        """Begin with nothing changed."""
        self._unit, self._recipient, self._owed, self._tally = unit, recipient, owed, tally
        self._scene = unit.scene(recipient)
        self._changes: list[tuple[Record, Record]] = []
        self._contents: list[tuple[Record, int]] = []
        self.touched: TaxPeriod | None = None

    def again(self, page: Sequence[tuple[int, Shown, int]]) -> None:
        """Take in records that are shown again: each with its place in the download, and its id."""
        by_id = records.find_many(self._unit.connection, self._recipient, {record_id for _, _, record_id in page})
        for ordinal, sighting, record_id in page:
            self._again(ordinal, by_id[record_id], sighting)
        self._write()

    def vanished(self, ids: Iterable[int]) -> None:
        """Take out saved records that are no longer shown: their suppliers have deleted them (FAQ 16)."""
        for record in records.find_many(self._unit.connection, self._recipient, ids).values():
            after = self._fire(record, Trigger.DELETE)
            self._changes.append((record, after.changed(removed_for=RemovedFor.SUPPLIER_DELETED)))
            self._tally.name("deleted", [record.id])
        self._write()

    def _write(self) -> None:
        self._unit.write(self._changes)
        log.append_contents(self._unit.connection, self._contents, self._unit.actor, self._unit.now)
        self._changes, self._contents = [], []

    def _fire(self, record: Record, trigger: Trigger) -> Record:
        if record.document.amends is not None:
            # Its chain is read, and must be as this download has left it so far.
            self._write()
        return fire(self._unit, record, trigger)

    def _again(self, ordinal: int, record: Record, sighting: Shown) -> None:
        if record.state not in ACTIVE or record.settled_in is not None:
            self._tally.count("unchanged", 1)
            return
        after, changes, document = record, [], sighting.document
        if filled(document, record.document).content_hash != record.content_hash:
            if record.filed:
                note = f"{label(record.document)} is filed, and the portal now shows it otherwise; kept as filed"
                self._tally.note(ordinal, note)
            else:
                after = self._edited(record, sighting)
                changes.append("reset" if record.state is not State.NO_ACTION else "edited")
        if sighting.supplier_status is SupplierStatus.FILED and not record.filed:
            after = self._filed(after, sighting, record)
            changes.append("filed")
        after, action = self._action(ordinal, after, sighting)
        changes += [action] if action else []
        flags = filled(document, after.document)
        blocked = sighting.reduction_blocked
        after = after.changed(
            document=after.document.changed(pending_blocked=flags.pending_blocked, supplier_name=flags.supplier_name),
            reduction_blocked=record.reduction_blocked if blocked is None else blocked,
        )
        self._keep(record, after, changes)

    def _keep(self, record: Record, after: Record, changes: Sequence[str]) -> None:
        if after == record:
            self._tally.count("unchanged", 1)
            if "kept" in changes:
                self._tally.name("kept", [record.id])
            return
        self._changes.append((record, after))
        if after.contents != record.contents:
            self._contents.append((after, after.contents))
        decided = [(moment.state, moment.reduction, moment.declared, moment.filed) for moment in (record, after)]
        if decided[0] != decided[1] and after.filed and after.two_b_period is not None:
            self.touched = min(self.touched or after.two_b_period, after.two_b_period)
        for change in changes:
            self._tally.name(change, [record.id])
        if not changes:
            self._tally.count("unchanged", 1)

    def _edited(self, record: Record, sighting: Shown) -> Record:
        document = filled(sighting.document, record.document)
        after = edited(self._unit, self._fire(record, Trigger.EDIT), document)
        return after.changed(portal=PortalView(State.NO_ACTION, None, sighting.portal_hash, self._unit.now))

    def _filed(self, record: Record, sighting: Shown, before: Record) -> Record:
        period = sighting.itc_period or self._earliest_period(record, sighting, before)
        period = self._unit.book.calendar.period_for(period, self._scene.recipient.filing)
        return filed(record, self._unit.scene(record.recipient), self._unit.now, period).changed(route=Route.IMS)

    def file(self) -> None:
        """File what is shown filed by now and otherwise as it was; see `_filed`."""
        connection = self._unit.connection
        periods = [(sort, self._period_of(sort)) for sort in entering.sorts(connection, self._recipient)]
        if periods:
            entering.file(connection, self._recipient, periods, self._unit.now)
            earliest = min(period for _, period in periods)
            self.touched = min(self.touched or earliest, earliest)

    def _period_of(self, sort: Sort) -> TaxPeriod:
        calendar, form = self._unit.book.calendar, Form(sort.form)
        if sort.itc_period:
            period = TaxPeriod(sort.itc_period)
        else:
            seen_in = calendar.window_period(form, Filing(sort.filing), sort.seen_at)
            period = self._earliest(form, TaxPeriod(sort.return_period), seen_in, pending=bool(sort.pending))
        return calendar.period_for(period, self._scene.recipient.filing)

    def _earliest_period(self, record: Record, sighting: Shown, before: Record) -> TaxPeriod:
        seen_in = None if before.portal is None else self._window(record, before.portal.seen_at)
        pending = sighting.action is State.PENDING
        return self._earliest(record.form, record.return_period, seen_in, pending=pending)

    def _earliest(self, form: Form, period: TaxPeriod, seen_in: TaxPeriod | None, *, pending: bool) -> TaxPeriod:
        """Return the earliest 2B period that a filed record can belong to; no download tells when it was filed.

        It was still unfiled in the window `seen_in`, so its own is not before that.
        """
        calendar = self._unit.book.calendar
        earliest = max(calendar.form_period(form, period), calendar.first_period, seen_in or calendar.first_period)
        # What a filed GSTR-3B decided has left IMS (FAQ 5), and this has not.
        return earliest if pending else max(earliest, self._owed)

    def _action(self, ordinal: int, record: Record, sighting: Shown) -> tuple[Record, str | None]:
        before, fresh = last_seen(record), portal_view(sighting, record, self._unit.now)
        if (before.action, before.declaration) == (fresh.action, fresh.declaration):
            if record.portal is None or before.hash != fresh.hash or self._in_a_later_window(record, before):
                record = record.changed(portal=fresh)
            return record, None if told_alike(record, fresh) else "kept"
        if told_alike(record, fresh):
            return record.changed(portal=fresh), None
        if not told_alike(record, before):
            note = f"{label(record.document)} was acted on here and on the portal; the action here stands"
            self._tally.note(ordinal, note)
            return record.changed(portal=fresh), "conflicts"
        return self._adopted(record, sighting), "adopted"

    def _in_a_later_window(self, record: Record, before: PortalView) -> bool:
        """Say whether seeing a record unfiled now tells more than when it was last seen: its window has passed."""
        return not record.filed and self._window(record, before.seen_at) < self._window(record, self._unit.now)

    def _window(self, record: Record, at: datetime) -> TaxPeriod:
        often = self._scene.suppliers.get(record.document.supplier, Filing.MONTHLY)
        return self._unit.book.calendar.window_period(record.form, often, at)

    def _adopted(self, record: Record, sighting: Shown) -> Record:
        trigger = BY_ACTION[sighting.action]
        move = self._scene.edition(record).transition(str(record.state), trigger)
        assert move is not None  # noqa: S101 -- every action is open from every active state
        # What the portal shows has happened; guards say what may be done, not what was.
        after = pass_over(self._unit, record, trigger, Allowed(move.dest, move.rules), SHOWN_BY)
        reduction, declared = declared_by(sighting, record)
        return after.changed(
            acted_at=self._unit.now,
            remarks=sighting.remarks or None,
            reduction=reduction,
            declared=declared,
            portal=portal_view(sighting, record, self._unit.now),
        )
