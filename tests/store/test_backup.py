"""A backup is one moment of a database that is in use, whole, sound, and in place at once or not at all."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing
from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest

from ims_fsm.errors import StoreError
from ims_fsm.files.writing import OutputError
from ims_fsm.record.taxpayer import Taxpayer
from ims_fsm.workflow.ims import IMS
from ims_fsm.workflow.upkeep import audit

BUYER = Taxpayer(gstin="27AAPFU0939F1ZV", registered_from="2024-10")
sqlite = pytest.mark.sqlite("PostgreSQL has its own programs")


@pytest.fixture
def ims(tmp_path: Path):
    with IMS(f"sqlite:///{tmp_path / 'ims.db'}") as opened:
        opened.register(BUYER)
        yield opened


@sqlite
def test_it_holds_what_a_copy_of_the_file_alone_does_not(ims, tmp_path):
    """What was acknowledged stands in the log beside the file until it is carried over."""
    made = ims.backup(tmp_path / "copy.db")
    assert made.bytes == (tmp_path / "copy.db").stat().st_size
    assert sorted(path.name for path in tmp_path.glob("copy*")) == ["copy.db"]
    with IMS(f"sqlite:///{tmp_path / 'copy.db'}") as copy:
        assert copy.taxpayers() == [BUYER]
        assert audit(copy).sound


@sqlite
def test_it_is_one_moment_though_others_write(ims, tmp_path):
    stop, numbers = threading.Event(), count()

    def write() -> None:
        while not stop.is_set():
            ims.register(replace(BUYER, name=str(next(numbers))))

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for number in range(5):
            ims.backup(tmp_path / f"{number}.db")
    finally:
        stop.set()
        writer.join()
    for number in range(5):
        with sqlite3.connect(tmp_path / f"{number}.db") as copy:
            assert copy.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


@sqlite
@pytest.mark.parametrize("name", ["ims.db", "ims.db-wal", "sub/../ims.db", "old.db"])
def test_it_destroys_nothing(ims, tmp_path, name):
    (tmp_path / "sub").mkdir()
    (tmp_path / "old.db").write_text("old")
    with pytest.raises(OutputError):
        ims.backup(tmp_path / name)
    assert (tmp_path / "old.db").read_text() == "old"
    assert ims.backup(tmp_path / "old.db", replace=True).path == tmp_path / "old.db"
    assert ims.taxpayers() == [BUYER]


@sqlite
def test_a_damaged_database_gives_none(tmp_path):
    path = tmp_path / "ims.db"
    with IMS(f"sqlite:///{path}") as whole:
        whole.register(BUYER)
    with closing(sqlite3.connect(path)) as plain:
        [page] = plain.execute("SELECT rootpage FROM sqlite_master WHERE name = 'ims_two_b_line'").fetchone()
    content = bytearray(path.read_bytes())
    content[4096 * (page - 1) : 4096 * page] = b"\xff" * 4096
    path.write_bytes(content)
    with IMS(f"sqlite:///{path}") as damaged, pytest.raises(StoreError, match=r"not sound|malformed|cannot be used"):
        damaged.backup(tmp_path / "copy.db")
    assert not [*tmp_path.glob("*copy*")]


@pytest.mark.slow
def test_for_postgresql_its_own_program_is_named(pg_url, tmp_path):
    with IMS(pg_url) as there, pytest.raises(StoreError, match="for PostgreSQL run pg_dump"):
        there.backup(tmp_path / "copy.db")
