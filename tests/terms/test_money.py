"""Money is read in one way everywhere, and what is not plainly an amount is none."""

from __future__ import annotations

from decimal import Decimal

import pytest

from ims_fsm import read_reduction
from ims_fsm.cli.options import heads_in_rupees
from ims_fsm.formats.gstn.values import amount
from ims_fsm.terms.money import Heads, paise

NO_AMOUNTS = [
    "1_000", "\u0661\u0662", "\u0967\u0968", "1e3", "1E-999999999", "1e999999999", "0x10", "NaN", "Infinity", "sNaN",
    "1,000", "1 000", "--1", "+-1", ".", "", "-", "1.2.3", "\uff11", "1\n2", "1" * 40, "9" * 5000, f"1.{'0' * 5000}1",
]  # fmt: skip
READERS = {
    "the field's": paise,
    "a download's text": amount,
    "a reduction's": lambda text: read_reduction(f"igst={text}"),
    "heads'": lambda text: Heads.from_rupees({"igst": text}),
    "an option's": lambda text: heads_in_rupees({"igst": text}),
}


@pytest.mark.parametrize("read", READERS.values(), ids=READERS)
@pytest.mark.parametrize("text", NO_AMOUNTS, ids=[ascii(text[:12]) for text in NO_AMOUNTS])
def test_no_reader_takes_what_is_no_amount(read, text):
    if read is READERS["a reduction's"] and text in {"1,000", "1 000", "1\n2"}:
        return  # they part heads there
    with pytest.raises(Exception, match=r"is not|larger|more than two|not an exact"):
        read(text)


@pytest.mark.parametrize("number", [Decimal("1e-999999999"), Decimal("1e-20"), Decimal("1e999999"), Decimal("0.001")])
def test_a_number_of_a_download_that_is_no_amount_is_not_zero(number):
    with pytest.raises(ValueError, match=r"is not an amount|more than two decimals|larger"):
        amount(number)


@pytest.mark.parametrize(
    ("text", "expected"), [("18000.00", 1800000), (" 5 ", 500), ("+1.5", 150), ("7.", 700), (".5", 50), ("0", 0)]
)
def test_an_amount_is_read_to_the_paisa(text, expected):
    assert paise(text) == expected
    assert paise(Decimal(text)) == expected
