"""Workers: the same loop in this process, in processes beside it; one that is killed leaves its shard to be done."""

from __future__ import annotations

import os
import signal
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from ims_fsm import IMS, LawBook, SettableClock, shipped_book
from ims_fsm.scheduler import workers
from ims_fsm.scheduler.workers import Inline, Opening, Processes, WorkersError, drain, named, opening_of
from ims_fsm.workflow.calendar import jobs, sweeps
from ims_fsm.workflow.calendar.jobs import Drained
from ims_fsm.workflow.workspace import Workspace, system_clock


@dataclass(frozen=True, slots=True)
class Dying(Opening):
    """Opens the database for workers of which the first few are killed in the middle of a shard; marks who was."""

    marks: Path = field(kw_only=True)

    def __call__(self) -> Workspace:
        swept = sweeps.sweep_many

        def sweep(unit, gstins):
            done = swept(unit, gstins)
            mark = self.marks / f"killed.{len(list(self.marks.glob('killed.*')))}"
            if mark.name in {"killed.0", "killed.1", "killed.2"}:
                mark.touch()
                os.kill(os.getpid(), signal.SIGKILL)
            return done

        sweeps.sweep_many = sweep
        return Opening(self.url, self.clock)()


class Doomed(Opening):
    """Opens the database for workers that are killed at their first shard, each time."""

    def __call__(self) -> Workspace:
        sweeps.sweep_many = lambda *_given: os.kill(os.getpid(), signal.SIGKILL)
        return super().__call__()


def test_processes_do_what_one_would(shared_town):
    shared_town.recipients(*range(1, 20)).at("2024-11-14")
    tick = shared_town.ring(workers="processes:2", chunk=2)
    assert tick.done == Drained(shards=20, recipients=38)
    assert shared_town.two_bs("2024-10", *range(1, 20)) == ["draft"] * 19
    assert not shared_town.ring(workers="processes:2")


@pytest.mark.long
def test_a_worker_that_is_killed_leaves_its_shard_to_the_next(file_town, tmp_path):
    file_town.recipients(*range(1, 10)).at("2024-11-14")
    jobs.plan(file_town.ims._workspace, 1)
    drain(file_town.ims._workspace, Processes(Dying(file_town.url, file_town.clock, marks=tmp_path), 2), ["draft"])
    assert file_town.two_bs("2024-10", *range(1, 10)) == ["draft"] * 9
    assert {(row.status, row.attempt) for row in file_town.run_rows(job="draft")} == {("done", 0)}
    assert len(list(tmp_path.glob("killed.*"))) == 3


def test_workers_that_are_killed_each_time_are_given_up(file_town):
    file_town.recipients(1).at("2024-11-14")
    jobs.plan(file_town.ims._workspace)
    with pytest.raises(WorkersError) as given_up:
        drain(file_town.ims._workspace, Processes(Doomed(file_town.url, file_town.clock), 1), ["draft"])
    assert str(given_up.value) == (
        "workers were lost 3 times (a worker ended with -9); what they left is done at the next look"
    )
    assert [row.status for row in file_town.run_rows(job="draft")] == ["todo"]


def test_a_worker_that_cannot_open_the_database_says_why(file_town, monkeypatch):
    monkeypatch.setattr(workers, "ROUNDS", 1)
    file_town.recipients(1).at("2024-11-14")
    jobs.plan(file_town.ims._workspace)
    with pytest.raises(WorkersError, match=r"mysql is not supported; use SQLite or PostgreSQL"):
        drain(file_town.ims._workspace, Processes(Opening("mysql://nowhere"), 1))


def test_nothing_is_started_where_nothing_is_due(file_town):
    assert drain(file_town.ims._workspace, Processes(Opening("mysql://nowhere"), 1)) == Drained()


def test_a_stop_ends_the_processes(file_town):
    file_town.recipients(*range(1, 4)).at("2024-11-14")
    jobs.plan(file_town.ims._workspace, 1)
    asked = iter([False, *[True] * 10_000])
    done = drain(
        file_town.ims._workspace, Processes(Opening(file_town.url, file_town.clock), 1), (), lambda: next(asked)
    )
    assert done.shards < 6


@pytest.mark.parametrize(
    ("text", "kind", "number"),
    [("inline", Inline, None), ("processes", Processes, None), ("processes:3", Processes, 3)],
)
def test_workers_are_named_in_words(file_town, text, kind, number):
    found = named(text, file_town.ims._workspace)
    assert isinstance(found, kind)
    assert number is None or found.number == number


@pytest.mark.parametrize("text", ["", "threads", "processes:0", "processes:x", "inline:2"])
def test_what_names_no_workers_is_refused(file_town, text):
    with pytest.raises(WorkersError) as refused:
        named(text, file_town.ims._workspace)
    assert str(refused.value) == f"{text!r} names no workers; write inline, processes, processes:4 or dask://HOST:PORT"


def test_a_url_that_leaves_the_databases_name_to_libpq_is_no_memory(file_town, monkeypatch):
    workspace = file_town.ims._workspace
    engine = create_engine("postgresql+psycopg://ims@db")
    monkeypatch.setattr(workspace, "_engine", engine)
    assert opening_of(workspace).url == "postgresql+psycopg://ims@db"


@pytest.mark.sqlite("a database in memory")
def test_a_database_in_memory_has_no_other_workers():
    with IMS("sqlite://") as ims, pytest.raises(WorkersError, match=r"^a database in memory is seen by one process"):
        opening_of(ims._workspace)


def test_hooks_of_the_clock_are_not_called_elsewhere(file_town):
    file_town.ims.hooks.after(trigger="accept")(print)
    assert opening_of(file_town.ims._workspace) == Opening(file_town.url, file_town.clock)
    file_town.ims.hooks.after(trigger="expire")(print)
    with pytest.raises(WorkersError, match=r"^other processes would not call your hooks; give the scheduler an opener"):
        opening_of(file_town.ims._workspace)


def test_another_law_is_not_known_elsewhere(tmp_path):
    book = shipped_book()
    own = LawBook(book.law, book.calendar, book.routing)
    with IMS(f"sqlite:///{tmp_path / 'ims.db'}", book=own) as ims, pytest.raises(WorkersError, match="not by yours"):
        opening_of(ims._workspace)


def test_a_clock_that_cannot_be_handed_over_is_refused(tmp_path):
    now = SettableClock("2024-11-14")()
    with (
        IMS(f"sqlite:///{tmp_path / 'ims.db'}", clock=lambda: now) as ims,
        pytest.raises(WorkersError, match=r"^your clock cannot be handed to another process \("),
    ):
        opening_of(ims._workspace)


def test_an_opener_opens_with_its_clock(file_town):
    with Opening(file_town.url, file_town.clock)() as workspace:
        assert workspace.clock() == file_town.moment()
    assert Opening(file_town.url).clock is system_clock
