"""Spans: a call is one, with what it came to; none has a GSTIN, the id of a record or an amount."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable

import pytest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanContext, get_current_span

from ims_fsm import InputError, MissingError, Proposal, RefusedError, StoreError, TaxPeriod, Trigger
from ims_fsm.telemetry import opentelemetry
from ims_fsm.testing import Stage

Spans = Callable[[], list[ReadableSpan]]


@pytest.fixture
def spans(stage: Stage) -> Spans:
    """Return the spans since they were asked for last."""
    kept, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(kept))
    opentelemetry(stage.ims, provider)

    def since() -> list[ReadableSpan]:
        ended = list(kept.get_finished_spans())
        kept.clear()
        return ended

    return since


def attributes(span: ReadableSpan) -> dict[str, object]:
    return {name.removeprefix("ims_fsm."): value for name, value in (span.attributes or {}).items()}


DONE = {"event": "call", "outcome": "done", "refused": 0, "rules": ()}


def test_a_call_is_a_span_with_what_it_came_to(stage: Stage, spans: Spans) -> None:
    invoice, note = stage.filed(), stage.filed(stage.document("credit_note"))
    spans()
    stage.ims.recipient(stage.buyer, actor="asha", request="r-1").accept(invoice)
    (accepted,) = spans()
    assert accepted.name == "ims_fsm.act"
    assert attributes(accepted) == {
        **DONE, "call": "act", "machine": "invoice", "trigger": "accept", "applied": 1, "request": "r-1"
    }  # fmt: skip
    stage.desk.act_on("keep_pending")
    (several,) = spans()
    assert attributes(several) == {
        "event": "call", "call": "act_on", "outcome": "done", "machine": "record", "trigger": "keep_pending",
        "applied": 1, "refused": 1, "rules": ("faq.11.a",),
    }  # fmt: skip
    with pytest.raises(RefusedError):
        stage.desk.keep_pending(note)
    (refused,) = spans()
    assert attributes(refused) == {
        "event": "call", "call": "act", "outcome": "refused", "code": "pending_not_allowed", "machine": "credit_note",
        "trigger": "keep_pending", "applied": 0, "refused": 1, "rules": ("faq.11.a",),
    }  # fmt: skip
    assert refused.status.is_unset, "a refusal is an answer"
    assert refused.events == (), "no sentence, which names the document"


def test_every_sort_of_error_is_the_outcome_of_a_span(stage: Stage, spans: Spans) -> None:
    record = stage.filed()
    stage.desk.accept(record, key="k")
    spans()
    with pytest.raises(MissingError):
        stage.desk.accept(999)
    with pytest.raises(InputError):
        stage.ims.compare_2b(b"{", adopt=True, actor="asha")
    with pytest.raises(Exception, match="belongs to an earlier request"):
        stage.desk.reject(record, key="k")
    stage.ims.close()
    with pytest.raises(StoreError):
        stage.desk.accept(record)
    assert [(span.name, attributes(span)["outcome"], span.status.is_unset) for span in spans()] == [
        ("ims_fsm.act", "not_here", True),
        ("ims_fsm.act", "conflict", True),
        ("ims_fsm.act", "unusable", False),
    ], "what is not even a call of the database is none"


def test_no_span_names_anybody_or_an_amount(stage: Stage, spans: Spans) -> None:
    """A month's calls; every attribute is a word, a count or a rule of the law."""
    records = [stage.filed(stage.document(igst=7_654_321)) for _ in range(3)]
    stage.desk.apply([Proposal(place="line 1", trigger=Trigger.ACCEPT, record_id=records[0])])
    stage.desk.act_on("reject", ids=records[1:2])
    for read in (stage.desk.record, stage.desk.history):
        read(records[0])
    list(stage.desk.records())
    stage.desk.what_if("reject", records[2])
    stage.ims.dashboard()
    stage.close()
    stage.at("2024-11-20").ims.sweep()
    stage.desk.two_b(TaxPeriod("2024-10"))
    rules, triggers = stage.ims.book.law.rules, {str(trigger) for trigger in Trigger}
    ended = spans()
    names = {span.name.removeprefix("ims_fsm.") for span in ended}
    assert {"save", "file", "apply", "act_on", "generate_2b", "file_3b", "sweep", "what_if", "two_b_view"} <= names
    assert all(name.isidentifier() for name in names)
    for span in ended:
        said = attributes(span)
        assert said.pop("event") == "call"
        assert said.pop("call") in names
        assert said.pop("outcome") == "done"
        assert said.pop("machine", "record") in {*stage.ims.book.law.machines, "record"}
        assert said.pop("trigger", "accept") in triggers
        assert rules.keys() >= set(said.pop("rules"))
        assert max(said.pop("applied"), said.pop("refused")) <= len(records)
        assert said == {}


def test_a_span_holds_what_is_done_within_it(stage: Stage, spans: Spans) -> None:
    """What instruments the database, or a hook that traces, is below the span of the call."""
    record, within = stage.filed(), list[SpanContext]()
    stage.ims.hooks.before(trigger="accept")(lambda _event: within.append(get_current_span().get_span_context()))
    spans()
    stage.desk.accept(record)
    assert within == [span.context for span in spans()]


def test_what_is_repeated_under_its_key_is_counted_once(stage: Stage, spans: Spans) -> None:
    record = stage.filed()
    stage.desk.accept(record, key="k")
    spans()
    stage.desk.accept(record, key="k")
    (again,) = spans()
    assert (attributes(again)["outcome"], attributes(again)["applied"]) == ("done", 0)


@pytest.mark.sqlite("another process")
def test_nothing_is_imported_that_is_not_asked_for() -> None:
    asked = "import sys, ims_fsm.telemetry, ims_fsm.workflow.ims; print(*sorted(sys.modules))"
    loaded = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True).stdout.split()
    assert "ims_fsm.telemetry" in loaded
    assert not {"opentelemetry", "prometheus_client", "ims_fsm.scheduler"} & set(loaded)
