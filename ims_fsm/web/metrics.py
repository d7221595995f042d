"""Numbers for Prometheus: requests by operation, open streams, actions and refusals; and how the calendar stands.

Imports prometheus_client and the face. No label is a GSTIN, an id or a token: each is of a closed set that the program
declares.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, start_http_server
from prometheus_client.metrics_core import GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead
from prometheus_client.registry import Collector
from starlette.types import Scope

from ims_fsm import IMS, Attempt, ImsFsmError, RefusedError, Tally, __version__
from ims_fsm.scheduler import Scheduler
from ims_fsm.terms.vocabulary import Job, JobStatus
from ims_fsm.web.events import Feed
from ims_fsm.workflow.upkeep import tables

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"})
OTHER, NO_ROUTE = "other", "none"
APPLIED, REFUSED = "applied", "refused"
# Seconds; a page and an action take hundredths, an import seconds.
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)


class Meter:
    """Counts what a process serves; `registry` is yours, to be exposed as you like.

    Of several processes the files in `PROMETHEUS_MULTIPROC_DIR` are added up.

    >>> meter = Meter(CollectorRegistry())
    >>> meter.act(Tally("reject", applied=3, refused=1, by_rule={"faq.12": 1}))
    >>> meter.registry.get_sample_value("ims_fsm_actions_total", {"trigger": "reject", "outcome": "applied"})
    3.0
    """

    def __init__(self, registry: CollectorRegistry | None = None) -> None:
        """Begin at zero."""
        self.registry = kept = registry or CollectorRegistry()
        says = "Requests answered; an operation is one of access.toml, or the path of what has none."
        self._requests = Counter("ims_fsm_requests", says, ["operation", "method", "status"], registry=kept)
        says = "From a request to its answer; streams are not among them."
        self._seconds = Histogram("ims_fsm_request_seconds", says, ["operation"], registry=kept, buckets=BUCKETS)
        says = "Streams of events that are open."
        self._streams = Gauge("ims_fsm_open_streams", says, registry=kept, multiprocess_mode="livesum")
        says = "Records that were acted on, and that an action was refused on."
        self._actions = Counter("ims_fsm_actions", says, ["trigger", "outcome"], registry=kept)
        says = "Refusals, under each rule that refuses."
        self._refusals = Counter("ims_fsm_refusals", says, ["rule"], registry=kept)

    def request(self, scope: Scope, status: int, seconds: float, *, is_stream: bool) -> None:
        """Count a request that was answered."""
        route = scope.get("route")
        name = getattr(route, "operation_id", None) or getattr(route, "path", NO_ROUTE)
        method = scope["method"] if scope["method"] in METHODS else OTHER
        self._requests.labels(name, method, str(status or "broken off")).inc()
        if not is_stream:
            self._seconds.labels(name).observe(seconds)

    def stream(self, change: int) -> None:
        """Count a stream that begins (1) or ends (-1)."""
        self._streams.inc(change)

    def act(self, tally: Tally) -> None:
        """Count what an action came to."""
        for outcome, number in ((APPLIED, tally.applied), (REFUSED, tally.refused)):
            if number:
                self._actions.labels(tally.trigger, outcome).inc(number)
        for rule, number in tally.by_rule.items():
            self._refusals.labels(rule).inc(number)

    def refuse(self, attempt: Attempt) -> None:
        """Count a call that the rules refused."""
        if isinstance(attempt.error, RefusedError):
            by_rule = dict.fromkeys((refusal.rule for refusal in attempt.error.refusals), 1)
            self.act(Tally(attempt.error.trigger, refused=1, by_rule=by_rule))

    def watch(self, ims: IMS, feed: Feed) -> None:
        """Have an IMS and its streams counted, beside requests."""
        ims.hooks.count(self.act)
        ims.hooks.refused(self.refuse)
        feed.count = self.stream


class State(Collector):
    """What the database says of itself when it is asked: whether it can be used, its events, its calendar."""

    def __init__(self, ims: IMS) -> None:
        """Keep the IMS that is asked."""
        self.ims = ims

    def describe(self) -> Iterable[Metric]:
        """Name nothing before it is asked for."""
        return ()

    def collect(self) -> Iterator[Metric]:
        """Read it; where the database cannot be used, that alone is told."""
        try:
            read = list(self._read())
        except ImsFsmError:
            read = []
        yield GaugeMetricFamily("ims_fsm_database_up", "Whether the database can be used.", bool(read))
        yield from read

    def _read(self) -> Iterator[Metric]:
        said = {"version": __version__, "schema": tables(self.ims)}
        yield InfoMetricFamily("ims_fsm_build", "The program, and the version of the tables.", said)
        newest = self.ims.latest_events(limit=1)
        if newest:
            says = "When the newest event happened, by the law's clock."
            yield GaugeMetricFamily("ims_fsm_newest_event_timestamp_seconds", says, newest[0].at.timestamp())
        late = GaugeMetricFamily("ims_fsm_calendar_overdue", "Recipients whose job is due for hours.", labels=["job"])
        failed = GaugeMetricFamily("ims_fsm_calendar_failed", "Recipients for whom a job has failed.", labels=["job"])
        jobs = Scheduler(self.ims).status().jobs
        for job in Job:
            mine = [standing for standing in jobs if standing.job is job]
            late.add_metric([job], sum(standing.open for standing in mine if standing.late))
            failed.add_metric([job], sum(standing.recipients.get(JobStatus.FAILED, 0) for standing in mine))
        yield from (late, failed)


class _Workers(Collector):
    """Adds up what the processes have counted; what a process that is gone held open is open no more."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        collector: Any = MultiProcessCollector
        self.added_up = collector(None, str(folder))

    def collect(self) -> Iterable[Metric]:
        forget: Any = mark_process_dead
        for file in self.folder.glob("gauge_live*.db"):
            number = int(file.stem.rpartition("_")[2])
            if not _is_alive(number):
                forget(number, str(self.folder))
        metrics: Iterable[Metric] = self.added_up.collect()
        return metrics


def _is_alive(number: int) -> bool:
    try:
        os.kill(number, 0)
    except OSError:
        return False
    return True


@contextmanager
def exposed(ims: IMS, folder: Path, host: str, port: int) -> Iterator[None]:
    """Expose what the processes count in a folder, and the database's state, at an address of its own within the block.

    Raises `OSError` where it cannot be listened on.
    """
    registry = CollectorRegistry()
    registry.register(_Workers(folder))
    registry.register(State(ims))
    server, thread = start_http_server(port, host, registry)
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
