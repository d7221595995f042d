"""Calls in the log: what the steps that one call writes share stands once for each recipient, under the call's number.

Imports the tables and named values; decides nothing about a record. A call says how many steps it has: where that is
known it is begun before them, and a set is counted once it is written.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Insert, and_, func, insert, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from ims_fsm.store.sql.prepared import given
from ims_fsm.store.tables import AT, CALL, LOG, PAISE, RECORD

SEQUENCE = "ims_log_call_number"


@dataclass(frozen=True, slots=True)
class Call:
    """What the steps of a call share: the trigger, its dest and rules, who fired it, when (aware, UTC), the detail.

    `recorded_at` is when the machine's own clock says that it was written, `backdate` why it is dated back, if it is.
    """

    trigger: str
    dest: str
    #: The rules, with a space between them.
    rules: str
    actor: str
    at: datetime
    recorded_at: datetime
    request_key: str | None
    #: What else it says, in JSON; None where there is nothing, or where each step says its own.
    detail: str | None
    backdate: str | None = None
    #: The machine of the cases that it moves; None where it moves records.
    machine: str | None = None


class NextNumber(FunctionElement[int]):
    """The number of the next call.

    On SQLite it is counted from the place of the last one, which is never less than its number: a call whose number is
    taken is written before the next number is.
    """

    type = PAISE
    inherit_cache = True


@compiles(NextNumber, "postgresql")
def _from_sequence(_element: NextNumber, _compiler: Any, **_options: Any) -> str:
    return f"nextval('{SEQUENCE}')"


@compiles(NextNumber, "sqlite")
def _from_last(_element: NextNumber, _compiler: Any, **_options: Any) -> str:
    return "(SELECT coalesce(max(place), 0) + 1 FROM ims_log_call)"


# What a call says, and by which name a statement is given it.
_NAMES = ("trigger", "dest", "rules", "actor", "recorded_at", "request_key", "detail", "backdate")
_SAID = {name: name for name in _NAMES} | {"at": "now"}
_BEGIN = insert(CALL).values(number=NextNumber()).returning(CALL.c.number)
_NEXT = select(NextNumber())


def begun(connection: Connection, recipient: str, call: Call, steps: int) -> int:
    """Write what so many steps of a recipient will share, and return the number that they name."""
    row = {"recipient_gstin": recipient, "steps": steps, **asdict(call)}
    return int(connection.execute(_BEGIN, row).scalar_one())


def next_number(connection: Connection) -> int:
    """Return the number of a call whose steps are written before it."""
    return int(connection.execute(_NEXT).scalar_one())


def newest(connection: Connection) -> int:
    """Return a number that is less than that of every call to come in this transaction."""
    return int(connection.execute(_NEWEST).scalar_one())


_NEWEST = select(func.coalesce(func.max(CALL.c.number), 0))


def fired_since(connection: Connection, recipient: str, number: int) -> list[tuple[str, str, int]]:
    """Return what was fired on a recipient's records since a call: machine, trigger and the first record's id."""
    fired = select(AT.machine, CALL.c.trigger, func.min(AT.id)).group_by(AT.machine, CALL.c.trigger)
    of_call = and_(CALL.c.number == LOG.c.call, CALL.c.recipient_gstin == LOG.c.recipient_gstin)
    of_record = and_(AT.recipient_gstin == LOG.c.recipient_gstin, AT.id == LOG.c.record_id)
    joined = LOG.join(CALL, of_call).join(RECORD, of_record)
    since = (LOG.c.recipient_gstin == recipient, CALL.c.number > number)
    rows = connection.execute(fired.select_from(joined).where(*since).order_by(func.min(AT.id)))
    return [(row[0], row[1], int(row[2])) for row in rows]


def closing(whose: ColumnElement[bool]) -> Insert:
    """Return the statement that writes a call behind its steps, for each recipient who has any.

    `whose` names the recipients on the log. It is given the number as `call`, the moment as `now` and the rest by name.
    """
    number = given("call", PAISE)
    said = [given(name, CALL.c[column].type) for column, name in _SAID.items()]
    steps = select(LOG.c.recipient_gstin, number, func.count(), *said).where(whose, LOG.c.call == number)
    names = ["recipient_gstin", "number", "steps", *_SAID]
    return insert(CALL).from_select(names, steps.group_by(LOG.c.recipient_gstin))
