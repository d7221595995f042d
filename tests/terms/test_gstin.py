"""GSTINs: which shapes are taken, what the check digit says, and the sentence for anything else."""

from __future__ import annotations

import pytest

from ims_fsm.terms.border import check_digit_holds, checked_gstin, state_code

SHAPES = {
    "regular": "27AAPFU0939F1ZV",
    "a sample of the portal": "24MAYAS0100J1JD",
    "a sample with another 14th character": "24ABCCU0123M1YZ",
    "tcs": "29AABCT1332L1CX",
    "tds, built on a TAN": "07DELA12345B1D1",
    "uin": "0717UNO00157UNO",
    "united nations body": "0717UNO00157ONO",
    "non-resident": "0719USA00054NRI",
    "online services": "9917USA29001OSB",
}


@pytest.mark.parametrize("text", SHAPES.values(), ids=SHAPES.keys())
def test_every_shape_of_the_portal_is_taken(text):
    assert checked_gstin(text) == text


def test_blanks_and_small_letters_are_mended():
    assert checked_gstin("  27aapfu0939f1zv\n") == "27AAPFU0939F1ZV"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "27AAPFU0939F1Z",
        "27AAPFU0939F1ZVX",
        "AAAPFU0939F1ZVZ",
        "27AAPFU0939F0ZV",
        "27-AAPFU0939F1Z",
        "२७AAPFU0939F1ZV",
    ],
)
def test_another_shape_is_refused_with_the_remedy(text):
    with pytest.raises(ValueError, match="is not a GSTIN; write its 15 characters like 27AAPFU0939F1ZV") as refused:
        checked_gstin(text)
    assert str(refused.value).startswith(repr(text))


def test_the_check_digit_is_the_only_one_of_its_36_that_holds():
    held = [last for last in "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ" if check_digit_holds(f"27AAPFU0939F1Z{last}")]
    assert held == ["V"]


def test_the_portals_own_samples_fail_the_check_digit():
    assert not any(map(check_digit_holds, ("24MAYAS0100J1JD", "20MAYAS0100J1ZX", "01AABCE2207R1Z5", "24ABCCU0123M1YZ")))


def test_the_state_is_read_of_a_gstin_only():
    assert state_code("07ZXYCY3350J2ZL") == "07"
    with pytest.raises(ValueError, match="is not a GSTIN"):
        state_code("07")
