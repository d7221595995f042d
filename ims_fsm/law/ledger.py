"""The credit ledger of a chain: what the recipient carries, what stands with the supplier, what each decision moves.

Pure arithmetic in paise per head; imports the terms only, and knows no clock, no database and no declaration.

A chain is played in the order of its versions: an amendment is reported after its original has settled, or, within
one 2B period, after the original was reported. Reported before its original settles, it would change what the rejection
of the original adds back.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from ims_fsm.terms.money import NIL, Heads
from ims_fsm.terms.vocabulary import Disposition


class Outcome(StrEnum):
    """How a version of a chain is settled: the dispositions of a frozen record and the two that freeze nothing.

    `pending` moves nothing yet (FAQ 14 iii); `reversed` is a document whose ITC a change of place of supply made
    ineligible (FAQ 33).
    """

    ACCEPTED = "accepted"
    DEEMED_ACCEPTED = "deemed_accepted"
    REJECTED = "rejected"
    SUPERSEDED = "superseded"
    PENDING = "pending"
    REVERSED = "reversed"


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a chain stands, in paise per head; credit notes count negative.

    `carried` (E) is the ITC the recipient carries for the chain, the sum of its entries, zero until a GSTR-3B decides;
    `standing` (S) is the value that stands with the supplier. `unreduced` is what E still holds although an accepted
    version takes it away, because it was declared never availed or reversed already.
    """

    carried: Heads = NIL
    standing: Heads = NIL
    unreduced: Heads = NIL

    @property
    def accepted(self) -> Heads:
        """The ITC that the supplier answers for: E without what was declared never availed."""
        return self.carried - self.unreduced


@dataclass(frozen=True, slots=True)
class Reported:
    """What reporting a version does, in paise per head: the supplier's entry by the form, and the standing after."""

    entry: Heads
    after: Standing


@dataclass(frozen=True, slots=True)
class Settled:
    """What settling a version does, in paise per head.

    `itc` is the entry in the recipient's GSTR-3B, `add_back` the liability added to the supplier's GSTR-3B of the
    subsequent tax period (FAQ 34), `reversal` what the recipient reverses in Table 4(B)(1) (FAQ 33).
    """

    itc: Heads
    add_back: Heads
    after: Standing
    reversal: Heads = NIL


def report(standing: Standing, credit: Heads) -> Reported:
    """Report a version worth `credit`, in paise and negative for a credit note: the entry is `credit` - S (Annexure-A).

    After a rejected credit note was added back S holds nothing of it, so the version furnished again counts in full.
    """
    return Reported(entry=credit - standing.standing, after=replace(standing, standing=credit))


def settle(
    standing: Standing, credit: Heads, decision: Outcome | Disposition, reduction: Heads | None = None
) -> Settled:
    """Settle a reported version worth `credit` as the recipient's GSTR-3B decides it (FAQ 14, 34, Annexure-A).

    `reduction` is the ITC that an accepted specified record shall reduce, in paise per head and not negative; None is
    the full decrease (advisory.2025-10.reduction). It counts with `accepted` alone: a deemed one reduces in full.
    Raises `ValueError` for a word that is not an outcome.
    """
    match Outcome(decision):
        case Outcome.ACCEPTED:
            return _accept(standing, credit, reduction)
        case Outcome.DEEMED_ACCEPTED:
            return _accept(standing, credit, None)
        case Outcome.REJECTED:
            add_back = (standing.accepted - standing.standing).not_below_zero()
            return Settled(NIL, add_back, replace(standing, standing=standing.standing + add_back))
        case Outcome.REVERSED:
            return Settled(NIL, NIL, Standing(NIL, standing.standing), reversal=standing.carried)
        case Outcome.SUPERSEDED | Outcome.PENDING:
            return Settled(NIL, NIL, standing)


def _accept(standing: Standing, credit: Heads, reduction: Heads | None) -> Settled:
    full = credit - standing.carried
    # Declared before the version under it was decided, a reduction may be more than accepting takes away by now.
    pairs = zip(full, full if reduction is None else reduction * -1, strict=True)
    itc = Heads(*(whole if whole > 0 else max(whole, declared) for whole, declared in pairs))
    # A smaller reduction says that the rest was never availed or is reversed already: no amendment may give it back.
    carried = standing.carried + itc
    return Settled(itc, NIL, Standing(carried, standing.standing, carried - credit))


def leaks(standing: Standing) -> bool:
    """Say whether waiting would leave the supplier's liability below the recipient's credit in any head (S < E).

    The four cases of FAQ 11 are exactly where this holds after the report and before the action. E is measured as
    availed: what was declared never availed is no credit that the supplier answers for.
    """
    return standing.standing.below(standing.accepted)
