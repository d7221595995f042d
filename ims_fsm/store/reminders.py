"""The reminders that were given, each once, and what they are about.

Imports the tables and the cohorts; decides nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from operator import attrgetter

from sqlalchemy import Connection, and_, exists, func, literal, select

from ims_fsm.record.record import Record
from ims_fsm.store.cohorts import Cohort
from ims_fsm.store.connection import among, database_of
from ims_fsm.store.job_tables import ReminderRow
from ims_fsm.store.records import from_row
from ims_fsm.store.tables import RecordRow, TaxpayerRow, TwoBLineRow, TwoBRow, core
from ims_fsm.terms.period import TaxPeriod
from ims_fsm.terms.vocabulary import ReminderKind, State, TwoBState

_reminder = core(ReminderRow)
_taxpayer = core(TaxpayerRow).c
_record = core(RecordRow)
_two_bs = core(TwoBRow)
_two_b = _two_bs.c
_line = core(TwoBLineRow).c


@dataclass(frozen=True, slots=True, kw_only=True)
class Reminder:
    """What a recipient is reminded of: the subject (a tax period or a day), the moment at which it is too late (UTC).

    `days` is how many days ahead, `at` when it was given (`recorded_at` by the machine's own clock), `records` how many
    records it is about, `rule` why.
    """

    recipient_gstin: str
    kind: ReminderKind
    subject: str
    due_at: datetime
    days: int
    at: datetime
    recorded_at: datetime
    records: int
    rule: str


_NAMES = tuple(field.name for field in fields(Reminder))
_values = attrgetter(*_NAMES)


def but_reminded(kind: ReminderKind, subject: str, cohort: Cohort) -> Cohort:
    """Return those of a cohort who were not given a reminder of this kind and subject."""
    given = _reminder.c
    reminded = (given.recipient_gstin == _taxpayer.gstin, given.kind == str(kind), given.subject == subject)
    return and_(cohort, ~exists().where(*reminded))


def remind(connection: Connection, reminders: Sequence[Reminder]) -> None:
    """Write reminders; one that was given before is not given again."""
    rows = [{**dict(zip(_NAMES, _values(reminder), strict=True)), "kind": str(reminder.kind)} for reminder in reminders]
    if rows:
        connection.execute(database_of(connection).insert(_reminder).on_conflict_do_nothing(), rows)


def remind_with_sizes(connection: Connection, gstins: Collection[str], like: Reminder) -> None:
    """Write one reminder to many recipients in one statement; each is about the records in their own GSTR-2B.

    `like` says everything but whose it is and how many records; its subject is the period.
    """
    lines = (_line.recipient_gstin == _two_b.recipient_gstin, _line.period == _two_b.period, _line.entry == "document")
    size = select(func.count()).select_from(TwoBLineRow).where(*lines).correlate(_two_bs).scalar_subquery()
    fixed = {name: getattr(like, name) for name in _NAMES if name not in {"recipient_gstin", "records"}}
    columns = {
        "recipient_gstin": _two_b.recipient_gstin,
        "records": size,
        **{name: literal(value, _reminder.c[name].type) for name, value in {**fixed, "kind": str(like.kind)}.items()},
    }
    rows = select(*columns.values()).where(among(_two_b.recipient_gstin, gstins), _two_b.period == like.subject)
    statement = database_of(connection).insert(_reminder).from_select(list(columns), rows)
    connection.execute(statement.on_conflict_do_nothing())


def stale(connection: Connection, gstins: Collection[str]) -> list[tuple[str, TaxPeriod]]:
    """Return the stale GSTR-2B of some recipients: whose, and of which period."""
    query = select(_two_b.recipient_gstin, _two_b.period)
    query = query.where(among(_two_b.recipient_gstin, gstins), _two_b.state == str(TwoBState.STALE))
    return [(row.recipient_gstin, TaxPeriod(row.period)) for row in connection.execute(query)]


def sizes(connection: Connection, two_bs: Collection[tuple[str, TaxPeriod]]) -> dict[tuple[str, TaxPeriod], int]:
    """Return how many records each GSTR-2B has, as it was generated last."""
    counts: dict[tuple[str, TaxPeriod], int] = {}
    for period in sorted({period for _, period in two_bs}):
        query = select(_line.recipient_gstin, func.count().label("records")).where(
            among(_line.recipient_gstin, [gstin for gstin, of in two_bs if of == period]),
            _line.period == str(period),
            _line.entry == "document",
        )
        for row in connection.execute(query.group_by(_line.recipient_gstin)):
            counts[row.recipient_gstin, period] = int(row.records)
    return counts


def pending(connection: Connection, gstins: Collection[str]) -> Iterator[Record]:
    """Give the pending records of some recipients, by recipient and id."""
    query = select(_record).where(among(_record.c.recipient_gstin, gstins), _record.c.state == str(State.PENDING))
    rows = connection.execute(query.order_by(_record.c.recipient_gstin, _record.c.id)).mappings()
    return (from_row(row) for row in rows)
