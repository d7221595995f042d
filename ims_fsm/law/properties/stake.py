"""Where credit is at stake: for which direction and which original waiting would leave S below E, by the ledger alone.

Imports the ledger and the space; reads no guard, so that the guards can be proved against it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from itertools import product

from ims_fsm.law.edition import Machine
from ims_fsm.law.ledger import Outcome, Standing, leaks, report, settle
from ims_fsm.law.space import Space
from ims_fsm.terms.document import Document, OriginalReference
from ims_fsm.terms.money import Heads
from ims_fsm.terms.vocabulary import Direction, Kind

ORIGINAL = Heads(igst=100_00, cess=100_00)
AMENDED = tuple(Heads(igst=igst, cess=cess) for igst, cess in product((80_00, 100_00, 120_00), repeat=2))
SETTLED = ("accepted", "rejected", "outside")
DAY = date(2024, 10, 1)


@dataclass(frozen=True, slots=True)
class Stake:
    """The combinations of facts under which credit is at stake, and those under which that cannot be known."""

    specified: int
    unknown: int


def kind_of(machine: Machine) -> Kind | None:
    """Return the kind of document that a machine of records governs; None for a kind that has no supplier's ledger."""
    name = machine.name.removesuffix("_amendment")
    answerable = {kind for kind in Kind if kind is not Kind.BILL_OF_ENTRY}
    return Kind(name) if name in answerable else None


@cache
def leaking(kind: Kind) -> Mapping[tuple[str, str], frozenset[bool]]:
    """Return whether S < E after the report and before the action, for each direction and fate of the original.

    Played through the ledger on amendments whose heads move up, down or not at all; two answers for one key would
    mean that the direction does not decide it. Within one 2B period an original that is not settled gives a credit
    note what its action now will give it, and gives what adds credit nothing yet (FAQ 11, decided ambiguity (b)).
    """
    answers: dict[tuple[str, str], set[bool]] = {
        (Direction.ORIGINAL, "none"): {leaks(report(Standing(), ORIGINAL * kind.sign).after)}
    }
    for amended, original in product(AMENDED, (*SETTLED, "unsettled", "unsettled_rejected")):
        standing = report(_after(kind, original), amended * kind.sign).after
        answers.setdefault((_direction(kind, amended), original), set()).add(leaks(standing))
    for direction in (Direction.UPWARD, Direction.DOWNWARD, Direction.UNCHANGED):
        answers[direction, "unknown"] = set().union(*(answers[direction, fate] for fate in SETTLED))
    return {key: frozenset(given) for key, given in answers.items()}


def stake(space: Space, kind: Kind | None) -> Stake:
    """Return where credit is at stake in a space; nowhere for a kind that no supplier answers for.

    It cannot be known where the tax of the original is unknown, where its fate is unknown and decides, and while an
    original of another 2B period is not settled.
    """
    specified = 0
    unknown = space.mask("direction", Direction.UNKNOWN) | space.where(
        {"original": ("unsettled", "unsettled_rejected"), "same_period": ("no",)}
    )
    for (direction, original), answers in (leaking(kind) if kind else {}).items():
        where = space.where({"direction": (direction,), "original": (original,)})
        if answers == {True}:
            specified |= where
        elif len(answers) > 1:
            unknown |= where
    return Stake(specified & ~unknown, unknown)


def _after(kind: Kind, original: str) -> Standing:
    reported = report(Standing(), ORIGINAL * kind.sign).after
    outcome = original
    if original.startswith("unsettled"):
        if kind.sign > 0:
            return reported
        outcome = "rejected" if original == "unsettled_rejected" else "accepted"
    if outcome == "outside":
        return reported
    return settle(reported, ORIGINAL * kind.sign, Outcome(outcome)).after


def _direction(kind: Kind, tax: Heads) -> Direction:
    amendment = Document(
        kind=kind,
        supplier="",
        recipient="",
        number="2",
        date=DAY,
        taxable=0,
        tax=tax,
        amends=OriginalReference("1", DAY),
    )
    return amendment.direction_from(ORIGINAL)
