"""Whoever stops reading page by page has no cursor open at the server once their connection is back, or lost."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, Engine, text

from ims_fsm.store.connection import StoreError, reading, writing

NUMBERS = text("SELECT generate_series(1, 5000)")
OPEN = text("SELECT count(*) FROM pg_cursors")


def paged(connection: Connection) -> Iterator[object]:
    with connection.execute(NUMBERS, execution_options={"yield_per": 10}) as rows:
        yield from rows


def test_what_is_left_unread_disturbs_nobody_who_is_given_its_connection_later(pg: Engine) -> None:
    left, given = [], []

    def stopped() -> None:
        with writing(pg) as connection:
            given.append(connection.connection.driver_connection)
            left.append(paged(connection))
            next(left[0])
            assert connection.execute(OPEN).scalar_one() == 1
            raise ValueError("of the loop")

    with pytest.raises(ValueError, match="of the loop"):
        stopped()
    with writing(pg) as connection:
        assert [connection.connection.driver_connection] == given
        assert connection.execute(OPEN).scalar_one() == 0
        left.clear()
        gc.collect()
        assert connection.execute(OPEN).scalar_one() == 0


def test_a_connection_that_is_lost_leaves_no_cursor_that_complains(pg: Engine) -> None:
    """SQLAlchemy leaves it open; a warning of psycopg, when it goes, fails the test."""

    def lost() -> None:
        with reading(pg) as connection:
            rows = iter(connection.execute(NUMBERS, execution_options={"yield_per": 10}))
            next(rows)
            with pg.connect() as operator:
                pid = connection.connection.driver_connection.info.backend_pid
                assert operator.execute(text(f"SELECT pg_terminate_backend({pid}, 5000)")).scalar_one()
            list(rows)

    with pytest.raises(StoreError):
        lost()
    gc.collect()
