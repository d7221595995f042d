"""Tampering with whole rows, past triggers and checks: what is gone, put in, swapped, doubled or replaced is found.

What only one database can know says which; on the other nothing in the database tells of it, but a checkpoint that was
kept elsewhere.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import text

from ims_fsm.record.case import hash_of
from ims_fsm.store.tables import Table

BUYER = "27AAPFU0939F1ZV"
ONE = f"{BUYER} record"
BOTH = ("sqlite", "postgresql")


@dataclass(frozen=True)
class Change:
    """What is done behind the program's back, the code of a finding that it makes, and how that begins."""

    statements: Sequence[str]
    code: str
    told: str
    on: Sequence[str] = BOTH


def gone(record: int, *, steps: bool = True) -> list[str]:
    """Return what takes out a record with all that is its own; of a call with other steps, its step."""
    named = f"SELECT call FROM ims_transition_log WHERE record_id = {record}"
    moved = [
        f"UPDATE ims_log_call SET steps = steps - 1 WHERE number IN ({named})",
        f"DELETE FROM ims_transition_log WHERE record_id = {record}",
        "DELETE FROM ims_log_call WHERE steps = 0",
    ]
    tables = ("ims_record_content", "ims_two_b_line", "ims_liability")
    kept = [f"DELETE FROM {table} WHERE record_id = {record}" for table in tables]
    return [*(moved if steps else []), *kept, f"DELETE FROM ims_record WHERE id = {record}"]


def doubled(table: str, where: str, **instead: str) -> str:
    """Return what puts in a copy of a row, some columns of which say something else."""
    names = [instead.get(column.name, column.name) for column in Table.metadata.tables[table].columns]
    return f"INSERT INTO {table} SELECT {', '.join(names)} FROM {table} WHERE {where}"


def swapped(table: str, column: str, first: object, second: object) -> list[str]:
    """Return what changes two values of a column for each other."""
    change = f"UPDATE {table} SET {column} = {{}} WHERE {column} = {{}}"
    return [change.format(*pair) for pair in ((-1, first), (first, second), (second, -1))]


def place_of(call: int) -> str:
    return f"(SELECT place FROM ims_log_call WHERE number = {call})"


CONTENT = doubled("ims_record_content", "record_id = 5", record_id="105")
FRESH = {"state": "'no_action'", "seq": "0", "settled_in": "NULL", "disposition": "NULL", "carried_igst": "0"}
UNCOVERED = '{"cover"\\:"no","days"\\:"many"}'
DIGEST = hash_of({"cover": "no", "days": "many"})
RENAMED = {"id": "105", "chain_id": "105"}
ROWS: Mapping[str, Change] = {
    "a record and all that names it": Change(gone(5), "number", "record 6: comes after 4;", on=["sqlite"]),
    "a decided record and all that names it": Change(
        gone(5), "return", f"{BUYER} GSTR-2B of 2025-10: has 4 as lines, and its log makes it 5"
    ),
    "the newest record, of which no log tells": Change(gone(8), "number", "record 9: comes after 7;", on=["sqlite"]),
    "a record without its log": Change(gone(6, steps=False), "log", f"{ONE} 6: is gone, and its log goes to step 1"),
    "a record twice": Change(
        [doubled("ims_record", "id = 5", **RENAMED), CONTENT],
        "log",
        f"{ONE} 105: stands at frozen (step 1), and its log ends at no_action (step 0)",
    ),
    "a record of a number that was not given out yet, on SQLite": Change(
        [doubled("ims_record", "id = 5", **RENAMED, **FRESH), CONTENT], "number", "record 105: comes after "
            "11;", ["sqlite"]
    ),
    "a record of a number that was not given out yet": Change(
        [doubled("ims_record", "id = 5", **RENAMED, **FRESH), CONTENT],
        "number",
        "counter record: stands at 10, and 105 is given to a record",
    ),
    "two records": Change(swapped("ims_record", "id", 1, 6), "log", f"{ONE} 1: stands at accepted (step 1), and "
        f"its log"),
    "two contents": Change(
        swapped("ims_record_content", "record_id", 1, 6), "log", f"{BUYER} contents of record 1: stands at "
    ),
    "the logs of two records": Change(
        swapped("ims_transition_log", "record_id", 1, 3), "record", f"{ONE} 1: has as ordered as remarks, and its log"
    ),
    "two calls": Change(swapped("ims_log_call", "number", 1, 2), "log", f"{ONE} 1 step 2: leaves from accepted, "
        f"and the"),
    "the order of two events": Change(
        [
            f"UPDATE ims_log_call SET place = place + {place_of(4)} WHERE number = 1",
            f"UPDATE ims_log_call SET place = {place_of(1)} - place WHERE number = 4",
            f"UPDATE ims_log_call SET place = place - {place_of(4)} WHERE number = 1",
        ],
        "log",
        f"{ONE} 1 step 2: has the place ",
    ),
    "an event that nobody is to see": Change(
        ["UPDATE ims_two_b_log SET place = NULL WHERE trigger = 'file_3b'"],
        "number",
        f"ims_two_b_log {BUYER} 2025-10 2: has no place in the order of events",
    ),
    "the last event": Change(["DELETE FROM ims_reminder"], "number", "event", on=[]),
    "the last step, its call, and what it did": Change(
        [
            "DELETE FROM ims_log_call WHERE number = (SELECT call FROM ims_transition_log WHERE record_id = 6)",
            "DELETE FROM ims_transition_log WHERE record_id = 6",
            "UPDATE ims_record SET state = 'no_action', seq = 0, remarks = NULL, acted_at = NULL WHERE id = 6",
        ],
        "key",
        f"{BUYER} key k-6: has accepted as state, and the step of its record makes it nothing",
    ),
    "a case": Change(["DELETE FROM ims_case"], "log", f"{BUYER} case 9: is gone, and its log goes to step 2"),
    "a case with its log": Change(
        [
            "DELETE FROM ims_log_call WHERE machine IS NOT NULL",
            "DELETE FROM ims_transition_log WHERE record_id = 9",
            "DELETE FROM ims_record_content WHERE record_id = 9",
            "DELETE FROM ims_case",
        ],
        "key",
        f"{BUYER} key k-case: has approved as state, and the step of its record makes it nothing",
    ),
    "the last step of a case, and what it did": Change(
        [
            "DELETE FROM ims_log_call WHERE trigger = 'approve'",
            "DELETE FROM ims_transition_log WHERE record_id = 9 AND seq = 2",
            "UPDATE ims_case SET state = 'requested', seq = 1, last_at = opened_at",
        ],
        "case",
        f"{BUYER} case 9: has 2 as contents, and its log makes it 1",
    ),
    "the facts that a step was decided on": Change(
        [f"UPDATE ims_record_content SET content = '{UNCOVERED}', content_hash = '{DIGEST}' WHERE number = 2",
         f"UPDATE ims_case SET facts = '{UNCOVERED}', content_hash = '{DIGEST}'"],
        "law",
        f"{BUYER} case 9 step 2: is approve from requested, which the law refuses (manual.3)",
    ),
    "a case that was never opened": Change(
        [doubled("ims_case", "id = 9", id="11", key="'LR-2'")], "log", f"{BUYER} case 11: stands at approved (step 2)"
    ),
    "an answer": Change(["DELETE FROM ims_request"], "key", f"{BUYER} key k-6: was acted under, and its answer "
        f"is gone"),
    "an annual return": Change(
        ["DELETE FROM ims_annual_return"],
        "taxpayer",
        f"{BUYER} annual return of 2023-24: is gone, and their log has it",
    ),
    "a taxpayer": Change(["DELETE FROM ims_taxpayer"], "taxpayer", f"{BUYER} taxpayer: is gone, and their log has it"),
    "a declaration": Change(
        [("DELETE FROM ims_declaration WHERE machine = "
         "'invoice'")], "law", f"{ONE} 1 step 1: was decided under declaration 1"
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", ROWS)
def test_rows_that_are_not_as_they_were_written_are_found(store: Any, what: str) -> None:
    change = ROWS[what]
    with store.undone():
        with store.disarmed():
            for statement in change.statements:
                store.connection.execute(text(statement))
        faults = store.faults()
    as_told = any(fault.code == change.code and str(fault).startswith(change.told) for fault in faults)
    assert as_told == (store.kind in change.on), faults


@pytest.mark.sqlite("its way to take out a row past its triggers")
def test_a_row_that_another_program_replaces_past_the_triggers_is_found(store: Any) -> None:
    """Where recursive_triggers is off, as elsewhere, INSERT OR REPLACE fires no trigger for what it takes out."""
    with store.undone():
        driver: sqlite3.Connection = store.connection.connection.driver_connection
        row = store.connection.execute(text("SELECT * FROM ims_log_call WHERE number = 1")).mappings().one()
        columns = {name: f":{name}" for name in row} | {"dest": "'pending'"}
        replace = f"INSERT OR REPLACE INTO ims_log_call ({', '.join(columns)}) VALUES ({', '.join(columns.values())})"
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            driver.execute(replace, dict(row))
        driver.execute("PRAGMA recursive_triggers = OFF")
        try:
            driver.execute(replace, dict(row))
        finally:
            driver.execute("PRAGMA recursive_triggers = ON")
        faults = [(fault.code, str(fault)) for fault in store.faults()]
    assert any(code == "log" and told.startswith(f"{ONE} 1 step 2: leaves from accepted") for code, told in faults)


@pytest.mark.parametrize("detail", ["NULL", "'{}'", "'null'", '\'{"generation": "x"}\''])
def test_a_generation_whose_log_says_nothing_of_it_is_found(store: Any, detail: str) -> None:
    with store.undone():
        with store.disarmed():
            change = f"UPDATE ims_two_b_log SET detail = {detail} WHERE period = '2025-11' AND trigger = 'generate'"
            store.connection.execute(text(change))
        faults = [str(fault) for fault in store.faults() if fault.code == "return"]
    assert any("GSTR-2B of 2025-11 generation 1: has other lines than those" in fault for fault in faults), faults
