"""What a chain says of its members: what an amendment amends, how that was decided, whether it is superseded.

Imports the record and the scene; runs no statement. Its twin in SQL is `store.sql.chain`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ims_fsm.record.record import Record
from ims_fsm.record.scene import Scene
from ims_fsm.terms.money import Heads
from ims_fsm.terms.vocabulary import Direction, Disposition, RemovedFor, State


@dataclass(frozen=True, slots=True)
class Original:
    """What an amendment amends, as its chain stands: the fact's value, whether in one 2B period, its tax and record.

    `tax` and `record` are those of the version whose decision counts, `named` is the tax of the newest version.
    """

    value: str
    same_period: bool
    tax: Heads | None = None
    record: Record | None = None
    named: Heads | None = None


NO_ORIGINAL = Original("none", same_period=True)


def original_of(record: Record, chain: Sequence[Record], scene: Scene) -> Original:
    """Return what a record amends (FAQ 11, 13): the decided version whose credit the chain carries, or the last one.

    A version of another 2B period that is not decided yet comes before both.
    """
    if record.document.amends is None:
        return NO_ORIGINAL
    earlier = [r for r in chain if r.age < record.age and r.removed_for is not RemovedFor.SUPPLIER_DELETED]
    if not earlier:
        return _stated_original(record)
    period = scene.expected_period(record)
    undecided = [r for r in earlier if r.settled_in is None and r.removed_for is None]
    decided = [r for r in earlier if r not in undecided and r.disposition is not Disposition.SUPERSEDED]
    waiting = [r for r in undecided if scene.expected_period(r) != period]
    if waiting or not decided:
        last = (waiting or undecided or earlier)[-1]
        value = "unsettled_rejected" if last.state is State.REJECTED else "unsettled"
        return Original(value, not waiting, last.document.tax, last, earlier[-1].document.tax)
    last = _carrying(decided) or decided[-1]
    together = scene.expected_period(last) == period
    return Original(_decided_as(last), together, last.document.tax, last, earlier[-1].document.tax)


def is_superseded(record: Record, chain: Sequence[Record], scene: Scene) -> bool:
    """Say whether a filed amendment of the same 2B period prevails over an undecided record (FAQ 13)."""
    return record.settled_in is None and any(
        later.age > record.age
        and later.filed
        and later.removed_for is None
        and scene.expected_period(later) == scene.expected_period(record)
        for later in chain
    )


def direction_of(record: Record, chain: Sequence[Record], scene: Scene) -> Direction:
    """Return how a record moves the tax of the newest version before it."""
    original = original_of(record, chain, scene)
    return record.document.direction_from(original.tax if original.named is None else original.named)


def _stated_original(record: Record) -> Original:
    if record.stated_original is None:
        return Original("unknown", same_period=False)
    if record.stated_original is Disposition.REJECTED:
        # Its tax is not kept, and decides nothing: pending after a rejected original does not ask for the direction.
        return Original("rejected", same_period=False, tax=record.document.tax)
    return Original("accepted", same_period=False, tax=record.carried * record.document.kind.sign)


def _carrying(decided: Sequence[Record]) -> Record | None:
    # A rejection leaves the credit of the version before it; a decision outside IMS takes it back.
    carrying: Record | None = None
    for record in decided:
        value = _decided_as(record)
        carrying = record if value == "accepted" else carrying if value == "rejected" else None
    return carrying


def _decided_as(record: Record) -> str:
    match record.disposition:
        case Disposition.ACCEPTED | Disposition.DEEMED_ACCEPTED:
            return "accepted"
        case Disposition.REJECTED:
            return "rejected"
        case _:
            return "outside"
