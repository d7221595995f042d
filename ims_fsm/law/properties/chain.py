"""The property that S >= E after every freeze: every chain of versions played through the ledger, to the end.

Imports the ledger and the form of a claim; which states freeze comes from the declarations.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product

from ims_fsm.law.ledger import Outcome, Standing, leaks, report, settle
from ims_fsm.law.properties.claim import Finding
from ims_fsm.terms.money import NIL, Heads
from ims_fsm.terms.vocabulary import State

VALUES = tuple(Heads(igst=igst, cess=cess) for igst, cess in product((80_00, 100_00, 120_00), repeat=2))
OUTCOMES: Mapping[str, Outcome] = {
    State.NO_ACTION: Outcome.DEEMED_ACCEPTED,
    State.ACCEPTED: Outcome.ACCEPTED,
    State.REJECTED: Outcome.REJECTED,
    State.PENDING: Outcome.PENDING,
}


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a chain as it freezes: its tax, its outcome, the reduction declared, what it supersedes."""

    tax: Heads
    outcome: Outcome
    reduction: Heads | None
    superseded: Heads | None

    def __str__(self) -> str:
        """Show the version in the words of a story."""
        reduced = "" if self.reduction is None else f" with a reduction of {self.reduction}"
        over = "" if self.superseded is None else f" over {self.superseded} of the same 2B period"
        return f"{self.tax}{over} {self.outcome}{reduced}"


def chains(sign: int, first: frozenset[str], later: frozenset[str]) -> Iterator[Finding]:
    """Play every chain: the original frozen from one of the states `first`, its amendments from one of `later`.

    `sign` is -1 for credit notes. A chain's future depends on E and S alone, so each pair that can be reached is
    played once, until no new one comes: that covers chains of every length over the values tried.
    """
    reached: dict[Standing, str] = {}
    waiting: list[tuple[Standing, str]] = [(Standing(), "")]
    while waiting:
        standing, story = waiting.pop(0)
        for version in _versions(standing, sign, later if story else first):
            after = _frozen(standing, version, sign)
            longer = f"{story}, then {version}" if story else str(version)
            yield Finding(1, f"{longer}: E is {after.carried}, S is {after.standing}" if leaks(after) else None)
            if after not in reached and not leaks(after):
                reached[after] = longer
                waiting.append((after, longer))


def _versions(standing: Standing, sign: int, states: frozenset[str]) -> Iterator[Version]:
    for tax, superseded, state in product(VALUES, (None, VALUES[0], VALUES[-1]), sorted(states)):
        if state not in OUTCOMES:
            continue
        taken_away = (standing.carried - tax * sign).not_below_zero()
        reductions: set[Heads | None] = {None}
        if OUTCOMES[state] is Outcome.ACCEPTED and taken_away:
            reductions = {None, NIL, Heads(*(amount // 2 for amount in taken_away)), taken_away}
        for reduction in sorted(reductions, key=str):
            yield Version(tax, OUTCOMES[state], reduction, superseded)


def _frozen(standing: Standing, version: Version, sign: int) -> Standing:
    if version.superseded is not None:
        superseded = version.superseded * sign
        standing = settle(report(standing, superseded).after, superseded, Outcome.SUPERSEDED).after
    credit = version.tax * sign
    return settle(report(standing, credit).after, credit, version.outcome, version.reduction).after
