"""By which calendar the store's periods, limits and routes were worked out; append-only.

Imports the tables and the calendar; works nothing out.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import Connection, func, insert, select

from ims_fsm.law.calendar import Calendar
from ims_fsm.record.moments import Moments
from ims_fsm.record.record import Record
from ims_fsm.store.connection import among
from ims_fsm.store.job_tables import CalendarMoveRow, CalendarRow
from ims_fsm.store.tables import core

# What of a record is worked out from the calendar and stored.
MOVED = ("cutoff_at", "two_b_period", "route")
_calendars, _moves = core(CalendarRow), core(CalendarMoveRow)


def standing(connection: Connection) -> str | None:
    """Return the text of the calendar by which the records stand; None in a new store."""
    query = select(_calendars.c.declared).order_by(_calendars.c.id.desc()).limit(1)
    text: str | None = connection.execute(query).scalar()
    return text


def put_moves(connection: Connection, calendar_id: int, changes: Sequence[tuple[Record, Record]]) -> None:
    """Write what a calendar moved of records: each as it was and as it stands."""
    rows = []
    for before, after in changes:
        moved = [name for name in MOVED if getattr(before, name) != getattr(after, name)]
        was, stands = (json.dumps({name: _plain(getattr(of, name)) for name in moved}) for of in (before, after))
        key = {"recipient_gstin": before.recipient, "record_id": before.id, "calendar_id": calendar_id}
        rows.append({**key, "before": was, "after": stands})
    if rows:
        connection.execute(insert(_moves), rows)


def moved_between(
    connection: Connection, recipient: str, ids: Collection[int], after: datetime, until: datetime
) -> set[int]:
    """Return those of a recipient's records that a calendar moved between two moments (UTC)."""
    query = select(_moves.c.record_id).join(_calendars, _calendars.c.id == _moves.c.calendar_id)
    query = query.where(_moves.c.recipient_gstin == recipient, among(_moves.c.record_id, ids))
    return set(connection.execute(query.where(_calendars.c.at >= after, _calendars.c.at <= until)).scalars())


def _plain(value: object) -> str | None:
    return None if value is None else str(value)


def put(connection: Connection, calendar: Calendar, actor: str, moments: Moments) -> int:
    """Write that the records stand by a calendar from now on; returns its id."""
    fingerprint = hashlib.sha256(calendar.text.encode()).hexdigest()
    values: dict[str, object] = {"fingerprint": fingerprint, "declared": calendar.text, "actor": actor}
    values |= dict(zip(("at", "recorded_at"), moments, strict=True))
    return int(connection.execute(insert(_calendars).values(values).returning(_calendars.c.id)).scalar_one())


def is_first(connection: Connection) -> bool:
    """Say whether the records have never stood by another calendar than the one by which they stand."""
    return int(connection.execute(select(func.count()).select_from(_calendars)).scalar_one()) <= 1
