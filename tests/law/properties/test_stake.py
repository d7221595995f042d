"""Where credit is at stake, by the ledger alone: the four cases of FAQ 11 and no other."""

from __future__ import annotations

import pytest

from ims_fsm.law.properties.stake import Stake, kind_of, leaking, stake
from ims_fsm.law.register import Law
from ims_fsm.law.space import Space
from ims_fsm.terms.vocabulary import Direction, Kind

ADDS_CREDIT = [Kind.INVOICE, Kind.DEBIT_NOTE, Kind.ECO_DOCUMENT]
MOVES = (Direction.UPWARD, Direction.DOWNWARD, Direction.UNCHANGED)


def at_stake(kind: Kind) -> set[tuple[str, str]]:
    return {key for key, answers in leaking(kind).items() if answers == {True}}


@pytest.mark.parametrize("kind", ADDS_CREDIT)
def test_faq_11_d_is_where_a_downward_amendment_takes_back_credit(kind: Kind) -> None:
    assert at_stake(kind) == {("downward", "accepted")}


def test_faq_11_a_b_c_are_where_a_credit_note_takes_away_credit() -> None:
    assert at_stake(Kind.CREDIT_NOTE) == {
        ("original", "none"),
        *(("upward", original) for original in ("unsettled", "accepted", "unknown")),
        *((move, original) for move in MOVES for original in ("rejected", "unsettled_rejected", "outside")),
    }


@pytest.mark.parametrize("kind", [*ADDS_CREDIT, Kind.CREDIT_NOTE])
def test_the_direction_decides_whichever_heads_move(kind: Kind) -> None:
    assert {original for (_, original), answers in leaking(kind).items() if len(answers) > 1} == {"unknown"}


def test_an_import_has_no_suppliers_ledger(law: Law) -> None:
    machine = law.machine("bill_of_entry")
    assert kind_of(machine) is None
    space = Space(machine.schema)
    assert stake(space, None).specified == 0


def test_the_return_has_no_suppliers_ledger(law: Law) -> None:
    assert kind_of(law.machine("gstr2b")) is None


@pytest.mark.parametrize("kind", [*ADDS_CREDIT, Kind.CREDIT_NOTE])
def test_an_amendment_is_of_the_kind_that_it_amends(law: Law, kind: Kind) -> None:
    assert kind_of(law.machine(kind)) is kind
    assert kind_of(law.machine(f"{kind}_amendment")) is kind


def test_what_is_at_stake_is_never_what_cannot_be_known(law: Law) -> None:
    space = Space(law.machine("credit_note_amendment").schema)
    found: Stake = stake(space, Kind.CREDIT_NOTE)
    assert found.specified & found.unknown == 0
    assert found.unknown & space.where({"direction": ("unknown",), "original": ("accepted",)})
    assert found.specified & space.where({"direction": ("upward",), "original": ("unknown",)})
    assert found.unknown & space.where({"direction": ("downward",), "original": ("unknown",)})
