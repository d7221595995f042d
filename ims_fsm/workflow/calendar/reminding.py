"""Reminders that are owed by now: a draft is ready, to be generated or stale, a time limit or a deadline comes near.

Imports the store and the law; what would end is asked of the declared machines, at the moment at which it would.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime
from itertools import groupby
from operator import attrgetter

from ims_fsm.law.calendar import day_over
from ims_fsm.law.instants import reminder_at
from ims_fsm.law.refusal import Allowed
from ims_fsm.record.record import Record
from ims_fsm.store import reminders
from ims_fsm.store.reminders import Reminder
from ims_fsm.terms.period import TaxPeriod, in_india
from ims_fsm.terms.principal import SCHEDULER
from ims_fsm.terms.vocabulary import Filing, ReminderKind, Trigger
from ims_fsm.workflow.chasing import reading as chasing
from ims_fsm.workflow.unit import UnitOfWork, consider

Subject = tuple[str, ReminderKind, str, datetime]


def remind(unit: UnitOfWork, gstins: Collection[str]) -> None:
    """Give some recipients every reminder that is owed by now; one that was given is not given again."""
    unit.know(gstins)
    stale = reminders.stale(unit.connection, gstins)
    sizes = reminders.sizes(unit.connection, stale) if stale else {}
    about: Counter[Subject] = Counter()
    for gstin, period in stale:
        about[gstin, ReminderKind.TWO_B_STALE, period, _file_by(unit, gstin, period)] = sizes.get((gstin, period), 0)
    for _, waiting in groupby(reminders.pending(unit.connection, gstins), attrgetter("recipient")):
        about.update(_ending(unit, list(waiting)))
    about.update(_to_chase(unit, gstins))
    reminders.remind(unit.connection, [
        _reminder(unit, subject, records, days)
        for subject, records in about.items()
        if (days := _days_ahead(unit, subject)) is not None
    ])  # fmt: skip


def announce_drafts(unit: UnitOfWork, drafted: Iterable[tuple[str, TaxPeriod]]) -> None:
    """Tell recipients that their GSTR-2B is drafted (FAQ 23), with the end of the day on which GSTR-3B is due."""
    alike: dict[tuple[TaxPeriod, datetime], list[str]] = {}
    for gstin, period in drafted:
        alike.setdefault((period, _file_by(unit, gstin, period)), []).append(gstin)
    for (period, due_at), gstins in alike.items():
        like = _reminder(unit, (gstins[0], ReminderKind.DRAFT_READY, period, due_at), 0)
        reminders.remind_with_sizes(unit.connection, gstins, like)


def to_generate(unit: UnitOfWork, missed: Iterable[tuple[str, TaxPeriod]]) -> None:
    """Tell recipients that they generate a GSTR-2B themselves, as the system does not draft it any more (FAQ 25)."""
    kind = ReminderKind.TWO_B_TO_GENERATE
    about = [(gstin, kind, period, _file_by(unit, gstin, period)) for gstin, period in missed]
    reminders.remind(unit.connection, [_reminder(unit, subject, 0) for subject in about])


def _reminder(unit: UnitOfWork, subject: Subject, records: int, days: int = 0) -> Reminder:
    gstin, kind, what, due_at = subject
    rule = unit.book.calendar.declared.reminder[kind].rule
    return Reminder(
        recipient_gstin=gstin,
        kind=kind,
        subject=what,
        due_at=due_at,
        days=days,
        at=unit.now,
        recorded_at=unit.recorded_at,
        records=records,
        rule=rule,
    )


def _days_ahead(unit: UnitOfWork, subject: Subject) -> int | None:
    """Return the last of the declared numbers of days whose instant has come, while it is not too late."""
    _, kind, _, due_at = subject
    declared = unit.book.calendar.declared.reminder[kind].days_before
    come = [days for days in declared if reminder_at(due_at, days) <= unit.now < due_at]
    return min(come, default=None)


def _file_by(unit: UnitOfWork, gstin: str, period: TaxPeriod) -> datetime:
    return day_over(unit.book.calendar.due_gstr3b(period, *unit.taxpayer(gstin).due_by))


def _to_chase(unit: UnitOfWork, gstins: Collection[str]) -> dict[Subject, int]:
    """Return what recipients chase suppliers for whose return is due soon; it is counted where it is told now."""
    today, calendar = in_india(unit.now).date(), unit.book.calendar
    returns = ((calendar.next_outward(today, filing), filing) for filing in Filing)
    ends = [(month, day_over(calendar.due_outward(month, filing))) for month, filing in returns]
    kind = ReminderKind.SUPPLIERS_DUE
    near = [(month, end) for month, end in ends if _days_ahead(unit, ("", kind, month, end)) is not None]
    counted = list(chasing.counted(unit, sorted(gstins))) if near else []
    return {(of.recipient, kind, month, end): of.documents for of in counted for month, end in near}


def _ending(unit: UnitOfWork, waiting: Sequence[Record]) -> Iterator[Subject]:
    chains = unit.chains_of(waiting, Trigger.EXPIRE, Trigger.LAPSE)
    for record in waiting:
        scene = unit.scene(record.recipient)
        if record.cutoff_at is not None and _would(unit, record, Trigger.EXPIRE, record.cutoff_at, chains[record.id]):
            day = in_india(record.cutoff_at).date().isoformat()
            yield record.recipient, ReminderKind.TIME_LIMIT, day, record.cutoff_at
        deadline = scene.pending_until(record)
        if _would(unit, record, Trigger.LAPSE, deadline, chains[record.id]):
            yield record.recipient, ReminderKind.PENDING_DEADLINE, scene.expected_period(record), deadline


def _would(unit: UnitOfWork, record: Record, trigger: Trigger, at: datetime, chain: Sequence[Record]) -> bool:
    """Say whether the clock would end pending of a record at a moment to come, if nothing is done until then."""
    edition = unit.scene(record.recipient).edition(record)
    if unit.now >= at or edition.transition(record.state, trigger) is None:
        return False
    then = UnitOfWork(unit.connection, unit.book, unit.hooks, at, unit.principal.also(SCHEDULER))
    return isinstance(consider(then, record, trigger, chain=chain), Allowed)
