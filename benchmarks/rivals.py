"""What people write without us, on our own tables: SQLModel with transitions, Core row by row, a table of states.

Imports the tables and `transitions`; nothing of the workflow.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, and_, bindparam, insert, select, text, update
from sqlmodel import Session
from transitions import Machine

from benchmarks.fixture import ACTOR, RECORDS
from ims_fsm.store.calls import next_number
from ims_fsm.store.tables import CALL, LOG, CallRow, RecordRow, TransitionRow
from ims_fsm.workflow import workspace

LIVE = ("no_action", "accepted", "rejected", "pending")
MOVES = {"accept": "accepted", "reject": "rejected", "keep_pending": "pending", "reset": "no_action"}
FLUSH_EVERY = 2_000
ROWS_AT_ONCE = 5_000
Guard = Callable[[Any, datetime], bool]


def in_ims(row: Any, now: datetime) -> bool:
    """Refuse what is not in IMS (FAQ 17)."""
    del now
    return bool(row.route == "ims")


def in_time(row: Any, now: datetime) -> bool:
    """Refuse what section 16(4) has passed (FAQ 31)."""
    return row.cutoff_at is None or row.cutoff_at > now


GUARDS: tuple[Guard, ...] = (in_ims, in_time)
TABLE = {(state, trigger): (dest, GUARDS) for state in LIVE for trigger, dest in MOVES.items()}


def machine() -> Machine:
    """Return a machine of `transitions` shared by all rows; a SQLModel row cannot be bound to it, so none is."""
    moves = [
        {"trigger": trigger, "source": list(LIVE), "dest": dest, "conditions": list(GUARDS)}
        for trigger, dest in MOVES.items()
    ]
    states = [*LIVE, "frozen", "removed"]
    return Machine(model=None, states=states, initial="no_action", transitions=moves, auto_transitions=False)


class ObviousCode:
    """SQLModel and transitions: get the row, fire, add the row of the log, commit."""

    def __init__(self, engine: Engine) -> None:
        """Keep the engine and build the machine once."""
        self.engine = engine
        self.machine = machine()

    def act(self, gstin: str, record_id: int, trigger: str, now: datetime) -> bool:
        """Act on one record in a transaction of its own; returns whether the guards let it."""
        with Session(self.engine) as session:
            row = session.get(RecordRow, (gstin, record_id))
            call = next_number(session.connection())
            moved = row is not None and self.fire(session, row, trigger, call, now)
            if moved:
                session.add(_call(gstin, call, trigger, now, 1))
            session.commit()
            return moved

    def act_on_all(self, gstin: str, trigger: str, now: datetime) -> int:
        """Act on all of a recipient's records in one transaction; returns how many the guards let."""
        with Session(self.engine) as session:
            moved, call = 0, next_number(session.connection())
            query = select(RecordRow).where(RECORDS.c.recipient_gstin == gstin).order_by(RECORDS.c.id)
            rows = session.execute(query).scalars().all()
            for at, row in enumerate(rows, start=1):
                moved += row.state in LIVE and self.fire(session, row, trigger, call, now)
                if at % FLUSH_EVERY == 0:
                    session.flush()
            session.add(_call(gstin, call, trigger, now, moved))
            session.commit()
            return moved

    def fire(self, session: Session, row: RecordRow, trigger: str, call: int, now: datetime) -> bool:
        """Fire on a row and add its row of the log, which names the call that it is a step of."""
        source = row.state
        if not self.machine.events[trigger].trigger(row, row, now):
            return False
        row.seq, row.version, row.acted_at, row.last_at = row.seq + 1, row.version + 1, now, now
        session.add(TransitionRow(**_entry(row, source, call, row.version - 1), seq=row.seq))
        return True


def core_executemany(connection: Connection, gstin: str, trigger: str, now: datetime) -> int:
    """Read rows, decide by a table in Python, write back by executemany; returns how many were moved."""
    at = RECORDS.c
    names = ("recipient_gstin", "id", "state", "seq", "version", "route", "cutoff_at", "contents", "declaration_id")
    rows = connection.execute(select(*(at[name] for name in names)).where(at.recipient_gstin == gstin)).all()
    changes, entries = [], []
    call = next_number(connection)
    for row in rows:
        found = TABLE.get((row.state, trigger))
        if found is None or not all(guard(row, now) for guard in found[1]):
            continue
        changes.append({"b_id": row.id, "b_version": row.version, "b_state": found[0], "b_seq": row.seq + 1})
        entries.append({**_entry(row, row.state, call, row.version), "seq": row.seq + 1})
    here = and_(at.recipient_gstin == gstin, at.id == bindparam("b_id"), at.version == bindparam("b_version"))
    values = {
        "state": bindparam("b_state"),
        "seq": bindparam("b_seq"),
        "version": at.version + 1,
        "acted_at": now,
        "last_at": now,
    }
    for begin in range(0, len(changes), ROWS_AT_ONCE):
        connection.execute(update(RECORDS).where(here).values(values), changes[begin : begin + ROWS_AT_ONCE])
        connection.execute(insert(LOG), entries[begin : begin + ROWS_AT_ONCE])
    connection.execute(
        insert(CALL).values(_call(gstin, call, trigger, now, len(entries)).model_dump(exclude={"place"}))
    )
    return len(changes)


class TwoTables:
    """A table of states beside the record, whose newest row is marked: two statements and a commit, in plain Core."""

    TABLES = (
        """CREATE TABLE state_of_record (
            gstin VARCHAR(15) NOT NULL, record_id BIGINT NOT NULL, sort_key INTEGER NOT NULL, to_state TEXT NOT NULL,
            most_recent BOOLEAN NOT NULL, actor TEXT NOT NULL, at TEXT NOT NULL,
            PRIMARY KEY (gstin, record_id, sort_key))""",
        "CREATE UNIQUE INDEX newest_state ON state_of_record (gstin, record_id) WHERE most_recent",
    )
    KEY = "WHERE gstin = :gstin AND record_id = :id AND most_recent"
    READ = text(f"SELECT to_state, sort_key FROM state_of_record {KEY}")  # noqa: S608 -- words of ours
    UNMARK = text(f"UPDATE state_of_record SET most_recent = FALSE {KEY}")  # noqa: S608 -- words of ours
    ADD = text("INSERT INTO state_of_record VALUES (:gstin, :id, :sort_key, :state, TRUE, :actor, :at)")

    def __init__(self, engine: Engine) -> None:
        """Make the table."""
        self.engine = engine
        with engine.begin() as connection:
            for statement in self.TABLES:
                connection.execute(text(statement))

    def act(self, gstin: str, record_id: int, trigger: str, now: datetime) -> bool:
        """Act on one record in a transaction of its own; returns whether the guards let it."""
        key = {"gstin": gstin, "id": record_id}
        at = RECORDS.c
        with self.engine.begin() as connection:
            guarded = select(at.route, at.cutoff_at).where(at.recipient_gstin == gstin, at.id == record_id)
            row = connection.execute(guarded).one()
            newest = connection.execute(self.READ, key).first()
            found = TABLE.get(("no_action" if newest is None else newest.to_state, trigger))
            if found is None or not all(guard(row, now) for guard in found[1]):
                return False
            connection.execute(self.UNMARK, key)
            sort_key = 1 if newest is None else newest.sort_key + 1
            said = {"sort_key": sort_key, "state": found[0], "actor": ACTOR, "at": now.isoformat()}
            connection.execute(self.ADD, {**key, **said})
        return True

    def accepted(self) -> int:
        """Return how many records the table says are accepted."""
        with self.engine.connect() as connection:
            query = "SELECT count(*) FROM state_of_record WHERE most_recent AND to_state = 'accepted'"
            return int(connection.execute(text(query)).scalar_one())


def make_untuned(connection: Connection) -> None:
    """Make `record_untuned`, a copy of the records in a table as one makes it unthinking: pages full, state indexed."""
    connection.execute(text("CREATE TABLE record_untuned (LIKE ims_record INCLUDING ALL)"))
    connection.execute(text("ALTER TABLE record_untuned SET (fillfactor = 100)"))
    connection.execute(text("CREATE INDEX untuned_state ON record_untuned (recipient_gstin, state)"))
    connection.execute(text("INSERT INTO record_untuned SELECT * FROM ims_record"))


def _entry(row: Any, source: str, call: int, version: int) -> dict[str, Any]:
    return {
        "recipient_gstin": row.recipient_gstin,
        "record_id": row.id,
        "source": source,
        "call": call,
        "record_version": version,
        "content_number": row.contents,
        "declaration_id": row.declaration_id,
        "detail": "",
    }


def _call(gstin: str, number: int, trigger: str, now: datetime, steps: int) -> CallRow:
    said: dict[str, Any] = {
        "actor": ACTOR,
        "at": now,
        "recorded_at": workspace.machine_clock(),  # type: ignore[attr-defined]
        "rules": "faq.10.i",
        "trigger": trigger,
        "dest": MOVES[trigger],
    }
    return CallRow(recipient_gstin=gstin, number=number, steps=steps, **said)
