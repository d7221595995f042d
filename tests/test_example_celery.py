"""The example in docs/examples/celery as it stands, in a worker of Celery with a broker in memory."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import pytest

from ims_fsm import IMS, SettableClock
from ims_fsm.testing import Stage

PROGRAM = Path(__file__).parent.parent / "docs" / "examples" / "celery" / "tasks.py"
LONGEST_S = 60

pytestmark = [
    pytest.mark.slow,
    pytest.mark.sqlite("the example opens a file"),
    pytest.mark.skipif(not PROGRAM.exists(), reason="the example lies in the checkout"),
    # Celery's own: what it lends the main thread while it works in another.
    pytest.mark.filterwarnings("ignore::DeprecationWarning:celery", "ignore::DeprecationWarning:kombu"),
]


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    clock = SettableClock("2024-11-09 12:00")
    with IMS(f"sqlite:///{tmp_path / 'ims.db'}", clock=clock) as ims:
        yield Stage(ims, clock)


@pytest.fixture
def tasks(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """The example's module with a worker at work."""
    worker = pytest.importorskip("celery.contrib.testing.worker")
    spec = spec_from_file_location("example_tasks", PROGRAM)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "example_tasks", module)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "ims", lambda: stage.ims)
    with worker.start_worker(module.app, pool="solo", perform_ping_check=False, shutdown_timeout=LONGEST_S):
        yield module


def test_a_task_acts_once_however_often_it_is_delivered(stage: Stage, tasks: ModuleType) -> None:
    record, note = stage.filed(), stage.filed(stage.document("credit_note"))
    for _ in range(2):
        sent = tasks.act.apply_async((stage.buyer, record, "accept", "asha"), task_id="t-1")
        assert sent.get(timeout=LONGEST_S) == {"state": "accepted"}
    assert [entry.request_key for entry in stage.desk.history(record).transitions] == ["celery/t-1"]
    refused = tasks.act.delay(stage.buyer, note, "keep_pending", "asha").get(timeout=LONGEST_S)
    assert (refused["code"], refused["refusals"][0]["rule"]) == ("pending_not_allowed", "faq.11.a")
    absent = tasks.act.delay(stage.buyer, 999, "accept", "asha").get(timeout=LONGEST_S)
    assert absent["code"] == "not_here"
    assert tasks.sweep.delay().get(timeout=LONGEST_S) == 0
