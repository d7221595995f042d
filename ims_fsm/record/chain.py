"""A version chain: what its members stand at, worked out from all of them, in whatever order they came.

Imports the record; runs no statement and decides nothing.
"""

from __future__ import annotations

from collections.abc import Iterable

from ims_fsm.record.record import Record
from ims_fsm.terms.money import NIL, Heads
from ims_fsm.terms.vocabulary import Disposition, RemovedFor


def versions_of(chain: Iterable[Record]) -> list[Record]:
    """Return the versions of a chain, in its order: what its supplier has deleted is none."""
    return [member for member in chain if member.removed_for is not RemovedFor.SUPPLIER_DELETED]


def stating(versions: Iterable[Record]) -> Record | None:
    """Return the version that keeps what is stated of a chain's unknown original; None where nothing is (FAQ 13).

    It is stated of the oldest over which none prevailed; what is superseded keeps what was stated of it before.
    """
    keeps = None
    for version in versions:
        keeps = version if version.stated_original is not None else keeps
        if version.disposition is not Disposition.SUPERSEDED:
            break
    return keeps


def linked(members: Iterable[Record]) -> list[tuple[Record, Record]]:
    """Return the members of one chain, oldest first, each as it is and as the chain has it (FAQ 13).

    The chain is named by its oldest version. E, in paise, is what the last GSTR-3B left, else what is stated of its
    unknown original; S of what is only saved is that of the version before it.
    """
    chain = sorted(members, key=lambda member: member.age)
    there = versions_of(chain)
    oldest, stated = (there or chain)[0], stating(there)
    carried, standing = _carried(there, stated), NIL if stated is None or stated.filed else stated.standing
    after: list[tuple[Record, Record]] = []
    for member in chain:
        now = member.changed(chain_id=oldest.id)
        if member.settled_in is None and member.removed_for is None:
            now = now.changed(carried=carried)
        if member.filed or member.settled_in is not None:
            standing = member.standing if member in there else standing
        else:
            now = now.changed(standing=standing)
        after.append((member, now))
    return after


def connected(links: Iterable[tuple[int, int]]) -> list[set[int]]:
    """Return the chains that are one, by the ids of pairs that are."""
    groups: dict[int, set[int]] = {}
    for pair in links:
        group = set().union(*(groups.get(end, {end}) for end in pair))
        groups |= dict.fromkeys(group, group)
    return list({id(group): group for group in groups.values()}.values())


def _carried(there: list[Record], stated: Record | None) -> Heads:
    decided = [
        member for member in there if member.settled_in is not None and member.disposition is not Disposition.SUPERSEDED
    ]
    newest = max(decided, key=lambda member: (member.settled_in or "", member.age), default=stated)
    return NIL if newest is None else newest.carried
