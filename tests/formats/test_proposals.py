"""Files of proposed actions."""

from __future__ import annotations

import contextlib
import json
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ims_fsm.errors import InputError
from ims_fsm.formats.columns import COLUMNS
from ims_fsm.formats.gstn.row import Findings
from ims_fsm.formats.proposals import LARGEST_JSON, Proposal, proposals_of, read_proposals, read_reduction
from ims_fsm.formats.table import Header, TableRow
from ims_fsm.terms.money import Heads
from ims_fsm.terms.vocabulary import State, Trigger

SUPPLIER = "21ZXKCK4821M1ZG"


def read(text, **given):
    return read_proposals(text.encode(), "a.csv", **given).proposals


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
        ("bill_of_entry", "bill_of_entry"),
        ("Bill of entry", "bill_of_entry"),
        ("credit note, amended", "credit_note_amendment"),
        ("Amended  Debit\u00a0Note", "debit_note_amendment"),
        ("B2B-CN", "credit_note"),
        ("ECO document", "eco_document"),
        ("", None),
    ],
)
def test_a_kind_is_read_as_the_machine_of_the_record(word, machine):
    (proposal,) = read(f"number;kind;action\nS/1;{word};accept\n")
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


def test_a_blank_action_proposes_nothing_and_is_counted():
    whole = read_proposals(b"id,action\n1,\n2,accept\n3, \n", "a.csv")
    assert ([proposal.record_id for proposal in whole.proposals], whole.blank) == ([2], 2)


def test_what_is_not_seen_does_not_count():
    (proposal,) = read("supplier,number,action\n\u200b21zxkck4821m1zg\u00a0, K/1\ufeff,\uff21ccept\n")
    assert (proposal.supplier, proposal.number, proposal.trigger) == (SUPPLIER, "K/1", Trigger.ACCEPT)


@pytest.mark.parametrize("number", ["1234567890123456", "'1234567890123456", "0012", "1E15"])
def test_a_number_stays_text(number):
    (proposal,) = read(f"number,action\n{number},accept\n")
    assert proposal.number == number.lstrip("'")


@pytest.mark.parametrize("number", ["1.23457E+15", "1,23457E+15", "1E+15", "1.2e3"])
def test_a_number_that_a_spreadsheet_cut_is_refused_with_its_place(number):
    told = f"{number!r} is a document's number that lost digits; make the column text where it comes from, and save it"
    assert message(f"id;number;action\n1;{number};accept\n") == f"a.csv: line 2, column 2: {told} again"


def test_what_the_offline_tool_shows_as_it_was_proposes_nothing():
    title = "number,Status,Remarks,Previous Status,Remarks (previous)"
    same, remarked, changed = "A,Rejected,x,Rejected,x", "B,Rejected,y,Rejected,x", "C,No Action,,Pending,"
    first, second = read(f"{title}\n{same}\n{remarked}\n{changed}\n")
    assert (first.number, first.trigger, first.remarks, first.previous) == ("B", Trigger.REJECT, "y", State.REJECTED)
    assert (second.number, second.trigger, second.previous) == ("C", Trigger.RESET, State.PENDING)


@pytest.mark.parametrize(
    ("cells", "reduced"),
    [
        ("Yes,,", "full"),
        ("No,,", "none"),
        ("Yes,9000.00,", Heads(igst=900_000)),
        ("Y,5,1.50", Heads(igst=500, cess=150)),
        (",,", None),
    ],
)
def test_a_reduction_is_read_as_the_offline_tool_has_it(cells, reduced):
    title = "number,Status,ITC reduction required (Yes/No),Declared Integrated Tax,Declared Cess"
    (proposal,) = read(f"{title}\nA,Accepted,{cells}\n")
    assert proposal.reduce_itc == reduced


def test_a_row_says_the_version_whose_it_is_and_the_day():
    (proposal,) = read(f"id,version,recipient,date,action\n7,3,{SUPPLIER},05-10-2024,accept\n")
    assert (proposal.version, proposal.recipient, proposal.date) == (3, SUPPLIER, date(2024, 10, 5))
    days = ["2024-10-05", "05/10/2024", "Oct 5"]
    assert [read(f"id,date,action\n7,{day},accept\n")[0].date for day in days] == [date(2024, 10, 5)] * 2 + [None]


def test_a_sheet_that_is_called_like_a_kind_says_it():
    header = Header("sheet B2B-CN, row 6", ("number", "action"), (", column A", ", column B"), "B2B-CN")
    rows = [TableRow("sheet B2B-CN, row 7", header, ["CN/7", "accept"])]
    (proposal,) = proposals_of(rows, Findings("a.xlsx")).proposals
    assert (proposal.machine, proposal.place) == ("credit_note", "sheet B2B-CN, row 7")


def test_numbers_of_a_workbook_are_whole_or_refused():
    header = Header("row 1", ("id", "number", "action"), (", column A", ", column B", ", column C"))
    (proposal,) = proposals_of([TableRow("row 2", header, [7.0, 12.0, "accept"])], Findings("a.xlsx")).proposals
    assert (proposal.record_id, proposal.number) == (7, "12")
    with pytest.raises(InputError, match=r"row 2, column B: '1.23456789012346E\+15' is a document's number that lost"):
        proposals_of([TableRow("row 2", header, [7.0, 1.23456789012346e15, "accept"])], Findings("a.xlsx"))


NO_GSTIN = "'x' is not a GSTIN; write its 15 characters like 27AAPFU0939F1ZV"
NO_REDUCTION = "'half' is not a reduction of ITC; write full, none, or heads like igst=9000.00"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("id,action\n1,buy\n", "line 2, column 2: 'buy' is not an action; write accept, reject, keep_pending or reset"),
        (
            "id,version,action\n1,0,accept\n",
            "line 2, column 2: '0' is not a record's version; leave it as it was given",
        ),
        ("id,action\n1,acc\x1b[0mept\n", "line 2, column 2: 'acc\\x1b[0mept' has control characters; take them out"),
        (
            'number,action,remarks,b\n"S/1\nx",accept,,\n',
            "line 2, column 1: 'S/1\\nx' has more than one line; write it in one line",
        ),
        (
            "id,action\nx,accept\n",
            "line 2, column 1: 'x' is not the id of a record; write the number that records() shows",
        ),
        ("id,action\n,accept\n", "line 2: names no record; give its id, or its supplier, number and kind"),
        ("supplier,number,action\nx,1,accept\n", f"line 2, column 1: {NO_GSTIN}"),
        ("id,action,reduce_itc\n1,accept,half\n", f"line 2, column 3: {NO_REDUCTION}"),
        ("id,action\n1,\n", f"the file: proposes nothing; give rows with the columns {COLUMNS}"),
        ("id,action\n", f"the file: has no rows; give rows with the columns {COLUMNS}"),
    ],
)
def test_what_cannot_be_read_is_told(text, told):
    assert message(text) == f"a.csv: {told}"


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ({"id": 1, "action": True}, ".action: 'true' is not an action; write accept, reject, keep_pending or reset"),
        (
            {"id": 1, "action": "accept", "reduce_itc": {"igst": None}},
            ".reduce_itc: 'null' is not an amount in rupees; write it like \"18000.00\"",
        ),
    ],
)
def test_what_json_holds_is_shown_as_json_has_it(row, told):
    assert message(json.dumps([row])) == f"a.csv: [0]{told}"


def test_a_kind_that_is_none_is_told_with_those_there_are():
    told = message("number,kind,action\n1,receipt,accept\n")
    assert told.startswith(
        "a.csv: line 2, column 2: 'receipt' is not a kind of record; write one of bill_of_entry, credit_note,"
    )


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


def test_json_is_not_read_beyond_its_limit():
    assert message("[" + " " * LARGEST_JSON).startswith(f"a.csv: the file: has {LARGEST_JSON + 1:,} bytes")


SHEET = b'id;supplier;number;kind;action;remarks;reduce_itc\n7;21ZXKCK4821M1ZG;K/1;B2B-CN;Accept;"a\nb";igst=1\n'
TREE = json.dumps([{"id": 7, "action": "A", "reduce_itc": {"igst": "1.00"}, "kind": None}]).encode()


@given(
    st.sampled_from([SHEET, TREE, SHEET.decode().encode("utf-16"), json.dumps(UPLOAD).encode()]),
    st.lists(st.tuples(st.integers(0, 300), st.binary(max_size=3), st.integers(0, 3)), max_size=4),
)
def test_whatever_a_file_holds_it_is_read_or_told(data, changes):
    for at, put, cut in changes:
        data = data[:at] + put + data[at + cut :]
    told, proposals = "", ()
    with contextlib.suppress(InputError):
        try:
            proposals = read_proposals(data, "a.csv", gstin="27AAPFU0939F1ZV").proposals
        except InputError as error:
            told = str(error).replace("\n", "")
            raise
    assert (bool(told), told.isprintable()) == (not proposals, True)


@pytest.mark.parametrize(
    ("tree", "told"),
    [
        (
            {"data": {"docdata": {}}},
            "it is a GSTR-2B; give proposed actions; a GSTR-2B is compared: ims-fsm",
        ),
        (
            {"result": {"proc_cnt": "1"}, "rek": "x"},
            "it is what the portal answered to an upload; give proposed",
        ),
        (
            {"imsDetailsErr": {"b2b": [{"error_msg": "x"}]}},
            "it is the error file of an upload; give proposed",
        ),
        (
            {"imsDetails": {"b2b": []}},
            "it is an IMS download; give proposed actions; a download is imported: ims",
        ),
        ({"data": "AbC=", "rek": "x"}, "it is an encrypted answer of the API; give proposed actions; decrypt it"),
    ],
)
def test_another_file_of_the_portal_is_named_for_what_it_is(tree, told):
    with pytest.raises(InputError) as refused:
        read_proposals(json.dumps(tree).encode(), "file.json")
    assert told in str(refused.value)
