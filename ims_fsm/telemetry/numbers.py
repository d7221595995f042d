"""Numbers: what actions came to, counted for Prometheus, and what the database says of itself when it is asked.

Imports prometheus_client, the face and the scheduler. No label is a GSTIN or an id: each is of a closed set that the
law or the program declares.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from prometheus_client import REGISTRY, CollectorRegistry, Counter
from prometheus_client.metrics_core import GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.registry import Collector

from ims_fsm import __version__
from ims_fsm.errors import ImsFsmError
from ims_fsm.law.hooks import Attempt, Tally, refused_by
from ims_fsm.scheduler import Scheduler
from ims_fsm.terms.vocabulary import Job, JobStatus
from ims_fsm.workflow.engine import Engine
from ims_fsm.workflow.ims import IMS
from ims_fsm.workflow.upkeep import tables

APPLIED, REFUSED = "applied", "refused"


class Numbers:
    """Counts what actions come to; `registry` is yours, to be exposed as you like.

    >>> numbers = Numbers(CollectorRegistry())
    >>> numbers.act(Tally("reject", applied=3, refused=1, by_rule={"faq.12": 1}))
    >>> rejected = {"machine": "record", "trigger": "reject", "outcome": "applied"}
    >>> numbers.registry.get_sample_value("ims_fsm_actions_total", rejected)
    3.0
    """

    def __init__(self, registry: CollectorRegistry | None = None) -> None:
        """Begin at zero, in a registry (None: the process's)."""
        self.registry = kept = REGISTRY if registry is None else registry
        says = "Records and cases that were acted on, and that an action was refused on."
        self._actions = Counter("ims_fsm_actions", says, ["machine", "trigger", "outcome"], registry=kept)
        says = "Refusals, under each rule that refuses."
        self._refusals = Counter("ims_fsm_refusals", says, ["rule"], registry=kept)

    def act(self, tally: Tally) -> None:
        """Count what an action came to."""
        for outcome, number in ((APPLIED, tally.applied), (REFUSED, tally.refused)):
            if number:
                self._actions.labels(tally.machine, tally.trigger, outcome).inc(number)
        for rule, number in tally.by_rule.items():
            self._refusals.labels(rule).inc(number)

    def refuse(self, attempt: Attempt) -> None:
        """Count a call that the rules refused."""
        if (tally := refused_by(attempt.error)) is not None:
            self.act(tally)

    def watch(self, engine: Engine) -> None:
        """Have the actions of an IMS or an engine counted."""
        engine.hooks.count(self.act)
        engine.hooks.refused(self.refuse)


class State(Collector):
    """What the database says of itself when it is asked: whether it can be used, its events, an IMS its calendar."""

    def __init__(self, engine: Engine) -> None:
        """Keep what is asked."""
        self.engine = engine

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
        said = {"version": __version__, "schema": tables(self.engine)}
        yield InfoMetricFamily("ims_fsm_build", "The program, and the version of the tables.", said)
        newest = self.engine.latest_events(limit=1)
        if newest:
            says = "When the newest event happened, by the law's clock."
            yield GaugeMetricFamily("ims_fsm_newest_event_timestamp_seconds", says, newest[0].at.timestamp())
        if isinstance(self.engine, IMS):
            yield from _calendar(self.engine)


def _calendar(ims: IMS) -> Iterator[Metric]:
    late = GaugeMetricFamily("ims_fsm_calendar_overdue", "Recipients whose job is due for hours.", labels=["job"])
    failed = GaugeMetricFamily("ims_fsm_calendar_failed", "Recipients for whom a job has failed.", labels=["job"])
    jobs = Scheduler(ims).status().jobs
    for job in Job:
        mine = [standing for standing in jobs if standing.job is job]
        late.add_metric([job], sum(standing.open for standing in mine if standing.late))
        failed.add_metric([job], sum(standing.recipients.get(JobStatus.FAILED, 0) for standing in mine))
    yield from (late, failed)
