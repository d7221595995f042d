"""Telemetry: how calls are watched from outside, by OpenTelemetry or Prometheus; a name here loads its library.

Imports nothing until it is asked for. What the standard `logging` is told needs nothing of it (docs/watching.md).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from opentelemetry.trace import TracerProvider
    from prometheus_client import CollectorRegistry

    from ims_fsm.telemetry.numbers import Numbers
    from ims_fsm.workflow.engine import Engine


def opentelemetry(engine: Engine, tracer_provider: TracerProvider | None = None) -> None:
    """Have each call of an `IMS` or `Engine` be a span of OpenTelemetry, by your provider (None: the process's).

    No attribute is a GSTIN, the id of a record or an amount. Needs `ims-fsm[telemetry]`. Call it once.
    """
    from ims_fsm.telemetry.spans import Spans  # noqa: PLC0415 -- an extra, which is there where it is asked for

    engine.hooks.around(Spans(tracer_provider))


def prometheus(engine: Engine, registry: CollectorRegistry | None = None) -> Numbers:
    """Have the actions of an `IMS` or `Engine` counted, and its database's state read for Prometheus, in your registry.

    None is the process's registry. Needs `ims-fsm[metrics]`. Call it once for a registry. Returns the counters.
    """
    from ims_fsm.telemetry.numbers import Numbers, State  # noqa: PLC0415 -- as above

    numbers = Numbers(registry)
    numbers.watch(engine)
    numbers.registry.register(State(engine))
    return numbers
