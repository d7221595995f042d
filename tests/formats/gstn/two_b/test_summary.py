"""The summaries of a GSTR-2B: every line counted once, in its block, its group and its table."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from ims_fsm.formats.gstn.two_b.statement import PortalTwoBLine
from ims_fsm.formats.gstn.two_b.writing import credit_summary, supplier_summary
from ims_fsm.terms.money import Heads
from ims_fsm.terms.period import TaxPeriod
from ims_fsm.terms.vocabulary import Kind, Section

HEADS = ("igst", "cgst", "sgst", "cess")


def line(**changes):
    base = {
        "section": Section.ITC_AVAILABLE,
        "kind": Kind.INVOICE,
        "supplier": "29AABCT1332L1ZA",
        "number": "S/101",
        "date": date(2024, 10, 5),
        "taxable": 10_000,
        "tax": Heads(igst=1800, cess=10),
    }
    return PortalTwoBLine(**(base | changes))


def leaves(summary):
    """Every leaf that is not nil, as block.group.table."""
    return {
        f"{block}.{group}.{key}": {head: leaf[head] for head in HEADS if leaf[head]}
        for block, groups in summary.items()
        for group, tables in groups.items()
        for key, leaf in tables.items()
        if key not in HEADS and any(leaf.values())
    }


CASES = {
    "invoice": ({}, "itcavl.nonrevsup.b2b"),
    "amended": ({"amended": True}, "itcavl.nonrevsup.b2ba"),
    "debit note": ({"kind": Kind.DEBIT_NOTE}, "itcavl.nonrevsup.cdnr"),
    "ECO": ({"kind": Kind.ECO_DOCUMENT}, "itcavl.nonrevsup.ecom"),
    "reverse charge": ({"reverse_charge": True}, "itcavl.revsup.b2b"),
    "credit note": ({"kind": Kind.CREDIT_NOTE}, "itcavl.othersup.cdnr"),
    "credit note, reverse charge": ({"kind": Kind.CREDIT_NOTE, "reverse_charge": True}, "itcavl.othersup.cdnrrev"),
    "credit note amended, reverse charge": (
        {"kind": Kind.CREDIT_NOTE, "amended": True, "reverse_charge": True},
        "itcavl.othersup.cdnrarev",
    ),
    "ISD": ({"invoice_type": "ISD"}, "itcavl.isdsup.isd"),
    "ISD credit note": ({"kind": Kind.CREDIT_NOTE, "invoice_type": "ISD"}, "itcavl.othersup.isd"),
    "import": ({"kind": Kind.BILL_OF_ENTRY}, "itcavl.imports.impg"),
    "import out of a SEZ, amended": (
        {"kind": Kind.BILL_OF_ENTRY, "invoice_type": "IMPGSEZ", "amended": True},
        "itcavl.imports.impgasez",
    ),
    "not available": ({"section": Section.ITC_NOT_AVAILABLE, "itc_available": "N"}, "itcunavl.nonrevsup.b2b"),
    "rejected": ({"section": Section.ITC_REJECTED}, "itcRejected.nonrevsup.b2b"),
    "reversed": ({"section": Section.ITC_REVERSED}, "itcrev.nonrevsup.b2b"),
    "reversed, reverse charge": ({"section": Section.ITC_REVERSED, "reverse_charge": True}, "itcrev.nonrevsup.b2b"),
    "ECO reversed": ({"section": Section.ITC_REVERSED, "kind": Kind.ECO_DOCUMENT}, "itcrev.nonrevsup.ecom"),
}


@pytest.mark.parametrize(("changes", "leaf"), CASES.values(), ids=CASES.keys())
def test_each_line_has_one_leaf_and_is_counted_there(changes, leaf):
    summary = credit_summary([line(**changes), line(**changes, number="S/102")])
    assert leaves(summary) == {leaf: {"igst": Decimal("36.00"), "cess": Decimal("0.20")}}
    block, group, _ = leaf.split(".")
    assert {head: summary[block][group][head] for head in HEADS if summary[block][group][head]} == leaves(summary)[leaf]


@pytest.mark.parametrize(
    ("kind", "entry", "expected"),
    [
        (Kind.INVOICE, Heads(igst=-360), {"igst": Decimal("-3.60")}),
        (Kind.INVOICE, Heads(igst=360), {"igst": Decimal("3.60")}),
        (Kind.CREDIT_NOTE, Heads(igst=-360), {"igst": Decimal("3.60")}),
        (Kind.CREDIT_NOTE, Heads(igst=360), {"igst": Decimal("-3.60")}),
    ],
)
def test_an_amendment_brings_the_difference_it_makes(kind, entry, expected):
    (found,) = leaves(credit_summary([line(kind=kind, amended=True, entry=entry)])).values()
    assert found == expected


def test_a_summary_of_nothing_is_complete_and_nil():
    summary = credit_summary([])
    assert leaves(summary) == {}
    assert {block: list(groups) for block, groups in summary.items()} == {
        "itcavl": ["nonrevsup", "isdsup", "revsup", "imports", "othersup"],
        "itcunavl": ["nonrevsup", "isdsup", "revsup", "imports", "othersup"],
        "itcrev": ["nonrevsup", "isdsup", "imports", "othersup"],
        "itcRejected": ["nonrevsup", "isdsup", "revsup", "imports", "othersup"],
    }


def test_suppliers_are_summed_by_period_and_type():
    debit = line(kind=Kind.DEBIT_NOTE, return_period=TaxPeriod("2024-10"), filed_on=date(2024, 11, 9))
    credit = line(kind=Kind.CREDIT_NOTE, return_period=TaxPeriod("2024-10"), filed_on=date(2024, 11, 9))
    found = supplier_summary([debit, credit, debit, line(kind=Kind.BILL_OF_ENTRY)])
    named = {"ctin": "29AABCT1332L1ZA", "trdnm": "", "supprd": "102024", "supfildt": "09-11-2024"}
    sums = {"txval": Decimal("100.00"), "igst": Decimal("18.00"), "cgst": Decimal(0), "sgst": Decimal(0)}
    sums |= {"cess": Decimal("0.10")}
    doubled = {key: value * 2 for key, value in sums.items()}
    assert found == {
        "cdnr": [named | {"nttyp": "D", "ttldocs": 2} | doubled, named | {"nttyp": "C", "ttldocs": 1} | sums]
    }


def test_bills_out_of_a_sez_are_summed_by_port():
    bill = line(kind=Kind.BILL_OF_ENTRY, invoice_type="IMPGSEZ", number="2566282/INNSA1", amended=True)
    (row,) = supplier_summary([bill])["impgsez"]
    assert (row["portcode"], row["ttldocs"]) == ("INNSA1", 1)
