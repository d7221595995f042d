"""Many unknown originals are stated at once, from values or a table: all of them or none."""

from __future__ import annotations

from datetime import date

import pytest

from ims_fsm import Heads, InputError, StatedOriginal

OTHER = "33AAACP7879D1ZM"


def unknown(stage, number, igst=900, **content):
    """File an amendment of a document that never came here; returns its record's id."""
    original = stage.document(number=number, date=date(2024, 6, 5), **content)
    return stage.filed(stage.document(igst=igst, amends=original, number=number, **content))


@pytest.fixture
def waiting(stage):
    """The ids of four amendments that wait; two of them have one number, of two suppliers."""
    stage.at("2024-11-09")
    return [unknown(stage, "G/1"), unknown(stage, "G/2"), unknown(stage, "G/3"), unknown(stage, "G/3", supplier=OTHER)]


def table(*rows):
    return "\n".join(("id,supplier,number,decided,original igst", *rows)).encode()


def test_a_table_states_each_by_its_id_or_by_its_number(stage, waiting):
    first, _, third, _ = waiting
    rows = (f"{first},,,accepted,5.00", ",,g/2,Rejected,", f",{OTHER},G/3,deemed accepted,9.00", f"{third},,,,")
    assert stage.desk.state_originals(table(*rows)) == 3
    views = [stage.desk.show(record_id) for record_id in waiting]
    assert [view.original for view in views] == ["accepted", "rejected", "unknown", "accepted"]
    assert [str(view.direction) for view in (views[0], views[3])] == ["upward", "unchanged"]


def test_values_state_the_same_as_one_by_one(stage, waiting):
    stated = [StatedOriginal(record_id=record_id, disposition="accepted", tax=Heads(igst=100)) for record_id in waiting]
    assert stage.desk.state_originals(stated, key="k") == 4
    assert stage.desk.state_originals(stated, key="k") == 4
    assert {stage.desk.show(record_id).original for record_id in waiting} == {"accepted"}


@pytest.mark.parametrize(
    ("row", "what"),
    [
        (",,G/3,accepted,", "line 3 (G/3): is the number of several amendments; name it by its id, as list shows it"),
        (",,NO/1,accepted,", "line 3 (NO/1): is not the number of an amendment that waits; name it by its id"),
        ("4711,,,accepted,", "line 3 (4711): is not a record here"),
        ("x,,,accepted,", "line 3: 'x' is not the id of a record; write the number that list shows"),
        (",,,accepted,", "line 3: '' names no amendment; give its id, or its number and supplier"),
        (",,G/2,acceptd,", "line 3: 'acceptd' is not one of the words for it; did you mean accepted?"),
        (",,G/2,accepted,1.005", "line 3: '1.005' has more than two decimals"),
        (",,G/2,accepted,-1", "line 3: -100 is below zero"),
        (",x,G/2,accepted,", "line 3: 'x' is not a GSTIN"),
        (",,G/2,accepted", "line 3: has 4 cells and the table 5 columns"),
        (',,"G/2,accepted,', "line 3, column 3: has a quote that does not pair; put the whole cell in quotes"),
        pytest.param(
            f",,{'9' * 1_000_001},accepted,",
            "line 3: is longer than 1,000,000 characters; save the table",
            id="too long",
        ),
        (',,"G/2\n,,G/1,accepted,\n,,G/2",accepted,', "line 3, column 3: goes over several lines that look like rows"),
        ("superseded,,,superseded,", "line 3"),
    ],
)
def test_where_one_is_wrong_none_is_stated(stage, waiting, row, what):
    before = stage.tables()
    with pytest.raises(InputError) as refused:
        stage.desk.state_originals(table(f"{waiting[0]},,,accepted,", row), where="originals.csv")
    assert what in str(refused.value)
    assert stage.tables() == before


@pytest.mark.parametrize("content", [b"", b"a,b\n1,2\n", b"id,number\n1,2\n", table(",,G/2,,"), b"\xff\xfe"])
def test_a_table_that_states_nothing_is_told(stage, content):
    with pytest.raises(InputError, match=r"states nothing|does not name its columns|is not a table"):
        stage.desk.state_originals(content, where="originals.csv")
