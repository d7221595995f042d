"""Which records `--where` means."""

from __future__ import annotations

import pytest
import typer

from ims_fsm.cli.selection import ACTIVE, NAMES, Selection, selected
from ims_fsm.terms.vocabulary import Kind, State, SupplierStatus


def test_without_a_state_the_dashboard_is_meant():
    where = selected(["kind=invoice"]).where()
    assert (where.states, where.in_ims, where.kinds) == (ACTIVE, True, (Kind.INVOICE,))
    assert (Selection(everything=True).where().states, Selection(everything=True).where().in_ims) == ((), None)


def test_every_filter_is_read():
    given = [
        *("state=accepted,rejected", "kind=credit_note", "supplier=21zxkck4821m1zg", "number=K/1"),
        *("period=2024-10", "return_period=2024-09", "status=saved"),
    ]
    chosen = selected(given)
    assert chosen == Selection(
        states=(State.ACCEPTED, State.REJECTED),
        kinds=(Kind.CREDIT_NOTE,),
        supplier="21ZXKCK4821M1ZG",
        number="K/1",
        period="2024-10",
        return_period="2024-09",
        status=SupplierStatus.SAVED,
    )
    assert chosen.where().in_ims is None
    assert {pair.partition("=")[0] for pair in given} == {*NAMES}


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("foo=1", f"--where foo is no filter; the filters are {', '.join(NAMES)}"),
        ("status=paid", "--where: 'paid' is none of the values; write saved, filed"),
        ("period=2024", "--where: '2024' is no tax period; write the year and month like \"2024-10\""),
        ("supplier=x", "--where: 'x' is no GSTIN; write its 15 characters like 27AAPFU0939F1ZV"),
    ],
)
def test_a_filter_that_is_none_is_refused(given, message):
    with pytest.raises(typer.BadParameter) as refused:
        selected([given])
    assert refused.value.message == message
