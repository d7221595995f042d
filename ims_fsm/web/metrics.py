"""Numbers of what is served, for Prometheus: requests by operation, open streams, and those of any host (telemetry).

Imports prometheus_client, telemetry and the face. No label is a GSTIN, an id or a token: each is of a closed set that
the program declares.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, start_http_server
from prometheus_client.metrics_core import Metric
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead
from prometheus_client.registry import Collector
from starlette.types import Scope

from ims_fsm import IMS
from ims_fsm.telemetry.numbers import Numbers, State
from ims_fsm.web.events import Feed

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"})
OTHER, NO_ROUTE = "other", "none"
# Seconds; a page and an action take hundredths, an import seconds.
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)


class Meter:
    """Counts what a process serves; `registry` is yours, to be exposed as you like.

    Of several processes the files in `PROMETHEUS_MULTIPROC_DIR` are added up.
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
        self._numbers = Numbers(kept)

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

    def watch(self, ims: IMS, feed: Feed) -> None:
        """Have an IMS and its streams counted, beside requests."""
        self._numbers.watch(ims)
        feed.count = self.stream


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
