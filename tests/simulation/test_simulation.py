"""Some months of the town, on both databases; and what is planted in the program is found."""

from __future__ import annotations

import pytest

from ims_fsm.store import register

from .__main__ import empty, lived_twice
from .life import BrokenError, live
from .world import World

pytestmark = [pytest.mark.slow, pytest.mark.long]


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.sqlite("its twin is on PostgreSQL")
def test_whatever_faults_meet_it_a_town_comes_to_the_same_as_calmly(seed):
    lived = lived_twice(seed, 3)
    assert sum(lived.faults.values()) > 10


def test_a_town_on_pg(pg_url):
    assert lived_twice(4, 2, pg_url).calls


def lost_commit(monkeypatch):
    """Every 25th commit is lost, and nobody is told."""
    opened, left = World.opened, [25]

    def commit(connection):
        left[0] = left[0] - 1 or 25
        (connection.rollback if left[0] == 25 else connection.commit)()

    def open_lossy(world):
        ims = opened(world)
        ims._workspace.engine.dialect.do_commit = commit
        return ims

    monkeypatch.setattr(World, "opened", open_lossy)


def kept_rollback(monkeypatch):
    """What fails is kept, as far as it came."""
    opened = World.opened

    def open_keeping(world):
        ims = opened(world)
        ims._workspace.engine.dialect.do_rollback = lambda connection: connection.commit()
        return ims

    monkeypatch.setattr(World, "opened", open_keeping)


def forgotten_key(monkeypatch):
    """No key is remembered: what is repeated is done again."""
    monkeypatch.setattr(register, "remembered", lambda *_: None)
    monkeypatch.setattr(register, "remember", lambda *_: None)


@pytest.mark.parametrize("plant", [lost_commit, kept_rollback, forgotten_key])
@pytest.mark.sqlite("a fault of the program is one everywhere")
def test_what_is_planted_is_found(plant, monkeypatch):
    plant(monkeypatch)
    with empty(None) as place, pytest.raises(BrokenError, match="make simulate SEED=1 MONTHS="):
        live(place, 1, 4)
