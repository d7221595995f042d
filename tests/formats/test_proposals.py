"""Files of proposed actions."""

from __future__ import annotations

import json

import pytest

from ims_fsm.errors import InputError
from ims_fsm.formats.proposals import COLUMNS, Proposal, read_proposals, read_reduction
from ims_fsm.terms.money import Heads
from ims_fsm.terms.vocabulary import State, Trigger

SUPPLIER = "21ZXKCK4821M1ZG"


def read(text, **given):
    return read_proposals(text.encode(), "a.csv", **given)


def message(text, **given):
    with pytest.raises(InputError) as refused:
        read(text, **given)
    return str(refused.value)


@pytest.mark.parametrize(
    ("word", "trigger"),
    [
        ("accept", Trigger.ACCEPT),
        ("Accepted", Trigger.ACCEPT),
        ("A", Trigger.ACCEPT),
        ("reject", Trigger.REJECT),
        ("R", Trigger.REJECT),
        ("Keep pending", Trigger.KEEP_PENDING),
        ("Pending", Trigger.KEEP_PENDING),
        ("P", Trigger.KEEP_PENDING),
        ("reset", Trigger.RESET),
        ("No Action", Trigger.RESET),
        ("N", Trigger.RESET),
    ],
)
def test_an_action_is_read_in_every_spelling(word, trigger):
    assert read(f"id,action\n1,{word}\n") == (Proposal(place="line 2", trigger=trigger, record_id=1),)


@pytest.mark.parametrize(
    ("word", "machine"),
    [
        ("invoice", "invoice"),
        ("Credit Note", "credit_note"),
        ("b2bcna", "credit_note_amendment"),
        ("credit_note_amendment", "credit_note_amendment"),
        ("impga", "bill_of_entry"),
        ("", None),
    ],
)
def test_a_kind_is_read_as_the_machine_of_the_record(word, machine):
    (proposal,) = read(f"number,kind,action\nS/1,{word},accept\n")
    assert proposal.machine == machine


def test_a_row_says_everything():
    (proposal,) = read(
        "supplier,number,kind,action,remarks,reduce_itc\n"
        f"{SUPPLIER.lower()},K/1,credit_note,accept,half,igst=45.00 cess=1\n"
    )
    assert proposal == Proposal(
        place="line 2",
        trigger=Trigger.ACCEPT,
        supplier=SUPPLIER,
        number="K/1",
        machine="credit_note",
        remarks="half",
        reduce_itc=Heads(igst=4_500, cess=100),
    )


def test_json_says_the_same():
    rows = [{"id": 7, "action": "accept", "reduce_itc": {"igst": "45.00"}}, {"number": "K/1", "action": "reset"}]
    first, second = read(json.dumps({"actions": rows}))
    assert (first.place, first.record_id, first.reduce_itc) == ("[0]", 7, Heads(igst=4_500))
    assert (second.number, second.trigger) == ("K/1", Trigger.RESET)


def test_a_blank_action_proposes_nothing_and_no_column_means_the_one_that_is_told():
    assert [one.record_id for one in read("id,action\n1,\n2,accept\n")] == [2]
    assert [one.trigger for one in read("id\n1\n2\n", trigger=Trigger.REJECT)] == [Trigger.REJECT] * 2
    assert [one.record_id for one in read("id,action\n1,\n2,reject\n", trigger=Trigger.REJECT)] == [2]


NO_GSTIN = "'x' is not a GSTIN; write its 15 characters like 27AAPFU0939F1ZV"
NO_REDUCTION = "'half' is not a reduction of ITC; write full, none, or heads like igst=9000.00"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("id,action\n1,buy\n", "line 2: 'buy' is not an action; write accept, reject, keep_pending or reset"),
        ("id,action\nx,accept\n", "line 2: 'x' is not the id of a record; write the number that records() shows"),
        ("id,action\n,accept\n", "line 2: names no record; give its id, or its supplier, number and kind"),
        ("supplier,number,action\nx,1,accept\n", f"line 2: {NO_GSTIN}"),
        ("id,action,reduce_itc\n1,accept,half\n", f"line 2: {NO_REDUCTION}"),
        ("id,action\n1,\n", f"the file: proposes nothing; give rows with the columns {COLUMNS}"),
        ("id,action\n", f"the file: has no rows; give rows with the columns {COLUMNS}"),
    ],
)
def test_what_cannot_be_read_is_told(text, told):
    assert message(text) == f"a.csv: {told}"


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ({"id": 1, "action": True}, "'true' is not an action; write accept, reject, keep_pending or reset"),
        (
            {"id": 1, "action": "accept", "reduce_itc": {"igst": None}},
            "'null' is not an amount in rupees; write it like \"18000.00\"",
        ),
    ],
)
def test_what_json_holds_is_shown_as_json_has_it(row, told):
    assert message(json.dumps([row])) == f"a.csv: [0]: {told}"


def test_a_kind_that_is_none_is_told_with_those_there_are():
    told = message("number,kind,action\n1,receipt,accept\n")
    assert told.startswith("a.csv: line 2: 'receipt' is not a kind of record; write one of bill_of_entry, credit_note,")


def test_one_action_is_taken_at_a_time():
    told = message("id,action\n1,accept\n", trigger=Trigger.REJECT)
    assert told == (
        "a.csv: line 2: proposes accept, and one action is taken at a time (reject); give a file for each action"
    )


def test_an_upload_of_other_actions_is_no_file_of_one_action():
    told = message(json.dumps(UPLOAD), trigger=Trigger.REJECT)
    assert told.startswith("a.csv: b2bcn[0]: proposes accept, and one action is taken at a time (reject);")
    assert len(read(json.dumps(UPLOAD), trigger=Trigger.ACCEPT)) == 1


def test_all_problems_are_told_at_once():
    assert "2 problems" in message("id,action\n1,buy\nx,accept\n")


@pytest.mark.parametrize(
    ("text", "read_as"),
    [
        ("Full", "full"),
        (" none ", "none"),
        ("igst=9000.00", Heads(igst=900_000)),
        ("cgst=1,sgst=1", Heads(0, 100, 100)),
    ],
)
def test_a_reduction_is_read(text, read_as):
    assert read_reduction(text) == read_as


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("some", "'some' is not a reduction of ITC; write full, none, or heads like igst=9000.00"),
        ("", "'' is not a reduction of ITC; write full, none, or heads like igst=9000.00"),
        ("vat=1", "'vat' is not a head of tax; the heads are igst, cgst, sgst, cess"),
        ("igst=-1", "a reduction of -1.00 IGST is below zero; write how much ITC is to be reduced, without a sign"),
    ],
)
def test_a_reduction_that_is_none_is_refused(text, told):
    with pytest.raises(ValueError) as refused:  # noqa: PT011 -- the whole message is compared below
        read_reduction(text)
    assert str(refused.value) == told


UPLOAD = {
    "rtin": "27AAPFU0939F1ZV",
    "reqtyp": "SAVE",
    "invdata": {
        "b2bcn": [
            {
                "stin": SUPPLIER,
                "nt_num": "K/1",
                "nt_dt": "05-10-2025",
                "srcform": "R1",
                "rtnprd": "102025",
                "txval": 100,
                "iamt": 18,
                "action": "A",
                "prev_status": "N",
                "itcRedReq": "Y",
                "declIgst": 9,
                "remarks": "half",
            }
        ]
    },
}


def test_an_upload_proposes_what_it_would_tell_the_portal():
    (proposal,) = read(json.dumps(UPLOAD))
    assert (proposal.place, proposal.trigger, proposal.previous) == ("b2bcn[0]", Trigger.ACCEPT, State.NO_ACTION)
    assert (proposal.supplier, proposal.number, proposal.machine) == (SUPPLIER, "K/1", "credit_note")
    assert (proposal.remarks, proposal.reduce_itc) == ("half", Heads(igst=900))
    assert proposal.document is not None
    assert proposal.document.taxable == 10_000


@pytest.mark.parametrize(
    ("required", "declared", "read_as"), [("N", None, "none"), ("Y", None, "full"), (None, None, None)]
)
def test_what_an_upload_declares_is_read(required, declared, read_as):
    row = {key: value for key, value in UPLOAD["invdata"]["b2bcn"][0].items() if key not in {"itcRedReq", "declIgst"}}
    row |= {"itcRedReq": required, "declIgst": declared}
    (proposal,) = read(json.dumps({"data": UPLOAD | {"invdata": {"b2bcn": [row]}}}))
    assert proposal.reduce_itc == read_as
