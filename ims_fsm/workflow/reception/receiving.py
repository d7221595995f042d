"""Takes in a download as a set: staged, compared with what is known in a few statements, and entered where it is new.

Imports the store's staging and the law; what is known and shown otherwise goes record by record to `known_records`, and
what follows from all downloads together is worked out in `placing`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import datetime
from functools import cache
from itertools import islice
from typing import Any

from ims_fsm.errors import InputError, Problem
from ims_fsm.formats.gstn.sections import machines_of, sections_of
from ims_fsm.record.record import Record
from ims_fsm.record.refusals import label
from ims_fsm.record.sighting import BY_ACTION, SHOWN_BY, Shown, Sighting, declaration_of, declared_by, flat
from ims_fsm.store import records, sightings, versions
from ims_fsm.store.calls import newest
from ims_fsm.store.connection import serialise
from ims_fsm.store.staging import entering, matching
from ims_fsm.store.staging.columns import StagedRow
from ims_fsm.store.staging.loading import Entrance, Entry, analyse, clear, make
from ims_fsm.store.staging.matching import shown_of
from ims_fsm.terms.money import HEADS
from ims_fsm.terms.period import TaxPeriod
from ims_fsm.workflow.permits import refuse_taken_in
from ims_fsm.workflow.reception.chains import join, links, relink
from ims_fsm.workflow.reception.known_records import KnownRecords
from ims_fsm.workflow.reception.new_records import Numbers, Preparer, Sieve
from ims_fsm.workflow.reception.placing import Placing
from ims_fsm.workflow.reception.report import Each, Received, Tally
from ims_fsm.workflow.returns import mark_stale_where
from ims_fsm.workflow.unit import UnitOfWork

LISTED = 1000
_AT_ONCE = 256
_UNCHANGED = ("unchanged", "kept", "older", "unfiled", "decided")
Parts = Iterable[Sequence[Shown]]
# Of rows that may show the same document, those that are left out, and those that take the place of another.
Choice = tuple[Sequence[int], Sequence[tuple[int, int]]]
Choose = Callable[[Sequence[tuple[int, Shown]]], Choice]


def receive(
    unit: UnitOfWork,
    recipient: str,
    sightings: Iterable[Sighting],
    complete: frozenset[str],
    notify: Each | None = None,
) -> Received:
    """Take in what the portal shows; taking in the same again changes nothing (FAQ 6, 16, 19).

    `notify` is called with every record that is counted by name. Raises `InputError` for what is shown of another
    recipient; nothing is written then.
    """
    serialise(unit.connection, [recipient])
    reception = Reception(unit, recipient, notify=notify)
    flattened = map(flat, sightings)
    reception.stage(iter(lambda: list(islice(flattened, _AT_ONCE)), []))
    sections = frozenset(section for machine in complete for section in sections_of(machine))
    return reception.finish(sections)


class SeenTwiceError(Exception):
    """A document of a recipient who was unknown is shown twice: the download must be compared with itself."""


class Reception:
    """One download of a recipient being taken in: its parts first, then `finish`.

    `seen_at` is when the portal showed it (aware; None: now). `notify` is called with every record that is counted by
    name. Nothing else may write on the recipient's records meanwhile.
    """

    def __init__(
        self, unit: UnitOfWork, recipient: str, seen_at: datetime | None = None, notify: Each | None = None
    ) -> None:
        """Begin; raises `InputError` for a recipient who is not registered here."""
        unit.restate("a download tells what the portal showed, whenever it is taken in")
        self._unit, self._recipient = unit, recipient
        self._seen_at, self._dated = seen_at or unit.now, seen_at is not None
        self._placing = Placing(unit, recipient)
        self._tally = Tally(notify)
        self.count = 0
        self._entered: list[range] = []
        self._first, self._straight = 0, False
        self._others: list[Problem] = []
        self._other = 0
        self._entry = Entry(
            recipient=recipient,
            actor=unit.actor,
            at=unit.now,
            seen_at=self._seen_at,
            recorded_at=unit.recorded_at,
            request_key=unit.request_key,
            triggers={str(action): str(trigger) for action, trigger in BY_ACTION.items()},
            detail=json.dumps(SHOWN_BY, sort_keys=True),
        )
        #: The newest call before those of this download, where somebody may not do all that it may show.
        self._calls = newest(unit.connection) if unit.book.law.role_facts else None
        make(unit.connection)

    # --- what is shown ------------------------------------------------------------------------------------------------

    def stage(self, parts: Parts) -> None:
        """Lay out what is shown, to be compared with what is known."""
        with Entrance(self._unit.connection, self._entry) as entrance:
            preparer = self._preparer(entrance)
            for part in parts:
                entrance.stage(
                    [preparer.prepare(ordinal, 0, sighting) for ordinal, sighting in enumerate(part, self.count)]
                )
                self._look_at(part)
        self._note(preparer.notes)

    def enter(self, parts: Parts) -> None:
        """Enter what is shown of a recipient who has no record yet; only what is linked to it is laid out.

        Raises `SeenTwiceError`, and what was entered is then of no use.
        """
        self._straight, sieve = True, Sieve()
        with Entrance(self._unit.connection, self._entry) as entrance:
            preparer = self._preparer(entrance)
            numbers = Numbers(self._unit, entrance.rest)
            for part in parts:
                self._divide(part, preparer, entrance, sieve, numbers)
                self._look_at(part)
        self._entered = numbers.used
        self._note(preparer.notes)
        if matching.entered_twice(self._unit.connection, self._recipient, sieve.caught):
            raise SeenTwiceError

    def _preparer(self, entrance: Entrance) -> Preparer:
        return Preparer(self._unit, self._recipient, self._seen_at, self._placing, entrance.rest)

    def _note(self, notes: Iterable[str]) -> None:
        for text in notes:
            self._tally.note(self.count, text)

    def _divide(
        self, part: Sequence[Shown], preparer: Preparer, entrance: Entrance, sieve: Sieve, numbers: Numbers
    ) -> None:
        alone = [sighting.original_number is None and sighting.number == sighting.number.upper() for sighting in part]
        ids = numbers.take(sum(alone))
        entered: list[StagedRow] = []
        staged: list[StagedRow] = []
        for ordinal, (sighting, is_alone) in enumerate(zip(part, alone, strict=True), self.count):
            if is_alone:
                row = preparer.prepare(ordinal, next(ids), sighting)
                entered.append(row)
                sieve.add((sighting.kind, sighting.supplier, sighting.number, row.fy))
            else:
                staged.append(preparer.prepare(ordinal, 0, sighting))
        if entered:
            entrance.enter(entered)
        if staged:
            entrance.stage(staged)

    def _look_at(self, part: Sequence[Shown]) -> None:
        self.count += len(part)
        for sighting in part:
            if sighting.recipient != self._recipient:
                self._other += 1
                if len(self._others) < LISTED:
                    what, remedy = (
                        f"is a document for {sighting.recipient}",
                        f"take in what belongs to {self._recipient}",
                    )
                    self._others.append(Problem(label(sighting.document), what, remedy))

    # --- what comes of it ---------------------------------------------------------------------------------------------

    def choose(self, choose: Choose) -> None:
        """Have one row chosen of those that may show the same document, before anything is compared."""
        left_out: list[int] = []
        moved: list[tuple[int, int]] = []
        for group in matching.alike(self._unit.connection):
            choice = choose([(row.ordinal, shown_of(row, self._recipient)) for row in group])
            left_out += choice[0]
            moved += choice[1]
        matching.drop(self._unit.connection, left_out)
        matching.move(self._unit.connection, moved)
        self.count -= len(left_out)

    def finish(self, sections: frozenset[str], numbers: Collection[int] = (1,), files: int = 1) -> Received:
        """Compare what was laid out with what is known, and write what comes of it (FAQ 6, 16, 19).

        `sections` are those of which everything is shown, in it alone or in so many files, of which it is those of some
        numbers. Raises `InputError` for what is another's.
        """
        connection, recipient = self._unit.connection, self._recipient
        self._refuse(self._others, self._other, "download")
        analyse(connection, "stage")
        if sections:
            self._placing.keep(self._seen_at, sections, numbers, files)
        known_records = KnownRecords(
            self._unit, recipient, self._seen_at, self._placing, self._tally, dated=self._dated
        )
        self._match()
        self._drop_repeated()
        if not self._straight:
            self._take_in_known(known_records)
        self._enter_new()
        touched = self._placing.place()
        self._take_out(known_records)
        amended = versions.with_several(connection, recipient, known_records.chains)
        relink(self._unit, recipient, [[chain_id] for chain_id in amended])
        self._placing.guess()
        self._tell_uncertain()
        self._mark_stale(touched, known_records.touched)
        clear(connection)
        if self._calls is not None:
            refuse_taken_in(self._unit, recipient, self._calls)
        return self._tally.received()

    def _match(self) -> None:
        connection = self._unit.connection
        if self._straight and not entering.count(connection, amended=False):
            return
        matched = matching.match(connection, self._recipient, self._seen_at)
        if self._straight and matched:
            raise SeenTwiceError

    def _refuse(self, problems: list[Problem], count: int, subject: str) -> None:
        if count:
            left = count - len(problems)
            more = [
                Problem("download", f"{left:,} more problems are not listed", "correct those that are, and try again")
            ]
            raise InputError(subject, [*problems, *(more if left else [])])

    def _drop_repeated(self) -> None:
        left_out: list[int] = []
        for group in matching.alike(self._unit.connection):
            taken: set[str | None] = set()
            for row in group:
                if row.original_key in taken:
                    document = shown_of(row, self._recipient).document
                    self._tally.note(row.ordinal, f"{label(document)} is shown more than once; the first was taken")
                    left_out.append(row.ordinal)
                taken.add(row.original_key)
        matching.drop(self._unit.connection, left_out)

    def _take_in_known(self, known_records: KnownRecords) -> None:
        connection, recipient = self._unit.connection, self._recipient
        counts = matching.counted(connection)
        self._tally.count("unchanged", sum(counts.get(verdict, 0) for verdict in _UNCHANGED))
        self._tally.name("kept", matching.ids(connection, "kept", "filed_kept"))
        self._tally.name("filed", matching.ids(connection, *entering.FILED))
        self._tally.contradict("filed_is_saved", matching.ids(connection, "unfiled"))
        for period, records_of, first in matching.decided(connection, recipient):
            if self._placing.is_filed_by(TaxPeriod(period), self._seen_at):
                self._tally.contradict("decided_is_open", [first], period, more=records_of - 1)
        filed = None
        if any(map(counts.get, entering.FILED)):
            known_records.chains |= set(entering.amended(connection, recipient))
            entering.file(connection, recipient, self._seen_at)
            # Who looks at a chain finds each version in its period; otherwise they are placed once, at the end.
            filed = self._placing.place() if "look" in counts else None
        for page in matching.pages(connection, "look"):
            known_records.again([(row.ordinal, shown_of(row, recipient), row.record_id) for row in page])
        known_records.touched = min((p for p in (filed, known_records.touched) if p is not None), default=None)
        entering.see(connection, recipient, self._seen_at)

    def _take_out(self, known_records: KnownRecords) -> None:
        """Take out what is only saved and that the portal shows no more, and tell of what is filed and gone."""
        connection, recipient, since = self._unit.connection, self._recipient, self._placing.newest
        deleted = sightings.deleted(connection, recipient, since)
        for start in range(0, len(deleted), matching.PAGE):
            known_records.vanished(deleted[start : start + matching.PAGE])
        for period, records_of, first in sightings.gone_filed(connection, recipient, since):
            self._tally.contradict("filed_is_gone", [first], period, more=records_of - 1)

    def unshown(self, sections: frozenset[str]) -> int:
        """Return how many records of some sections are only saved, and not shown by this download or a later one."""
        since = dict.fromkeys(machines_of(sections), self._seen_at)
        return len(sightings.deleted(self._unit.connection, self._recipient, since))

    def _tell_uncertain(self) -> None:
        """Say once of which records the 2B period hangs on how often their suppliers file, and nobody has told."""
        uncertain = self._placing.uncertain
        if uncertain:
            (sort, period, other) = min(uncertain, key=lambda entry: entry[0].supplier)
            count = sum(sort.records for sort, *_ in uncertain)
            what = "1 record" if count == 1 else f"{count:,} records"
            quarterly = f"would belong to another 2B period if the supplier files quarterly ({sort.supplier}: {other}"
            remedy = f'monthly is taken: register(Taxpayer(gstin="{sort.supplier}", filing="quarterly", …))'
            self._note([f"{what} {quarterly} and not {period}); {remedy}"])

    def _enter_new(self) -> None:
        connection, entry = self._unit.connection, self._entry
        originals = entering.count(connection, amended=False)
        amendments = entering.count(connection, amended=True)
        self._first = self._entered[0][0] if self._entered else 0
        if originals + amendments:
            first = self._unit.take_ids(originals + amendments)
            self._first = self._first or first
            self._entered.append(range(first, first + originals + amendments))
            if originals:
                entering.enter_originals(connection, entry, first)
                join(self._unit, self._recipient, first)
            if amendments:
                self._enter_amendments(first, first + originals)
        for ids in self._entered:
            self._tally.name("new", ids)

    def _enter_amendments(self, since: int, first: int) -> None:
        connection = self._unit.connection
        members, apart = entering.members(connection, self._recipient, since), list[set[int]]()
        year = self._unit.book.calendar.financial_year
        entering.link(connection, links(members, entering.amendments(connection, first), year, apart))
        entering.enter_amendments(connection, self._entry)
        relink(self._unit, self._recipient, apart)
        uncertain = entering.uncertain(connection)
        entered = records.find_many(connection, self._recipient, [row.record_id for row in uncertain])
        rows = [_declared(shown_of(row, self._recipient), entered[row.record_id]) for row in uncertain]
        if rows:
            entering.declare(connection, self._recipient, rows)

    def _mark_stale(self, *touched: TaxPeriod | None) -> None:
        """Mark the drafts to which anything belongs that is new or now decided otherwise (FAQ 24, 29)."""

        def is_touched(period: TaxPeriod) -> bool:
            return any(since is not None and period >= since for since in (*touched, earliest()))

        @cache
        def earliest() -> str | None:
            if not self._first:
                return None
            return entering.earliest_period(self._unit.connection, self._recipient, self._first)

        mark_stale_where(self._unit, self._recipient, is_touched)


def _declared(sighting: Shown, record: Record) -> dict[str, Any]:
    reduction, declared = declared_by(sighting, record)
    return {
        "key_id": record.id,
        "reduction": reduction,
        **{f"declared_{head}": amount for head, amount in zip(HEADS, declared, strict=True)},
        "portal_declaration": declaration_of(sighting.action, reduction, declared, sighting.remarks),
    }
