"""A typed client is generated from the description, does the month, and a strict type checker agrees."""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from ims_fsm.testing import Stage
from tests.web.conftest import Caller, host

PROGRAM = Path(__file__).with_name("client.py")


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("client")


def generate(stage: Stage, folder: Path) -> None:
    (folder / "openapi.json").write_text(json.dumps(host(stage).openapi()))
    command = [
        *(sys.executable, "-m", "datamodel_code_generator", "--input", "openapi.json", "--input-file-type", "openapi"),
        *("--output", "ims_api.py", "--output-model-type", "pydantic_v2.BaseModel", "--use-annotated"),
        *("--target-python-version", "3.11", "--use-standard-collections", "--use-union-operator"),
        *("--set-default-enum-member", "--formatters", "builtin"),
    ]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.slow
def test_a_generated_client_does_the_month(
    stage: Stage, asha: Caller, generated: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    generate(stage, generated)
    monkeypatch.syspath_prepend(str(generated))
    monkeypatch.syspath_prepend(str(PROGRAM.parent))
    client: Any = importlib.import_module("client")
    for kind in ("invoice", "debit_note", "credit_note"):
        stage.filed(stage.document(kind))
    stage.at("2024-11-14 06:00")

    def sends(method: str, path: str, **given: Any) -> bytes:
        answer: bytes = asha(method, path, **given).content
        return answer

    filed = client.month(client.Client(sends, stage.buyer), "2024-10")
    assert filed.decided == {"accepted": 3}
    assert stage.desk.record(1).state == "frozen"


@pytest.mark.slow
@pytest.mark.long
def test_the_client_is_typed(stage: Stage, generated: Path) -> None:
    generate(stage, generated)
    (generated / "client.py").write_text(PROGRAM.read_text("utf-8"))
    command = [sys.executable, "-m", "mypy", "--strict", "--config-file=", "client.py", "ims_api.py"]
    done = subprocess.run(command, cwd=generated, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
