"""A database file that is deleted or replaced under a running program takes no further action into nothing."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from ims_fsm.errors import StoreError
from ims_fsm.record.taxpayer import Taxpayer
from ims_fsm.workflow.ims import IMS

pytestmark = pytest.mark.sqlite("the file of SQLite")
BUYER = Taxpayer(gstin="27AAPFU0939F1ZV", registered_from="2024-10")


@pytest.fixture
def ims(tmp_path: Path):
    with IMS(f"sqlite:///{tmp_path / 'ims.db'}") as opened:
        opened.register(BUYER)
        yield opened


def deleted(path: Path) -> None:
    path.unlink()


def replaced(path: Path) -> None:
    other = path.with_name("other.db")
    shutil.copyfile(path, other)
    other.replace(path)


def moved_away(path: Path) -> None:
    path.rename(path.with_name("elsewhere.db"))


def log_deleted(path: Path) -> None:
    Path(f"{path}-wal").unlink()


@pytest.mark.parametrize("happens", [deleted, replaced, moved_away, log_deleted])
def test_nothing_is_acknowledged_into_a_file_that_is_gone(ims, tmp_path, happens):
    happens(tmp_path / "ims.db")
    with pytest.raises(StoreError, match=r"was (deleted|replaced|deleted or replaced) while .* open; nothing of this"):
        ims.register(BUYER)
    with pytest.raises(StoreError, match="open it again"):
        ims.taxpayers()


def test_a_file_of_two_names_is_not_written(ims, tmp_path):
    (tmp_path / "second.db").hardlink_to(tmp_path / "ims.db")
    with pytest.raises(StoreError, match=r"has 2 names \(hard links\), and SQLite keeps a log for each"):
        ims.register(BUYER)
    assert ims.taxpayers() == [BUYER]
    (tmp_path / "second.db").unlink()
    ims.register(BUYER)


def test_whoever_comes_and_goes_beside_disturbs_nobody(ims, tmp_path):
    for _ in range(3):
        with IMS(f"sqlite:///{tmp_path / 'ims.db'}") as other:
            other.register(BUYER)
        ims.register(BUYER)


def test_the_folder_may_be_left(ims, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with IMS("sqlite:///ims.db") as other:
        monkeypatch.chdir(tmp_path.parent)
        other.register(BUYER)


def test_a_database_without_its_log_is_behind_what_was_acknowledged(ims, tmp_path):
    """As who copies the one file does, or who takes the others for rubbish once a program was killed."""
    copied(tmp_path, tmp_path / "copy", "", "-queue")
    with pytest.raises(StoreError, match=r"have 0 rows, and [2-9] were acknowledged: its log \S+-wal is gone, or it"):
        IMS(f"sqlite:///{tmp_path / 'copy' / 'ims.db'}")
    copied(tmp_path, tmp_path / "whole", "", "-wal", "-queue")
    with IMS(f"sqlite:///{tmp_path / 'whole' / 'ims.db'}") as opened:
        assert opened.taxpayers() == [BUYER]


def test_an_older_copy_is_taken_once_it_is_said_to_be_wanted(tmp_path):
    url = f"sqlite:///{tmp_path / 'ims.db'}"
    for name in ("a", "b"):
        with IMS(url) as opened:
            opened.register(replace(BUYER, name=name))
        copied(tmp_path, tmp_path / name, "")
    shutil.copyfile(tmp_path / "a" / "ims.db", tmp_path / "ims.db")
    with pytest.raises(StoreError, match="or it is an older copy; put back the newest of both, or go on without"):
        IMS(url)
    (tmp_path / "ims.db-queue").unlink()
    with IMS(url) as opened:
        assert [taxpayer.name for taxpayer in opened.taxpayers()] == ["a"]


def test_a_new_database_in_the_place_of_another_begins_anew(ims, tmp_path):
    ims.close()
    (tmp_path / "ims.db").unlink()
    with IMS(f"sqlite:///{tmp_path / 'ims.db'}") as opened:
        assert opened.taxpayers() == []


def test_what_a_power_cut_may_take_back_is_not_marked(tmp_path):
    url = f"sqlite:///{tmp_path / 'ims.db'}?synchronous=normal"
    with IMS(url) as opened:
        opened.register(BUYER)
        copied(tmp_path, tmp_path / "copy", "", "-queue")
    with IMS(f"sqlite:///{tmp_path / 'copy' / 'ims.db'}") as opened:
        assert opened.taxpayers() == []


def copied(folder: Path, to: Path, *endings: str) -> None:
    to.mkdir()
    for ending in endings:
        shutil.copyfile(folder / f"ims.db{ending}", to / f"ims.db{ending}")
