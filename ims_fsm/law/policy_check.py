"""What the law always refuses of what a policy recommends: for which documents, under which rule set, by which rules.

Pure: no clock and no database. That every entry can be reached, and the last one takes all, the reading holds.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

from ims_fsm.law.decision import covers
from ims_fsm.law.edition import Edition
from ims_fsm.law.policy import ASK, PolicyDeclaration, Recommended
from ims_fsm.law.register import Law


@dataclass(frozen=True, slots=True)
class Barred:
    """An action of an entry that the law refuses for a machine whatever the facts are; `then` comes instead."""

    entry: str
    action: Recommended
    machine: str
    rule_set: str
    rules: tuple[str, ...]
    then: Recommended


def barred(policy: PolicyDeclaration, law: Law) -> Iterator[Barred]:
    """Give what the law always refuses of a policy, entry by entry."""
    for entry in policy.recommend:
        words = (entry.action, *entry.otherwise, ASK)
        for machine in law.record_machines:
            for edition in machine.editions.values():
                refused = {word: () if word == ASK else _rules(edition, word) for word in words}
                then = next(word for word in words if not refused[word])
                if rules := refused[entry.action]:
                    yield Barred(entry.name, entry.action, machine.name, edition.rule_set.id, rules, then)


def _rules(edition: Edition, trigger: str) -> tuple[str, ...]:
    """Return the rules that refuse a trigger in every open state; none where it may fire in one of them."""
    if trigger not in edition.triggers:
        return ()
    watching = [guard for guard in edition.guards if trigger in guard.triggers]
    opened = [name for name, state in edition.states.items() if not state.terminal]
    shut = {name: [guard.rule for guard in watching if covers(edition, guard, name)] for name in opened}
    return tuple(dict.fromkeys(chain(*shut.values()))) if all(shut.values()) else ()
