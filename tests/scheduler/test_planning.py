"""What is due is planned once, whoever asks and however often; nothing is skipped, whatever the clock did."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import text

from ims_fsm.store.connection import writing
from ims_fsm.terms.period import TaxPeriod
from ims_fsm.workflow.calendar import jobs

OLD = date(2024, 3, 5)


@pytest.mark.both
def test_drafts_come_on_the_14th_and_not_before(town, who):
    town.recipients(*range(1, 8)).at("2024-11-13 23:59").ring()
    assert town.two_bs("2024-10", 1) == ["absent"]
    tick = town.at("2024-11-14 00:00").ring()
    assert (tick.planned, tick.done.shards, tick.done.recipients) == (3, 3, 7)
    assert town.two_bs("2024-10", *range(1, 8)) == ["draft"] * 7
    shards = [(row.recipient_gstin, row.through, row.recipients) for row in town.run_rows(job="draft")]
    assert shards == [(who(1), who(3), 3), (who(4), who(6), 3), (who(7), who(7), 1)]


def test_ringing_again_does_nothing(town):
    town.recipients(*range(1, 6)).at("2024-11-14").ring()
    before = town.tables()
    assert not town.ring()
    assert not town.at("2024-11-14 01:00").ring()
    assert town.tables() == before


def test_a_missed_14th_is_made_good_at_the_next_start(town):
    town.recipients(1, 2).at("2025-01-03").ring()
    assert town.two_bs("2024-10", 1, 2) == ["draft", "draft"]
    standing = town.standing("draft", "2024-10")
    assert (standing.late, standing.open, standing.delay.days) == (False, 0, 50)


@pytest.mark.both
def test_who_has_not_filed_by_the_end_of_the_14th_is_skipped_and_reminded(town, who):
    """FAQ 25: the system does not draft it later, the taxpayer generates it."""
    town.recipients(1, 2).at("2024-11-14").ring()
    town.file_3b(1, "2024-10")
    town.at("2024-12-14").ring()
    assert town.two_bs("2024-11", 1, 2) == ["draft", "absent"]
    standing = town.standing("draft", "2024-11")
    (skipped,) = standing.skipped
    assert skipped.recipient_gstin == who(2)
    assert skipped.error == (
        f"GSTR-3B of 2024-10 is not filed for {who(2)} (faq.25); "
        "file it first, then generate GSTR-2B of 2024-11 from the dashboard"
    )
    assert not town.report().failed
    town.at("2024-12-15 00:00").file_3b(2, "2024-10")
    assert not any(one.unplanned for one in town.report().jobs)
    for moment in ("2024-12-15 00:01", "2024-12-16"):
        assert not town.at(moment).ring().done.shards
    assert town.two_bs("2024-11", 2) == ["absent"]
    (skipped,) = town.standing("draft", "2024-11").skipped
    assert skipped.error == (
        f"GSTR-3B of 2024-10 was filed for {who(2)} after the day on which GSTR-2B of 2024-11 is drafted, so the "
        "system does not draft it (faq.25); the recipient generates it from the dashboard"
    )
    given = [(one.kind, one.subject, one.rule) for one in town.reminders(2) if one.kind == "two_b_to_generate"]
    assert given == [("two_b_to_generate", "2024-11", "faq.25")]
    town.ims.recipient(who(2), actor="buyer").generate_2b(TaxPeriod("2024-11"))
    town.ring()
    assert not town.standing("draft", "2024-11").skipped
    assert town.at("2024-12-17").ims.sweep([who(2)]).swept[0].to_generate is None


@pytest.mark.both
def test_who_files_on_the_14th_itself_is_drafted(town):
    town.recipients(1).at("2024-11-14").ring()
    town.at("2024-12-14 00:00").ring()
    assert town.two_bs("2024-11", 1) == ["absent"]
    town.at("2024-12-14 23:59").file_3b(1, "2024-10")
    assert sum(one.unplanned for one in town.report().jobs if one.job == "draft") == 1
    town.at("2024-12-16").ring()
    assert town.two_bs("2024-11", 1) == ["draft"]
    assert not town.standing("draft", "2024-11").skipped
    assert not town.ring()


def test_a_sweep_reminds_and_does_not_draft(town, who):
    """As the scheduler does, and each reminder once, whoever gives it."""
    town.recipients(1).at("2024-11-14").ring()
    town.at("2024-12-20").file_3b(1, "2024-10")
    for _ in range(2):
        (swept,) = town.ims.sweep([who(1)]).swept
        assert (swept.drafted, swept.to_generate) == (None, "2024-11")
    town.ring()
    assert town.two_bs("2024-11", 1) == ["absent"]
    assert [one.kind for one in town.reminders(1)].count("two_b_to_generate") == 1


def test_what_was_drafted_by_hand_is_skipped_no_longer(town, who):
    town.recipients(1).at("2024-11-14").ring()
    town.at("2024-12-14").ring()
    town.file_3b(1, "2024-10")
    town.ims.recipient(who(1), actor="buyer").generate_2b(town.ims.book.calendar.first_period.plus(1))
    town.ring()
    standing = town.standing("draft", "2024-11")
    assert (standing.skipped, dict(standing.shards)) == ((), {"done": 1})


def test_many_months_are_generated_by_hand_one_after_another(town, who):
    town.recipients(1).at("2025-03-15").ring()
    desk = town.ims.recipient(who(1), actor="buyer")
    for filed, generated in (("2024-10", "2024-11"), ("2024-11", "2024-12"), ("2024-12", "2025-01")):
        town.file_3b(1, filed)
        town.ring()
        assert town.two_bs(generated, 1) == ["absent"]
        desk.generate_2b(TaxPeriod(generated))
    assert [one.subject for one in town.reminders(1) if one.kind == "two_b_to_generate"] == [
        "2024-11",
        "2024-12",
        "2025-01",
    ]


@pytest.mark.both
def test_who_comes_later_is_drafted_later(town):
    """In a shard of their own, also inside the range of one that is done."""
    town.recipients(1, 5).at("2024-11-14").ring()
    town.recipients(3, 9).at("2024-11-20").ring()
    assert town.two_bs("2024-10", 3, 9) == ["draft", "draft"]
    assert not town.ring()


@pytest.mark.both
def test_a_quarter_is_drafted_after_the_quarter(town):
    town.recipients(1).recipients(2, filing="quarterly").at("2024-12-31").ring()
    assert town.two_bs("2024-12", 2) == ["absent"]
    town.at("2025-01-14").ring()
    assert town.two_bs("2024-12", 2) == ["draft"]


def test_who_has_no_ims_is_left_alone(town, who):
    town.recipients(1, 2).at("2024-11-14")
    town.breaks("UPDATE ims_taxpayer SET kind = 'composition' WHERE gstin = :gstin", gstin=who(1))
    town.ring()
    assert town.two_bs("2024-10", 1, 2) == ["absent", "draft"]
    assert not [one for one in town.report().jobs if one.unplanned]


@pytest.mark.both
@pytest.mark.parametrize(
    ("column", "right"), [("kind", "normal"), ("filing", "monthly"), ("registered_from", "2024-10")]
)
def test_who_cannot_be_read_stops_nobody_and_is_named(town, who, column, right):
    town.recipients(1, 2, 3).at("2024-11-14")
    town.breaks(f"UPDATE ims_taxpayer SET {column} = 'broken' WHERE gstin = :gstin", gstin=who(2))  # noqa: S608
    town.ring(chunk=10)
    assert town.two_bs("2024-10", 1, 3) == ["draft", "draft"]
    named = [one.error for one in town.standing("draft", "2024-10").skipped]
    assert named == [f"what is kept of the taxpayer {who(2)} cannot be read; correct its row in the table taxpayer"]
    town.breaks(f"UPDATE ims_taxpayer SET {column} = '{right}' WHERE gstin = :gstin", gstin=who(2))  # noqa: S608
    town.ring()
    assert town.two_bs("2024-10", 2) == ["draft"]


def test_time_limits_are_planned_for_everyone_once_a_year(town):
    town.recipients(1, 2)
    pending = town.filed(1, pending=True, date=OLD)
    town.at("2024-11-30 23:59").ring()
    assert town.desk_of(pending).record(pending).state == "pending"
    town.at("2024-12-01 00:00").ring()
    assert town.desk_of(pending).record(pending).state == "removed"
    assert [row.recipients for row in town.run_rows(job="expire", period="2024-12-01")] == [2]
    assert not town.at("2024-12-01 09:00").ring()


@pytest.mark.both
def test_an_annual_return_ends_time_limits_early(town, who):
    town.recipients(1, 2)
    pending = [town.filed(number, pending=True, date=OLD) for number in (1, 2)]
    town.ring()
    town.at("2024-11-20").ims.recipient(who(1), actor="buyer").file_annual_return("2023-24")
    town.ring()
    assert [str(town.desk_of(one).record(one).state) for one in pending] == ["removed", "pending"]
    assert [row.recipient_gstin for row in town.run_rows(job="expire", period="2023-24")] == [who(1)]
    assert not town.ring()


def test_an_annual_return_after_the_limit_asks_for_nothing(town, who):
    town.recipients(1).at("2024-12-02").ring()
    town.at("2024-12-05").ims.recipient(who(1), actor="buyer").file_annual_return("2023-24")
    assert not town.ring()


def test_pending_lapses_with_its_deadline(town):
    town.recipients(1, since="2025-10").at("2025-11-09")
    note = town.filed(1, period="2025-10", pending=True, kind="credit_note", date=date(2025, 10, 5))
    town.at("2025-11-14").ring()
    town.file_3b(1, "2025-10")
    town.at("2025-12-20 23:59").ring()
    assert town.desk_of(note).record(note).state == "pending"
    town.at("2025-12-21 00:00").ring()
    assert town.desk_of(note).record(note).state == "no_action"


@pytest.mark.both
def test_of_instants_missed_the_last_is_enough(town):
    """A sweep does what is owed by now: the deadlines before it need no sweep of their own."""
    town.recipients(1, 2, since="2025-10").recipients(3, filing="quarterly", since="2025-10").at("2026-07-15").ring()
    assert {(row.period, row.recipients) for row in town.run_rows(job="lapse")} == {
        ("2026-06-21", 2),
        ("2026-04-23", 1),
    }
    assert [row.period for row in town.run_rows(job="expire")] == ["2025-12-01"]


def test_the_clock_jumps_over_the_14th_and_back(town):
    town.recipients(1, 2).at("2024-11-13").ring()
    town.at("2024-11-20").ring()
    after = {name: rows for name, rows in town.tables().items() if name != "ims_job_run"}
    for moment in ("2024-11-10", "2024-11-14", "2024-11-19", "2024-11-20"):
        town.at(moment).ring()
    assert {name: rows for name, rows in town.tables().items() if name != "ims_job_run"} == after


def test_what_a_clock_ahead_has_done_is_done_again_in_its_time(town):
    """A year ahead for an hour: the time limit of the right year must not pass for swept."""
    town.recipients(1).at("2025-12-01").ring()
    town.at("2024-11-10").ring()
    assert not town.report().failed
    pending = town.filed(1, pending=True, date=OLD.replace(year=2025), period="2024-11")
    town.at("2025-12-01").ring()
    assert town.desk_of(pending).record(pending).state == "removed"


def test_what_a_wrong_clock_planned_waits_for_the_right_one(town):
    """A clock a year ahead, set right before the work: nothing is done before its day."""
    town.recipients(1, 2).at("2024-11-14").ring()
    for number in (1, 2):
        town.file_3b(number, "2024-10")
    jobs.plan(town.at("2025-12-14").ims._workspace, 10)
    assert not town.at("2024-11-15").ring().done.shards
    assert town.two_bs("2024-11", 1, 2) == ["absent", "absent"]
    town.at("2024-12-14").ring()
    assert town.two_bs("2024-11", 1, 2) == ["draft", "draft"]


def test_a_clock_a_little_behind_takes_nothing_from_one_ahead(town, who):
    """Two machines, seconds apart: what one has planned and begun is not withdrawn by the other."""
    town.recipients(1, 2, 3).at("2025-11-30")
    pending = [town.filed(number, pending=True, date=OLD.replace(year=2025), period="2025-10") for number in (1, 2, 3)]
    jobs.plan(town.at("2025-12-01T00:00:02").ims._workspace, 1)
    assert jobs.work(town.ims._workspace).shards == 1
    jobs.plan(town.at("2025-12-01T00:00:00").ims._workspace, 1)
    town.ring()
    assert [str(town.desk_of(one).record(one).state) for one in pending] == ["removed"] * 3


def test_a_broken_annual_return_stops_nobody(town, who):
    town.recipients(1).at("2024-11-14")
    with writing(town.ims._workspace.engine) as connection:
        row = {"gstin": who(1), "at": "2024-11-01 00:00:00.000000"}
        connection.execute(
            text("INSERT INTO ims_annual_return (gstin, fy, filed_at) VALUES (:gstin, 'broken', :at)"), row
        )
    town.ring()
    assert town.two_bs("2024-10", 1) == ["draft"]
    assert not town.report().failed


def test_the_clock_runs_over_the_end_of_a_year(town):
    town.recipients(1).at("2024-11-14").ring()
    town.file_3b(1, "2024-10")
    town.at("2025-01-01 00:00").ring()
    assert town.two_bs("2024-11", 1) == ["draft"]
    assert not town.at("2024-12-31 23:59").ring()
    assert not town.at("2025-01-01 00:00").ring()


def test_one_plan_after_another_adds_none(town):
    town.recipients(*range(1, 30)).at("2024-11-14")
    assert [jobs.plan(town.ims._workspace, 10) for _ in range(3)] == [6, 0, 0]
    assert jobs.plan(town.at("2024-11-15").ims._workspace, 7) == 0
