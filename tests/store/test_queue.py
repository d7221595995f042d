"""The queue of writers to a SQLite file: left however a writer ends, harmless where there is none, and fair."""

from __future__ import annotations

import multiprocessing
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from time import monotonic

import pytest

from ims_fsm.store import queue as room
from ims_fsm.store.queue import BUSY_TIMEOUT_MS, Queue

pytestmark = pytest.mark.sqlite("the queue is before a file")
PROCESSES, SECONDS, LINES = 8, 2.0, 320


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "ims.db"
    with closing(opened(file)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("CREATE TABLE line (own INTEGER)")
    return file


@pytest.fixture
def driver(path: Path) -> Iterator[sqlite3.Connection]:
    with closing(opened(path)) as connection:
        yield connection


def opened(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(path, isolation_level=None, check_same_thread=False)


def patience(driver: sqlite3.Connection) -> int:
    return int(driver.execute("PRAGMA busy_timeout").fetchone()[0])


def test_a_writer_begins_and_leaves_the_queue_to_the_next(path, driver):
    Queue(str(path)).begin(driver)
    assert driver.in_transaction
    assert patience(driver) == BUSY_TIMEOUT_MS
    driver.execute("COMMIT")
    with closing(opened(path)) as other:
        Queue(str(path)).begin(other)
        assert other.in_transaction


def test_threads_of_one_process_take_their_turns(path):
    queue = Queue(str(path))

    def write(own: int) -> None:
        with closing(opened(path)) as connection:
            for _ in range(20):
                queue.begin(connection)
                count = connection.execute("SELECT count(*) FROM line").fetchone()[0]
                connection.execute("INSERT INTO line VALUES (?)", (count,))
                connection.execute("COMMIT")

    with ThreadPoolExecutor(6) as threads:
        list(threads.map(write, range(6)))
    with closing(opened(path)) as connection:
        assert connection.execute("SELECT own FROM line ORDER BY rowid").fetchall() == [(n,) for n in range(120)]


@pytest.mark.parametrize("in_queue", [True, False], ids=["who stands in the queue", "who writes"])
def test_who_waits_too_long_is_told_that_it_is_busy(path, driver, monkeypatch, in_queue):
    """Behind one who is first and does not go on, or behind a transaction that does not end."""
    monkeypatch.setattr(room, "BUSY_TIMEOUT_MS", 50)
    queue = Queue(str(path))
    with closing(opened(path)) as other:
        other.execute("BEGIN IMMEDIATE")
        place = queue._place()
        assert place is not None
        if in_queue:
            assert room._is_first(place)
        with pytest.raises(sqlite3.OperationalError, match="database is locked") as busy:
            queue.begin(driver)
        assert busy.value.sqlite_errorcode == sqlite3.SQLITE_BUSY


WAITS = """
import sqlite3, sys
from ims_fsm.store import queue as room
begun = room._begun
def say(driver, *, last):
    print("first", flush=True)
    return begun(driver, last=last)
room._begun = say
room.Queue(sys.argv[1]).begin(sqlite3.connect(sys.argv[1], isolation_level=None))
print("writes", flush=True)
sys.stdin.read()
"""


@pytest.mark.parametrize("at", ["first", "writes"])
def test_a_process_that_is_killed_leaves_nothing_locked(path, driver, at):
    """One that is first in the queue, and one that writes."""
    if at == "first":
        driver.execute("BEGIN IMMEDIATE")
    command = [sys.executable, "-c", WAITS, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        while process.stdout.readline().strip() != at:
            assert process.poll() is None
        process.kill()
    if at == "first":
        driver.execute("COMMIT")
    Queue(str(path)).begin(driver)
    assert driver.in_transaction


@pytest.mark.parametrize("where", [None, "nowhere/ims.db"], ids=["in memory", "no folder to write to"])
def test_without_a_queue_a_writer_begins_all_the_same(driver, tmp_path, where):
    Queue(None if where is None else str(tmp_path / where)).begin(driver)
    assert driver.in_transaction


def test_a_file_system_without_such_locks_has_no_queue(path, driver, monkeypatch):
    def no_locks(_place: int, _how: int) -> None:
        raise OSError("no locks available")

    monkeypatch.setattr(room.fcntl, "flock", no_locks)
    Queue(str(path)).begin(driver)
    assert driver.in_transaction


def test_what_is_not_busy_is_told_at_once(path, driver):
    driver.execute("BEGIN")
    with pytest.raises(sqlite3.OperationalError, match="within a transaction"):
        Queue(str(path)).begin(driver)
    assert patience(driver) == BUSY_TIMEOUT_MS


def compete(path: Path, own: int, start, counts) -> None:
    queue, count, written = Queue(str(path)), 0, False
    with closing(opened(path)) as connection:
        start.wait()
        # On a busy machine few lines are written in a second, and of few nothing can be told.
        until = monotonic() + SECONDS
        while monotonic() < until or not written:
            queue.begin(connection)
            connection.execute("INSERT INTO line VALUES (?)", (own,))
            (written,) = connection.execute("SELECT count(*) >= ? FROM line", (LINES,)).fetchone()
            connection.execute("COMMIT")
            count += 1
    counts.put(count)


@pytest.mark.slow
@pytest.mark.long
def test_of_eight_processes_none_starves(path):
    """By counts, generously: with SQLite's own busy handler the luckiest writes tens of times as often."""
    context = multiprocessing.get_context("fork")
    start, counts = context.Barrier(PROCESSES), context.Queue()
    processes = [context.Process(target=compete, args=(path, own, start, counts)) for own in range(PROCESSES)]
    for process in processes:
        process.start()
    written = [counts.get(timeout=60) for _ in processes]
    for process in processes:
        process.join()
    with closing(opened(path)) as connection:
        assert connection.execute("SELECT count(*) FROM line").fetchone() == (sum(written),)
    assert max(written) <= 4 * min(written), written
