"""A sheet of mixed actions comes to what acting row by row in its order comes to, in every table."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from ims_fsm import Heads, Proposal
from ims_fsm.record.refusals import RefusedError
from ims_fsm.terms.vocabulary import Trigger

ACTIONS = (Trigger.ACCEPT, Trigger.REJECT, Trigger.KEEP_PENDING, Trigger.RESET)
RECORDS = 9
TOO_LONG = "x" * 251


def scene(stage, year):
    """Chains with amendments of one 2B period and of two, and what is only saved; a draft, where one can be."""
    day, october, november = date(year, 10, 5), f"{year}-10", f"{year}-11"
    stage.at(f"{year}-11-09")
    invoice, note = stage.document(date=day), stage.document("credit_note", 9_000, date=day)
    records = [stage.filed(document, october) for document in (invoice, note)]
    records += [
        stage.filed(
            stage.document("credit_note", 12_000, amends=note, number=note.number, date=day), october, "GSTR-1A"
        ),
        stage.saved(stage.document(date=day), october, "GSTR-1A"),
    ]
    if year == 2024:
        stage.at("2024-11-14 06:00").ims.sweep()
    stage.at(f"{year}-12-09")
    records += [
        stage.filed(stage.document(amends=invoice, number=invoice.number, igst=9_000, date=day), november),
        stage.filed(stage.document("credit_note", 3_000, amends=note, number=note.number, date=day), november),
        stage.filed(stage.document("debit_note", date=day), november),
        stage.saved(stage.document("credit_note", date=day), november),
    ]
    gone = stage.saved(stage.document(date=day), november)
    stage.shop.delete(gone)
    return [*records, gone]


ROWS = st.lists(
    st.builds(
        dict,
        record=st.integers(0, RECORDS),
        trigger=st.sampled_from(ACTIONS),
        remarks=st.sampled_from([None, None, "wrong", TOO_LONG]),
        reduce_itc=st.sampled_from([None, None, "full", "none", Heads(igst=100)]),
        version=st.sampled_from([None, None, 0, 1]),
    ),
    min_size=1,
    max_size=14,
)


def proposals(stage, records, rows):
    """Return the rows as proposals: a record by its id, or one that is not here; a version that is so or is not."""
    for number, row in enumerate(rows, start=2):
        given = {**row, "version": None, "record_id": 4711, "place": f"line {number}"}
        if (which := given.pop("record")) < RECORDS:
            given["record_id"] = records[which]
            if row["version"] is not None:
                given["version"] = stage.desk.record(records[which]).version + row["version"]
        yield Proposal(**given)


def row_by_row(stage, wanted):
    """Act on one record after the other; return what each came to."""
    for row in wanted:
        said = {name: getattr(row, name) for name in ("remarks", "reduce_itc", "version")}
        if row.record_id == 4711:
            yield None, ("unknown_record",)
            continue
        try:
            yield str(stage.desk.act(row.trigger, row.record_id, **said).state), ()
        except RefusedError as error:
            yield None, tuple(refusal.code for refusal in error.refusals)


@pytest.mark.slow
@pytest.mark.parametrize("year", [2024, 2025])
@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(rows=ROWS)
@example(
    # A chain of two 2B periods whose order decides, a record named twice, and one whose version is no more.
    rows=[
        {"record": record, "trigger": trigger, "remarks": None, "reduce_itc": None, "version": version}
        for record, trigger, version in [
            (5, Trigger.REJECT, None),
            (1, Trigger.REJECT, None),
            (2, Trigger.REJECT, None),
            (5, Trigger.KEEP_PENDING, None),
            (0, Trigger.ACCEPT, 0),
            (0, Trigger.REJECT, 0),
            (4, Trigger.ACCEPT, None),
            (3, Trigger.ACCEPT, None),
        ]
    ]
)
def test_a_mixed_sheet_is_acting_row_by_row_in_its_order(fresh, year, rows):
    stage = fresh()
    wanted = [*proposals(stage, scene(stage, year), rows)]
    expected, tables = [*row_by_row(stage, wanted)], stage.tables()
    stage = fresh()
    scene(stage, year)
    checked = stage.desk.check(wanted)
    judged = stage.desk.apply(wanted)
    assert [(row.dest, tuple(refusal.code for refusal in row.refusals)) for row in judged.rows] == expected
    assert checked.rows == judged.rows
    assert stage.tables() == tables
    assert stage.faults() == ()
