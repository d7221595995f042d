"""Which records `--where` means."""

from __future__ import annotations

import pytest
import typer

from ims_fsm import Where
from ims_fsm.cli.selection import ACTIVE, READERS, chosen, selected
from ims_fsm.terms.vocabulary import Kind, State, SupplierStatus


def test_without_a_state_the_dashboard_is_meant():
    where = selected(["kind=invoice"])
    assert (where.states, where.in_ims, where.kinds) == (ACTIVE, True, (Kind.INVOICE,))
    assert chosen(everything=True) == Where()


def test_every_filter_is_read():
    given = [
        *("state=accepted,rejected", "kind=credit_note", "supplier=21zxkck4821m1zg", "number=K/1"),
        *("period=2024-10", "return_period=2024-09", "status=saved"),
    ]
    assert selected(given) == Where(
        states=(State.ACCEPTED, State.REJECTED),
        kinds=(Kind.CREDIT_NOTE,),
        supplier="21ZXKCK4821M1ZG",
        number="K/1",
        expected_period="2024-10",
        return_period="2024-09",
        supplier_status=SupplierStatus.SAVED,
    )
    assert {pair.partition("=")[0] for pair in given} == {*READERS}


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("foo=1", f"--where foo is not a filter; the filters are {', '.join(READERS)}"),
        ("status=paid", "--where: 'paid' is not one of the values; write saved, filed"),
        ("period=2024", "--where: '2024' is no tax period; write the year and month like \"2024-10\""),
        ("supplier=x", "--where: 'x' is no GSTIN; write its 15 characters like 27AAPFU0939F1ZV"),
    ],
)
def test_a_filter_that_is_none_is_refused(given, message):
    with pytest.raises(typer.BadParameter) as refused:
        selected([given])
    assert refused.value.message == message
