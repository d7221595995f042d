"""What a sweep of a country rests on: planning and claiming among many shards, and what a month of records weighs.

Imports the jobs, the face of the engine and the fixture; PostgreSQL alone, for SQLite is not meant for it.
"""

from __future__ import annotations

import statistics
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, Engine, text

from benchmarks import fixture
from benchmarks.databases import PostgreSQL
from benchmarks.fixture import NOW, PERIOD, SHAPES
from benchmarks.measure import require, require_equal, timed
from benchmarks.result import Group, Size
from ims_fsm import IMS
from ims_fsm.record.taxpayer import Taxpayer
from ims_fsm.store import jobs as store
from ims_fsm.store import taxpayers
from ims_fsm.store.connection import reading, writing
from ims_fsm.workflow.calendar import jobs
from ims_fsm.workflow.engine import workspace_of

TAXPAYERS = {Size.QUICK: 100_000, Size.FULL: 1_000_000}
SHARDS = (1_000, 10_000, 50_000)
CLAIMS = 15
MONTH = {Size.QUICK: 200, Size.FULL: 1_000}  # recipients whose whole month is weighed
EACH = 100
TABLES = (
    "ims_record",
    "ims_record_content",
    "ims_transition_log",
    "ims_log_call",
    "ims_two_b_line",
    "ims_two_b",
    "ims_two_b_log",
    "ims_reminder",
)
_MORE = """
INSERT INTO ims_taxpayer SELECT (jsonb_populate_record(one, jsonb_build_object('gstin', '29' || n || 'F1ZV'))).*
FROM ims_taxpayer AS one, generate_series(100000001, 100000000 + :more) AS n"""


def measure(place: PostgreSQL, group: Group, size: Size) -> None:
    """Add the figures of planning, claiming and weighing."""
    _calendar(place, group, TAXPAYERS[size])
    _month(place, group, MONTH[size])


# --- many recipients, and their shards ------------------------------------------------------------------------------


def _calendar(place: PostgreSQL, group: Group, recipients: int) -> None:
    url, moment = place.empty(), [NOW - timedelta(days=2)]
    with IMS(url, clock=lambda: moment[0]) as ims:
        with writing(workspace_of(ims).engine) as connection:
            taxpayers.put(connection, Taxpayer(gstin=fixture.gstin(0), registered_from=PERIOD))
            connection.execute(text(_MORE), {"more": recipients - 1})
        place.settled(url)
        # What was due before the 14th has been done; none of these recipients has a record.
        jobs.plan(workspace_of(ims), recipients)
        _run(workspace_of(ims).engine, "UPDATE ims_job_run SET status = 'done', done_at = planned_at")
        moment[0] = NOW
        for shards in SHARDS:
            _planned(ims, group, recipients, shards)
    place.dropped(url)


def _planned(ims: IMS, group: Group, recipients: int, shards: int) -> None:
    chunk = -(-recipients // shards)
    seconds, planned = timed(lambda: jobs.plan(workspace_of(ims), chunk))
    require_equal(planned, -(-recipients // chunk), "shards planned")
    with reading(workspace_of(ims).engine) as connection:
        told = _one(connection, "SELECT sum(recipients) FROM ims_job_run WHERE status = 'todo' AND job = 'draft'")
    require_equal(int(told), recipients, "recipients in shards of the 14th")
    group.tell(f"plan.{shards}", f"planning {recipients:,} recipients as {planned:,} shards", seconds, "s")
    claims = statistics.median(_claim(ims) for _ in range(CLAIMS))
    group.tell(f"claim.{shards}", f"looking for and claiming one of {planned:,} open shards", 1e3 * claims, "ms")
    _run(workspace_of(ims).engine, "DELETE FROM ims_job_run WHERE status = 'todo'")


def _claim(ims: IMS) -> float:
    def work() -> bool:
        # What a worker asks for each shard before he begins it.
        due = jobs.is_due(workspace_of(ims))
        with writing(workspace_of(ims).engine) as connection:
            return due and store.claim(connection, NOW) is not None

    seconds, claimed = timed(work)
    require(claimed, "a shard was open and none was claimed")
    return seconds


# --- what a month weighs --------------------------------------------------------------------------------------------


def _month(place: PostgreSQL, group: Group, recipients: int) -> None:
    url, gstins = place.empty(), [fixture.gstin(number) for number in range(recipients)]
    with IMS(url, clock=lambda: NOW) as ims:
        with writing(workspace_of(ims).engine) as connection:
            fixture.fill(connection, SHAPES["usual"], recipients=recipients, each=EACH)
        place.settled(url)
        for gstin in gstins:
            ims.recipient(gstin, actor=fixture.ACTOR).act_on("accept")
        before = _log_written(workspace_of(ims).engine)
        ims.sweep(gstins)
        written = _log_written(workspace_of(ims).engine) - before
        for gstin in gstins:
            ims.recipient(gstin, actor=fixture.ACTOR).file_3b(PERIOD)
        place.settled(url)
        records = recipients * EACH
        group.tell("log", "WAL that the sweep writes for a record", written / records, "B")
        with reading(workspace_of(ims).engine) as connection:
            _weigh(connection, group, records)
    place.dropped(url)


def _weigh(connection: Connection, group: Group, records: int) -> None:
    require_equal(_one(connection, "SELECT count(*) FROM ims_record"), records, "records weighed")
    final = _one(connection, "SELECT count(*) FROM ims_two_b WHERE state = 'final'")
    require_equal(final, records // EACH, "final GSTR-2B")
    weights = dict(_weights(connection))
    for table, (rows, width, whole) in weights.items():
        said = f"{table}, a month: {rows / records:.2f} rows of {width:.0f} B for a record, with pages and indexes"
        group.tell(f"weight.{table}", said, whole / records, "B a record")
    every = sum(whole for _, _, whole in weights.values())
    group.tell("weight", "all of these tables, a month, each record accepted and filed", every / records, "B a record")


def _weights(connection: Connection) -> Iterable[tuple[str, tuple[int, float, int]]]:
    for table in TABLES:
        asked = f"SELECT count(*), avg(pg_column_size({table}.*)), pg_total_relation_size('{table}') FROM {table}"  # noqa: S608 -- names of ours
        rows, width, whole = connection.execute(text(asked)).one()
        yield table, (int(rows), float(width or 0), int(whole))


def _log_written(engine: Engine) -> int:
    with reading(engine) as connection:
        return int(_one(connection, "SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')"))


def _one(connection: Connection, asked: str) -> Any:
    return connection.execute(text(asked)).scalar_one()


def _run(engine: Engine, statement: str) -> None:
    with writing(engine) as connection:
        connection.execute(text(statement))
