"""Numbers for records as a download goes by: without gaps in a small one, in blocks in a large one on PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace

import pytest

from ims_fsm.workflow.reception.new_records import Numbers


class Counter:
    """Stands for a unit of work: a counter that another transaction took the first nine numbers of."""

    def __init__(self, dialect: str) -> None:
        self.connection = SimpleNamespace(dialect=SimpleNamespace(name=dialect))
        self.next = 10
        self.asked: list[int] = []

    def take_ids(self, count: int) -> int:
        self.asked.append(count)
        self.next += count
        return self.next - count


@pytest.fixture
def rests() -> Iterator[int]:
    return iter(range(1_000))


@pytest.mark.parametrize(
    ("dialect", "asked"),
    [("sqlite", [20, 4_000, 1_000, 1_000, 4_000, 6_000]), ("postgresql", [20, 4_000, 1_000, 5_000, 6_000])],
)
def test_numbers_are_asked_for_in_blocks_where_that_is_quicker(rests: Iterator[int], dialect: str, asked: list[int]):
    counter = Counter(dialect)
    numbers = Numbers(counter, lambda: next(rests))
    given = [number for count in (20, 4_000, 0, 1_000, 1_000, 4_000, 6_000) for number in numbers.take(count)]
    assert counter.asked == asked
    assert given == list(range(10, 10 + 16_020))
    assert [number for part in numbers.used for number in part] == given
    # What is being written is brought to rest before each asking.
    assert next(rests) == len(asked)


@pytest.mark.parametrize(("dialect", "gap"), [("sqlite", 0), ("postgresql", 4_999)])
def test_the_rest_of_the_last_block_stays_unused(rests: Iterator[int], dialect: str, gap: int):
    counter = Counter(dialect)
    numbers = Numbers(counter, lambda: next(rests))
    for count in (5_000, 1):
        list(numbers.take(count))
    assert counter.next == 10 + 5_001 + gap
