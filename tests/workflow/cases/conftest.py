"""Engines with two machines of a house's own, in memory, in a file and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from ims_fsm import Engine, SettableClock
from ims_fsm.store.case_tables import CASE
from ims_fsm.store.log import STEPS
from ims_fsm.store.tables import ContentRow, core
from ims_fsm.workflow import upkeep
from ims_fsm.workflow.engine import workspace_of

LEAVE = Path(__file__).with_name("leave_request.toml")
PURCHASE = Path(__file__).resolve().parents[3] / "docs" / "examples" / "purchase_approval.toml"
MACHINES = (LEAVE, PURCHASE)
START = "2025-03-10 11:00"


@pytest.fixture(scope="session")
def machines() -> tuple[Path, ...]:
    return MACHINES


@pytest.fixture
def clock() -> SettableClock:
    return SettableClock(START)


@pytest.fixture(params=[pytest.param("memory", marks=pytest.mark.sqlite("its twin is on PostgreSQL")), "pg"])
def address(request: pytest.FixtureRequest) -> Iterator[str]:
    """The URL of an empty database, in memory or on PostgreSQL."""
    if request.param == "memory":
        yield "sqlite://"
        return
    databases = request.getfixturevalue("databases")
    made = databases.make()
    yield databases.address(made).render_as_string(hide_password=False)
    databases.drop([made])


@pytest.fixture
def engine(address: str, clock: SettableClock) -> Iterator[Engine]:
    with Engine(address, machines=MACHINES, clock=clock) as made:
        yield made


@pytest.fixture(scope="session")
def sound() -> Callable[[Engine], None]:
    """Make sure that the audit finds nothing."""

    def check(engine: Engine) -> None:
        assert upkeep.audit(engine).faults == ()

    return check


@pytest.fixture(scope="session")
def rows() -> Callable[[Engine], dict[str, list[Any]]]:
    """Read what cases have: their rows, their steps as the log reads, their facts."""

    def left(engine: Engine) -> dict[str, list[Any]]:
        with workspace_of(engine).reading() as connection:
            return {
                "cases": [tuple(row) for row in connection.execute(select(CASE).order_by(CASE.c.id))],
                "steps": sorted((tuple(row) for row in connection.execute(STEPS)), key=repr),
                "contents": sorted((tuple(row) for row in connection.execute(select(core(ContentRow)))), key=repr),
            }

    return left
