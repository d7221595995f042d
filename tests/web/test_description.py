"""The API against its own description: schemathesis, in process, as two callers, finds nothing.

IMS_FSM_SCHEMATHESIS says how many examples of each operation it tries; 1 where it does not.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from fastapi import FastAPI
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import events, from_schema

from ims_fsm.testing import Stage
from tests.web.conftest import BUYER, SELLER, host

CONFIG = Path(__file__).with_name("schemathesis.toml")
EXAMPLES = int(os.environ.get("IMS_FSM_SCHEMATHESIS", "1"))
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def app(stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FastAPI:
    """A host with some records, whose description names the taxpayers that there are."""
    monkeypatch.chdir(tmp_path)  # schemathesis keeps a cache where it runs
    for kind in ("invoice", "credit_note", "debit_note"):
        stage.filed(stage.document(kind))
    stage.saved()
    stage.at("2024-11-15 12:00")
    made = host(stage)
    described = made.openapi()
    for path, operations in described["paths"].items():
        for parameter in (entry for of in operations.values() for entry in of.get("parameters", ())):
            if parameter["name"] == "gstin":
                parameter["schema"] = {"type": "string", "enum": [SELLER if "/suppliers/" in path else BUYER]}
    return made


def found(app: FastAPI, folder: Path, phases: set[str]) -> Iterator[str]:
    """Give what schemathesis finds in these phases."""
    people = [
        {"name": name, "fixedHeaders": [{"name": "Authorization", "value": f"Bearer {name}"}]}
        for name in ("all", "other")
    ]
    (folder / "auth.json").write_text(json.dumps({"auth": people}))
    said = CONFIG.read_text("utf-8").replace("AUTH", str(folder / "auth.json"))
    switched = "".join(f"[phases.{name}]\nenabled = {str(name in phases).lower()}\n" for name in PHASES)
    (folder / "schemathesis.toml").write_text(said.replace("max-examples = 1", f"max-examples = {EXAMPLES}") + switched)
    config = SchemathesisConfig.from_path(folder / "schemathesis.toml")
    schema = schemathesis.openapi.from_asgi("/openapi.json", app, config=config)
    cases = 0
    for event in from_schema(schema).execute():
        if isinstance(event, (events.NonFatalError, events.FatalError)):
            yield f"{event.__dict__}"
        recorder: Any = getattr(event, "recorder", None)
        cases += len(recorder.cases) if recorder else 0
        for check in (check for checks in recorder.checks.values() for check in checks) if recorder else ():
            if check.failure_info:
                failure = check.failure_info.failure
                yield f"{failure.operation}: {failure.title}: {failure.message[:300]}\n{check.failure_info.code_sample}"
    assert cases


PHASES = ("examples", "coverage", "fuzzing", "stateful")


@pytest.mark.slow
def test_schemathesis_finds_nothing(app: FastAPI, tmp_path: Path) -> None:
    assert [*found(app, tmp_path, {"examples", "fuzzing"})] == []


@pytest.mark.slow
@pytest.mark.long
@pytest.mark.parametrize("phase", ["coverage", "stateful"])
def test_schemathesis_finds_nothing_at_the_edges(app: FastAPI, tmp_path: Path, phase: str) -> None:
    assert "\n\n".join(found(app, tmp_path, {phase})) == ""


def test_the_description_is_whole(stage: Stage) -> None:
    described = host(stage).openapi()
    operations = [of for path in described["paths"].values() for of in path.values()]
    names = [of["operationId"] for of in operations]
    assert len(set(names)) == len(names) > 40
    for of in operations:
        assert of["summary"], of["operationId"]
        assert of["tags"], of["operationId"]
        assert {"401", "403", "404", "422", "503"} <= of["responses"].keys(), of["operationId"]
        problem = of["responses"]["404"]["content"]
        assert list(problem) == ["application/problem+json"]
        body = of.get("requestBody", {}).get("content", {}).get("application/json")
        assert body is None or "example" in body, of["operationId"]
