"""Every rejected credit note is reviewed: its supplier is told, the tax officer asked, and his answer carried out.

ims_fsm says what happened; DBOS keeps each review going over crashes and restarts. Nothing is done twice: a review is
started under the id of its event, the supplier is told under it, and IMS is acted on under it.

    python credit_note_review.py work                       until it is stopped (Ctrl-C, SIGTERM)
    python credit_note_review.py open                       the reviews that are not over
    python credit_note_review.py answer ID accept|reject    what the tax officer says
"""

from __future__ import annotations

import os
import signal
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from threading import Event as Flag

from dbos import DBOS, DBOSClient, SetWorkflowID

from ims_fsm import IMS, Event, EventKind, Kind, RefusedError, SettableClock

IMS_URL = os.environ.get("IMS_FSM_DB", "sqlite:///ims.db")
# A store of DBOS and one of ours; both may be PostgreSQL instead, where several of these may work at once.
DBOS_URL = os.environ.get("REVIEW_DBOS_DB", "sqlite:///reviews_dbos.db")
OWN = Path(os.environ.get("REVIEW_DB", "reviews.db"))
ANSWER, PATIENCE_S = "answer", 30 * 24 * 3600

TABLES = """
    CREATE TABLE IF NOT EXISTS read_up_to (one INTEGER PRIMARY KEY CHECK (one = 1), cursor TEXT NOT NULL);
    CREATE TABLE IF NOT EXISTS told (event TEXT PRIMARY KEY, supplier TEXT NOT NULL, message TEXT NOT NULL);
"""


def office() -> IMS:
    """Open IMS; REVIEW_AT stops its clock at a moment in Indian time, for rehearsals."""
    at = os.environ.get("REVIEW_AT")
    return IMS(IMS_URL, clock=SettableClock(at)) if at else IMS(IMS_URL)


@contextmanager
def own_store() -> Iterator[sqlite3.Connection]:
    """Give our store inside a transaction."""
    with closing(sqlite3.connect(OWN, timeout=30)) as connection:
        connection.executescript(TABLES)
        with connection:
            yield connection


# --- the review -------------------------------------------------------------------------------------------------------


@DBOS.workflow()
def review(event: str, gstin: str, record_id: int) -> str:
    """Tell the supplier, wait for the tax officer, carry out what they say. DBOS takes it up again where it was."""
    tell_supplier(event, gstin, record_id)
    decided = DBOS.recv(ANSWER, timeout_seconds=PATIENCE_S)
    return carry_out(event, gstin, record_id, str(decided or "reject"))


@DBOS.step()
def tell_supplier(event: str, gstin: str, record_id: int) -> None:
    """Tell the supplier that their credit note was rejected; run again, this counts once by the event's id."""
    with office() as ims:
        document = ims.recipient(gstin, actor="credit note review").record(record_id).document
    message = f"{document.recipient} rejected your credit note {document.number} of {document.date}"
    with own_store() as store:
        store.execute("INSERT OR IGNORE INTO told VALUES (?, ?, ?)", (event, document.supplier, message))
    crash_at("told")


@DBOS.step()
def carry_out(event: str, gstin: str, record_id: int, decided: str) -> str:
    """Act on the record as the tax officer decided; under this key IMS does it once and answers the same again."""
    with office() as ims:
        try:
            if decided == "accept":
                ims.recipient(gstin, actor="tax officer").accept(record_id, key=f"review/{event}")
                done = "accepted after all"
            else:
                done = "stays rejected"
        except RefusedError as error:
            done = f"too late: {error}"
    crash_at("acted")
    return done


# --- from events to reviews -------------------------------------------------------------------------------------------


def take_up(ims: IMS) -> int:
    """Start a review of every rejected credit note since the last time; return how many events were read.

    A crash between the start and the cursor reads the event again, and starts a review that there is already.
    """
    with own_store() as store:
        row = store.execute("SELECT cursor FROM read_up_to").fetchone()
    read = 0
    for event in ims.events(row and row[0], kinds=[EventKind.TRANSITION]):
        crash_at("read")
        if is_rejected_credit_note(ims, event):
            with SetWorkflowID(event.id):
                DBOS.start_workflow(review, event.id, event.recipient, int(event.subject))
        crash_at("started")
        with own_store() as store:
            store.execute("INSERT OR REPLACE INTO read_up_to VALUES (1, ?)", (event.cursor,))
        read += 1
    return read


def is_rejected_credit_note(ims: IMS, event: Event) -> bool:
    """Say whether an event is what we look for."""
    if event.trigger != "reject":
        return False
    desk = ims.recipient(event.recipient, actor="credit note review")
    return desk.record(int(event.subject)).document.kind is Kind.CREDIT_NOTE


def work() -> None:
    """Take up events as they come, and let reviews go on, until stopped."""
    stop = Flag()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: stop.set())
    DBOS(config={"name": "credit-note-review", "system_database_url": DBOS_URL, "log_level": "ERROR"})
    DBOS.launch()
    try:
        with office() as ims:
            while not stop.is_set():
                if not take_up(ims):
                    stop.wait(0.5)
    finally:
        DBOS.destroy()
    # Threads in which a review waits for its answer would wait on; DBOS takes the reviews up at the next start.
    os._exit(0)


# --- the tax officer --------------------------------------------------------------------------------------------------


@contextmanager
def client() -> Iterator[DBOSClient]:
    """Give access to the reviews for a program that runs none."""
    made = DBOSClient(system_database_url=DBOS_URL)
    try:
        yield made
    finally:
        made.destroy()


def crash_at(point: str) -> None:
    """End like a killed process where REVIEW_CRASH_AT names this point, to see that nothing is lost."""
    if os.environ.get("REVIEW_CRASH_AT") == point:
        os._exit(9)


def main(arguments: list[str]) -> None:
    """Do what the command line says."""
    match arguments:
        case ["work"]:
            work()
        case ["open"]:
            with client() as reviews:
                print(*sorted(one.workflow_id for one in reviews.list_workflows(status="PENDING")), sep="\n")
        case ["answer", review_id, ("accept" | "reject") as decided]:
            with client() as reviews:
                reviews.send(review_id, decided, ANSWER)
        case _:
            sys.exit(__doc__)


if __name__ == "__main__":
    main(sys.argv[1:])
