"""The logs that events are read from: which rows of them are wanted, in which order they stand, what each row tells.

Imports the tables and the terms; runs no statement.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Column, ColumnElement, RowMapping, Select, Table, and_, false, literal, or_, select, true

from ims_fsm.store.attempts import ATTEMPT
from ims_fsm.store.job_tables import ReminderRow
from ims_fsm.store.log import STEPS
from ims_fsm.store.rows import tax
from ims_fsm.store.tables import CALL, LOG, LiabilityRow, TwoBLogRow, core
from ims_fsm.terms.event import Event, EventKind

FILING = "file_3b"
EVERY = frozenset(EventKind)
Tells = Callable[[RowMapping], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which events are meant: of one recipient or of all, of some kinds or of every kind."""

    gstin: str | None = None
    kinds: frozenset[EventKind] = EVERY


@dataclass(frozen=True, kw_only=True)
class EventLog:
    """A log: what is read of it, the condition for each kind of event in it, and what a row of it tells."""

    rows: Select[Any]
    #: What orders the rows among those of all logs.
    place: Column[int]
    #: What orders the rows of one place; the recipient leads, and so many more as `leading` says lead to others.
    key: tuple[Column[Any], ...]
    leading: int = 1
    #: How many events a row of the table with the place stands for.
    size: ColumnElement[int] = literal(1)  # noqa: RUF009 -- a value like any other
    #: The numbers of calls that the table with the place has, and by which the rows themselves are found.
    calls: tuple[Column[int], Column[int]] | None = None
    kinds: Mapping[EventKind, ColumnElement[bool]]
    #: The columns that name the row for ever.
    identity: tuple[str, ...]
    tells: Tells

    @classmethod
    def of(cls, table: Table, kinds: Mapping[EventKind, ColumnElement[bool]], tells: Tells) -> EventLog:
        """Return the log that a table with a place is by itself."""
        key = tuple(table.primary_key)
        names = tuple(column.name for column in key)
        return cls(rows=select(table), place=table.c.place, key=key, kinds=kinds, identity=names, tells=tells)

    @property
    def table(self) -> Table:
        """The table that has the place."""
        return self.place.table

    def is_wanted(self, wanted: Wanted) -> ColumnElement[bool] | None:
        """Return the condition for the rows that are wanted, None where none is."""
        kinds = [condition for kind, condition in self.kinds.items() if kind in wanted.kinds]
        if not kinds:
            return None
        whose = true() if wanted.gstin is None else self.key[0] == wanted.gstin
        return and_(whose, true() if len(kinds) == len(self.kinds) else or_(false(), *kinds))

    def event(self, row: RowMapping, cursor: str) -> Event:
        """Return the event that a row tells."""
        values = {**_NOTHING, **self.tells(row)}
        name = "/".join([values["kind"], *(_text(row[column]) for column in self.identity)])
        return Event(at=row["at"], recipient=row["recipient_gstin"], id=name, cursor=cursor, **values)


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
    kind = EventKind.TRANSITION if row["machine"] is None else EventKind.CASE
    return {**_step(row), "kind": kind, "subject": str(row["record_id"]), "machine": row["machine"]}


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


def _refused(row: RowMapping) -> dict[str, Any]:
    values = {name: row[name] for name in ("subject", "actor", "request_key")}
    values["trigger"] = row["trigger"] or row["use_case"]
    return {
        **values,
        "kind": EventKind.REFUSED,
        "rules": tuple(row["rules"].split()),
        "detail": json.loads(row["detail"]),
    }


def _text(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


_returns: Table = core(TwoBLogRow)
# At one place the logs follow each other like this: what happened to records, what that added back, the returns.
LOGS = (
    EventLog(
        rows=STEPS.add_columns(CALL.c.number, CALL.c.place),
        place=CALL.c.place,
        key=(CALL.c.recipient_gstin, CALL.c.number, LOG.c.record_id, LOG.c.seq),
        leading=2,
        size=CALL.c.steps,
        calls=(CALL.c.number, LOG.c.call),
        kinds={EventKind.TRANSITION: CALL.c.machine.is_(None), EventKind.CASE: CALL.c.machine.is_not(None)},
        identity=("recipient_gstin", "record_id", "seq"),
        tells=_transition,
    ),
    EventLog.of(core(LiabilityRow), {EventKind.ADD_BACK: true()}, _add_back),
    EventLog.of(
        _returns,
        {EventKind.TWO_B: _returns.c.trigger != FILING, EventKind.THREE_B: _returns.c.trigger == FILING},
        _return,
    ),
    EventLog.of(core(ReminderRow), {EventKind.REMINDER: true()}, _reminder),
    EventLog.of(ATTEMPT, {EventKind.REFUSED: true()}, _refused),
)
