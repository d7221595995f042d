"""The instants of the calendar: when the clock owes what, and to which recipients.

Must not import a database or a clock: it is worked out from the law book, for moments that are handed in.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import lru_cache
from itertools import product

from ims_fsm.law.book import LawBook
from ims_fsm.law.calendar import day_over, month_named, month_number
from ims_fsm.terms.period import TaxPeriod, in_india, midnight
from ims_fsm.terms.vocabulary import Filing, Job, ReminderKind

Group = tuple[Filing, str]
_ORDER = {job: place for place, job in enumerate(Job)}
# A year and a day of looking ahead finds an instant wherever there is one: GSTR-2B is drafted every month.
_AHEAD = timedelta(days=366)


@dataclass(frozen=True, slots=True, kw_only=True)
class Instant:
    """A moment (aware, UTC) from which a job is due to the recipients of some groups (filing, state code).

    `key` is its business key: the tax period of a draft, the Indian day of anything else. From `ends` on it is too
    late to be of use.
    """

    at: datetime
    job: Job
    key: str
    groups: frozenset[Group]
    ends: datetime | None = None


def every_group(book: LawBook) -> frozenset[Group]:
    """Return every filing frequency in every state: what due days depend on."""
    return frozenset(product(Filing, book.calendar.states))


def instants(book: LawBook, after: datetime, until: datetime) -> list[Instant]:
    """Return the instants after one moment and up to another, in the order of time and of what must come first."""
    almanac = _up_to(book, TaxPeriod.of(in_india(until).date()))
    first, end = (bisect_right(almanac, moment, key=lambda instant: instant.at) for moment in (after, until))
    return almanac[first:end]


def next_instant(book: LawBook, after: datetime) -> Instant | None:
    """Return the first instant after a moment, or None where the calendar has come to its end."""
    return next(iter(instants(book, after, after + _AHEAD)), None)


def latest(book: LawBook, now: datetime, job: Job, planned: Collection[str] = ()) -> list[Instant]:
    """Return the newest instant of a job for each group, as few instants as name them all, but those planned by key.

    A job does whatever is owed by now, so an instant that another one of the same group has followed is done with it.
    One that is too late to be of use hides none before it, unless it was planned in its time.
    """
    left = every_group(book)
    newest: list[Instant] = []
    for instant in reversed(instants(book, book.calendar.opens_at, now)):
        is_planned = instant.key in planned
        is_over = instant.ends is not None and now >= instant.ends
        if instant.job is not job or (is_over and not is_planned):
            continue
        if instant.groups & left and not is_planned:
            newest.append(replace(instant, groups=instant.groups & left))
        left -= instant.groups
    return newest


def on_day(book: LawBook, job: Job, key: str) -> frozenset[Group]:
    """Return the groups to which the instant with this key, a day, is due; every group where there is none."""
    try:
        at = midnight(date.fromisoformat(key))
    except ValueError:
        return every_group(book)
    of_the_day = instants(book, at - timedelta(days=1), at)
    groups = (instant.groups for instant in of_the_day if (instant.job, instant.key) == (job, key))
    return next(groups, every_group(book))


def reminder_at(too_late: datetime, days: int) -> datetime:
    """Return when a reminder is due that many days before the last day; that day ends when it is too late."""
    return too_late - timedelta(days=days + 1)


def time_limit(book: LawBook, day: date) -> datetime | None:
    """Return the first instant (UTC) at which section 16(4) has passed for documents of that day's financial year.

    None where the calendar binds no kind of document.
    """
    kinds = book.calendar.declared.time_limit.kinds
    return book.calendar.cutoff(min(kinds), day, None) if kinds else None


@lru_cache(maxsize=256)
def _up_to(book: LawBook, month: TaxPeriod) -> list[Instant]:
    """Return every instant of the periods up to a month, in order; some lie after it."""
    by_key: dict[tuple[Job, str], Instant] = {}
    for instant in _all(book, month):
        other = by_key.get((instant.job, instant.key))
        by_key[instant.job, instant.key] = instant if other is None else _together(other, instant)
    return sorted(by_key.values(), key=_in_turn)


def _all(book: LawBook, until: TaxPeriod) -> Iterator[Instant]:
    for number in range(month_number(book.calendar.first_period), month_number(until) + 1):
        yield from _in_period(book, month_named(number))
    for year in range(book.calendar.first_period.year, until.year + 2):
        yield from _of_year(book, year)


@lru_cache(maxsize=1024)
def _in_period(book: LawBook, period: TaxPeriod) -> tuple[Instant, ...]:
    return tuple(_of_period(book, period))


def _of_period(book: LawBook, period: TaxPeriod) -> Iterator[Instant]:
    calendar = book.calendar
    groups = [(f, s) for f, s in every_group(book) if calendar.is_period_end(period, f)]
    yield Instant(at=calendar.two_b_opens(period), job=Job.DRAFT, key=period, groups=frozenset(groups))
    for supplier_filing in Filing:
        due = day_over(calendar.due_outward(period, supplier_filing))
        yield from _reminders(book, ReminderKind.SUPPLIERS_DUE, due, every_group(book))
    rule_sets = {machine.at(period).rule_set.id for machine in book.law.record_machines}
    limited = any(map(book.law.pending_lapses, rule_sets))
    for filing, state in groups:
        group = frozenset({(filing, state)})
        # Who of a group is under an extension by district is not known here, so the group has the instants of all.
        under = [(), *((name,) for name in calendar.by_district)]
        for due in sorted({day_over(calendar.due_gstr3b(period, filing, state, names)) for names in under}):
            yield from _reminders(book, ReminderKind.TWO_B_STALE, due, group)
        for deadline in sorted({calendar.pending_until(period, filing, state, names) for names in under if limited}):
            yield Instant(at=deadline, job=Job.LAPSE, key=_day(deadline), groups=group)
            yield from _reminders(book, ReminderKind.PENDING_DEADLINE, deadline, group)


def _of_year(book: LawBook, year: int) -> Iterator[Instant]:
    limit = time_limit(book, date(year - 1, 12, 31))
    if limit is not None and limit > book.calendar.opens_at:
        yield Instant(at=limit, job=Job.EXPIRE, key=_day(limit), groups=every_group(book))
        yield from _reminders(book, ReminderKind.TIME_LIMIT, limit, every_group(book))


def _reminders(book: LawBook, kind: ReminderKind, too_late: datetime, groups: frozenset[Group]) -> Iterator[Instant]:
    for days in book.calendar.declared.reminder[kind].days_before:
        at = reminder_at(too_late, days)
        yield Instant(at=at, job=Job.REMIND, key=_day(at), groups=groups, ends=too_late)


def _in_turn(instant: Instant) -> tuple[datetime, int, str]:
    return instant.at, _ORDER[instant.job], instant.key


def _together(first: Instant, other: Instant) -> Instant:
    ends = [end for end in (first.ends, other.ends) if end is not None]
    return replace(first, groups=first.groups | other.groups, ends=max(ends, default=None))


def _day(moment: datetime) -> str:
    return in_india(moment).date().isoformat()
