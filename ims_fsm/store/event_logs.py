"""The logs that events are read from: which rows of them are wanted, in which order they stand, what each row tells.

Imports the tables and the terms; runs no statement.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from sqlalchemy import Column, ColumnElement, RowMapping, Table, and_, false, or_, true

from ims_fsm.store.job_tables import ReminderRow
from ims_fsm.store.rows import tax
from ims_fsm.store.tables import LiabilityRow, TransitionRow, TwoBLogRow, core
from ims_fsm.terms.event import Event, EventKind

FILING = "file_3b"
EVERY = frozenset(EventKind)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which events are meant: of one recipient or of all, of some kinds or of every kind."""

    gstin: str | None = None
    kinds: frozenset[EventKind] = EVERY


@dataclass(frozen=True)
class EventLog:
    """A log, the condition for each kind of event in it, and what a row of it tells."""

    table: Table
    kinds: Mapping[EventKind, ColumnElement[bool]]
    tells: Callable[[RowMapping], dict[str, Any]]

    @cached_property
    def place(self) -> Column[int]:
        """What orders the rows among those of all logs."""
        column: Column[int] = self.table.c.place
        return column

    @cached_property
    def key(self) -> tuple[Column[Any], ...]:
        """What orders the rows of one place; the recipient leads."""
        return tuple(self.table.primary_key)

    def is_wanted(self, wanted: Wanted) -> ColumnElement[bool] | None:
        """Return the condition for the rows that are wanted, None where none is."""
        kinds = [condition for kind, condition in self.kinds.items() if kind in wanted.kinds]
        if not kinds:
            return None
        whose = true() if wanted.gstin is None else self.table.c.recipient_gstin == wanted.gstin
        return and_(whose, true() if len(kinds) == len(self.kinds) else or_(false(), *kinds))

    def event(self, row: RowMapping, cursor: str) -> Event:
        """Return the event that a row tells."""
        values = {**_NOTHING, **self.tells(row)}
        key = [_text(row[column.name]) for column in self.key]
        return Event(
            at=row["at"], recipient=row["recipient_gstin"], id="/".join([values["kind"], *key]), cursor=cursor, **values
        )


_tax = tax("")
_NOTHING: Mapping[str, Any] = {
    **dict.fromkeys(("seq", "trigger", "source", "dest", "actor", "detail", "request_key")),
    "rules": (),
}


def _step(row: RowMapping) -> dict[str, Any]:
    return {
        **{name: row[name] for name in ("seq", "trigger", "source", "dest", "actor", "request_key")},
        "rules": tuple(row["rules"].split()),
        "detail": None if row["detail"] is None else json.loads(row["detail"]),
    }


def _transition(row: RowMapping) -> dict[str, Any]:
    return {**_step(row), "kind": EventKind.TRANSITION, "subject": str(row["record_id"])}


def _return(row: RowMapping) -> dict[str, Any]:
    kind = EventKind.THREE_B if row["trigger"] == FILING else EventKind.TWO_B
    return {**_step(row), "kind": kind, "subject": row["period"]}


def _add_back(row: RowMapping) -> dict[str, Any]:
    whose = {name: row[name] for name in ("supplier_gstin", "supplier_period", "recipient_period")}
    return {
        "kind": EventKind.ADD_BACK,
        "subject": str(row["record_id"]),
        "detail": {**whose, "tax": _tax(row).in_paise()},
    }


def _reminder(row: RowMapping) -> dict[str, Any]:
    detail = {"due_at": _text(row["due_at"]), "days": row["days"], "records": row["records"]}
    values = {"subject": row["subject"], "trigger": row["kind"], "rules": (row["rule"],), "detail": detail}
    return {"kind": EventKind.REMINDER, **values}


def _text(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


_returns: Table = core(TwoBLogRow)
# At one place the logs follow each other like this: what happened to records, what that added back, the returns.
LOGS = (
    EventLog(core(TransitionRow), {EventKind.TRANSITION: true()}, _transition),
    EventLog(core(LiabilityRow), {EventKind.ADD_BACK: true()}, _add_back),
    EventLog(
        _returns,
        {EventKind.TWO_B: _returns.c.trigger != FILING, EventKind.THREE_B: _returns.c.trigger == FILING},
        _return,
    ),
    EventLog(core(ReminderRow), {EventKind.REMINDER: true()}, _reminder),
)
