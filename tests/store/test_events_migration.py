"""A store from before there was an order of events: its rows are placed by their moments, before all others."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, insert, text

from ims_fsm.store import events, schema
from ims_fsm.store.connection import reading, writing
from ims_fsm.store.event_logs import LOGS, Wanted

BUYER, SELLER = "27AAPFU0939F1ZV", "29AABCT1332L1ZA"
DAY = timedelta(days=1)
FIRST = datetime(2024, 11, 1, tzinfo=UTC)
LONG = f"/draft_ready/2024-10/{FIRST.isoformat()}"
STEP = {"trigger": "t", "source": "a", "dest": "b", "actor": "x", "rules": "faq.1"}
DECIDED = {"record_version": 1, "content_number": 1, "declaration_id": 1}


def transition(connection: Connection, record_id: int, seq: int, day: int) -> None:
    key = {"recipient_gstin": BUYER, "record_id": record_id, "seq": seq}
    put(connection, 0, **key, **STEP, **DECIDED, at=FIRST + day * DAY)


def add_back(connection: Connection, record_id: int, day: int) -> None:
    key = {"recipient_gstin": BUYER, "record_id": record_id, "supplier_gstin": SELLER}
    heads = dict.fromkeys(("igst", "cgst", "sgst", "cess"), 1)
    put(connection, 1, **key, **heads, supplier_period="2024-11", recipient_period="2024-10", at=FIRST + day * DAY)


def moved(connection: Connection, period: str, seq: int, day: int) -> None:
    put(connection, 2, recipient_gstin=BUYER, period=period, seq=seq, **STEP, at=FIRST + day * DAY)


def reminded(connection: Connection, days: int, day: int) -> None:
    key = {"recipient_gstin": BUYER, "kind": "draft_ready", "subject": "2024-10", "due_at": FIRST, "days": days}
    put(connection, 3, **key, records=1, rule="faq.23", at=FIRST + day * DAY)


def put(connection: Connection, rank: int, **values: Any) -> None:
    connection.execute(insert(LOGS[rank].table).values(**values))


@pytest.fixture
def before(blank: Callable[[], Engine], monkeypatch: pytest.MonkeyPatch) -> Engine:
    """A store of the version before, with a month of rows."""
    engine = blank()
    config = Config()
    config.set_main_option("script_location", schema.MIGRATIONS.as_posix())
    with writing(engine) as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0003")
    with writing(engine) as connection:
        transition(connection, 2, 1, day=1)
        transition(connection, 1, 1, day=1)
        reminded(connection, 3, day=2)
        moved(connection, "2024-10", 1, day=2)
        transition(connection, 1, 2, day=5)
        transition(connection, 1, 3, day=4)  # the clock was set back
        add_back(connection, 1, day=5)
        moved(connection, "2024-10", 2, day=5)
        moved(connection, "2024-10", 3, day=3)
        reminded(connection, 1, day=6)
    return engine


def names(engine: Engine, after: str | None = None, size: int = 100) -> list[str]:
    found = []
    while True:
        with reading(engine) as connection:
            page = events.page(connection, after, size, Wanted())
        if not page:
            return [event.id.replace(f"/{BUYER}", "").replace(LONG, "") for event in found]
        found += page
        after = page[-1].cursor


def test_rows_from_before_stand_in_the_order_of_their_moments(before: Engine) -> None:
    schema.migrate(before)
    found = names(before)
    on_sqlite = before.dialect.name == "sqlite"
    # SQLite knows the order in which rows of one moment were written.
    assert found[:2] == [f"transition/{number}/1" for number in ((2, 1) if on_sqlite else (1, 2))]
    assert found[2:] == [
        "two_b/2024-10/1",
        "reminder/3",
        "transition/1/2",
        "transition/1/3",
        "add_back/1",
        "two_b/2024-10/2",
        "two_b/2024-10/3",
        "reminder/1",
    ]


@pytest.mark.parametrize("size", [1, 2, 3])
def test_pages_begin_among_them_and_go_on_behind_them(before: Engine, size: int) -> None:
    schema.migrate(before)
    with writing(before) as connection:
        transition(connection, 1, 4, day=0)
        moved(connection, "2024-11", 1, day=0)
    assert names(before, size=size) == names(before)
    assert names(before)[-2:] == ["transition/1/4", "two_b/2024-11/1"]


def test_the_logs_are_append_only_as_before(before: Engine) -> None:
    schema.migrate(before)
    for name in ("transition_log", "two_b_log", "reminder"):
        with pytest.raises(Exception, match="is append-only"), writing(before) as connection:
            connection.execute(text(f"UPDATE {name} SET at = at"))  # noqa: S608 -- a name of this test


def test_an_empty_store_begins_at_the_beginning(blank: Callable[[], Engine]) -> None:
    engine = blank()
    schema.prepare(engine)
    assert names(engine) == []
