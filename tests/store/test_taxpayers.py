"""Taxpayers and their annual returns: written, corrected, found."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from ims_fsm.store import taxpayers
from ims_fsm.store.connection import writing
from ims_fsm.store.taxpayers import Taxpayer
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


def test_the_annual_return_is_kept_with_its_moment(engine):
    moment = datetime(2024, 11, 10, 6, 30, tzinfo=UTC)
    with writing(engine) as connection:
        taxpayers.put_annual_return(connection, BUYER.gstin, "2023-24", moment)
        assert taxpayers.annual_return_at(connection, BUYER.gstin, "2023-24") == moment
        assert taxpayers.annual_return_at(connection, BUYER.gstin, "2024-25") is None
        assert taxpayers.annual_return_at(connection, SELLER.gstin, "2023-24") is None


def test_the_state_is_in_the_gstin():
    assert (BUYER.state, SELLER.state) == ("27", "29")
    with pytest.raises(ValueError, match="is no GSTIN"):
        _ = Taxpayer(gstin="overseas", registered_from=TaxPeriod("2024-10")).state
