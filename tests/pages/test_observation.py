"""Whatever a scenario can expect has its words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ims_fsm.scenario.expectations import OF_A_DOCUMENT, OF_A_RECIPIENT, OF_A_SUPPLIER, OF_A_TRIGGER

DOCUMENT = {
    "state": ("accepted", "INV is accepted."),
    "disposition": ("deemed_accepted", "INV was decided as deemed accepted."),
    "removed_for": ("sec_16_4", "INV is gone because it is out of time under section 16(4)."),
    "two_b_period": ("2024-12", "INV belongs to 2B period December 2024."),
    "direction": ("unchanged", "INV leaves the tax unchanged."),
    "in_ims": (False, "INV is not in IMS."),
    "section": ("itc_not_available", "INV is in ITC Not Available of GSTR-2B."),
    "versions": (1, "INV has had 1 content."),
    "transitions": (2, "INV has 2 entries in its log."),
}
RETURN = {
    "two_b": ("draft", "GSTR-2B of October 2024 for the buyer is draft."),
    "itc_available": ({"igst": "18000.00"}, "GSTR-2B of October 2024 for the buyer: ITC Available: 18,000.00 IGST."),
    "itc_rejected": ({}, "GSTR-2B of October 2024 for the buyer: ITC Rejected: nothing."),
    "itc_not_available": (
        {"cgst": "9.00", "sgst": "9.00"},
        "GSTR-2B of October 2024 for the buyer: ITC Not Available: 9.00 CGST and 9.00 SGST.",
    ),
    "two_a": (["INV", "CN"], "GSTR-2A of October 2024 for the buyer has INV and CN."),
    "reversal_4b1": (
        {"cess": "1.00"},
        "GSTR-2B of October 2024 for the buyer: to be reversed in table 4(B)(1): 1.00 cess.",
    ),
}


@pytest.fixture
def observed(look: Any, parts: Callable[[str], Any]) -> Callable[[dict[str, Any]], list[str]]:
    """The lines of what is expected."""
    return lambda expected: look.texts(parts("story").observed(expected))


def test_every_key_of_an_expectation_is_tried_here() -> None:
    assert set(DOCUMENT) == set(OF_A_DOCUMENT)
    assert set(RETURN) == set(OF_A_RECIPIENT)
    assert OF_A_SUPPLIER == ("added_back",)
    assert OF_A_TRIGGER == ("trigger", "allowed", "refused", "rule")


@pytest.mark.parametrize("key", DOCUMENT)
def test_of_a_document(observed: Any, key: str) -> None:
    value, expected = DOCUMENT[key]
    assert observed({"document": "INV", key: value}) == [expected]


@pytest.mark.parametrize("key", RETURN)
def test_of_a_return(observed: Any, key: str) -> None:
    value, expected = RETURN[key]
    assert observed({"recipient": "buyer", "period": "2024-10", key: value}) == [expected]


def test_of_a_supplier(observed: Any) -> None:
    (line,) = observed({"supplier": "seller", "period": "2024-11", "added_back": {"igst": "80.00"}})
    assert line == "Added back to the liability of the seller in GSTR-3B of November 2024: 80.00 IGST."


def test_what_may_be_done_and_what_not(observed: Any) -> None:
    (may,) = observed({"document": "CN", "trigger": "keep_pending", "allowed": True})
    asked = {"document": "CN", "trigger": "accept", "allowed": False, "refused": "frozen", "rule": "faq.12"}
    (may_not,) = observed(asked)
    (bare,) = observed({"document": "CN", "trigger": "delete", "allowed": False})
    assert may == "CN may be kept pending."
    assert may_not == "CN may not be accepted: frozen (FAQ 12)."
    assert bare == "CN may not be deleted by its supplier."


def test_several_at_once_are_one_sentence(observed: Any) -> None:
    (line,) = observed({"document": "INV", "state": "no_action", "in_ims": True, "section": "none"})
    assert line == "INV is in IMS; stands at no action; is in no GSTR-2B."
