"""S >= E after every freeze: chains of every length, and the ways in which it would fail."""

from __future__ import annotations

import pytest

from ims_fsm.law.ledger import Settled, Standing
from ims_fsm.law.properties import stake
from ims_fsm.law.properties.stake import VALUES, Version, chains
from ims_fsm.terms.money import NIL, Heads

FREEZING = frozenset({"no_action", "accepted", "rejected"})


def failing(sign: int, first: frozenset[str], later: frozenset[str]) -> list[str]:
    return [found.counterexample for found in chains(sign, first, later) if found.counterexample is not None]


@pytest.mark.parametrize("sign", [1, -1])
def test_s_covers_e_after_every_freeze(sign):
    assert failing(sign, FREEZING, FREEZING) == []


@pytest.mark.parametrize("sign", [1, -1])
def test_every_chain_of_two_versions_is_among_those_played(sign):
    singles = len(VALUES) * 3 * len(FREEZING)
    assert sum(found.checked for found in chains(sign, FREEZING, FREEZING)) > singles**2 / 10


def test_a_pending_credit_note_that_freezes_would_leave_s_below_e():
    found = failing(-1, frozenset({"pending"}), FREEZING)
    assert found[0] == "80.00 IGST, 80.00 cess pending: E is 0.00, S is -80.00 IGST, -80.00 cess"


def test_a_pending_amendment_that_freezes_would_leave_s_below_e():
    found = failing(1, FREEZING, FREEZING | {"pending"})
    assert found[0].split(", then ")[0].endswith("accepted")
    assert "80.00 IGST" in found[0].split(", then ")[1]


def test_a_state_without_an_outcome_settles_nothing():
    assert list(chains(1, frozenset({"removed"}), FREEZING)) == []


def test_a_ledger_that_adds_nothing_back_is_found(monkeypatch):
    monkeypatch.setattr(stake, "settle", lambda standing, *_: Settled(NIL, NIL, standing))
    assert failing(-1, FREEZING, FREEZING)


def test_a_ledger_that_reduces_less_than_it_says_is_found(monkeypatch):
    honest = stake.settle

    def lenient(standing: Standing, credit: Heads, outcome: stake.Outcome, reduction: Heads | None) -> Settled:
        settled = honest(standing, credit, outcome, reduction)
        if reduction is None:
            return settled
        return Settled(settled.itc, NIL, Standing(standing.carried + settled.itc, standing.standing))

    superseding = lambda *given: lenient(*given) if len(given) == 4 else honest(*given)  # noqa: E731
    monkeypatch.setattr(stake, "settle", superseding)
    assert any("accepted with a reduction of 0.00" in told for told in failing(-1, FREEZING, FREEZING))


def test_a_version_is_told_in_words():
    version = Version(Heads(igst=12_000), stake.Outcome.ACCEPTED, Heads(igst=500), Heads(igst=10_000))
    assert str(version) == "120.00 IGST over 100.00 IGST of the same 2B period accepted with a reduction of 5.00 IGST"
