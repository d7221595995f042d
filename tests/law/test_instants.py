"""The instants of the calendar: what is due when, and to whom; a year of them against the calendar itself."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest

from ims_fsm.errors import DeclarationError
from ims_fsm.law.book import shipped_book
from ims_fsm.law.calendar_reading import read_calendar
from ims_fsm.law.instants import every_group, instants, latest, next_instant, on_day, reminder_at, time_limit
from ims_fsm.resources import machines_folder
from ims_fsm.terms.period import in_india, indian
from ims_fsm.terms.vocabulary import Filing, Job

BOOK = shipped_book()


def ist(text: str) -> datetime:
    return indian(datetime.fromisoformat(text))


def keys(after: str, until: str, job: Job) -> list[str]:
    return [one.key for one in instants(BOOK, ist(after), ist(until)) if one.job is job]


def test_drafts_fall_on_the_14th_for_those_whose_period_ends():
    found = [one for one in instants(BOOK, ist("2024-11-01"), ist("2025-02-01")) if one.job is Job.DRAFT]
    assert [(one.key, f"{in_india(one.at):%d.%m. %H:%M}") for one in found] == [
        ("2024-10", "14.11. 00:00"),
        ("2024-11", "14.12. 00:00"),
        ("2024-12", "14.01. 00:00"),
    ]
    assert [{filing for filing, _ in one.groups} for one in found] == [{Filing.MONTHLY}, {Filing.MONTHLY}, {*Filing}]


def test_section_16_4_passes_on_the_first_of_december_every_year():
    assert keys("2024-01-01", "2027-12-31", Job.EXPIRE) == ["2024-12-01", "2025-12-01", "2026-12-01", "2027-12-01"]


def test_pending_lapses_from_the_changes_of_october_2025_on():
    assert keys("2024-01-01", "2025-12-20", Job.LAPSE) == []
    assert keys("2025-12-20", "2026-05-01", Job.LAPSE) == [
        "2025-12-21",
        "2026-01-21",
        "2026-02-21",
        "2026-03-21",
        # GSTR-3B of March 2026 was extended by a day, monthly alone (01/2026-CT).
        "2026-04-22",
        "2026-04-23",
        "2026-04-25",
    ]


def test_a_reminder_is_due_at_the_beginning_of_its_day():
    assert reminder_at(ist("2024-11-21"), 3) == ist("2024-11-17")
    assert keys("2024-11-14", "2024-12-01", Job.REMIND) == ["2024-11-17", "2024-11-19", "2024-11-23"]


def test_what_must_come_first_on_a_day_comes_first():
    day = [one.job for one in instants(BOOK, ist("2026-01-20"), ist("2026-01-21"))]
    assert day == [Job.LAPSE, Job.REMIND]


@pytest.mark.parametrize("job", Job)
def test_the_latest_instants_name_each_group_once(job):
    found = latest(BOOK, ist("2026-07-19"), job)
    named = [group for one in found for group in one.groups]
    assert len(named) == len(set(named))
    if job is not Job.REMIND:
        assert set(named) == every_group(BOOK)


def test_what_is_too_late_hides_what_came_before_it_only_where_it_was_planned():
    now = ist("2024-11-14T06:00")
    [before] = latest(BOOK, now, Job.REMIND)
    over = [i for i in instants(BOOK, before.at, now) if i.job is Job.REMIND]
    assert over
    assert all(instant.ends <= now < before.ends for instant in over)
    assert latest(BOOK, now, Job.REMIND, {over[-1].key}) == []
    assert latest(BOOK, now, Job.REMIND, {before.key}) == []


def test_a_reminder_past_its_use_is_not_among_the_latest():
    assert latest(BOOK, ist("2026-03-05"), Job.REMIND) == []


def test_every_instant_of_a_year_follows_the_one_before():
    """What the bell rings by is the whole list, none left out."""
    start, end = ist("2025-06-01"), ist("2026-06-01")
    rung, at = [], start
    while (one := next_instant(BOOK, at)) is not None and one.at <= end:
        rung.append(one.at)
        at = one.at
    assert rung == sorted({one.at for one in instants(BOOK, start, end)})
    assert all(in_india(at).hour == in_india(at).minute == 0 for at in rung)


def test_the_groups_of_a_day_are_those_of_its_instant():
    assert {filing for filing, _ in on_day(BOOK, Job.LAPSE, "2026-01-21")} == {Filing.MONTHLY}
    assert on_day(BOOK, Job.LAPSE, "2026-01-20") == every_group(BOOK)
    assert on_day(BOOK, Job.EXPIRE, "2023-24") == every_group(BOOK)


def test_an_extension_moves_its_instants():
    overlay = """
        [[extension]]
        what = "two_b"
        period = "2024-10"
        date = 2024-11-17
        source = "a notification"
    """
    moved = shipped_book(overlay)
    first = next(one for one in instants(moved, ist("2024-11-01"), ist("2024-12-01")) if one.job is Job.DRAFT)
    assert first.at == ist("2024-11-17")


def test_the_end_of_the_calendar_has_no_next():
    assert next_instant(BOOK, datetime(2020, 1, 1, tzinfo=UTC)) is None
    day = (ist("2024-06-30") + timedelta(days=1)).date()
    assert time_limit(BOOK, day) == ist("2025-12-01")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("days_before = [3, 1]", "days_before = [3, 3]", "a number of days stands twice; name each once"),
        ("[reminder.two_b_stale]", "[reminder.stale]", "reminder.stale"),
    ],
)
def test_reminders_that_do_not_hold_together_are_refused(old, new, said):
    text = (machines_folder() / "calendar.toml").read_text("utf-8")
    with pytest.raises(DeclarationError, match=said):
        read_calendar(text.replace(old, new))


def test_no_reminder_may_be_left_out():
    text = (machines_folder() / "calendar.toml").read_text("utf-8")
    without = re.sub(r"\[reminder\.two_b_stale\].*?\n\n", "", text, flags=re.DOTALL)
    with pytest.raises(
        DeclarationError, match="reminder has no two_b_stale; add it, with no days where none is wanted"
    ):
        read_calendar(without)


def test_a_reminder_without_days_is_never_due():
    book = shipped_book("[reminder.time_limit]\ndays_before = []")
    assert "2024-11-23" not in [one.key for one in instants(book, ist("2024-11-14"), ist("2024-12-01"))]
