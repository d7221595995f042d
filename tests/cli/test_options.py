"""How the words behind options are read, and which records `--where` means."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
import typer

from ims_fsm import Where
from ims_fsm.cli import options
from ims_fsm.cli.options import ACTIVE, FILTERS, chosen, selected
from ims_fsm.terms.money import Heads
from ims_fsm.terms.vocabulary import Kind, State, SupplierStatus


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("2024-11-14T10:00", datetime(2024, 11, 14, 4, 30, tzinfo=UTC)),
        ("2024-11-14 10:00:30", datetime(2024, 11, 14, 4, 30, 30, tzinfo=UTC)),
        ("2024-11-14", datetime(2024, 11, 13, 18, 30, tzinfo=UTC)),
        ("2024-11-14T10:00+00:00", datetime(2024, 11, 14, 10, tzinfo=UTC)),
    ],
)
def test_a_moment_is_indian_unless_it_says_otherwise(text, read):
    assert options.moment(text) == read


GST = "is outside of 2017 to 2098; write a moment within"
PERIODS = "is outside of 2017-07 to 2098-12; write a period within"
ID = "is not the id of a record; write the number that ims-fsm list shows"


@pytest.mark.parametrize(
    ("reader", "text", "message"),
    [
        (options.moment, "noon", "is not a moment; write it in Indian time, like 2024-11-14T10:00"),
        *((options.moment, text, GST) for text in ("1999-12-31", "2099-01-01")),
        *((options.tax_period, text, PERIODS) for text in ("2017-06", "2099-01")),
        *((options.record_number, text, ID) for text in ("x", "-1", "1" * 19)),
    ],
)
def test_a_word_of_another_sort_is_refused(reader, text, message):
    with pytest.raises(ValueError, match=f"^'{text}' {message}$"):
        reader(text)


def test_a_word_of_its_sort_is_read():
    assert options.tax_period("2017-07") == "2017-07"
    assert options.record_number("12") == 12
    assert options.pairs(["a=1", " b = x=y "], "--fact") == {"a": "1", "b": "x=y"}
    assert options.heads_in_rupees({"igst": "13500.00", "cess": None}) == Heads(igst=1_350_000)
    assert options.heads_in_rupees({"igst": None}) is None


PAISE = "'1.005' has more than two decimals; write whole paise, like \"18000.00\""
BELOW = "-5.00 IGST is below zero; write tax without a sign, of a credit note too"
NO_FILTER = f"--where foo is not a filter; the filters are {', '.join(FILTERS)}"
STATUS = "--where: 'paid' is not one of the words for it; write saved, filed"
GSTIN = "--where: 'x' is not a GSTIN; write its 15 characters like 27AAPFU0939F1ZV"
PERIOD = "--where: '2024' is not a tax period; write the year and month like \"2024-10\""


@pytest.mark.parametrize(
    ("read", "message"),
    [
        (lambda: options.pairs(["a"], "--fact"), "--fact 'a' is not a pair; write it NAME=VALUE"),
        (lambda: options.pairs(["=1"], "--fact"), "--fact '=1' is not a pair; write it NAME=VALUE"),
        (lambda: options.pairs(["a="], "--fact"), "--fact 'a=' is not a pair; write it NAME=VALUE"),
        (lambda: options.pairs(["a=1", "a=2"], "--fact"), "--fact a is given twice; keep one of them"),
        (lambda: options.heads_in_rupees({"igst": "1.005"}), PAISE),
        (lambda: options.heads_in_rupees({"igst": "-5"}), BELOW),
        (lambda: selected({"where": ["foo=1"]}), NO_FILTER),
        (lambda: selected({"where": ["status=paid"]}), STATUS),
        (lambda: selected({"where": ["period=2024"]}), PERIOD),
        (lambda: selected({"where": ["supplier=x"]}), GSTIN),
    ],
)  # fmt: skip
def test_pairs_amounts_and_filters_of_another_sort_are_refused(read, message):
    with pytest.raises(typer.BadParameter) as refused:
        read()
    assert refused.value.message == message


def test_without_a_state_the_dashboard_is_meant():
    where = selected({"where": ["kind=invoice"]})
    assert (where.states, where.in_ims, where.kinds) == (ACTIVE, True, (Kind.INVOICE,))
    assert chosen(everything=True) == Where()


def test_every_filter_is_read():
    given = [
        *("state=accepted,rejected", "kind=credit_note", "supplier=21zxkck4821m1zg", "number=K/1"),
        *("period=2024-10", "return_period=2024-09", "status=saved", "amended=no", "to_upload=yes"),
        *("in_ims=yes", "credit_until=2024-11-30", "original_unknown=no", "match=exact,manual"),
    ]
    assert selected({"where": given}) == Where(
        states=(State.ACCEPTED, State.REJECTED),
        kinds=(Kind.CREDIT_NOTE,),
        supplier="21ZXKCK4821M1ZG",
        number="K/1",
        expected_period="2024-10",
        return_period="2024-09",
        supplier_status=SupplierStatus.SAVED,
        amended=False,
        in_ims=True,
        credit_until=date(2024, 11, 30),
        original_unknown=False,
        to_upload=True,
        match=("exact", "manual"),
    )
    assert {pair.partition("=")[0] for pair in given} == {*FILTERS}
