"""Cases in the host's transaction: kept and undone with it, and in their order among what others did meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import text

from ims_fsm import ConflictError, Engine, RefusedError
from ims_fsm.workflow.engine import workspace_of

BOOKING = "CREATE TABLE booking (number TEXT)"
Rows = Callable[[Engine], dict[str, list[Any]]]


def opened(connection: Any, engine: Engine, number: int) -> None:
    desk = engine.bound(connection).cases("leave_request", actor="asha", owner="north")
    connection.execute(text("INSERT INTO booking VALUES ('b')"))
    case = desk.open(f"LR-{number}", days="many", cover="no")
    with pytest.raises(RefusedError):
        desk.fire(case.id, "approve")
    desk.fire(case.id, "approve", cover="yes", key=f"k-{number}")
    desk.fire_on("revoke", states=["approved"])


def test_what_the_host_rolls_back_was_never_done(engine: Engine, rows: Rows, sound: Callable[[Engine], None]) -> None:
    heard: list[str] = []
    engine.hooks.after_commit("mailer")(lambda event: heard.append(event.id))
    database = workspace_of(engine).engine
    with database.begin() as connection:
        connection.execute(text(BOOKING))
    with database.begin() as connection:
        opened(connection, engine, 1)
    engine.deliver()
    before, told = rows(engine), list(heard)
    assert told[-1] == "case/north/1/3"
    with database.connect() as connection, connection.begin() as transaction:
        opened(connection, engine, 2)
        transaction.rollback()
    engine.deliver()
    assert (rows(engine), heard) == (before, told)
    with database.begin() as connection:
        assert connection.execute(text("SELECT count(*) FROM booking")).scalar() == 1
    sound(engine)


@pytest.mark.parametrize("in_sets", [False, True])
def test_a_step_comes_behind_what_others_committed_before_it(
    engine: Engine, sound: Callable[[Engine], None], in_sets: bool
) -> None:
    """A host that has written before has an earlier place than who came meanwhile; it is to begin anew."""
    database = workspace_of(engine).engine
    if database.dialect.name == "sqlite":
        pytest.skip("one transaction at a time writes")
    with database.begin() as connection:
        connection.execute(text(BOOKING))
    desk = engine.cases("leave_request", actor="asha")
    case = desk.open("LR-1")

    def work(connection: Any) -> None:
        connection.execute(text("INSERT INTO booking VALUES ('b')"))
        if desk.case(case.id).state == "requested":
            desk.fire(case.id, "approve")
        host = engine.bound(connection).cases("leave_request", actor="host")
        host.fire_on("revoke") if in_sets else host.fire(case.id, "revoke")

    with database.connect() as connection, connection.begin() as transaction:
        with pytest.raises(ConflictError):
            work(connection)
        transaction.rollback()
    with database.begin() as connection:
        work(connection)
    sound(engine)
