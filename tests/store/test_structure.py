"""The audit looks whether a database still is as the migrations made it: tables, triggers, checks, words, pages."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DatabaseError

from ims_fsm.errors import Problem
from ims_fsm.store.audit import structure, verify, words
from ims_fsm.store.connection import reading, writing
from ims_fsm.store.partitions import partition
from ims_fsm.store.tables import RECORD, Table
from ims_fsm.store.triggers import APPEND_ONLY, on_postgresql, on_sqlite

REMADE = (
    "DROP TRIGGER ims_seal_no_update ON ims_seal; CREATE TRIGGER ims_seal_no_update BEFORE {} EXECUTE "
    "FUNCTION ims_refuse_change()"
)
STRANGE = "is none of the program's, and may change or leave out what is written"
Tamper = Callable[..., None]


def faults(engine: Engine) -> list[str]:
    with reading(engine) as connection:
        return [f"{fault.where}: {fault.what}" for fault in verify(connection).faults]


@pytest.mark.sqlite("its triggers")
@pytest.mark.parametrize("name", on_sqlite())
def test_every_trigger_that_is_gone_is_found(memory: Engine, name: str) -> None:
    with writing(memory) as connection:
        connection.execute(text(f"DROP TRIGGER {name}"))
    assert faults(memory) == [f"trigger {name}: is gone"]


@pytest.mark.sqlite("its triggers")
def test_a_trigger_of_somebody_else_on_a_table_of_ours_is_found(memory: Engine) -> None:
    with writing(memory) as connection:
        connection.execute(text("CREATE TABLE theirs (id integer)"))
        for table in ("theirs", "ims_seal"):
            forging = f"CREATE TRIGGER forge_{table} AFTER INSERT ON {table}"
            connection.execute(text(f"{forging} BEGIN SELECT 1; END"))
    assert faults(memory) == [f"trigger forge_ims_seal of ims_seal: {STRANGE}"]


@pytest.mark.sqlite("its indexes")
def test_an_index_that_is_gone_or_another_is_found(memory: Engine) -> None:
    with writing(memory) as connection:
        for statement in ("DROP INDEX ims_record_by_id", "DROP INDEX ims_log_call_by_place"):
            connection.execute(text(statement))
        connection.execute(text("CREATE INDEX ims_log_call_by_place ON ims_log_call (number)"))
    assert faults(memory) == [
        "index ims_record_by_id: is gone",
        (
            "index ims_log_call_by_place: is made otherwise than by CREATE INDEX ims_log_call_by_place ON "
            "ims_log_call (place)"
        ),
    ]


@pytest.mark.sqlite("its triggers")
def test_a_trigger_that_does_nothing_is_found(memory: Engine) -> None:
    with writing(memory) as connection:
        connection.execute(text("DROP TRIGGER ims_seal_no_delete"))
        connection.execute(text("CREATE TRIGGER ims_seal_no_delete BEFORE DELETE ON ims_seal BEGIN SELECT 1; END"))
    assert faults(memory) == [
        f"trigger ims_seal_no_delete: is made otherwise than by {on_sqlite()['ims_seal_no_delete']}"
    ]


@pytest.mark.parametrize("name", sorted(Table.metadata.tables))
def test_a_table_that_is_gone_is_found_and_ends_nothing(undone: Connection, name: str) -> None:
    undone.execute(text(f"DROP TABLE {name}"))
    faults = verify(undone).faults
    assert ("database", f"table {name}", "is gone") in [(fault.code, fault.where, fault.what) for fault in faults]


@pytest.mark.sqlite("how it keeps tables")
def test_a_table_without_its_checks_is_found(memory: Engine) -> None:
    with writing(memory) as connection:
        connection.execute(text("CREATE TABLE other AS SELECT * FROM ims_two_b"))
        connection.execute(text("DROP TABLE ims_two_b"))
        connection.execute(text("ALTER TABLE other RENAME TO ims_two_b"))
    [told] = faults(memory)
    assert told.startswith(
        "table ims_two_b: is made otherwise than by CREATE TABLE ims_two_b ( recipient_gstin VARCHAR(15)"
    )


@pytest.mark.sqlite("its file")
def test_a_page_that_is_overwritten_is_found(on_file: Engine, path: Path) -> None:
    with writing(on_file) as connection:
        connection.execute(text("INSERT INTO ims_counter SELECT value, 1 FROM json_each('[10,11,12,13,14,15,16,17]')"))
        page = connection.execute(text("SELECT rootpage FROM sqlite_master WHERE name = 'ims_counter'")).scalar_one()
        size = connection.execute(text("PRAGMA page_size")).scalar_one()
    on_file.dispose()
    whole = bytearray(path.read_bytes())
    whole[(page - 1) * size + 8 : (page - 1) * size + 100] = b"\xff" * 92
    path.write_bytes(whole)
    assert any(told.startswith("the database's file: is damaged") for told in faults(on_file))


@pytest.mark.sqlite("its file")
def test_a_page_that_a_statement_cannot_read_is_a_finding_too(
    on_file: Engine, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(structure, "problems", lambda _connection: [Problem("trigger", "is gone", "make it again")])
    with reading(on_file) as connection:
        roots = "SELECT rootpage FROM sqlite_master WHERE tbl_name = 'ims_record_content' AND rootpage > 0"
        pages = connection.execute(text(roots)).scalars().all()
        size = connection.execute(text("PRAGMA page_size")).scalar_one()
    on_file.dispose()
    whole = bytearray(path.read_bytes())
    for page in pages:
        whole[(page - 1) * size : page * size] = b"\xff" * size
    path.write_bytes(whole)
    damaged = "the database's file: is damaged (database disk image is malformed)"
    assert faults(on_file) == ["trigger: is gone", damaged]


def test_what_a_statement_says_of_itself_is_no_damage(engine: Engine) -> None:
    with reading(engine) as connection, pytest.raises(DatabaseError) as caught:
        connection.execute(text("SELECT nothing FROM nowhere"))
    assert structure.damage(caught.value) is None


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("DROP TRIGGER ims_seal_no_update ON ims_seal", "trigger ims_seal_no_update of ims_seal: is gone"),
        (
            "ALTER TABLE ims_seal DISABLE TRIGGER ims_seal_no_update",
            "trigger ims_seal_no_update of ims_seal: no longer refuses that rows are changed",
        ),
        (
            (
                "CREATE OR REPLACE FUNCTION ims_refuse_change() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN "
                "NEW; END'"
            ),
            "trigger ims_seal_no_update of ims_seal: no longer refuses that rows are changed",
        ),
        *(
            (
                REMADE.format(other),
                "trigger ims_seal_no_update of ims_seal: no longer refuses that rows are changed",
            )
            for other in (
                "UPDATE ON ims_seal FOR EACH ROW",
                "UPDATE OF actor OR DELETE ON ims_seal FOR EACH ROW",
                "UPDATE OR DELETE ON ims_seal FOR EACH ROW WHEN (false)",
            )
        ),
        (
            "ALTER TABLE ims_record DROP CONSTRAINT state_known",
            "constraint state_known of ims_record: is gone, or does not hold for all rows",
        ),
        (
            "ALTER TABLE ims_seal ALTER COLUMN digest DROP NOT NULL",
            "table ims_seal column digest: is not as it was made",
        ),
        ("ALTER TABLE ims_seal DROP COLUMN actor", "table ims_seal column actor: is not as it was made"),
        (
            "ALTER TABLE ims_seal ALTER COLUMN actor TYPE varchar(9)",
            "table ims_seal column actor: is not as it was made",
        ),
        (
            "ALTER TABLE ims_log_call ALTER COLUMN place DROP DEFAULT",
            "table ims_log_call column place: is not as it was made",
        ),
        ("DROP TABLE ims_seal_leaf", "table ims_seal_leaf: is gone"),
        ("ALTER TABLE ims_seal RENAME TO s; CREATE VIEW ims_seal AS SELECT * FROM s", "table ims_seal: is gone"),
        ("DROP INDEX ims_record_by_id", "index ims_record_by_id: is gone"),
        ("ALTER TABLE ims_seal DROP CONSTRAINT ims_seal_pkey", "primary key of ims_seal: is gone, or another"),
        (
            "ALTER TABLE ims_declaration DROP CONSTRAINT ims_one_row_a_declaration",
            "constraint ims_one_row_a_declaration of ims_declaration: is gone, or does not hold for all rows",
        ),
        ("DROP SEQUENCE ims_record_number", "sequence ims_record_number: is gone"),
        ("CREATE RULE nothing AS ON INSERT TO ims_seal DO INSTEAD NOTHING", f"rule nothing of ims_seal: {STRANGE}"),
        (
            "CREATE TRIGGER forge BEFORE INSERT ON ims_seal FOR EACH ROW EXECUTE FUNCTION ims_refuse_change()",
            f"trigger forge of ims_seal: {STRANGE}",
        ),
        (
            "ALTER TABLE ims_record ENABLE ROW LEVEL SECURITY",
            "table ims_record: has row security, which hides rows from this look too",
        ),
    ],
)
def test_what_is_no_longer_as_it_was_made_is_found_on_postgresql(pg_undone: Connection, change: str, told: str) -> None:
    assert list(structure.problems(pg_undone)) == []
    pg_undone.execute(text(change))
    assert told in [f"{fault.where}: {fault.what}" for fault in structure.problems(pg_undone)]


def test_a_session_that_fires_no_triggers_is_told(pg_undone: Connection) -> None:
    pg_undone.execute(text("SET LOCAL session_replication_role = replica"))
    [told] = structure.problems(pg_undone)
    assert str(told).startswith(
        "sessions like this one: fire no triggers (session_replication_role is replica); set it back to origin"
    )


def test_a_trigger_that_is_switched_off_on_a_partition_alone_is_found(pg: Engine) -> None:
    partition(pg, 2)
    with writing(pg) as connection:
        assert list(structure.problems(connection)) == []
        connection.execute(text("ALTER TABLE ims_transition_log_p1 DISABLE TRIGGER ims_transition_log_no_update"))
        [told] = structure.problems(connection)
    assert told.where == "trigger ims_transition_log_no_update of ims_transition_log_p1"


def test_what_a_program_beside_ours_keeps_in_the_same_schema_is_its_own(pg_undone: Connection) -> None:
    pg_undone.execute(text("CREATE TABLE theirs (id integer)"))
    pg_undone.execute(text("CREATE RULE nothing AS ON INSERT TO theirs DO INSTEAD NOTHING"))
    pg_undone.execute(text("ALTER TABLE theirs ENABLE ROW LEVEL SECURITY"))
    assert list(structure.problems(pg_undone)) == []


def test_every_log_has_triggers_on_both_databases() -> None:
    assert {name for name, _ in on_postgresql()} == set(APPEND_ONLY)
    assert set(APPEND_ONLY) <= {name.removesuffix("_no_update").removesuffix("_no_delete") for name in on_sqlite()}


@pytest.mark.parametrize("column", list(words.WORDS[RECORD]))
def test_a_word_that_is_none_of_its_columns_is_found(on_file: Engine, write: type, tamper: Tamper, column: str) -> None:
    with writing(on_file) as connection:
        write(connection).record(1)
    tamper(f"UPDATE ims_record SET {column} = 'junk'")  # noqa: S608 -- a name of ours
    assert any(
        told.startswith(f"ims_record 27AAPFU0939F1ZV 1: has 'junk' as {column}, which is none of ")
        for told in faults(on_file)
    )


@pytest.mark.parametrize("period", ["2024-13", "2024-00", "24-10", "2024/10"])
def test_a_period_that_is_none_is_found(on_file: Engine, write: type, tamper: Tamper, period: str) -> None:
    with writing(on_file) as connection:
        write(connection).record(1)
    tamper(f"UPDATE ims_record SET return_period = '{period}'")  # noqa: S608 -- a text of ours
    assert "ims_record 27AAPFU0939F1ZV 1: has a tax period that is not written like 2024-10" in faults(on_file)
