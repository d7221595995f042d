"""What comes in is looked at before anything is done with it: every fault at once, in our own words."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from ims_fsm import Document, Filing, Heads, Kind, OriginalReference, Taxpayer, TaxpayerKind, TaxPeriod, Where
from ims_fsm.errors import InputError
from ims_fsm.record.scene import Request
from ims_fsm.terms.border import BRIEF, LARGEST_ID, LONGEST, checked_actor, checked_id, checked_ids, checked_key

BUYER, SELLER = "27AAPFU0939F1ZV", "29AABCT1332L1ZA"
DOCUMENT = Document(
    kind=Kind.INVOICE,
    supplier=SELLER,
    recipient=BUYER,
    number="INV/1",
    date=date(2024, 10, 4),
    taxable=100,
    tax=Heads(igst=18),
)
TAXPAYER = Taxpayer(gstin=BUYER, registered_from=TaxPeriod("2024-10"))


def problems(value):
    with pytest.raises(InputError) as caught:
        value.checked()
    return [(problem.where, problem.what) for problem in caught.value.problems]


def test_what_is_right_is_kept_in_its_own_types():
    assert DOCUMENT.checked() == DOCUMENT
    assert TAXPAYER.checked() == TAXPAYER
    written = replace(TAXPAYER, gstin=BUYER.lower(), kind="sez_unit", filing="quarterly", registered_from="2024-10")
    kept = written.checked()
    assert (kept.gstin, kept.kind, kept.filing) == (BUYER, TaxpayerKind("sez_unit"), Filing.QUARTERLY)
    assert isinstance(kept.kind, TaxpayerKind)
    assert isinstance(kept.registered_from, TaxPeriod)
    assert replace(DOCUMENT, kind="credit_note").checked().kind is Kind.CREDIT_NOTE


@pytest.mark.parametrize(
    ("changes", "where", "what"),
    [
        ({"kind": "Normal"}, "kind", "'Normal' is not one of the words for it"),
        ({"registered_from": "junk"}, "registered_from", "'junk' is not a tax period"),
        ({"registered_from": None}, "registered_from", "None is not a tax period"),
        ({"gstin": "27"}, "gstin", "'27' is not a GSTIN"),
        ({"gstin": None}, "gstin", "None is not a GSTIN"),
        ({"name": "a\0b"}, "name", "'a\\x00b' has control characters"),
        ({"filing": 3}, "filing", "3 is not one of the words for it"),
    ],
)
def test_a_taxpayer_that_cannot_be_kept(changes, where, what):
    assert problems(replace(TAXPAYER, **changes)) == [(where, what)]


@pytest.mark.parametrize(
    ("changes", "where", "what"),
    [
        ({"taxable": -1}, "taxable", "-1 is below zero"),
        ({"taxable": 1.5}, "taxable", "1.5 is not a whole number of paise"),
        ({"taxable": True}, "taxable", "True is not a whole number of paise"),
        ({"value": 10**18}, "value", f"{10**18} is larger than the portal's 15 digits"),
        ({"tax": Heads(cess=-5)}, "cess", "-5 is below zero"),
        ({"tax": 18}, "tax", "18 is not an amount per head"),
        ({"number": ""}, "number", "'' is empty"),
        ({"number": "A\nB"}, "number", "'A\\nB' has control characters"),
        ({"supplier": BUYER}, "supplier", f"'{BUYER}' is the recipient too"),
        ({"supplier": ""}, "supplier", "'' is not a GSTIN"),
        ({"recipient": "x"}, "recipient", "'x' is not a GSTIN"),
        ({"date": datetime(2024, 10, 4, tzinfo=UTC)}, "date", f"{datetime(2024, 10, 4, tzinfo=UTC)!r}"[:BRIEF]),
        ({"ineligible": "why"}, "ineligible", "'why' is not a reason"),
        ({"reverse_charge": "N"}, "reverse_charge", "'N' is not true or false"),
        ({"amends": OriginalReference("", date(2024, 9, 1))}, "amends", "'' is empty"),
    ],
)
def test_a_document_that_cannot_be_kept(changes, where, what):
    ((place, said),) = problems(replace(DOCUMENT, **changes))
    assert (place, said.startswith(what)) == (where, True)


def test_a_number_of_a_megabyte_is_refused_in_a_short_sentence():
    ((where, what),) = problems(replace(DOCUMENT, number="9" * 1_000_000))
    assert (where, len(what) < BRIEF + 40) == ("number", True)


def test_all_faults_are_named_at_once():
    assert len(problems(replace(DOCUMENT, taxable=-1, number="", recipient="x"))) == 3


def test_a_bill_of_entry_has_no_supplier():
    assert replace(DOCUMENT, kind=Kind.BILL_OF_ENTRY, supplier="").checked().supplier == ""


@pytest.mark.parametrize(
    "where",
    [
        Where(states=("settled",)),
        Where(kinds=("bill",)),
        Where(supplier="x"),
        Where(number=""),
        Where(return_period="2024"),
        Where(two_b_period=202410),
        Where(supplier_status="sent"),
        Where(in_ims="yes"),
    ],
)
def test_a_filter_that_cannot_be_read(where):
    assert len(problems(where)) == 1


@pytest.mark.parametrize("record_id", [0, -1, True, 1.0, "7", None, LARGEST_ID + 1])
def test_an_id_is_a_whole_number_that_tables_hold(record_id):
    with pytest.raises(InputError, match="is not the id of a record"):
        checked_id(record_id)
    assert checked_ids([1, LARGEST_ID]) == [1, LARGEST_ID]


@pytest.mark.parametrize("text", [None, "", 7, "a\0", "x" * (LONGEST + 1)])
def test_an_actor_and_a_key_are_a_line_of_text(text):
    with pytest.raises(InputError, match="actor"):
        checked_actor(text)
    if text is not None:
        with pytest.raises(InputError, match="idempotency key"):
            checked_key(text)


def test_only_a_call_of_the_programs_own_has_no_actor():
    assert (checked_actor("", nobody=True), checked_key(None)) == ("", None)


def test_remarks_may_have_lines_and_no_control_characters():
    assert Request(remarks="one\ntwo").remarks == "one\ntwo"
    for remarks in (7, "a\0b"):
        with pytest.raises(InputError):
            Request(remarks=remarks)
