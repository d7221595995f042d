"""The deadlines of a recipient's records, with the GSTR-2Bs as they stand; reads only.

Imports the store and the record; decides nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ims_fsm.record.deadlines import Deadlines, dates_of, deadlines_of
from ims_fsm.record.record import Record
from ims_fsm.record.scene import record_facts
from ims_fsm.store import returns
from ims_fsm.terms.vocabulary import TwoBState
from ims_fsm.workflow.calendar.sweeps import next_period
from ims_fsm.workflow.unit import UnitOfWork


def deadlines(unit: UnitOfWork, recipient: str) -> Callable[[Record, Sequence[Record]], Deadlines]:
    """Return what reads the deadlines of one of a recipient's records, with its chain; their returns are read once."""
    scene, standings = unit.scene(recipient), returns.standings(unit.connection, [recipient])
    following = next_period(unit, recipient, standings)

    def read(record: Record, chain: Sequence[Record]) -> Deadlines:
        # What waits is decided by the next GSTR-3B at the earliest.
        period = record.settled_in or max(scene.expected_period(record), following)
        two_b = standings[recipient].get(period)
        days = dates_of(scene, period, TwoBState.ABSENT if two_b is None else two_b.state)
        return deadlines_of(record, record_facts(record, chain, scene), scene, days)

    return read
