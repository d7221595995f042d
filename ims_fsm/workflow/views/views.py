"""What people see: a recipient's list, one record with its log, a GSTR-2B.

Imports the store and the law; reads only.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from ims_fsm.law.refusal import Allowed
from ims_fsm.record.log import Content, TransitionEntry
from ims_fsm.record.record import Record
from ims_fsm.record.refusals import Told, filled_in, record_fields
from ims_fsm.record.returns import TwoB, TwoBLine
from ims_fsm.record.scene import NO_REQUEST, direction_of, original_of
from ims_fsm.record.settling import LeftOut
from ims_fsm.record.where import Where
from ims_fsm.store import log, records, returns, versions
from ims_fsm.terms.border import ACTIONS
from ims_fsm.terms.money import Heads
from ims_fsm.terms.period import TaxPeriod
from ims_fsm.terms.vocabulary import Direction, Route
from ims_fsm.workflow.returns.two_b import left_out
from ims_fsm.workflow.transitions import consider
from ims_fsm.workflow.unit import UnitOfWork

PAGE = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedRecord:
    """A record as the recipient's list has it."""

    record: Record
    #: The 2B period; for a record that is only saved the one that filing it now would give.
    period: TaxPeriod
    #: For each action an empty tuple, or every refusal.
    may: dict[str, tuple[Told, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordView:
    """A record as it stands: whether it is in IMS at all, its expected 2B period, rule set and direction.

    `shown_in` and `section` say which GSTR-2B shows it, and where.

    `may` says of each action whether it is open: an empty tuple, or every refusal.
    """

    record: Record
    in_ims: bool
    period: TaxPeriod
    rule_set: str
    direction: Direction
    original: str
    shown_in: TaxPeriod | None
    section: str
    may: dict[str, tuple[Told, ...]]

    @property
    def open_actions(self) -> tuple[str, ...]:
        """The actions that the recipient may take now."""
        return tuple(trigger for trigger, refusals in self.may.items() if not refusals)


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """Everything that was ever done to a record: contents, transitions, and its versions' chain."""

    record: Record
    contents: Sequence[Content]
    transitions: Sequence[TransitionEntry]
    chain: Sequence[Record]


@dataclass(frozen=True, slots=True, kw_only=True)
class TwoBView:
    """A GSTR-2B as generated: totals in paise by section, its lines with their records, and what it leaves out."""

    two_b: TwoB
    totals: dict[str, Heads]
    size: int
    lines: tuple[tuple[TwoBLine, Record], ...]
    left_out: tuple[LeftOut, ...]


def listed(unit: UnitOfWork, recipient: str, where: Where) -> Iterator[ListedRecord]:
    """Give a recipient's records that match, by id, with what may be done to each (FAQ 18); a page of them is held."""
    matching = unit.matching(recipient, where)
    while page := list(islice(matching, PAGE)):
        chains = unit.chains_of(page)
        for record in page:
            may = {str(action): refusals_on(unit, record, action, chains[record.id]) for action in ACTIONS}
            yield ListedRecord(record=record, period=unit.scene(recipient).expected_period(record), may=may)


def view(unit: UnitOfWork, record_id: int, recipient: str | None = None) -> RecordView:
    """Return one record with what may be done with it and why not."""
    record = unit.record(record_id, recipient)
    scene, chain = unit.scene(record.recipient), unit.chain_of(record)
    line = returns.newest_line(unit.connection, record.recipient, record.id)
    return RecordView(
        record=record,
        in_ims=scene.eligible and scene.route(record).name is Route.IMS,
        period=scene.expected_period(record),
        rule_set=scene.edition(record).rule_set.id,
        direction=direction_of(record, chain, scene),
        original=original_of(record, chain, scene).value,
        shown_in=line[0] if line else None,
        section=str(line[1].section) if line else "none",
        may={str(trigger): refusals_on(unit, record, trigger, chain) for trigger in ACTIONS},
    )


def refusals_on(unit: UnitOfWork, record: Record, trigger: str, chain: Sequence[Record]) -> tuple[Told, ...]:
    """Return every refusal of a trigger on a record now; none where it may fire."""
    decision = consider(unit, record, trigger, NO_REQUEST, chain)
    if isinstance(decision, Allowed):
        return ()
    return filled_in(decision, record_fields(record, unit.scene(record.recipient)))


def history(unit: UnitOfWork, record_id: int, recipient: str | None = None) -> History:
    """Return everything that was ever done to a record."""
    record = unit.record(record_id, recipient)
    return History(
        record=record,
        contents=log.contents_of(unit.connection, record),
        transitions=log.history(unit.connection, record.recipient, record.id),
        chain=versions.chains(unit.connection, record.recipient, [record.chain_id])[record.chain_id],
    )


def two_b_view(unit: UnitOfWork, recipient: str, period: TaxPeriod, *, with_lines: bool) -> TwoBView:
    """Return the newest generation of a GSTR-2B, with what it leaves out as the records stand now."""
    unit.taxpayer(recipient)
    two_b = returns.two_b(unit.connection, recipient, period)
    lines = list(returns.lines(unit.connection, recipient, period)) if with_lines else []
    by_id = records.find_many(unit.connection, recipient, {line.record_id for line in lines})
    return TwoBView(
        two_b=two_b,
        totals=returns.totals(unit.connection, recipient, period),
        size=returns.size(unit.connection, recipient, period),
        lines=tuple((line, by_id[line.record_id]) for line in lines),
        left_out=left_out(unit, recipient, period),
    )
