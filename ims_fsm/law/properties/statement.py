"""Properties of GSTR-2B: when it is generated, that it is recomputed, and that GSTR-3B is filed on a fresh draft alone.

Imports the space and the form of a claim; the law itself is in the declarations.
"""

from __future__ import annotations

from collections.abc import Iterator

from ims_fsm.law.properties.claim import Claim, Claims, Finding, Proof, always, never
from ims_fsm.law.properties.records import decided_for_good
from ims_fsm.law.register import Law
from ims_fsm.law.space import EditionSpace
from ims_fsm.terms.vocabulary import TwoBState

GENERATE, CHANGE, FILE = "generate", "change", "file_3b"
FILED = ("filed", "filed_late")
READY = {"two_b_day": ("come",), "previous_3b": FILED, "period": ("whole",), "taxpayer": ("eligible",)}
CLAIMS = Claims[Proof]()
CLAIMS[Claim("gstr2b_final_for_good", "A final GSTR-2B never changes again", ("faq.12", "faq.20", "faq.26"))] = (
    decided_for_good
)


@CLAIMS.proved_by("GSTR-2B is never final without a draft", ("faq.23", "faq.29"))
def _gstr2b_final_on_a_draft(space: EditionSpace, _law: Law) -> Iterator[Finding]:
    everything = space.space.everything
    for state in space.sources:
        if state not in {TwoBState.DRAFT, TwoBState.STALE}:
            yield never(space, state, FILE, everything, "without a draft")
        for trigger in (GENERATE, CHANGE):
            leads = space.edition.transition(state, trigger)
            if leads is not None and leads.dest == TwoBState.FINAL:
                yield never(space, state, trigger, everything, "and makes it final without GSTR-3B")


@CLAIMS.proved_by("GSTR-3B is never filed on a stale GSTR-2B", ("faq.24", "faq.29"))
def _gstr2b_never_filed_on_stale(space: EditionSpace, _law: Law) -> Iterator[Finding]:
    yield never(space, TwoBState.STALE, FILE, space.space.everything, "although it was not recomputed")


@CLAIMS.proved_by("A change after the draft always makes GSTR-2B stale", ("faq.24", "faq.29", "faq.31"))
def _gstr2b_changes_make_it_stale(space: EditionSpace, _law: Law) -> Iterator[Finding]:
    for state in (TwoBState.DRAFT, TwoBState.STALE):
        yield always(space, state, CHANGE, space.space.everything, "although it was generated")
        leads = space.edition.transition(state, CHANGE)
        wrong = leads is not None and leads.dest != TwoBState.STALE
        what = f"{space.edition}: {CHANGE} in {state} does not make it stale"
        yield Finding(space.space.size, what if wrong else None)


@CLAIMS.proved_by(
    "Until GSTR-3B, GSTR-2B is generated as often as wished, from its day on and after the GSTR-3B before it",
    ("faq.9", "faq.23", "faq.25", "faq.26", "faq.27"),
)
def _gstr2b_generated_in_time(space: EditionSpace, _law: Law) -> Iterator[Finding]:
    ready = space.space.where(READY)
    for state in space.edition.states:
        early = space.space.everything ^ ready
        yield never(space, state, GENERATE, early, "although it is not yet its time")
        if state in space.active:
            yield always(space, state, GENERATE, ready & ~_missed(space), "although its time has come")


@CLAIMS.proved_by("The system drafts no GSTR-2B whose previous GSTR-3B was missing on the 14th", ("faq.25",))
def _gstr2b_not_drafted_late(space: EditionSpace, _law: Law) -> Iterator[Finding]:
    for state in space.edition.states:
        yield never(space, state, GENERATE, _missed(space), "although it was missing on its day")


def _missed(space: EditionSpace) -> int:
    return space.space.where({"generated_by": ("clock",), "previous_3b": ("filed_late",)})


@CLAIMS.proved_by(
    "GSTR-3B is never filed before the one of the previous tax period, nor inside a quarter", ("faq.25", "faq.27")
)
def _gstr2b_filed_in_order(space: EditionSpace, _law: Law) -> Iterator[Finding]:
    ready = space.space.where({"previous_3b": FILED, "period": ("whole",)})
    for state in space.edition.states:
        yield never(space, state, FILE, space.space.everything ^ ready, "out of order")
