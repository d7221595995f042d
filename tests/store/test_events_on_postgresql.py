"""Events on PostgreSQL alone: who is overtaken begins again, and partitions are read as one log."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Engine, text

from ims_fsm.store import events
from ims_fsm.store.connection import ConflictError, reading, writing
from ims_fsm.store.event_logs import Wanted
from ims_fsm.store.partitions import partition
from ims_fsm.terms.event import Event

BUYER, OTHER = "27AAPFU0939F1ZV", "07AAACT2727Q1ZW"
OVER = text("SELECT txid_snapshot_xmin(txid_current_snapshot()) = txid_snapshot_xmax(txid_current_snapshot())")


def paged(engine: Engine, size: int) -> Iterator[Event]:
    after = None
    while True:
        with reading(engine) as connection:
            found = events.page(connection, after, size, Wanted())
        yield from found
        if not found:
            return
        after = found[-1].cursor


def test_who_was_numbered_before_another_and_comes_after_him_begins_again(pg: Engine, write: type[Any]) -> None:
    with pg.connect() as early:
        early.execute(text("SELECT txid_current()"))
        events.in_turn(early, [BUYER])
        with writing(pg) as connection:
            write(connection).record(1, "accept")
        events.in_turn(early, [OTHER])
        with pytest.raises(ConflictError):
            events.in_turn(early, [OTHER, BUYER])
        early.rollback()
    with writing(pg) as connection:
        events.in_turn(connection, [BUYER])


def test_on_sqlite_everybody_is_in_turn(memory: Engine) -> None:
    with writing(memory) as connection:
        events.in_turn(connection, [BUYER])


@pytest.mark.parametrize("size", [1, 4, 100])
def test_partitions_are_read_as_one_log(pg: Engine, write: type[Any], size: int) -> None:
    partition(pg, 4)
    made = []
    for number in range(1, 9):
        recipients = (BUYER, OTHER)[number % 2 :]
        with writing(pg) as connection:
            for place, recipient in enumerate(recipients):
                write(connection).record(10 * number + place, "reject", "freeze", recipient=recipient)
            write(connection).two_b(f"2024-0{number}", ("generate", "draft"), recipient=recipients[0])
        steps = ((recipient, 10 * number + place) for place, recipient in enumerate(recipients))
        made += [f"transition/{recipient}/{one}/{seq}" for recipient, one in sorted(steps) for seq in (1, 2)]
        made.append(f"two_b/{recipients[0]}/2024-0{number}/1")
    with pg.connect() as connection:
        while not connection.execute(OVER).scalar_one():
            connection.rollback()
            time.sleep(0.01)
    assert [event.id for event in paged(pg, size)] == made
