"""Where credit is at stake (S < E), by the ledger alone; the properties proved by it, and S >= E after every freeze.

Imports the ledger, the space and the form of a claim; the stake itself reads no guard.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from itertools import product

from ims_fsm.law.edition import Machine
from ims_fsm.law.ledger import Outcome, Standing, leaks, report, settle
from ims_fsm.law.properties.claim import Claims, Finding, Proof, always, never, nowhere
from ims_fsm.law.properties.records import ACTIONS, DECIDING, UNSETTLED
from ims_fsm.law.register import Law
from ims_fsm.law.space import EditionSpace, Space
from ims_fsm.terms.document import Document, OriginalReference
from ims_fsm.terms.money import NIL, Heads
from ims_fsm.terms.vocabulary import Direction, Kind, State, Trigger

ORIGINAL = Heads(igst=100_00, cess=100_00)
VALUES = tuple(Heads(igst=igst, cess=cess) for igst, cess in product((80_00, 100_00, 120_00), repeat=2))
UNREDUCED = Heads(igst=30_00, cess=30_00)
SETTLED = ("accepted", "unadjusted", "rejected", "outside")
DAY = date(2024, 10, 1)
ABOUT_THE_STAKE = frozenset({"direction", "original", "same_period", "pending_window", "reduction"})
DECLARED = ("full", "partial", "none")
NEVER_DECLARED = ("exceeds", "unexplained", "blocked")
OUTCOMES: Mapping[str, Outcome] = {
    State.NO_ACTION: Outcome.DEEMED_ACCEPTED,
    State.ACCEPTED: Outcome.ACCEPTED,
    State.REJECTED: Outcome.REJECTED,
    State.PENDING: Outcome.PENDING,
}
CLAIMS = Claims[Proof]()


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
def leaking(kind: Kind, *, by_action: bool = False) -> Mapping[tuple[str, str], frozenset[bool]]:
    """Return whether S < E after the report and before the action, for each direction and fate of the original.

    Played through the ledger on amendments whose heads move up, down or not at all; two answers for one key would
    mean that the direction does not decide it. An original that is not settled gives nothing yet; with `by_action`
    that of a credit note gives what its action now will give (FAQ 11.C, ambiguity (b), until 2B period 2025-09).
    """
    answers: dict[tuple[str, str], set[bool]] = {
        (Direction.ORIGINAL, "none"): {leaks(report(Standing(), ORIGINAL * kind.sign).after)}
    }
    for amended, original in product(VALUES, (*SETTLED, *UNSETTLED)):
        standing = report(_after(kind, original, by_action=by_action), amended * kind.sign).after
        answers.setdefault((_direction(kind, amended), original), set()).add(leaks(standing))
    for direction in (Direction.UPWARD, Direction.DOWNWARD, Direction.UNCHANGED):
        answers[direction, "unknown"] = set().union(*(answers[direction, fate] for fate in SETTLED))
    return {key: frozenset(both) for key, both in answers.items()}


def stake(space: Space, kind: Kind | None, *, by_action: bool = False) -> Stake:
    """Return where credit is at stake in a space; nowhere for a kind that no supplier answers for.

    It cannot be known where the tax of the original is unknown, where its fate is unknown and decides, and while an
    original of another 2B period is not settled.
    """
    specified = 0
    waiting = space.where({"original": UNSETTLED, "same_period": ("no",)})
    unknown = space.mask("direction", Direction.UNKNOWN) | waiting
    for (direction, original), answers in (leaking(kind, by_action=by_action) if kind else {}).items():
        where = space.where({"direction": (direction,), "original": (original,)})
        if answers == {True}:
            specified |= where
        elif len(answers) > 1:
            unknown |= where
    return Stake(specified & ~unknown, unknown)


def _after(kind: Kind, original: str, *, by_action: bool) -> Standing:
    reported = report(Standing(), ORIGINAL * kind.sign).after
    outcome = original
    if original.startswith("unsettled"):
        if kind.sign > 0 or not by_action:
            return reported
        outcome = "rejected" if original == "unsettled_rejected" else "accepted"
    if outcome == "outside":
        return reported
    if outcome == "unadjusted":
        # As after a version that was higher: what the acceptance took away was declared as nothing to reduce.
        reported = Standing(ORIGINAL * kind.sign + UNREDUCED, reported.standing)
        return settle(reported, ORIGINAL * kind.sign, Outcome.ACCEPTED, NIL).after
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


@CLAIMS.proved_by(
    "Whichever heads of tax move, direction and original decide whether credit is at stake (S < E)",
    ("faq.11", "annexure.a"),
    counted="cases",
)
def _direction_decides(space: EditionSpace, _law: Law) -> Iterator[Finding]:
    kind = kind_of(space.edition.machine)
    for (direction, original), answers in (leaking(kind) if kind else {}).items():
        undecided = len(answers) > 1 and original != "unknown"
        what = f"{space.edition.name}: {direction} of an original that is {original} is at stake in some heads only"
        yield Finding(1, what if undecided else None)


@CLAIMS.proved_by(
    "Before 2B period 2025-10 pending is refused for its own sake exactly where S < E",
    ("faq.11.a", "faq.11.b", "faq.11.c", "faq.11.d", "annexure.a"),
)
def _pending_without_deadline(space: EditionSpace, law: Law) -> Iterator[Finding]:
    if not law.pending_lapses(space.edition.rule_set.id):
        yield from _exactly_refused(space, _stake(space).specified)


@CLAIMS.proved_by(
    "From 2B period 2025-10 pending is refused for its own sake exactly where S < E and its deadline has passed",
    ("advisory.2025-10.pending", "advisory.2025-10.deadline", "advisory.2025-10.eco"),
)
def _pending_with_deadline(space: EditionSpace, law: Law) -> Iterator[Finding]:
    if law.pending_lapses(space.edition.rule_set.id):
        passed = space.space.mask("pending_window", "passed")
        yield from _exactly_refused(space, _stake(space).specified & passed)


@CLAIMS.proved_by(
    "Exactly the pending records with S < E whose deadline has passed lapse",
    ("advisory.2025-10.pending", "advisory.2025-10.deadline"),
)
def _lapses_at_the_deadline(space: EditionSpace, law: Law) -> Iterator[Finding]:
    at_stake = _stake(space)
    lapses = law.pending_lapses(space.edition.rule_set.id)
    due = at_stake.specified & space.space.mask("pending_window", "passed") if lapses else 0
    certain = space.space.everything & ~at_stake.unknown
    yield always(space, State.PENDING, Trigger.LAPSE, due, "although its deadline has passed")
    for state in space.edition.states:
        not_due = certain & ~due if state == State.PENDING else space.space.everything
        yield never(space, state, Trigger.LAPSE, not_due, "although no deadline has passed for it")


@CLAIMS.proved_by(
    "An amendment whose original is not known is neither decided, kept pending nor frozen, and lapses on no guess",
    ("faq.13.1", "additional.1"),
)
def _nothing_on_a_guess(space: EditionSpace, _law: Law) -> Iterator[Finding]:
    mask = space.space.mask
    guess = mask("direction", "unknown") | mask("original", "unknown")
    if not guess:
        return
    yield from nowhere(space, space.active, DECIDING, guess, "although its original is not known")
    yield never(
        space, State.PENDING, Trigger.LAPSE, guess & _stake(space).unknown, "although its original is not known"
    )


def _stake(space: EditionSpace) -> Stake:
    by_action = space.edition.transition(State.PENDING, Trigger.LAPSE) is None
    return stake(space.space, kind_of(space.edition.machine), by_action=by_action)


def _exactly_refused(space: EditionSpace, blocked: int) -> Iterator[Finding]:
    plain = unhindered(space, Trigger.KEEP_PENDING) & space.space.mask("reduction", "absent")
    for state in space.active:
        yield never(space, state, Trigger.KEEP_PENDING, blocked, "although S < E")
        yield always(space, state, Trigger.KEEP_PENDING, plain & ~blocked, "although S >= E")


def unhindered(space: EditionSpace, trigger: str) -> int:
    """Return where every fact that a trigger watches has its default, those about the stake apart."""
    watched = space.edition.watched(trigger) - ABOUT_THE_STAKE
    defaults = dict(zip(space.edition.schema.names, space.edition.schema.defaults, strict=True))
    certain = space.space.everything & ~space.space.mask("original", "unknown") & ~_stake(space).unknown
    return certain & space.space.where({fact: (defaults[fact],) for fact in watched})


@CLAIMS.proved_by(
    "A reduction of ITC is declared, from 2B period 2025-10, with the acceptance of exactly the records with S < E and "
    "those whose original was accepted without all of its reduction; it may be with imports that are lowered, and with "
    "what follows one whose reduction was not declared in full",
    ("advisory.2025-10.reduction", "api.2026-04.declaration", "advisory.2025-10.imports.moved"),
)
def _reduction_where_at_stake(space: EditionSpace, law: Law) -> Iterator[Finding]:
    mask, certain, specified = space.space.mask, space.space.everything, 0
    if law.pending_lapses(space.edition.rule_set.id):
        at_stake = _stake(space)
        certain, specified = certain & ~at_stake.unknown, at_stake.specified
        if kind_of(space.edition.machine) is not None:
            specified |= mask("original", "unadjusted") & certain
    # An import has no supplier who answers for it: what is reversed may be declared, and is never asked for.
    lowered = 0
    if space.edition.machine.name == Kind.BILL_OF_ENTRY and law.pending_lapses(space.edition.rule_set.id):
        lowered = mask("direction", "downward") & mask("original", "accepted") | mask("original", "unadjusted")
    reducible = specified | lowered
    declared, too_much = mask("reduction", *DECLARED), mask("reduction", *NEVER_DECLARED)
    missing = mask("reduction", "missing")
    plain = unhindered(space, Trigger.ACCEPT)
    for state in space.active:
        yield never(space, state, Trigger.ACCEPT, too_much, "with a reduction that is too much")
        yield never(
            space, state, Trigger.ACCEPT, declared & certain & ~reducible, "with a reduction of what is not at stake"
        )
        yield always(space, state, Trigger.ACCEPT, declared & plain & reducible, "with a reduction of what is at stake")
        yield never(space, state, Trigger.ACCEPT, missing & specified, "without the declaration that is due")
        yield always(space, state, Trigger.ACCEPT, missing & plain & ~specified, "although no declaration is due")
        for trigger in ACTIONS:
            if trigger is not Trigger.ACCEPT:
                yield never(
                    space, state, trigger, declared | too_much, "with a reduction, although it is not an acceptance"
                )


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

    `sign` is -1 for credit notes. What S must cover depends on the accepted value and S alone, so each pair that can be
    reached is played once, until no new one comes: that covers chains of every length over the values tried.
    """
    reached: dict[tuple[Heads, Heads], str] = {}
    waiting: list[tuple[Standing, str]] = [(Standing(), "")]
    while waiting:
        standing, story = waiting.pop(0)
        for version in _versions(standing, sign, later if story else first):
            after = _frozen(standing, version, sign)
            longer = f"{story}, then {version}" if story else str(version)
            yield Finding(1, f"{longer}: E is {after.accepted}, S is {after.standing}" if leaks(after) else None)
            if (pair := (after.accepted, after.standing)) not in reached and not leaks(after):
                reached[pair] = longer
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
