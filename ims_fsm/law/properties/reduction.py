"""The property of the reduction of ITC: it is declared exactly where the ledger says that S < E.

Imports the stake, the space and the form of a claim; the law itself is in the declarations.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ims_fsm.law.properties.action import ACTIONS
from ims_fsm.law.properties.claim import Claim, Finding, Proof, always, never
from ims_fsm.law.properties.pending import has_deadlines, unhindered
from ims_fsm.law.properties.stake import kind_of, stake
from ims_fsm.law.register import Law
from ims_fsm.law.space import EditionSpace
from ims_fsm.terms.vocabulary import Trigger

DECLARED = ("full", "partial", "none")
NEVER_DECLARED = ("exceeds", "blocked")


def reduction_where_at_stake(space: EditionSpace, law: Law) -> Iterator[Finding]:
    """Advisory of 2025-10: a reduction is declared with the acceptance of exactly the specified records."""
    mask, certain = space.space.mask, space.space.everything
    specified = 0
    if has_deadlines(space, law):
        at_stake = stake(space.space, kind_of(space.edition.machine))
        certain &= ~at_stake.unknown
        specified = at_stake.specified
    declared, missing = mask("reduction", *DECLARED), mask("reduction", "missing")
    plain = unhindered(space, Trigger.ACCEPT)
    for state in space.active:
        yield never(
            space, state, Trigger.ACCEPT, mask("reduction", *NEVER_DECLARED), "with a reduction that is too much"
        )
        yield never(
            space, state, Trigger.ACCEPT, declared & certain & ~specified, "with a reduction of what is not at stake"
        )
        yield always(space, state, Trigger.ACCEPT, declared & plain & specified, "with a reduction of what is at stake")
        yield never(space, state, Trigger.ACCEPT, missing & specified, "without the declaration that is due")
        yield always(space, state, Trigger.ACCEPT, missing & plain & ~specified, "although no declaration is due")
        for trigger in ACTIONS:
            if trigger is not Trigger.ACCEPT:
                any_kind = mask("reduction", *DECLARED, *NEVER_DECLARED)
                yield never(space, state, trigger, any_kind, "with a reduction, although it is not an acceptance")


CLAIMS: Mapping[Claim, Proof] = {
    Claim(
        "reduction_where_at_stake",
        "A reduction of ITC is declared with the acceptance of exactly the records with S < E, from 2B period 2025-10",
        ("advisory.2025-10.reduction", "api.2026-04.declaration"),
    ): reduction_where_at_stake,
}
