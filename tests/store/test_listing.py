"""Lists of records: filters, orders, what comes behind a record, and what they add up to, as Python reads the same."""

from __future__ import annotations

import re
from datetime import date
from typing import get_args

import pytest

from ims_fsm.record.totals import Totals
from ims_fsm.record.where import Sort, Where
from ims_fsm.store import listing
from ims_fsm.store.connection import writing
from ims_fsm.terms.period import TaxPeriod
from ims_fsm.terms.vocabulary import Kind, State, SupplierStatus

BUYER, OTHER, SELLER = "27AAPFU0939F1ZV", "24AAACC1206D1ZM", "29AABCT1332L1ZA"
OCTOBER, NOVEMBER = TaxPeriod("2024-10"), TaxPeriod("2024-11")
AMENDS = {"original_date": date(2024, 10, 5), "original_number": "S/0"}
NUMBERS = ("INV-1", "inv-12", "INV.3", "IN", "INV", "INW-1", "%NV-1", "INV_1", "INV!1", "É/1", "é/2", "A/INV-9")
PATTERNS = ["INV-*", "inv-*", "INV*", "*", "*INV*", "*1", "%*", "INV_*", "INV!*", "*-*", "É*", "I*-1*", "ZZ*", "**1"]


def ids(found):
    return [record.id for record in found]


@pytest.fixture
def held(engine, write):
    """A connection to a database in which records are written by their columns."""
    with writing(engine) as connection:
        yield connection, write(connection).record


@pytest.mark.parametrize(
    ("where", "found"),
    [
        (Where(), [1, 2, 3]),
        (Where(states=(State.REJECTED,)), [2]),
        (Where(states=(State.REJECTED, State.NO_ACTION)), [1, 2]),
        (Where(kinds=(Kind.CREDIT_NOTE,)), [3]),
        (Where(supplier=OTHER), [2]),
        (Where(number="S/3"), [3]),
        (Where(number="s/3"), [3]),
        (Where(return_period=NOVEMBER), [3]),
        (Where(two_b_period=OCTOBER), [2]),
        (Where(supplier_status=SupplierStatus.FILED), [2]),
        (Where(amended=False), [1, 3]),
        (Where(amended=True), [2]),
        (Where(amended=True, supplier=SELLER), []),
        (Where(in_ims=True), [1, 2]),
        (Where(in_ims=False), [3]),
        (Where(in_ims=True, supplier=SELLER), [1]),
        (Where(number="S/3", in_ims=True), []),
    ],
)
def test_what_is_meant_is_found(held, where, found):
    connection, put = held
    put(1)
    put(2, "reject", supplier_gstin=OTHER, supplier_status="filed", two_b_period="2024-10", **AMENDS)
    put(3, "accept", kind="credit_note", return_period="2024-11", route="reverse_charge")
    put(4, recipient=OTHER)
    assert ids(listing.search(connection, BUYER, where)) == found


def test_a_star_stands_for_any_characters_and_no_other_sign_does(held):
    """In capitals or not, of the letters of English, whatever the order of letters is where the database stands."""
    connection, put = held
    for at, number in enumerate(NUMBERS, start=1):
        put(at, number=number)
    put(99, number="INV-1", recipient=OTHER)
    for pattern in PATTERNS:
        wanted = re.compile(".*".join(re.escape(part) for part in pattern.split("*")), re.IGNORECASE | re.ASCII)
        found = [at for at, number in enumerate(NUMBERS, start=1) if wanted.fullmatch(number)]
        assert ids(listing.search(connection, BUYER, Where(number=pattern))) == found, pattern
        assert ids(listing.search(connection, BUYER, Where(number=pattern), 2)) == found[:2], pattern


def filled(put):
    """Write records in which much is alike, so that an order must part them by their id."""
    for at, number in enumerate(NUMBERS, start=1):
        put(
            at,
            *(("accept",) if at % 4 == 0 else ()),
            number=number,
            supplier_gstin=(SELLER, OTHER)[at % 2],
            supplier_name="Sellers" if at % 3 else "",
            kind=("invoice", "credit_note")[at % 2],
            document_date=date(2024, 10, 1 + at % 3),
            igst=100 * (at % 3),
            cess=at % 2,
            taxable=1_000 * at,
            **({"supplier_status": "filed", "two_b_period": "2024-10"} if at % 5 else {}),
        )
    put(99, recipient=OTHER)


def capitals(text):
    return "".join(sign.upper() if sign.isascii() else sign for sign in text)


def key(record, order):
    document = record.document
    return {
        "id": record.id,
        "number": capitals(document.number).encode(),
        "supplier": document.supplier,
        "date": document.date,
        "tax": document.credit.total,
    }[order]


@pytest.mark.parametrize("where", [Where(), Where(supplier=SELLER)])
def test_a_list_has_its_order_and_goes_on_behind_a_record(held, where):
    connection, put = held
    filled(put)
    whole = [*listing.search(connection, BUYER, where)]
    assert len(whole) == (len(NUMBERS) if where == Where() else len(NUMBERS) // 2)
    for sort in get_args(Sort):
        by, turned = sort.lstrip("-"), sort.startswith("-")
        wanted = [at for _, at in sorted(((key(record, by), record.id) for record in whole), reverse=turned)]
        paged, after = [], None
        while page := ids(listing.search(connection, BUYER, where, 4, sort, after)):
            paged, after = [*paged, *page], page[-1]
        assert paged == ids(listing.search(connection, BUYER, where, None, sort)) == wanted, sort


class Pretended:
    """A scene whose recipient is the buyer; nothing here is asked for the calendar."""

    class recipient:  # noqa: N801 -- it stands for a value
        gstin = BUYER


def test_what_they_add_up_to_is_what_adding_them_up_gives(held, monkeypatch):
    connection, put = held
    filled(put)
    monkeypatch.setattr(listing, "_period", lambda row, *_: TaxPeriod(row["two_b_period"] or "2024-11"))
    for where in (Where(), Where(kinds=(Kind.CREDIT_NOTE,)), Where(number="INV*", states=(State.ACCEPTED,))):
        wanted = {}
        for record in listing.search(connection, BUYER, where):
            document, period = record.document, record.two_b_period or NOVEMBER
            alike = (document.supplier, document.kind, record.supplier_status, record.state, period)
            totals = Totals(1, document.taxable * document.kind.sign, document.credit)
            wanted[alike] = wanted.get(alike, Totals()) + totals
        groups = [*listing.alike(connection, Pretended, where)]
        found = {(of.supplier, of.kind, of.supplier_status, of.state, of.period): of.totals for of in groups}
        assert found == wanted
        assert found
        assert {of.supplier_name for of in groups} <= {"Sellers", ""}
        assert not any(of.amended for of in groups)
    october = [*listing.alike(connection, Pretended, Where(expected_period=OCTOBER))]
    assert {of.supplier_status for of in october} == {SupplierStatus.FILED}
