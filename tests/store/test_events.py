"""Events read from the logs: all of them, once, in the order of their commits, whatever the size of the pages."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine, insert, text
from sqlalchemy.exc import IntegrityError

from ims_fsm.errors import InputError
from ims_fsm.store import calls, events, log
from ims_fsm.store.connection import StoreError, open_engine, reading, writing
from ims_fsm.store.event_logs import EVERY, Wanted
from ims_fsm.store.events import Position, written
from ims_fsm.store.job_tables import ReminderRow
from ims_fsm.store.schema import prepare
from ims_fsm.store.tables import CallRow, LiabilityRow, TransitionRow, TwoBLogRow
from ims_fsm.terms.event import Event, EventKind

BUYER, OTHER, SELLER = "27AAPFU0939F1ZV", "07AAACT2727Q1ZW", "29AABCT1332L1ZA"
NOON = datetime(2024, 11, 12, 12, 0, tzinfo=UTC)
EVERYTHING = Wanted()


def liability(connection: Connection, record_id: int, recipient: str = BUYER) -> None:
    key = {"recipient_gstin": recipient, "record_id": record_id, "supplier_gstin": SELLER}
    periods = {"supplier_period": "2024-11", "recipient_period": "2024-10"}
    tax = {"igst": 1_800_000, "cgst": 0, "sgst": 0, "cess": 5}
    connection.execute(insert(LiabilityRow).values(**key, **periods, **tax, at=NOON))


def reminder(connection: Connection, subject: str = "2024-10", days: int = 3, recipient: str = BUYER) -> None:
    key = {"recipient_gstin": recipient, "kind": "draft_ready", "subject": subject, "due_at": NOON, "days": days}
    connection.execute(insert(ReminderRow).values(**key, at=NOON, recorded_at=NOON, records=7, rule="faq.23"))


def filing(connection: Connection, period: str, recipient: str = BUYER) -> None:
    key = {"recipient_gstin": recipient, "period": period, "seq": 9}
    moved = {"trigger": "file_3b", "source": "draft", "dest": "final", "rules": "faq.5 faq.12"}
    said = {
        "actor": "asha",
        "at": NOON,
        "recorded_at": NOON,
        "detail": '{"decided": {"rejected": 1}}',
        "request_key": "k",
    }
    connection.execute(insert(TwoBLogRow).values(**key, **moved, **said))


def settled(engine: Engine) -> None:
    """Wait until no transaction that had begun by now is under way, of whomever on the server (statistics, say)."""
    if engine.dialect.name == "postgresql":
        with engine.connect() as connection:
            asked = text("SELECT txid_snapshot_xmax(txid_current_snapshot())")
            now = connection.execute(asked).scalar_one()
            connection.rollback()
            while connection.execute(text("SELECT txid_snapshot_xmin(txid_current_snapshot())")).scalar_one() < now:
                connection.rollback()
                time.sleep(0.01)


def paged(
    engine: Engine, after: str | None = None, wanted: Wanted = EVERYTHING, sizes: list[int] | None = None
) -> Iterator[Event]:
    """Give every event after a cursor, by pages of these sizes in turn."""
    turn, sizes = 0, sizes or [1000]
    while True:
        with reading(engine) as connection:
            found = events.page(connection, after, sizes[turn % len(sizes)], wanted)
        yield from found
        if not found:
            return
        turn, after = turn + 1, found[-1].cursor


def ids(engine: Engine, after: str | None = None) -> list[str]:
    return [event.id for event in paged(engine, after)]


def a_year(engine: Engine, write: type[Any]) -> None:
    """Write some transactions of every shape: one row, many, of one log, of all."""
    steps = ("accept", "reset", "reject", "accept", "keep_pending")
    for number in range(1, 4):
        with writing(engine) as connection:
            write(connection).record(number, *steps[: number + 2], recipient=(BUYER, OTHER)[number % 2])
    with writing(engine) as connection:
        reminder(connection)
    with writing(engine) as connection:
        made = write(connection)
        made.two_b("2024-10", ("generate", "draft"), ("change", "stale"))
        for number in range(4, 12):
            made.record(number, "reject", "freeze", recipient=(BUYER, OTHER)[number % 2])
            liability(connection, number, (BUYER, OTHER)[number % 2])
        filing(connection, "2024-10")
        filing(connection, "2024-09", OTHER)
        reminder(connection, days=1)
    with writing(engine) as connection:
        reminder(connection, "2024-11", recipient=OTHER)
        write(connection).record(12, "accept")
    settled(engine)


@pytest.fixture
def year(engine: Engine, write: type[Any]) -> Engine:
    a_year(engine, write)
    return engine


def test_an_empty_store_has_no_event(engine: Engine) -> None:
    assert ids(engine) == []


NOTHING = dict.fromkeys(("seq", "trigger", "source", "dest", "actor", "detail", "request_key", "machine"))
ALWAYS = {**NOTHING, "at": NOON, "recipient": BUYER, "rules": ()}
TOLD = [
    {
        **ALWAYS,
        "kind": EventKind.TRANSITION,
        "subject": "1",
        "seq": 1,
        "trigger": "reject",
        "source": "no_action",
        "dest": "rejected",
        "actor": "asha",
        "rules": ("faq.6", "faq.10.i"),
        "detail": {"remarks": "seen"},
        "request_key": "k-1",
        "id": f"transition/{BUYER}/1/1",
    },
    {
        **ALWAYS,
        "kind": EventKind.ADD_BACK,
        "subject": "1",
        "id": f"add_back/{BUYER}/1",
        "detail": {
            "supplier_gstin": SELLER,
            "supplier_period": "2024-11",
            "recipient_period": "2024-10",
            "tax": {"igst": 1_800_000, "cess": 5},
        },
    },
    {
        **ALWAYS,
        "kind": EventKind.TWO_B,
        "subject": "2024-10",
        "seq": 1,
        "trigger": "generate",
        "source": "absent",
        "dest": "draft",
        "actor": "clock",
        "rules": ("faq.23",),
        "id": f"two_b/{BUYER}/2024-10/1",
    },
    {
        **ALWAYS,
        "kind": EventKind.THREE_B,
        "subject": "2024-10",
        "seq": 9,
        "trigger": "file_3b",
        "source": "draft",
        "dest": "final",
        "actor": "asha",
        "rules": ("faq.5", "faq.12"),
        "request_key": "k",
        "detail": {"decided": {"rejected": 1}},
        "id": f"three_b/{BUYER}/2024-10/9",
    },
    {
        **ALWAYS,
        "kind": EventKind.REMINDER,
        "subject": "2024-10",
        "trigger": "draft_ready",
        "rules": ("faq.23",),
        "detail": {"due_at": NOON.isoformat(), "days": 3, "records": 7},
        "id": f"reminder/{BUYER}/draft_ready/2024-10/{NOON.isoformat()}/3",
    },
]


def test_every_log_tells_its_events(engine: Engine, write: type[Any]) -> None:
    with writing(engine) as connection:
        made = write(connection)
        made.record(1, "reject")
        liability(connection, 1)
        made.two_b("2024-10", ("generate", "draft"))
        filing(connection, "2024-10")
        reminder(connection)
    settled(engine)
    told = [{name: getattr(event, name) for name in Event.__slots__ if name != "cursor"} for event in paged(engine)]
    assert told == TOLD


def test_every_row_is_an_event_once(year: Engine) -> None:
    with reading(year) as connection:
        rows = [connection.execute(one.rows).all() for one in events.LOGS]
    found = ids(year)
    assert len(found) == len(set(found)) == sum(map(len, rows))


def test_a_transaction_tells_what_happened_to_records_before_its_returns(year: Engine) -> None:
    filed = [event for event in paged(year) if event.at == NOON]
    kinds = [event.kind for event in filed if event.recipient == BUYER and event.subject in {"10", "2024-10"}]
    assert kinds.index(EventKind.ADD_BACK) > kinds.index(EventKind.TRANSITION)
    assert kinds.index(EventKind.THREE_B) > kinds.index(EventKind.ADD_BACK)


def test_the_steps_of_a_subject_come_in_their_order(year: Engine) -> None:
    steps: dict[tuple[str, str], list[int]] = {}
    for event in paged(year):
        if event.seq is not None and event.kind is not EventKind.THREE_B:
            steps.setdefault((event.recipient, event.subject), []).append(event.seq)
    assert all(found == [*range(1, len(found) + 1)] for found in steps.values())


@pytest.mark.parametrize("examples", [15, pytest.param(60, marks=pytest.mark.long)])
def test_the_size_of_the_pages_is_nothing_to_the_order(year: Engine, examples: int) -> None:
    every = list(paged(year))

    @settings(max_examples=examples)
    @given(
        sizes=st.lists(st.integers(1, 9), min_size=1, max_size=5),
        start=st.integers(0, 50),
        gstin=st.sampled_from([None, BUYER, OTHER]),
        kinds=st.frozensets(st.sampled_from(EventKind)),
    )
    def check(sizes: list[int], start: int, gstin: str | None, kinds: frozenset[EventKind]) -> None:
        cursor = every[start - 1].cursor if 0 < start <= len(every) else None
        behind = every[start:] if cursor else every
        wanted = Wanted(gstin, kinds or EVERY)
        meant = [e for e in behind if e.kind in wanted.kinds and gstin in (None, e.recipient)]
        assert list(paged(year, cursor, wanted, sizes)) == meant

    check()


@contextmanager
def begun(engine: Engine) -> Iterator[Connection]:
    with engine.connect() as connection:
        yield connection
        connection.rollback()


def test_what_is_not_committed_is_held_back_and_with_it_what_came_later(pg: Engine, write: type[Any]) -> None:
    """The transaction that began first is committed last: its event comes first, and none is passed over."""
    with begun(pg) as early, begun(pg) as middle, begun(pg) as late:
        for number, connection in enumerate((early, middle, late), start=1):
            write(connection).record(number, "accept")
        late.commit()
        assert ids(pg) == []
        middle.rollback()
        assert ids(pg) == []
        early.commit()
    settled(pg)
    assert ids(pg) == [f"transition/{BUYER}/1/1", f"transition/{BUYER}/3/1"]


def test_what_is_held_back_is_behind_every_cursor_that_was_given(pg: Engine, write: type[Any]) -> None:
    with writing(pg) as connection:
        write(connection).record(1, "accept")
    settled(pg)
    (first,) = paged(pg)
    with begun(pg) as slow:
        write(slow).record(2, "accept")
        for number in (3, 4):
            with writing(pg) as quick:
                write(quick).record(number, "accept")
            assert ids(pg, first.cursor) == []
        slow.commit()
    settled(pg)
    assert ids(pg, first.cursor) == [f"transition/{BUYER}/{number}/1" for number in (2, 3, 4)]


def test_a_cursor_outlives_vacuum(shared: Engine, write: type[Any]) -> None:
    a_year(shared, write)
    every = list(paged(shared))
    with begun(shared) as undone:
        write(undone).record(90, "accept")
    statement = "VACUUM FULL" if shared.dialect.name == "postgresql" else "VACUUM"
    with closing(shared.raw_connection()) as raw:
        if shared.dialect.name == "postgresql":
            raw.driver_connection.set_autocommit(True)  # type: ignore[union-attr]
        raw.cursor().execute(statement)
        if shared.dialect.name == "postgresql":
            raw.driver_connection.set_autocommit(False)  # type: ignore[union-attr]
    assert list(paged(shared)) == every
    for start in range(len(every)):
        assert list(paged(shared, every[start].cursor)) == every[start + 1 :]


@pytest.mark.sqlite("a dump of it keeps every place")
def test_a_cursor_outlives_a_dump_of_sqlite(on_file: Engine, write: type[Any], path: Path, tmp_path: Path) -> None:
    a_year(on_file, write)
    every = list(paged(on_file))
    other = tmp_path / "other.db"
    with closing(sqlite3.connect(path)) as one, closing(sqlite3.connect(other)) as copy:
        copy.executescript("\n".join(one.iterdump()))
    copied = events_engine(other)
    assert list(paged(copied, every[7].cursor)) == every[8:]
    copied.dispose()


def events_engine(path: Path) -> Engine:
    return open_engine(f"sqlite:///{path}")


def test_a_cursor_of_a_later_time_is_refused(year: Engine, write: type[Any], blank: Callable[[], Engine]) -> None:
    last = [*paged(year)][-1]
    with writing(year) as connection:
        write(connection).record(40, "accept")
    settled(year)
    (new,) = paged(year, last.cursor)
    assert ids(year, new.cursor) == []
    older = blank()
    prepare(older)
    with pytest.raises(StoreError) as refused:
        ids(older, new.cursor)
    assert str(refused.value) == (
        "the database ends before the event of this cursor, as a restored copy does; "
        "go back to the cursor that was kept when the copy was made"
    )


FAR = 10**15


def restored(engine: Engine, write: type[Any]) -> list[Event]:
    """Leave a store as a restored one is: its rows have numbers that this server will not reach."""
    with writing(engine) as connection:
        write(connection).record(1, "accept")
    settled(engine)
    before = list(paged(engine))
    with writing(engine) as connection:
        (step,) = log.history(connection, BUYER, 1)
        number = calls.next_number(connection)
        row = {"recipient_gstin": BUYER, "record_id": 2, "seq": 1, "call": number, "source": step.source, "detail": ""}
        read = {"record_version": 1, "content_number": 1, "declaration_id": 1}
        connection.execute(insert(TransitionRow).values(**row, **read))
        said = {"trigger": step.trigger, "dest": step.dest, "rules": "faq.6", "actor": step.actor, "at": step.at}
        key = {"recipient_gstin": BUYER, "number": number, "place": FAR}
        connection.execute(insert(CallRow).values(**key, **said, recorded_at=step.at, steps=1))
    settled(engine)
    return before


def test_a_restored_store_is_refused_until_its_numbers_go_on(pg: Engine, write: type[Any]) -> None:
    (first,) = restored(pg, write)
    for after in (None, first.cursor):
        with pytest.raises(StoreError) as refused:
            ids(pg, after)
        assert str(refused.value) == (
            "the database was restored on a server whose transaction numbers are smaller than those in its logs; "
            "run upkeep.renumber_events(…) before anybody writes"
        )
    with writing(pg) as connection:
        assert events.go_on_numbering(connection) > 0
    with writing(pg) as connection:
        assert events.go_on_numbering(connection) == 0
        write(connection).record(3, "accept")
        reminder(connection)
    settled(pg)
    found = ids(pg, first.cursor)
    assert found[:2] == [f"transition/{BUYER}/2/1", f"transition/{BUYER}/3/1"]
    assert len(found) == 3


def test_numbers_that_go_on_are_left_alone(year: Engine) -> None:
    with writing(year) as connection:
        assert events.go_on_numbering(connection) == 0


@pytest.mark.sqlite("its places are given by triggers")
@pytest.mark.parametrize(
    "change", ["ims_log_call SET place = 1", "ims_log_call SET at = at", "ims_reminder SET place = NULL"]
)
def test_on_sqlite_a_place_is_given_once(memory: Engine, write: type[Any], change: str) -> None:
    a_year(memory, write)
    with pytest.raises(IntegrityError, match="is append-only"), writing(memory) as connection:
        connection.execute(text(f"UPDATE {change}"))


def test_a_cursor_that_fits_no_log_is_said(engine: Engine) -> None:
    for position in (Position(1, 4), Position(1, -1), Position(1, 0), Position(1, 0, (BUYER, 1))):
        cursor = written(position, engine.dialect.name)
        with pytest.raises(InputError, match="is not a cursor of events"):
            ids(engine, cursor)
