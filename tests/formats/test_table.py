"""Tables, row by row and strictly: what cannot be read is told with its place, and no row is lost."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ims_fsm.errors import InputError
from ims_fsm.formats.columns import COLUMNS
from ims_fsm.formats.gstn.row import Findings
from ims_fsm.formats.table import LONGEST, ROWS, WIDEST, csv_rows, json_rows


def rows(data):
    findings = Findings("a.csv")
    read = [(row.place, dict(zip(row.header.titles, row.cells, strict=False))) for row in csv_rows(data, findings)]
    findings.raise_problems()
    return read


def message(data):
    with pytest.raises(InputError) as refused:
        rows(data if isinstance(data, bytes) else data.encode())
    return str(refused.value)


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_table_is_read_by_its_titles_whatever_parts_and_encodes_it(delimiter, encoding, end):
    text = "\nID,User Action,Remarks,\n1,accept,é,\n\n2,reject,\n".replace(",", delimiter).replace("\n", end)
    assert rows(text.encode(encoding)) == [
        ("line 3", {"ID": "1", "User Action": "accept", "Remarks": "é"}),
        ("line 5", {"ID": "2", "User Action": "reject", "Remarks": ""}),
    ]


def test_a_cell_in_quotes_may_hold_what_parts_cells_a_quote_and_several_lines():
    text = b'id,number,remarks\n1,A,"late, and ""wrong"""\n2,B,"not ours,\nreturned"\n3,C,\n'
    assert [(place, row["remarks"]) for place, row in rows(text)] == [
        ("line 2", 'late, and "wrong"'),
        ("line 3", "not ours,\nreturned"),
        ("line 5", ""),
    ]


@pytest.mark.parametrize("sign", ["=", "+", "-", "@"])
def test_the_apostrophe_that_keeps_a_cell_from_being_a_formula_is_taken_off(sign):
    ((_, row),) = rows(f"id,remarks\n1,'{sign}1\n".encode())
    assert row["remarks"] == f"{sign}1"
    ((_, row),) = rows(b"id,remarks\n1,'tis late\n")
    assert row["remarks"] == "'tis late"


OPEN = "begins with a quote that is not closed; put the whole cell in quotes, and write a quote within it twice"
UNPAIRED = "has a quote that does not pair; put the whole cell in quotes, and write a quote within it twice"
SEVERAL = "goes over several lines that look like rows of the table; close the quote before it, or write one line"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        # The quote of one row ends nowhere, in another row, or where it makes a whole cell of several rows.
        ('id,action,remarks\n9,accept,\n10,reject,"not ours\n11,reject,x\n', f"line 3, column 3: {OPEN}"),
        ('id,action,remarks\n10,reject,"not ours\n11,reject,x\n12,accept,"y\n', f"line 2, column 3: {OPEN}"),
        ('id,action,remarks\n10,reject,"not ours\n11,reject,x\n12,accept,y"\n', f"line 2, column 3: {SEVERAL}"),
        ('id,remarks,action\n10,"not ours,reject\n11,x",reject\n', f"line 2, column 2: {SEVERAL}"),
        ('id,action\n10,reject\n11,"reject\n12,reject', f"line 3, column 2: {OPEN}"),
        ('id,action,remarks\n10,reject,5" pipe\n', f"line 2, column 3: {UNPAIRED}"),
        ('id,action,remarks\n10,reject, "late, and wrong"\n', f"line 2, column 3: {UNPAIRED}"),
        ('id,action,remarks\n10,"reject"ed,\n', f"line 2, column 2: {UNPAIRED}"),
        ('id,"action\n10,reject\n', f"line 1, column 2: {OPEN}"),
    ],
)
def test_a_quote_that_does_not_pair_is_told_with_its_line_and_column(text, told):
    assert message(text) == f"a.csv: {told}"


CELLS = "give a cell for each column, and put text with a comma in quotes"


@pytest.mark.parametrize(
    ("data", "told"),
    [
        ("id,action\n1,accept,now\n", f"line 2: has 3 cells and the table 2 columns; {CELLS}"),
        ("id,action,remarks\n1,accept\n", f"line 2: has 2 cells and the table 3 columns; {CELLS}"),
        (b"id\n\xff\n", "line 2, character 1: is not text in UTF-8; save it as CSV in UTF-8"),
        ("id,remarks\n1,déjà\n".encode("cp1252"), "line 2, character 4: is not text in UTF-8; save it as CSV in UTF-8"),
        ("id\n1\n".encode("utf-16")[:-1], "line 2, character 2: is not text in UTF-16; save it as CSV in UTF-8"),
        (b"PK\x03\x04", "the file: is an archive or a workbook; save its table as CSV"),
    ],
)
def test_what_is_no_such_table_is_told(data, told):
    assert message(data) == f"a.csv: {told}"


def test_all_rows_that_cannot_be_read_are_told_at_once():
    told = message("id,action\n1\n2,accept\n3,accept,now\n")
    assert told.startswith("a.csv: 2 problems\n  line 2: has 1 cells")
    assert "line 4: has 3 cells" in told


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"id\n" + b"1" * 200_000, "line 2: is not a line of a table (field larger than field limit (131072));"),
        (b"id\n" + b"1" * (LONGEST + 1), f"line 2: is longer than {LONGEST:,} characters;"),
        (b"id\n" * (ROWS + 1), f"line {ROWS + 1}: a table has at most {ROWS:,} lines; give it in parts"),
        (b"\0" * 3_000_000, f"line 1: is longer than {LONGEST:,} characters;"),
        (b"id" + b"," * WIDEST, f"line 1: has {WIDEST + 1} cells, and a table at most {WIDEST} columns;"),
    ],
)
def test_more_than_a_table_may_hold_is_told(data, told):
    assert message(data).startswith(f"a.csv: {told}")


@given(
    st.lists(st.tuples(*[st.text(st.sampled_from('aé ,;"\t='), max_size=6)] * 3).filter(any), min_size=1, max_size=5),
    st.sampled_from(",;\t"),
)
def test_what_is_written_as_a_table_is_read_again(cells, delimiter):
    quoted = [[f'"{cell.replace(chr(34), chr(34) * 2)}"' for cell in row] for row in cells]
    text = "\n".join([delimiter.join("abc"), *(delimiter.join(row) for row in quoted)])
    kept = [list(row) for row in cells if any(cell.strip() for cell in row)]
    assert [list(row.values()) for _, row in rows(text.encode())] == kept


@given(st.lists(st.text(st.sampled_from('ab",\n'), max_size=8), min_size=1, max_size=6))
def test_no_row_is_lost_whatever_the_quotes(cells):
    """Where a text is read at all, each of its lines is in a row of its own, or it goes over them and is no row."""
    text = "id,action,remarks\n" + "\n".join(f"{number},accept,{cell}" for number, cell in enumerate(cells))
    try:
        read = rows(text.encode())
    except InputError:
        return
    ids = [row["id"] for _, row in read]
    assert [number for number in map(str, range(len(cells))) if number not in ids] == []


@pytest.mark.parametrize("tree", [[{"id": 1, "action": "accept"}], {"actions": [{"id": 1, "action": "accept"}]}])
def test_json_is_read_by_its_keys(tree):
    (row,) = json_rows(tree, Findings("a.json"), COLUMNS)
    assert (row.place, row.at(1), row.header.titles, row.cells) == (
        "[0]",
        "[0].action",
        ("id", "action"),
        [1, "accept"],
    )


WHAT = "holds neither a list of actions nor an upload for the portal"
NEITHER = f"the file: {WHAT}; give a list of objects with {COLUMNS}"


@pytest.mark.parametrize(
    ("tree", "told"),
    [
        (1, NEITHER),
        ({}, NEITHER),
        ([1], f"[0]: is not an object; give an object with {COLUMNS}"),
        ([{}] * (ROWS + 1), f"the file: a table has at most {ROWS:,} rows; give it in parts"),
        ([{str(n): n} for n in range(201)], f"[200]: names more than 200 columns in all; give objects with {COLUMNS}"),
    ],
)
def test_json_of_another_sort_is_told(tree, told):
    findings = Findings("a.json")

    def read():
        list(json_rows(tree, findings, COLUMNS))
        findings.raise_problems()

    with pytest.raises(InputError) as refused:
        read()
    assert str(refused.value) == f"a.json: {told}"
