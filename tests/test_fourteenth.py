"""The simulation of the 14th: shards are neither lost nor done twice, and machines help."""

from __future__ import annotations

from dataclasses import replace

import pytest

from benchmarks import fourteenth
from benchmarks.fourteenth import Day, play

SMALL = Day(recipients=50_000, records=3_500_000, shard=250, machines=3, workers=2, cores=4)


@pytest.mark.parametrize("killed", [0, 1, 2])
@pytest.mark.parametrize("seed", range(5))
def test_every_shard_is_done_exactly_once(killed: int, seed: int) -> None:
    played = play(replace(SMALL, killed=killed, seed=seed))
    assert played.done == [1] * 200
    assert played.ended > SMALL.begins


def test_a_shard_of_a_killed_machine_is_done_again_and_later() -> None:
    calm, killed = play(SMALL), play(replace(SMALL, killed=2))
    assert calm.again == 0
    assert 1 <= killed.again <= 2 * SMALL.workers
    assert killed.ended > calm.ended


def test_a_machine_that_is_killed_over_the_last_shards_leaves_them_to_those_who_wait() -> None:
    few = replace(SMALL, recipients=1_000, records=70_000)
    for seed in range(50):
        played = play(replace(few, killed=2, seed=seed))
        assert played.done == [1] * 4


def test_more_machines_are_never_slower() -> None:
    hours = [play(replace(SMALL, machines=number)).hours for number in (1, 2, 3, 5, 8, 13)]
    assert hours == sorted(hours, reverse=True)
    assert hours[0] > hours[1]


def test_the_database_is_the_limit_where_workers_are_many() -> None:
    many = replace(SMALL, machines=50)
    played = play(many)
    assert played.ended - many.begins >= played.computed / many.cores


def test_the_disks_are_the_limit_where_they_are_slow() -> None:
    slow = replace(SMALL, machines=50, disk=1e7)
    calm = play(replace(slow, spread=0.0))
    assert calm.ended - slow.begins == pytest.approx(slow.records * slow.moved / slow.disk, rel=0.01)


def test_a_late_start_ends_as_much_later() -> None:
    assert play(replace(SMALL, late=5.0)).hours == pytest.approx(play(SMALL).hours + 5)


def test_one_worker_takes_the_sum_of_all_shards() -> None:
    alone = replace(SMALL, machines=1, workers=1, spread=0.0, claim=0.0)
    assert play(alone).ended == pytest.approx(alone.begins + 200 * alone.seconds)


def test_the_table_has_a_line_for_each_number_of_machines(capsys: pytest.CaptureFixture[str]) -> None:
    given = ["--recipients", "5000", "--records", "350000", "--machines", "1", "2", "--late", "2"]
    assert fourteenth.main(given) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line[:7] for line in lines[2:]] == ["| 1 x 8", "| 2 x 8"]
    assert all("| 2 h | 0 | 2.0" in line for line in lines[2:])


def test_someone_must_be_left(capsys: pytest.CaptureFixture[str]) -> None:
    assert fourteenth.main(["--killed", "2", "--machines", "2"]) == 2
    assert "2 of 2 machines are killed" in capsys.readouterr().err
