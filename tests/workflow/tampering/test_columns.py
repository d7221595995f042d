"""Tampering as a table: each column is changed behind the program's back, and docs/audit.md says what finds it.

A column is found by `audit verify`, or once it is sealed, or it is listed there as not provable, with the reason. One
that is in no list fails here until it is placed; so does one that is found although the page says that it is not.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, text

from ims_fsm.store import seals
from ims_fsm.store.tables import Table

PAGE = Path(__file__).resolve().parents[3] / "docs" / "audit.md"
ROW = re.compile(r"^\| `(\w+)\.(\w+)` \| (\w+)( on SQLite)? \| .+ \|$", re.MULTILINE)
# What finds a change of a column: the code of a finding, `seal` or `nothing`; and whether only SQLite can.
PLACED: Mapping[tuple[str, str], tuple[str, bool]] = {
    (table, column): (found, bool(on_sqlite))
    for table, column, found, on_sqlite in ROW.findall(PAGE.read_text("utf-8"))
}
NOWHERE = ("", False)
# Seals are proved by what is kept elsewhere.
COLUMNS = [
    (name, column.name)
    for name, table in sorted(Table.metadata.tables.items())
    for column in table.columns
    if not name.startswith("ims_seal")
]
FOUND = [key for key in COLUMNS if PLACED.get(key, NOWHERE)[0] != "nothing"]
# The first column of each table and finding: the others are too many for every day, but for that of PostgreSQL.
SAMPLE = {(key[0], PLACED.get(key, NOWHERE)[0]): key for key in reversed(FOUND)}
EVERY_DAY = FOUND if os.environ.get("IMS_FSM_TEST_STORE") == "postgresql" else [*SAMPLE.values()]
BUYER, OTHER = "27AAPFU0939F1ZV", "24AAACC1206D1ZM"
NOON = "2025-12-20 06:30:00.000000"
# Which row of a table is changed, where it is not the first: what no GSTR-3B has decided yet, for that is in no digest.
ROWS = {
    "ims_record": "id = 6",
    "ims_record_content": "record_id = 6",
    "ims_transition_log": "record_id = 6",
    "ims_log_call": "number = (SELECT call FROM ims_transition_log WHERE record_id = 6)",
    "ims_declaration": "machine = 'invoice'",
    "ims_counter": "name = 'record'",
    "ims_taxpayer": f"gstin = '{BUYER}'",
    "ims_taxpayer_log": f"gstin = '{BUYER}' AND number = 2",
    "ims_request": "key = 'k-6'",
    "ims_two_b_log": "trigger = 'file_3b'",
    "ims_case": "state = 'approved'",
}
# What a column is changed to, where another text or a later moment would be no fair try.
VALUES = {
    "state": "'rejected'", "source": "'rejected'", "dest": "'rejected'", "trigger": "'reject'", "kind": "'debit_note'",
    "form": "'IFF'", "route": "'pos'", "supplier_status": "'saved'", "disposition": "'accepted'",
    "removed_for": "'sec_16_4'", "reduction": "'full'", "stated_original": "'accepted'", "portal_action": "'rejected'",
    "ineligible": "'pos'", "section": "'itc_rejected'", "entry": "'reversal_4b1'", "decision": "'rejected'",
    "filing": "'quarterly'", "status": "'failed'", "job": "'remind'", "rules": "'faq.10.ii faq.12'",
    "recipient_gstin": f"'{OTHER}'", "supplier_gstin": f"'{OTHER}'", "gstin": f"'{OTHER}'", "owner": f"'{OTHER}'",
    "return_period": "'2025-10'", "two_b_period": "'2025-12'", "named_period": "'2025-11'", "settled_in": "'2025-11'",
    "period": "'2025-09'", "registered_from": "'2025-09'", "supplier_period": "'2026-01'",
    "recipient_period": "'2025-09'", "fy": "'2023-24'", "detail": "'{}'", "outcome": "'null'", "said": "'{}'",
    "declared": "'[]'", "before": "'{}'", "after": "'{}'", "machine": "'debit_note'",
}  # fmt: skip
# Numbers of which the next is likely there.
KEYS = frozenset({"id", "number", "record_id", "seq"})


def test_every_column_is_placed_and_nothing_else() -> None:
    assert sorted(PLACED) == sorted(COLUMNS)


def test_the_store_has_something_in_every_table_and_is_sound(store: Any) -> None:
    empty = [
        name
        for name in Table.metadata.tables
        if not name.startswith("ims_seal")
        and store.connection.execute(text(f"SELECT count(*) FROM {name}")).scalar_one() == 0
    ]
    assert empty == []
    assert store.faults() == ()


def test_what_is_not_found_is_not_found_all_at_once_either(store: Any) -> None:
    unfound = [
        key
        for key, (found, on_sqlite) in PLACED.items()
        if found in {"nothing", "seal"} or (on_sqlite and not of_sqlite(store))
    ]
    with store.undone():
        with store.disarmed():
            # A row is looked for by its key, which is changed last.
            for table, column in sorted(unfound, key=_is_key):
                changed(store.connection, table, column)
        assert store.faults() == ()


@pytest.mark.parametrize(
    ("table", "column"),
    [pytest.param(*key, marks=() if key in EVERY_DAY else pytest.mark.long) for key in FOUND],
)
def test_what_is_changed_is_found_as_the_page_says(store: Any, table: str, column: str) -> None:
    found, on_sqlite = PLACED.get((table, column), NOWHERE)
    if on_sqlite and not of_sqlite(store):
        pytest.skip("only SQLite can tell")
    with store.undone():
        if found == "seal":
            seals.seal(store.connection, BUYER, "asha", 2 * (datetime.fromisoformat("2025-12-20T06:30:00+00:00"),))
        with store.disarmed():
            changed(store.connection, table, column)
        assert found in {fault.code for fault in store.faults()}


def of_sqlite(store: Any) -> bool:
    return bool(store.kind == "sqlite")


def changed(connection: Connection, table: str, column: str) -> None:
    of = Table.metadata.tables[table].columns[column].type
    kind = getattr(of, "impl", of).python_type
    where = ROWS.get(table) or _first(connection, table)
    stands = connection.execute(text(f"SELECT {column} FROM {table} WHERE {where}")).scalars().first()
    value = (
        VALUES.get(column)
        or {
            int: f"coalesce({column}, 0) + {1_000 if column in KEYS else 1}",
            bool: f"NOT coalesce({column}, false)",
            # As long as it was: PostgreSQL refuses what is longer than its column.
            str: f"'x' || substr(coalesce({column}, ''), 2)",
            date: "'2025-11-06'",
            datetime: f"'2025-12-05 06:31:00.000000{'' if connection.dialect.name == 'sqlite' else '+00'}'",
        }[kind]
    )
    if stands is not None and value == f"'{stands}'":
        value = f"'x' || substr({value}, 2)"
    done = connection.execute(text(f"UPDATE {table} SET {column} = {value} WHERE {where}"))
    assert done.rowcount == 1


def _is_key(key: tuple[str, str]) -> bool:
    table, column = key
    return Table.metadata.tables[table].columns[column].primary_key


def _first(connection: Connection, table: str) -> str:
    key = [column.name for column in Table.metadata.tables[table].primary_key]
    row = connection.execute(text(f"SELECT {', '.join(key)} FROM {table} ORDER BY 1 LIMIT 1")).one()
    return " AND ".join(f"{name} = '{value}'" for name, value in zip(key, row, strict=True))
