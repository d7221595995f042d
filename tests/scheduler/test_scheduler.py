"""The scheduler: APScheduler wakes it, at the start, at its interval and at the instants, until it is stopped."""

from __future__ import annotations

import logging
import threading
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from ims_fsm.law.book import shipped_book
from ims_fsm.scheduler import scheduler as waking
from ims_fsm.scheduler.scheduler import Scheduler, Tick
from ims_fsm.workflow.calendar import jobs, sweeps
from ims_fsm.workflow.calendar.jobs import Drained

LONGEST = 30
NOW = datetime(2024, 11, 14, tzinfo=UTC)


class Ears:
    """Hears ticks, and waits for as many as a test wants."""

    def __init__(self):
        self.ticks, self.heard = [], threading.Condition()

    def __call__(self, tick):
        with self.heard:
            self.ticks.append(tick)
            self.heard.notify_all()

    def wait(self, number):
        with self.heard:
            assert self.heard.wait_for(lambda: len(self.ticks) >= number, LONGEST), self.ticks
        return self.ticks


def test_it_rings_at_the_start_and_again_and_again(file_town):
    ears = Ears()
    file_town.recipients(1, 2).at("2024-11-14")
    scheduler = file_town.scheduler(every=timedelta(seconds=0.2), on_tick=ears)
    scheduler.start()
    scheduler.start()
    ticks = ears.wait(3)
    scheduler.stop()
    assert (ticks[0].done.shards, [bool(tick) for tick in ticks[1:3]]) == (2, [False, False])
    number = len(ears.ticks)
    assert not threading.Event().wait(0.5)
    assert len(ears.ticks) == number
    assert file_town.two_bs("2024-10", 1, 2) == ["draft", "draft"]


def test_after_a_stop_it_may_be_rung_by_hand(file_town):
    ears = Ears()
    scheduler = file_town.recipients(1).at("2024-11-14").scheduler(on_tick=ears)
    scheduler.start()
    ears.wait(1)
    scheduler.stop()
    file_town.at("2024-12-01")
    assert scheduler.run_once().done.shards


def test_it_starts_again_after_a_stop(file_town):
    ears = Ears()
    scheduler = file_town.recipients(1).at("2024-11-14").scheduler(on_tick=ears)
    scheduler.stop()
    for number in (1, 2):
        scheduler.start()
        ears.wait(number)
        scheduler.stop()
    assert [tick.done.shards for tick in ears.ticks] == [2, 0]


def test_what_comes_due_while_it_runs_is_done(file_town):
    ears = Ears()
    file_town.recipients(1).at("2024-11-13").ring()
    scheduler = file_town.scheduler(every=timedelta(seconds=0.1), on_tick=ears)
    scheduler.start()
    ears.wait(1)
    file_town.at("2024-11-14")
    ears.wait(len(ears.ticks) + 2)
    scheduler.stop()
    assert file_town.two_bs("2024-10", 1) == ["draft"]


def test_a_stop_waits_for_the_shard_that_is_begun(file_town, monkeypatch):
    begun, go_on, swept = threading.Event(), threading.Event(), sweeps.sweep_many

    def slow(unit, gstins):
        begun.set()
        assert go_on.wait(LONGEST)
        return swept(unit, gstins)

    monkeypatch.setattr(sweeps, "sweep_many", slow)
    file_town.recipients(*range(1, 10)).at("2024-11-14")
    scheduler = file_town.scheduler()
    scheduler.start()
    assert begun.wait(LONGEST)
    stopping = threading.Thread(target=scheduler.stop)
    stopping.start()
    assert scheduler._stopping.wait(LONGEST)
    go_on.set()
    stopping.join(LONGEST)
    assert not stopping.is_alive()
    assert [row.status for row in file_town.run_rows(job="draft")] == ["done", "todo", "todo"]


def test_a_fault_is_told_and_the_bell_rings_on(file_town, monkeypatch, caplog):
    ears, planned = Ears(), jobs.plan
    calls = []

    def plan(*given):
        calls.append(given)
        if len(calls) == 1:
            raise RuntimeError("no disk")
        return planned(*given)

    monkeypatch.setattr(jobs, "plan", plan)
    file_town.recipients(1).at("2024-11-14")
    scheduler = file_town.scheduler(every=timedelta(seconds=0.1), on_tick=ears)
    with caplog.at_level(logging.ERROR, "ims_fsm.scheduler"):
        scheduler.start()
        ears.wait(2)
        scheduler.stop()
    assert ears.ticks[0].fault == (
        "unexpected error (RuntimeError: no disk); fix the cause, then it can be tried again"
    )
    assert caplog.messages == [ears.ticks[0].fault]
    assert ears.ticks[1].done.shards == 2


def test_what_failed_is_looked_at_again_before_the_next_hour(file_town, monkeypatch):
    """The next ring on the hour would come too late for a pause of a minute."""
    ears, swept, calls = Ears(), sweeps.sweep_many, []

    def fails_once(unit, gstins):
        calls.append(gstins)
        if len(calls) == 1:
            file_town.at("2024-11-14 00:05")
            raise RuntimeError("not yet")
        return swept(unit, gstins)

    monkeypatch.setattr(sweeps, "sweep_many", fails_once)
    monkeypatch.setattr(jobs, "FIRST_PAUSE", timedelta())
    monkeypatch.setattr(waking, "_SOONEST", timedelta(seconds=0.1))
    scheduler = file_town.recipients(1).at("2024-11-14").scheduler(on_tick=ears)
    scheduler.start()
    ears.wait(1)
    if file_town.two_bs("2024-10", 1) != ["draft"]:
        ears.wait(2)
    scheduler.stop()
    assert file_town.two_bs("2024-10", 1) == ["draft"]


def test_it_rings_on_the_full_hour_and_at_the_instants_in_india(file_town):
    scheduler = file_town.scheduler()
    trigger = waking.OrTrigger([scheduler._interval(), waking._AtInstants(shipped_book())])
    kolkata = ZoneInfo("Asia/Kolkata")
    at = datetime(2024, 11, 13, 22, 30, tzinfo=kolkata)
    rung = []
    for _ in range(3):
        at = trigger.get_next_fire_time(at, at)
        rung.append(f"{at:%d %H:%M %Z}")
    assert rung == ["13 23:00 IST", "14 00:00 IST", "14 01:00 IST"]


def test_with_a_long_interval_the_instants_ring_all_the_same(file_town):
    scheduler = file_town.scheduler(every=timedelta(days=300))
    trigger = waking.OrTrigger([scheduler._interval(), waking._AtInstants(shipped_book())])
    at = trigger.get_next_fire_time(None, datetime(2024, 11, 13, 22, 30, tzinfo=ZoneInfo("Asia/Kolkata")))
    assert f"{at:%Y-%m-%d %H:%M %z}" == "2024-11-14 00:00 +0530"


@pytest.mark.parametrize(
    ("tick", "said"),
    [
        (Tick(NOW, 0, Drained()), False),
        (Tick(NOW, 1, Drained()), True),
        (Tick(NOW, 0, Drained(failed=1)), True),
        (Tick(NOW, 0, Drained(), "broken"), True),
    ],
)
def test_a_tick_is_true_when_there_was_anything(tick, said):
    assert bool(tick) is said


def test_two_schedulers_in_one_program_share_a_database(file_town):
    file_town.recipients(*range(1, 20)).at("2024-11-14")
    ears = Ears()
    both = [Scheduler(file_town.ims, chunk=2, on_tick=ears) for _ in range(2)]
    for one in both:
        one.start()
    ears.wait(2)
    for one in both:
        one.stop()
    assert file_town.two_bs("2024-10", *range(1, 20)) == ["draft"] * 19
    assert sum(tick.done.recipients for tick in ears.ticks) == 38
