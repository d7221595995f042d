"""Proposed actions matched to a recipient's records, then applied as one transaction, or only judged.

Imports the proposals and the workflow; opens no file and knows no command line. A row is decided as an action on one
record is; what is alike is written together.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from ims_fsm.formats.proposals import NamedRecord, Proposal, ProposedActions
from ims_fsm.law.hooks import Tally
from ims_fsm.law.rows import row_refusals
from ims_fsm.record.record import Record
from ims_fsm.record.refusals import RefusedError, Told, label
from ims_fsm.record.scene import Request
from ims_fsm.record.sighting import last_seen
from ims_fsm.store import records, versions
from ims_fsm.store.connection import serialise
from ims_fsm.terms.border import ACTIONS
from ims_fsm.terms.vocabulary import TERMINAL, SupplierStatus
from ims_fsm.workflow.actions import acted, decided_otherwise
from ims_fsm.workflow.paired import pair_all
from ims_fsm.workflow.returns import mark_stale
from ims_fsm.workflow.unit import UnitOfWork

# What no record has: an action chosen on it is outdated.
NO_VERSION = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedRow:
    """What a proposed action comes to: it is allowed, or refused with every reason."""

    #: Where the file has it: "line 3".
    place: str
    trigger: str
    #: The record that it means; None where it does not mean one of the recipient's.
    record_id: int | None
    #: The document as people read it, or what the row names.
    document: str
    #: The state that it leads to; None where it is refused.
    dest: str | None = None
    refusals: tuple[Told, ...] = ()

    @property
    def allowed(self) -> bool:
        """Whether the action may be taken."""
        return not self.refusals


@dataclass(frozen=True, slots=True)
class Repeated:
    """A record that several rows name, which are taken in their order: the last action stands (FAQ 12)."""

    record_id: int
    document: str
    places: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Judgement:
    """Every proposal of a file judged, in the order of the file."""

    rows: tuple[JudgedRow, ...]
    #: Whether what is allowed was done; not where it was only judged, or all or nothing was to be.
    done: bool = True
    #: How many actions are on what is only saved by its supplier (FAQ 15).
    saved: int = 0
    repeated: tuple[Repeated, ...] = ()
    #: The titles of columns that mean nothing here, and how many rows propose no action.
    unread: tuple[str, ...] = ()
    blank: int = 0
    #: How many pairs with the purchase register were made or parted by hand.
    paired: int = 0

    @property
    def count(self) -> int:
        """How many proposals there are."""
        return len(self.rows)

    @property
    def refused(self) -> tuple[JudgedRow, ...]:
        """The proposals that are refused."""
        return tuple(row for row in self.rows if not row.allowed)

    @property
    def allowed(self) -> int:
        """How many of the proposals are allowed."""
        return sum(row.allowed for row in self.rows)

    @property
    def applied(self) -> int:
        """How many of the proposals were done."""
        return self.allowed if self.done else 0

    @property
    def tallies(self) -> list[Tally]:
        """What the actions came to, for who counts, by trigger; a refused proposal counts under each of its rules."""
        by_trigger: dict[str, list[JudgedRow]] = defaultdict(list)
        for row in self.rows:
            by_trigger[row.trigger].append(row)
        return [
            Tally(
                trigger,
                applied=sum(row.allowed for row in rows) if self.done else 0,
                refused=sum(not row.allowed for row in rows),
                by_rule=Counter(rule for row in rows for rule in {refusal.rule for refusal in row.refusals}),
            )
            for trigger, rows in by_trigger.items()
        ]


def check(unit: UnitOfWork, recipient: str, file: ProposedActions) -> Judgement:
    """Judge every proposal as if all were applied, and keep nothing (FAQ 10-16).

    `unit` must be one that may write: what is tried is written and taken back.
    """
    return _tried(unit, recipient, file, lambda _judged: False)


def apply(unit: UnitOfWork, recipient: str, file: ProposedActions, *, all_or_nothing: bool = False) -> Judgement:
    """Apply what is allowed of the proposals, whatever their actions, in the order of the file; report every refusal.

    Each is decided as an action on one record is (FAQ 10, 12, 30). With `all_or_nothing` nothing is done where one is
    refused.
    """
    judged = _tried(unit, recipient, file, lambda judged: not (all_or_nothing and judged.refused))
    unit.tallies += judged.tallies
    return judged


class _TakenBackError(Exception):
    """What was tried is not kept; `judged` is what it came to."""

    def __init__(self, judged: Judgement) -> None:
        """Keep what it came to."""
        self.judged = judged
        super().__init__()


def _tried(unit: UnitOfWork, recipient: str, file: ProposedActions, keep: Callable[[Judgement], bool]) -> Judgement:
    try:
        with unit.part() as part:
            return _kept(_Sheet(part, recipient, file).judged(), keep)
    except _TakenBackError as taken_back:
        return replace(taken_back.judged, done=False)


def _kept(judged: Judgement, keep: Callable[[Judgement], bool]) -> Judgement:
    if not keep(judged):
        raise _TakenBackError(judged)
    return judged


class _Sheet:
    """The proposals of a file being done: what each means, and how the records stand meanwhile."""

    def __init__(self, unit: UnitOfWork, recipient: str, file: ProposedActions) -> None:
        serialise(unit.connection, [recipient])
        unit.taxpayer(recipient)
        self.unit, self.recipient, self.file = unit, recipient, file
        named = _named(unit, recipient, [*file.proposals, *file.pairs])
        self.by_id = {record.id: record for record in named}
        self.by_number: dict[str, list[Record]] = defaultdict(list)
        for record in named:
            self.by_number[record.document.number.upper()].append(record)
        self.rows: dict[int, JudgedRow] = {}
        self.saved = 0

    def judged(self) -> Judgement:
        """Do what is allowed, and return what each proposal comes to."""
        paired = pair_all(self.unit, self.recipient, self.file, self._meaning)
        meant: dict[int, Record] = {}
        for number, proposal in enumerate(self.file.proposals):
            record = self._meant(number, proposal)
            if record is not None:
                meant[number] = record
        self._do(meant)
        rows = tuple(self.rows[number] for number in range(len(self.file.proposals)))
        return Judgement(
            rows=rows,
            saved=self.saved,
            repeated=tuple(self._repeated(meant)),
            unread=self.file.unread,
            blank=self.file.blank,
            paired=paired,
        )

    def _do(self, meant: dict[int, Record]) -> None:
        """Do the rows; what comes before another row on its chain is written before that, and the rest together."""
        chains = self.unit.chains_of({record.id: record for record in meant.values()}.values(), *ACTIONS)
        rounds: dict[int, list[int]] = defaultdict(list)
        before: dict[int, int] = defaultdict(int)
        for number, record in meant.items():
            rounds[before[record.chain_id]].append(number)
            before[record.chain_id] += 1
        decided: list[Record] = []
        for numbers in rounds.values():
            # The log has what is alike, and stands together, once.
            numbers.sort(key=lambda number: (self.file.proposals[number].trigger, meant[number].machine))
            changes = [
                change for number in numbers if (change := self._acted(number, chains[meant[number].id])) is not None
            ]
            if changes:
                self.unit.write(changes)
            decided += decided_otherwise(changes)
        mark_stale(self.unit, self.recipient, decided)

    def _acted(self, number: int, chain: Sequence[Record]) -> tuple[Record, Record] | None:
        """Return a record as it was and as a row leaves it, noted for the log; None where the row is refused."""
        proposal, row = self.file.proposals[number], self.rows[number]
        assert row.record_id is not None  # noqa: S101 -- only rows that mean a record come here
        record = self.by_id[row.record_id]
        differs = "; ".join(_differences(proposal, record))
        version = NO_VERSION if differs else None
        request = Request(remarks=proposal.remarks, reduce_itc=proposal.reduce_itc, version=version)
        stands = [self.by_id.get(member.id, member) for member in chain]
        try:
            after = acted(self.unit, record, proposal.trigger, request, stands)
        except RefusedError as error:
            self.rows[number] = replace(row, refusals=_explained(error.refusals, differs))
            return None
        # As the database will have it.
        self.by_id[record.id] = after
        self.rows[number] = replace(row, dest=str(after.state))
        self.saved += record.supplier_status is SupplierStatus.SAVED
        return record, after

    def _meant(self, number: int, proposal: Proposal) -> Record | None:
        row = JudgedRow(place=proposal.place, trigger=str(proposal.trigger), record_id=None, document=_words(proposal))
        meant = self._meaning(proposal)
        if isinstance(meant, Told):
            self.rows[number] = replace(row, refusals=(meant,))
            return None
        self.rows[number] = replace(row, record_id=meant.id, document=label(meant.document))
        return meant

    def _meaning(self, row: NamedRecord) -> Record | Told:
        """Return the record that a row means, or why it means none."""
        fitting = self._fitting(row)
        if len(fitting) == 1 and row.recipient in ("", self.recipient):
            return fitting[0]
        code = "unknown_record" if not fitting else "ambiguous_record"
        if row.recipient not in ("", self.recipient):
            code = "another_recipient"
        ids = ", ".join(str(record.id) for record in fitting)
        fields = {"named": _words(row), "recipient": self.recipient, "other": row.recipient}
        return Told.of(row_refusals()[code], {**fields, "count": str(len(fitting)), "ids": ids})

    def _fitting(self, row: NamedRecord) -> list[Record]:
        """Return the records that a row may mean: what is still in IMS, where there is such; the day tells too."""
        if row.record_id is not None:
            named = self.by_id.get(row.record_id)
            return [named] if named is not None and _fits(row, named) else []
        fitting = [record for record in self.by_number.get(row.number.upper(), []) if _fits(row, record)]
        active = [record for record in fitting if record.state not in TERMINAL] or fitting[-1:]
        return [record for record in active if record.document.date == row.date] or active

    def _repeated(self, meant: dict[int, Record]) -> Iterator[Repeated]:
        places: dict[int, list[str]] = defaultdict(list)
        for number, record in meant.items():
            places[record.id].append(self.file.proposals[number].place)
        for record_id, several in places.items():
            if len(several) > 1:
                yield Repeated(record_id, label(self.by_id[record_id].document), tuple(several))


def _named(unit: UnitOfWork, gstin: str, rows: Sequence[NamedRecord]) -> list[Record]:
    """Return the records that rows may mean, by id; none of those that no row names is read."""
    ids = {row.record_id for row in rows if row.record_id is not None}
    numbers = {row.number.upper() for row in rows if row.record_id is None}
    by_id = records.find_many(unit.connection, gstin, ids)
    by_id |= {record.id: record for record in versions.numbered(unit.connection, gstin, numbers)}
    return [by_id[record_id] for record_id in sorted(by_id)]


def _explained(refusals: Sequence[Told], differs: str) -> tuple[Told, ...]:
    """Say of an outdated proposal what differs."""
    return tuple(
        replace(refusal, sentence=f"{refusal.sentence}: {differs}") if refusal.code == "stale_version" else refusal
        for refusal in refusals
    )


def _fits(row: NamedRecord, record: Record) -> bool:
    document = record.document
    return (
        row.supplier in ("", document.supplier)
        and row.number.upper() in ("", document.number.upper())
        and row.machine in (None, record.machine)
    )


def _words(row: NamedRecord) -> str:
    """Return what a row names, in words."""
    kind = (row.machine or "").replace("_", " ")
    of = f"of {row.supplier}" if row.supplier else ""
    by_id = "" if row.record_id is None else f"{'with ' if kind or row.number else ''}id {row.record_id}"
    return " ".join(part for part in (kind, row.number, of, by_id) if part)


def _differences(proposal: Proposal, record: Record) -> Iterator[str]:
    """Give what differs from what an action was chosen on: the record's version, or what the portal last showed.

    The portal answers IMSSAV0010 to an upload that shows it otherwise.
    """
    if proposal.version is not None:
        if proposal.version != record.version:
            yield f"the file has version {proposal.version} of it, and it is at version {record.version}"
        return
    seen = last_seen(record).action
    if proposal.previous not in (None, seen):
        yield f"the file says {proposal.previous} before, and the portal last showed {seen}"
    document, ours = proposal.document, record.document
    if document is not None and (document.date, document.taxable, document.tax) != (ours.date, ours.taxable, ours.tax):
        yield "its date or amounts are others"
