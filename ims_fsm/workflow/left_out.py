"""What a period's GSTR-2B considers and does not show, one by one and counted.

Imports the store and the readings; writes nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from ims_fsm.record.settling import LeftOut, LeftOutGroup, last_in_time, why_left_out
from ims_fsm.store import versions
from ims_fsm.store.sql import settling
from ims_fsm.terms.period import TaxPeriod
from ims_fsm.workflow.unit import UnitOfWork, unread_scope


def left_out(unit: UnitOfWork, recipient: str, period: TaxPeriod) -> Iterator[LeftOut]:
    """Give what a period's GSTR-2B considers as the actions stand, and does not show (FAQ 13, 14, 15, 23).

    No more is held than a page of what might be left out.
    """
    scene = unit.scene(recipient)
    for page in versions.perhaps_left_out(unit.connection, recipient, period):
        chains = unit.chains_of(page)
        yield from filter(None, (why_left_out(record, chains[record.id], scene, period) for record in page))


def counted_left_out(unit: UnitOfWork, recipient: str, period: TaxPeriod) -> tuple[LeftOutGroup, ...]:
    """Return how many records `left_out` gives for each reason, in the order in which the law declares them."""
    scope = unread_scope(unit, [recipient])
    counts: Counter[str] = Counter()
    for reason, cutoff, records_of_it in settling.left_out(unit.connection, scope, period):
        if reason != "out_of_time" or period <= last_in_time(cutoff, scope.scene):
            counts[reason] += records_of_it
    return tuple(
        LeftOutGroup(reason, counts[reason], declared.says, declared.rule, declared.until)
        for reason, declared in unit.book.routing.left_out.items()
        if counts[reason]
    )
