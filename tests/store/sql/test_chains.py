"""What chains say is read once, in order: the work grows with the members, however they lie in chains."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import Connection, Engine, func, insert, select

from ims_fsm.store import taxpayers
from ims_fsm.store.connection import writing
from ims_fsm.store.sql.chains import CHAIN, read_chains
from ims_fsm.store.sql.scene import NAMED
from ims_fsm.store.tables import RecordRow
from ims_fsm.terms.vocabulary import Kind
from ims_fsm.workflow.unit import scope_of

EVERY = 1_000
SHAPES: dict[str, Callable[[int], list[int]]] = {
    "one chain": lambda members: [members],
    "chains of two": lambda members: [2] * (members // 2),
    "chains of four": lambda members: [4] * (members // 4),
}


@contextmanager
def steps(connection: Connection) -> Iterator[list[int]]:
    """Count the steps of SQLite's machine, by the thousand."""
    taken = [0]

    def step() -> int:
        taken[0] += 1
        return 0

    driver = connection.connection.driver_connection
    driver.set_progress_handler(step, EVERY)
    yield taken
    driver.set_progress_handler(None, 0)


@pytest.mark.sqlite("it tells how many steps it takes")
@pytest.mark.parametrize("shape", SHAPES)
def test_the_work_grows_with_the_members(memory: Engine, chain_rows, moments, unit_of, shape: str) -> None:
    taken = {}
    for members in (1_000, 4_000):
        with writing(memory) as connection:
            buyer, rows = chain_rows(Kind.CREDIT_NOTE, SHAPES[shape](members))
            taxpayers.put(connection, buyer)
            connection.execute(insert(RecordRow), rows)
            scope = scope_of(unit_of(connection, moments[-1]), [buyer.gstin])
            with steps(connection) as counted:
                read_chains(connection, scope)
            read = connection.execute(select(func.count()).select_from(CHAIN)).scalar_one()
            connection.get_transaction().rollback()
        assert read == members
        taken[members] = counted[0]
    assert taken[4_000] < 5 * taken[1_000]


@pytest.mark.sqlite("it tells how many steps it takes")
@pytest.mark.parametrize("shape", ["chains of two", "chains of four"])
def test_a_few_are_read_in_as_many_steps_whatever_their_recipient_has(
    memory: Engine, chain_rows, moments, unit_of, shape: str
) -> None:
    taken = {}
    for members in (1_000, 16_000):
        with writing(memory) as connection:
            buyer, rows = chain_rows(Kind.CREDIT_NOTE, SHAPES[shape](members))
            taxpayers.put(connection, buyer)
            connection.execute(insert(RecordRow), rows)
            unit, ids = unit_of(connection, moments[-1]), [row["id"] for row in rows[:500:50]]
            scope = scope_of(unit, [buyer.gstin], NAMED, ids=ids)
            with steps(connection) as counted:
                assert read_chains(connection, scope)
            connection.get_transaction().rollback()
        taken[members] = counted[0]
    assert taken[16_000] <= taken[1_000] + 1


def test_what_has_no_amendment_is_not_read(engine: Engine, chain_rows, moments, unit_of) -> None:
    with writing(engine) as connection:
        buyer, rows = chain_rows(Kind.INVOICE, [1, 1, 1])
        taxpayers.put(connection, buyer)
        connection.execute(insert(RecordRow), rows)
        assert not scope_of(unit_of(connection, moments[-1]), [buyer.gstin]).amended
