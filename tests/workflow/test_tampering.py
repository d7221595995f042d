"""Tampering as a table: each column is changed behind the program's back, and docs/audit.md says what finds it.

A column is found by `audit verify`, or once it is sealed, or it is listed there as not provable, with the reason. One
that is in no list fails here until it is placed; so does one that is found although the page says that it is not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, text

from ims_fsm import Heads, TaxPeriod
from ims_fsm.law.book import LawBook
from ims_fsm.store import audit, seals
from ims_fsm.store.connection import open_engine, writing
from ims_fsm.store.tables import Table

# The columns are those of both databases; PostgreSQL refuses some of the changes by their length before any audit.
pytestmark = pytest.mark.sqlite("one change to each column, with its triggers off")
PAGE = Path(__file__).resolve().parents[2] / "docs" / "audit.md"
ROW = re.compile(r"^\| `(\w+)\.(\w+)` \| (audit|seal|nothing) \| (.+) \|$", re.MULTILINE)
PLACED: Mapping[tuple[str, str], tuple[str, str]] = {
    (table, column): (found, how) for table, column, found, how in ROW.findall(PAGE.read_text("utf-8"))
}
# Seals are proved by what is kept elsewhere.
COLUMNS = [
    (name, column.name)
    for name, table in sorted(Table.metadata.tables.items())
    for column in table.columns
    if not name.startswith("seal")
]
FOUND = [key for key in COLUMNS if PLACED.get(key, ("", ""))[0] != "nothing"]
# The first column of each table that the audit finds, or a seal: the others are too many for every day.
SAMPLE = {(key[0], PLACED.get(key, ("", ""))[0]): key for key in reversed(FOUND)}
BUYER, OTHER = "27AAPFU0939F1ZV", "24AAACC1206D1ZM"
NOON = "2025-12-20 06:30:00.000000"
# Which row of a table is changed, where it is not the first: what no GSTR-3B has decided yet, for that is in no digest.
ROWS = {
    "record": "id = 6",
    "record_content": "record_id = 6",
    "transition_log": "record_id = 6",
    "log_call": "number = (SELECT call FROM transition_log WHERE record_id = 6)",
    "declaration": "machine = 'invoice'",
    "taxpayer": f"gstin = '{BUYER}'",
    "taxpayer_log": f"gstin = '{BUYER}' AND number = 2",
    "request": "key = 'k-6'",
    "two_b_log": "trigger = 'file_3b'",
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


@dataclass(frozen=True)
class Store:
    """A store with something in every table, on one connection; what is changed is taken back."""

    connection: Connection
    book: LawBook

    def faults(self) -> list[str]:
        return list(map(str, audit.verify(self.connection, book=self.book).faults))


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory, staging: type[Any]) -> Iterator[Store]:
    path = tmp_path_factory.mktemp("tampering") / "ims.db"
    stage = staging(f"sqlite:///{path}")
    lived(stage)
    engine = open_engine(f"sqlite:///{path}")
    with writing(engine) as connection:
        fill(connection)
        yield Store(connection, stage.ims.book)
    engine.dispose()
    stage.ims.close()


def lived(stage: Any) -> None:
    """Let a month be decided, and another begin: 6 is accepted and waits, 7 amends what is not here."""
    for gstin in (stage.buyer, stage.seller):
        stage.taxpayer(gstin, registered_from="2025-10")
    stage.at("2025-11-05")
    for kind in ("invoice", "credit_note", "credit_note", "invoice", "invoice"):
        stage.filed(stage.document(kind, date=date(2025, 10, 5)), "2025-10")
    stage.act("accept", 1, remarks="as ordered")
    stage.act("reject", 2)
    stage.act("accept", 3, reduce_itc=Heads(igst=5_000), remarks="the rest was never availed")
    stage.close("2025-10")
    stage.at("2025-12-05")
    november = {"date": date(2025, 11, 5)}
    stage.filed(stage.document(**november), "2025-11")
    stage.ims.recipient(stage.buyer, actor="asha").accept(6, remarks="seen", key="k-6")
    unknown = stage.document(**november, amends=stage.document(number="OLD/1", date=date(2025, 10, 5)))
    stage.desk.state_original(stage.filed(unknown, "2025-11"), "accepted")
    shown = stage.seen(stage.document(**november), return_period=TaxPeriod("2025-11"))
    stage.at("2025-12-06").receive(shown, complete=frozenset({"invoice"}))
    stage.desk.file_annual_return("2023-24")
    stage.at("2025-12-14")
    stage.draft("2025-11")


JOB = """
    INSERT INTO job_run
    (recipient_gstin, job, period, through, status, due_at, planned_at, recipients, attempt, done_at)
    VALUES ('{gstin}', 'draft', '2025-11', '{gstin}', 'done', '{noon}', '{noon}', 1, 0, '{noon}')
"""
REMINDER = """
    INSERT INTO reminder (recipient_gstin, kind, subject, due_at, days, at, records, rule)
    VALUES ('{gstin}', 'draft_ready', '2025-11', '{noon}', 3, '{noon}', 1, 'faq.25')
"""
ADOPTION = "INSERT INTO adoption VALUES (1, 'invoice', 1, 1, 0, 'asha', '{noon}')"
UPLOADED = """
    INSERT INTO uploaded (recipient_gstin, record_id, action, at, answered)
    VALUES ('{gstin}', 1, 'accepted', '{noon}', TRUE)
"""
MOVE = "INSERT INTO calendar_move VALUES ('{gstin}', 6, 1, '[]', '[]')"


def fill(connection: Connection) -> None:
    """Put a row where nothing of a month comes."""
    for statement in (JOB, REMINDER, ADOPTION, UPLOADED, MOVE):
        connection.execute(text(statement.format(gstin=BUYER, noon=NOON)))


def test_every_column_is_placed_and_nothing_else() -> None:
    assert sorted(PLACED) == sorted(COLUMNS)


def test_the_store_has_something_in_every_table_and_is_sound(store: Store) -> None:
    empty = [
        name
        for name in Table.metadata.tables
        if not name.startswith("seal")
        and store.connection.execute(text(f"SELECT count(*) FROM {name}")).scalar_one() == 0  # noqa: S608 -- ours
    ]
    assert empty == []
    assert store.faults() == []


def test_what_is_not_found_is_not_found_all_at_once_either(store: Store, disarmed: Any) -> None:
    unfound = [key for key in COLUMNS if PLACED.get(key, ("", ""))[0] in {"nothing", "seal"}]
    with undone(store.connection):
        with disarmed(store.connection):
            # A row is looked for by its key, which is changed last.
            for table, column in sorted(unfound, key=_is_key):
                changed(store.connection, table, column)
        assert store.faults() == []


@pytest.mark.parametrize(
    ("table", "column"),
    [pytest.param(*key, marks=() if key in SAMPLE.values() else pytest.mark.long) for key in FOUND],
)
def test_what_is_changed_is_found_as_the_page_says(store: Store, disarmed: Any, table: str, column: str) -> None:
    with undone(store.connection):
        if PLACED.get((table, column), ("", ""))[0] == "seal":
            seals.seal(store.connection, BUYER, "asha", datetime.fromisoformat("2025-12-20T06:30:00+00:00"))
        with disarmed(store.connection):
            changed(store.connection, table, column)
        assert store.faults() != []


def undone(connection: Connection) -> AbstractContextManager[Any]:
    savepoint = connection.begin_nested()

    class Undone(AbstractContextManager[Any]):
        def __exit__(self, *_error: object) -> None:
            savepoint.rollback()

    return Undone()


def changed(connection: Connection, table: str, column: str) -> None:
    of = Table.metadata.tables[table].columns[column].type
    kind = getattr(of, "impl", of).python_type
    where = ROWS.get(table) or _first(connection, table)
    stands = connection.execute(text(f"SELECT {column} FROM {table} WHERE {where}")).scalars().first()  # noqa: S608
    value = (
        VALUES.get(column)
        or {
            int: f"coalesce({column}, 0) + {1_000 if column in KEYS else 1}",
            bool: f"NOT coalesce({column}, false)",
            str: f"coalesce({column}, '') || 'x'",
            date: "'2025-11-06'",
            datetime: "'2025-12-05 06:31:00.000000'",
        }[kind]
    )
    if stands is not None and value == f"'{stands}'":
        value = f"{value} || 'x'"
    done = connection.execute(text(f"UPDATE {table} SET {column} = {value} WHERE {where}"))  # noqa: S608 -- ours
    assert done.rowcount == 1


def _is_key(key: tuple[str, str]) -> bool:
    table, column = key
    return Table.metadata.tables[table].columns[column].primary_key


def _first(connection: Connection, table: str) -> str:
    key = [column.name for column in Table.metadata.tables[table].primary_key]
    row = connection.execute(text(f"SELECT {', '.join(key)} FROM {table} ORDER BY 1 LIMIT 1")).one()  # noqa: S608
    return " AND ".join(f"{name} = '{value}'" for name, value in zip(key, row, strict=True))
