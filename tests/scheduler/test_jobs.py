"""A shard in which a recipient fails is done for the others; who fails is noted, and tried again later."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from ims_fsm.errors import InputError, Problem
from ims_fsm.store.connection import ConflictError, StoreError
from ims_fsm.workflow.calendar import jobs, sweeps

OLD = date(2024, 3, 5)


@pytest.fixture
def broken(monkeypatch, who):
    """Make sweeping some recipients fail, until they are mended."""
    bad: dict[str, Exception] = {}
    swept = sweeps.sweep_many

    def sweep(unit, gstins):
        for gstin in gstins:
            if gstin in bad:
                raise bad[gstin]
        return swept(unit, gstins)

    monkeypatch.setattr(sweeps, "sweep_many", sweep)

    def breaks(number, error=None):
        bad[who(number)] = error or RuntimeError(f"recipient {number}")

    breaks.mended = bad.clear
    return breaks


@pytest.mark.both
def test_one_with_broken_data_among_many_stops_nobody(town, who):
    """His GSTR-2B is absent, and its log says that it was generated."""
    town.recipients(*range(1, 41)).at("2024-11-14")
    town.breaks(
        "INSERT INTO ims_two_b_log (recipient_gstin, period, seq, trigger, source, dest, actor, at, recorded_at, "
        "rules) "
        "VALUES (:gstin, '2024-10', 1, 'generate', 'absent', 'draft', 'clock', :at, :at, '')",
        gstin=who(17),
        at="2024-11-14 00:00:00.000000",
    )
    done = town.ring(chunk=40).done
    assert town.two_bs("2024-10", *range(1, 41)) == ["draft"] * 16 + ["absent"] + ["draft"] * 23
    assert (town.report().failed, done) == (True, jobs.Drained(shards=2, recipients=39 + 40, failed=1))
    (failed,) = town.standing("draft", "2024-10").failed
    assert (failed.recipient_gstin, failed.through, failed.attempt) == (who(17), who(17), 1)
    assert town.standing("draft", "2024-10").recipients == {"done": 39, "failed": 1}
    town.at("2024-11-14 00:01").ring()
    assert [row.attempt for row in town.run_rows(job="draft", status="failed")] == [2]


@pytest.mark.both
def test_a_failed_one_is_tried_again_later_and_later(town, broken):
    town.recipients(1, 2).at("2024-11-14 00:00")
    broken(2)
    pauses = []
    for attempt in range(1, 12):
        town.ring()
        (row,) = town.run_rows(job="draft", status="failed")
        assert (row.attempt, town.two_bs("2024-10", 1)) == (attempt, ["draft"])
        pauses.append(row.not_before - town.moment())
        assert not town.ring()
        town.clock.set(row.not_before - timedelta(seconds=1))
        assert not town.ring()
        town.clock.set(row.not_before)
    assert [int(pause.total_seconds() / 60) for pause in pauses] == [1, 2, 4, 8, 16, 32, 64, 128, 256, 360, 360]
    broken.mended()
    assert town.ring().done.shards == 1
    assert (town.two_bs("2024-10", 2), town.report().failed) == (["draft"], False)


def test_a_wrong_clock_does_not_put_the_next_try_off_for_years(town, broken):
    town.recipients(1).at("2031-01-14")
    broken(1)
    town.ring()
    broken.mended()
    town.at("2024-11-14").ring()
    assert not town.report().failed
    assert town.two_bs("2024-10", 1) == ["draft"]


def test_who_failed_is_not_met_again_in_a_shard_of_those_beside_him(town, broken):
    town.recipients(1, 2, 3).at("2024-11-14")
    broken(2)
    town.ring()
    town.recipients(4, 5).ring()
    assert town.two_bs("2024-10", 1, 3, 4, 5) == ["draft"] * 4
    assert [row.attempt for row in town.run_rows(job="draft", status="failed")] == [1]


def test_a_hook_that_vetoes_fails_for_its_recipient_alone(town, who):
    """The embedder's own code, at the removal of what is out of time."""
    town.recipients(1, 2)
    records = [town.filed(number, pending=True, date=OLD) for number in (1, 2)]

    @town.ims.hooks.before(trigger="expire")
    def no(event):
        if event.record.recipient == who(1):
            raise PermissionError("not that one")

    town.at("2024-12-01").ring()
    assert [str(town.desk_of(one).record(one).state) for one in records] == ["pending", "removed"]
    failed = {row.recipient_gstin: row.error for row in town.run_rows(status="failed")}
    assert failed == {
        who(1): "unexpected error (PermissionError: not that one); fix the cause, then it can be tried again"
    }


def test_an_error_of_ours_is_told_in_its_own_sentence(town, broken):
    town.recipients(1).at("2024-11-14")
    broken(1, InputError("taxpayer", [Problem("27X", "is broken", "mend it")]))
    town.ring()
    assert [row.error for row in town.run_rows(status="failed")] == ["taxpayer: 27X: is broken; mend it"]


def test_a_race_lost_again_and_again_is_a_failure_like_another(town, broken):
    """It may be broken data too, and in smaller shards fewer stand in each other's way."""
    town.recipients(1, 2, 3).at("2024-11-14")
    broken(2, ConflictError("the same records"))
    town.ring()
    assert town.two_bs("2024-10", 1, 2, 3) == ["draft", "absent", "draft"]
    assert [row.error for row in town.run_rows(status="failed")] == [
        "another writer was first to change the same records; read again and retry"
    ]


def test_what_is_due_and_not_done_is_a_failure(town, who, monkeypatch):
    """A sweep that leaves out what the plan says is due would be planned for ever, and never done."""
    town.recipients(1).at("2024-11-14")
    monkeypatch.setattr(sweeps, "sweep_many", lambda _unit, gstins: [sweeps.Swept(g, (), (), None) for g in gstins])
    town.ring()
    (row,) = town.run_rows(status="failed")
    assert row.error == (
        f"GSTR-2B of 2024-10 of {who(1)} is due and was not drafted; "
        f'see recipient("{who(1)}", …).generate_2b("2024-10")'
    )


def test_a_database_that_cannot_be_used_is_told_and_nothing_is_noted(town, monkeypatch):
    town.recipients(1).at("2024-11-14")
    jobs.plan(town.ims._workspace)

    def busy(*_given, **_named):
        raise StoreError("the database is in use by another writer; try again when it is done")

    with monkeypatch.context() as patch:
        patch.setattr(town.ims._workspace, "run", busy)
        with pytest.raises(StoreError, match="in use by another writer"):
            jobs.drain(town.ims._workspace)
    assert [(row.status, row.attempt) for row in town.run_rows(job="draft")] == [("todo", 0)]


def test_only_some_jobs_are_drained(town):
    town.recipients(1).at("2024-12-14")
    jobs.plan(town.ims._workspace)
    jobs.drain(town.ims._workspace, ["expire"])
    assert {(row.job, row.status) for row in town.run_rows()} >= {("expire", "done"), ("draft", "todo")}


def test_a_stop_ends_after_the_shard(town):
    town.recipients(*range(1, 7)).at("2024-11-14")
    jobs.plan(town.ims._workspace, 2)
    stops = iter([False, False, True])
    assert jobs.drain(town.ims._workspace, ["draft"], lambda: next(stops)) == jobs.Drained(shards=2, recipients=4)


def test_waiting_is_told_until_the_next_try(town, broken):
    assert jobs.wait(town.ims._workspace) is None
    town.recipients(1).at("2024-11-14")
    broken(1)
    jobs.plan(town.ims._workspace)
    assert jobs.wait(town.ims._workspace) == timedelta()
    jobs.drain(town.ims._workspace)
    assert jobs.wait(town.ims._workspace) == timedelta(minutes=1)


def test_the_drained_add_up():
    assert jobs.Drained(1, 2, 3) + jobs.Drained(10, 20, 30) == jobs.Drained(11, 22, 33)
