"""In the host's transaction: kept and undone with what the host does there, by every connection a host has."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, nullcontext, suppress
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row
from sqlalchemy import Engine, create_engine, event, make_url, text
from sqlalchemy.orm import Session, scoped_session, sessionmaker
from sqlmodel import Session as ModelSession

from ims_fsm import IMS, ConflictError, Form, InputError, RefusedError, StoreError, TaxPeriod
from ims_fsm.terms.vocabulary import State, TwoBState
from ims_fsm.testing import SettableClock, Stage

Execute = Callable[[str], Any]
OCTOBER = TaxPeriod("2024-10")
BOOKED = "INSERT INTO booking VALUES ('b1')"


class UndoneError(Exception):
    """What a host raises to have its transaction rolled back."""


@contextmanager
def by_connection(engine: Engine) -> Iterator[tuple[object, Execute]]:
    with engine.begin() as connection:
        yield connection, lambda statement: connection.execute(text(statement))


@contextmanager
def by_session(engine: Engine) -> Iterator[tuple[object, Execute]]:
    with Session(engine) as session, session.begin():
        yield session, lambda statement: session.execute(text(statement))


@contextmanager
def by_session_of_sqlmodel(engine: Engine) -> Iterator[tuple[object, Execute]]:
    with ModelSession(engine) as session, session.begin():
        yield session, lambda statement: session.connection().execute(text(statement))


@contextmanager
def by_session_of_a_thread(engine: Engine) -> Iterator[tuple[object, Execute]]:
    sessions = scoped_session(sessionmaker(engine))
    with sessions.begin():
        yield sessions, lambda statement: sessions.execute(text(statement))
    sessions.remove()


@contextmanager
def by_driver(engine: Engine) -> Iterator[tuple[object, Execute]]:
    """The driver's own, with rows as a host likes them."""
    if engine.dialect.name == "sqlite":
        with closing(sqlite3.connect(engine.url.database or "")) as connection, connection:
            connection.row_factory, connection.text_factory = sqlite3.Row, bytes
            yield connection, connection.execute
            assert isinstance(connection.execute("SELECT 1").fetchone(), sqlite3.Row)
        return
    url = make_url(engine.url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(url, row_factory=dict_row) as connection:
        yield connection, connection.execute  # type: ignore[misc]  # it takes literal text alone
        assert connection.execute("SELECT 1 AS one").fetchone() == {"one": 1}


@contextmanager
def by_django(engine: Engine) -> Iterator[tuple[object, Execute]]:
    import django  # noqa: PLC0415
    from django.conf import settings  # noqa: PLC0415
    from django.db import connections, transaction  # noqa: PLC0415

    if not settings.configured:
        settings.configure(USE_TZ=True, DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3"}})
        django.setup()
    url, lite = engine.url, engine.dialect.name == "sqlite"
    connections.databases["host"] = connections.configure_settings(
        {
            "default": {},
            "host": {
                "ENGINE": f"django.db.backends.{engine.dialect.name}{'3' if lite else ''}",
                "NAME": url.database,
                "USER": url.username or "",
                "PASSWORD": url.password or "",
                "HOST": url.query.get("host", url.host) or "",
                "PORT": url.port or "",
                "OPTIONS": {} if lite else {"options": url.query.get("options", "")},
            },
        }
    )["host"]
    connection = connections["host"]
    try:
        with transaction.atomic(using="host"):
            yield connection, connection.cursor().execute
    finally:
        connection.close()
        del connections["host"]


HOSTS = {made.__name__: made for made in (
    by_connection, by_session, by_session_of_sqlmodel, by_session_of_a_thread, by_driver, by_django,
)}  # fmt: skip


@pytest.fixture(params=[pytest.param("file", marks=pytest.mark.sqlite("its file")), "pg"])
def place(request, tmp_path):
    """A database in a file, and on PostgreSQL."""
    return request.getfixturevalue("pg_place") if request.param == "pg" else f"sqlite:///{tmp_path / 'ims.db'}"


@pytest.fixture
def shop(place, staging):
    """A stage whose database has a table of the host's."""
    stage = staging(place)
    with stage.ims._workspace.writing() as connection:
        connection.execute(text("CREATE TABLE booking (number TEXT)"))
    yield stage
    stage.ims.close()


def booked(stage) -> int:
    with stage.ims._workspace.reading() as connection:
        return connection.execute(text("SELECT count(*) FROM booking")).scalar_one()


@pytest.fixture(params=HOSTS.values(), ids=HOSTS)
def host(request, place):
    """What begins a transaction of the host's, on an engine of its own."""
    engine = create_engine(make_url(place).set(drivername=_driver_of(place)))
    yield lambda: request.param(engine)
    engine.dispose()


@pytest.mark.parametrize("kept", [True, False], ids=["kept", "undone"])
def test_what_is_done_is_kept_or_undone_with_the_hosts_own(shop, host, kept):
    """Calls with and without a key, one refused between them, and what is read of them in the same transaction."""
    first, second = shop.filed(), shop.filed(shop.document("credit_note"))
    before = shop.tables()
    with nullcontext() if kept else pytest.raises(UndoneError), host() as (given, execute):
        execute(BOOKED)
        buyer = shop.ims.bound(given).recipient(shop.buyer, actor="host")
        buyer.accept(first, key="k1")
        with pytest.raises(RefusedError):
            buyer.keep_pending(second)
        buyer.reject(second, remarks="not received")
        execute("INSERT INTO booking VALUES ('b2')")
        assert [str(record.state) for record in buyer.records()] == ["accepted", "rejected"]
        assert len(buyer.history(second).transitions) == 1
        assert buyer.accept(first, key="k1").state == State.ACCEPTED
        if not kept:
            raise UndoneError
    moved = {first: "accepted", second: "rejected"}
    assert booked(shop) == (2 if kept else 0)
    assert shop.states() == (moved if kept else dict.fromkeys(moved, "no_action"))
    assert kept or shop.tables() == before
    assert shop.faults() == ()
    assert [event.trigger for event in shop.ims.events() if event.actor == "host"] == (
        ["accept", "reject"] if kept else []
    )


@pytest.mark.parametrize("host", [by_session, by_driver], indirect=True)
def test_the_months_work_is_done_in_one_transaction(shop, host):
    """Suppliers, imports' use cases, GSTR-2B, GSTR-3B and the calendar: each call is a part, read again at once."""
    with host() as (given, _execute):
        bound = shop.ims.bound(given)
        seller, buyer = bound.supplier(shop.seller, actor="erp"), bound.recipient(shop.buyer, actor="host")
        shop.clock.set("2024-11-10")
        record = seller.save(shop.document(), Form.GSTR_1, OCTOBER)
        seller.file(Form.GSTR_1, OCTOBER)
        buyer.act_on("accept")
        shop.clock.set("2024-11-15")
        assert bound.sweep().failures == ()
        listed = buyer.records()
        assert next(listed).id == record
        assert buyer.file_3b(OCTOBER).decided == {"accepted": 1}
        assert list(listed) == []
        assert buyer.two_b(OCTOBER).two_b.state == TwoBState.FINAL
    assert shop.states() == {record: "frozen"}
    assert shop.faults() == ()


def test_a_host_that_rolls_back_at_any_statement_leaves_nothing(shop, place):
    """Its own statements and those of a bulk action, one after another, until all of them were run."""
    first, _ = shop.filed(), shop.filed()
    before, engine = shop.tables(), create_engine(make_url(place).set(drivername=_driver_of(place)))
    left = [0]

    def count_down(*_statement: object) -> None:
        left[0] -= 1
        if left[0] == 0:
            raise UndoneError

    event.listen(engine, "before_cursor_execute", count_down)
    stopped = 0
    for at in range(1, 200):
        left[0] = at
        with suppress(UndoneError), by_connection(engine) as (given, execute):
            buyer = shop.ims.bound(given).recipient(shop.buyer, actor="host")
            execute(BOOKED)
            buyer.act_on("accept", key="k1")
            buyer.reset(first)
            left[0] = min(left[0], 1)
            execute("INSERT INTO booking VALUES ('b2')")
        if booked(shop):
            break
        assert shop.tables() == before
        stopped = at
    assert stopped > 8
    engine.dispose()


def test_a_host_that_is_killed_before_it_commits_leaves_nothing(shop, place):
    """A process of its own, killed after the calls were told as done."""
    record = shop.filed()
    before = shop.tables()
    run = subprocess.run(
        [sys.executable, "-c", KILLED, place, shop.buyer, str(record)], capture_output=True, check=False
    )
    assert (run.returncode, run.stdout) == (-signal.SIGKILL, b"accepted"), run.stderr
    assert (booked(shop), shop.tables()) == (0, before)


KILLED = """
import os, signal, sys
from sqlalchemy import make_url, text
from ims_fsm import IMS
from ims_fsm.store.connection import open_engine
from ims_fsm.testing import SettableClock
place, gstin, record = sys.argv[1:]
engine = open_engine(place)
with IMS(engine, clock=SettableClock("2024-11-09 13:00")) as ims, engine.begin() as connection:
    connection.execute(text("INSERT INTO booking VALUES ('b1')"))
    print(ims.bound(connection).recipient(gstin, actor="host").accept(int(record)).state, end="", flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_what_is_bound_to_a_session_goes_on_in_its_next_transaction(shop, place):
    """SQLite's own savepoint outside of a transaction would commit at its end: it is begun before."""
    record = shop.filed()
    engine = create_engine(make_url(place).set(drivername=_driver_of(place)))
    with Session(engine) as session:
        buyer = shop.ims.bound(session).recipient(shop.buyer, actor="host")
        buyer.accept(record)
        session.commit()
        buyer.reject(record)
        session.rollback()
        assert buyer.record(record).state == State.ACCEPTED
    engine.dispose()
    assert shop.states() == {record: "accepted"}


def test_the_drivers_connection_is_left_as_it_was(shop, place):
    engine = create_engine(make_url(place).set(drivername=_driver_of(place)))
    with by_driver(engine) as (given, _):
        before = {name: getattr(given, name) for name in FACTORIES if hasattr(given, name)}
        bound = shop.ims.bound(given)
        bound.recipient(shop.buyer, actor="host").act_on("accept")
        list(bound.events())
        assert before == {name: getattr(given, name) for name in before}
    engine.dispose()


FACTORIES = ("row_factory", "text_factory", "server_cursor_factory", "cursor_factory", "autocommit", "isolation_level")


@pytest.mark.parametrize("given", [None, "sqlite:///ims.db", 5, object()])
def test_what_is_not_a_connection_is_refused(stage, given):
    with pytest.raises(InputError, match="and not a connection; give a connection or session of SQLAlchemy"):
        stage.ims.bound(given)


def test_a_connection_that_commits_each_statement_is_refused(on_pg):
    """In a block of its own transaction it is taken."""
    url = make_url(on_pg.url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(url, autocommit=True) as connection:
        with pytest.raises(InputError, match=r"commits each statement by itself; begin one first"):
            on_pg.ims.bound(connection)
        with connection.transaction():
            on_pg.ims.bound(connection)


@pytest.mark.sqlite("the other kind is PostgreSQL")
def test_a_connection_to_another_kind_of_database_is_refused(stage, pg_url):
    engine = create_engine(make_url(pg_url).set(drivername="postgresql+psycopg"))
    with engine.connect() as other, pytest.raises(StoreError, match="is to postgresql, and this IMS is on sqlite"):
        stage.ims.bound(other)
    engine.dispose()


@pytest.mark.sqlite("another database of the same kind")
def test_a_connection_to_another_database_is_refused(stage):
    with closing(sqlite3.connect(":memory:")) as other, pytest.raises(StoreError, match="holds no tables of ims-fsm"):
        stage.ims.bound(other)


def test_a_call_that_another_writer_stood_in_the_way_of_is_not_tried_again(stage):
    """The host's transaction may go on to see the database as it was, so the host begins anew."""
    tries = []

    def lost(_unit: object) -> None:
        tries.append(1)
        raise ConflictError("the same records")

    with stage.ims._workspace.engine.begin() as connection, pytest.raises(ConflictError):
        stage.ims.bound(connection)._workspace.run(lost, actor="host", retries=5)
    assert len(tries) == 1


def test_tables_in_a_schema_of_their_own_stand_beside_the_hosts(pg_place):
    """The host has a table `request` of its own; its path is as it was after each call."""
    engine = create_engine(make_url(pg_place).set(drivername="postgresql+psycopg"))
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE ims_request (number TEXT)"))
        connection.execute(text('DROP SCHEMA IF EXISTS "Ims Tables" CASCADE'))
    clock = SettableClock("2024-11-09 12:00")
    with IMS(engine, clock=clock, schema="Ims Tables") as ims:
        stage = Stage(ims, clock)
        record, credit_note = stage.filed(), stage.filed(stage.document("credit_note"))
        with engine.begin() as connection:
            path = connection.execute(text("SHOW search_path")).scalar_one()
            connection.execute(text("INSERT INTO ims_request VALUES ('r1')"))
            buyer = ims.bound(connection).recipient(stage.buyer, actor="host")
            buyer.accept(record, key="k1")
            with pytest.raises(RefusedError):
                buyer.keep_pending(credit_note)
            assert connection.execute(text("SHOW search_path")).scalar_one() == path
            assert connection.execute(text("SELECT count(*) FROM ims_request")).scalar_one() == 1
        assert stage.desk.record(record).state == State.ACCEPTED
    with IMS(engine, schema="Ims Tables") as again, engine.begin() as connection:
        assert len(list(again.events())) > 0
        connection.execute(text('DROP SCHEMA "Ims Tables" CASCADE'))
    engine.dispose()


@pytest.mark.sqlite("it has no schemas")
def test_sqlite_has_no_schemas():
    with pytest.raises(StoreError, match="SQLite has no schema 'ims'; leave it out, or use PostgreSQL"):
        IMS("sqlite://", schema="ims")


def _driver_of(place: str) -> str:
    return "sqlite" if place.startswith("sqlite") else "postgresql+psycopg"
