"""Properties of the recipient's actions: when and where they may act, and that the latest action overwrites the others.

Imports the space and the form of a claim; the law itself is in the declarations.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ims_fsm.law.properties.claim import Claim, Finding, Proof, never
from ims_fsm.law.register import Law
from ims_fsm.law.space import EditionSpace
from ims_fsm.terms.vocabulary import Trigger

ACTIONS = (Trigger.ACCEPT, Trigger.REJECT, Trigger.KEEP_PENDING, Trigger.RESET)
UNSETTLED = ("unsettled", "unsettled_rejected")


def _never_unless(space: EditionSpace, fact: str, value: str, triggers: tuple[str, ...]) -> Iterator[Finding]:
    outside = space.space.everything ^ space.space.mask(fact, value)
    for state in space.edition.states:
        for trigger in triggers:
            yield never(space, state, trigger, outside, f"although {fact} is not {value}")


def not_before_ims_opens(space: EditionSpace, _law: Law) -> Iterator[Finding]:
    """FAQ 3: nothing is acted on before IMS opens."""
    return _never_unless(space, "ims", "open", ACTIONS)


def not_without_access(space: EditionSpace, _law: Law) -> Iterator[Finding]:
    """FAQ 9: only a recipient of an eligible kind acts."""
    return _never_unless(space, "taxpayer", "eligible", ACTIONS)


def not_out_of_time(space: EditionSpace, _law: Law) -> Iterator[Finding]:
    """FAQ 31, section 16(4): nothing is acted on past its time limit."""
    return _never_unless(space, "time_limit", "open", ACTIONS)


def not_outside_ims(space: EditionSpace, _law: Law) -> Iterator[Finding]:
    """FAQ 4, 8, 17: what goes straight to GSTR-2B is neither acted on nor frozen."""
    return _never_unless(space, "route", "ims", (*ACTIONS, Trigger.FREEZE))


def not_on_what_has_changed(space: EditionSpace, _law: Law) -> Iterator[Finding]:
    """FAQ 16: no action that was chosen on other content is taken."""
    return _never_unless(space, "seen", "current", ACTIONS)


def original_first(space: EditionSpace, _law: Law) -> Iterator[Finding]:
    """FAQ 13: the original is decided by a filed GSTR-3B before an amendment of another 2B period is."""
    waiting = space.space.where({"original": UNSETTLED, "same_period": ("no",)})
    if not waiting:
        return
    for state in space.edition.states:
        for trigger in (Trigger.ACCEPT, Trigger.REJECT, Trigger.KEEP_PENDING, Trigger.FREEZE):
            yield never(space, state, trigger, waiting, "before its original is decided")


def latest_action_overwrites(space: EditionSpace, _law: Law) -> Iterator[Finding]:
    """FAQ 12: whether and where a record moves does not depend on the action that it carries now."""
    first, *others = space.active or ("",)
    for trigger in ACTIONS:
        leads = space.edition.transition(first, trigger)
        for state in others:
            other = space.edition.transition(state, trigger)
            differs = space.allowed(first, trigger) ^ space.allowed(state, trigger)
            wrong = None
            if differs:
                wrong = space.told(state, trigger, differs, f"is decided otherwise than in {first}")
            elif leads is not None and other is not None and leads.dest != other.dest:
                what = f"leads to {other.dest}, and from {first} to {leads.dest}"
                wrong = space.told(state, trigger, space.space.everything, what)
            yield Finding(space.space.size, wrong)


CLAIMS: Mapping[Claim, Proof] = {
    Claim(
        "not_before_ims_opens",
        "Nothing is acted on before IMS opens",
        ("faq.3",),
    ): not_before_ims_opens,
    Claim(
        "not_without_access",
        "Nobody acts who has no IMS",
        ("faq.9",),
    ): not_without_access,
    Claim(
        "not_out_of_time",
        "Nothing is acted on when the time limit of section 16(4) has passed for it",
        ("faq.31", "faq.21", "sec.16_4"),
    ): not_out_of_time,
    Claim(
        "not_outside_ims",
        "What is not in IMS is neither acted on nor frozen",
        ("faq.4", "faq.8", "faq.17", "additional.1"),
    ): not_outside_ims,
    Claim(
        "not_on_what_has_changed",
        "No action is taken that was chosen on other content",
        ("faq.16.1",),
    ): not_on_what_has_changed,
    Claim(
        "original_first",
        "An amendment of another 2B period is neither decided nor frozen before its original is",
        ("faq.13.1",),
    ): original_first,
    Claim(
        "latest_action_overwrites",
        "The latest action overwrites: what is allowed, and where it leads, never depends on the action before",
        ("faq.12",),
    ): latest_action_overwrites,
}
