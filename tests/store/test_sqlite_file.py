"""A database file that is deleted or replaced under a running program takes no further action into nothing."""

from __future__ import annotations

import shutil
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
