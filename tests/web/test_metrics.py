"""Numbers for Prometheus: what is counted, under labels of which every value is one that the program declares."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from prometheus_client import CollectorRegistry
from prometheus_client.metrics_core import Metric

from ims_fsm import Proposal, RefusedError, Tally
from ims_fsm.telemetry.numbers import APPLIED, REFUSED
from ims_fsm.terms.vocabulary import Job, Trigger
from ims_fsm.testing import Stage
from ims_fsm.web.access import access
from ims_fsm.web.metrics import BUCKETS, METHODS, NO_ROUTE, OTHER, Meter, State
from ims_fsm.web.serving import application_of
from tests.web.conftest import BUYER
from tests.web.test_serving import SAME, bearer

RECIPIENT = f"/api/recipients/{BUYER}"


@pytest.fixture
def meter() -> Meter:
    return Meter(CollectorRegistry())


@pytest.fixture
def app(stage: Stage, meter: Meter) -> FastAPI:
    return application_of(stage.ims, is_secure=False, meter=meter)


@pytest.fixture
def asha(stage: Stage, app: FastAPI) -> Iterator[TestClient]:
    secret = stage.ims.tokens.issue("asha", roles=["recipient"], gstins=[BUYER]).secret
    with TestClient(app, headers=bearer(secret)) as made:
        yield made


def values(metrics: Iterator[Metric]) -> dict[str, dict[str, set[str]]]:
    """Return the values of each label of each metric."""
    labels: dict[str, dict[str, set[str]]] = {}
    for metric in metrics:
        for sample in metric.samples:
            for name, value in sample.labels.items():
                labels.setdefault(metric.name, {}).setdefault(name, set()).add(value)
    return labels


def test_a_label_has_only_values_that_the_program_declares(
    stage: Stage, asha: TestClient, app: FastAPI, meter: Meter
) -> None:
    invoice, note = stage.filed(), stage.filed(stage.document("credit_note"))
    act, version = f"{RECIPIENT}/records/{note}/action", {"If-Match": f'"{stage.desk.record(note).version}"'}
    for path in (f"{RECIPIENT}/records/{invoice}", f"/recipients/{BUYER}/records/{note}", f"/{BUYER}/7", "/login"):
        asha.get(path)
    asha.request("BREW", f"/{BUYER}")
    asha.get("/api/me", headers=bearer(f"imsfsm_{BUYER}"))
    assert asha.post(act, json={"action": "keep_pending"}, headers=version).status_code == 409
    assert asha.post(act, json={"action": "reject"}, headers=version).status_code == 200
    assert asha.post(f"{RECIPIENT}/actions/by-filter", json={"action": "accept"}).status_code == 200
    asha.post(f"/recipients/{BUYER}/inward", data={"do": "accept"}, headers=SAME)

    labels = values(meter.registry.collect())
    assert labels.keys() == {
        "ims_fsm_requests", "ims_fsm_request_seconds", "ims_fsm_actions", "ims_fsm_refusals"
    }  # fmt: skip
    operations = {*access(), "/login", NO_ROUTE}
    assert len(labels["ims_fsm_requests"]["operation"]) > 5
    for metric in ("ims_fsm_requests", "ims_fsm_request_seconds"):
        assert labels[metric].pop("operation") <= operations
    assert labels["ims_fsm_requests"].pop("method") <= METHODS | {OTHER}
    assert all(status.isdecimal() for status in labels["ims_fsm_requests"].pop("status"))
    assert {float(bucket) for bucket in labels["ims_fsm_request_seconds"].pop("le")} == {*BUCKETS, float("inf")}
    assert labels["ims_fsm_actions"].pop("trigger") <= set(Trigger)
    assert labels["ims_fsm_actions"].pop("machine") == {"credit_note", "record"}
    assert labels["ims_fsm_actions"].pop("outcome") == {APPLIED, REFUSED}
    assert labels["ims_fsm_refusals"].pop("rule") <= stage.ims.book.law.rules.keys()
    assert not any(labels.values()), "no other label"


def test_actions_count_records_and_refusals_their_rules(stage: Stage, asha: TestClient, meter: Meter) -> None:
    for kind in ("invoice", "debit_note", "invoice", "credit_note"):
        stage.filed(stage.document(kind))
    answer = asha.post(f"{RECIPIENT}/actions/by-filter", json={"action": "keep_pending"}).json()
    of = {"machine": "record", "trigger": "keep_pending"}
    assert (
        meter.registry.get_sample_value("ims_fsm_actions_total", {**of, "outcome": APPLIED}) == answer["applied"] == 3
    )
    assert meter.registry.get_sample_value("ims_fsm_actions_total", {**of, "outcome": REFUSED}) == 1
    assert meter.registry.get_sample_value("ims_fsm_refusals_total", {"rule": "faq.11.a"}) == 1
    counted = {"operation": "act_by_filter", "method": "POST", "status": "200"}
    assert meter.registry.get_sample_value("ims_fsm_requests_total", counted) == 1


def test_what_is_only_tried_is_not_counted(stage: Stage) -> None:
    record, seen, refused = stage.filed(), list[Tally](), list[Exception]()
    proposal = Proposal(place="line 1", trigger=Trigger.ACCEPT, record_id=record)
    stage.ims.hooks.count(seen.append)
    stage.ims.hooks.refused(lambda attempt: refused.append(attempt.error))
    stage.desk.check([proposal])
    stage.desk.weigh("accept")
    assert stage.desk.may("keep_pending", record)
    assert seen == []
    stage.desk.apply([proposal])
    with pytest.raises(RefusedError) as error:
        stage.desk.accept(record, version=1)
    assert [(tally.trigger, tally.applied, tally.refused) for tally in seen] == [("accept", 1, 0)]
    assert refused == [error.value]


def test_the_state_of_the_database_is_read_when_it_is_asked_for(stage: Stage) -> None:
    registry, record = CollectorRegistry(), stage.filed()
    registry.register(State(stage.ims))
    stage.desk.accept(record)
    assert registry.get_sample_value("ims_fsm_database_up") == 1
    newest = registry.get_sample_value("ims_fsm_newest_event_timestamp_seconds")
    assert newest == stage.clock().timestamp()
    assert values(registry.collect())["ims_fsm_build"].keys() == {"version", "schema"}
    assert registry.get_sample_value("ims_fsm_calendar_overdue", {"job": "draft"}) == 0
    stage.clock.set("2024-11-14 06:00")
    assert registry.get_sample_value("ims_fsm_calendar_overdue", {"job": "draft"}) > 0
    assert values(registry.collect())["ims_fsm_calendar_failed"] == {"job": set(Job)}
    stage.ims.close()
    assert registry.get_sample_value("ims_fsm_database_up") == 0
    assert registry.get_sample_value("ims_fsm_calendar_overdue", {"job": "draft"}) is None
