"""The chains of a recipient's documents: those that a report's numbers lead to, and what their versions stand at.

Imports the store and the record, which says what a chain stands at. The chains of a download are `reception.chains`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence

from ims_fsm.record.chain import linked
from ims_fsm.record.record import Record
from ims_fsm.store import versions
from ims_fsm.terms.document import Document
from ims_fsm.terms.vocabulary import RemovedFor
from ims_fsm.workflow.unit import UnitOfWork


def led_to(unit: UnitOfWork, document: Document, fy: str, but: int) -> list[int]:
    """Return the chains with which a reported document is one, without the record of an id (FAQ 13, docs/adr/0016).

    One names the other's number, both amend one document, or both give one number; an original takes in what waits for
    it. A version that its supplier has deleted leads to its chain where no other has its number.
    """
    year, number, amends = unit.book.calendar.financial_year, document.number.upper(), document.amends
    numbers = {number} if amends is None else {number, amends.number.upper()}
    waiting = versions.awaits_an_original() if amends is None else ()
    others = [other for other in versions.related(unit.connection, document, numbers, *waiting) if other.id != but]
    others.sort(key=lambda other: other.removed_for is not RemovedFor.SUPPLIER_DELETED)
    by_number = {(other.document.number.upper(), other.fy): other.chain_id for other in others}
    amending = [(other.chain_id, of.number.upper(), of.date) for other in others if (of := other.document.amends)]
    led = [chain_id for chain_id, named, day in amending if (named, year(day)) == (number, fy)]
    if amends is not None:
        led += [chain_id for chain_id, *named in amending if named == [amends.number.upper(), amends.date]]
        led += [by_number[key] for key in ((amends.number.upper(), year(amends.date)),) if key in by_number]
    return led + [by_number[key] for key in ((number, fy),) if key in by_number]


def rejoin(unit: UnitOfWork, recipient: str, together: Collection[Collection[int]]) -> None:
    """Work out anew what chains stand at; those whose ids are given together are one (FAQ 13)."""
    members = versions.chains(unit.connection, recipient, {chain_id for chains in together for chain_id in chains})
    joined = ([member for chain_id in chains for member in members.get(chain_id, ())] for chains in together)
    unit.write([(was, now) for chain in joined for was, now in linked(chain) if was != now])


def relink(unit: UnitOfWork, changed: Sequence[Record]) -> None:
    """Work out anew what the chains of records stand at that were filed, or have gone."""
    chains: dict[str, set[int]] = defaultdict(set)
    for record in changed:
        chains[record.recipient].add(record.chain_id)
    for recipient, ids in chains.items():
        several = versions.with_several(unit.connection, recipient, ids)
        rejoin(unit, recipient, [[chain_id] for chain_id in several])
