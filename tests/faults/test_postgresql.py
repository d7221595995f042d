"""PostgreSQL goes away: a connection that is cut, a backend that is terminated, a server that is stopped at once.

Where the answer to a COMMIT is lost nobody can tell whether it was done; a repeat under the key can.
"""

from __future__ import annotations

import os
import signal
from functools import partial

import psycopg
import pytest
from sqlalchemy import make_url

from ims_fsm import UnsettledError
from tests.faults import month
from tests.faults.countdown import Countdown, at_statements
from tests.faults.proxy import proxied

pytestmark = pytest.mark.faults
COMMIT = b"COMMIT\0"


def lived(url: str, expected, direct: str | None = None) -> list[Exception]:
    """Do the month, each call until it is acknowledged; return what failed, and assert what it comes to.

    The calls alone meet the fault: what they come to is looked at by the `direct` way.
    """
    failures: list[Exception] = []
    client = month.Client()
    with month.repeated(partial(month.opened, url), failures.append) as ims:
        for call in month.MONTH:
            month.repeated(partial(client.call, ims, call), failures.append)
    with month.opened(direct or url) as ims:
        month.held(ims, client.acknowledged)
        assert month.differences(ims, expected) == {}
    return failures


@pytest.mark.parametrize("counted", [COMMIT, b""], ids=["commits", "requests"])
@pytest.mark.parametrize("where", ["before", "after"])
def test_a_connection_that_is_cut(counted, where, points, fresh):
    with fresh("postgresql") as url, proxied(url, counted) as calm:
        with month.opened(calm.url) as ims:
            month.Client().live(ims)
            count = calm.count
        with month.opened(url) as ims:
            expected = month.content(ims)
    unsettled = 0
    for point in points.among(range(count), 0.2):
        with points.at(point), fresh("postgresql") as url, proxied(url, counted, (point, where)) as proxy:
            failures = lived(proxy.url, expected, url)
            assert proxy.count > point
            unsettled += sum(isinstance(error, UnsettledError) for error in failures)
            assert len(failures) <= 1
            assert unsettled or not counted


@pytest.mark.parametrize(("where", "steps"), [("before", 0), ("after", 1)])
def test_a_key_tells_what_the_lost_answer_to_a_commit_was(where, steps, fresh):
    """Without a key nothing is done again by itself: there is the step that was committed, or none."""
    with (
        fresh("postgresql") as url,
        proxied(url, COMMIT) as proxy,
        month.opened(url) as direct,
        month.opened(proxy.url) as cut,
    ):
        client = month.Client()
        for call in month.MONTH[:5]:
            client.call(direct, call)
        cut.clock = direct.clock
        for record, key in zip(list(month.desk(direct).records()), ("k", None), strict=False):
            act = partial(month.desk(cut).accept, record.id, key=key)
            proxy.cut = (proxy.count, where)
            with pytest.raises(UnsettledError, match=r"it committed .* and the call may be kept or not; repeat"):
                act()
            assert len(month.desk(direct).history(record.id).transitions) == steps
            if key:
                assert act().seq == 1
                assert len(month.desk(direct).history(record.id).transitions) == 1


@pytest.fixture
def calm(fresh):
    """Return what stands at the end of a month in which nothing happens, and how many statements it takes."""
    with fresh("postgresql") as url:
        with at_statements(counting := Countdown()), month.opened(url) as ims:
            month.Client().live(ims)
        with month.opened(url) as ims:
            return month.content(ims), counting.count


def test_a_backend_that_is_terminated(calm, points, fresh):
    expected, count = calm
    failures = []
    for point in points.among(range(count), 0.3):
        with (
            points.at(point),
            fresh("postgresql") as url,
            psycopg.connect(libpq(url), autocommit=True) as operator,
            at_statements(Countdown(point, partial(terminate, operator))),
        ):
            failures += lived(url, expected)
    assert failures


def terminate(operator, connection, *_statement) -> None:
    pid = connection.connection.driver_connection.info.backend_pid
    assert operator.execute("SELECT pg_terminate_backend(%s, 5000)", [pid]).fetchone() == (True,)


def libpq(url: str) -> str:
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


class Server:
    """A server of the test's own, whose system outlives it: what it gave to the system is there."""

    def __init__(self, wheel) -> None:
        self.wheel, self.number = wheel, 0

    def stop(self, *_what) -> None:
        """Stop it at once, with nothing written that was not written before, and start it."""
        process = self.wheel.get_postmaster_info().process
        os.kill(process.pid, signal.SIGQUIT)
        process.wait(30)
        self.wheel.ensure_postgres_running()

    def database(self) -> str:
        self.number += 1
        self.wheel.psql(f"CREATE DATABASE stopped_{self.number}")
        return self.wheel.get_uri(database=f"stopped_{self.number}")


@pytest.fixture(scope="module")
def server(pg_served):
    with pg_served("fsync=off", "wal_writer_delay=10000", "max_locks_per_transaction=256") as wheel:
        yield Server(wheel)


def test_a_server_that_is_stopped_at_once(calm, points, server):
    expected, count = calm
    for point in points.among(range(count), 0.1):
        with points.at(point), at_statements(Countdown(point, server.stop)):
            lived(server.database(), expected)


@pytest.mark.parametrize("level", ["on", "off"])
def test_what_was_acknowledged_is_there_after_a_stop_and_is_not_without_synchronous_commit(level, server):
    """And whoever was idle meanwhile goes on, and notices nothing."""
    url, client, calls = server.database(), month.Client(), iter(month.MONTH)
    month.opened(url).close()
    with month.opened(f"{url}&options=-csynchronous_commit%3D{level}") as ims:
        for call, _ in zip(calls, range(12), strict=False):
            client.call(ims, call)
        server.stop()
        missing = {call.name for call in month.MONTH[:12] if call.keyed} - month.kept(ims).keys()
        assert bool(missing) == (level == "off")
        month.held(ims, {} if missing else client.acknowledged)
        if not missing:
            client.call(ims, next(calls))
