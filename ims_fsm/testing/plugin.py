"""The pytest plugin: scenarios collected as tests, and fixtures for tests of a backend that embeds ims_fsm.

Imports pytest, and the rest when a fixture or a scenario is used: pytest loads this in every run of an environment.

Scenarios are collected where the configuration names files or folders of them, and nowhere else::

    [tool.pytest]
    ims_fsm_scenarios = ["tests/scenarios"]
    ims_fsm_machines = ["machines/leave_request.toml"]
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from ims_fsm.terms.period import SettableClock
    from ims_fsm.testing.stage import Stage
    from ims_fsm.workflow.engine import Engine
    from ims_fsm.workflow.ims import IMS, Scratch

SCENARIOS = "ims_fsm_scenarios"
MACHINES = "ims_fsm_machines"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare where scenarios and machines are."""
    parser.addini(SCENARIOS, "files of scenarios of ims_fsm, or folders of them", type="paths", default=[])
    parser.addini(MACHINES, "files of declared machines, or folders of them, for ims_engine", type="paths", default=[])


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> ScenarioFile | None:
    """Collect a scenario that the configuration names."""
    if file_path.suffix != ".toml":
        return None
    places: list[Path] = parent.config.getini(SCENARIOS)
    if not any(file_path.is_relative_to(place) for place in places):
        return None
    return ScenarioFile.from_parent(parent, path=file_path)


class ScenarioFile(pytest.File):
    """A scenario's file; it holds one test, that every step of the scenario holds."""

    def collect(self) -> Iterator[pytest.Item]:
        """Give the one test."""
        yield ScenarioTest.from_parent(self, name="scenario", callobj=self._run)

    def _run(self, ims_scratch: Scratch) -> None:
        from ims_fsm.scenario.report import lines  # noqa: PLC0415 -- loaded where a scenario is run
        from ims_fsm.scenario.running import run_file  # noqa: PLC0415

        outcome = run_file(self.path, ims_scratch)
        if not outcome.held:
            pytest.fail("\n".join(lines(outcome)), pytrace=False)


class ScenarioTest(pytest.Function):
    """The test of a scenario; fixtures that are used automatically are around it as around every test."""

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """Return the file, for what failed is named by its steps."""
        return self.path, None, self.path.stem


@pytest.fixture(scope="session")
def ims_scratch() -> Iterator[Scratch]:
    """Fresh databases in memory; override it to have scenarios and `ims` run on another database."""
    from ims_fsm.workflow.ims import Scratch  # noqa: PLC0415

    with Scratch() as databases:
        yield databases


@pytest.fixture
def ims_clock() -> SettableClock:
    """The clock of `ims` and `stage`: noon of 9 November 2024 in India, until the test sets it."""
    from ims_fsm.terms.period import SettableClock  # noqa: PLC0415

    return SettableClock("2024-11-09 12:00")


@pytest.fixture
def ims(ims_scratch: Scratch, ims_clock: SettableClock) -> Iterator[IMS]:
    """An IMS on a fresh database, with the clock of `ims_clock`."""
    with ims_scratch.ims(clock=ims_clock) as opened:
        yield opened


@pytest.fixture
def ims_engine(ims_scratch: Scratch, ims_clock: SettableClock, request: pytest.FixtureRequest) -> Iterator[Engine]:
    """An engine for cases on a fresh database, with the machines of `ims_fsm_machines` and the clock of `ims_clock`."""
    with ims_scratch.ims(machines=request.config.getini(MACHINES), clock=ims_clock) as opened:
        yield opened


@pytest.fixture
def stage(ims: IMS, ims_clock: SettableClock) -> Stage:
    """A registered buyer and a registered seller with their desks, on `ims`."""
    from ims_fsm.testing.stage import Stage  # noqa: PLC0415

    return Stage(ims, ims_clock)
