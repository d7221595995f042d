"""Properties of pending and its deadline: each holds exactly where the ledger says that S < E.

Imports the stake, the space and the form of a claim; the law itself is in the declarations.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ims_fsm.law.properties.claim import Claim, Finding, Proof, always, never
from ims_fsm.law.properties.stake import kind_of, leaking, stake
from ims_fsm.law.register import Law
from ims_fsm.law.space import EditionSpace
from ims_fsm.terms.vocabulary import State, Trigger

ABOUT_THE_STAKE = frozenset({"direction", "original", "same_period", "pending_window", "reduction"})


def direction_decides(space: EditionSpace, _law: Law) -> Iterator[Finding]:
    """Domain reading: whichever heads move, an amendment's direction and its original's fate decide whether S < E."""
    kind = kind_of(space.edition.machine)
    for (direction, original), answers in (leaking(kind) if kind else {}).items():
        undecided = len(answers) > 1 and original != "unknown"
        what = f"{space.edition.name}: {direction} of an original that is {original} is at stake in some heads only"
        yield Finding(1, what if undecided else None)


def pending_without_deadline(space: EditionSpace, law: Law) -> Iterator[Finding]:
    """FAQ 11: before pending has a deadline it is refused exactly where S < E."""
    if not has_deadlines(space, law):
        at_stake = stake(space.space, kind_of(space.edition.machine))
        yield from _exactly_refused(space, at_stake.specified)


def pending_with_deadline(space: EditionSpace, law: Law) -> Iterator[Finding]:
    """Advisory of 2025-10: a specified record may be pending until its deadline, every other one without end."""
    if has_deadlines(space, law):
        at_stake = stake(space.space, kind_of(space.edition.machine))
        passed = space.space.mask("pending_window", "passed")
        yield from _exactly_refused(space, at_stake.specified & passed)


def lapses_at_the_deadline(space: EditionSpace, law: Law) -> Iterator[Finding]:
    """Advisory of 2025-10: exactly the pending specified records whose deadline has passed lapse."""
    at_stake = stake(space.space, kind_of(space.edition.machine))
    due = at_stake.specified & space.space.mask("pending_window", "passed") if has_deadlines(space, law) else 0
    certain = space.space.everything & ~at_stake.unknown
    yield always(space, State.PENDING, Trigger.LAPSE, due, "although its deadline has passed")
    for state in space.edition.states:
        not_due = certain & ~due if state == State.PENDING else space.space.everything
        yield never(space, state, Trigger.LAPSE, not_due, "although no deadline has passed for it")


def nothing_on_a_guess(space: EditionSpace, _law: Law) -> Iterator[Finding]:
    """FAQ 13: where the original's tax or fate is not known, the amendment is not decided, and lapses on no guess."""
    mask = space.space.mask
    guess = mask("direction", "unknown") | mask("original", "unknown")
    if not guess:
        return
    at_stake = stake(space.space, kind_of(space.edition.machine))
    for state in space.active:
        for trigger in (Trigger.ACCEPT, Trigger.REJECT, Trigger.KEEP_PENDING, Trigger.FREEZE):
            yield never(space, state, trigger, guess, "although its original is not known")
    unknown = guess & at_stake.unknown
    yield never(space, State.PENDING, Trigger.LAPSE, unknown, "although its original is not known")


def _exactly_refused(space: EditionSpace, blocked: int) -> Iterator[Finding]:
    plain = unhindered(space, Trigger.KEEP_PENDING) & space.space.mask("reduction", "absent")
    for state in space.active:
        yield never(space, state, Trigger.KEEP_PENDING, blocked, "although S < E")
        yield always(space, state, Trigger.KEEP_PENDING, plain & ~blocked, "although S >= E")


def unhindered(space: EditionSpace, trigger: str) -> int:
    """Return where every fact that a trigger watches has its default, those about the stake apart."""
    watched = space.edition.watched(trigger) - ABOUT_THE_STAKE
    defaults = dict(zip(space.edition.schema.names, space.edition.schema.defaults, strict=True))
    certain = space.space.everything & ~space.space.mask("original", "unknown")
    certain &= ~stake(space.space, kind_of(space.edition.machine)).unknown
    return certain & space.space.where({fact: (defaults[fact],) for fact in watched})


def has_deadlines(space: EditionSpace, law: Law) -> bool:
    """Say whether pending ends by a deadline under an edition's rule set, for any machine."""
    rule_set = space.edition.rule_set.id
    return any(machine.editions[rule_set].transition(State.PENDING, Trigger.LAPSE) for machine in law.record_machines)


CLAIMS: Mapping[Claim, Proof] = {
    Claim(
        "direction_decides",
        "Whichever heads of tax move, direction and original decide whether credit is at stake (S < E)",
        ("faq.11", "annexure.a"),
        counted="cases",
    ): direction_decides,
    Claim(
        "pending_without_deadline",
        "Before 2B period 2025-10 pending is refused for its own sake exactly where S < E",
        ("faq.11.a", "faq.11.b", "faq.11.c", "faq.11.d", "annexure.a"),
    ): pending_without_deadline,
    Claim(
        "pending_with_deadline",
        "From 2B period 2025-10 pending is refused for its own sake exactly where S < E and its deadline has passed",
        ("advisory.2025-10.pending", "advisory.2025-10.deadline", "advisory.2025-10.eco"),
    ): pending_with_deadline,
    Claim(
        "lapses_at_the_deadline",
        "Exactly the pending records with S < E whose deadline has passed lapse",
        ("advisory.2025-10.pending", "advisory.2025-10.deadline"),
    ): lapses_at_the_deadline,
    Claim(
        "nothing_on_a_guess",
        "An amendment whose original is not known is neither decided, kept pending nor frozen, and lapses on no guess",
        ("faq.13.1", "additional.1"),
    ): nothing_on_a_guess,
}
