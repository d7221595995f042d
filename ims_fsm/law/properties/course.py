"""Properties of a record's course from its supplier to its end: edited, deleted, frozen, expired, and then never again.

Imports the space and the form of a claim; the law itself is in the declarations.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ims_fsm.law.properties.action import UNSETTLED
from ims_fsm.law.properties.claim import Claim, Finding, Proof, always, never
from ims_fsm.law.register import Law
from ims_fsm.law.space import EditionSpace
from ims_fsm.terms.vocabulary import State, Trigger

DESTINATIONS: Mapping[str, State] = {
    Trigger.ACCEPT: State.ACCEPTED,
    Trigger.REJECT: State.REJECTED,
    Trigger.KEEP_PENDING: State.PENDING,
    Trigger.RESET: State.NO_ACTION,
    Trigger.EDIT: State.NO_ACTION,
    Trigger.DELETE: State.REMOVED,
    Trigger.FREEZE: State.FROZEN,
    Trigger.EXPIRE: State.REMOVED,
    Trigger.LAPSE: State.NO_ACTION,
}


def leads_where_it_says(space: EditionSpace, _law: Law) -> Iterator[Finding]:
    """FAQ 5, 10, 16, 21: a trigger leads to one state, whatever the record was; an edit takes the action back."""
    for transition in space.edition.transitions:
        due = DESTINATIONS.get(transition.trigger)
        wrong = due is not None and transition.dest != due
        what = (
            f"{space.edition.name} under {space.edition.rule_set.id}: {transition.trigger} leads to {transition.dest}"
        )
        yield Finding(len(transition.source), what if wrong else None)


def decided_for_good(space: EditionSpace, _law: Law) -> Iterator[Finding]:
    """FAQ 5, 12, 16, 20, 21: no trigger is allowed in a terminal state, whatever the facts."""
    for name, state in space.edition.states.items():
        if state.terminal:
            for trigger in space.edition.triggers:
                yield never(space, name, trigger, space.space.everything, "after the end")


def saved_never_freezes(space: EditionSpace, _law: Law) -> Iterator[Finding]:
    """FAQ 15: what is only saved is in no GSTR-2B, so no GSTR-3B freezes it."""
    saved = space.space.mask("supplier_status", "saved")
    for state in space.edition.states:
        yield never(space, state, Trigger.FREEZE, saved, "although the supplier has only saved it")


def pending_never_freezes(space: EditionSpace, _law: Law) -> Iterator[Finding]:
    """FAQ 5, 14: a pending record is in no GSTR-3B, unless a filed amendment of the same 2B period prevails over it."""
    alone = space.space.everything ^ space.space.mask("superseded", "yes")
    yield never(space, State.PENDING, Trigger.FREEZE, alone, "although nothing prevails over it")


def filed_records_freeze(space: EditionSpace, _law: Law) -> Iterator[Finding]:
    """FAQ 10, 15, 20: GSTR-3B freezes every filed record in IMS that it decides, deemed acceptance included."""
    counts = space.space.where({"supplier_status": ("filed",), "route": ("ims",)})
    waiting = space.space.where({"original": UNSETTLED, "same_period": ("no",)})
    waiting |= space.space.mask("original", "unknown") | space.space.mask("direction", "unknown")
    for state in (State.NO_ACTION, State.ACCEPTED, State.REJECTED):
        yield always(space, state, Trigger.FREEZE, counts & ~waiting, "although it is filed and decided")


def supplier_changes_saved_records(space: EditionSpace, _law: Law) -> Iterator[Finding]:
    """FAQ 16, 19: the supplier edits and deletes what is saved, at any action, and nothing that is filed."""
    saved = space.space.mask("supplier_status", "saved")
    sound = saved & space.space.where({"carrier": ("fits",), "identity": ("new",)})
    for state in space.active:
        for trigger, may in ((Trigger.EDIT, sound), (Trigger.DELETE, saved)):
            yield never(space, state, trigger, space.space.everything ^ saved, "although the record is filed")
            yield always(space, state, trigger, may, "although the record is only saved")


def expires_past_the_time_limit(space: EditionSpace, _law: Law) -> Iterator[Finding]:
    """FAQ 21: exactly the pending records whose time limit of section 16(4) has passed expire."""
    passed = space.space.mask("time_limit", "passed")
    yield always(space, State.PENDING, Trigger.EXPIRE, passed, "although its time limit has passed")
    for state in space.edition.states:
        where = space.space.everything ^ passed if state == State.PENDING else space.space.everything
        yield never(space, state, Trigger.EXPIRE, where, "although it is not pending past its time limit")


CLAIMS: Mapping[Claim, Proof] = {
    Claim(
        "leads_where_it_says",
        "Every trigger leads where it says: an edit takes the action back, a deletion removes, GSTR-3B freezes",
        ("faq.5", "faq.10", "faq.12", "faq.16.1", "faq.16.2", "faq.21"),
        counted="transitions",
    ): leads_where_it_says,
    Claim(
        "decided_for_good",
        "Frozen and removed records never act again",
        ("faq.5", "faq.12", "faq.16.2", "faq.20", "faq.21", "faq.26"),
    ): decided_for_good,
    Claim(
        "saved_never_freezes",
        "A record that is only saved never freezes",
        ("faq.15",),
    ): saved_never_freezes,
    Claim(
        "pending_never_freezes",
        "A pending record never freezes, unless an amendment of the same 2B period prevails over it",
        ("faq.5", "faq.13.2", "faq.14.iii"),
    ): pending_never_freezes,
    Claim(
        "filed_records_freeze",
        "Every filed record in IMS that waits for no original freezes with GSTR-3B, deemed accepted without an action",
        ("faq.10", "faq.14.iv", "faq.15", "faq.20"),
    ): filed_records_freeze,
    Claim(
        "supplier_changes_saved_records",
        "The supplier edits and deletes saved records, and those alone",
        ("faq.16.1", "faq.16.2", "faq.19.1", "faq.19.2"),
    ): supplier_changes_saved_records,
    Claim(
        "expires_past_the_time_limit",
        "Exactly the pending records past the time limit of section 16(4) expire",
        ("faq.21", "sec.16_4"),
    ): expires_past_the_time_limit,
}
