"""The credit ledger: each decision once, then sequences of versions under the invariant S >= E."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ims_fsm.law.ledger import Outcome, Standing, leaks, report, settle
from ims_fsm.terms.money import NIL, Heads
from ims_fsm.terms.vocabulary import Disposition

HUNDRED = Heads(igst=10_000)
EIGHTY = Heads(igst=8_000)
TWENTY = Heads(igst=2_000)
FREEZING = (Outcome.ACCEPTED, Outcome.DEEMED_ACCEPTED, Outcome.REJECTED)
AMOUNTS = st.builds(Heads, *[st.integers(0, 1_000)] * 4)


@dataclass(frozen=True)
class Version:
    """One version of a chain as a test plays it: its tax, how it is decided, and the part of a decrease to reduce."""

    tax: Heads
    decision: Outcome
    superseded_first: Heads | None
    percent: int | None


VERSIONS = st.lists(
    st.builds(Version, AMOUNTS, st.sampled_from(FREEZING), st.none() | AMOUNTS, st.none() | st.integers(0, 100)),
    min_size=1,
    max_size=6,
)


def test_report_of_an_original_enters_its_whole_value():
    """S follows the report at once, E does not move."""
    reported = report(Standing(), HUNDRED)
    assert reported.entry == HUNDRED
    assert reported.after == Standing(NIL, HUNDRED)


def test_report_of_an_amendment_enters_the_difference():
    """An amendment moves the supplier's liability by Delta."""
    assert report(Standing(HUNDRED, HUNDRED), EIGHTY).entry == -TWENTY


@pytest.mark.parametrize("decision", [Outcome.ACCEPTED, Disposition.DEEMED_ACCEPTED])
def test_acceptance_brings_the_credit_to_the_value(decision):
    """FAQ 14: accepted and deemed accepted alike; a disposition of a frozen record is a decision too."""
    settled = settle(Standing(HUNDRED, EIGHTY), EIGHTY, decision)
    assert (settled.itc, settled.add_back, settled.reversal) == (-TWENTY, NIL, NIL)
    assert settled.after == Standing(EIGHTY, EIGHTY)


def test_rejection_adds_back_what_the_supplier_took_off():
    """FAQ 34: a rejected credit note returns to the supplier's liability."""
    settled = settle(Standing(NIL, -HUNDRED), -HUNDRED, Outcome.REJECTED)
    assert (settled.itc, settled.add_back) == (NIL, HUNDRED)
    assert settled.after == Standing(NIL, NIL)


def test_rejection_of_an_increase_adds_nothing_back():
    """A rejected invoice leaves the supplier's liability as it stands."""
    settled = settle(Standing(NIL, HUNDRED), HUNDRED, Outcome.REJECTED)
    assert (settled.itc, settled.add_back, settled.after) == (NIL, NIL, Standing(NIL, HUNDRED))


def test_rejection_adds_back_head_by_head():
    """A head that rose does not pay for a head that fell."""
    before = Standing(Heads(igst=100, cgst=50), Heads(igst=160, cgst=20))
    settled = settle(before, before.standing, Outcome.REJECTED)
    assert settled.add_back == Heads(cgst=30)
    assert settled.after == Standing(before.carried, Heads(igst=160, cgst=50))


@pytest.mark.parametrize("decision", [Outcome.PENDING, Outcome.SUPERSEDED])
def test_pending_and_superseded_move_nothing(decision):
    """FAQ 14 iii and FAQ 13: neither counts."""
    before = Standing(HUNDRED, EIGHTY)
    settled = settle(before, EIGHTY, decision)
    assert (settled.itc, settled.add_back, settled.reversal, settled.after) == (NIL, NIL, NIL, before)


def test_reversed_leaves_the_entry_to_the_recipient():
    """FAQ 33: the system enters nothing, the recipient reverses what he carries in Table 4(B)(1)."""
    settled = settle(Standing(HUNDRED, EIGHTY), EIGHTY, Outcome.REVERSED)
    assert (settled.itc, settled.add_back, settled.reversal) == (NIL, NIL, HUNDRED)
    assert settled.after == Standing(NIL, EIGHTY)


def test_a_declared_reduction_replaces_the_full_decrease():
    """Advisory of 2025-10: accepted with d, the entry is -d, and E moves by that alone."""
    settled = settle(Standing(NIL, -HUNDRED), -HUNDRED, Outcome.ACCEPTED, TWENTY)
    assert settled.itc == -TWENTY
    assert settled.after == Standing(-TWENTY, -HUNDRED, EIGHTY)
    assert settled.after.accepted == -HUNDRED


@pytest.mark.parametrize(
    ("reduction", "outcome", "itc", "add_back"),
    [
        (NIL, Outcome.DEEMED_ACCEPTED, -EIGHTY, NIL),
        (NIL, Outcome.REJECTED, NIL, NIL),
        (TWENTY, Outcome.DEEMED_ACCEPTED, TWENTY - EIGHTY, NIL),
        (HUNDRED - Heads(igst=500), Outcome.DEEMED_ACCEPTED, Heads(igst=1_500), NIL),
        (None, Outcome.DEEMED_ACCEPTED, TWENTY, NIL),
        (None, Outcome.REJECTED, NIL, NIL),
    ],
)
def test_what_was_not_reduced_is_not_given_back(reduction, outcome, itc, add_back):
    """A credit note of 100 whose acceptance declared a reduction, lowered to 80: no more comes back than was reduced.

    The supplier is asked for nothing: the recipient had accepted the note as it was.
    """
    accepted = settle(Standing(NIL, -HUNDRED), -HUNDRED, Outcome.ACCEPTED, reduction).after
    settled = settle(report(accepted, -EIGHTY).after, -EIGHTY, outcome)
    assert (settled.itc, settled.add_back) == (itc, add_back)


def test_only_what_was_raised_is_added_back_though_nothing_was_reduced():
    """Annexure-A row 19, after an acceptance with nothing to reduce."""
    accepted = settle(Standing(NIL, -EIGHTY), -EIGHTY, Outcome.ACCEPTED, NIL).after
    assert settle(report(accepted, -HUNDRED).after, -HUNDRED, Outcome.REJECTED).add_back == TWENTY


def test_a_reduction_of_more_than_accepting_takes_away_by_now_counts_in_full():
    """It was declared before the version under it was decided."""
    settled = settle(Standing(Heads(igst=-10_000)), Heads(igst=-12_000), Outcome.ACCEPTED, Heads(igst=6_000))
    assert (settled.itc, settled.after.carried) == (Heads(igst=-2_000), Heads(igst=-12_000))


def test_a_reduction_leaves_a_rising_head_alone():
    """A declaration speaks of what falls; what rises is available in full."""
    before = Standing(Heads(igst=100, cgst=50), Heads(igst=160, cgst=20))
    assert settle(before, before.standing, Outcome.ACCEPTED, Heads(cgst=10)).itc == Heads(igst=60, cgst=-10)


@pytest.mark.parametrize("decision", [d for d in Outcome if d is not Outcome.ACCEPTED])
def test_a_reduction_counts_with_accepted_alone(decision):
    """A deemed acceptance reduces in full; where nothing is accepted nothing is reduced."""
    before = Standing(HUNDRED, EIGHTY)
    assert settle(before, EIGHTY, decision, Heads(igst=1)) == settle(before, EIGHTY, decision)


def test_an_unknown_decision_is_refused():
    """A word outside the closed set never settles anything."""
    with pytest.raises(ValueError, match="'kept' is not a valid Outcome"):
        settle(Standing(), HUNDRED, "kept")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("carried", "standing", "expected"),
    [
        (NIL, -HUNDRED, True),
        (HUNDRED, EIGHTY, True),
        (EIGHTY, HUNDRED, False),
        (NIL, NIL, False),
        (-HUNDRED, -EIGHTY, False),
    ],
)
def test_leaks_where_s_is_below_e(carried, standing, expected):
    """FAQ 11: A and D leak; an increase, an even chain and a credit note lowered after acceptance do not."""
    assert leaks(Standing(carried, standing)) is expected


def test_one_head_is_enough_to_leak():
    """Mixed heads are read head by head."""
    assert leaks(Standing(Heads(igst=100, cgst=50), Heads(igst=160, cgst=49)))


def _reduction(before: Standing, credit: Heads, percent: int | None) -> Heads | None:
    decrease = (before.carried - credit).not_below_zero()
    return None if percent is None else Heads(*(amount * percent // 100 for amount in decrease))


@given(VERSIONS, st.sampled_from([1, -1]))
def test_s_is_never_below_e_after_a_freeze(versions, sign):
    """After every freeze S >= E in each head, with equality on acceptance; the supplier's entries add up to S."""
    now, entered = Standing(), NIL
    for version in versions:
        if version.superseded_first is not None:
            first = report(now, version.superseded_first * sign)
            now = settle(first.after, version.superseded_first * sign, Outcome.SUPERSEDED).after
            entered += first.entry
        credit = version.tax * sign
        reported = report(now, credit)
        settled = settle(reported.after, credit, version.decision, _reduction(reported.after, credit, version.percent))
        now, entered = settled.after, entered + reported.entry + settled.add_back
        assert not leaks(now)
        assert now.standing == entered
        if version.decision is not Outcome.REJECTED:
            assert now.accepted == now.standing == credit


@given(VERSIONS, st.sampled_from([1, -1]))
def test_the_entries_add_up_to_e(versions, sign):
    """E is the sum of the ITC entries, whatever is declared; credit notes alone never bring it above zero."""
    now, availed = Standing(), NIL
    for version in versions:
        credit = version.tax * sign
        reported = report(now, credit).after
        settled = settle(reported, credit, version.decision, _reduction(reported, credit, version.percent))
        now, availed = settled.after, availed + settled.itc
        assert now.carried == availed
        assert not now.unreduced.below(NIL)
        assert sign > 0 or not NIL.below(now.carried)


@given(VERSIONS, AMOUNTS)
def test_a_reversal_leaves_no_credit(versions, last):
    """FAQ 33 after any history of invoices: E becomes zero and S stays at or above it."""
    now = Standing()
    for version in versions:
        now = settle(report(now, version.tax).after, version.tax, version.decision).after
    settled = settle(report(now, last).after, last, Outcome.REVERSED)
    assert settled.reversal == now.carried
    assert settled.after == Standing(NIL, last)


@given(VERSIONS, AMOUNTS, st.sampled_from([1, -1]))
def test_a_rejection_adds_back_exactly_where_waiting_leaks(versions, last, sign):
    """FAQ 11 and FAQ 34 are one test: what must not be kept pending is what a rejection adds back."""
    now = Standing()
    for version in versions:
        now = settle(report(now, version.tax * sign).after, version.tax * sign, version.decision).after
    after = report(now, last * sign).after
    assert leaks(after) is bool(settle(after, last * sign, Outcome.REJECTED).add_back)
