"""The schema: an empty database gets the tables at once, another version is refused, logs cannot be rewritten."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, Table, inspect, text
from sqlalchemy.exc import IntegrityError
from sqlmodel import SQLModel

from ims_fsm.store import schema, tables, triggers
from ims_fsm.store.connection import StoreError, open_engine, writing

METADATA = tables.Table.metadata
Blank = Callable[[], Engine]
AnyRow = Callable[[Table], dict[str, object]]


def names(engine: Engine) -> set[str]:
    return set(inspect(engine).get_table_names())


def shape(engine: Engine) -> dict[str, Any]:
    seen = inspect(engine)
    return {
        name: {
            "columns": [(c["name"], str(c["type"]), c["nullable"], c["default"]) for c in seen.get_columns(name)],
            "key": seen.get_pk_constraint(name)["constrained_columns"],
            "unique": sorted((u["name"], u["column_names"]) for u in seen.get_unique_constraints(name)),
            "checks": sorted((c["name"], c["sqltext"]) for c in seen.get_check_constraints(name)),
            "indexes": sorted((i["name"], i["column_names"]) for i in seen.get_indexes(name)),
            "options": seen.get_table_options(name),
        }
        for name in METADATA.tables
    }


def test_an_empty_database_gets_every_table_at_once(blank: Blank) -> None:
    engine = blank()
    schema.prepare(engine)
    assert names(engine) == {*METADATA.tables, schema.VERSION_TABLE}


def test_a_prepared_database_is_left_as_it_is(engine: Engine) -> None:
    with writing(engine) as connection:
        connection.execute(text("INSERT INTO ims_counter VALUES ('record', 5)"))
    schema.prepare(engine)
    with engine.begin() as connection:
        assert connection.execute(text("SELECT last FROM ims_counter")).scalar() == 5


# What an index of SQLite is over is not read back where that is no column.
UNREAD = "ignore:(Skipped unsupported reflection|autogenerate skipping).*expression-based"
UNREFLECTED = pytest.mark.filterwarnings(UNREAD)


def test_migrating_says_from_where_to_where(blank: Blank) -> None:
    engine = blank()
    assert schema.migrate(engine) == schema.Migration(None, schema.NEWEST)
    assert schema.migrate(engine) == schema.Migration(schema.NEWEST, schema.NEWEST)


def test_migrating_is_silent(memory_blank: Blank, capfd: pytest.CaptureFixture[str]) -> None:
    schema.migrate(memory_blank())
    assert capfd.readouterr() == ("", "")


@UNREFLECTED
def test_the_migrations_arrive_at_the_tables(engine: Engine) -> None:
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"version_table": schema.VERSION_TABLE, "compare_server_default": True}
        )
        assert compare_metadata(context, METADATA) == []


@UNREFLECTED
def test_the_migrations_make_what_the_tables_would_make_themselves(blank: Blank, engine: Engine) -> None:
    other = blank()
    METADATA.create_all(other)
    assert shape(engine) == shape(other)
    assert [name for name, what in shape(engine).items() if what["checks"]] == [
        "ims_record",
        "ims_two_b",
        "ims_job_run",
        "ims_reminder",
    ]


def test_the_versions_are_those_of_the_migrations() -> None:
    scripts = ScriptDirectory(schema.MIGRATIONS)
    revisions = [script.revision for script in scripts.walk_revisions()]
    assert tuple(reversed(revisions)) == schema.VERSIONS


def test_nothing_lies_before_the_first_version(memory: Engine) -> None:
    config = Config()
    config.set_main_option("script_location", schema.MIGRATIONS.as_posix())
    with memory.connect() as connection:
        config.attributes["connection"] = connection
        with pytest.raises(NotImplementedError, match="restore a copy of the database"):
            command.downgrade(config, "base")


def test_our_tables_are_apart_from_those_of_a_program_around_us() -> None:
    assert not set(SQLModel.metadata.tables) & set(METADATA.tables)


def test_a_database_that_is_behind_is_refused(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    newest = schema.NEWEST
    monkeypatch.setattr(schema, "VERSIONS", (*schema.VERSIONS, "0098"))
    monkeypatch.setattr(schema, "NEWEST", "0098")
    with pytest.raises(StoreError) as refused:
        schema.prepare(engine)
    assert str(refused.value) == (
        f"the database {engine.url} has version {newest} and this program needs 0098; run upkeep.migrate(…)"
    )


@pytest.mark.parametrize("use", [schema.prepare, schema.migrate])
def test_a_database_that_is_ahead_is_refused(engine: Engine, use: Callable[[Engine], object]) -> None:
    with writing(engine) as connection:
        connection.execute(text("UPDATE ims_fsm_version SET version_num = '0099'"))
    with pytest.raises(StoreError) as refused:
        use(engine)
    assert str(refused.value) == (
        f"the database {engine.url} has version 0099 and this program knows none after "
        f"{schema.NEWEST}; install a newer ims-fsm"
    )


def test_a_database_of_somebody_else_is_not_filled_unasked(blank: Blank) -> None:
    engine = blank()
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE bookmarks (id INTEGER)"))
    with pytest.raises(StoreError) as refused:
        schema.prepare(engine)
    assert str(refused.value) == (
        f"the database {engine.url} holds other tables, like bookmarks, and none of ims-fsm; "
        "choose another database, or run upkeep.migrate(…) to have both in it"
    )
    assert names(engine) == {"bookmarks"}
    schema.migrate(engine)
    schema.prepare(engine)
    assert "bookmarks" in names(engine)


def test_a_table_of_somebody_else_is_not_taken_for_ours(blank: Blank) -> None:
    engine = blank()
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE ims_record (id INTEGER)"))
    with pytest.raises(StoreError, match=r"has a table ims_record that is not of ims-fsm; choose another database$"):
        schema.migrate(engine)
    assert names(engine) == {"ims_record"}


@pytest.mark.sqlite("the words of its error")
def test_a_migration_that_fails_leaves_nothing(memory_blank: Blank) -> None:
    engine = memory_blank()
    with engine.begin() as connection:
        connection.execute(text("CREATE VIEW ims_seal_leaf AS SELECT 1"))
    with pytest.raises(StoreError, match="view ims_seal_leaf already exists"):
        schema.migrate(engine)
    assert names(engine) == set()


def refused_for(name: str) -> AbstractContextManager[object]:
    return pytest.raises(IntegrityError, match=f"{name} is append-only: its rows are not changed or deleted")


@pytest.mark.parametrize("change", ["UPDATE {0} SET {1} = {1}", "DELETE FROM {0}"])
def test_a_log_cannot_be_rewritten(engine: Engine, any_row: AnyRow, change: str) -> None:
    for name in triggers.APPEND_ONLY:
        table = METADATA.tables[name]
        with writing(engine) as connection:
            connection.execute(table.insert(), any_row(table))
        with refused_for(name), writing(engine) as connection:
            connection.execute(text(change.format(name, next(iter(table.columns)).name)))
        with writing(engine) as connection:
            assert len(connection.execute(table.select()).all()) == 1


def test_a_log_cannot_be_emptied_on_postgresql(pg: Engine) -> None:
    for name in triggers.APPEND_ONLY:
        with refused_for(name), writing(pg) as connection:
            connection.execute(text(f"TRUNCATE {name}"))


@pytest.mark.sqlite("INSERT OR REPLACE")
def test_a_row_of_a_log_cannot_be_replaced_on_sqlite(memory: Engine, any_row: AnyRow) -> None:
    for name in triggers.APPEND_ONLY:
        table = METADATA.tables[name]
        with writing(memory) as connection:
            connection.execute(table.insert(), any_row(table))
        with refused_for(name), writing(memory) as connection:
            connection.execute(table.insert().prefix_with("OR REPLACE"), any_row(table))


def test_records_on_postgresql_leave_room_for_their_next_version(pg: Engine) -> None:
    with pg.connect() as connection:
        half_full = text("SELECT relname FROM pg_class WHERE reloptions = '{fillfactor=50}' "
                         "AND relnamespace = current_schema()::regnamespace ORDER BY 1")  # fmt: skip
        assert connection.execute(half_full).scalars().all() == ["ims_case", "ims_record", "ims_two_b"]


@pytest.mark.slow
def test_programs_that_start_at_once_prepare_one_database(path: Path) -> None:
    program = (
        "import sys; from ims_fsm.store import schema, connection; schema.prepare(connection.open_engine(sys.argv[1]))"
    )
    root = Path(schema.__file__).parents[2]
    started = [
        subprocess.Popen([sys.executable, "-c", program, f"sqlite:///{path}"], cwd=root, stderr=subprocess.PIPE)
        for _ in range(2)
    ]
    assert [(one.communicate()[1], one.returncode) for one in started] == [(b"", 0)] * 2
    engine = open_engine(f"sqlite:///{path}")
    schema.prepare(engine)
    engine.dispose()
