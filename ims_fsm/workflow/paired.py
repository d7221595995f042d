"""Pairs that people made in a file: each cell looked up, then decided as `pair` and `split` decide, or none of them.

Imports the store and the purchase register's use cases; acts on no record.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from ims_fsm.errors import InputError, Problem
from ims_fsm.formats.columns import word_of
from ims_fsm.formats.gstn.row import Findings
from ims_fsm.formats.proposals import ProposedActions, ProposedPair
from ims_fsm.law.matching import MANUAL, written
from ims_fsm.record.record import Record
from ims_fsm.record.refusals import Told
from ims_fsm.record.register import Match, RegisterDocument
from ims_fsm.store.purchases import documents, matches
from ims_fsm.terms.border import LARGEST_ID
from ims_fsm.workflow.purchases import ONE_KIND, decide, unlike
from ims_fsm.workflow.unit import UnitOfWork

#: So many pairs a file may have: people make them, one by one.
MOST = 5_000
SPLIT = "split"
_AGAIN = "write the workbook anew, and fill that in"
Meaning = Callable[[ProposedPair], Record | Told]


def pair_all(unit: UnitOfWork, recipient: str, file: ProposedActions, meaning: Meaning) -> int:
    """Pair and part what a file says, and return how many decisions that were; what stands so already is none.

    `meaning` gives the record that a row means, or why it means none. Raises `InputError` with the cell of all that
    cannot be done; nothing is written then.
    """
    if not file.pairs:
        return 0
    if len(file.pairs) > MOST:
        what = f"pairs {len(file.pairs):,} records by hand, and a file may pair {MOST:,}"
        raise InputError(file.source, [Problem("the file", what, "give it in parts")])
    findings = Findings(file.source)
    meant = {pair.place: _record(pair, meaning, findings) for pair in file.pairs}
    rows = [(pair, record) for pair in file.pairs if (record := meant[pair.place]) is not None]
    looked_up = _Register.of(unit, recipient, rows)
    steps = [step for pair, record in rows if (step := looked_up.step(pair, record, findings)) is not None]
    findings.raise_problems()
    for pair, record, document in steps:
        decide(unit, recipient, "split" if _splits(pair) else "pair", document, record.id, pair.reason)
    return len(steps)


def _record(pair: ProposedPair, meaning: Meaning, findings: Findings) -> Record | None:
    meant = meaning(pair)
    if isinstance(meant, Told):
        findings.refuse(pair.place, meant.sentence, meant.remedy)
    elif pair.version not in (None, meant.version):
        what = f"is of version {pair.version} of record {meant.id}, which is at version {meant.version}"
        findings.refuse(pair.place, what, _AGAIN)
    else:
        return meant
    return None


def _splits(pair: ProposedPair) -> bool:
    return word_of(pair.other) == SPLIT


@dataclass(slots=True)
class _Register:
    """What the cells of a file are looked up in: documents by number here and by their own, how the records stand."""

    by_id: Mapping[int, RegisterDocument]
    by_number: Mapping[str, Sequence[RegisterDocument]]
    stands: Mapping[int, Match]
    parted: frozenset[int]
    taken: dict[tuple[str, int], str]

    @classmethod
    def of(cls, unit: UnitOfWork, recipient: str, rows: Sequence[tuple[ProposedPair, Record]]) -> _Register:
        """Return what the cells of some rows may mean."""
        others = [pair.other for pair, _ in rows if not _splits(pair)]
        by_number = defaultdict(list)
        for document in documents.numbered(unit.connection, recipient, {written(other) for other in others}):
            by_number[written(document.number)].append(document)
        newest = {of.record_id: of.decision for of in documents.decisions(unit.connection, recipient)}
        return cls(
            by_id=documents.find_many(unit.connection, recipient, [n for n in map(_number_of, others) if n]),
            by_number=by_number,
            stands=matches.of_records(unit.connection, recipient, {record.id for _, record in rows}),
            parted=frozenset(record for record, decision in newest.items() if decision == SPLIT),
            taken={},
        )

    def step(self, pair: ProposedPair, record: Record, findings: Findings) -> tuple[ProposedPair, Record, int] | None:
        """Return what a cell comes to; None where it stands so already, or is kept in `findings`."""
        of = self.stands.get(record.id)
        stands = None if of is None else of.document
        if _splits(pair):
            if stands is None and record.id not in self.parted:
                findings.refuse(pair.place, f"parts record {record.id}, which nothing is paired with", "clear the cell")
            document = stands
        else:
            document = self._document(pair, record, findings)
        if document is not None and not _splits(pair) and (what := unlike(document, record)):
            findings.refuse(pair.place, f"document #{document.id} {what}", ONE_KIND)
            document = None
        if document is None or not self._is_free(pair, record, document, findings):
            return None
        so_already = of is not None and of.class_name == MANUAL and document == stands and not _splits(pair)
        return None if so_already else (pair, record, document.id)

    def _document(self, pair: ProposedPair, record: Record, findings: Findings) -> RegisterDocument | None:
        fitting = list(self._fitting(pair.other, record))
        if len(fitting) == 1:
            return fitting[0]
        if fitting:
            ids = ", ".join(f"#{document.id}" for document in fitting)
            what = f"{pair.other!r} may mean several documents of the register ({ids})"
            findings.refuse(pair.place, what, f"write one of them like #{fitting[0].id}")
        else:
            what = f"{pair.other!r} is not a document of the register from the supplier of record {record.id}"
            findings.refuse(pair.place, what, "write its number, its number here like #12, or split")
        return None

    def _fitting(self, other: str, record: Record) -> Iterator[RegisterDocument]:
        """Give the documents that a cell may mean: #12 by its number here, of any supplier; else of the supplier's."""
        by_id = self.by_id.get(_number_of(other))
        if other.startswith("#"):
            yield from () if by_id is None else (by_id,)
            return
        pan = record.document.supplier[2:12]
        numbered = [of for of in self.by_number.get(written(other), ()) if of.supplier[2:12] == pan]
        yield from numbered
        if by_id is not None and by_id.supplier[2:12] == pan and by_id not in numbered:
            yield by_id

    def _is_free(self, pair: ProposedPair, record: Record, document: RegisterDocument, findings: Findings) -> bool:
        ends = (("record", record.id), ("document of the register", document.id))
        for what, number in ends:
            if (before := self.taken.setdefault((what, number), pair.place)) != pair.place:
                findings.refuse(pair.place, f"is of {what} {number}, as {before} is", "keep one of the two")
                return False
        return True


def _number_of(other: str) -> int:
    """Return the number that a cell may name a document by here; 0 where it is none."""
    digits = other.removeprefix("#")
    number = int(digits) if digits.isascii() and digits.isdigit() else 0
    return number if number <= LARGEST_ID else 0
