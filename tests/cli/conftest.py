"""A command line to run in a folder of its own, on a database that holds the first sample as of 12 November 2024."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from ims_fsm.cli.app import app

SAMPLES = Path(str(files("ims_fsm.formats") / "samples"))
NOW = "2024-11-12T10:00"


@dataclass
class Ran:
    """What a command came to: its exit code, and what it printed."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """What it answered as JSON."""
        return json.loads(self.out)

    def ended(self, code: int) -> Ran:
        """Assert how it ended, and return it."""
        assert self.code == code, self.out + self.err
        return self


Run = Callable[..., Ran]


def run_here(*arguments: object, **env: str) -> Ran:
    """Run a command in the current folder."""
    done = CliRunner(
        env={"COLUMNS": None, "IMS_FSM_DB": None, "IMS_FSM_CALENDAR": None, "USER": "meera", **env}
    ).invoke(app, [*map(str, arguments)])
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return Ran(done.exit_code, done.stdout, done.stderr)


@pytest.fixture(scope="session")
def october(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database into which the first sample was imported on 12 November 2024."""
    path = tmp_path_factory.mktemp("october") / "ims.db"
    run_here("import", SAMPLES / "ims_2024-11.json", "--at", NOW, "--db", f"sqlite:///{path}").ended(0)
    return path


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, october: Path) -> Run:
    """Run commands in a folder with that database, as ims.db."""
    monkeypatch.chdir(tmp_path)
    shutil.copyfile(october, tmp_path / "ims.db")
    return run_here


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run commands in an empty folder."""
    monkeypatch.chdir(tmp_path)
    return run_here


@pytest.fixture
def samples() -> Path:
    """The folder of the shipped samples."""
    return SAMPLES


@pytest.fixture
def ids(run: Run) -> Callable[[str], int]:
    """Give the id of the newest record of a document number."""

    def found(number: str) -> int:
        records = run("list", "--all", "--number", number, "--json", "--at", NOW).ended(0).json["records"]
        return int(records[-1]["id"])

    return found
