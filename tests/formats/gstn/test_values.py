"""Single values in every spelling the portal's dialects use, and the sentence for each that means nothing."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ims_fsm.formats.gstn import values
from ims_fsm.terms.money import rupees
from ims_fsm.terms.period import TaxPeriod
from ims_fsm.terms.vocabulary import Form, State, SupplierStatus

ASKED = date(2024, 10, 5)


@pytest.mark.parametrize("value", [118000, "118000", " 118000.00 ", Decimal("118000.0"), Decimal("1.18E+5")], ids=repr)
def test_an_amount_is_a_number_or_text(value):
    assert values.amount(value) == 11_800_000


BAD_AMOUNTS = {
    "text": ("ten", "'ten' is not an amount; write rupees as a number or text, like 18000.00"),
    "underscores": ("1_000", "'1_000' is not an amount; write rupees as a number or text, like 18000.00"),
    "not a number": ("NaN", "'NaN' is not an amount; write rupees as a number or text, like 18000.00"),
    "truth": (True, "true is not an amount; write rupees as a number or text, like 18000.00"),
    "null": (None, "null is not an amount; write rupees as a number or text, like 18000.00"),
    "list": ([1], "a list is not an amount; write rupees as a number or text, like 18000.00"),
    "object": ({}, "an object is not an amount; write rupees as a number or text, like 18000.00"),
    "float": (0.1, "0.1 is not an amount; write rupees as a number or text, like 18000.00"),
    "negative": (-1, "-1 is negative; write every amount, of a credit note too, without a sign"),
    "negative text": ("-1.50", "'-1.50' is negative; write every amount, of a credit note too, without a sign"),
    "inexact": (Decimal("1.005"), "'1.005' has more than two decimals; write whole paise, like \"18000.00\""),
    "too large": (10**14, "'100000000000000' is larger than the portal's 15 digits; correct the amount"),
    "far too large": (Decimal("1E+30"), "'1E+30' is not an amount in rupees; write it like \"18000.00\""),
}


@pytest.mark.parametrize(("value", "sentence"), BAD_AMOUNTS.values(), ids=BAD_AMOUNTS.keys())
def test_another_amount_is_refused(value, sentence):
    with pytest.raises(ValueError) as refused:  # noqa: PT011 - the whole sentence is compared
        values.amount(value)
    assert str(refused.value) == sentence


@given(st.integers(0, 10**15 - 1))
def test_every_exact_amount_is_read_as_it_was(paise):
    assert values.amount(rupees(paise)) == values.amount(str(rupees(paise))) == paise


@pytest.mark.parametrize("text", ["05-10-2024", " 05/10/2024 "])
def test_a_date_is_day_month_year(text):
    assert values.day(text) == ASKED
    assert values.written(ASKED) == "05-10-2024"


@pytest.mark.parametrize(
    "text", ["31-02-2024", "2024-10-05", "5-10-2024", "05-10-24", "05-10-1024", "०५-10-2024", "soon"]
)
def test_another_date_is_refused(text):
    with pytest.raises(ValueError, match="is not a date of the portal; write it dd-mm-yyyy, like 05-10-2024"):
        values.day(text)


@pytest.mark.parametrize(
    ("text", "documented", "expected"),
    [
        ("102024", date(2024, 10, 5), "2024-10"),
        ("92024", date(2024, 10, 5), "2024-09"),
        ("10", date(2024, 10, 5), "2024-10"),
        ("10", date(2024, 10, 31), "2024-10"),
        ("10", date(2024, 3, 15), "2024-10"),
        ("9", date(2024, 10, 5), "2025-09"),
        ("01", date(2024, 12, 31), "2025-01"),
        ("12", date(2024, 12, 1), "2024-12"),
    ],
)
def test_a_bare_month_is_the_first_not_before_the_documents_own(text, documented, expected):
    assert values.period(text, documented) == expected


@pytest.mark.parametrize("text", ["13", "00", "132024", "202410", "2024-10", "Oct", "", "१०"])
def test_another_period_is_refused(text):
    with pytest.raises(ValueError, match="is not a return period"):
        values.period(text, ASKED)


@given(st.dates(date(2017, 7, 1), date(2097, 12, 31)), st.integers(1, 12))
def test_a_bare_month_lies_within_a_year_of_the_document(documented, month):
    found = values.period(f"{month:02}", documented)
    assert TaxPeriod.of(documented) <= found < TaxPeriod.of(documented).plus(12)
    assert found.month == month


def test_a_period_of_the_statement_may_have_lost_its_zero():
    assert values.wire_period(92024) == values.wire_period("092024") == "2024-09"


@pytest.mark.parametrize("value", ["Y", "yes", "true", True, 1], ids=repr)
def test_a_flag_is_set(value):
    assert values.flag(value) is True


@pytest.mark.parametrize("value", ["N", "No", "FALSE", False, "0"], ids=repr)
def test_a_flag_is_not_set(value):
    assert values.flag(value) is False


SPELLINGS = {
    values.action: {
        State.NO_ACTION: ["N", "n", "No Action", "no_action"],
        State.ACCEPTED: ["A", "Accepted"],
        State.REJECTED: ["R", "Rejected"],
        State.PENDING: ["P", "Pending"],
    },
    values.supplier_status: {
        SupplierStatus.FILED: ["Filed", "FILED", "F", "Y"],
        SupplierStatus.SAVED: ["Not Filed", "NOT_FILED", "NF", "N", "SAVED", "S"],
    },
    values.form: {
        Form.GSTR_1: ["R1", "GSTR1", "GSTR-1", "GSTR-1/IFF", "r1"],
        Form.GSTR_1A: ["R1A", "GSTR1A", "GSTR-1A"],
        Form.IFF: ["IFF"],
        Form.GSTR_5: ["R5", "GSTR5"],
        Form.GSTR_6: ["R6"],
        Form.ICEGATE: ["ICEGATE"],
    },
    values.invoice_type: {"SEWP": ["SEWP", "SEZWP"], "SEWOP": ["sewop", "SEZWOP"], "R": ["R", "Regular"], "DE": ["DE"]},
    values.place_of_supply: {"27": ["27", 27, "27-Maharashtra"], "07": ["07", "7", 7]},
}


@pytest.mark.parametrize(
    ("reader", "value", "expected"),
    [
        pytest.param(reader, value, word, id=f"{reader.__name__}-{value!r}")
        for reader, words in SPELLINGS.items()
        for word, spelt in words.items()
        for value in spelt
    ],
)
def test_codes_in_every_spelling(reader, value, expected):
    assert reader(value) == expected


@pytest.mark.parametrize(
    ("reader", "value", "sentence"),
    [
        (values.flag, "maybe", "'maybe' is not a flag; write Y or N"),
        (values.action, "X", "'X' is not an action; write A, R, P or N"),
        (values.supplier_status, "?", "'?' is not a filing status; write Filed or Not Filed"),
        (values.form, "R9", "'R9' is not a form of a supplier; write R1, R1A, R5 or IFF"),
        (values.place_of_supply, "Goa", "'Goa' is not a place of supply; write the state's code, like 27"),
        (values.action, ["A"], "a list is not an action; write A, R, P or N"),
    ],
    ids=lambda value: getattr(value, "__name__", repr(value)),
)
def test_another_code_is_refused(reader, value, sentence):
    with pytest.raises(ValueError) as refused:  # noqa: PT011 - the whole sentence is compared
        reader(value)
    assert str(refused.value) == sentence
