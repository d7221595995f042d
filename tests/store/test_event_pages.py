"""Pages of events on PostgreSQL, where transactions are numbered in the whole server and are of any size."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine, insert

from ims_fsm.store import events
from ims_fsm.store.event_logs import Wanted
from ims_fsm.store.job_tables import ReminderRow

NOON = datetime(2024, 11, 12, 12, 0, tzinfo=UTC)


def reminder(connection: Connection, subject: str, days: int, place: int) -> None:
    key = {"recipient_gstin": "27AAPFU0939F1ZV", "kind": "draft_ready", "subject": subject, "due_at": NOON}
    connection.execute(
        insert(ReminderRow).values(**key, days=days, at=NOON, recorded_at=NOON, records=7, rule="faq.23", place=place)
    )


@pytest.mark.parametrize("examples", [5, pytest.param(60, marks=pytest.mark.long)])
def test_numbers_of_others_and_large_transactions_are_nothing_to_the_order(pg: Engine, examples: int) -> None:
    """So many numbers after the one before, each transaction has so many rows."""

    @settings(max_examples=examples)
    @given(
        transactions=st.lists(st.tuples(st.integers(1, 40_000), st.integers(1, 12)), min_size=1, max_size=8),
        size=st.integers(1, 30),
    )
    def check(transactions: list[tuple[int, int]], size: int) -> None:
        read_in_order(pg, transactions, size)

    check()


def read_in_order(pg: Engine, transactions: list[tuple[int, int]], size: int) -> None:
    end = -sum(gap for gap, _ in transactions)
    expected: list[tuple[int, str, int]] = []
    with pg.connect() as connection:
        for gap, rows in transactions:
            end += gap
            for days in range(rows):
                reminder(connection, str(end), days, place=end - 1)
                expected.append((end - 1, str(end), days))
        after, found = None, []
        while page := events.page(connection, after, size, Wanted()):
            assert len(page) == min(size, len(expected) - len(found))
            found += [(int(event.subject) - 1, event.subject, event.detail["days"]) for event in page if event.detail]
            after = page[-1].cursor
        connection.rollback()
    assert found == expected
