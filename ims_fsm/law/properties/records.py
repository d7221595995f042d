"""Properties of a record's course: the recipient's actions, the supplier's changes, the freeze, and the end for good.

Imports the space and the form of a claim; the law itself is in the declarations.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ims_fsm.law.properties.claim import Claims, Finding, Proof, always, never, nowhere
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
ACTIONS = (Trigger.ACCEPT, Trigger.REJECT, Trigger.KEEP_PENDING, Trigger.RESET)
# What takes credit, at once or later: with no action a record is deemed accepted.
TAKING = (Trigger.ACCEPT, Trigger.KEEP_PENDING, Trigger.RESET)
DECIDING = (Trigger.ACCEPT, Trigger.REJECT, Trigger.KEEP_PENDING, Trigger.FREEZE)
UNSETTLED = ("unsettled", "unsettled_rejected")
CLAIMS = Claims[Proof]()


@CLAIMS.proved_by(
    "Every trigger leads where it says: an edit takes the action back, a deletion removes, GSTR-3B freezes",
    ("faq.5", "faq.10", "faq.12", "faq.16.1", "faq.16.2", "faq.21"),
    counted="transitions",
)
def _leads_where_it_says(space: EditionSpace, _law: Law) -> Iterator[Finding]:
    for transition in space.edition.transitions:
        due = DESTINATIONS.get(transition.trigger)
        wrong = due is not None and transition.dest != due
        what = f"{space.edition}: {transition.trigger} leads to {transition.dest}"
        yield Finding(len(transition.source), what if wrong else None)


@CLAIMS.proved_by(
    "Frozen and removed records never act again", ("faq.5", "faq.12", "faq.16.2", "faq.20", "faq.21", "faq.26")
)
def decided_for_good(space: EditionSpace, _law: Law) -> Iterator[Finding]:
    """FAQ 5, 12, 16, 20, 21: no trigger is allowed in a terminal state, whatever the facts."""
    terminal = [name for name, state in space.edition.states.items() if state.terminal]
    return nowhere(space, terminal, space.edition.triggers, space.space.everything, "after the end")


@CLAIMS.proved_by("A record that is only saved never freezes", ("faq.15",))
def _saved_never_freezes(space: EditionSpace, _law: Law) -> Iterator[Finding]:
    saved = space.space.mask("supplier_status", "saved")
    return nowhere(space, space.edition.states, [Trigger.FREEZE], saved, "although the supplier has only saved it")


@CLAIMS.proved_by(
    "A pending record never freezes, unless an amendment of the same 2B period prevails over it",
    ("faq.5", "faq.13.2", "faq.14.iii"),
)
def _pending_never_freezes(space: EditionSpace, _law: Law) -> Iterator[Finding]:
    alone = space.space.everything ^ space.space.mask("superseded", "yes")
    yield never(space, State.PENDING, Trigger.FREEZE, alone, "although nothing prevails over it")


@CLAIMS.proved_by(
    "Every filed record in IMS that waits for no original freezes with GSTR-3B, deemed accepted without an action",
    ("faq.10", "faq.14.iv", "faq.15", "faq.20"),
)
def _filed_records_freeze(space: EditionSpace, _law: Law) -> Iterator[Finding]:
    counts = space.space.where({"supplier_status": ("filed",), "route": ("ims",)})
    for state in (State.NO_ACTION, State.ACCEPTED, State.REJECTED):
        yield always(space, state, Trigger.FREEZE, counts & ~_waiting(space), "although it is filed and decided")


def _waiting(space: EditionSpace) -> int:
    """Return where an amendment waits: for its original of another 2B period, or for what is known of it."""
    undecided = space.space.where({"original": UNSETTLED, "same_period": ("no",)})
    return undecided | space.space.mask("original", "unknown") | space.space.mask("direction", "unknown")


@CLAIMS.proved_by(
    "The supplier edits and deletes saved records, and those alone", ("faq.16.1", "faq.16.2", "faq.19.1", "faq.19.2")
)
def _supplier_changes_saved_records(space: EditionSpace, _law: Law) -> Iterator[Finding]:
    saved = space.space.mask("supplier_status", "saved")
    sound = saved & space.space.where({"carrier": ("fits",), "identity": ("new",)})
    for state in space.active:
        for trigger, may in ((Trigger.EDIT, sound), (Trigger.DELETE, saved)):
            yield never(space, state, trigger, space.space.everything ^ saved, "although the record is filed")
            yield always(space, state, trigger, may, "although the record is only saved")


@CLAIMS.proved_by(
    "Exactly the pending records in IMS past the time limit of section 16(4) expire",
    ("faq.21", "faq.4.ii", "sec.16_4"),
)
def _expires_past_the_time_limit(space: EditionSpace, _law: Law) -> Iterator[Finding]:
    passed = space.space.where({"time_limit": ("passed",), "route": ("ims",)})
    yield always(space, State.PENDING, Trigger.EXPIRE, passed, "although its time limit has passed")
    for state in space.edition.states:
        where = space.space.everything ^ passed if state == State.PENDING else space.space.everything
        yield never(space, state, Trigger.EXPIRE, where, "although it is not pending past its time limit")


def _never_unless(space: EditionSpace, fact: str, value: str, triggers: tuple[str, ...]) -> Iterator[Finding]:
    outside = space.space.everything ^ space.space.mask(fact, value)
    return nowhere(space, space.edition.states, triggers, outside, f"although {fact} is not {value}")


@CLAIMS.proved_by("Nothing is acted on before IMS opens", ("faq.3",))
def _not_before_ims_opens(space: EditionSpace, _law: Law) -> Iterator[Finding]:
    return _never_unless(space, "ims", "open", ACTIONS)


@CLAIMS.proved_by("Nobody acts who has no IMS", ("faq.9",))
def _not_without_access(space: EditionSpace, _law: Law) -> Iterator[Finding]:
    return _never_unless(space, "taxpayer", "eligible", ACTIONS)


@CLAIMS.proved_by(
    "Nothing that would take credit is done when the time limit of section 16(4) has passed for it",
    ("faq.31", "faq.21", "sec.16_4"),
)
def _not_out_of_time(space: EditionSpace, _law: Law) -> Iterator[Finding]:
    return _never_unless(space, "time_limit", "open", TAKING)


@CLAIMS.proved_by("A record in IMS may be rejected when that time limit has passed", ("faq.24",))
def _rejected_out_of_time(space: EditionSpace, _law: Law) -> Iterator[Finding]:
    sound = space.space.where({
        "time_limit": ("passed",), "route": ("ims",), "ims": ("open",), "taxpayer": ("eligible",),
        "seen": ("current",), "remarks": ("fit",), "reduction": ("absent", "missing"),
    }) & ~_waiting(space)  # fmt: skip
    for state in space.active:
        yield always(space, state, Trigger.REJECT, sound, "although a rejection takes no credit")


@CLAIMS.proved_by("What is not in IMS is neither acted on nor frozen", ("faq.4", "faq.8", "faq.17", "additional.1"))
def _not_outside_ims(space: EditionSpace, _law: Law) -> Iterator[Finding]:
    return _never_unless(space, "route", "ims", (*ACTIONS, Trigger.FREEZE))


@CLAIMS.proved_by("No action is taken that was chosen on other content", ("faq.16.1",))
def _not_on_what_has_changed(space: EditionSpace, _law: Law) -> Iterator[Finding]:
    return _never_unless(space, "seen", "current", ACTIONS)


@CLAIMS.proved_by(
    "An amendment of another 2B period is neither decided nor frozen before its original is", ("faq.13.1",)
)
def _original_first(space: EditionSpace, _law: Law) -> Iterator[Finding]:
    waiting = space.space.where({"original": UNSETTLED, "same_period": ("no",)})
    if waiting:
        yield from nowhere(space, space.edition.states, DECIDING, waiting, "before its original is decided")


@CLAIMS.proved_by(
    "The latest action overwrites: what is allowed, and where it leads, never depends on the action before", ("faq.12",)
)
def _latest_action_overwrites(space: EditionSpace, _law: Law) -> Iterator[Finding]:
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
