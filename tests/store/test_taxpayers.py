"""Taxpayers and their annual returns: written, corrected, found."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise, permutations
from threading import Barrier

import pytest

from ims_fsm.record.taxpayer import Taxpayer
from ims_fsm.store import taxpayers
from ims_fsm.store.connection import writing
from ims_fsm.terms.period import TaxPeriod
from ims_fsm.terms.vocabulary import Filing, TaxpayerKind

BUYER = Taxpayer(gstin="27AAPFU0939F1ZV", registered_from=TaxPeriod("2024-10"))
SELLER = Taxpayer(
    gstin="29AABCT1332L1ZA",
    name="Seller अ",
    kind=TaxpayerKind.SEZ_UNIT,
    filing=Filing.QUARTERLY,
    registered_from=TaxPeriod("2025-01"),
)

# A whole second and a fraction of it are written in different lengths by some.
MOMENTS = [
    datetime(2024, 11, 10, 6, 30, tzinfo=UTC),
    datetime(2024, 11, 10, 6, 30, 0, 500, tzinfo=UTC),
    datetime(2024, 11, 10, 6, 30, 1, tzinfo=UTC),
]


def test_a_taxpayer_comes_back_as_he_was(engine):
    with writing(engine) as connection:
        for one in (SELLER, BUYER):
            taxpayers.put(connection, one)
        assert taxpayers.everyone(connection) == [BUYER, SELLER]
        assert taxpayers.find(connection, SELLER.gstin) == SELLER
        assert taxpayers.find(connection, "24AAACC1206D1ZM") is None
        assert taxpayers.find_many(connection, [SELLER.gstin, "24AAACC1206D1ZM"]) == {SELLER.gstin: SELLER}
        assert taxpayers.find_many(connection, []) == {}


def test_he_is_corrected_in_place(memory):
    corrected = Taxpayer(gstin=BUYER.gstin, name="Buyer", registered_from=TaxPeriod("2024-12"))
    with writing(memory) as connection:
        taxpayers.put(connection, BUYER)
        taxpayers.put(connection, corrected)
        assert taxpayers.everyone(connection) == [corrected]


def test_what_is_registered_again_is_logged_where_it_differs(engine):
    """Who prepares a store and who opens it may register the same taxpayers: the log says what changed."""
    changes = {
        "name": "Buyer",
        "kind": TaxpayerKind.SEZ_UNIT,
        "filing": Filing.QUARTERLY,
        "registered_from": TaxPeriod("2025-01"),
        "guessed": True,
        "extensions": ("17/2025-CT",),
    }
    with writing(engine) as connection:
        for taxpayer in (BUYER, *(replace(BUYER, **{name: value}) for name, value in changes.items()), BUYER):
            for _ in range(2):
                taxpayers.put(connection, taxpayer, "asha", (MOMENTS[0], MOMENTS[0]))
        assert taxpayers.find(connection, BUYER.gstin) == BUYER
        said = _logged(connection)
    assert [number for number, _ in said] == [1, 2, 3, 4, 5, 6, 7, 8]
    differing = [{name for name in last if last[name] != entry[name]} for (_, last), (_, entry) in pairwise(said)]
    names = list(changes)
    assert differing == [{"name"}, *({last, name} for last, name in pairwise(names)), {"extensions"}]


def _logged(connection):
    rows = connection.execute(taxpayers.LOG.select().order_by(taxpayers.LOG.c.number))
    return [(row.number, json.loads(row.said)) for row in rows]


def test_the_annual_return_is_kept_with_its_moment(engine):
    moment = datetime(2024, 11, 10, 6, 30, tzinfo=UTC)
    with writing(engine) as connection:
        taxpayers.put_annual_return(connection, BUYER.gstin, "2023-24", "asha", 2 * (moment,))
        assert taxpayers.annual_return_at(connection, BUYER.gstin, "2023-24") == moment
        assert taxpayers.annual_return_at(connection, BUYER.gstin, "2024-25") is None
        assert taxpayers.annual_return_at(connection, SELLER.gstin, "2023-24") is None


@pytest.mark.parametrize("moments", list(permutations(MOMENTS)))
def test_of_several_moments_of_one_annual_return_the_earliest_holds(engine, moments):
    with writing(engine) as connection:
        for moment in moments:
            taxpayers.put_annual_return(connection, BUYER.gstin, "2023-24", "asha", 2 * (moment,))
        assert taxpayers.annual_return_at(connection, BUYER.gstin, "2023-24") == min(MOMENTS)
        earlier = [moment for at, moment in enumerate(moments) if moment == min(moments[: at + 1])]
        assert [said["filed_at"] for _, said in _logged(connection)] == [moment.isoformat() for moment in earlier]


def test_writers_at_once_do_not_fail(shared):
    """Each waits for the other, and writes over what he could not see when he began."""
    together = Barrier(4)

    def write(place: int) -> None:
        for turn in range(5):
            together.wait(30)
            with writing(shared) as connection:
                taxpayers.put(connection, replace(BUYER, name=f"{turn}"))
                taxpayers.put_annual_return(
                    connection, BUYER.gstin, f"{2000 + turn}", "asha", 2 * (MOMENTS[place % 3],)
                )

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(4)))
    with writing(shared) as connection:
        assert taxpayers.everyone(connection) == [replace(BUYER, name="4")]
        told = [taxpayers.annual_return_at(connection, BUYER.gstin, f"{2000 + turn}") for turn in range(5)]
        registered = [said for _, said in _logged(connection) if "name" in said]
    assert told == [min(MOMENTS)] * 5
    assert [said["name"] for said in registered] == ["0", "1", "2", "3", "4"]


def test_the_state_is_in_the_gstin():
    assert (BUYER.state, SELLER.state) == ("27", "29")
    with pytest.raises(ValueError, match="is not a GSTIN"):
        _ = Taxpayer(gstin="overseas", registered_from=TaxPeriod("2024-10")).state
