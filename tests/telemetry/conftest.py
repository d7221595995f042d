"""A buyer and a seller in memory, whose calls are watched."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ims_fsm import SettableClock
from ims_fsm.testing import Scratch, Stage


@pytest.fixture
def stage() -> Iterator[Stage]:
    clock = SettableClock("2024-11-09 12:00")
    with Scratch() as databases, databases.ims(clock=clock) as ims:
        yield Stage(ims, clock)
