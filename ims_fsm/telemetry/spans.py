"""Spans: each call of the face as one span of OpenTelemetry, with what it was, what it came to and what refused it.

Imports the API of OpenTelemetry and the hooks. No attribute is a GSTIN, the id of a record or an amount.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from opentelemetry.trace import Status, StatusCode, TracerProvider, get_tracer

from ims_fsm import __version__
from ims_fsm.law.hooks import Call
from ims_fsm.workflow.watching import fields

#: What went wrong in these is nobody's doing: the span says error.
_ERRORS = frozenset({"unusable", "failed"})


class Spans:
    """Opens a span around each call."""

    def __init__(self, provider: TracerProvider | None = None) -> None:
        """Take the tracer `ims_fsm` of a provider (None: the process's)."""
        self.tracer = get_tracer("ims_fsm", __version__, provider)

    @contextmanager
    def __call__(self, call: Call) -> Iterator[None]:
        """Open the span of a call; an exception is not recorded in it, for its sentence may name a GSTIN."""
        opened = self.tracer.start_as_current_span(
            f"ims_fsm.{call.name}", record_exception=False, set_status_on_exception=False
        )
        with opened as span:
            try:
                yield
            finally:
                if span.is_recording():
                    for name, value in fields(call).items():
                        if value is not None:
                            span.set_attribute(name.replace("ims_", "ims_fsm.", 1), value)
                    if call.outcome in _ERRORS:
                        span.set_status(Status(StatusCode.ERROR, call.code))
