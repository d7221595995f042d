"""Connections: transactions that keep all or nothing, readers that see one moment, errors that say what to do."""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import sleep

import pytest
from sqlalchemy import Connection, Engine, create_engine, make_url, text
from sqlalchemy.exc import ProgrammingError

from ims_fsm.errors import UnsettledError
from ims_fsm.store import connection as store
from ims_fsm.store import queue
from ims_fsm.store.connection import ConflictError, StoreError, open_engine, reading, serialise, writing
from ims_fsm.workflow.ims import IMS

SET, READ = text("UPDATE ims_counter SET last = :last"), text("SELECT last FROM ims_counter")


def put(connection: Connection) -> None:
    connection.execute(text("INSERT INTO ims_counter VALUES ('record', 0)"))


def last(engine: Engine) -> int:
    with reading(engine) as connection:
        return int(connection.execute(READ).scalar_one())


@pytest.mark.parametrize("url", ["", "ims.db", "postgresql://host:port/ims"])
def test_what_is_no_url_is_refused(url: str) -> None:
    with pytest.raises(StoreError) as refused:
        open_engine(url)
    assert str(refused.value) == f"{url!r} is not a database URL; write it like sqlite:///ims.db or postgresql://…"


def test_another_database_is_refused() -> None:
    with pytest.raises(StoreError, match=r"^mysql is not supported; use SQLite or PostgreSQL$"):
        open_engine("mysql://host/ims")


def test_postgresql_without_its_driver_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(StoreError, match=r"^PostgreSQL needs the psycopg driver; install ims-fsm\[postgresql\]$"):
        open_engine("postgresql://host/ims")


@pytest.mark.parametrize(
    ("url", "driver"),
    [
        pytest.param("sqlite+aiosqlite:///ims.db", "pysqlite", marks=pytest.mark.sqlite("its driver")),
        ("postgres://host/ims", "psycopg"),
        ("postgresql://host/ims", "psycopg"),
        ("postgresql+asyncpg://host/ims", "psycopg"),
    ],
)
def test_the_driver_is_ours_to_choose(url: str, driver: str) -> None:
    assert open_engine(url).driver == driver


def test_a_database_that_cannot_be_reached_is_named_without_its_password() -> None:
    with pytest.raises(StoreError) as refused, reading(open_engine("postgresql://ims:secret@127.0.0.1:1/ims")):
        pass
    told = str(refused.value)
    assert told.startswith("the database postgresql+psycopg://ims:***@127.0.0.1:1/ims cannot be used: connection")
    assert told.endswith("; check its URL, its permissions and the disk")


def test_a_file_in_a_missing_folder_is_refused(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path}/missing/ims.db")
    with pytest.raises(StoreError, match="used: unable to open database file; check its URL"), reading(engine):
        pass


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "ims.db").write_text("gstin,number\n" * 100)
    engine = open_engine(f"sqlite:///{tmp_path}/ims.db")
    with pytest.raises(StoreError, match="used: file is not a database; check its URL"), reading(engine):
        pass


@pytest.mark.sqlite("a file's permissions")
def test_a_file_that_may_not_be_written_is_refused(on_file: Engine, path: Path) -> None:
    engine = open_engine(f"sqlite:///file:{path}?mode=ro&uri=true")
    with (
        pytest.raises(StoreError, match="cannot be used: attempt to write a readonly database; check its URL"),
        writing(engine) as connection,
    ):
        put(connection)
    engine.dispose()


@pytest.mark.sqlite("it has one writer at a time")
def test_a_database_that_stays_busy_is_said_to_be(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queue, "BUSY_TIMEOUT_MS", 10)
    engine = open_engine(f"sqlite:///{path}")
    with pytest.raises(StoreError) as refused, writing(engine), writing(engine):
        pass
    assert str(refused.value) == (
        f"the database sqlite:///{path} is in use by another writer; try again when it is done"
    )
    engine.dispose()


def test_a_mistake_of_the_program_is_no_fault_of_the_database(pg: Engine) -> None:
    with pytest.raises(ProgrammingError), reading(pg) as connection:
        connection.execute(text("SELECT nothing FROM nowhere"))


@pytest.mark.sqlite("its pragmas")
def test_sqlite_is_set_up_for_many_readers_and_one_writer(on_file: Engine) -> None:
    with reading(on_file) as connection:
        names = ("journal_mode", "synchronous", "foreign_keys", "busy_timeout", "recursive_triggers")
        found = [connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in names]
    assert found == ["wal", 2, 1, store.BUSY_TIMEOUT_MS, 1]


def test_postgresql_looks_whether_its_caller_is_still_there(pg: Engine) -> None:
    with reading(pg) as connection:
        assert connection.execute(text("SHOW client_connection_check_interval")).scalar() == "2s"


def test_how_many_connections_there_may_be_stands_in_the_url(pg_url: str) -> None:
    joined = f"{pg_url}{'&' if '?' in pg_url else '?'}pool_size=1&max_overflow=0&pool_timeout=1"
    engine = open_engine(joined)
    with pytest.raises(StoreError) as refused, reading(engine), reading(engine):
        pass
    told = "all connections of this program to the database are in use; write ?pool_size= with more behind its URL"
    assert str(refused.value) == told
    engine.dispose()


def test_a_number_of_connections_that_is_none_is_refused() -> None:
    with pytest.raises(StoreError) as refused:
        open_engine("postgresql://host/ims?pool_size=many")
    told = "pool_size, max_overflow, pool_timeout of a database URL are numbers; write them like ?pool_size=5"
    assert str(refused.value) == told


def test_what_may_not_be_written_on_postgresql_is_the_databases_to_say(pg: Engine) -> None:
    told = "cannot execute UPDATE in a read-only transaction; check its URL"
    with pytest.raises(StoreError, match=told), reading(pg) as one:
        one.execute(SET, {"last": 9})


def test_another_schema_of_the_database_is_another_store(pg_blank: Callable[[], Engine]) -> None:
    """Whoever holds a taxpayer in one does not hold up the other."""
    with writing(pg_blank()) as one, writing(pg_blank()) as other:
        other.execute(text("SET LOCAL lock_timeout = '2s'"))
        serialise(one, ["A"])
        serialise(other, ["A"])


MAYBE = "the database sqlite:// failed while it committed (it failed), and the call may be kept or not; {}"
FULL = "the database sqlite:// cannot be used: it failed; check its URL, its permissions and the disk"


@pytest.mark.sqlite("its codes")
@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        (sqlite3.SQLITE_IOERR_FSYNC, MAYBE.format("repeat the call under its key, or look before you repeat it")),
        (sqlite3.SQLITE_FULL, FULL),
    ],
)
def test_what_fails_at_commit_may_be_kept_unless_the_database_says_otherwise(monkeypatch, code, sentence) -> None:
    engine, error = open_engine("sqlite://"), sqlite3.OperationalError("it failed")
    error.sqlite_errorcode = code

    def commit(_connection: object) -> None:
        raise error

    monkeypatch.setattr(engine.dialect, "do_commit", commit)
    with pytest.raises(StoreError) as failed, writing(engine):
        pass
    assert str(failed.value) == sentence
    assert isinstance(failed.value, UnsettledError) == (sentence != FULL)


def test_after_a_commit_that_failed_the_connection_is_used_again(engine: Engine, monkeypatch) -> None:
    def commit(_connection: object) -> None:
        raise engine.dialect.loaded_dbapi.OperationalError("it failed")

    with monkeypatch.context() as patch:
        patch.setattr(engine.dialect, "do_commit", commit)
        with pytest.raises(UnsettledError), writing(engine) as connection:
            put(connection)
    with writing(engine) as connection:
        put(connection)
    assert last(engine) == 0


@pytest.mark.sqlite("its driver raises errors without a code")
def test_a_connection_that_is_closed_before_its_commit_is_told(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'ims.db'}")
    with pytest.raises(UnsettledError, match="closed database"), writing(engine) as connection:
        connection.connection.driver_connection.close()
    engine.dispose()


def test_what_is_written_is_kept_as_a_whole_or_not_at_all(engine: Engine) -> None:
    def fail_half_way() -> None:
        with writing(engine) as connection:
            connection.execute(SET, {"last": 9})
            raise LookupError

    with writing(engine) as connection:
        put(connection)
    with pytest.raises(LookupError):
        fail_half_way()
    assert last(engine) == 0


@pytest.mark.sqlite("PostgreSQL refuses to write there")
def test_what_is_done_while_reading_is_not_kept(memory: Engine) -> None:
    with writing(memory) as connection:
        put(connection)
    with reading(memory) as connection:
        connection.execute(SET, {"last": 9})
    assert last(memory) == 0


def test_a_reader_sees_one_moment(shared: Engine) -> None:
    with writing(shared) as connection:
        put(connection)
    with reading(shared) as connection:
        before = connection.execute(READ).scalar()
        with writing(shared) as other:
            other.execute(SET, {"last": 9})
        assert (before, connection.execute(READ).scalar()) == (0, 0)
    assert last(shared) == 9


def test_reading_and_then_writing_loses_no_update(shared: Engine) -> None:
    def add_one(_: int) -> None:
        with writing(shared) as connection:
            serialise(connection, ["27AAPFU0939F1ZV", "29AABCT1332L1ZA"])
            connection.execute(SET, {"last": connection.execute(READ).scalar_one() + 1})

    with writing(shared) as connection:
        put(connection)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(add_one, range(40)))
    assert last(shared) == 40


def test_taxpayers_are_held_in_one_order_whatever_the_callers(pg: Engine) -> None:
    def hold(gstins: list[str]) -> None:
        with writing(pg) as connection:
            serialise(connection, gstins)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(hold, [["A", "B", "A"], ["B", "A"]] * 20))


@pytest.mark.parametrize("state", ["40001", "40P01"])
def test_a_transaction_that_stood_in_anothers_way_may_be_tried_again(pg: Engine, state: str) -> None:
    with pytest.raises(ConflictError) as lost, writing(pg) as connection:
        connection.execute(text(f"DO $$ BEGIN RAISE EXCEPTION 'lost' USING ERRCODE = '{state}'; END $$"))
    assert str(lost.value) == "another writer was first to change the same records; read again and retry"
    assert lost.value.as_dict()["code"] == "stale_version"


@pytest.mark.slow
@pytest.mark.parametrize("encoding", ["LATIN1", "SQL_ASCII"])
def test_a_server_that_keeps_other_text_than_utf_8_is_refused(pg_url: str, encoding: str) -> None:
    address = make_url(pg_url).set(drivername="postgresql+psycopg")
    name = f"ims_fsm_{encoding.lower()}"
    server = create_engine(address, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING '{encoding}' LOCALE 'C'"))
    engine = open_engine(address.set(database=name).render_as_string(hide_password=False))
    with (
        pytest.raises(StoreError, match=rf"keeps text in {encoding}; create one WITH ENCODING 'UTF8'"),
        reading(engine),
    ):
        pass
    engine.dispose()
    with server.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name}"))
    server.dispose()


@pytest.mark.slow
def test_a_schema_that_is_not_there_is_told_as_the_databases(pg_url: str) -> None:
    joined = f"{pg_url}{'&' if '?' in pg_url else '?'}options=-csearch_path%3Dnowhere"
    with pytest.raises(StoreError, match="cannot be used: no schema has been selected to create in; check its URL"):
        IMS(joined)


@pytest.mark.slow
def test_a_caller_that_was_idle_too_long_is_told_as_the_databases(pg_url: str) -> None:
    joined = f"{pg_url}{'&' if '?' in pg_url else '?'}options=-cidle_in_transaction_session_timeout%3D1"
    engine = open_engine(joined)

    def idle() -> None:
        with writing(engine) as connection:
            connection.execute(text("SELECT 1"))
            sleep(0.2)
            connection.execute(text("SELECT 1"))

    with pytest.raises(StoreError, match="cannot be used: "):
        idle()
    engine.dispose()
