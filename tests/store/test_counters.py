"""Counters: blocks of numbers that nobody else gets."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DataError

from ims_fsm.store.connection import writing
from ims_fsm.store.register import take_numbers


def test_blocks_follow_each_other_from_one(engine: Engine) -> None:
    with writing(engine) as connection:
        assert [take_numbers(connection, "record", count) for count in (1, 5, 1)] == [1, 2, 7]


def test_each_name_has_numbers_of_its_own(engine: Engine) -> None:
    with writing(engine) as connection:
        take_numbers(connection, "record", 3)
        assert take_numbers(connection, "other") == 1
        assert take_numbers(connection, "record") == 4


@pytest.mark.parametrize(("name", "on_postgresql"), [("other", 1), ("record", 11)])
def test_numbers_of_a_transaction_that_is_not_kept_are_free_again(
    engine: Engine, name: str, on_postgresql: int
) -> None:
    """Those of records on PostgreSQL are not: nobody waited to see whether they would be kept."""

    def fail() -> None:
        with writing(engine) as connection:
            take_numbers(connection, name, 10)
            raise LookupError

    with pytest.raises(LookupError):
        fail()
    with writing(engine) as connection:
        assert take_numbers(connection, name) == (on_postgresql if engine.dialect.name == "postgresql" else 1)


def test_on_postgresql_nobody_waits_for_the_number_of_a_record(pg: Engine) -> None:
    with writing(pg) as first, writing(pg) as second:
        for connection in (first, second):
            connection.execute(text("SET LOCAL lock_timeout = '2s'"))
        assert take_numbers(first, "record", 5) == 1
        assert take_numbers(second, "record", 5) == 6
        assert take_numbers(first, "record") == 11


def test_a_block_that_is_interrupted_blocks_nobody(pg: Engine) -> None:
    """The lock on the numbers is given back whatever ends the statement: here there is no such number."""
    with pytest.raises(DataError), writing(pg) as connection:
        take_numbers(connection, "record", 2**62 + 2**62 - 1)
    with writing(pg) as connection, writing(pg) as other:
        other.execute(text("SET LOCAL lock_timeout = '2s'"))
        take_numbers(connection, "record")
        assert take_numbers(other, "record") > 0


def test_writers_at_once_get_different_numbers(shared: Engine) -> None:
    def block(count: int) -> range:
        with writing(shared) as connection:
            first = take_numbers(connection, "record", count)
        return range(first, first + count)

    counts = [1, 2, 3, 4] * 10
    with ThreadPoolExecutor(4) as pool:
        taken = [number for block_taken in pool.map(block, counts) for number in block_taken]
    assert sorted(taken) == list(range(1, sum(counts) + 1))


@pytest.mark.parametrize("count", [0, -1])
def test_no_number_cannot_be_taken(memory: Engine, count: int) -> None:
    with (
        pytest.raises(ValueError, match=f"^{count} numbers of 'record' cannot be taken; take at least 1$"),
        writing(memory) as connection,
    ):
        take_numbers(connection, "record", count)
