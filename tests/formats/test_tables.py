"""Tables of proposed actions, row by row."""

from __future__ import annotations

import pytest

from ims_fsm.errors import InputError
from ims_fsm.formats.proposals import COLUMNS, csv_rows, json_rows


def message(problem_of, *given):
    with pytest.raises(InputError) as refused:
        list(problem_of(*given, "a.csv"))
    return str(refused.value)


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_table_is_read_by_its_columns_whatever_parts_them(delimiter):
    text = "\ufeffID,User Action,Remarks\r\n1,accept,\r\n\r\n2,reject,\n".replace(",", delimiter)
    assert list(csv_rows(text.encode(), "a.csv")) == [
        ("line 2", {"id": "1", "action": "accept", "remarks": ""}),
        ("line 4", {"id": "2", "action": "reject", "remarks": ""}),
    ]


def test_a_cell_in_quotes_may_hold_what_parts_cells():
    (row,) = csv_rows(b'id,remarks\n1,"late, and wrong"\n', "a.csv")
    assert row == ("line 2", {"id": "1", "remarks": "late, and wrong"})


@pytest.mark.parametrize("tree", [[{"id": 1, "action": "accept"}], {"actions": [{"id": 1, "action": "accept"}]}])
def test_json_is_read_by_its_keys(tree):
    assert list(json_rows(tree, "a.json")) == [("[0]", {"id": 1, "action": "accept"})]


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"id,colour\n1,red\n", f"the columns: 'colour' is not a column here; use {COLUMNS}"),
        (b"id,record_id\n1,1\n", "the columns: id stands twice; keep one of them"),
        (b"action\naccept\n", f"the columns: none of them names a record; use {COLUMNS}"),
        (b"", f"the columns: none of them names a record; use {COLUMNS}"),
        (b"id,action\n1,accept,now\n", "line 2: has 3 cells and the table 2 columns; put text with a comma in quotes"),
        (b"id\n\xff\n", "byte 3: is not text in UTF-8; save it as CSV or JSON in UTF-8"),
        (b"PK\x03\x04", "the file: is an archive or a workbook; save its table as CSV"),
    ],
)
def test_what_is_no_such_table_is_told(data, told):
    assert message(csv_rows, data) == f"a.csv: {told}"


def test_a_cell_that_is_too_long_for_a_table_is_told():
    told = message(csv_rows, b"id\n" + b"1" * 200_000)
    assert told.startswith("a.csv: line 2: is not a line of a table (field larger than field limit")


WHAT = "holds neither a list of actions nor an upload for the portal"
NEITHER = f"the file: {WHAT}; give a list of objects with {COLUMNS}"


@pytest.mark.parametrize(
    ("tree", "told"),
    [
        (1, NEITHER),
        ({}, NEITHER),
        ([1], f"[0]: is not an object; give an object with {COLUMNS}"),
        ([{"id": 1, "colour": 2}], f"the columns: 'colour' is not a column here; use {COLUMNS}"),
    ],
)
def test_json_of_another_sort_is_told(tree, told):
    assert message(json_rows, tree) == f"a.csv: {told}"
