"""Cases are watched as records are, on an engine without GST: by span, by counter, by machine; nobody is named."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from prometheus_client import CollectorRegistry

from ims_fsm import Engine, RefusedError
from ims_fsm.telemetry import opentelemetry, prometheus

LEAVE = Path(__file__).parents[2] / "docs" / "examples" / "leave_request"


@pytest.fixture
def engine() -> Iterator[Engine]:
    with Engine("sqlite://", machines=LEAVE) as made:
        yield made


def test_a_step_of_a_case_is_a_span(engine: Engine) -> None:
    kept, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(kept))
    opentelemetry(engine, provider)
    desk = engine.cases("leave_request", actor="asha", owner="a-secret-owner")
    short, long = desk.open("LR-1"), desk.open("LR-2", days="many")
    with pytest.raises(RefusedError):
        desk.fire(long.id, "approve")
    desk.fire(short.id, "approve")
    desk.fire_on("withdraw")
    *_, refused, fired, several = [dict(span.attributes or {}) for span in kept.get_finished_spans()]
    of = {"ims_fsm.machine": "leave_request"}
    assert refused.items() >= {**of, "ims_fsm.outcome": "refused", "ims_fsm.rules": ("leave_request",)}.items()
    assert fired.items() >= {**of, "ims_fsm.trigger": "approve", "ims_fsm.applied": 1}.items()
    assert several.items() >= {**of, "ims_fsm.trigger": "withdraw", "ims_fsm.applied": 2}.items()
    assert not [span for span in kept.get_finished_spans() if "secret" in str(span.attributes)]


def test_steps_of_cases_are_counted_by_machine(engine: Engine) -> None:
    numbers = prometheus(engine, CollectorRegistry())
    desk = engine.cases("leave_request", actor="asha")
    short, long = desk.open("LR-1"), desk.open("LR-2", days="many")
    desk.fire(short.id, "approve", key="k")
    desk.fire(short.id, "approve", key="k")
    with pytest.raises(RefusedError):
        desk.fire(long.id, "approve")
    read = numbers.registry.get_sample_value
    of = {"machine": "leave_request", "trigger": "approve"}
    assert read("ims_fsm_actions_total", {**of, "outcome": "applied"}) == 1
    assert read("ims_fsm_actions_total", {**of, "outcome": "refused"}) == 1
    assert read("ims_fsm_refusals_total", {"rule": "leave_request"}) == 1
    assert read("ims_fsm_database_up") == 1
    assert read("ims_fsm_calendar_overdue", {"job": "draft"}) is None, "an engine has no calendar of GST"
